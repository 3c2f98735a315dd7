"""What becomes of an order later: refunds, reversals, deliveries and payments."""

from datetime import datetime
from typing import Annotated, Any, Literal

from chalice.app import Response
from msgspec import Meta

from chalicelib import deps
from chalicelib.domain.model import facts
from chalicelib.edge import fields
from chalicelib.edge.answers import Answer, Sum, money_if, once
from chalicelib.edge.call import Call
from chalicelib.edge.fields import (
    Id,
    Moment,
    Money,
    Shape,
)
from chalicelib.edge.problems import Problem, bad_field, conflicting_repeat
from chalicelib.edge.views import leads_to, view
from chalicelib.operations.orders.answers import Conflicting
from chalicelib.operations.orders.facts import AlreadyReversed, Reported, report


class NewRefund(Shape):
    """Money that was paid back, or an order that was cancelled.

    Attributes:
        refund_id: Your own id of the refund: each counts once. Letter case matters.
        amount: Money paid back, `tax` and `shipping` among it, without what was for gift cards and excluded goods.
            Required, unless `kind` is `cancellation`, which has no amounts.
        tax: The part of `amount` that is tax. Leave it out if the order's `amount` had tax in it and the order did not
            say so.
        shipping: The part of `amount` that is shipping, which changes no reward.
        refunded_at: In the past. It is kept with the refund; no rule goes by it.
        kind: A `cancellation` is the whole order; for a part use `refund`. A `chargeback` doesn't let the friend use a
            code on another order, as the other two do once nothing is left.
    """

    refund_id: Id
    amount: Money | None = None
    tax: Money | None = None
    shipping: Money | None = None
    refunded_at: Moment | None = None
    kind: Literal["refund", "chargeback", "cancellation"] = "refund"


class NewReversal(Shape):
    """A dispute won. It has no fields."""


class NewFulfilment(Shape):
    """Goods delivered, or the correction of a delivery.

    Attributes:
        fulfilment_id: Your own id of the delivery. Letter case matters.
        delivered_at: In the past; required unless `void`. Where the program says so the hold runs from the last
            delivery, and none counts as earlier than its order.
        revision: A higher one replaces what was said of this delivery before, until the reward is released; the highest
            counts, whatever arrives last. Your store's time of change in seconds makes a good one.
        return_by: Until when goods may come back, within three years. The hold lasts until then if that is later.
        more: `true`: the order has further parcels. Where the hold runs from the delivery, it waits for one without
            `more`, or for the program's longest wait.
        void: `true`: there was no such delivery.
    """

    fulfilment_id: Id
    delivered_at: Moment | None = None
    revision: Annotated[int, Meta(ge=1, lt=10**15)] = 1
    return_by: Moment | None = None
    more: bool = False
    void: bool = False


class NewPayment(Shape):
    """The payment of an order that was redeemed as `pending`.

    Attributes:
        payment_id: Your own id of the payment. Letter case matters.
        paid_at: In the past. The hold runs from it, if it is later than the order.
    """

    payment_id: Id
    paid_at: Moment


class Fact(Answer, kw_only=True):
    """What was reported of an order, as it was taken.

    Attributes:
        status: `accepted` also where nobody knows the order: it may come yet. `superseded`: a higher revision of it is
            there and counts.
        counts: `false` if the report has no effect, because the order has set its friend free and is worth nothing for
            good.
        reason: Why it doesn't count.
        by: Who has the place of an order that doesn't count: the id of another order, or `admin`.
    """

    order_id: str
    status: Literal["accepted", "superseded"]
    counts: Literal[False] | None = None
    reason: Literal["replaced"] | None = None
    by: str | None = None


class Refund(Fact, kw_only=True):
    """Money that was reported as paid back, `tax` and `shipping` among it."""

    refund_id: str
    kind: facts.RefundKind
    amount: Sum | None = None
    tax: Sum | None = None
    shipping: Sum | None = None
    refunded_at: datetime | None = None


class Reversal(Fact, kw_only=True):
    """A refund that no longer counts."""

    refund_id: str


class Fulfilment(Fact, kw_only=True):
    """A delivery, by one revision of it."""

    fulfilment_id: str
    revision: int
    delivered_at: datetime | None = None
    return_by: datetime | None = None
    more: bool = False
    void: bool = False


class Payment(Fact, kw_only=True):
    """That an order was paid for."""

    payment_id: str
    paid_at: datetime


@view(
    {201: Refund, 200: Refund},
    body=NewRefund,
    problems={409: ["conflicting_repeat", "already_reversed"]},
    links=leads_to("post_reversal", order_id="$request.path.order_id", refund_id="$response.body#/refund_id")
    | leads_to("get_redemption", order_id="$request.path.order_id"),
)
def post_refund(call: Call, body: NewRefund, order_id: str) -> Response:
    """Report money paid back, or an order that was cancelled.

    Report it for all orders, also before the redemption: one that used no code is not changed by it. A refund that was
    reversed can't be reported again; what is paid back after that needs an id of its own. One in another currency than
    the order's lets the reward wait for an admin.
    """
    _check_refund(body)
    refund = facts.Refund(
        order_id=fields.shop_id("order_id", order_id),
        refund_id=body.refund_id,
        kind=body.kind,
        amount=body.amount.amount if body.amount else 0,
        currency=body.amount.currency if body.amount else None,
        tax=fields.minor(body.tax),
        shipping=fields.minor(body.shipping),
        refunded_at=fields.past("refunded_at", body.refunded_at, deps.now()),
        recorded_at=deps.now(),
    )
    return _report(refund, "refund_id")


@view({201: Reversal, 200: Reversal}, body=NewReversal, problems={409: ["conflicting_repeat"]})
def post_reversal(call: Call, body: NewReversal, order_id: str, refund_id: str) -> Response:
    """Report that a refund no longer counts.

    A dispute was won, or an order that was cancelled goes on after all. The refund's id is used up.
    """
    reversal = facts.Reversal(
        order_id=fields.shop_id("order_id", order_id),
        refund_id=fields.shop_id("refund_id", refund_id),
        recorded_at=deps.now(),
    )
    return _report(reversal, "refund_id")


@view(
    {201: Fulfilment, 200: Fulfilment},
    body=NewFulfilment,
    problems={409: ["conflicting_repeat"]},
    links=leads_to("get_redemption post_refund", order_id="$request.path.order_id"),
)
def post_fulfilment(call: Call, body: NewFulfilment, order_id: str) -> Response:
    """Report a delivery, or correct what was reported of it.

    Report it for all orders, also before the redemption: one that used no code is not changed by it.
    """
    if body.delivered_at is None and not body.void:
        raise bad_field("/delivered_at", "is required, unless the delivery is void")
    fulfilment = facts.Fulfilment(
        order_id=fields.shop_id("order_id", order_id),
        fulfilment_id=body.fulfilment_id,
        delivered_at=fields.past("delivered_at", body.delivered_at, deps.now()),
        revision=body.revision,
        more=body.more,
        void=body.void,
        return_by=fields.near("return_by", body.return_by, deps.now()),
        recorded_at=deps.now(),
    )
    return _report(fulfilment, "fulfilment_id")


@view(
    {201: Payment, 200: Payment},
    body=NewPayment,
    problems={409: ["conflicting_repeat"]},
    links=leads_to("get_redemption post_refund", order_id="$request.path.order_id"),
)
def post_payment(call: Call, body: NewPayment, order_id: str) -> Response:
    """Report that an order has been paid for.

    It is for orders that are sent as `pending`, and may come before them. An order has one payment: another one is
    refused.
    """
    now = deps.now()
    paid_at = fields.past("paid_at", body.paid_at, now)
    assert paid_at is not None
    payment = facts.Payment(
        order_id=fields.shop_id("order_id", order_id),
        payment_id=body.payment_id,
        paid_at=paid_at,
        recorded_at=now,
    )
    return _report(payment, "order_id")


def _report(fact: Reported, key: str) -> Response:
    taken = report(deps.table(), fact)
    if isinstance(taken, Conflicting):
        raise conflicting_repeat(key)
    if isinstance(taken, AlreadyReversed):
        raise Problem(409, "already_reversed", "This refund was reversed. Report another one under a new refund_id.")
    told: dict[str, Any] = {"order_id": taken.fact.order_id, "status": "superseded" if taken.superseded else "accepted"}
    if taken.freed is not None:
        told |= {"counts": False, "reason": "replaced", "by": taken.freed.by or "admin"}
    return once(_shown(taken.fact, told), replayed=taken.replayed)


def _shown(fact: Reported, common: dict[str, Any]) -> Fact:
    """Show a fact as the shop reported it, and what has come of it."""
    match fact:
        case facts.Refund():
            return Refund(**money_back(fact), refunded_at=fact.refunded_at, **common)
        case facts.Payment():
            return Payment(payment_id=fact.payment_id, paid_at=fact.paid_at, **common)
        case facts.Reversal():
            return Reversal(refund_id=fact.refund_id, **common)
        case facts.Fulfilment():
            return Fulfilment(
                fulfilment_id=fact.fulfilment_id,
                revision=fact.revision,
                delivered_at=fact.delivered_at,
                return_by=fact.return_by,
                more=fact.more,
                void=fact.void,
                **common,
            )


def money_back(refund: facts.Refund) -> dict[str, Any]:
    """Return the fields that say what a refund paid back, and what of it was tax and shipping."""
    parts = {"amount": refund.amount, "tax": refund.tax, "shipping": refund.shipping}
    shown = {name: money_if(amount, refund.currency) for name, amount in parts.items()}
    return {"refund_id": refund.refund_id, "kind": refund.kind, **shown}


def _check_refund(refund: NewRefund) -> None:
    """Refuse what can't be paid back: a part by cancelling, nothing at all, or more tax and shipping than money."""
    given = {"amount": refund.amount, "tax": refund.tax, "shipping": refund.shipping}
    if refund.kind == "cancellation":
        for name, part in given.items():
            if part is not None:
                raise bad_field(
                    f"/{name}", "goes with no cancellation, which voids the order: use kind refund for a part"
                )
        return
    if refund.amount is None or refund.amount.amount == 0:
        raise bad_field("/amount", "is required, and more than zero, unless the kind is cancellation")
    fields.check_parts(refund.amount, {"/tax": refund.tax, "/shipping": refund.shipping})
