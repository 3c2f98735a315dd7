"""Which order of a friend is the one that is rewarded: the first that stands. One that came to nothing gives way.

A friend has one place, guarded by a root. A new order takes it when nobody has it, when the order that has it is void
whole, or when that one is not paid for; else it comes beside it, if the program takes further orders, or is refused.
"""

from collections.abc import Container, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.domain.frozen import frozen
from chalicelib.domain.model.orders import Order, Redemption
from chalicelib.domain.model.people import Friend
from chalicelib.domain.orders.refunds import counting_refunds, void_whole
from chalicelib.domain.program.program import Program

UNPAID_MAX = 3
"""The most unpaid orders of a friend that take the place in a row: each that has a code has the friend's discount."""

RELIED_ON_MAX = 50
"""The most refunds that a transaction relies on; a place that rests on more is for an admin to give back."""


@frozen
class Holder:
    """A friend's root, with the order that has the place if that order is paid for and known."""

    root: Friend
    order: Order | None = None


@frozen
class Seeker:
    """An order that wants a place: with whose code it was placed and when, and whether it is paid for.

    `others` are ids that the ambassador had before a merger.
    """

    order_id: str
    ambassador_id: str
    placed_at: datetime
    paid: bool = True
    others: tuple[str, ...] = ()

    @property
    def kin(self) -> tuple[str, ...]:
        """All ids of the ambassador."""
        return self.ambassador_id, *self.others


@frozen
class Replaced:
    """A paid order that gives its place back. That rests on `refunds`, of which none may be reversed.

    `number` is that of its release: more than 1 if one was undone.
    """

    order_id: str
    refunds: tuple[str, ...]
    number: int = 1


@frozen
class Place:
    """The place that an order takes: which order of its friend it is then, and what that changes.

    `root` is the friend's root as it shall be, None for a friend whom nobody knew. `joined` are further roots of the
    same friend, which become its aliases.
    """

    friend_order: int = 1
    root: Friend | None = None
    joined: tuple[Friend, ...] = ()
    replaced: tuple[Replaced, ...] = ()


def take(seeker: Seeker, holders: Sequence[Holder], program: Program, *, now: datetime) -> Place | None:
    """Return the place that an order takes, or None when another order has it and stands.

    `holders` are all roots of the friend. More than one are left of a friend who was known as two people: both places
    become one, if that leaves no more than one order at it.
    """
    if not holders:
        return Place()
    staying, leaving = _apart(seeker, holders, program, now)
    if not staying:
        return _joined(Place(1, _taken(leaving, seeker, program, now)), leaving[1:], leaving, seeker)
    root = staying[0].root
    if len(staying) > 1 or not comes_again(root, seeker.kin, seeker.placed_at, program, now=now):
        return None
    return _joined(Place(root.count + 1, _counted(root, seeker, program, now)), leaving, leaving, seeker)


def claim(
    seeker: Seeker, friend_order: int, holders: Sequence[Holder], program: Program, *, now: datetime
) -> Place | None:
    """Return the place of an order that came unpaid, and is paid for now; None when others have it by now.

    A further one keeps the number that it has, and its place unless it had lapsed. `holders` are as for `take`, the
    root of the order first.
    """
    if friend_order == 1:
        return take(seeker, holders, program, now=now)
    own = _own(seeker, holders)
    _, leaving = _apart(seeker, holders, program, now, own)
    left = _tidied(own.root, now)
    if seeker.order_id in left.waiting:
        left = _without(left, seeker.order_id)
    elif _has_room(own.root, program, now):
        left = _taken_up(left)
    else:
        return None
    return _joined(Place(friend_order, left), leaving, leaving, seeker)


def lost(
    seeker: Seeker, friend_order: int, holders: Sequence[Holder], program: Program, *, now: datetime
) -> Place | None:
    """Return what becomes of its friend's roots when an order finds no place as it is paid for; None if nothing.

    It may have told that its friend is one who was known as two. Of the places that do not stand none is left, or the
    next order would find it free and be rewarded beside the one that stands.
    """
    own = _own(seeker, holders) if friend_order > 1 else None
    staying, leaving = _apart(seeker, holders, program, now, own)
    if not leaving:
        return None
    root = staying[0].root
    return _joined(Place(friend_order, replace(root, version=root.version + 1)), leaving, leaving, seeker)


def seek_again(
    seeker: Seeker, friend_order: int, holders: Sequence[Holder], program: Program, *, now: datetime
) -> Place | None:
    """Return the place of an order that has a code again after that was taken off; None when others have it by now.

    A further one keeps its number, and waits even if it is paid for by now: `claim` finds it so. `holders` are as for
    `take`, the root of the order first.
    """
    if friend_order == 1:
        return take(seeker, holders, program, now=now)
    root, others = holders[0].root, holders[1:]
    if not _has_room(root, program, now) or (others and take(seeker, others, program, now=now) is None):
        return None
    return Place(friend_order, _awaited(_taken_up(_tidied(root, now)), replace(seeker, paid=False), program))


def give_back(redemption: Redemption, roots: Sequence[Friend], program: Program, *, now: datetime) -> Friend | None:
    """Return the root once the code is taken off an order that is not paid for; None if that changes none.

    The order counts no more: in the row of unpaid ones, unless it was placed before this row began, or among the
    further ones, unless it has lapsed. `roots` are all of its friend; while there are two, nobody knows in whose row it
    is.
    """
    if redemption.friend_order > 1:
        left = next((it for it in (_tidied(it, now) for it in roots) if redemption.order_id in it.waiting), None)
        return left and replace(_without(left, redemption.order_id), dropped=left.dropped + 1)
    row, began = _row(roots[0], program, now)
    if len(roots) > 1 or not row or redemption.recorded_at < began:
        return None
    return replace(roots[0], unpaid=row - 1, version=roots[0].version + 1)


def first_root(person: str, seeker: Seeker, *, now: datetime) -> Friend:
    """Return the root of a friend whom nobody knew."""
    return Friend(
        person,
        order_id=seeker.order_id,
        ambassador_id=seeker.ambassador_id,
        since=seeker.placed_at,
        unpaid=0 if seeker.paid else 1,
        unpaid_since=None if seeker.paid else now,
    )


def seeker_of(redemption: Redemption, others: tuple[str, ...] = ()) -> Seeker:
    """Return a stored order, now that it is paid for, as one that wants its place."""
    return Seeker(redemption.order_id, redemption.ambassador_id, redemption.placed_at, others=others)


def comes_again(root: Friend, kin: Container[str], placed_at: datetime, program: Program, *, now: datetime) -> bool:
    """Whether a friend's further order is taken: for whoever brought them, within some days, up to a number.

    Facts may arrive out of order, so the first that was taken need not be the first that was placed.
    """
    return root.is_paid and _has_room(root, program, now) and in_time(root, kin, placed_at, program)


def in_time(root: Friend, kin: Container[str], placed_at: datetime, program: Program) -> bool:
    """Whether an order comes within the days of its friend, by a code of whom (`kin` are the ids) brought them."""
    if program.friend_days is None or root.since is None or root.ambassador_id not in kin:
        return False
    return abs(placed_at - root.since) < timedelta(days=program.friend_days)


def _own(seeker: Seeker, holders: Sequence[Holder]) -> Holder:
    """The holder of the root that a further order was counted at: where it waits, or else the first."""
    return next((it for it in holders if seeker.order_id in it.root.waiting), holders[0])


def _apart(
    seeker: Seeker, holders: Sequence[Holder], program: Program, now: datetime, own: Holder | None = None
) -> tuple[list[Holder], list[Holder]]:
    """Those that stay beside an order, as its `own` does in any case, and those that give way to it."""
    leaving = [it for it in holders if it is not own and _gives_way(it, seeker, program, now)]
    return [it for it in holders if it not in leaving], leaving


def _gives_way(holder: Holder, seeker: Seeker, program: Program, now: datetime) -> bool:
    root = holder.root
    if root.count > 1 and root.ambassador_id not in seeker.kin:
        return False
    if root.order_id == seeker.order_id:
        return True
    if not root.is_paid:
        return seeker.paid or _row(root, program, now)[0] < UNPAID_MAX
    return holder.order is not None and _relied_on(holder.order) is not None


def _row(root: Friend, program: Program, now: datetime) -> tuple[int, datetime]:
    """How many unpaid orders have had the place in a row, and since when; a row ends by itself."""
    began = root.unpaid_since
    return (root.unpaid, began) if began is not None and now < began + program.pending else (0, now)


def _taken(leaving: Sequence[Holder], seeker: Seeker, program: Program, now: datetime) -> Friend:
    """The root once the order has the place. Who has taken further orders keeps their count and their days."""
    root, most = leaving[0].root, max((it.root for it in leaving), key=lambda it: it.count)
    rows = [_row(it.root, program, now) for it in leaving]
    return replace(
        root,
        order_id=seeker.order_id,
        ambassador_id=seeker.ambassador_id,
        since=root.since if most.count > 1 else seeker.placed_at,
        count=most.count,
        waiting=most.waiting,
        dropped=most.dropped,
        unpaid=0 if seeker.paid else max(row for row, _ in rows) + 1,
        unpaid_since=None if seeker.paid else min(began for _, began in rows),
        version=root.version + 1,
    )


def _has_room(root: Friend, program: Program, now: datetime) -> bool:
    """Whether the program takes one more of a friend's orders. One that has lapsed or lost its code does not count."""
    most, left = _most(program), _tidied(root, now)
    return most is None or left.count - left.dropped <= most


def _most(program: Program) -> int | None:
    """The most further orders of a friend, if there is such a number."""
    return program.later.orders if program.later else None


def _counted(root: Friend, seeker: Seeker, program: Program, now: datetime) -> Friend:
    left = _tidied(root, now)
    return _awaited(replace(left, count=left.count + 1), seeker, program)


def _awaited(root: Friend, seeker: Seeker, program: Program) -> Friend:
    """Note until when a further order may be paid for, if it has to be, and if that matters to others."""
    if seeker.paid or _most(program) is None:
        return root
    return replace(root, waiting={**root.waiting, seeker.order_id: seeker.placed_at + program.pending})


def _tidied(root: Friend, now: datetime) -> Friend:
    """Drop the further orders that have lapsed; the next version in any case."""
    waiting = {order_id: lapses_at for order_id, lapses_at in root.waiting.items() if now < lapses_at}
    dropped = root.dropped + len(root.waiting) - len(waiting)
    return replace(root, waiting=waiting, dropped=dropped, version=root.version + 1)


def _taken_up(root: Friend) -> Friend:
    """Let one of the further orders that were dropped count again."""
    return replace(root, dropped=max(0, root.dropped - 1))


def _without(root: Friend, order_id: str) -> Friend:
    return replace(root, waiting={name: at for name, at in root.waiting.items() if name != order_id})


def _joined(place: Place, others: Sequence[Holder], leaving: Sequence[Holder], seeker: Seeker) -> Place:
    """Make aliases of the other roots, and free the friend of every paid order that gives its place back.

    What was counted at the others and what waits there goes on at the one that is left.
    """
    root = place.root
    assert root is not None
    aliases = tuple(_alias(it.root, root.person) for it in others)
    waiting = {name: at for it in others for name, at in it.root.waiting.items()} | root.waiting
    root = replace(root, count=max([root.count, *(it.root.count for it in others)]), waiting=waiting)
    replaced = tuple(
        Replaced(it.root.order_id, _relied_on(it.order) or (), len(it.order.once_freed) + 1)
        for it in leaving
        if it.order is not None and it.order.freed is None and it.root.order_id != seeker.order_id
    )
    return replace(place, root=root, joined=aliases, replaced=replaced)


def _alias(root: Friend, main: str) -> Friend:
    return Friend(
        root.person,
        root=main,
        email=root.email,
        customer_id=root.customer_id,
        first_name=root.first_name,
        locale=root.locale,
        also=root.also,
        version=root.version + 1,
    )


def _relied_on(order: Order) -> tuple[str, ...] | None:
    """The refunds by which an order is void whole, none if it was freed; None if it is not, or they are too many."""
    if order.freed is not None:
        return ()
    if not void_whole(order):
        return None
    counting = counting_refunds(order)
    cancelled = [it.refund_id for it in counting if it.kind == "cancellation"]
    relied_on = tuple(cancelled[:1] or [it.refund_id for it in counting if it.kind == "refund"])
    return relied_on if len(relied_on) <= RELIED_ON_MAX else None
