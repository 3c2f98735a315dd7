"""What an admin is asked about an order, what their word does, and what happens if nobody decides."""

import pytest

from chalicelib.domain.model.facts import RefundKind, Review
from chalicelib.domain.model.orders import Terms
from chalicelib.domain.model.reviews import Case, Question
from chalicelib.domain.orders.reviews import questions
from chalicelib.domain.program.program import Cap, Watch
from tests.unit.book import TEN_PERCENT, Book, at, program


def test_a_denial_voids_and_an_approval_restores() -> None:
    """The highest review counts: denied while held is void, approved again is held again."""
    book = Book()
    book.look(0)
    book.review("deny")
    book.look(1)
    assert book.posted == (0, 0)
    book.review("approve")
    book.look(2)
    assert book.postings == [("hold", 450), ("void", 450), ("hold", 450)]


def test_a_denial_after_the_release_claws_back() -> None:
    """A reward that proves wrong later is taken back."""
    book = Book()
    book.look(30)
    book.review("deny")
    book.look(31)
    assert book.postings[-1] == ("clawback", 450)


def test_a_refund_in_another_currency_opens_a_review() -> None:
    """It can't be summed, so the reward waits for a person beyond its hold, and is released by their approval."""
    book = Book()
    book.look(0)
    refund = book.refund(1000, currency="USD", days=20)
    assert book.look(20).redemption.due_at == at(50)
    book.look(35)
    assert (book.posted, book.standing.review_open) == ((450, 0), True)
    book.review("approve", answers=(refund,))
    book.look(36)
    assert book.posted == (0, 450)


def test_an_approval_before_the_hold_ends_keeps_the_hold() -> None:
    """Approving says that the reward is right, not that the goods can't come back."""
    book = Book()
    book.look(0)
    refund = book.refund(1000, currency="USD", days=2)
    book.look(2)
    book.review("approve", answers=(refund,))
    assert book.look(3).redemption.due_at == at(30)
    assert book.posted == (450, 0)


@pytest.mark.parametrize(("default", "left"), [("approve", 450), ("deny", 0)])
def test_an_unanswered_review_decides_itself_at_its_deadline(default: str, left: int) -> None:
    """Nobody decides in 40 days: the program's default does, and the order has woken up by itself for it."""
    book = Book(program(review_default=default, review_days=40, watch=Watch(velocity_orders=1, review_at=40)))
    assert book.look(0).redemption.due_at == at(40)
    assert not book.standing.has("by_default")
    book.look(40)
    assert book.posted == (0, left)
    assert book.standing.has("by_default")
    assert book.redemption.due_at is None


@pytest.mark.parametrize("kind", ["refund", "chargeback"])
def test_what_nobody_could_value_is_never_paid_by_silence(kind: RefundKind) -> None:
    """Of a refund in another currency nobody says what it is worth: denied, even where the program would approve."""
    book = Book(program(review_default="approve", review_days=30))
    book.look(0)
    book.refund(5500, kind=kind, currency="USD", days=10)
    assert book.look(10).redemption.due_at == at(40)
    book.look(40)
    assert (book.posted, book.redemption.due_at) == ((0, 0), None)
    assert book.standing.marks == ("denied", "by_default", "unvalued")


def test_each_question_has_its_own_deadline_and_default() -> None:
    """The program approves what is suspicious; that says nothing of the refund that was reported later."""
    rules = program(review_default="approve", review_days=30, watch=Watch(velocity_orders=1, review_at=40))
    book = Book(rules)
    book.look(0)
    book.refund(5500, kind="chargeback", currency="USD", days=10)
    assert book.look(10).redemption.due_at == at(30)
    assert book.look(30).redemption.due_at == at(40)
    assert (book.posted, book.standing.marks) == ((450, 0), ())
    assert book.order.case is not None
    assert book.order.case.questions == (Question("foreign_refund", at(40)),)
    book.look(40)
    assert (book.posted, book.order.case.state) == ((0, 0), "closed")


def test_a_refund_that_came_before_its_order_is_asked_about_all_the_same() -> None:
    """A late claim's order was paid back in part long before: the time to answer begins when the order is known."""
    book = Book(program(review_days=30), placed=40)
    book.refund(5500, currency="USD", days=0)
    book.look(40)
    assert (book.posted, book.redemption.due_at, book.standing.marks) == ((450, 0), at(70), ())
    assert book.order.case is not None
    assert book.order.case.questions == (Question("foreign_refund", at(70)),)
    book.look(70)
    assert (book.posted, book.standing.marks) == ((0, 0), ("denied", "by_default", "unvalued"))


def test_an_admin_says_what_a_refund_is_worth() -> None:
    """It is summed like any other; of two reviews that value it the later counts; seen and not valued is nothing."""
    book = Book()
    book.look(0)
    dollars = book.refund(1000, currency="USD", days=2)
    book.look(2)
    for values, worth in (({dollars: 900}, 360), ({}, 360), ({dollars: 4500}, 0), ({dollars: 0}, 450)):
        book.review("approve", answers=(dollars,), values=values)
        book.look(3)
        assert book.posted == (worth, 0)
    seen = Book()
    seen.refund(1000, currency="USD", name=dollars)
    seen.look(0)
    seen.review("approve", answers=(dollars,))
    seen.look(30)
    assert seen.posted == (0, 450)


def test_a_late_approval_brings_a_part_back() -> None:
    """After silence has denied it, before the release and after it."""
    for days in (20, 40):
        book = Book(program(review_days=10))
        book.look(0)
        dollars = book.refund(1000, currency="USD", days=1)
        book.look(1)
        book.look(11)
        assert book.posted == (0, 0)
        book.look(days)
        book.review("approve", answers=(dollars,), values={dollars: 1500})
        book.look(days)
        assert sum(book.posted) == 300


def test_a_value_goes_with_its_refund() -> None:
    """A dispute that was won leaves nothing of what an admin said it was worth."""
    book = Book()
    book.look(0)
    dollars = book.refund(1000, currency="USD")
    book.look(1)
    book.review("approve", answers=(dollars,), values={dollars: 900})
    book.look(2)
    book.reverse(dollars)
    book.look(3)
    assert (book.posted, book.standing.refunded, book.standing.valued) == ((450, 0), 0, None)


def test_a_default_never_overrules_a_person() -> None:
    """An admin's denial stands even when a later question is left to a default of approval."""
    book = Book()
    book.look(0)
    book.review("deny")
    book.look(1)
    book.refund(1000, currency="USD", days=2)
    book.look(2)
    book.look(60)
    assert book.posted == (0, 0)
    assert not book.standing.has("by_default")


def test_a_review_after_the_release_moves_nothing_back() -> None:
    """A foreign refund after the release opens a question; what is available stays so until someone denies."""
    book = Book()
    book.look(30)
    refund = book.refund(1000, currency="USD", days=31)
    book.look(31)
    assert (book.posted, book.standing.review_open) == ((0, 450), True)
    book.review("deny", answers=(refund,))
    book.look(32)
    assert book.posted == (0, 0)


def test_a_denied_order_still_takes_its_room_in_the_cap() -> None:
    """Reviews give no room back, or a denied order could be tried again with another; only refunds do."""
    book = Book(program(caps=(Cap("month", amount=1000),)))
    book.look(0)
    book.review("deny")
    book.look(1)
    assert (book.posted, book.account.months["2026-03"].cap_used) == ((0, 0), 450)
    book.refund(1500)
    book.look(2)
    assert book.account.months["2026-03"].cap_used == 300


@pytest.mark.parametrize(
    ("review", "answers", "refunds", "asked"),
    [
        (False, None, (), ()),
        (True, None, (), ("signals",)),
        (True, (), (), ()),
        (False, None, ("r1",), ("foreign_refund",)),
        (True, None, ("r1",), ("signals", "foreign_refund")),
        (True, (), ("r1",), ("foreign_refund",)),
        (True, ("r1",), ("r1",), ()),
        (False, ("r1",), ("r1", "r2"), ("foreign_refund",)),
        (False, ("r1", "r2"), ("r1", "r2"), ()),
    ],
)
def test_what_an_admin_is_asked(
    review: bool, answers: tuple[str, ...] | None, refunds: tuple[str, ...], asked: tuple[str, ...]
) -> None:
    """About signals until anybody has decided; about each refund in another currency until a decision has seen it."""
    book = Book()
    for name in refunds:
        book.refund(700, currency="USD", name=name)
    book.refund(700, name="plain")
    if answers is not None:
        book.take(Review("o1", 1, "approve", "key_1", "looked at it", at(1), answers, due_at=at(1)))
    terms = Terms("Starter", TEN_PERCENT, 450, 450, review=review)
    assert tuple(it.about for it in questions(book.order, terms, at(0), program())) == asked


def test_a_case_says_what_it_asks() -> None:
    """And changes when another question comes; the earliest deadline stands."""
    book = Book(program(watch=Watch(velocity_orders=1, review_at=40)))
    book.look(0)
    assert book.order.case == Case(
        "o1", "amb_1", opened_at=at(0), deadline=at(30), questions=(Question("signals", at(30)),)
    )
    book.refund(700, currency="USD", days=2)
    book.look(2)
    assert book.order.case.questions == (Question("signals", at(30)), Question("foreign_refund", at(32)))
    assert (book.order.case.opened_at, book.order.case.deadline, book.order.case.version) == (at(0), at(30), 2)


def test_a_closed_case_stays_as_it_was_closed() -> None:
    """No later look writes it again."""
    book = Book()
    refund = book.refund(700, currency="USD")
    book.look(1)
    book.review("approve", answers=(refund,))
    assert book.look(2).case is not None
    assert book.look(3).case is None
    assert book.look(30).case is None
