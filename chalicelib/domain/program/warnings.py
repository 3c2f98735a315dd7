"""What of a sound program hardly anybody can mean: numbers that fit together, and yet lead where nobody wants to go.

A warning keeps nobody from publishing. It is told to whoever publishes a program or tries one, in the form of a flaw.
"""

from collections.abc import Iterator
from datetime import datetime

from chalicelib.domain.money import BASIS
from chalicelib.domain.program.flaws import Flaw, smallest
from chalicelib.domain.program.languages import notice_in, said_in
from chalicelib.domain.program.program import (
    Program,
    Rate,
    minutes_between,
    offer_of,
    rewards,
)
from chalicelib.domain.program.signals import WEIGHTS

_MONTH_DAYS = 30
_NOON = "12:00"
_OF_NO_ORDER = ("/milestones", "/tasks")
"""Where rewards stand that no single order earns."""


def warnings(program: Program, *, now: datetime) -> list[Flaw]:
    """Return what to think over as (JSON pointer, reason) pairs. The program is sound: `flaws` finds nothing."""
    return [
        *_of_offer(program),
        *_of_rewards(program),
        *_of_cost(program),
        *_of_tiers(program),
        *_of_campaigns(program, now),
        *_of_limits(program),
        *_of_waiting(program),
        *_of_reviews(program),
        *_of_spending(program),
        *_of_units(program),
        *_of_texts(program),
        *_of_languages(program),
        *_of_privacy(program),
        *_of_letters(program),
        *_of_tasks(program, now),
    ]


def budget_warnings(program: Program, granted: int, days: int) -> Iterator[Flaw]:
    """Say so if the budget of a month would not last one, by what was granted in the last days."""
    budget = program.budget_month
    if budget and granted > 0 and budget * days < granted * _MONTH_DAYS:
        lasts = budget * days // granted
        yield "/budget_month", f"lasts {lasts} days of a month: {granted} were granted in the last {days} days"


def _of_offer(program: Program) -> Iterator[Flaw]:
    """Discounts that hardly any price can bear."""
    found = {"/offer": program.offer} | {f"/campaigns/{n}/offer": it.offer for n, it in enumerate(program.campaigns)}
    for pointer, rate in found.items():
        if rate and rate.basis_points is not None and rate.maximum is None and rate.basis_points * 2 >= BASIS:
            yield f"{pointer}/basis_points", "takes half of every order off, or more: hardly any margin bears that"


def _of_cost(program: Program) -> Iterator[Flaw]:
    """A new customer who costs more here than elsewhere, already with the smallest order."""
    elsewhere, least = program.acquisition_cost, smallest(program)
    if elsewhere is None or program.minimum == 0:
        return
    saved = program.offer.of(least) if program.offer else 0
    for n, tier in enumerate(program.tiers):
        if tier.reward and tier.reward.unit_in(program.currency) == program.currency:
            cost = saved + tier.reward.of(least - saved)
            if cost > elsewhere:
                told = f"and the offer come to {cost} on the smallest order, and a customer costs {elsewhere} elsewhere"
                yield f"/tiers/{n}/reward", told


def _of_rewards(program: Program) -> Iterator[Flaw]:
    """Rewards that are worth as much as what they are for."""
    least = smallest(program)
    for pointer, rate in rewards(program).items():
        if pointer.startswith(_OF_NO_ORDER):
            continue
        offer = _offer_beside(pointer, program)
        paid = least - (offer.of(least) if offer else 0)
        if rate.unit_in(program.currency) != program.currency:
            if program.minimum == 0 and rate.basis_points is None:
                yield pointer, "is earned with an order of whatever size: `minimum` sets the smallest"
        elif rate.of(paid) >= paid:
            yield pointer, f"is as much as the friend pays for the smallest order ({paid}), or more: raise `minimum`"


def _offer_beside(pointer: str, program: Program) -> Rate | None:
    """What the friend gets on the orders for which a reward is."""
    _, place, number, *_ = pointer.split("/")
    campaign = program.campaigns[int(number)] if place == "campaigns" else None
    return offer_of(program, campaign, friend_order=2 if place == "later" else 1)


def _of_tiers(program: Program) -> Iterator[Flaw]:
    """Tiers that nobody reaches, or is glad to."""
    for n, (lower, tier) in enumerate(zip(program.tiers, program.tiers[1:], strict=False), start=1):
        if _is_less(tier.reward, lower.reward, program.currency):
            yield f"/tiers/{n}/reward", f"is less than in the tier before, {lower.name}"
    most = next((cap.count for cap in program.caps if cap.per == "life" and cap.count is not None), None)
    for n, tier in enumerate(program.tiers):
        if most and tier.threshold > most and all(it.reward for it in program.tiers):
            yield (
                f"/tiers/{n}/threshold",
                f"is reached by nobody: {most} orders of a life are rewarded, and only those count",
            )
    if program.tier_months is None:
        if program.demotion_months != 0:
            yield "/demotion_months", "changes nothing without `tier_months`: a tier is kept for life"
        return
    if len(program.tiers) > 1 and program.demotion_months is not None:
        seen = program.tier_months + program.demotion_months
        if _wait_days(program) >= seen * _MONTH_DAYS:
            text = "has passed before a reward is released, and only then a referral counts: no higher tier is reached"
            yield "/tier_months", text


def _is_less(rate: Rate | None, than: Rate | None, currency: str) -> bool:
    """Compare rates of one kind; of two kinds it depends on the order."""
    if rate is None or than is None:
        return rate is None and than is not None
    alike = rate.unit_in(currency) == than.unit_in(currency) and (rate.amount is None) == (than.amount is None)
    return alike and (rate.amount or rate.basis_points or 0) < (than.amount or than.basis_points or 0)


def _of_campaigns(program: Program, now: datetime) -> Iterator[Flaw]:
    for n, campaign in enumerate(program.campaigns):
        if campaign.ends_at <= now:
            yield f"/campaigns/{n}/ends_at", "lies in the past: no new order has its terms"


def _of_limits(program: Program) -> Iterator[Flaw]:
    """Limits that leave nothing, or no reward whole, or that another limit makes idle."""
    largest = _largest(program)
    limits = {f"/caps/{n}/amount": cap.amount for n, cap in enumerate(program.caps)}
    limits["/budget_month"] = program.budget_month
    for pointer, limit in limits.items():
        if limit == 0:
            yield pointer, "leaves nothing of any reward in money"
        elif limit is not None and limit < largest:
            yield pointer, f"is less than a single reward ({largest}), so that nobody gets that whole"
    for n, cap in enumerate(program.caps):
        if cap.count == 0:
            yield f"/caps/{n}/count", "leaves nothing of any reward"
    yield from _of_longer_caps(program)


def _of_longer_caps(program: Program) -> Iterator[Flaw]:
    spans = ("month", "year", "life")
    caps = sorted(enumerate(program.caps), key=lambda it: spans.index(it[1].per))
    for place, (n, cap) in enumerate(caps):
        for name in ("amount", "count"):
            mine = getattr(cap, name)
            for _, longer in caps[place + 1 :]:
                limit = getattr(longer, name)
                if mine is not None and limit is not None and mine > limit:
                    yield f"/caps/{n}/{name}", f"is more than the cap per {longer.per}, and so never reached"
                    break


def _of_waiting(program: Program) -> Iterator[Flaw]:
    if _wait_days(program) == 0 and any(not it.startswith(_OF_NO_ORDER) for it in rewards(program)):
        yield "/hold_days", "releases rewards at once: they are paid for goods that come back"
    if program.hold_from == "delivery" and program.longest_wait_days < program.hold_days:
        text = "is less than `hold_days`: who reports no delivery has the reward released sooner than who does"
        yield "/longest_wait_days", text
    if program.void_below_minimum and program.minimum == 0:
        yield "/void_below_minimum", "changes nothing without `minimum`"


def _of_reviews(program: Program) -> Iterator[Flaw]:
    threshold = program.watch.review_at
    if threshold is None:
        return
    heaviest = sum({**WEIGHTS, **program.watch.weights}.values())
    if threshold > heaviest:
        yield "/watch/review_at", f"is more than all signals weigh together ({heaviest}): no reward ever waits"
    if program.review_days == 0:
        yield "/review_days", "lets nobody answer: `review_default` decides at once"
    elif program.review_days > _wait_days(program):
        yield "/review_days", "is longer than the hold: a reward that nobody looks at is released later than announced"


def _of_spending(program: Program) -> Iterator[Flaw]:
    """What is earned and can never be spent."""
    bonuses = any(tier.bonus for tier in program.tiers)
    others = [rate for pointer, rate in rewards(program).items() if pointer.startswith(_OF_NO_ORDER)]
    prizes = any(it.unit_in(program.currency) == program.currency for it in others)
    most = None if bonuses or prizes else _collected(program)
    if most is not None and program.spend_minimum > most:
        yield "/spend_minimum", f"is more than the caps let anybody collect before it expires ({most})"


def _of_units(program: Program) -> Iterator[Flaw]:
    """Units that are earned and can't be spent, or the other way round, or not from where on they should."""
    earned = {pointer: rate.unit for pointer, rate in rewards(program).items() if rate.unit is not None}
    for pointer, unit in earned.items():
        if unit not in program.units:
            yield pointer, f"is in {unit}, which can't be spent: `units` says what they are worth"
    for unit, worth in program.units.items():
        if unit not in earned.values():
            yield f"/units/{unit}", "is earned by nothing"
        if worth.minimum % worth.per:
            yield f"/units/{unit}/minimum", f"is no multiple of `per` ({worth.per}), and only such can be spent"


def _of_privacy(program: Program) -> Iterator[Flaw]:
    """What people have a right to be told, and how long what they tell is kept."""
    if program.privacy is None:
        yield (
            "/privacy",
            "is missing: pages that collect data have to say who is responsible, what for, and for how long",
        )
        return
    for tag in program.languages:
        if notice_in(program.privacy, [tag]) is None:
            yield (
                "/privacy/notices",
                f"has none in {tag}, one of `languages`: such readers get that in {program.locale}",
            )
    if program.retention.inactive_months is None:
        yield "/retention/inactive_months", "keeps people for ever who are customers no more"


def _of_letters(program: Program) -> Iterator[Flaw]:
    """Hours that are quiet by day, and a cap that another one leaves no room to reach."""
    quiet, caps = program.letters.quiet, program.letters.caps
    if quiet is not None and minutes_between(quiet.starts, _NOON) < minutes_between(quiet.starts, quiet.ends):
        yield "/letters/quiet", "is quiet at noon: letters go out by night, if `starts` and `ends` are not swapped"
    for n, cap in enumerate(caps):
        others = [it for it in caps[:n] + caps[n + 1 :] if set(cap.purposes) <= set(it.purposes)]
        if any(it.letters <= cap.letters and it.days >= cap.days for it in others):
            yield f"/letters/caps/{n}", "is never reached: another cap leaves no more in as many days"


def _of_tasks(program: Program, now: datetime) -> Iterator[Flaw]:
    """What nobody can do any more, or reads in a language of their own."""
    for n, task in enumerate(program.tasks):
        if task.until is not None and task.until <= now:
            yield f"/tasks/{n}/until", "is over"
        for tag in program.languages:
            if said_in(task.words, [tag]) is None:
                yield f"/tasks/{n}/words", f"has none in {tag}, one of `languages`"


def _collected(program: Program) -> int | None:
    """The most that caps let an ambassador have at a time who earns all of it at once; None if there is no limit."""
    amounts = {cap.per: cap.amount for cap in program.caps if cap.amount is not None}
    most = [amounts["life"]] if "life" in amounts else []
    if program.expiry_months is not None and "month" in amounts:
        most.append(amounts["month"] * (program.expiry_months + 1))
    return min(most, default=None)


def _largest(program: Program) -> int:
    """The largest fixed reward in money for an order."""
    rates = (rate for pointer, rate in rewards(program).items() if not pointer.startswith(_OF_NO_ORDER))
    return max((it.amount for it in rates if it.amount is not None and it.unit is None), default=0)


def _wait_days(program: Program) -> int:
    """How many days a reward waits at the least."""
    if program.hold_from == "purchase":
        return program.hold_days
    return min(program.hold_days, program.longest_wait_days)


def _of_texts(program: Program) -> Iterator[Flaw]:
    """Sentences in a language in which nobody is written to."""
    spoken = {_main(tag) for tag in (*program.languages, program.locale)}
    for n, text in enumerate(program.brand.texts):
        if program.languages and _main(text.language) not in spoken:
            yield f"/brand/texts/{n}/language", "is none of `languages`, so nobody reads it"


def _of_languages(program: Program) -> Iterator[Flaw]:
    """Sentences of the shop's own that some readers don't get in their language."""
    by_letter: dict[tuple[str, str | None], dict[str, str]] = {}
    for text in program.brand.texts:
        by_letter.setdefault((text.letter, text.variant), {})[text.language] = text.letter
    for (letter, variant), said in by_letter.items():
        named = f"{letter}, variant {variant}," if variant else letter
        for n, tag in enumerate(program.languages):
            if said_in(said, [tag]) is None:
                yield f"/languages/{n}", f"has no sentences of your own for {named} which other languages have"


def _main(tag: str) -> str:
    """The language of a tag, without its country or script."""
    return tag.replace("_", "-").partition("-")[0].lower()
