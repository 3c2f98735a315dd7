"""What makes a program unusable: rules that contradict each other, and numbers that leave all reason."""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from chalicelib.domain.program.brand import (
    EVERYWHERE,
    PLACEHOLDERS,
    READABLE,
    SENTENCES,
    Brand,
    Text,
    contrast,
    is_balanced,
    is_colour,
    named,
    nearest_readable,
    rounded,
)
from chalicelib.domain.program.program import (
    AMOUNT_MAX,
    Campaign,
    Cap,
    Milestone,
    OfferedTask,
    Program,
    Rate,
    Tier,
    minutes_between,
    zone_named,
)
from chalicelib.domain.program.shape import Place, places
from chalicelib.domain.program.signals import WEIGHTS

_HOUR = 60
EARLIEST_YEAR, LATEST_YEAR = 2000, 8999
_SHORTEST_MONTH = 28

Flaw = tuple[str, str]


class FlawedProgramError(Exception):
    """A document is no sound program. `flaws` are (JSON pointer, reason) pairs."""

    def __init__(self, flaws: list[Flaw]) -> None:
        super().__init__("; ".join(f"{pointer}: {reason}" for pointer, reason in flaws))
        self.flaws = flaws


def flaws(program: Program) -> list[Flaw]:
    """Return what is wrong with a program as (JSON pointer, reason) pairs; an empty list means it is sound."""
    found = list(flaws_of_fields("", program))
    if all(pointer != "/shop_url" for pointer, _ in found):
        found += _of_shop_url(program.shop_url)
    if program.offer:
        found += _of_offer("/offer", program.offer, program)
    found += _of_tiers(program.tiers)
    for n, milestone in enumerate(program.milestones):
        found += _of_milestone(f"/milestones/{n}", milestone)
    for n, task in enumerate(program.tasks):
        found += _of_task(f"/tasks/{n}", task)
    for n, campaign in enumerate(program.campaigns):
        found += _of_campaign(f"/campaigns/{n}", campaign, program)
    for n, cap in enumerate(program.caps):
        found += _of_cap(f"/caps/{n}", cap)
    found += _of_further_orders(program)
    found += _of_zone(program.time_zone)
    found += _of_quiet_hours(program)
    found += _of_weights(program)
    found += _of_units(program)
    found += _of_expiry(program)
    found += _of_lists(program)
    found += _of_privacy(program)
    found += _of_colours(program.brand)
    found += _of_texts(program.brand.texts)
    return found


def smallest(program: Program) -> int:
    """The smallest order on which a code can be used; one of nothing takes no part."""
    return max(program.minimum, 1)


def flaws_of_fields(pointer: str, rules: Any) -> Iterator[Flaw]:
    """What lies outside the limits that stand beside the fields."""
    for place in places(rules.__class__):
        value = getattr(rules, place.name)
        if value is None or not (place.limits or place.each or place.deep):
            continue
        here = f"{pointer}/{place.name}"
        for limit in place.limits:
            if not limit.holds(value):
                yield here, limit.words(value)
        if isinstance(value, dict | tuple):
            for name, part in value.items() if isinstance(value, dict) else enumerate(value):
                yield from _of_part(f"{here}/{name}", part, place)
        elif place.deep:
            yield from flaws_of_fields(here, value)


def _of_shop_url(url: str) -> Iterator[Flaw]:
    try:
        host = urlsplit(url).hostname
    except ValueError:
        host = None
    if not host:
        yield "/shop_url", "names no host"


def _of_part(pointer: str, part: Any, place: Place) -> Iterator[Flaw]:
    """The same of one element of a field."""
    if place.deep:
        yield from flaws_of_fields(pointer, part)
    for limit in place.each:
        if not limit.holds(part):
            yield pointer, limit.words(part)


def _of_offer(pointer: str, offer: Rate, program: Program) -> Iterator[Flaw]:
    """An offer leaves something to pay: an order that it takes whole is no order, and would be refused."""
    found = list(flaws_of_rate(pointer, offer, offer=True))
    yield from found
    least = smallest(program)
    if found or offer.of(least) < least or any(flaws_of_fields(pointer, offer)):
        return
    if offer.of(AMOUNT_MAX) >= AMOUNT_MAX:
        yield pointer, "takes all of every order, so that nothing is left to pay"
    else:
        yield pointer, f"takes all of an order of {least}, the smallest: set `minimum` above what it takes"


def flaws_of_rate(pointer: str, rate: Rate, *, offer: bool = False) -> Iterator[Flaw]:
    """Yield what makes a rate none, or what it can't be as an offer."""
    given = [it for it in (rate.amount, rate.basis_points, rate.gift) if it is not None]
    if len(given) != 1:
        yield pointer, "set either `amount` or `basis_points`" + ("" if offer else " or `gift`")
        return
    if rate.maximum is not None and rate.basis_points is None:
        yield f"{pointer}/maximum", "bounds a percentage, and there is none"
    if offer and (rate.unit or rate.gift):
        yield pointer, "is a discount in the program's currency"
    if rate.unit is not None and rate.gift:
        yield f"{pointer}/unit", "goes with an amount or a percentage, not with a gift"


def _of_tiers(tiers: tuple[Tier, ...]) -> Iterator[Flaw]:
    for n, tier in enumerate(tiers):
        if tier.reward:
            yield from flaws_of_rate(f"/tiers/{n}/reward", tier.reward)
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
    yield from flaws_of_rate(f"{pointer}/reward", milestone.reward)
    if milestone.reward.basis_points is not None:
        yield f"{pointer}/reward/basis_points", "has no order to be a percentage of"
    if (milestone.every is None) == (milestone.at is None):
        yield pointer, "set either `every` or `at`"


def _of_task(pointer: str, task: OfferedTask) -> Iterator[Flaw]:
    yield from flaws_of_rate(f"{pointer}/reward", task.reward)
    if task.reward.basis_points is not None:
        yield f"{pointer}/reward/basis_points", "has no order to be a percentage of"
    if task.reward.amount == 0:
        yield f"{pointer}/reward/amount", "is nothing"
    if task.until is not None:
        yield from _of_time(f"{pointer}/until", task.until)


def _of_time(pointer: str, at: datetime) -> Iterator[Flaw]:
    if at.tzinfo is None:
        yield pointer, "is a time with its zone"
    if not EARLIEST_YEAR <= at.year <= LATEST_YEAR:
        yield pointer, f"lies between the years {EARLIEST_YEAR} and {LATEST_YEAR}"


def _of_campaign(pointer: str, campaign: Campaign, program: Program) -> Iterator[Flaw]:
    if campaign.offer:
        yield from _of_offer(f"{pointer}/offer", campaign.offer, program)
    if campaign.reward:
        yield from flaws_of_rate(f"{pointer}/reward", campaign.reward)
    times = {"starts_at": campaign.starts_at, "ends_at": campaign.ends_at}
    for name, at in times.items():
        yield from _of_time(f"{pointer}/{name}", at)
    if all(at.tzinfo for at in times.values()) and campaign.starts_at >= campaign.ends_at:
        yield f"{pointer}/ends_at", "lies after `starts_at`"


def _of_further_orders(program: Program) -> Iterator[Flaw]:
    later = program.later
    if later is None:
        return
    if program.friend_days is None:
        yield "/later", "is about a friend's further orders, and without `friend_days` none is taken"
    if later.offer:
        yield from _of_offer("/later/offer", later.offer, program)
    if later.reward:
        yield from flaws_of_rate("/later/reward", later.reward)


def _of_cap(pointer: str, cap: Cap) -> Iterator[Flaw]:
    if cap.amount is None and cap.count is None:
        yield pointer, "set `amount` or `count`"


def _of_zone(name: str) -> Iterator[Flaw]:
    place = next(it for it in places(Program) if it.name == "time_zone")
    if name != "UTC" and all(limit.holds(name) for limit in place.limits) and not _is_zone(name):
        yield "/time_zone", "is no time zone of the IANA database, such as Europe/Berlin"


@lru_cache(maxsize=64)
def _is_zone(name: str) -> bool:
    try:
        zone_named(name)
    except (KeyError, OSError, ValueError):
        return False
    return True


def _of_quiet_hours(program: Program) -> Iterator[Flaw]:
    quiet = program.letters.quiet
    if quiet is not None and not any(flaws_of_fields("", quiet)) and minutes_between(quiet.ends, quiet.starts) < _HOUR:
        yield "/letters/quiet", "leaves no hour of the day in which letters may go"


def _of_weights(program: Program) -> Iterator[Flaw]:
    for name in program.watch.weights.keys() - WEIGHTS.keys():
        yield f"/watch/weights/{name}", f"is no signal: these are {', '.join(WEIGHTS)}"


def _of_units(program: Program) -> Iterator[Flaw]:
    (form,) = (limit for place in places(Rate) if place.name == "unit" for limit in place.limits)
    for name in program.units:
        if not form.holds(name):
            yield "/units", form.words(name)


def _of_privacy(program: Program) -> Iterator[Flaw]:
    (form,) = (limit for place in places(Program) if place.name == "locale" for limit in place.limits)
    for name in program.privacy.notices if program.privacy else ():
        if not form.holds(name):
            yield "/privacy/notices", form.words(name)


def _of_expiry(program: Program) -> Iterator[Flaw]:
    """Who uses something once they were told has all the notice again before the next expiry."""
    months, days = program.expiry_months, program.expiry_notice_days
    most = months * _SHORTEST_MONTH // 2 if months else None
    if most is not None and days > most:
        yield "/expiry_notice_days", f"is more than half of the time after which rewards expire: {most} at most"


def _of_lists(program: Program) -> Iterator[Flaw]:
    if len({cap.per for cap in program.caps}) != len(program.caps):
        yield "/caps", "has one cap for each of month, year and life"
    for name in ("campaigns", "milestones", "tasks"):
        named = [it.name for it in getattr(program, name)]
        if len(set(named)) != len(named):
            yield f"/{name}", "every one has a name of its own"
    marks = [(it.every, it.at) for it in program.milestones]
    if len(set(marks)) != len(marks):
        yield "/milestones", "no two are for the same number of referrals"


def _of_colours(brand: Brand) -> Iterator[Flaw]:
    """Text that nobody can read."""
    ground, text = brand.color, brand.text_color
    if (ground is None) != (text is None):
        yield (
            "/brand/color" if ground is None else "/brand/text_color",
            "goes with the other colour: set both or neither",
        )
    if ground is None and brand.logo_ground == "color":
        yield "/brand/logo_ground", "lies on `color`, and there is none"
    if ground is None or text is None or not all(map(is_colour, (ground, text))):
        return
    if (ratio := contrast(ground, text)) < READABLE:
        near = nearest_readable(text, ground)
        needs = f"needs {READABLE} to be readable; the nearest that has it is {near}"
        yield "/brand/text_color", f"has a contrast of {rounded(ratio):.2f} to `color`, and {needs}"


def _of_texts(texts: tuple[Text, ...]) -> Iterator[Flaw]:
    """Sentences that can't be filled, and those of which nobody knows which one counts."""
    seen = set[tuple[str, str | None, str]]()
    for n, text in enumerate(texts):
        here, key = f"/brand/texts/{n}", (text.letter, text.variant, text.language.replace("_", "-").lower())
        if key in seen:
            yield here, "is there twice: every letter, or variant of it, has one entry for a language"
        seen.add(key)
        said = {part: sentence for part in SENTENCES if (sentence := getattr(text, part)) is not None}
        if not said:
            yield here, "says nothing: give it a subject, an opening or a closing"
        for part, sentence in said.items():
            before = (getattr(it, part) for it in texts[:n] if (it.letter, it.variant) == (text.letter, text.variant))
            first = next(filter(None, before), sentence)
            yield from _of_sentence(f"{here}/{part}", sentence, first, (*EVERYWHERE, *PLACEHOLDERS[text.letter]))


def _of_sentence(pointer: str, sentence: str, first: str, placeholders: tuple[str, ...]) -> Iterator[Flaw]:
    """A sentence names what there is, and the same in every language."""
    if not is_balanced(sentence):
        yield pointer, "has a brace that belongs to no placeholder such as {shop}"
        return
    told = ", ".join(f"{{{name}}}" for name in placeholders)
    for name in named(sentence):
        if name not in placeholders:
            yield pointer, f"names {{{name}}}, which is not known here: there are {told}"
    for name in named(first):
        if name in placeholders and name not in named(sentence):
            yield pointer, f"lacks {{{name}}}, which another language of it has"
