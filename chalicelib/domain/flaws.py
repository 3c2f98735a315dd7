"""What makes a program unusable: rules that contradict each other, and numbers that leave all reason."""

import re
from collections.abc import Iterator

from chalicelib.domain.fraud import WEIGHTS
from chalicelib.domain.money import BASIS
from chalicelib.domain.program import Campaign, Cap, Milestone, Program, Rate, Tier

DAYS_MAX = 3650
MONTHS_MAX = 120
COUNT_MAX = 10**6
AMOUNT_MAX = 10**12
LIST_MAX = 50
SKUS_MAX = 1000

_UNIT = re.compile(r"[a-z][a-z_]{0,19}")
_LONGEST_NAME = 80

Flaw = tuple[str, str]
Range = tuple[str, int | None, int, int]


def flaws(program: Program) -> list[Flaw]:
    """Return what is wrong with a program as (JSON pointer, reason) pairs; an empty list means it is sound."""
    found = [
        (pointer, f"lies between {least} and {most}")
        for pointer, given, least, most in _ranges(program)
        if given is not None and not least <= given <= most
    ]
    found += _of_shop(program)
    if program.offer:
        found += _of_rate("/offer", program.offer, offer=True)
    found += _of_tiers(program.tiers)
    for n, milestone in enumerate(program.milestones):
        found += _of_milestone(f"/milestones/{n}", milestone)
    for n, campaign in enumerate(program.campaigns):
        found += _of_campaign(f"/campaigns/{n}", campaign)
    for n, cap in enumerate(program.caps):
        found += _of_cap(f"/caps/{n}", cap)
    found += _of_weights(program)
    found += _of_lists(program)
    return found


def _ranges(program: Program) -> Iterator[Range]:
    """Where numbers must lie for every sum and every date to stay within reason."""
    for name in ("hold_days", "longest_wait_days", "review_days", "spend_days"):
        yield f"/{name}", getattr(program, name), 0, DAYS_MAX
    yield "/friend_days", program.friend_days, 1, DAYS_MAX
    yield "/tier_months", program.tier_months, 1, MONTHS_MAX
    yield "/demotion_months", program.demotion_months, 0, MONTHS_MAX
    yield "/expiry_months", program.expiry_months, 1, MONTHS_MAX
    for name in ("minimum", "budget_month", "adjustment_limit"):
        yield f"/{name}", getattr(program, name), 0, AMOUNT_MAX
    yield "/spend_minimum", program.spend_minimum, 1, AMOUNT_MAX
    for n, tier in enumerate(program.tiers):
        yield f"/tiers/{n}/bonus", tier.bonus, 0, AMOUNT_MAX
        yield f"/tiers/{n}/threshold", tier.threshold, 0, COUNT_MAX
    watch = program.watch
    yield "/watch/review_at", watch.review_at, 1, COUNT_MAX
    for name in ("velocity_orders", "velocity_times", "refunded_orders", "clickless_orders"):
        yield f"/watch/{name}", getattr(watch, name), 1, COUNT_MAX
    yield "/watch/refunded_percent", watch.refunded_percent, 1, 100
    for name, weight in watch.weights.items():
        yield f"/watch/weights/{name}", weight, 0, COUNT_MAX


def _of_shop(program: Program) -> Iterator[Flaw]:
    if not program.shop_url.startswith(("https://", "http://")):
        yield "/shop_url", "starts with https://"
    if not (len(program.currency) == 3 and program.currency.isascii() and program.currency.isupper()):
        yield "/currency", "is three capital letters (ISO 4217)"


def _of_rate(pointer: str, rate: Rate, *, offer: bool = False) -> Iterator[Flaw]:
    given = [it for it in (rate.amount, rate.basis_points, rate.gift) if it is not None]
    if len(given) != 1:
        yield pointer, "set either amount or basis_points" + ("" if offer else " or gift")
        return
    for name, number, most in (
        ("amount", rate.amount, AMOUNT_MAX),
        ("basis_points", rate.basis_points, BASIS),
        ("maximum", rate.maximum, AMOUNT_MAX),
    ):
        if number is not None and not 0 <= number <= most:
            yield f"{pointer}/{name}", f"lies between 0 and {most}"
    if rate.maximum is not None and rate.basis_points is None:
        yield f"{pointer}/maximum", "bounds a percentage, and there is none"
    if offer and (rate.unit or rate.gift):
        yield pointer, "is a discount in the program's currency"
    if rate.unit is not None and (rate.gift or not _UNIT.fullmatch(rate.unit)):
        yield f"{pointer}/unit", "is a word of small letters such as points, and not with a gift"
    if rate.gift is not None and not 0 < len(rate.gift.strip()) <= _LONGEST_NAME:
        yield f"{pointer}/gift", f"is a name of 1 to {_LONGEST_NAME} characters"


def _of_tiers(tiers: tuple[Tier, ...]) -> Iterator[Flaw]:
    for n, tier in enumerate(tiers):
        if tier.reward:
            yield from _of_rate(f"/tiers/{n}/reward", tier.reward)
    thresholds = [tier.threshold for tier in tiers]
    if not thresholds or thresholds[0] != 0:
        yield "/tiers", "the first tier starts at 0"
    if sorted(set(thresholds)) != thresholds:
        yield "/tiers", "thresholds rise from tier to tier"
    if tiers and tiers[0].threshold == 0 and tiers[0].bonus > 0:
        yield "/tiers/0/bonus", "is for reaching a tier, and everybody begins in the first"
    if len({tier.name for tier in tiers}) != len(tiers):
        yield "/tiers", "every tier has a name of its own"


def _of_milestone(pointer: str, milestone: Milestone) -> Iterator[Flaw]:
    yield from _of_rate(f"{pointer}/reward", milestone.reward)
    if milestone.reward.basis_points is not None:
        yield f"{pointer}/reward/basis_points", "has no order to be a percentage of"
    if (milestone.every is None) == (milestone.at is None):
        yield pointer, "set either every or at"
    for name, number in (("every", milestone.every), ("at", milestone.at)):
        if number is not None and not 1 <= number <= COUNT_MAX:
            yield f"{pointer}/{name}", f"lies between 1 and {COUNT_MAX}"


def _of_campaign(pointer: str, campaign: Campaign) -> Iterator[Flaw]:
    if campaign.offer:
        yield from _of_rate(f"{pointer}/offer", campaign.offer, offer=True)
    if campaign.reward:
        yield from _of_rate(f"{pointer}/reward", campaign.reward)
    if campaign.starts_at.tzinfo is None or campaign.ends_at.tzinfo is None:
        yield pointer, "has times with their zone"
    elif campaign.starts_at >= campaign.ends_at:
        yield f"{pointer}/ends_at", "lies after starts_at"


def _of_cap(pointer: str, cap: Cap) -> Iterator[Flaw]:
    if cap.amount is None and cap.count is None:
        yield pointer, "set amount or count"
    for name, number, most in (("amount", cap.amount, AMOUNT_MAX), ("count", cap.count, COUNT_MAX)):
        if number is not None and not 0 <= number <= most:
            yield f"{pointer}/{name}", f"lies between 0 and {most}"


def _of_weights(program: Program) -> Iterator[Flaw]:
    for name in program.watch.weights.keys() - WEIGHTS.keys():
        yield f"/watch/weights/{name}", f"is no signal: these are {', '.join(WEIGHTS)}"


def _of_lists(program: Program) -> Iterator[Flaw]:
    for name, most in (
        ("tiers", LIST_MAX),
        ("milestones", LIST_MAX),
        ("campaigns", LIST_MAX),
        ("excluded_skus", SKUS_MAX),
    ):
        if len(getattr(program, name)) > most:
            yield f"/{name}", f"holds at most {most}"
    if len({cap.per for cap in program.caps}) != len(program.caps):
        yield "/caps", "has one cap for each of month, year and life"
    for name in ("campaigns", "milestones"):
        named = [it.name for it in getattr(program, name)]
        if len(set(named)) != len(named):
            yield f"/{name}", "every one has a name of its own"
    marks = [("every", it.every) if it.every else ("at", it.at) for it in program.milestones]
    if len(set(marks)) != len(marks):
        yield "/milestones", "no two are for the same number of referrals"
