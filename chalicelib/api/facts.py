"""What the shop reports of an order later: refunds, reversals, deliveries and payments."""

from chalice.app import Response

from chalicelib import deps
from chalicelib.api import present, schemas
from chalicelib.domain.model import orders
from chalicelib.edge import fields
from chalicelib.edge.answers import once
from chalicelib.edge.call import Call
from chalicelib.edge.problems import Problem, bad_field, conflicting_repeat
from chalicelib.edge.views import view
from chalicelib.operations.orders.answers import Conflicting
from chalicelib.operations.orders.facts import AlreadyReversed, Reported, report


@view({200: dict}, body=schemas.Refund)
def post_refund(call: Call, body: schemas.Refund, order_id: str) -> Response:
    """Report money paid back; it may be reported before the redemption."""
    _check_refund(body)
    refund = orders.Refund(
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


@view({200: dict}, body=schemas.Reversal)
def post_reversal(call: Call, body: schemas.Reversal, order_id: str, refund_id: str) -> Response:
    """Report a dispute won: that refund no longer counts."""
    reversal = orders.Reversal(
        order_id=fields.shop_id("order_id", order_id),
        refund_id=fields.shop_id("refund_id", refund_id),
        recorded_at=deps.now(),
    )
    return _report(reversal, "refund_id")


@view({200: dict}, body=schemas.Fulfilment)
def post_fulfilment(call: Call, body: schemas.Fulfilment, order_id: str) -> Response:
    """Report a delivery, or correct what was reported of it."""
    if body.delivered_at is None and not body.void:
        raise bad_field("/delivered_at", "is required, unless the delivery is void")
    fulfilment = orders.Fulfilment(
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


@view({200: dict}, body=schemas.Payment)
def post_payment(call: Call, body: schemas.Payment, order_id: str) -> Response:
    """Report that an order has been paid for; it may be reported before the redemption."""
    now = deps.now()
    paid_at = fields.past("paid_at", body.paid_at, now)
    assert paid_at is not None
    payment = orders.Payment(
        order_id=fields.shop_id("order_id", order_id),
        payment_id=body.payment_id,
        paid_at=paid_at,
        recorded_at=now,
    )
    return _report(payment, "order_id")


def _report(fact: "Reported", key: str) -> Response:

    taken = report(deps.table(), fact)
    if isinstance(taken, Conflicting):
        raise conflicting_repeat(key)
    if isinstance(taken, AlreadyReversed):
        raise Problem(409, "already_reversed", "This refund was reversed. Report another one under a new refund_id.")
    body = present.fact(taken.fact, superseded=taken.superseded)
    if taken.freed is not None:
        body |= {"counts": False, "reason": "replaced", "by": taken.freed.by or "admin"}
    return once(body, replayed=taken.replayed)


def _check_refund(told: schemas.Refund) -> None:
    """Refuse what can't be paid back: a part by cancelling, nothing at all, or more tax and shipping than money."""
    given = {"amount": told.amount, "tax": told.tax, "shipping": told.shipping}
    if told.kind == "cancellation":
        for name, part in given.items():
            if part is not None:
                raise bad_field(
                    f"/{name}", "goes with no cancellation, which voids the order: use kind refund for a part"
                )
        return
    if told.amount is None or told.amount.amount == 0:
        raise bad_field("/amount", "is required, and more than zero, unless the kind is cancellation")
    fields.check_parts(told.amount, {"/tax": told.tax, "/shipping": told.shipping})
