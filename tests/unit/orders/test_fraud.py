"""Signals: what raises each of them, what they weigh together, and what may be told of them."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.model.accounts import Account, Month, Pace
from chalicelib.domain.model.orders import Redemption
from chalicelib.domain.model.reviews import Trait
from chalicelib.domain.orders.evidence import Evidence
from chalicelib.domain.orders.fraud import (
    needs_review,
    noticed,
    paced,
    remembered,
    safe_to_tell,
    signals,
    weight,
)
from chalicelib.domain.program.program import COUNT_MAX, Watch
from chalicelib.domain.program.signals import SIGNALS, WEIGHTS
from tests.unit.book import Book, program

MARCH = "2026-03"
CARD, HOME = "card", "home"


def order(friend: str = "fay", **more: Any) -> Redemption:
    """A friend's order, paid with a card and sent to an address if these are given."""
    return replace(Book(**more).redemption, friend=friend)


def used_by(pseudonym: str, *friends: str) -> dict[str, Trait]:
    """A card or an address and the friends who have used it."""
    return {pseudonym: Trait(pseudonym, "amb_1", friends)}


# --- noticed ---


@pytest.mark.parametrize(
    ("field", "signal"),
    [("payment", "shared_payment"), ("address", "shared_address")],
)
def test_a_card_or_an_address_of_somebody_else_is_noticed(field: str, signal: str) -> None:
    """Of another friend or of the ambassador; not the friend's own, one that nobody has used, or none at all."""
    it = order(**{field: "x1"})
    own = [order("maya", **{field: "x1"}), order("maya", **{field: None})]
    assert noticed(it, {}, []) == ()
    assert noticed(it, used_by("x1", "fay"), []) == ()
    assert noticed(it, used_by("x2", "gus"), []) == ()
    assert noticed(it, used_by("x1", "gus"), []) == (signal,)
    assert noticed(it, used_by("x1", "fay", "gus"), []) == (signal,)
    assert noticed(it, {}, own) == (signal,)
    assert noticed(order(**{field: "x2"}), {}, own) == ()
    assert noticed(order(), used_by("x1", "gus"), own) == ()


def test_a_card_is_no_address() -> None:
    """Each is held against its own kind, with the friend's as with the ambassador's orders."""
    it = order(payment=CARD, address=HOME)
    assert noticed(it, used_by(CARD, "gus"), []) == ("shared_payment",)
    assert noticed(it, used_by(HOME, "gus"), []) == ("shared_address",)
    assert noticed(it, {}, [order("maya", payment=HOME, address=CARD)]) == ()
    assert noticed(it, {}, iter([order("maya", payment=CARD, address=HOME)])) == ("shared_payment", "shared_address")


def test_rings_and_throwaway_mailboxes_are_told_by_who_looks() -> None:
    """Both are found elsewhere, and passed on by name."""
    assert noticed(order(), {}, [], ring=True) == ("ring",)
    assert noticed(order(), {}, [], disposable=True) == ("disposable_email",)
    assert noticed(order(), {}, []) == ()


def test_two_friends_are_remembered_of_each_card() -> None:
    """Enough to say of anybody that somebody else has used it; a friend who comes again is noted once."""
    trait = Trait(CARD, "amb_1")
    for friend in ("fay", "fay", "gus", "ida"):
        trait = remembered(trait, friend)
    assert trait == Trait(CARD, "amb_1", ("fay", "gus"))
    for friend in ("fay", "gus", "ida"):
        assert noticed(order(friend, payment=CARD), {CARD: trait}, []) == ("shared_payment",)


# --- of the account ---


def found(account: Account, *names: str, clicks: int | None = None, **watch: Any) -> tuple[str, ...]:
    """The signals of an order placed in March, beside those found in the table."""
    return signals(Evidence(names, clicks), account, program(watch=Watch(**watch)), MARCH)


@pytest.mark.parametrize(
    ("settled", "refunded", "raised"),
    [
        (4, 2, True),
        (4, 1, False),
        (3, 3, False),
        (5, 2, False),
        (100, 50, True),
        (100, 49, False),
        (1000, 500, True),
        (1000, 499, False),
        (0, 0, False),
    ],
)
def test_half_the_orders_sent_back_of_at_least_four(settled: int, refunded: int, raised: bool) -> None:
    """Fewer orders tell nothing; the share is exact."""
    account = Account("amb_1", orders_settled=settled, orders_refunded=refunded)
    assert ("refund_rate" in found(account)) == raised


def test_a_program_sets_the_share_of_refunds() -> None:
    """In percent, and from how many orders on."""
    account = Account("amb_1", orders_settled=10, orders_refunded=3)
    assert found(account, refunded_percent=30, refunded_orders=10) == ("refund_rate",)
    assert found(account, refunded_percent=31, refunded_orders=10) == ()
    assert found(account, refunded_percent=30, refunded_orders=11) == ()


@pytest.mark.parametrize(
    ("settled", "clicks", "raised"), [(5, 0, True), (4, 0, False), (5, 1, False), (5, None, False), (9, 0, True)]
)
def test_orders_without_a_visit_are_a_signal_from_the_fifth_on(settled: int, clicks: int | None, raised: bool) -> None:
    """Where visits are counted: a shop without share links says nothing of clicks, and nothing is concluded."""
    assert found(Account("amb_1", orders_settled=settled), clicks=clicks) == (("no_clicks",) if raised else ())


@pytest.mark.parametrize(
    ("today", "months", "raised"),
    [
        (5, {}, False),
        (6, {}, True),
        (6, {"2026-02": 108}, True),
        (6, {"2026-02": 109}, False),
        (6, {"2025-12": 36, "2026-01": 36, "2026-02": 37}, False),
        (6, {"2025-11": 900, "2026-03": 900, "2026-04": 900}, True),
        (60, {"2026-02": 1080}, True),
        (60, {"2026-02": 1081}, False),
    ],
)
def test_a_day_is_held_against_the_three_months_before(today: int, months: dict[str, int], raised: bool) -> None:
    """Six orders or more, and five times the daily average of the 90 days: 108 orders in them are 1.2 a day.

    This month and what is longer ago explain nothing.
    """
    account = Account("amb_1", months={name: Month(uses=uses) for name, uses in months.items()})
    account = replace(account, last_day=Pace("2026-03-01", today))
    assert ("velocity" in found(account)) == raised


def test_whoever_has_no_pace_yet_is_not_fast() -> None:
    """An account without orders has no day to speak of, even where one order is too many."""
    assert found(Account("amb_1"), velocity_orders=1) == ()


def test_a_program_sets_what_is_too_fast() -> None:
    """By number and by multiple."""
    account = Account("amb_1", months={"2026-02": Month(uses=90)}, last_day=Pace("2026-03-01", 3))
    assert found(account, velocity_orders=3, velocity_times=3) == ("velocity",)
    assert found(account, velocity_orders=3, velocity_times=4) == ()
    assert found(account, velocity_orders=4, velocity_times=3) == ()


def test_signals_come_weightiest_first_and_once() -> None:
    """Those of the table and those of the account in one list, whatever the order in which they were found."""
    account = Account("amb_1", orders_settled=9, orders_refunded=9, last_day=Pace("2026-03-01", 9))
    assert found(account, *reversed(WEIGHTS), clicks=0) == tuple(WEIGHTS)
    assert list(WEIGHTS.values()) == sorted(WEIGHTS.values(), reverse=True)
    assert found(Account("amb_1"), "disposable_email", "ring", "unheard_of") == ("ring", "disposable_email")


# --- what follows ---


def test_weights_add_up() -> None:
    """As they are usually, or as the program weighs them: nothing for a signal that it does not care about."""
    both = ("shared_address", "disposable_email")
    assert weight((), Watch()) == 0
    assert weight(both, Watch()) == 60
    assert weight(both, Watch(weights={"shared_address": 0})) == 30
    assert weight(both, Watch(weights={"shared_address": 500, "ring": 7})) == 530


def test_a_reward_waits_from_the_threshold_on() -> None:
    """At the sum and above; without a threshold never."""
    both = ("shared_address", "disposable_email")
    assert needs_review(both, Watch(review_at=60))
    assert not needs_review(both, Watch(review_at=61))
    assert not needs_review(both, Watch())
    assert not needs_review((), Watch(review_at=1))


@given(
    st.none() | st.integers(1, COUNT_MAX),
    st.dictionaries(st.sampled_from(sorted(WEIGHTS)), st.integers(0, COUNT_MAX)),
    st.sets(st.sampled_from(sorted(WEIGHTS))),
)
def test_no_reward_waits_because_of_a_guess_alone(at: int | None, weights: dict[str, int], found: set[str]) -> None:
    """Whatever a program watches for: nobody seen on the link holds no reward without a fact beside it."""
    watch = Watch(review_at=at, weights=weights)
    assert not needs_review(("no_clicks",), watch)
    facts = found - {"no_clicks"}
    reached = at is not None and weight(tuple(found), watch) >= at
    assert needs_review(tuple(found), watch) == (reached and bool(facts))


def test_the_vaguer_of_two_texts_is_told() -> None:
    """Returns may be named to the ambassador if they are all there is; of anything else only that it is routine."""
    assert safe_to_tell(("refund_rate",)) == "returns"
    assert safe_to_tell(("velocity",)) == "routine"
    assert safe_to_tell(("velocity", "ring")) == "routine"
    assert safe_to_tell(("velocity", "refund_rate")) == "routine"
    assert safe_to_tell(()) == "routine"
    assert {name for name, signal in SIGNALS.items() if signal.safe != "routine"} == {"refund_rate"}


def test_a_day_has_its_own_pace() -> None:
    """Each day begins anew; an order of an earlier day that is settled late counts to the last."""
    pace = None
    seen = []
    for day in ("2026-03-01", "2026-03-01", "2026-03-02", "2026-03-01", "2026-03-02", "2026-03-09"):
        pace = paced(pace, day)
        seen.append((pace.day, pace.orders))
    assert seen == [
        ("2026-03-01", 1),
        ("2026-03-01", 2),
        ("2026-03-02", 1),
        ("2026-03-02", 2),
        ("2026-03-02", 3),
        ("2026-03-09", 1),
    ]
