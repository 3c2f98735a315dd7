"""Settle, clause by clause: what docs/settle.md promises of an order from its first look to its last."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.model.accounts import Account, Month
from chalicelib.domain.model.facts import Payment, TakenOff
from chalicelib.domain.model.orders import Order, Terms
from chalicelib.domain.orders.evidence import Evidence
from chalicelib.domain.orders.settle import settle
from chalicelib.domain.orders.terms import decide_terms, decides_terms
from chalicelib.domain.program.flaws import flaws
from chalicelib.domain.program.program import Cap, FurtherOrders, Rate, Tier
from tests.unit.book import TEN_PERCENT, Book, at, program


def test_a_reward_is_held_then_released_when_the_hold_ends() -> None:
    """The first look holds the reward; it is released at 30 days and not a moment before."""
    book = Book()
    book.look(0)
    book.look(29.99)
    assert (book.posted, book.postings) == ((450, 0), [("hold", 450)])
    book.look(30)
    assert (book.posted, book.postings[1:]) == ((0, 450), [("release", 450)])
    assert book.account.balances == {"EUR": {"held": 0, "available": 450}}
    assert book.account.referrals == 1


def test_a_first_look_after_the_hold_posts_hold_and_release() -> None:
    """An order that nobody looked at for a month is held and released at once, and the ambassador is told once."""
    book = Book()
    book.look(40)
    assert book.postings == [("hold", 450), ("release", 450)]
    assert [template for template, *_ in book.letters] == ["friend_thanks", "reward_released"]


def test_terms_are_decided_once() -> None:
    """A tier reached after the first settlement does not change an order that has terms."""
    rules = program(tiers=(Tier("Starter", 0, TEN_PERCENT), Tier("Silver", 5, Rate(basis_points=2000))))
    book = Book(rules, account=Account("amb_1", version=7, referrals=4))
    book.look(0)
    book.account = replace(book.account, referrals=50)
    book.look(30)
    assert book.standing.terms.tier == "Starter"
    assert book.posted == (0, 450)


def test_deciding_terms_writes_the_account_even_when_nothing_is_granted() -> None:
    """Terms rest on what the account said, so two orders that decide at once collide on it, even with no reward."""
    book = Book(program(caps=(Cap("month", amount=0),)))
    settlement = book.look(0)
    assert settlement.entries == ()
    assert settlement.account_changed


def test_an_unchanged_settlement_changes_nothing() -> None:
    """Settling again posts nothing, sends nothing, and leaves redemption and account as they are."""
    book = Book()
    book.look(0)
    again = book.look(0)
    assert (again.changed, again.account_changed, again.entries, again.messages) == (False, False, (), ())
    assert again.redemption == book.redemption


def test_a_redemption_carries_its_own_next_wake_up() -> None:
    """While something will happen by time alone the redemption knows when; when it is final it asks for nothing."""
    book = Book()
    assert book.look(0).redemption.due_at == at(30)
    assert book.look(30).redemption.due_at is None


def test_a_fact_after_the_end_wakes_and_leaves_no_wake_up() -> None:
    """A final order that takes another refund is final again afterwards."""
    book = Book()
    book.look(30)
    book.refund(900)
    assert book.look(31).redemption.due_at is None
    assert book.posted == (0, 360)


def test_a_cap_grants_what_room_is_left() -> None:
    """An order over the cap earns what is left of it, and the trace can say so."""
    book = Book(
        program(caps=(Cap("month", amount=1000),)),
        account=Account("amb_1", months={"2026-03": Month(cap_used=800), "2026-02": Month(cap_used=5000)}),
    )
    book.look(0)
    assert (book.standing.terms.reward_at_rate, book.standing.terms.granted, book.posted) == (450, 200, (200, 0))
    assert book.account.months["2026-03"].cap_used == 1000


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"hold_days": 10**9}, "/hold_days"),
        ({"hold_days": -1}, "/hold_days"),
        ({"review_days": 10**9}, "/review_days"),
        ({"longest_wait_days": -5}, "/longest_wait_days"),
        ({"minimum": -1}, "/minimum"),
        ({"caps": (Cap("month", amount=-1),)}, "/caps/0/amount"),
        ({"shop_url": "javascript:alert(1)"}, "/shop_url"),
        ({"currency": "euro"}, "/currency"),
        ({"offer": Rate(basis_points=10_001)}, "/offer/basis_points"),
        ({"offer": Rate(amount=-5)}, "/offer/amount"),
        ({"offer": Rate(amount=5, basis_points=5)}, "/offer"),
        ({"tiers": (Tier("Starter", 0, Rate(basis_points=100, maximum=-1)),)}, "/tiers/0/reward/maximum"),
        ({"tiers": (Tier("Starter", 0, TEN_PERCENT, bonus=-1),)}, "/tiers/0/bonus"),
    ],
)
def test_a_program_out_of_reason_is_named(wrong: dict[str, Any], pointer: str) -> None:
    """Numbers that no date or sum could bear are refused with a pointer."""
    assert [at_fault for at_fault, _ in flaws(program(**wrong))] == [pointer]


def test_each_occasion_is_told_once() -> None:
    """Thanks to the friend and news to the ambassador belong to the settlement that caused them."""
    book = Book()
    for days in (0, 0, 1, 30, 30, 31):
        book.look(days)
    assert book.letters == [("friend_thanks", 500, 2), ("reward_held", 450, 2), ("reward_released", 450, 3)]
    assert book.messages[1].letter.release_at == at(30)
    assert book.messages[2].letter.available == 450


def test_a_friend_is_thanked_even_when_no_reward_is_due() -> None:
    """The friend bought; whether the ambassador earns is another matter."""
    book = Book(program(caps=(Cap("month", amount=0),)))
    book.look(0)
    assert book.letters == [("friend_thanks", 500, 2)]


def test_an_unpaid_order_only_waits() -> None:
    """It has no terms, moves no account, owes nothing to anybody, and asks for no attention any more."""
    book = Book(pending=True)
    assert not decides_terms(book.order)
    found = settle(book.order, book.account, book.program, now=at(0))
    assert (found.entries, found.gifts, found.draws, found.messages, found.case) == ((), (), (), (), None)
    assert (found.account, found.changed, found.account_changed) == (book.account, True, False)
    assert found.redemption == replace(book.redemption, due_at=None, version=2)
    again = settle(replace(book.order, redemption=found.redemption), book.account, book.program, now=at(1))
    assert (again.changed, again.redemption) == (False, found.redemption)


def test_an_order_that_was_overtaken_before_it_was_stored_is_withdrawn() -> None:
    """By the higher revision that had taken its code off; one that came paid for, or under a higher one, stands."""
    book = Book(pending=True, revision=2)
    payment = Payment("o1", "p1", paid_at=at(0), recorded_at=at(0))

    def off(revision: int, **more: Any) -> Order:
        order = replace(book.order, redemption=replace(book.redemption, **more), payment=payment)
        return replace(order, taken_off=TakenOff("o1", revision, "code_removed", "f" * 32, recorded_at=at(0)))

    late = off(3)
    assert not decides_terms(late)
    found = settle(late, book.account, book.program, now=at(0))
    assert (found.entries, found.account, found.account_changed, found.changed) == ((), book.account, False, True)
    said: dict[str, Any] = {"withdrawn": "code_removed", "revision": 3, "fingerprint": "f" * 32, "due_at": None}
    assert found.redemption == replace(book.redemption, **said, version=2)
    settled = replace(late, redemption=found.redemption)
    assert settled.withdrawn
    assert not settle(settled, book.account, book.program, now=at(1)).changed
    for stands in (off(2), off(1), off(3, pending=False)):
        assert decides_terms(stands)
        assert settle(stands, book.account, book.program, now=at(0)).redemption.standing is not None


def paid_later(**more: Any) -> tuple[Book, Order]:
    """An order that came unpaid, and was paid for on the third day of the next month."""
    book = Book(pending=True, **more)
    return book, replace(book.order, payment=Payment("o1", "p1", paid_at=at(33), recorded_at=at(34)))


def test_terms_are_those_of_the_moment_at_which_an_order_began_to_count() -> None:
    """As it was paid for, which is noted only where that is not the moment at which it was placed."""
    account = Account("amb_1", referrals=4, orders_settled=7)
    book, order = paid_later()
    at_once = Terms("Starter", TEN_PERCENT, 450, 450, "2026-03", ambassador_order=7, referrals=4)
    later = replace(at_once, month="2026-04", begins=at(33))
    assert decide_terms(Book().order, account, book.program, Evidence()) == (at_once, ())
    assert decide_terms(order, account, book.program, Evidence()) == (later, ())


def test_an_order_whose_place_was_taken_is_granted_nothing() -> None:
    """Its terms say what it would have earned; it draws on no budget, and no cap is the reason."""
    rules = program(budget_month=1000, caps=(Cap("life", amount=0),))
    _, order = paid_later()
    terms, draws = decide_terms(order, Account("amb_1"), rules, Evidence(taken=True))
    assert (terms, draws) == (
        Terms(
            "Starter",
            TEN_PERCENT,
            450,
            0,
            month="2026-04",
            begins=at(33),
            limit="friend_already_referred",
            budget_drawn=(),
        ),
        (),
    )
    plain = replace(rules, budget_month=None, caps=())
    assert decide_terms(order, Account("amb_1"), plain, Evidence(taken=True)) == (terms, ())


def test_a_further_order_earns_what_further_orders_do() -> None:
    """In whatever tier; the first of a friend earns by the tier."""
    rules = program(later=FurtherOrders(reward=Rate(amount=70)))
    for place, earned in ((1, 450), (2, 70), (3, 70)):
        book = Book(rules, friend_order=place)
        book.look(0)
        assert (book.standing.terms.reward_at_rate, book.posted) == (earned, (earned, 0))


def test_a_payment_decides_the_terms_unless_the_order_was_withdrawn() -> None:
    """From then on it is an order like any other, that began when it was paid for."""
    book = Book(pending=True)
    paid = Payment("o1", "p1", paid_at=at(3), recorded_at=at(3))
    order = replace(book.order, payment=paid)
    assert decides_terms(order)
    found = settle(order, book.account, book.program, now=at(3))
    assert found.redemption.standing is not None
    assert (found.redemption.standing.worth, found.redemption.standing.release_at) == (450, at(33))
    settled = replace(order, redemption=found.redemption)
    assert not decides_terms(settled)
    withdrawn = replace(order, redemption=replace(book.redemption, withdrawn="below_minimum"))
    assert not decides_terms(withdrawn)
    left = settle(withdrawn, book.account, book.program, now=at(3))
    assert (left.redemption.standing, left.account_changed) == (None, False)
