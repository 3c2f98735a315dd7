"""Coupons: what an ambassador made of rewards, or an offer of somebody's own; the checkout takes both alike."""

from datetime import datetime
from typing import Literal, Self

from chalice.app import Response

from chalicelib import deps
from chalicelib.api.checkout import KnownCustomer, check_customer
from chalicelib.api.subject import known_ambassador, known_person
from chalicelib.api.withdrawals import REFUSALS, Return, counted, finish, give_back, withdraw
from chalicelib.domain.accounts.withdrawals import has_expired
from chalicelib.domain.care.offers import Refusal, Unusable, UsedAlready, discount_of, is_over
from chalicelib.domain.model import offers as stored
from chalicelib.domain.model.accounts import Withdrawal
from chalicelib.domain.money import Money
from chalicelib.domain.people.codes import normal_code
from chalicelib.domain.people.pseudonyms import names_of
from chalicelib.edge import fields
from chalicelib.edge.answers import Answer, Sum, json, money, money_if, once
from chalicelib.edge.call import Call
from chalicelib.edge.fields import Counted, Id, Shape
from chalicelib.edge.paging import PAGE, Page, listed
from chalicelib.edge.problems import Problem, not_found
from chalicelib.edge.views import leads_to, view
from chalicelib.operations.accounts.withdrawals import Wanted, Withdrawn, find_coupon
from chalicelib.operations.care import offers
from chalicelib.operations.care.offers import Checkout


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
        customer: Who has ordered, as in a redemption. An offer of somebody's own is for them alone, and needs it.
        amount: What the goods cost, as in a redemption and before this coupon. An offer of somebody's own needs it.
    """

    order_id: Id
    customer: KnownCustomer | None = None
    amount: fields.Money | None = None


class CouponCancel(Shape):
    """A coupon that is not used after all.

    Attributes:
        order_id: The order that does without it. A used offer of somebody's own needs it: so a request that comes late
            does not take it from the next order.
    """

    order_id: Id | None = None


class SpendCancel(Shape):
    """A coupon that the ambassador takes back. It has no fields."""


class CouponQuote(Shape):
    """A question about what a coupon would take off.

    Attributes:
        customer: Who is about to order: by the address, your id of them, or both.
        amount: What the goods cost, as in a redemption and before this coupon.
        order_id: Your own id, if there is one by now: a coupon that is used on this very order is usable there.
    """

    customer: KnownCustomer
    amount: fields.Money
    order_id: Id | None = None


class Coupon(Answer, kw_only=True, tag_field="kind", tag="reward"):
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


class TakesOff(Answer, kw_only=True):
    """What an offer takes off: an amount, or a share of the order.

    Attributes:
        basis_points: 1000 are 10 %.
        maximum: The most that a share comes to.
        minimum: The smallest order on which it can be used.
    """

    minimum: Sum
    amount: Sum | None = None
    basis_points: int | None = None
    maximum: Sum | None = None


class PersonalOffer(Answer, kw_only=True, tag_field="kind", tag="offer"):
    """An offer of somebody's own: a discount on one order, for one person alone.

    Attributes:
        code: What they type at the checkout.
        person_id: For whom it is; whoever they are by now, if it was found that two people were one.
        status: `open`: it can be used. `confirmed`: it was used. `expired`: its day is over.
        takes_off: What it takes off. It is a discount, so it lowers the `amount` of the order.
        expires_at: The last moment at which it can be used.
        order_id: The order on which it was used.
        amount: What it took off there.
        closed_at: When it was used.
    """

    code: str
    person_id: str
    status: Literal["open", "confirmed", "expired"]
    takes_off: TakesOff
    created_at: datetime
    expires_at: datetime
    order_id: str | None = None
    amount: Sum | None = None
    closed_at: datetime | None = None

    @classmethod
    def of(cls, offer: stored.Offer, now: datetime) -> Self:
        """Show an offer as it is at this time."""
        rate, currency = offer.rate, offer.currency
        return cls(
            code=offer.code,
            person_id=offer.person_id,
            status="confirmed" if offer.state == "used" else "expired" if is_over(offer, now) else "open",
            takes_off=TakesOff(
                amount=money_if(rate.amount, currency),
                basis_points=rate.basis_points,
                maximum=money_if(rate.maximum, currency),
                minimum=money(offer.minimum, currency),
            ),
            created_at=offer.created_at,
            expires_at=offer.until,
            order_id=offer.order_id,
            amount=money_if(offer.discount, currency),
            closed_at=offer.used_at,
        )


class QuotedCoupon(Answer, kw_only=True):
    """What a coupon would take off an order, or the reason why it can't be used there.

    Attributes:
        kind: `offer` is a discount, which lowers the `amount` of the order; `reward` is a way to pay, which doesn't.
        reason: Why it can't be used.
        amount: What it takes off.
    """

    code: str
    kind: Literal["reward", "offer"]
    usable: bool
    reason: Refusal | None = None
    amount: Sum | None = None


ANY = [Coupon, PersonalOffer]
"""What a coupon's code may lead to."""

NOT_USABLE: dict[Refusal, str] = {
    "not_yours": "This offer is for somebody else alone.",
    "coupon_confirmed": "This coupon was confirmed, which stays as it is.",
    "coupon_cancelled": "This coupon has expired, which stays as it is.",
    "below_minimum": "The order is too small for this offer.",
    "currency_mismatch": "This offer is in another currency.",
}
_STANDS = {"coupon_confirmed", "coupon_cancelled"}


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


@view(
    {201: Coupon, 200: Coupon},
    body=SpendCancel,
    problems={404: ["not_found"], 409: ["coupon_confirmed", "coupon_cancelled"]},
)
def post_spend_cancel(call: Call, _: SpendCancel, ambassador_id: str, spend_id: str) -> Response:
    """Take back a coupon that was not used: its amount is available again at once."""
    spend = deps.table().read_withdrawal(fields.path_id("spend_id", spend_id))
    if spend is None or spend.kind != "spend" or spend.ambassador_id not in known_ambassador(ambassador_id).kin:
        raise not_found("There is no such coupon.")
    return _answer(finish(call, spend, "cancelled", None))


@view({200: Page[PersonalOffer]}, query=PAGE, problems={404: ["not_found"]})
def get_offers(call: Call, person_id: str) -> Response:
    """List the offers that were made for a person alone, the newest first."""
    query, table, person = call.query(), deps.table(), known_person(person_id)
    now, ids = deps.now(), (*person.absorbed, person.id)
    return listed(
        f"/v1/people/{person.id}/offers",
        query,
        f"offers:{person.id}",
        lambda after, limit: table.list_offers(ids, after, limit),
        lambda found: [PersonalOffer.of(it, now) for it in found],
    )


@view({200: ANY}, problems={404: ["not_found"]})
def get_coupon(call: Call, code: str) -> Response:
    """Show a coupon: what it is worth, and whether it can still be used."""
    call.query()
    return json(200, _shown(_coupon(code)))


@view({200: QuotedCoupon}, body=CouponQuote, problems={404: ["not_found"]})
def post_coupon_quote(_: Call, body: CouponQuote, code: str) -> Response:
    """Ask what a coupon would take off an order. Nothing is reserved, and nothing else changes.

    An offer is for one person alone: so its answer goes by the customer, and shows what the cart may show.
    """
    check_customer(body.customer)
    coupon, now = _coupon(code), deps.now()
    if isinstance(coupon, stored.Offer):
        checkout = _checkout(body.order_id or "", body.customer, body.amount)
        reason = offers.quote(deps.table(), coupon, checkout, now=now)
        off, currency = discount_of(coupon, body.amount.amount), coupon.currency
        return json(200, _quoted(coupon.code, "offer", reason, money(off, currency)))
    shown = Coupon.of(coupon, now)
    usable = shown.status == "reserved" or (shown.status == "confirmed" and shown.order_id == body.order_id)
    closed: Refusal = "coupon_confirmed" if shown.status == "confirmed" else "coupon_cancelled"
    return json(200, _quoted(shown.code, "reward", None if usable else closed, shown.amount))


@view(
    {201: ANY, 200: ANY},
    body=CouponConfirm,
    problems={
        404: ["not_found"],
        409: ["conflicting_repeat", "coupon_cancelled"],
        422: ["details_needed", "not_yours", "below_minimum", "currency_mismatch"],
    },
    links=leads_to("post_coupon_return", code="$response.body#/code"),
)
def post_coupon_confirm(call: Call, body: CouponConfirm, code: str) -> Response:
    """Use up a coupon on an order.

    Of one that an ambassador made all that it is worth is used up: return what the order did not need. An offer of
    somebody's own is used by them alone, and `amount` in the answer is what it takes off. The first confirmation wins.
    """
    check_customer(body.customer)
    coupon = _coupon(code)
    if isinstance(coupon, Withdrawal):
        return _answer(finish(call, coupon, "confirmed", body.order_id))
    if body.customer is None or body.amount is None:
        raise Problem(422, "details_needed", "This is an offer for one person alone: say customer and amount.")
    checkout = _checkout(body.order_id, body.customer, body.amount)
    return _of_offer(offers.use(deps.table(), coupon.code, checkout, by=call.key.id, now=deps.now()))


@view({201: ANY, 200: ANY}, body=CouponCancel, problems={404: ["not_found"], 409: ["coupon_confirmed"]})
def post_coupon_cancel(call: Call, body: CouponCancel, code: str) -> Response:
    """Give the money of a coupon back to the ambassador, or an offer to whose it is.

    A coupon of rewards that was used is not cancelled but returned. An offer that was used on `order_id` is free again.
    """
    coupon = _coupon(code)
    if isinstance(coupon, Withdrawal):
        return _answer(finish(call, coupon, "cancelled", None))
    return _of_offer(offers.free(deps.table(), coupon.code, body.order_id), other="coupon_confirmed")


@view(
    {201: Coupon, 200: Coupon},
    body=Return,
    keyed=True,
    problems={
        404: ["not_found"],
        409: ["coupon_not_confirmed", "more_than_left", "not_returnable"],
        422: ["currency_mismatch", "not_divisible"],
    },
)
def post_coupon_return(call: Call, body: Return, code: str) -> Response:
    """Give back what a confirmed coupon was not needed for, wholly or in part.

    As often as something is left of it. A refund of the order by itself returns nothing. An offer of somebody's own is
    no money: cancel it instead.
    """

    def find() -> Withdrawal:
        coupon = _coupon(code)
        if isinstance(coupon, Withdrawal):
            return coupon
        raise Problem(409, "not_returnable", "This is an offer and no money. Cancel it, with its order.")

    return _answer(give_back(call, body, find))


def _coupon(typed: str) -> Withdrawal | stored.Offer:
    code = normal_code(typed)
    found = (find_coupon(deps.table(), code) or deps.table().read_offer(code)) if code else None
    if found is None:
        raise not_found("There is no such coupon.")
    return found


def _checkout(order_id: str, customer: KnownCustomer, amount: fields.Money) -> Checkout:
    names = names_of(deps.settings().pepper, customer.email, customer.id)
    return Checkout(order_id, Money(amount.amount, amount.currency), names[::-1])


def _quoted(code: str, kind: Literal["reward", "offer"], reason: Refusal | None, amount: Sum) -> QuotedCoupon:
    return QuotedCoupon(
        code=code, kind=kind, usable=reason is None, reason=reason, amount=amount if reason is None else None
    )


def _shown(coupon: Withdrawal | stored.Offer) -> Coupon | PersonalOffer:
    now = deps.now()
    return Coupon.of(coupon, now) if isinstance(coupon, Withdrawal) else PersonalOffer.of(coupon, now)


def _answer(made: Withdrawn) -> Response:
    return once(_shown(made.withdrawal), replayed=made.replayed)


def _of_offer(answer: offers.Used | Unusable | UsedAlready, *, other: str = "conflicting_repeat") -> Response:
    match answer:
        case offers.Used(offer, replayed):
            return once(_shown(offer), replayed=replayed)
        case UsedAlready():
            detail = "This offer was used with other content, which stays as it is."
            raise Problem(409, other, detail)
        case Unusable(_, reason):
            raise Problem(409 if reason in _STANDS else 422, reason, NOT_USABLE[reason])
