"""Who has the place among a friend's orders, and who gets it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.model.facts import Freed
from chalicelib.domain.model.orders import Order
from chalicelib.domain.model.people import Friend
from chalicelib.domain.orders.friends import (
    RELIED_ON_MAX,
    UNPAID_MAX,
    Holder,
    Place,
    Replaced,
    Seeker,
    claim,
    first_root,
    give_back,
    lost,
    seek_again,
    seeker_of,
    take,
)
from chalicelib.domain.program.program import FurtherOrders, Program
from tests.unit.book import Book, at, program, root

NOW = at(3)
MAYA, ASHA = "amb_1", "amb_2"


def seeker(order_id: str = "o2", ambassador_id: str = MAYA, day: float = 3, *, paid: bool = True) -> Seeker:
    """An order of the third day that wants the place."""
    return Seeker(order_id, ambassador_id, at(day), paid=paid)


def holder(*came_back: tuple[Any, ...], **more: Any) -> Holder:
    """Fay's root, whose order o1 is paid for, with refunds as (amount, kind)."""
    book = Book()
    for amount, *kind in came_back:
        book.refund(amount, kind=kind[0] if kind else "refund")
    return Holder(root("o1", MAYA, at(0), **more), book.order)


def unpaid(turns: int, day: float = 2, **more: Any) -> Holder:
    """Fay's root, whose order o1 is not paid for: the `turns`-th in a row, which began on a day."""
    return Holder(root("o1", MAYA, at(0), unpaid=turns, unpaid_since=at(day), **more))


def got(place: Place | None) -> Friend:
    """The root as it is left."""
    assert place is not None
    assert place.root is not None
    return place.root


def test_whom_nobody_knows_has_the_place() -> None:
    """Without a read: the first order's root is made in its transaction, paid for or not."""
    assert take(seeker(), [], program(), now=NOW) == Place()
    assert first_root("fay", seeker(), now=NOW) == root("o2", MAYA, at(3))
    assert first_root("fay", seeker(paid=False), now=NOW) == root("o2", MAYA, at(3), unpaid=1, unpaid_since=NOW)


def test_an_order_that_stands_keeps_its_place() -> None:
    """From any other order, of whichever ambassador, paid for or not."""
    for came_back in ([], [(4499,)], [(4500, "chargeback")]):
        for other in (seeker(), seeker(ambassador_id=ASHA), seeker(paid=False)):
            assert take(other, [holder(*came_back)], program(), now=NOW) is None


def test_an_order_of_which_nothing_is_known_keeps_its_place() -> None:
    """What can't be looked at can't be relied on."""
    assert take(seeker(), [Holder(root("o1", MAYA, at(0)))], program(), now=NOW) is None


@pytest.mark.parametrize(
    ("came_back", "relied_on"),
    [
        ([(0, "cancellation")], ("r1",)),
        ([(100,), (0, "cancellation"), (0, "cancellation")], ("r2",)),
        ([(4500,)], ("r1",)),
        ([(2000,), (2500,)], ("r1", "r2")),
        ([(1000, "chargeback"), (4500,)], ("r2",)),
    ],
)
def test_what_came_to_nothing_gives_way_to_any_order(
    came_back: list[tuple[Any, ...]], relied_on: tuple[str, ...]
) -> None:
    """And names the refunds on which that rests: a cancellation alone, else all refunds."""
    for other in (seeker(), seeker(ambassador_id=ASHA), seeker(paid=False)):
        place = take(other, [holder(*came_back)], program(), now=NOW)
        assert place is not None
        assert place.replaced == (Replaced("o1", relied_on),)
        assert (place.friend_order, place.joined) == (1, ())
        left = got(place)
        assert (left.order_id, left.ambassador_id, left.since, left.version) == ("o2", other.ambassador_id, at(3), 2)
        assert (left.unpaid, left.unpaid_since) == ((0, None) if other.paid else (1, NOW))


def test_what_rests_on_too_many_refunds_is_for_an_admin() -> None:
    """A transaction has room for so many."""
    most = [(4500 // RELIED_ON_MAX,)] * RELIED_ON_MAX
    assert take(seeker(), [holder(*most)], program(), now=NOW) is not None
    assert take(seeker(), [holder(*most, (1,))], program(), now=NOW) is None


def test_a_friend_who_was_freed_before_is_not_freed_again() -> None:
    """An order that an admin released gives way without another word, and rests on no refund."""
    it = holder()
    assert it.order is not None
    freed = replace(it, order=replace(it.order, freed=Freed("o1", recorded_at=at(1), author="key", note="asked")))
    place = take(seeker(), [freed], program(), now=NOW)
    assert place is not None
    assert place.replaced == ()


# --- unpaid orders ----------------------------------------------------------------------------------------------------


def test_an_order_that_is_not_paid_for_gives_way_to_one_that_is() -> None:
    """However many tried before; the row of unpaid ones ends with it. The holder has no terms, so no fact is due."""
    for turns in (1, UNPAID_MAX, UNPAID_MAX + 1):
        place = take(seeker(), [unpaid(turns)], program(), now=NOW)
        left = got(place)
        assert (left.order_id, left.unpaid, left.unpaid_since) == ("o2", 0, None)
        assert place is not None
        assert place.replaced == ()


def test_unpaid_orders_take_turns_only_so_often() -> None:
    """Each has had the discount. A row ends by itself: so long after its first order a new one begins."""
    rules = program(pending_days=5)
    for turns in range(1, UNPAID_MAX):
        left = got(take(seeker(paid=False), [unpaid(turns)], rules, now=NOW))
        assert (left.unpaid, left.unpaid_since) == (turns + 1, at(2))
    assert take(seeker(paid=False), [unpaid(UNPAID_MAX)], rules, now=at(6.99)) is None
    left = got(take(seeker(paid=False), [unpaid(UNPAID_MAX)], rules, now=at(7)))
    assert (left.unpaid, left.unpaid_since) == (1, at(7))


def test_an_order_without_its_code_leaves_the_row() -> None:
    """One that was placed in this row; the others, and the first of a row that has none left, go on as they began."""
    rules = program(pending_days=5)
    order = replace(Book(pending=True).redemption, recorded_at=at(2))
    left = give_back(order, [unpaid(UNPAID_MAX).root], rules, now=NOW)
    assert left == replace(unpaid(UNPAID_MAX - 1).root, version=2)
    assert got(take(seeker(paid=False), [Holder(left)], rules, now=NOW)).unpaid == UNPAID_MAX
    empty = give_back(order, [unpaid(1).root], rules, now=NOW)
    assert empty is not None
    assert (empty.unpaid, empty.is_paid, give_back(order, [empty], rules, now=NOW)) == (0, False, None)
    for paid in (True, False):
        again = got(take(seeker(paid=paid), [Holder(empty)], rules, now=NOW))
        assert (again.unpaid, again.unpaid_since) == ((0, None) if paid else (1, at(2)))


def test_what_leaves_no_row() -> None:
    """An order of an earlier row, a row that is over, a place that is paid for, a further order, one of two rows."""
    rules, order = program(pending_days=5), replace(Book(pending=True).redemption, recorded_at=at(2))
    assert give_back(replace(order, recorded_at=at(1.99)), [unpaid(2).root], rules, now=NOW) is None
    assert give_back(order, [unpaid(2).root], rules, now=at(7)) is None
    assert give_back(order, [holder().root], rules, now=NOW) is None
    assert give_back(replace(order, friend_order=2), [unpaid(2).root], rules, now=NOW) is None
    assert give_back(order, [unpaid(2).root, other(unpaid(2)).root], rules, now=NOW) is None


def test_an_order_always_has_the_place_that_is_its_own() -> None:
    """When it is paid for, and its root still names it; the root is written all the same."""
    left = got(take(seeker("o1"), [unpaid(2)], program(), now=NOW))
    assert (left.order_id, left.unpaid, left.version) == ("o1", 0, 2)


def test_who_pays_late_finds_the_place_taken() -> None:
    """By an order that is paid for and stands."""
    assert take(seeker("o0"), [holder()], program(), now=NOW) is None


def test_a_stored_order_seeks_its_place_as_one_that_is_paid_for() -> None:
    """Nobody asks before that. It is of all ids that its ambassador has by then."""
    order = Book(pending=True).redemption
    assert seeker_of(order) == Seeker("o1", MAYA, at(0), paid=True)
    assert seeker_of(order, (ASHA,)) == Seeker("o1", MAYA, at(0), paid=True, others=(ASHA,))


# --- further orders ---------------------------------------------------------------------------------------------------


def rules(most: int | None = None) -> Program:
    """Take further orders for ten days, at most so many."""
    return program(friend_days=10, later=FurtherOrders(orders=most) if most is not None else None)


def test_further_orders_are_counted() -> None:
    """Each writes the root, which keeps the first order and its day."""
    place = take(seeker(), [holder()], rules(), now=NOW)
    assert place is not None
    assert place.friend_order == 2
    assert got(place) == root("o1", MAYA, at(0), count=2, version=2)
    third = take(seeker("o3"), [holder(count=2)], rules(), now=NOW)
    assert third is not None
    assert third.friend_order == 3


@pytest.mark.parametrize(("count", "most", "taken"), [(1, 0, False), (1, 1, True), (2, 1, False), (7, None, True)])
def test_only_so_many_further_orders_are_taken(count: int, most: int | None, taken: bool) -> None:
    """As many as the program says beside the first."""
    assert (take(seeker(), [holder(count=count)], rules(most), now=NOW) is not None) == taken


def waits(**lapsing: float) -> Holder:
    """Fay's root with so many further orders, each of which is not paid for and lapses on a day."""
    return holder(count=1 + len(lapsing), waiting={name: at(day) for name, day in lapsing.items()})


def test_a_further_order_that_is_not_paid_for_waits_until_it_lapses() -> None:
    """The root remembers until when, if the program takes only so many; one that is paid for is taken for good."""
    for most, paid, waiting in ((1, False, {"o2": at(17)}), (1, True, {}), (None, False, {})):
        left = got(take(seeker(paid=paid), [holder()], replace(rules(most), pending_days=14), now=NOW))
        assert (left.count, left.waiting, left.dropped) == (2, waiting, 0)


def test_a_further_order_that_has_lapsed_counts_no_more() -> None:
    """From that moment on; the number that the next one gets is nobody's yet."""
    it = waits(o7=4, o8=5)
    assert take(seeker(), [it], rules(2), now=at(3.99)) is None
    place = take(seeker(), [it], rules(2), now=at(4))
    left = got(place)
    assert place is not None
    assert (place.friend_order, left.count, left.waiting, left.dropped) == (4, 4, {"o8": at(5)}, 1)
    assert take(seeker("o3"), [Holder(left, it.order)], rules(2), now=at(4.99)) is None


@pytest.mark.parametrize(
    ("now", "most", "left"),
    [
        (3.99, 1, ({}, 0)),
        (4, 1, ({}, 0)),
        (4, 0, None),
        (3.99, 0, ({}, 0)),
        (9, None, ({}, 0)),
    ],
    ids=["in time", "late and nobody came", "late and there is no room", "in time for sure", "of any number"],
)
def test_a_further_order_that_is_paid_for_keeps_its_number(
    now: float, most: int | None, left: tuple[Any, int] | None
) -> None:
    """And its place, if it is paid for in time, or if nobody else has it; the root has the next version in any case."""
    place = claim(seeker("o7"), 2, [waits(o7=4)], rules(most), now=at(now))
    if left is None:
        assert place is None
        return
    root = got(place)
    assert place is not None
    assert (place.friend_order, root.count, root.version) == (2, 2, 2)
    assert (root.waiting, root.dropped) == left


def test_a_further_order_leaves_with_its_code_and_comes_back_with_one() -> None:
    """Once either way, as long as there is room, and as one that waits even if it is paid for with that."""
    order = replace(Book(pending=True).redemption, order_id="o7", friend_order=2)
    it = waits(o7=4)
    left = give_back(order, [it.root], rules(1), now=NOW)
    assert left is not None
    assert (left.waiting, left.dropped, left.version) == ({}, 1, 2)
    assert give_back(order, [left], rules(1), now=NOW) is None
    assert give_back(order, [it.root], rules(1), now=at(4)) is None
    for paid in (True, False):
        wants = seeker("o7", day=0, paid=paid)
        place = seek_again(wants, 2, [Holder(left, it.order)], replace(rules(1), pending_days=4), now=NOW)
        assert place is not None
        back = got(place)
        assert (place.friend_order, back.waiting, back.dropped, back.version) == (2, {"o7": at(4)}, 0, 3)
        assert seek_again(wants, 2, [Holder(back, it.order)], rules(1), now=NOW) is None
    anothers = other(holder(), ambassador_id=ASHA)
    assert seek_again(seeker("o7"), 2, [Holder(left, it.order), anothers], rules(1), now=NOW) is None


def test_the_first_place_is_claimed_and_sought_again_as_it_is_taken() -> None:
    """By the table, and anew."""
    for found in ([unpaid(1)], [holder()], [holder((4500,))]):
        for ask in (claim, seek_again):
            assert ask(seeker(), 1, found, program(), now=NOW) == take(seeker(), found, program(), now=NOW)


def test_what_waits_goes_on_when_the_first_place_is_given_back() -> None:
    """With the root that has the most orders."""
    gone = waits(o7=4)
    gone = replace(gone, root=replace(gone.root, dropped=3), order=holder((4500,)).order)
    alone = other(holder((4500,)))
    for found in ([gone, alone], [alone, gone]):
        left = got(take(seeker(), found, rules(1), now=NOW))
        assert (left.count, left.waiting, left.dropped) == (2, {"o7": at(4)}, 3)


def test_further_orders_are_for_whoever_brought_the_friend_and_in_time() -> None:
    """Another ambassador, or a day too late: the first order stands, so there is no place."""
    assert take(seeker(ambassador_id=ASHA), [holder()], rules(), now=NOW) is None
    assert take(seeker(day=10), [holder()], rules(), now=at(10)) is None
    assert take(seeker(day=9.99), [holder()], rules(), now=at(10)) is not None


def test_nobody_takes_over_a_friend_who_came_again() -> None:
    """The first place is given back to the same ambassador alone, not even an unpaid order gives way to another's."""
    gone = holder((0, "cancellation"), count=2)
    assert take(seeker(ambassador_id=ASHA), [gone], rules(), now=NOW) is None
    assert take(seeker(ambassador_id=ASHA), [unpaid(1, count=2)], rules(), now=NOW) is None
    left = got(take(seeker(), [gone], rules(), now=NOW))
    assert (left.order_id, left.count, left.since) == ("o2", 2, at(0))


# --- one person, known as two -----------------------------------------------------------------------------------------


def other(it: Holder, order_id: str = "o5", **more: Any) -> Holder:
    """The same under another pseudonym and with another order."""
    order = it.order and Order(order_id, redemption=it.order.redemption, refunds=it.order.refunds)
    return Holder(replace(it.root, person="fay-2", order_id=order_id, **more), order)


def test_two_places_become_one_if_both_are_given_back() -> None:
    """The second root leads to the first from then on, and keeps the contact; both orders are void for good."""
    gone = holder((0, "cancellation"))
    contact: dict[str, Any] = {"email": "fay@example.com", "first_name": "Fay", "locale": "es"}
    place = take(seeker(), [gone, other(gone, version=4, **contact)], program(), now=NOW)
    assert place is not None
    assert got(place).person == "fay"
    assert place.joined == (Friend("fay-2", root="fay", **contact, version=5),)
    assert place.replaced == (Replaced("o1", ("r1",)), Replaced("o5", ("r1",)))


def test_two_places_stay_two_while_one_of_them_stands() -> None:
    """There would be two rewarded orders of one friend, or one too many."""
    gone, stands = holder((0, "cancellation")), holder()
    assert take(seeker(), [gone, other(stands)], program(), now=NOW) is None
    assert take(seeker(), [stands, other(stands)], rules(), now=NOW) is None


def test_a_further_order_brings_both_together() -> None:
    """Beside the one that stands, if the other came to nothing."""
    gone, stands = holder((0, "cancellation")), holder()
    place = take(seeker(), [other(gone), stands], rules(), now=NOW)
    assert place is not None
    assert place.friend_order == 2
    assert got(place).person == "fay"
    assert [it.person for it in place.joined] == ["fay-2"]
    assert place.replaced == (Replaced("o5", ("r1",)),)


def test_what_waits_at_the_other_place_goes_on_at_the_one_that_is_left() -> None:
    """And is counted there: it may still be paid for, and has its number."""
    gone = other(unpaid(1), count=3, waiting={"o9": at(5)})
    for place in (
        take(seeker(), [waits(o7=4), gone], rules(), now=NOW),
        claim(seeker("o7"), 2, [waits(o7=4, o8=6), gone], rules(), now=NOW),
        lost(seeker(day=30), 1, [waits(o7=4), gone], rules(), now=NOW),
    ):
        left = got(place)
        assert left.count == 3
        assert set(left.waiting) in ({"o7", "o9"}, {"o8", "o9"})


def test_a_row_of_unpaid_orders_goes_on_over_both() -> None:
    """The longer row, from its first order on; and the higher count."""
    first, second = unpaid(1, day=2), unpaid(2, day=1)
    second = Holder(replace(second.root, person="fay-2", order_id="o5", count=3))
    left = got(take(seeker(paid=False), [first, second], program(), now=NOW))
    assert (left.unpaid, left.unpaid_since, left.count) == (3, at(1), 3)


FOUND = st.lists(st.tuples(st.sampled_from(["paid", "unpaid", "back"]), st.integers(1, 3)), max_size=3)
"""Of each place of a friend what became of its order, and how many orders are counted there."""


def places(found: list[tuple[str, int]]) -> Iterator[Holder]:
    """The places of a friend who is known by as many names."""
    for number, (kind, count) in enumerate(found):
        it = unpaid(1, count=count) if kind == "unpaid" else holder(*[(4500,)] * (kind == "back"), count=count)
        yield Holder(replace(it.root, person=f"p{number}", order_id=f"o{number}"), it.order)


@given(FOUND, st.booleans())
def test_no_more_than_one_order_of_a_friend_stands(found: list[tuple[str, int]], paid: bool) -> None:
    """Whoever takes the place leaves one root, and every paid order that had it and is not the last is void whole."""
    holders = list(places(found))
    place = take(seeker("new", paid=paid), holders, rules(), now=NOW)
    if place is None or not holders:
        return
    standing = [it for it in holders if it.order is not None and not it.order.refunds]
    assert len(standing) <= 1
    assert {it.order_id for it in place.replaced} == {
        it.root.order_id for it in holders if it.order and it.order.refunds
    }
    assert {it.root for it in place.joined} <= {got(place).person}
    assert len(place.joined) == len(holders) - 1
    assert got(place).order_id == (standing[0].root.order_id if standing else "new")


@given(FOUND.filter(bool), st.integers(1, 2))
def test_what_is_paid_for_leaves_no_place_that_does_not_stand(found: list[tuple[str, int]], friend_order: int) -> None:
    """Rewarded or not, whatever its friend was known as: a free place would be the next order's, as a first one."""
    holders = list(places(found))
    asked = (seeker("new"), friend_order, holders, rules())
    place = claim(*asked, now=NOW) or lost(*asked, now=NOW)
    free = {it.root.person for it in holders if not it.root.is_paid or (it.order and it.order.refunds)}
    if place is None:
        assert not free
        return
    root = got(place)
    assert free - {root.person} <= {it.person for it in place.joined}
    assert {it.root for it in place.joined} <= {root.person}
    assert root.count >= max(it.root.count for it in holders if it.root.person in {root.person, *free})
    assert root.version == 2
