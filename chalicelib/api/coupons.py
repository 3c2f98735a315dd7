"""Coupons: ambassadors make one of their rewards, and the checkout takes it."""

from datetime import datetime
from typing import Literal, Self

from chalice.app import Response

from chalicelib import deps
from chalicelib.api.subject import known_ambassador
from chalicelib.api.withdrawals import REFUSALS, Return, counted, finish, give_back, withdraw
from chalicelib.domain.accounts.withdrawals import has_expired
from chalicelib.domain.model.accounts import Withdrawal
from chalicelib.domain.people.codes import normal_code
from chalicelib.edge.answers import Answer, Sum, json, money, once
from chalicelib.edge.call import Call
from chalicelib.edge.fields import Counted, Id, Shape
from chalicelib.edge.paging import PAGE, Page, listed
from chalicelib.edge.problems import not_found
from chalicelib.edge.views import leads_to, view
from chalicelib.operations.accounts.withdrawals import Wanted, Withdrawn, find_coupon


class NewSpend(Shape):
    """What an ambassador wants as a coupon: money, or points that are worth some.

    Attributes:
        amount: From how much on, and in which steps, `spending` of the ambassador says.
    """

    amount: Counted


class CouponConfirm(Shape):
    """The order on which a coupon was used.

    Attributes:
        order_id: Your own id of the order.
    """

    order_id: Id


class CouponCancel(Shape):
    """A coupon that is not used after all. It has no fields."""


class Coupon(Answer, kw_only=True):
    """A coupon that an ambassador made of rewards.

    Attributes:
        code: What the ambassador types at the checkout.
        status: `reserved`: it can be used. `confirmed`: it was used up. `cancelled`, `expired`: the ambassador has the
            amount again.
        amount: What it takes off a price: a way to pay, which does not lower the `amount` of an order.
        spent: What the ambassador gave for it, if that was no money.
        order_id: The order on which it was used.
        returned: What came back of it after it was used, in what the ambassador gave.
        expires_at: Until when it can be used.
        closed_at: When it was used up or cancelled, or the amount went back.
    """

    id: str
    code: str
    ambassador_id: str
    status: Literal["reserved", "confirmed", "cancelled", "expired"]
    amount: Sum
    spent: Sum | None = None
    created_at: datetime
    expires_at: datetime
    order_id: str | None = None
    closed_at: datetime | None = None
    returned: Sum | None = None

    @classmethod
    def of(cls, spend: Withdrawal, now: datetime) -> Self:
        """Show a coupon as it is at this time. One that was used shows on which order."""
        assert spend.code is not None, "a spend has a coupon"
        assert spend.expires_at is not None, "a coupon expires"
        given, worth = money(spend.amount, spend.currency), spend.worth
        return cls(
            id=spend.id,
            code=spend.code,
            ambassador_id=spend.ambassador_id,
            status="expired" if has_expired(spend, now) else spend.state,
            amount=money(worth.amount, worth.currency) if worth else given,
            spent=given if worth else None,
            created_at=spend.created_at,
            expires_at=spend.expires_at,
            order_id=spend.closing if spend.state == "confirmed" else None,
            closed_at=spend.closed_at,
            returned=money(spend.returned, spend.currency) if spend.returned else None,
        )


@view(
    {201: Coupon, 200: Coupon},
    body=NewSpend,
    keyed=True,
    problems={404: ["not_found"], 409: ["not_available_now"], 422: list(REFUSALS)},
    links=leads_to("get_coupon post_coupon_confirm post_coupon_cancel", code="$response.body#/code"),
)
def post_spend(call: Call, body: NewSpend, ambassador_id: str) -> Response:
    """Turn available money, or points that are worth some, into a coupon for the shop.

    What it takes is reserved at once: used up when the coupon is confirmed, available again when it is cancelled or
    expires.
    """
    return _answer(withdraw(call, body, Wanted("spend", ambassador_id, counted(body.amount))))


@view({200: Page[Coupon]}, query=PAGE, problems={404: ["not_found"]})
def get_spends(call: Call, ambassador_id: str) -> Response:
    """List an ambassador's coupons, the newest first."""
    query, table, profile = call.query(), deps.table(), known_ambassador(ambassador_id)
    known, now = profile.ambassador_id, deps.now()
    return listed(
        f"/v1/ambassadors/{known}/spends",
        query,
        f"spends:{known}",
        lambda after, limit: table.list_spends(profile.kin, after, limit),
        lambda spends: [Coupon.of(it, now) for it in spends],
    )


@view({200: Coupon}, problems={404: ["not_found"]})
def get_coupon(call: Call, code: str) -> Response:
    """Show a coupon: what it is worth, and whether it can still be used."""
    call.query()
    return json(200, Coupon.of(_coupon(code), deps.now()))


@view(
    {201: Coupon, 200: Coupon},
    body=CouponConfirm,
    problems={404: ["not_found"], 409: ["conflicting_repeat", "coupon_cancelled"]},
    links=leads_to("post_coupon_return", code="$response.body#/code"),
)
def post_coupon_confirm(call: Call, body: CouponConfirm, code: str) -> Response:
    """Use up a coupon on an order.

    All that it is worth is used up, and the first confirmation wins. Return what the order did not need.
    """
    return _answer(finish(call, _coupon(code), "confirmed", body.order_id))


@view({201: Coupon, 200: Coupon}, body=CouponCancel, problems={404: ["not_found"], 409: ["coupon_confirmed"]})
def post_coupon_cancel(call: Call, body: CouponCancel, code: str) -> Response:
    """Give the money of a coupon back to the ambassador."""
    return _answer(finish(call, _coupon(code), "cancelled", None))


@view(
    {201: Coupon, 200: Coupon},
    body=Return,
    keyed=True,
    problems={
        404: ["not_found"],
        409: ["coupon_not_confirmed", "more_than_left"],
        422: ["currency_mismatch", "not_divisible"],
    },
)
def post_coupon_return(call: Call, body: Return, code: str) -> Response:
    """Give back what a confirmed coupon was not needed for, wholly or in part.

    As often as something is left of it. A refund of the order by itself returns nothing.
    """
    return _answer(give_back(call, body, lambda: _coupon(code)))


def _coupon(typed: str) -> Withdrawal:
    code = normal_code(typed)
    found = find_coupon(deps.table(), code) if code else None
    if found is None:
        raise not_found("There is no such coupon.")
    return found


def _answer(made: Withdrawn) -> Response:
    return once(Coupon.of(made.withdrawal, deps.now()), replayed=made.replayed)
