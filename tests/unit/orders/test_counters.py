"""What an account keeps of its orders: releases, activity, prizes, and what was sent back."""

from dataclasses import replace

import pytest

from chalicelib.domain.model.accounts import Account, Draw, Leg
from chalicelib.domain.program.program import Tier
from tests.unit.book import TEN_PERCENT, Book, Shelf, at, program


def test_a_release_is_known_by_the_version_that_made_it() -> None:
    """Held against the version of an expiry it tells whether the reward was there to expire."""
    book = Book(account=Account("amb_1", version=41))
    seen = []
    for day in (2, 30, 31):
        book.look(day)
        seen.append(book.standing.released_in)
    assert (seen, book.account.version) == ([None, 43, 43], 43)


@pytest.mark.parametrize(("paid", "active"), [(10, True), (9, False)])
def test_an_order_that_earns_is_activity(paid: int, active: bool) -> None:
    """From when it was recorded, whenever that is looked at; ten percent of nine cents are nothing."""
    book = Book(paid=paid, placed=3)
    book.look(7)
    assert book.account.active_at == (at(3) if active else None)
    book.look(40)
    assert book.account.active_at == (at(40) if active else None)


def test_what_becomes_available_has_all_its_time_to_be_spent() -> None:
    """A release, a reinstatement and a prize are activity at their moment; a hold, or what is taken back, is none."""
    rules = program(tiers=(Tier("Starter", 0), Tier("Silver", 1, bonus=700)))
    book = Book(placed=3, account=Account("amb_1", active_at=at(20)))
    seen = []
    for day in (21, 40):
        book.look(day)
        seen.append(book.account.active_at)
    refund = book.refund(1000)
    book.look(41)
    book.reverse(refund)
    book.look(42)
    assert [*seen, book.account.active_at] == [at(20), at(40), at(42)]
    prized = Book(rules)
    prized.look(50)
    assert (prized.postings, prized.account.active_at) == ([("bonus", 700)], at(50))
    late = Book(placed=3, account=Account("amb_1", active_at=at(99)))
    late.look(50)
    assert late.account.active_at == at(99)


def test_a_prize_that_has_expired_is_taken_back_from_there() -> None:
    """It leaves no debt, as the reward of the order itself leaves none."""
    rules = program(tiers=(Tier("Starter", 0, TEN_PERCENT), Tier("Silver", 1, TEN_PERCENT, bonus=700)))
    book = Book(rules)
    book.look(30)
    expired = {"EUR": {"held": 0, "available": 0, "expired": 1150}}
    book.account = replace(book.account, version=7, balances=expired, expired_in=7)
    book.refund(4500)
    book.look(60)
    assert [entry.legs for entry in book.entries[-2:]] == [
        (Leg("ambassador:expired", -450, "EUR"), Leg("program:rewards", 450, "EUR")),
        (Leg("ambassador:expired", -700, "EUR"), Leg("program:rewards", 700, "EUR")),
    ]
    assert book.account.balances["EUR"] == {"held": 0, "available": 0, "expired": 0}


def test_what_has_expired_pays_for_nothing_new() -> None:
    """A reward and a prize come from the program, however much has expired before."""
    rules = program(tiers=(Tier("Starter", 0, TEN_PERCENT), Tier("Silver", 1, TEN_PERCENT, bonus=700)))
    book = Book(rules, account=Account("amb_1", 4, {"EUR": {"expired": 900}}, expired_in=4))
    book.look(30)
    assert {entry.legs[0].account for entry in book.entries} == {"program:rewards", "ambassador:held"}
    assert book.account.balances["EUR"] == {"expired": 900, "held": 0, "available": 1150}


def test_what_has_expired_is_taken_back_once() -> None:
    """First by the order itself, then by its prizes, until nothing of it is left."""
    rules = program(tiers=(Tier("Starter", 0, TEN_PERCENT), Tier("Silver", 1, TEN_PERCENT, bonus=700)))
    book = Book(rules)
    book.look(30)
    book.account = replace(book.account, balances={"EUR": {"available": 150, "expired": 1000}}, expired_in=9)
    book.refund(4500)
    book.look(60)
    assert book.account.balances["EUR"] == {"available": 0, "expired": 0}


def test_an_order_counts_as_sent_back_from_the_first_cent_on() -> None:
    """Or when it was cancelled; once, and no longer if the refund no longer counts."""
    book = Book()
    seen = []
    for kind, amount in (("chargeback", 1), ("chargeback", 900), ("cancellation", 0)):
        refund = book.refund(amount, kind=kind)  # type: ignore[arg-type]
        book.look(2)
        seen.append(book.account.orders_refunded)
        book.reverse(refund)
        book.look(2)
        seen.append(book.account.orders_refunded)
    assert seen == [1, 0, 1, 0, 1, 0]


def test_nobody_asks_for_a_look_at_what_may_expire_when_nothing_was_posted() -> None:
    """An account is not written for a look that changes nothing, even where new rules let rewards expire."""
    book = Book()
    book.look(30)
    book.program = replace(book.program, expiry_months=6)
    again = book.look(31)
    assert (again.account_changed, again.account.due_at) == (False, None)


def test_what_is_freed_goes_back_to_the_shard_it_came_from() -> None:
    """The first, when the budget of several was needed; what is taken again comes from there too."""
    for budget, drawn in ((8 * 1000, 1), (8 * 300, 2)):
        shelf = Shelf(program(budget_month=budget))
        book = shelf.sell(0)
        shards = [shard for shard, _ in book.standing.terms.budget_drawn]
        assert len(shards) == drawn
        refund = book.refund(900, kind="chargeback")
        assert shelf.look(book, 1).draws == (Draw("2026-03", shards[0], -90),)
        book.reverse(refund)
        assert shelf.look(book, 2).draws == (Draw("2026-03", shards[0], 90),)
