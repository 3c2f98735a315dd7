"""One settled order: it stands where `settle` puts it, its entries say the same, and so do root, case and messages."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime, timedelta

from chalicelib.domain.audit.audit import Finding, compared
from chalicelib.domain.audit.dossier import Dossier, shown
from chalicelib.domain.audit.order_entries import check_entries, check_sums
from chalicelib.domain.audit.order_messages import check_messages
from chalicelib.domain.calendar import month_of
from chalicelib.domain.model.accounts import Account
from chalicelib.domain.model.orders import Standing
from chalicelib.domain.model.reviews import Case
from chalicelib.domain.orders.fraud import remembered
from chalicelib.domain.orders.friends import in_time
from chalicelib.domain.orders.settle import settle
from chalicelib.domain.orders.standing import wake_up
from chalicelib.domain.program.flaws import flaws
from chalicelib.domain.program.program import Program, campaign_of, reward_of, tier_of

_MOMENT = timedelta(milliseconds=1)
_SKEW = timedelta(minutes=5)
_ATTRIBUTES = {"cap_used": "room", "facts_seen": "facts", "facts_named": "named", "last_review": "reviews"}
"""What the table calls fields of a standing, where its words are shorter: findings name what is found there."""

_LOOK_BACK = ("entries", "age")
"""What of a standing is no function of the facts: it is compared with the entries."""


def check_order(dossier: Dossier, ambassador_id: str, *, now: datetime) -> Iterator[Finding]:
    """Check one order. What has arrived and waits to be settled is no difference yet."""
    yield from compared("entry", f"{dossier.where}/ambassador_id", ambassador_id, dossier.redemption.ambassador_id)
    yield from _check_facts(dossier)
    yield from _check_reviews(dossier)
    yield from check_entries(dossier)
    yield from check_sums(dossier)
    yield from _check_place(dossier)
    yield from _check_claim(dossier)
    yield from _check_traits(dossier)
    if dossier.program is None:
        version = dossier.redemption.program_version
        yield Finding("cause", f"{dossier.where}/program_version", "a version that there is", version)
        return
    yield from _check_terms(dossier, dossier.program)
    if not dossier.waits:
        yield from _check_position(dossier, dossier.program, now)
    yield from check_messages(dossier, dossier.program)


def _check_facts(dossier: Dossier) -> Iterator[Finding]:
    """Each fact says what the edge lets in: amounts with their parts, none to cancel, a time unless it is void."""
    for refund in dossier.order.refunds:
        where = f"{dossier.where}/{refund.name}/amount"
        if refund.kind == "cancellation":
            yield from compared("fact", where, 0, refund.amount)
        elif refund.goods < 0 or refund.currency is None:
            yield Finding("fact", where, "an amount with its parts", f"{refund.amount} {refund.currency}")
    for delivery in dossier.order.fulfilments:
        if delivery.delivered_at is None and not delivery.void:
            yield Finding("fact", f"{dossier.where}/{delivery.name}/delivered_at", "a time", None)


def _check_reviews(dossier: Dossier) -> Iterator[Finding]:
    """Reviews come one after the other, about refunds in a foreign currency; they value only what they have seen."""
    reviews = sorted(dossier.order.reviews, key=lambda review: review.number)
    foreign = {refund.refund_id for refund in dossier.order.refunds if refund.currency != dossier.redemption.currency}
    for place, review in enumerate(reviews, start=1):
        where = f"{dossier.where}/{review.name}"
        yield from compared("fact", f"{where}/number", place, review.number)
        for refund_id in sorted({*review.answers, *review.values} - foreign):
            yield Finding("fact", f"{where}/answers", "refunds in a foreign currency", refund_id)
        if not set(review.values) <= set(review.answers) or min(review.values.values(), default=0) < 0:
            yield Finding("fact", f"{where}/values", "what refunds that it has seen are worth", str(review.values))


def _check_place(dossier: Dossier) -> Iterator[Finding]:
    """The order has the place of its friend that it earns by, and no other order has the place of one that stands."""
    root, redemption, where = dossier.root, dossier.redemption, f"{dossier.where}/friend"
    if not dossier.order.is_paid:
        yield Finding("terms", f"{dossier.where}/payment", "a payment", None)
    if root is None:
        yield Finding("friend", where, "a root", None)
        return
    has_it, freed = root.order_id == dossier.order.order_id, dossier.order.freed
    if dossier.standing.terms.limit == "friend_already_referred" or freed:
        if has_it and not (freed and freed.author):
            yield Finding("friend", where, "another order", root.order_id)
    elif redemption.friend_order > 1:
        if root.count < redemption.friend_order:
            yield Finding("friend", f"{where}/count", redemption.friend_order, root.count)
        if dossier.program and not in_time(
            root, (redemption.ambassador_id, *dossier.kin), redemption.placed_at, dossier.program
        ):
            yield Finding("friend", where, "an order within the days of the friend", root.order_id)
    elif not has_it:
        yield Finding("friend", where, dossier.order.order_id, root.order_id)
    elif not root.is_paid:
        yield Finding("friend", f"{where}/unpaid_since", None, str(root.unpaid_since))


def _check_claim(dossier: Dossier) -> Iterator[Finding]:
    """An order that was claimed is there because that claim was approved."""
    claimed, where = dossier.redemption.claim, f"{dossier.where}/claim"
    if claimed is None:
        return
    if dossier.claim is None:
        yield Finding("claim", where, claimed, None)
        return
    yield from compared("claim", f"{where}/state", "approved", dossier.claim.state)
    if dossier.claim.ambassador_id not in (dossier.redemption.ambassador_id, *dossier.kin):
        yield Finding("claim", f"{where}/ambassador_id", dossier.redemption.ambassador_id, dossier.claim.ambassador_id)
    yield from compared("claim", f"{where}/order_id", dossier.order.order_id, dossier.claim.order_id)


def _check_traits(dossier: Dossier) -> Iterator[Finding]:
    """The friend is among those who have used the order's card and address."""
    for name in ("payment", "address"):
        pseudonym = getattr(dossier.redemption, name)
        trait = dossier.traits.get(pseudonym)
        if pseudonym and (trait is None or remembered(trait, dossier.redemption.friend) != trait):
            known = shown(trait.friends) if trait else None
            yield Finding("trait", f"{dossier.where}/{name}", dossier.redemption.friend, known)


def _check_terms(dossier: Dossier, program: Program) -> Iterator[Finding]:
    """The terms are those of the program for the referrals that they name, and grant no more than the rate gives."""
    terms, redemption, where = dossier.standing.terms, dossier.redemption, f"{dossier.where}/terms"
    tier = tier_of(program, terms.referrals)
    campaign = campaign_of(program, redemption.campaign, redemption.placed_at)
    rate = reward_of(program, tier, campaign, redemption.friend_order)
    unit = rate.unit_in(program.currency) if rate else program.currency
    yield from compared("terms", f"{where}/tier", tier.name, terms.tier)
    yield from compared("terms", f"{where}/campaign", campaign.name if campaign else None, terms.campaign)
    yield from compared("terms", f"{where}/month", month_of(redemption.begins, program), terms.month)
    yield from compared("terms", f"{where}/full", rate.of(redemption.paid) if rate else 0, terms.reward_at_rate)
    yield from compared("terms", f"{where}/unit", unit, terms.unit or redemption.currency)
    if not 0 <= terms.granted <= terms.reward_at_rate:
        yield Finding("terms", f"{where}/granted", f"0 to {terms.reward_at_rate}", terms.granted)
    if terms.limit == "friend_already_referred":
        yield from compared("terms", f"{where}/granted", 0, terms.granted)
    elif (terms.limit is None) != (terms.granted == terms.reward_at_rate):
        expected = "a reason" if terms.limit is None else None
        yield Finding("terms", f"{where}/limit", expected, terms.limit)
    if terms.budget_drawn:
        drawn = sum(amount for _, amount in terms.budget_drawn)
        yield from compared("terms", f"{where}/drawn", terms.granted, drawn)


def _check_position(dossier: Dossier, program: Program, now: datetime) -> Iterator[Finding]:
    """Settling once more, before the next time that the order waits for, would change nothing and post nothing.

    Whoever settled it last may have a clock that is ahead.
    """
    wrong = flaws(program)
    if wrong:
        reasons = "; ".join(f"{pointer}: {reason}" for pointer, reason in wrong)
        yield Finding("position", dossier.where, "an order that can be settled", reasons)
        return
    soon = list(_check_position_at(dossier, program, now))
    later = list(_check_position_at(dossier, program, now + _SKEW)) if soon else []
    yield from (finding for finding in soon if finding in later)
    if dossier.order.case is not None:
        where = f"{dossier.where}/case/ambassador_id"
        yield from compared("case", where, dossier.redemption.ambassador_id, dossier.order.case.ambassador_id)


def _check_position_at(dossier: Dossier, program: Program, now: datetime) -> Iterator[Finding]:
    wakes = wake_up(dossier.standing)
    moment = now if wakes is None else min(now, wakes - _MOMENT)
    again = settle(dossier.order, Account(dossier.redemption.ambassador_id), program, now=moment)
    expected = again.redemption.standing
    assert expected is not None
    for name in (it.name for it in fields(Standing) if it.name not in _LOOK_BACK):
        would, is_now = getattr(expected, name), getattr(dossier.standing, name)
        where = f"{dossier.where}/standing/{_ATTRIBUTES.get(name, name)}"
        yield from compared("position", where, shown(would), shown(is_now))
    if wakes is not None and dossier.redemption.due_at is None:
        yield Finding("wake_up", f"{dossier.where}/due_at", shown(wakes), None)
    if again.case is not None:
        yield Finding("case", f"{dossier.where}/case", _shown_case(again.case), _shown_case(dossier.order.case))


def _shown_case(case: Case | None) -> str | None:
    return f"{case.state} until {shown(case.deadline)}" if case else None
