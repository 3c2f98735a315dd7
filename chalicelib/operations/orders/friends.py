"""The guards that give a friend one place: who has it is looked up, and an order put there, or beside it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal

from chalicelib.domain.effects import Absent, Create, Effect, Replace, Unchanged
from chalicelib.domain.frozen import frozen
from chalicelib.domain.model.facts import Freed, Kept
from chalicelib.domain.model.orders import Order
from chalicelib.domain.model.people import Friend
from chalicelib.domain.orders.explain import payment_of
from chalicelib.domain.orders.friends import Holder, Place, Seeker, first_root
from chalicelib.domain.program.program import Program
from chalicelib.operations.once import Plan, decide
from chalicelib.operations.program import programs
from chalicelib.store.table import Table


@frozen
class Contact:
    """What an order tells of its buyer."""

    email: str | None
    customer_id: str | None
    first_name: str | None
    locale: str | None


@frozen
class KnownFriend:
    """A friend's roots with who has the place, and by which pseudonyms the friend is known; if it was `looked` up."""

    holders: tuple[Holder, ...] = ()
    persons: frozenset[str] = frozenset()
    looked: bool = True


def unknown() -> KnownFriend:
    """Take a friend for one whom nobody knows, until a guard is in the way."""
    return KnownFriend(looked=False)


def look(table: Table, persons: Sequence[str], met: Sequence[Friend] = ()) -> KnownFriend:
    """Look up who a friend is, and the orders that have the place if they are paid for.

    `met` are all guards of the friend, if a transaction has just met them.

    Raises:
        BusyError: the table did not answer in time.
    """
    known = met and not any(it.root for it in met)
    found = {it.person: it for it in met} if known else table.read_roots(persons)
    roots = {root.person: root for root in (found[person] for person in persons if person in found)}
    holders = (Holder(it, _order(table, it.order_id) if it.is_paid else None) for it in roots.values())
    return KnownFriend(tuple(holders), frozenset(found))


def _order(table: Table, order_id: str) -> Order | None:
    order = table.read_order(order_id)
    return order if isinstance(order, Order) else None


def placing(
    place: Place,
    seeker: Seeker,
    persons: Sequence[str],
    friend: KnownFriend,
    contact: Contact | None = None,
    *,
    now: datetime,
    due_at: datetime,
) -> list[Effect]:
    """Return what puts an order in its place: one root, an alias for each further way of knowing the friend.

    A paid order that gives way is void for good from then on, so it must be so in this very transaction: of the refunds
    that make it void none may have been reversed. It is settled once more, by `due_at` at the latest. `contact` is the
    newest one of the friend.
    """
    root = place.root or first_root(persons[0], seeker, now=now)
    first = Create if place.root is None else Replace
    effects: list[Effect] = [first(reached(root, persons, contact))]
    effects += map(Replace, place.joined)
    for person in persons:
        if person not in friend.persons and person != root.person:
            effects.append(Create(reached(Friend(person, root=root.person), persons, contact)))
    for replaced in place.replaced:
        freed = Freed(replaced.order_id, recorded_at=now, by=root.order_id, due_at=due_at, number=replaced.number)
        effects.append(Create(freed))
        effects += (Absent(replaced.order_id, f"reversal:{refund_id}") for refund_id in replaced.refunds)
    return effects


def reached(guard: Friend, persons: Sequence[str], contact: Contact | None) -> Friend:
    """Let the guard of the pseudonym that orders name carry the contact, if that is known."""
    if contact is None or guard.person != persons[0]:
        return guard
    return replace(
        guard,
        email=contact.email,
        customer_id=contact.customer_id,
        first_name=contact.first_name,
        locale=contact.locale,
        also=tuple(persons[1:]),
    )


@frozen
class Released:
    """The friend is free, now or (`replayed`) since an earlier request that said the same."""

    freed: Freed
    replayed: bool


@frozen
class NotReleased:
    """Why the friend stays as they are."""

    reason: Literal["unknown_order", "not_settled_yet", "reward_stands", "holds_no_place", "already_released"]


def release(
    table: Table, order_id: str, *, void_reward: bool, author: str, note: str, now: datetime, due_at: datetime
) -> Released | NotReleased:
    """Give an order's place back by an admin's word, so that its friend can be referred once more.

    The order is worth nothing from then on, so one that is worth something is let go only if that is meant.

    Raises:
        BusyError: others were faster for too long; the same request may be sent again.
    """

    def look_at() -> Plan[Released | NotReleased]:
        order = table.read_order(order_id)
        if order.freed is not None:
            same = (order.freed.author, order.freed.note) == (author, note)
            return Plan(Released(order.freed, replayed=True)) if same else Plan(NotReleased("already_released"))
        if not isinstance(order, Order):
            return Plan(NotReleased("unknown_order"))
        standing = order.redemption.standing
        if standing is None and _may_be_settled(order, programs.version(table, order.redemption.program_version), now):
            return Plan(NotReleased("not_settled_yet"))
        root = table.read_roots([order.redemption.friend]).get(order.redemption.friend)
        if root is None or root.order_id != order_id or standing is None:
            return Plan(NotReleased("holds_no_place"))
        if standing.worth > 0 and not void_reward:
            return Plan(NotReleased("reward_stands"))
        number = len(order.once_freed) + 1
        freed = Freed(order_id, recorded_at=now, author=author, note=note, due_at=due_at, number=number)
        return Plan(Released(freed, replayed=False), [Create(freed), Unchanged(order.redemption)])

    return decide(table, look_at)


@frozen
class KeptPlace:
    """The order has its friend's place again, now or (`replayed`) since an earlier request that said the same."""

    kept: Kept
    replayed: bool


@frozen
class NotKept:
    """Why an order has its friend's place no more, or never lost it."""

    reason: Literal["not_released", "place_taken"]


def keep(
    table: Table, order_id: str, *, author: str, note: str, now: datetime, due_at: datetime
) -> KeptPlace | NotKept:
    """Undo that an order's place was given back, by an admin or not, as long as no other order has taken it.

    The root is written even though it names this order still: whoever takes the place at this moment has read it
    before.

    Raises:
        BusyError: others were faster for too long; the same request may be sent again.
    """

    def look_at() -> Plan[KeptPlace | NotKept]:
        order = table.read_order(order_id)
        if order.freed is None:
            last = max(order.kept, key=lambda it: it.number, default=None)
            same = last is not None and (last.author, last.note) == (author, note)
            return Plan(KeptPlace(last, replayed=True) if last and same else NotKept("not_released"))
        if not isinstance(order, Order):
            return Plan(NotKept("not_released"))
        root = table.read_roots([order.redemption.friend]).get(order.redemption.friend)
        if root is None or root.order_id != order_id:
            return Plan(NotKept("place_taken"))
        kept = Kept(order_id, order.freed.number, author, note, recorded_at=now, due_at=due_at)
        taken = Replace(replace(root, version=root.version + 1))
        return Plan(KeptPlace(kept, replayed=False), [Create(kept), taken, Unchanged(order.redemption)])

    return decide(table, look_at)


def _may_be_settled(order: Order, program: Program, now: datetime) -> bool:
    """Whether an order that has no terms yet may come by its friend's place, as far as is known."""
    if order.withdrawn:
        return False
    return order.is_paid or (order.redemption.friend_order == 1 and payment_of(order, program, now) == "pending")
