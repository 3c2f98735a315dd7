"""Fold what orders tell of their buyers into people: names and addresses lie in one place, and only there."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from random import Random
from typing import Any

from chalicelib.domain.effects import Create, Effect, Replace
from chalicelib.domain.ids import new_id
from chalicelib.domain.model.facts import Purchase
from chalicelib.domain.model.orders import Redemption
from chalicelib.domain.model.people import Bought, Friend, Person
from chalicelib.domain.people.membership import Guards, taken, whose
from chalicelib.domain.people.person import folded, known_as
from chalicelib.operations.once import Plan, decide
from chalicelib.operations.orders.settle import Postponed, postpone
from chalicelib.store.table import BusyError, Table

CARRIED = ("email", "customer_id", "first_name", "locale")
"""What an order carries of its buyer until it is folded."""


def meet_buyers(table: Table, order_ids: Iterable[str], *, now: datetime) -> tuple[dict[str, int], list[Postponed]]:
    """Let the buyers of orders be known. Return the orders of which that is done, and those of which it can't be.

    The former may be settled, as they were read: each with the version of its redemption, or 0 if that does not tell of
    its buyer yet. It does once it is paid for, and until it is settled; a report of the shop tells at once. To fold an
    order twice changes nothing.
    """
    met: dict[str, int] = {}
    postponed: list[Postponed] = []
    for order_id in dict.fromkeys(order_ids):
        try:
            redemption, purchase, payment = table.read_told(order_id)
            if purchase and purchase.due_at is not None:
                decide(table, partial(_of_purchase, table, order_id))
            version = 0
            if redemption and redemption.standing is None and (payment or not redemption.pending):
                decide(table, partial(_of_redemption, table, redemption))
                version = redemption.version
            met[order_id] = version
        except BusyError:
            pass
        except Exception as error:  # noqa: BLE001 - one poisoned order must not stop the others; it is reported
            postponed.append(postpone(table, order_id, repr(error), now))
    return met, postponed


def _of_purchase(table: Table, order_id: str) -> Plan[None]:
    purchase = table.read_purchase(order_id)
    if purchase is None or purchase.due_at is None:
        return Plan(None)
    bought = Bought(order_id, purchase.placed_at)
    effects = _known(table, purchase.persons, _words(purchase), bought, purchase.recorded_at)
    done = replace(purchase, **_BLANK, due_at=None, version=purchase.version + 1)
    return Plan(None, [*effects, Replace(done)])


def _of_redemption(table: Table, redemption: Redemption) -> Plan[None]:
    friend = table.read_friend(redemption.friend) or Friend(redemption.friend)
    words, names = _words(friend), (redemption.friend, *friend.also)
    bought = Bought(redemption.order_id, redemption.placed_at)
    effects = _known(table, names, words, bought, redemption.recorded_at)
    if words:
        effects.append(Replace(replace(friend, **_BLANK, also=(), version=friend.version + 1)))
    return Plan(None, effects)


def _known(table: Table, names: Sequence[str], words: dict[str, Any], bought: Bought, at: datetime) -> list[Effect]:
    """Let a person know what an order tells. Pseudonyms that are somebody else's stay so: nobody has said who it is."""
    guards = table.read_memberships(names)
    person = _person(table, guards, names) or Person(_id(names[0], at), version=0, created_at=at)
    free = () if person.ambassador_id else tuple(name for name in names if whose(guards, name) is None)
    after = known_as(folded(person, words, bought, at), *free)
    if after == person:
        return []
    after = replace(after, version=person.version + 1)
    return [
        Replace(after) if person.version else Create(after),
        *(taken(guards, name, person.id) for name in free),
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
