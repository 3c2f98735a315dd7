"""Fold what orders tell of their buyers into people: names and addresses lie in one place, and only there."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from random import Random
from typing import Any

from chalicelib.domain.effects import Create, Effect, Replace
from chalicelib.domain.ids import new_id
from chalicelib.domain.model.facts import Purchase
from chalicelib.domain.model.orders import Order, OrderFacts
from chalicelib.domain.model.people import Bought, Friend, Person
from chalicelib.domain.orders.bought import bought_of
from chalicelib.domain.people.membership import Guards, owners, taken, whose
from chalicelib.domain.people.person import bought as remember
from chalicelib.domain.people.person import coded, folded, known_as
from chalicelib.domain.stats.receipts import redeemed, reported
from chalicelib.operations.once import Plan, decide
from chalicelib.operations.orders.receipts import Counted, note_if_late
from chalicelib.operations.orders.settle import Met, Postponed, postpone
from chalicelib.operations.outlook import Outlook
from chalicelib.store.table import BusyError, Table

Meeting = Callable[[Table, OrderFacts, Outlook, datetime], Plan[None]]

CARRIED = ("email", "customer_id", "first_name", "locale")
"""What an order carries of its buyer until it is folded."""


def meet_buyers(
    table: Table, order_ids: Iterable[str], outlook: Outlook, *, now: datetime
) -> tuple[dict[str, Met], list[Postponed]]:
    """Let the buyers of orders be known, and what became of these. Return what was done, and what can't be.

    The former may be settled, as far as they were read. An order tells of its buyer once it is paid for, and until it
    is settled; a report of the shop tells at once. Deliveries and refunds are told as long as any occasion is on. To
    fold an order twice changes nothing.
    """
    met: dict[str, Met] = {}
    postponed: list[Postponed] = []
    ids = list(dict.fromkeys(order_ids))
    for order_id, came in zip(ids, table.each(partial(_meet, table, outlook, now), ids), strict=True):
        if isinstance(came, Met):
            met[order_id] = came
        elif came is not None:
            postponed.append(came)
    return met, postponed


def _meet(table: Table, outlook: Outlook, now: datetime, order_id: str) -> Met | Postponed | None:
    """Let one order tell of its buyer; None if the table did not answer in time."""
    try:
        order = table.read_order(order_id)
        for meet in _meetings(order, outlook):
            if meet is not _of_facts:
                note_if_late(table, order, now)
            decide(table, partial(meet, table, order, outlook, now))
    except BusyError:
        return None
    except Exception as error:  # noqa: BLE001 - one poisoned order must not stop the others; it is reported
        return postpone(table, order_id, error, now)
    version = order.redemption.version if isinstance(order, Order) and _tells(order) else 0
    return Met(version, len(order.later))


def _meetings(order: OrderFacts, outlook: Outlook) -> "Iterator[Meeting]":
    """What of an order is to be told of its buyer now."""
    if order.purchase and order.purchase.due_at is not None:
        yield _of_purchase
    if isinstance(order, Order) and _tells(order):
        yield _of_redemption
    elif outlook.is_on and any(fact.due_at is not None for fact in order.later):
        yield _of_facts


def _tells(order: Order) -> bool:
    """Whether a redemption tells of its buyer: it is paid for, and was not settled yet."""
    return order.redemption.standing is None and bool(order.payment or not order.redemption.pending)


def _of_purchase(table: Table, order: OrderFacts, outlook: Outlook, now: datetime) -> Plan[None]:
    (purchase, stored), bought = table.read_report(order.order_id), bought_of(order)
    if purchase is None or purchase.due_at is None or bought is None:
        return Plan(None)
    counted = Counted(reported(purchase, now), stored, outlook.currency)
    at = purchase.recorded_at
    effects = _known(table, purchase.persons, _words(purchase), bought, counted, at, outlook, now)
    done = replace(purchase, **_BLANK, due_at=None, version=purchase.version + 1)
    return Plan(None, [*effects, Replace(done)])


def _of_redemption(table: Table, order: OrderFacts, outlook: Outlook, now: datetime) -> Plan[None]:
    assert isinstance(order, Order), "who calls has seen it"
    redemption, bought = order.redemption, bought_of(order)
    assert bought is not None, "what is paid for is bought"
    known, stored = table.read_buyer(redemption)
    friend = known or Friend(redemption.friend)
    words, names = _words(friend), (redemption.friend, *friend.also)
    counted = Counted(redeemed(redemption, now), stored, outlook.currency)
    effects = _known(table, names, words, bought, counted, redemption.recorded_at, outlook, now)
    if words:
        effects.append(Replace(replace(friend, **_BLANK, also=(), version=friend.version + 1)))
    return Plan(None, effects)


def _of_facts(table: Table, order: OrderFacts, outlook: Outlook, now: datetime) -> Plan[None]:
    """Tell somebody who is known already what became of an order of theirs, whatever their address is by now."""
    bought = bought_of(order)
    names = order.purchase.persons if order.purchase else ()
    names = (order.redemption.friend, *order.redemption.aliases) if isinstance(order, Order) else names
    people = table.read_people(owners(table.read_memberships(names), names)).values() if bought else ()
    buyer = (it for it in people if any(own.order_id == order.order_id for own in it.orders))
    person = next(buyer, None)
    if person is None or bought is None:
        return Plan(None)
    after = remember(person, bought)
    if after == person:
        return Plan(None)
    return Plan(None, [Replace(replace(outlook.ahead(after, now), version=person.version + 1))])


def _known(
    table: Table,
    names: Sequence[str],
    words: dict[str, Any],
    bought: Bought,
    counted: Counted,
    at: datetime,
    outlook: Outlook,
    now: datetime,
) -> list[Effect]:
    """Let a person know what an order tells. Pseudonyms that are somebody else's stay so: nobody has said who it is."""
    guards = table.read_memberships(names)
    person = _person(table, guards, names) or Person(_id(names[0], at), version=0, created_at=at)
    free = () if person.ambassador_id else tuple(name for name in names if whose(guards, name) is None)
    after = known_as(folded(person, words, bought, at), *free)
    after = coded(after, bought.placed_at) if counted.bare.is_coded else after
    effects = counted.effects(table, person)
    if after == person:
        return effects
    after = replace(outlook.ahead(after, now), version=person.version + 1)
    return [
        Replace(after) if person.version else Create(after),
        *(taken(guards, name, person.id) for name in free),
        *effects,
    ]


def _id(name: str, at: datetime) -> str:
    """An id for somebody who is met, by what they are known by: whoever tries again makes the same person."""
    return new_id("per", at, Random(name))  # noqa: S311 - nobody gains by guessing an id


def _person(table: Table, guards: Guards, names: Sequence[str]) -> Person | None:
    """Return who is known by the first of these pseudonyms that leads anywhere."""
    person_id = next((known for name in names if (known := whose(guards, name))), None)
    return table.read_person(person_id) if person_id else None


_BLANK: dict[str, Any] = dict.fromkeys(CARRIED)


def _words(carrier: Friend | Purchase) -> dict[str, Any]:
    return {name: value for name in CARRIED if (value := getattr(carrier, name))}
