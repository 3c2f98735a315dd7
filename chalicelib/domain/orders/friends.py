"""Which order of a friend is the one that is rewarded: the first that stands. One that came to nothing gives way.

A friend has one place, guarded by a root. A new order takes it when nobody has it, when the order that has it is void
whole, or when that one is not paid for; else it comes beside it, if the program takes further orders, or is refused.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.model.orders import Order, Redemption
from chalicelib.domain.model.people import Friend
from chalicelib.domain.orders.refunds import counting_refunds, void_whole
from chalicelib.domain.program.program import Program

UNPAID_MAX = 3
"""The most unpaid orders of a friend that take the place in a row: each that has a code has the friend's discount."""

RELIED_ON_MAX = 50
"""The most refunds that a transaction relies on; a place that rests on more is for an admin to give back."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A friend's root, with the order that has the place if that order is paid for and known."""

    root: Friend
    order: Order | None = None


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Replaced:
    """A paid order that gives its place back. That rests on `refunds`, of which none may be reversed."""

    order_id: str
    refunds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
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
    staying = [it for it in holders if not _gives_way(it, seeker, program, now)]
    leaving = [it for it in holders if it not in staying]
    if not staying:
        return _joined(Place(1, _taken(leaving, seeker, program, now)), leaving[1:], leaving, seeker)
    root = staying[0].root
    if len(staying) > 1 or not comes_again(root, seeker.kin, seeker.placed_at, program):
        return None
    return _joined(Place(root.count + 1, _counted(root)), leaving, leaving, seeker)


def give_back(redemption: Redemption, root: Friend, program: Program, *, now: datetime) -> Friend | None:
    """Return the root once the code is taken off an order that is not paid for; None if that changes nothing.

    The order counts in the row of unpaid ones no more. One that was placed before this row began does not count in it.
    """
    row, began = _row(root, program, now)
    if redemption.friend_order > 1 or not row or redemption.recorded_at < began:
        return None
    return replace(root, unpaid=row - 1, version=root.version + 1)


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


def comes_again(root: Friend, kin: Container[str], placed_at: datetime, program: Program) -> bool:
    """Whether a friend's further order is taken: for whoever brought them, within some days, up to a number.

    Facts may arrive out of order, so the first that was taken need not be the first that was placed.
    """
    most = program.later.orders if program.later else None
    return root.is_paid and (most is None or root.count <= most) and in_time(root, kin, placed_at, program)


def in_time(root: Friend, kin: Container[str], placed_at: datetime, program: Program) -> bool:
    """Whether an order comes within the days of its friend, by a code of whom (`kin` are the ids) brought them."""
    if program.friend_days is None or root.since is None or root.ambassador_id not in kin:
        return False
    return abs(placed_at - root.since) < timedelta(days=program.friend_days)


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
    root = leaving[0].root
    count = max(it.root.count for it in leaving)
    rows = [_row(it.root, program, now) for it in leaving]
    return replace(
        root,
        order_id=seeker.order_id,
        ambassador_id=seeker.ambassador_id,
        since=root.since if count > 1 else seeker.placed_at,
        count=count,
        unpaid=0 if seeker.paid else max(row for row, _ in rows) + 1,
        unpaid_since=None if seeker.paid else min(began for _, began in rows),
        version=root.version + 1,
    )


def _counted(root: Friend) -> Friend:
    return replace(root, count=root.count + 1, version=root.version + 1)


def _joined(place: Place, others: Sequence[Holder], leaving: Sequence[Holder], seeker: Seeker) -> Place:
    """Make aliases of the other roots, and free the friend of every paid order that gives its place back."""
    assert place.root is not None
    main = place.root.person
    aliases = tuple(_alias(it.root, main) for it in others)
    replaced = tuple(
        Replaced(it.root.order_id, _relied_on(it.order) or ())
        for it in leaving
        if it.order is not None and it.order.freed is None and it.root.order_id != seeker.order_id
    )
    return replace(place, joined=aliases, replaced=replaced)


def _alias(root: Friend, main: str) -> Friend:
    return Friend(
        root.person,
        root=main,
        email=root.email,
        first_name=root.first_name,
        locale=root.locale,
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
