"""Where an order stands: when its hold ends, by deliveries and days of return, and what it says of itself."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.model.accounts import Account
from chalicelib.domain.model.facts import Freed
from chalicelib.domain.model.orders import FACTS_NAMED, News
from chalicelib.domain.orders.explain import state_of
from chalicelib.domain.program.program import Rate, Tier
from tests.unit.book import Book, at, program


def test_hold_from_purchase_lasts_to_the_last_day_of_return() -> None:
    """The hold runs to the later of purchase + hold and `return_by`, and the latest report counts."""
    book = Book()
    book.look(0)
    book.deliver(3, return_by=45)
    book.deliver(4, return_by=40)
    assert book.look(4).redemption.due_at == at(45)
    book.look(44)
    assert book.posted == (450, 0)
    book.look(45)
    assert book.posted == (0, 450)


def test_hold_from_delivery_runs_from_the_latest_delivery() -> None:
    """An order that is delivered in parts is held from the last of them."""
    book = Book(program(hold_from="delivery"))
    book.look(0)
    book.deliver(10)
    book.deliver(20)
    assert book.look(21).redemption.due_at == at(50)


def test_hold_from_delivery_ends_at_the_longest_wait_when_none_is_reported() -> None:
    """A shop that never reports a delivery does not keep a reward on hold for ever."""
    book = Book(program(hold_from="delivery", longest_wait_days=60))
    assert book.look(0).redemption.due_at == at(60)
    book.look(60)
    assert book.posted == (0, 450)


def test_a_late_fulfilment_moves_nothing_back_to_held() -> None:
    """Once released, never held again; later days of return change nothing."""
    book = Book()
    book.look(30)
    book.deliver(35, return_by=90)
    book.look(36)
    assert book.posted == (0, 450)


def test_an_hour_of_hold_is_an_hour() -> None:
    """The hold is counted from the moment of purchase, not from midnight."""
    book = Book()
    book.look(0)
    assert book.standing.release_at - book.redemption.placed_at == timedelta(days=30)


def test_terms_say_which_order_of_the_ambassadors_it_was() -> None:
    """Counted in the order of settlement, this one included; that is what caps and tiers could see."""
    book = Book(account=Account("amb_1", version=9, orders_settled=6, referrals=4))
    book.look(0)
    assert (book.standing.terms.ambassador_order, book.standing.terms.referrals) == (7, 4)
    assert book.account.orders_settled == 7


def test_terms_name_a_unit_only_if_it_is_not_the_orders_own_currency() -> None:
    """Money is the ordinary case, and says nothing."""
    points = (Tier("Starter", 0, Rate(amount=50, unit="points")),)
    for rules, unit in ((program(), None), (program(tiers=points), "points")):
        book = Book(rules)
        book.look(0)
        assert book.standing.terms.unit == unit


@pytest.mark.parametrize(
    ("excluded", "minimum", "refund", "void"),
    [
        (None, 4998, 1, False),
        (None, 4999, 1, True),
        (None, 2500, 2250, False),
        (None, 2501, 2250, True),
        (None, 5001, 0, False),
        (1000, 2000, 1750, False),
        (1000, 2001, 1750, True),
    ],
)
def test_what_is_kept_must_reach_the_minimum(excluded: int | None, minimum: int, refund: int, void: bool) -> None:
    """At list price, as at the checkout, once anything came back: of half of what was paid, half of that is left."""
    book = Book(program(minimum=minimum, void_below_minimum=True), excluded=excluded)
    book.refund(refund)
    book.look(1)
    assert (book.standing.worth == 0) == book.standing.has("below_minimum") == void


def test_small_orders_are_void_only_where_the_program_says_so() -> None:
    """Otherwise a refund takes its share and no more, however little is left."""
    book = Book(program(minimum=5000))
    book.refund(4490)
    book.look(1)
    assert (book.posted, book.standing.marks) == ((1, 0), ())


def test_a_reward_that_was_available_is_clawed_back_and_any_other_is_void() -> None:
    """A cent is enough to have been available; what was only ever held leaves no trace of having been earned."""
    released, held, late = Book(paid=10), Book(paid=10), Book(paid=10)
    released.look(30)
    for book in (held, late):
        book.look(0)
        book.refund(10)
    held.look(1)
    held.look(40)
    late.look(40)
    released.refund(10, days=41)
    released.look(41)
    assert [state_of(book.standing) for book in (released, held, late)] == ["clawed_back", "void", "void"]
    assert [book.standing.has("earned") for book in (released, held, late)] == [True, False, False]


def test_a_cancellation_is_told_as_one() -> None:
    """The standing says that the order is off, in whatever currency that was reported; a refund of all is no such."""
    cancelled, refunded = Book(), Book()
    cancelled.refund(4500, kind="cancellation", currency="USD")
    refunded.refund(4500)
    for book in (cancelled, refunded):
        book.look(1)
    assert (cancelled.standing.marks, refunded.standing.marks) == (("cancelled",), ())
    assert (cancelled.standing.net, refunded.standing.net) == (0, 0)


def test_a_standing_counts_and_names_the_facts_it_has_seen() -> None:
    """All later ones, of whatever sort; and which review was the last."""
    book = Book()
    book.look(0)
    assert (book.standing.facts_seen, book.standing.facts_named, book.standing.last_review) == (0, (), 0)
    book.refund(1)
    book.deliver(2)
    book.review("deny")
    book.review("approve")
    book.look(3)
    assert book.standing.facts_named == ("fulfilment:f2#1", "refund:r1", "review:1", "review:2")
    assert (book.standing.facts_seen, book.standing.last_review, book.standing.worth) == (4, 2, 449)


def test_however_many_facts_there_are_only_some_are_named() -> None:
    """A hundred refunds of a cent all count, and the order does not grow with each of them."""
    book = Book()
    for _ in range(100):
        book.refund(1)
    book.look(1)
    assert (book.standing.facts_seen, book.standing.refunded) == (100, 100)
    assert book.standing.facts_named == tuple(sorted(f"refund:r{number}" for number in range(1, 101))[:FACTS_NAMED])


DELIVERED = program(hold_from="delivery", hold_days=14, longest_wait_days=60)


def test_the_highest_revision_counts_whatever_came_last() -> None:
    """A wrong day of return is corrected, in whatever order the reports come; each moves the release either way."""
    book = Book(DELIVERED)
    for revision, until, release in ((1, 1000, 1000), (3, 50, 50), (2, 900, 50), (10, None, 17)):
        book.deliver(3, name="f1", return_by=until, revision=revision)
        book.look(4)
        assert book.standing.release_at == at(release)
        assert book.redemption.due_at == at(release)


def test_a_delivery_that_never_was_does_not_count() -> None:
    """Neither its time nor its day of return; another one may still count, and so may a revision after it."""
    book = Book(DELIVERED)
    book.deliver(3, name="f1", return_by=100)
    book.deliver(3, name="f1", revision=2, void=True, delivered_at=None, return_by=200)
    book.look(4)
    assert book.standing.release_at == at(60)
    book.deliver(5, name="f2")
    book.look(6)
    assert book.standing.release_at == at(19)
    book.deliver(8, name="f1", revision=3)
    book.look(9)
    assert book.standing.release_at == at(22)


def test_an_order_is_complete_when_a_delivery_says_no_more() -> None:
    """Until then it waits as long as the program waits at most, or for its last parcel's own hold if that is longer."""
    book = Book(DELIVERED)
    book.deliver(5, name="f1", more=True)
    book.look(6)
    assert (book.standing.release_at, book.standing.marks) == (at(60), ("undelivered",))
    book.deliver(55, name="f2", more=True)
    book.look(56)
    assert (book.standing.release_at, book.standing.marks) == (at(69), ("undelivered",))
    book.deliver(56, name="f3")
    book.look(57)
    assert (book.standing.release_at, book.standing.marks) == (at(70), ())
    book.deliver(57, name="f3", revision=2, void=True)
    book.look(58)
    assert book.standing.has("undelivered")
    book.look(69)
    assert (book.posted, book.standing.marks) == ((0, 450), ("earned",))


def test_no_delivery_is_earlier_than_its_order() -> None:
    """Delivered before it was placed: its hold runs from when the order begins."""
    book = Book(DELIVERED)
    book.deliver(-9000)
    book.look(0)
    assert (book.posted, book.standing.release_at) == ((450, 0), at(14))


def test_a_hold_from_purchase_knows_no_parcels() -> None:
    """It asks for the last day of return alone."""
    book = Book(program(hold_days=30))
    book.deliver(40, more=True)
    book.deliver(-5, name="f9", return_by=45)
    book.look(41)
    assert (book.posted, book.standing.release_at, book.standing.marks) == ((450, 0), at(45), ())


def test_a_correction_after_the_release_moves_nothing() -> None:
    """What is available stays so."""
    book = Book(DELIVERED)
    book.deliver(0, name="f1")
    book.look(14)
    book.deliver(0, name="f1", revision=2, return_by=90)
    book.look(15)
    assert (book.posted, book.redemption.due_at) == ((0, 450), None)


def test_an_order_that_gave_its_place_back_is_void_for_good() -> None:
    """Whatever it was worth: that is not said to be below a minimum, and nothing of its payment is left to count."""
    book = Book(program(void_below_minimum=True, minimum=2000))
    book.look(0)
    book.refund(1000)
    book.order = replace(book.order, freed=Freed("o1", recorded_at=at(1), by="o2", due_at=at(1)))
    was = book.standing
    book.look(1)
    assert book.standing == replace(
        was,
        net=0,
        refunded=1000,
        worth=0,
        cap_used=0,
        facts_seen=2,
        facts_named=("freed", "refund:r1"),
        marks=("replaced",),
        entries=(*was.entries, book.entries[-1].number),
        told=News(0),
    )
    assert [(entry.kind, entry.cause) for entry in book.entries[1:]] == [("void", "refund:r1,freed")]


def test_a_cancelled_order_is_not_below_a_minimum() -> None:
    """Nothing of it is left to compare with one, whatever was refunded before."""
    book = Book(program(void_below_minimum=True, minimum=2000))
    book.refund(1000)
    book.refund(0, kind="cancellation")
    book.look(1)
    assert (book.standing.net, book.standing.refunded, book.standing.marks) == (0, 1000, ("cancelled",))
