"""Use an offer of somebody's own at the checkout, find out whether it can be used, and give it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.care import offers
from chalicelib.domain.care.offers import Order, Refusal, Unusable, UsedAlready
from chalicelib.domain.effects import Replace
from chalicelib.domain.model.offers import Offer
from chalicelib.domain.money import Money
from chalicelib.operations.once import Plan, decide
from chalicelib.store.table import Table


@dataclass(frozen=True, slots=True)
class Checkout:
    """An order on which an offer is to be used.

    Attributes:
        amount: What the goods cost, before the offer.
        names: The pseudonyms of the customer, the surest first: that of the shop's own id, whom the shop has signed in,
            before that of an address, which anybody may type.
    """

    order_id: str
    amount: Money
    names: Sequence[str]


@dataclass(frozen=True, slots=True)
class Used:
    """An offer as it is now, brought there by this request or (`replayed`) by an earlier one that said the same."""

    offer: Offer
    replayed: bool


def quote(table: Table, offer: Offer, checkout: Checkout, *, now: datetime) -> Refusal | None:
    """Return why an offer can't be used on an order; None if it can.

    Raises:
        BusyError: the table did not answer in time.
    """
    return offers.refusal(offer, _owner(table, offer), _order(table, checkout), now=now)


def use(table: Table, code: str, checkout: Checkout, *, by: str, now: datetime) -> Used | Unusable | UsedAlready:
    """Use an offer that exists on an order: once, by whoever its owner is by now.

    Raises:
        BusyError: others were faster for too long; the same request may be sent again.
    """

    def look() -> Plan[Used | Unusable | UsedAlready]:
        was = _stored(table, code)
        answer = offers.use(was, _owner(table, was), _order(table, checkout), by=by, now=now)
        return _planned(was, answer)

    return decide(table, look)


def free(table: Table, code: str, order_id: str | None) -> Used | Unusable | UsedAlready:
    """Give back an offer that exists, which an order does not use after all.

    Raises:
        BusyError: others were faster for too long; the same request may be sent again.
    """

    def look() -> Plan[Used | Unusable | UsedAlready]:
        was = _stored(table, code)
        return _planned(was, offers.free(was, order_id))

    return decide(table, look)


def _planned(was: Offer, answer: Offer | Unusable | UsedAlready) -> Plan[Used | Unusable | UsedAlready]:
    if isinstance(answer, Offer):
        return Plan(Used(answer, replayed=False), [Replace(answer)])
    if isinstance(answer, UsedAlready) and answer.repeated:
        return Plan(Used(was, replayed=True))
    return Plan(answer)


def _order(table: Table, checkout: Checkout) -> Order:
    known = table.read_known(checkout.names)
    whose = next((known[name].id for name in checkout.names if name in known), None)
    return Order(checkout.order_id, checkout.amount, whose)


def _owner(table: Table, offer: Offer) -> str:
    person = table.read_person(offer.person_id)
    return person.id if person else offer.person_id


def _stored(table: Table, code: str) -> Offer:
    stored = table.read_offer(code)
    assert stored is not None, "offers are kept for good"
    return stored
