"""Read what a customer has brought: their own orders, and nobody else's."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.model.people import Person
from chalicelib.domain.program.program import Program
from chalicelib.domain.worth.customer import Customer, customer_of
from chalicelib.domain.worth.sales import sales_of
from chalicelib.store import keys
from chalicelib.store.table import Table

ORDERS_MAX = 500
"""Of one person the newest orders are read, so many at most: each of them takes a query."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A customer, and whether there are more orders than were read."""

    customer: Customer
    more: bool = False


def customer(table: Table, person: Person, program: Program, *, now: datetime) -> Summary:
    """Sum up what is known of a person's orders, each of which counts once.

    These are the orders that the shop has reported, those with a code among the last eight, and the one that has the
    place of a friend. Of somebody who was erased only what came after that counts.

    Raises:
        BusyError: the table did not answer in time.
    """
    reported = table.list_purchases(person.names, None, ORDERS_MAX + 1)
    more = len(reported) > ORDERS_MAX
    ids = [it.order_id for _, it in reported[:ORDERS_MAX]]
    if not more:
        ids += [it.order_id for it in person.orders]
        ids += [it.order_id for it in table.read_roots(person.names).values() if it.order_id]
    sales = sales_of(table.each(table.read_order, dict.fromkeys(ids)))
    made = table.list_offers((person.id, *person.absorbed), None, ORDERS_MAX)
    used = [it for _, it in made if it.used_at and _counts(it.used_at, person)]
    return Summary(customer_of([it for it in sales if _counts(it.at, person)], program, now, used), more)


def list_customers(
    table: Table, after: str | None, limit: int, program: Program, *, now: datetime
) -> list[tuple[str, tuple[Person, Summary] | None]]:
    """Up to `limit` of all people, each with its position and what they have brought. Slightly stale.

    There is None for whoever is not profiled, or has turned out to be somebody else.

    Raises:
        BusyError: the table did not answer in time.
    """
    shard, _, inside = (after or "0:").partition(":")
    found: list[tuple[str, Person]] = []
    for number in range(int(shard), keys.PEOPLE_SHARDS):
        rows = table.list_keys(keys.people(number), inside or None, limit - len(found))
        people = table.read_people(person_id for person_id, _ in rows)
        found += [(f"{number}:{person_id}", people[person_id]) for person_id, _ in rows]
        if len(found) == limit:
            break
        inside = ""
    return [
        (position, (person, customer(table, person, program, now=now)) if is_counted(person, position) else None)
        for position, person in found
    ]


def is_counted(person: Person, position: str) -> bool:
    """Whether whoever was found at a position of the list of people is one more customer.

    The list is a moment behind: who has turned out to be somebody else may still be in it, and leads to them.
    """
    return is_profiled(person) and position.endswith(f":{person.id}")


def is_profiled(person: Person) -> bool:
    """Whether something may be expected of a person: not if they want nothing made of what is known of them."""
    return person.restricted_at is None


def _counts(at: datetime, person: Person) -> bool:
    return person.erased_at is None or at > person.erased_at
