"""Admission, reason by reason: what the checkout is told, and what is stored of an order that is admitted."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.admit import Ask, Line, Offered, Refused, admit, redemption
from chalicelib.domain.model import Code, Friend
from chalicelib.domain.money import Money
from chalicelib.domain.program import Cap, Program, Rate, Tier
from tests.unit.book import START, TEN_PERCENT, at, program

CODE = Code("MAYA7K3Q", "amb_1", owners=("maya", "maya-2"), created_at=START)
ASK = Ask("o1", "MAYA7K3Q", ("fay", "fay-2"), Money(5000, "EUR"), START, first_order=True, fingerprint="f")


@pytest.mark.parametrize(
    ("code", "ask", "rules", "reason"),
    [
        (CODE, {}, {"open": False}, "program_closed"),
        (None, {}, {}, "unknown_code"),
        (None, {}, {"open": False}, "program_closed"),
        (replace(CODE, state="paused"), {}, {}, "paused_code"),
        (replace(CODE, expires_at=START), {}, {}, "expired_code"),
        (CODE, {"persons": ("fay", "maya-2")}, {}, "own_code"),
        (CODE, {"amount": Money(5000, "USD")}, {}, "currency_mismatch"),
        (CODE, {"first_order": False}, {}, "not_first_order"),
        (CODE, {"amount": Money(1999, "EUR")}, {"minimum": 2000}, "below_minimum"),
        (CODE, {"amount": Money(0, "EUR")}, {}, "below_minimum"),
        (CODE, {}, {"offer": Rate(amount=5000)}, "below_minimum"),
        (CODE, {}, {"offer": Rate(amount=9000)}, "below_minimum"),
        (CODE, {"lines": (Line("CARD", 5000, gift_card=True),)}, {}, "nothing_counts"),
        (CODE, {"lines": (Line("CARD", 9000, gift_card=True),)}, {}, "nothing_counts"),
    ],
)
def test_a_refusal_names_its_reason(code: Code | None, ask: Any, rules: Any, reason: str) -> None:
    """One stable reason for each rule that says no; a closed program says so before anything else."""
    assert admit(code, replace(ASK, **ask), program(**rules)) == Refused(reason)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("code", "ask", "rules"),
    [
        (replace(CODE, expires_at=START + timedelta(milliseconds=1)), {}, {}),
        (CODE, {"first_order": None}, {}),
        (CODE, {"first_order": False}, {"new_friends_only": False}),
        (CODE, {"amount": Money(2000, "EUR")}, {"minimum": 2000}),
        (CODE, {"amount": Money(1, "EUR")}, {}),
        (CODE, {"lines": (Line("MUG", None), Line("CARD", 4999, gift_card=True))}, {}),
        (CODE, {}, {"offer": Rate(amount=4999)}),
    ],
)
def test_what_only_just_fits_is_admitted(code: Code, ask: Any, rules: Any) -> None:
    """The last moment of a code, the smallest order, a friend of whom the checkout knows nothing."""
    assert isinstance(admit(code, replace(ASK, **ask), program(**rules)), Offered)


@pytest.mark.parametrize(
    ("rules", "discount", "estimate", "unit"),
    [
        (program(), 500, 450, "EUR"),
        (program(offer=None), 0, 500, "EUR"),
        (program(offer=Rate(basis_points=2000, maximum=700)), 700, 430, "EUR"),
        (program(tiers=(Tier("A", 0, Rate(amount=7, unit="points")), Tier("B", 1, TEN_PERCENT))), 500, 7, "points"),
        (program(tiers=(Tier("A", 0, Rate(gift="Mug")),)), 500, 1, "gift:Mug"),
        (program(tiers=(Tier("A", 0),)), 500, 0, "EUR"),
        (program(caps=(Cap("life", amount=0),)), 500, 450, "EUR"),
    ],
)
def test_an_offer_is_reckoned_by_the_first_tier(rules: Program, discount: int, estimate: int, unit: str) -> None:
    """The friend's discount, and about what the ambassador earns: of what is paid, before any cap."""
    answer = admit(CODE, ASK, rules)
    assert answer == Offered(CODE, discount, estimate, unit)


def test_what_is_stored_is_what_was_asked_and_offered() -> None:
    """Everything that settling needs is fixed with the order, pinned to the program's version."""
    ask = replace(ASK, lines=(Line("CARD", 1000, gift_card=True),), payment="p", address="a")
    rules = program(version=7, tiers=(Tier("A", 0, Rate(amount=7, unit="points")),))
    answer = admit(CODE, ask, rules)
    assert isinstance(answer, Offered)
    stored = redemption(answer, ask, rules, now=at(1), due_at=at(2))
    assert (stored.order_id, stored.code, stored.ambassador_id, stored.friend) == ("o1", "MAYA7K3Q", "amb_1", "fay")
    assert (stored.amount, stored.excluded, stored.friend_discount, stored.paid) == (5000, 1000, 400, 3600)
    assert (stored.currency, stored.reward_estimate, stored.reward_unit) == ("EUR", 7, "points")
    assert (stored.placed_at, stored.recorded_at, stored.due_at) == (START, at(1), at(2))
    assert (stored.program_version, stored.fingerprint, stored.payment, stored.address) == (7, "f", "p", "a")
    assert (stored.version, stored.standing, stored.campaign) == (1, None, None)
    plain = admit(CODE, ASK, program())
    assert isinstance(plain, Offered)
    assert redemption(plain, ASK, program(), now=at(1), due_at=at(2)).reward_unit is None


@pytest.mark.parametrize(
    ("since", "answer"), [(-29.99, Offered), (-30, Refused("friend_already_referred")), (5, Offered)]
)
def test_the_days_of_a_friend_end_to_the_moment(since: float, answer: Any) -> None:
    """Thirty days after the first order are over at their last moment; facts may arrive out of order."""
    guard = Friend("fay", "o0", ambassador_id="amb_1", since=at(since))
    found = admit(CODE, replace(ASK, first_order=False), program(friend_days=30), (guard,))
    assert found == answer if isinstance(answer, Refused) else isinstance(found, answer)


def test_one_guard_that_does_not_fit_is_enough() -> None:
    """A friend known by address and by id comes again only if both say so; a guard from before says nothing."""
    rules, friend = program(friend_days=30), Friend("fay", "o0", ambassador_id="amb_1", since=at(-1))
    for other in (replace(friend, ambassador_id="amb_2"), replace(friend, since=None)):
        assert admit(CODE, ASK, rules, (friend, other)) == Refused("friend_already_referred")
