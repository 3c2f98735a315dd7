"""What comes back of an order, and what that leaves of its reward."""

from dataclasses import replace

import pytest

from chalicelib.domain.model.facts import RefundKind
from chalicelib.domain.orders.refunds import void_whole
from chalicelib.domain.program.program import Rate, Tier
from tests.unit.book import Book, program


def test_three_refunds_of_a_third_leave_exactly_nothing() -> None:
    """Refunds are cumulative: rounding never leaves a cent, whatever the parts."""
    book = Book(paid=1000)
    book.look(0)
    for part, left in [(333, 66), (333, 33), (334, 0)]:
        book.refund(part)
        book.look(2)
        assert book.posted == (left, 0)
    assert book.postings == [("hold", 100), ("void", 34), ("void", 33), ("void", 33)]


def test_a_refund_with_the_release_voids_then_releases() -> None:
    """A refund that is first seen when the hold ends takes its part before the rest is released."""
    book = Book()
    book.look(0)
    book.refund(1500)
    book.look(30)
    assert book.postings == [("hold", 450), ("void", 150), ("release", 300)]


def test_a_refund_after_the_release_claws_back_into_debt() -> None:
    """What was released is taken back from what is available, which may fall below zero."""
    book = Book()
    book.look(30)
    spent = {"EUR": {"held": 0, "available": 0, "spent": 450}}
    book.account = replace(book.account, balances=spent)
    book.refund(4500)
    book.look(31)
    assert book.postings[-1] == ("clawback", 450)
    assert book.account.balance("EUR", "available") == -450
    assert book.account.referrals == 0


def test_a_reversal_brings_the_reward_back() -> None:
    """A dispute won restores what its refund took: held again while held, reinstated once released."""
    book = Book()
    book.look(0)
    first = book.refund(4500, kind="chargeback")
    book.look(2)
    book.reverse(first)
    book.look(3)
    assert book.postings == [("hold", 450), ("void", 450), ("hold", 450)]
    book.look(30)
    second = book.refund(900, kind="chargeback")
    book.look(31)
    book.reverse(second)
    book.look(32)
    assert book.postings[3:] == [("release", 450), ("clawback", 90), ("reinstate", 90)]


def test_what_was_void_when_the_hold_ended_is_reinstated() -> None:
    """An order that was worth nothing at its release stands as released: won back, its reward is available at once."""
    book = Book()
    book.look(0)
    refund = book.refund(4500, kind="chargeback")
    book.look(1)
    book.look(30)
    book.reverse(refund)
    book.look(31)
    assert book.postings == [("hold", 450), ("void", 450), ("reinstate", 450)]
    assert book.account.referrals == 1


def test_a_reversal_may_come_before_its_refund() -> None:
    """Facts have no order of arrival: a refund that was reversed before it was reported never counts."""
    book = Book()
    book.look(0)
    book.reverse("late")
    book.refund(4500, name="late")
    book.look(2)
    assert book.posted == (450, 0)


def test_a_cancellation_voids_the_order_whatever_its_amount() -> None:
    """A cancelled order earns nothing, and its friend is not thanked if it was cancelled before the first look."""
    book = Book()
    book.refund(0, kind="cancellation")
    book.look(0)
    assert (book.posted, book.entries, book.messages) == ((0, 0), [], [])


def test_more_refunded_than_paid_is_nothing_not_less() -> None:
    """Net never falls below zero, so a clumsy refund never claws back more than was given."""
    book = Book()
    book.look(0)
    book.refund(999_999)
    book.look(1)
    assert book.posted == (0, 0)


def test_a_partial_refund_below_the_minimum_can_void_the_reward() -> None:
    """When the program says so, goods kept below the minimum order earn nothing."""
    rules = program(minimum=2000, void_below_minimum=True)
    book = Book(rules, paid=1800)
    book.look(0)
    assert book.posted == (180, 0)
    book.refund(400)
    book.look(1)
    assert book.posted == (0, 0)


def test_only_goods_come_back() -> None:
    """Tax and shipping are no part of what was paid for goods; a refund of these alone has no effect at all."""
    book = Book(program(void_below_minimum=True, minimum=5000))
    book.look(0)
    book.refund(490, shipping=400, tax=90)
    book.look(1)
    assert (book.posted, book.standing.refunded, book.account.orders_refunded) == ((450, 0), 0, 0)
    book.program = program()
    book.refund(3570, tax=570)
    book.look(2)
    assert (book.posted, book.standing.net) == ((150, 0), 1500)


def test_shipping_in_another_currency_asks_nothing() -> None:
    """Nobody needs to say what it is worth, since no goods came back."""
    book = Book()
    book.refund(500, currency="USD", shipping=500)
    book.look(0)
    assert (book.posted, book.order.case) == ((450, 0), None)


def test_tax_on_an_order_is_no_part_of_its_goods() -> None:
    """What the friend paid for goods is the base of the reward, and the minimum looks at goods at list price."""
    book = Book(program(minimum=4050, void_below_minimum=True), tax=950)
    book.look(0)
    assert (book.redemption.listed, book.redemption.paid, book.posted) == (4050, 3550, (355, 0))
    book.refund(1)
    book.look(1)
    assert book.standing.marks == ("below_minimum",)


@pytest.mark.parametrize(
    ("refunds", "left"),
    [
        ((4499,), 1),
        ((4498, 1), 0),
        ((4497, 1), 2),
        ((4400, 50, 48), 0),
        ((4400, 50, 47), 3),
        ((4490, *[1] * 5), 0),
        ((4489, *[1] * 5), 6),
        ((4485, *[1] * 10), 0),
        ((4484, *[1] * 10), 6),
        ((4500, 100), 0),
    ],
)
def test_crumbs_are_nothing(refunds: tuple[int, ...], left: int) -> None:
    """Refunded line by line with its tax taken off, an order leaves a cent for each but the first, at most five."""
    book = Book(program(tiers=(Tier("Starter", 0, Rate(basis_points=10_000)),)))
    book.look(0)
    for amount in refunds:
        book.refund(amount)
    book.look(1)
    assert (book.standing.net, book.posted, void_whole(book.order)) == (left, (left, 0), left == 0)


def test_a_refund_without_goods_makes_no_crumbs() -> None:
    """A cent is left by rounding tax, and of shipping no tax of goods is rounded."""
    book = Book()
    book.refund(4499)
    book.refund(100, shipping=100)
    book.look(0)
    assert (book.standing.net, void_whole(book.order)) == (1, False)


def test_whether_an_order_came_to_nothing() -> None:
    """Cancelled or paid back whole by refunds that count; goods that may have been kept free nobody."""
    cases: list[tuple[bool, list[tuple[RefundKind, int, str]]]] = [
        (True, [("cancellation", 0, "EUR")]),
        (True, [("refund", 4000, "EUR"), ("refund", 500, "EUR")]),
        (False, []),
        (False, [("refund", 4499, "EUR")]),
        (False, [("chargeback", 4500, "EUR")]),
        (False, [("refund", 4000, "EUR"), ("chargeback", 500, "EUR")]),
        (False, [("refund", 4500, "USD")]),
    ]
    for came_to_nothing, refunds in cases:
        book = Book()
        ids = [book.refund(amount, kind=kind, currency=currency) for kind, amount, currency in refunds]
        book.look(0)
        book.review("deny", answers=tuple(ids), values=dict.fromkeys(ids, 4500))
        assert void_whole(book.order) == came_to_nothing
        for refund_id in ids:
            book.reverse(refund_id)
        assert not void_whole(book.order)
