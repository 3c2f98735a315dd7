"""Offers of a person's own: made for one, used on one order, free again if that order does without it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from chalicelib.domain.calendar import day_of, midnight
from chalicelib.domain.model.offers import Offer
from chalicelib.domain.model.people import Person
from chalicelib.domain.money import Money
from chalicelib.domain.people.codes import random_coupon
from chalicelib.domain.program.program import Program, Rate

Refusal = Literal["not_yours", "coupon_confirmed", "coupon_cancelled", "below_minimum", "currency_mismatch"]
"""Why an offer can't be used on an order: it is somebody else's, was used on another, is over; the order is too small.

What is used or over is told as of a coupon that an ambassador made: a checkout need not know which of both it has.
"""

_MOMENT = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Terms:
    """What an offer takes off, for how many `days` from today it is good, and the smallest order that it is for."""

    rate: Rate
    days: int
    minimum: int = 0


@dataclass(frozen=True, slots=True)
class Order:
    """What an offer must know of an order.

    Attributes:
        amount: What the goods cost, before the offer.
        person_id: Whose it is, as far as the customer is known.
    """

    order_id: str
    amount: Money
    person_id: str | None


@dataclass(frozen=True, slots=True)
class Unusable:
    """The offer can't be used on this order, for a stable reason."""

    offer: Offer
    reason: Refusal


@dataclass(frozen=True, slots=True)
class UsedAlready:
    """It was used before: on this very order (`repeated`), or otherwise, and that stands."""

    offer: Offer
    repeated: bool


def offer_for(person: Person, terms: Terms, cause: str, program: Program, *, now: datetime, chance: Random) -> Offer:
    """Make an offer for a person, good until the end of its last day by the program's clocks.

    It is stored with `Create`, in the transaction of what it was given for: so there is one for each cause.
    """
    return Offer(
        code=random_coupon(chance),
        person_id=person.id,
        cause=cause,
        rate=terms.rate,
        currency=program.currency,
        created_at=now,
        until=midnight(day_of(now, program) + timedelta(days=terms.days + 1), program) - _MOMENT,
        minimum=terms.minimum,
    )


def discount_of(offer: Offer, amount: int) -> int:
    """Return what an offer takes off an order of this amount: never more than all of it."""
    return min(offer.rate.of(amount), amount)


def is_over(offer: Offer, now: datetime) -> bool:
    """Whether the last day of an offer is over."""
    return now > offer.until


def refusal(offer: Offer, owner: str, order: Order, *, now: datetime) -> Refusal | None:
    """Return why an offer can't be used on an order; None if it can. `owner` is whose it is by now."""
    if order.person_id != owner:
        return "not_yours"
    if offer.state == "used" and offer.order_id != order.order_id:
        return "coupon_confirmed"
    if is_over(offer, now):
        return "coupon_cancelled"
    if order.amount.currency != offer.currency:
        return "currency_mismatch"
    return "below_minimum" if order.amount.amount < offer.minimum else None


def use(offer: Offer, owner: str, order: Order, *, by: str, now: datetime) -> Offer | Unusable | UsedAlready:
    """Use an offer on an order. Whoever says the same again is told so; whoever says something else, what stands."""
    if offer.state == "used":
        return UsedAlready(offer, repeated=(offer.order_id, offer.amount) == (order.order_id, order.amount.amount))
    reason = refusal(offer, owner, order, now=now)
    if reason is not None:
        return Unusable(offer, reason)
    return replace(
        offer,
        state="used",
        order_id=order.order_id,
        amount=order.amount.amount,
        discount=discount_of(offer, order.amount.amount),
        used_at=now,
        used_by=by,
        version=offer.version + 1,
    )


def free(offer: Offer, order_id: str | None) -> Offer | UsedAlready:
    """Give an offer back that an order does not use after all; it is good as long as it would have been.

    Only that very order can: one that says so late must not take it from the next.
    """
    if offer.state == "open":
        return UsedAlready(offer, repeated=True)
    if offer.order_id != order_id:
        return UsedAlready(offer, repeated=False)
    unused = replace(offer, state="open", order_id=None, amount=None, discount=None, used_at=None, used_by=None)
    return replace(unused, version=offer.version + 1)
