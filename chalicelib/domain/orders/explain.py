"""Why this amount, or why none: a settled order's standing told as the rules that were applied, step by step.

Each step is `{rule, outcome, detail}`; amounts are minor units. The steps alone let a reader work the amount out again.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

from chalicelib.domain.model.orders import Order, Redemption, Standing, State, Terms
from chalicelib.domain.program.program import Program

Step = dict[str, Any]
Rule = Literal[
    "offer", "claim", "payment", "withdrawn", "settlement", "tier", "campaign", "rate", "place", "cap", "budget",
    "replaced", "cancelled", "refunds", "below_minimum", "review", "worth", "expired", "hold",
]  # fmt: skip
"""Everything that a step can be about. Readers in words have a sentence for each."""


PaymentState = Literal["pending", "lapsed", "paid"]
"""Whether an order that was not paid for when it came still may be, was not in time, or is by now."""


def payment_of(order: Order, program: Program, now: datetime) -> PaymentState:
    """Whether an order is paid for. One that has lapsed counts again when it is paid for after all."""
    if order.is_paid:
        return "paid"
    return "pending" if now < order.redemption.placed_at + program.pending else "lapsed"


def state_of(standing: Standing) -> State:
    """The position of the reward in one word."""
    if standing.worth > 0:
        return "available" if standing.released else "held"
    return "clawed_back" if standing.has("earned") else "void"


def reason_of(standing: Standing) -> str | None:
    """The stable reason why a reward waits or is less than the rate would give; None when it is neither."""
    if standing.review_open:
        return "review_pending"
    if standing.has("denied"):
        return "denied_by_review"
    if standing.has("replaced"):
        return "replaced"
    if standing.has("below_minimum"):
        return "below_minimum"
    if standing.refunded > 0 or standing.has("cancelled"):
        return "refunded"
    return standing.terms.limit


def trace(redemption: Redemption, payment: PaymentState | None = None) -> list[Step]:
    """The rules in the order in which they decided; `payment` is for an order that has not been settled yet."""
    parts = {"tax": redemption.tax, "excluded": redemption.excluded}
    left_out = {name: amount for name, amount in parts.items() if amount is not None}
    steps = [_step("offer", redemption.friend_discount, amount=redemption.amount, **left_out, paid=redemption.paid)]
    if redemption.claim:
        steps.append(_step("claim", "approved", id=redemption.claim))
    if redemption.withdrawn:
        return [*steps, _step("withdrawn", redemption.withdrawn, revision=redemption.revision)]
    if redemption.pending:
        paid: PaymentState = "paid" if redemption.standing else payment or "pending"
        steps.append(_step("payment", paid, revision=redemption.revision))
    if redemption.standing is None:
        return [*steps, _step("settlement", "pending", estimate=redemption.reward_estimate)]
    return [*steps, *_earned(redemption, redemption.standing), *_waiting(redemption.standing)]


def _earned(redemption: Redemption, standing: Standing) -> Iterator[Step]:
    terms = standing.terms
    place = {"place": terms.ambassador_order, "reached": terms.referrals}
    yield _step("tier", terms.tier, program_version=redemption.program_version, **place)
    if terms.campaign:
        yield _step("campaign", terms.campaign)
    yield _step("rate", terms.reward_at_rate, **_rate(terms, redemption))
    if terms.limit == "friend_already_referred":
        yield _step("place", 0, wanted=terms.reward_at_rate)
    if terms.limit == "cap_ambassador":
        yield _step("cap", terms.granted, wanted=terms.reward_at_rate)
    if terms.limit == "cap_budget":
        yield _step("budget", terms.granted, wanted=terms.reward_at_rate)
    if standing.has("replaced"):
        yield _step("replaced", 0)
    elif standing.has("cancelled"):
        yield _step("cancelled", 0)
    elif standing.refunded:
        share = {"granted": terms.granted, "net": standing.net, "of": redemption.paid}
        yield _step("refunds", standing.cap_used, refunded=standing.refunded, **_details(redemption, standing), **share)
    if standing.has("below_minimum"):
        yield _step("below_minimum", 0)
    if standing.last_review or standing.has("by_default"):
        yield _decision(standing)
    yield _step("worth", standing.worth)


def _details(redemption: Redemption, standing: Standing) -> Step:
    """What of the refunds an admin has valued, and the crumbs that they have left over."""
    valued = {} if standing.valued is None else {"valued": standing.valued}
    left = redemption.paid - standing.refunded
    return {**valued, "crumbs": left} if left > 0 and not standing.net else valued


def _rate(terms: Terms, redemption: Redemption) -> Step:
    """What the amount is counted in, and how it was worked out."""
    rate, unit = terms.rate, {"unit": redemption.unit}
    if rate is None:
        return {"amount": 0, **unit}
    if rate.gift is not None:
        return {"gift": rate.gift, **unit}
    if rate.amount is not None:
        return {"amount": rate.amount, **unit}
    limit = {} if rate.maximum is None else {"maximum": rate.maximum}
    return {"basis_points": rate.basis_points, "of": redemption.paid, **limit, **unit}


def _decision(standing: Standing) -> Step:
    """The decision that counts, and who made it: an admin, or the program because nobody answered in time."""
    decision = "deny" if standing.has("denied") else "approve"
    if standing.has("by_default"):
        about = {"question": "foreign_refund"} if standing.has("unvalued") else {}
        return _step("review", standing.worth, decision=decision, by="default", **about)
    return _step("review", standing.worth, decision=decision, by="admin", number=standing.last_review)


def _waiting(standing: Standing) -> Iterator[Step]:
    if standing.age and (standing.age.gone or standing.age.back):
        yield _step("expired", standing.age.back, gone=standing.age.gone)
    if standing.review_open:
        yield _step("review", "open")
    until: Step = {"release_at": standing.release_at}
    until |= {"undelivered": True} if standing.has("undelivered") else {}
    yield _step("hold", "ended", **until) if standing.released else _step("hold", "waiting", **until)


def _step(rule: Rule, outcome: object, **detail: object) -> Step:
    return {"rule": rule, "outcome": outcome, "detail": detail}
