"""Which of a friend's orders has the place, when orders are played again by other rules."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.model.facts import Freed, Payment
from chalicelib.domain.model.people import Friend
from chalicelib.domain.orders.evidence import Evidence
from chalicelib.domain.program.program import FurtherOrders, Program, Rate
from chalicelib.domain.whatif.play import Past, Result, play_again
from tests.unit.book import Book, at, program

FAR = at(400)
REFUSED = "friend_already_referred"
AGAIN = program(friend_days=30, new_friends_only=False, later=FurtherOrders(reward=Rate(amount=70)))


def sold(
    name: str,
    day: float,
    *,
    paid: float | None = None,
    cancelled: float | None = None,
    taken: bool = False,
    asked: bool = True,
    **more: Any,
) -> Past:
    """An order of one and the same friend, as the table has it.

    It was `paid` for on a later day, if it has one, and then its place was `taken` or not.
    """
    book = Book(order_id=name, placed=day, pending=paid is not None, **more)
    if paid is not None:
        book.order = replace(book.order, payment=Payment(name, "p1", paid_at=at(paid), recorded_at=at(paid)))
    book.look(day if paid is None else paid, Evidence(taken=taken))
    if cancelled is not None:
        book.refund(0, kind="cancellation", days=cancelled)
        book.look(cancelled)
    return Past(book.order, book.program, asked=asked)


def came(result: Result) -> object:
    """Which order of its friend it is, why it earns less than the rate, and what it was granted; or why it is not."""
    if result.redemption is None or result.redemption.standing is None:
        return result.refused
    terms = result.redemption.standing.terms
    return result.redemption.friend_order, terms.limit, terms.granted


def played(rules: Program, *pasts: Past) -> dict[str, object]:
    """What comes of orders under other rules."""
    results, _ = play_again(pasts, rules, now=FAR)
    return {name: came(it) for name, it in results.items()}


FIRST, FURTHER = (1, None, 450), (2, None, 70)


# --- further orders ---


@pytest.mark.parametrize(
    ("most", "third", "fourth"),
    [(0, REFUSED, REFUSED), (1, REFUSED, REFUSED), (2, (3, None, 70), REFUSED), (None, (3, None, 70), (4, None, 70))],
)
def test_further_orders_are_counted_as_the_candidate_takes_them(
    most: int | None, third: object, fourth: object
) -> None:
    """Up to its number, beside the first; the table knew of no such thing."""
    rules = replace(AGAIN, later=FurtherOrders(reward=Rate(amount=70), orders=most))
    assert played(rules, *(sold(f"o{n}", n) for n in range(4))) == {
        "o0": FIRST,
        "o1": REFUSED if most == 0 else FURTHER,
        "o2": third,
        "o3": fourth,
    }


@pytest.mark.parametrize(
    ("cancelled", "second", "third"), [(5, FIRST, REFUSED), (10, FIRST, REFUSED), (10.001, REFUSED, FIRST)]
)
def test_the_place_goes_to_the_next_order_after_one_has_come_to_nothing(
    cancelled: float, second: object, third: object
) -> None:
    """As far as that was known when the next one was settled; whoever has the place then keeps it."""
    orders = sold("o1", 0, cancelled=cancelled), sold("o2", 10), sold("o3", 20)
    assert played(program(), *orders) == {"o1": FIRST, "o2": second, "o3": third}


def test_a_friend_who_came_again_keeps_their_count_and_days_with_a_new_first_order() -> None:
    """Days run from the first order of all, though it came to nothing, and no further order is counted twice."""
    orders = sold("o1", 0, cancelled=12), sold("o2", 10), sold("o3", 15), sold("o4", 20), sold("o5", 32)
    assert played(AGAIN, *orders) == {"o1": FIRST, "o2": FURTHER, "o3": FIRST, "o4": (3, None, 70), "o5": REFUSED}


def test_the_days_of_a_friend_who_never_came_again_begin_with_the_order_that_has_the_place() -> None:
    """What came to nothing before any further order leaves no trace."""
    orders = sold("o1", 0, cancelled=5), sold("o2", 10), sold("o3", 35)
    assert played(AGAIN, *orders) == {"o1": FIRST, "o2": FIRST, "o3": FURTHER}


# --- orders that were not paid for when they came ---


def test_an_order_that_lost_its_place_until_it_was_paid_for_earns_nothing() -> None:
    """It had been admitted by then and keeps its discount, but has no place: that stays with the order that has it.

    So when that one comes to nothing, the place is free.
    """
    orders = sold("o1", 0, cancelled=12), sold("o2", 9, paid=10), sold("o3", 15)
    results, _ = play_again(orders, program(offer=Rate(amount=700)), now=FAR)
    assert {name: came(it) for name, it in results.items()} == {
        "o1": (1, None, 430),
        "o2": (1, REFUSED, 0),
        "o3": (1, None, 430),
    }
    saved = {name: it.redemption and it.redemption.friend_discount for name, it in results.items()}
    assert saved == {"o1": 700, "o2": 700, "o3": 700}


def test_an_order_that_was_paid_for_at_once_is_refused_where_there_is_no_place() -> None:
    """It would never have been admitted; one that is wrong in itself says so, paid for or not."""
    assert played(program(), sold("o1", 0), sold("o2", 9)) == {"o1": FIRST, "o2": REFUSED}
    assert played(program(minimum=5001), sold("o1", 0), sold("o2", 9, paid=10)) == {
        "o1": "below_minimum",
        "o2": "below_minimum",
    }


def test_an_order_that_had_no_place_gets_one_where_the_candidate_has_it() -> None:
    """The order that has the place in the play is its own ambassador's, so the rules decide, and not the table."""
    lost = sold("o2", 9, paid=10, taken=True)
    assert came(Result("o2", lost.redemption)) == (1, REFUSED, 0)
    assert played(AGAIN, sold("o1", 0), lost) == {"o1": FIRST, "o2": FURTHER}
    assert played(program(), sold("o1", 0, cancelled=5), lost) == {"o1": FIRST, "o2": FIRST}


def test_a_place_that_another_ambassador_has_stays_there() -> None:
    """Their orders are played apart, so what the table says of it is kept."""
    assert played(AGAIN, sold("o2", 9, paid=10, taken=True)) == {"o2": (1, REFUSED, 0)}
    assert played(AGAIN, sold("o2", 9, paid=10)) == {"o2": FIRST}


def test_orders_that_are_not_asked_about_keep_the_places_that_they_had() -> None:
    """One that lost its place before the period has none in the play: it is free when its holder comes to nothing."""
    before = sold("o1", 0, cancelled=12, asked=False), sold("o2", 9, paid=10, taken=True, asked=False)
    assert played(program(), *before, sold("o3", 15)) == {"o3": FIRST}
    stands = sold("o1", 0, asked=False), *before[1:]
    assert played(program(), *stands, sold("o3", 15)) == {"o3": REFUSED}


def test_a_friend_whose_order_before_was_never_paid_for_is_free() -> None:
    """Whichever row of unpaid orders the root tells of: one that is paid for has the place."""
    root = Friend("f" * 32, order_id="o0", ambassador_id="amb_2", since=at(-1), unpaid=3, unpaid_since=at(-1))
    assert played(program(), replace(sold("o1", 0), roots=(root,))) == {"o1": FIRST}
    paid = replace(root, unpaid=0, unpaid_since=None)
    assert played(program(), replace(sold("o1", 0), roots=(paid,))) == {"o1": REFUSED}


# --- the same rules ---


@pytest.mark.parametrize("day", [3, 30, 33, 400])
def test_an_order_that_was_paid_for_later_comes_to_what_the_table_has(day: float) -> None:
    """Field by field: it began when it was paid for, and is what the checkout last made of it."""
    book = Book(pending=True, revision=4)
    book.order = replace(book.order, payment=Payment("o1", "p1", paid_at=at(3), recorded_at=at(3)))
    for moment in (3, 33):
        if moment <= day:
            book.look(moment)
    results, _ = play_again([Past(book.order, book.program)], book.program, now=at(day))
    assert results == {"o1": Result("o1", book.redemption)}


@pytest.mark.parametrize(("day", "worth", "named"), [(9.999, 450, ()), (10, 0, ("freed",)), (400, 0, ("freed",))])
def test_a_place_that_was_given_back_later_is_kept_until_then(day: float, worth: int, named: tuple[str, ...]) -> None:
    """Until the moment at which that was reported the order is worth what it was."""
    book = Book()
    book.look(0)
    book.order = replace(book.order, freed=Freed("o1", recorded_at=at(10), by="o2", due_at=at(10)))
    book.look(10)
    results, _ = play_again([Past(book.order, book.program)], book.program, now=at(day))
    found = results["o1"].redemption
    assert found is not None
    assert found.standing is not None
    assert (found.standing.worth, found.standing.facts_named) == (worth, named)


def test_a_payment_is_not_known_before_it_was_reported() -> None:
    """Of an order that was paid for when it came, too: nothing of later is among the facts that it has seen."""
    book = Book()
    book.look(0)
    book.order = replace(book.order, payment=Payment("o1", "p1", paid_at=at(0), recorded_at=at(10)))
    seen = {}
    for day in (9.999, 10):
        results, _ = play_again([Past(book.order, book.program)], book.program, now=at(day))
        found = results["o1"].redemption
        seen[day] = found and found.standing and found.standing.facts_named
    assert seen == {9.999: (), 10: ("payment",)}
