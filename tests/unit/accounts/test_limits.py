"""Caps and budgets: what they leave of a reward, and who has taken what of them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.accounts.limits import Used, after_draws, capped, draw, merged, portion
from chalicelib.domain.effects import BUDGET_SHARDS
from chalicelib.domain.model.accounts import Account, Draw, Month
from chalicelib.domain.program.program import Cap
from tests.unit.book import program

MARCH = "2026-03"
EARNED = Account(
    "amb_1",
    months={
        "2025-12": Month(cap_used=1000, uses=1),
        "2026-01": Month(cap_used=200, uses=2),
        "2026-03": Month(cap_used=40, uses=4),
        "2026-02": Month(referrals=9),
    },
)


# --- what is left of a reward ---


@pytest.mark.parametrize(
    ("granted", "net", "unit", "left"),
    [
        (450, 4500, "EUR", 450),
        (450, 3000, "EUR", 300),
        (450, 4499, "EUR", 449),
        (450, 0, "EUR", 0),
        (45, 2250, "points", 22),
        (2, 4500, "gift:Mug", 2),
        (2, 1, "gift:Mug", 2),
        (2, 0, "gift:Mug", 0),
    ],
)
def test_a_reward_shrinks_with_what_is_left_of_the_order(granted: int, net: int, unit: str, left: int) -> None:
    """In proportion, rounded down; a gift stays whole while anything is left."""
    assert portion(granted, net, 4500, unit) == left


# --- caps ---


@pytest.mark.parametrize(
    ("caps", "left"),
    [
        ((), 450),
        ((Cap("month", amount=490),), 450),
        ((Cap("month", amount=489),), 449),
        ((Cap("month", amount=40),), 0),
        ((Cap("month", amount=10),), 0),
        ((Cap("year", amount=300),), 60),
        ((Cap("life", amount=1300),), 60),
        ((Cap("month", count=5),), 450),
        ((Cap("month", count=4),), 0),
        ((Cap("year", count=7),), 450),
        ((Cap("year", count=6),), 0),
        ((Cap("life", count=8),), 450),
        ((Cap("life", count=7),), 0),
        ((Cap("month", amount=440), Cap("year", amount=300), Cap("life", amount=9999)), 60),
        ((Cap("year", amount=300), Cap("month", amount=440)), 60),
        ((Cap("month", amount=440), Cap("life", count=7)), 0),
        ((Cap("month", amount=440, count=9),), 400),
    ],
)
def test_the_tightest_cap_bounds(caps: tuple[Cap, ...], left: int) -> None:
    """Taken are 40 in 4 orders this month, 240 in 6 this year, 1240 in 7 in all."""
    assert capped(EARNED, program(caps=caps), MARCH, 450, "EUR") == left


def test_points_and_gifts_know_caps_by_count_only() -> None:
    """An amount of money is no bound for them, the number of orders is."""
    for unit in ("points", "gift:Mug"):
        assert capped(EARNED, program(caps=(Cap("month", amount=0),)), MARCH, 450, unit) == 450
        assert capped(EARNED, program(caps=(Cap("month", amount=0, count=4),)), MARCH, 450, unit) == 0


# --- the month's budget ---

ROOMY = program(budget_month=8 * 100)


def used(*shards: int) -> Used:
    """What is used of March."""
    return {MARCH: shards}


def test_a_budget_that_nobody_has_used_is_taken_from_one_shard() -> None:
    """The ambassador's own; what it may hold before is what it holds less the draw."""
    (one,) = draw({}, ROOMY, MARCH, "amb_1", 30)
    assert (one.month, one.amount, one.at_most) == (MARCH, 30, 70)
    assert draw({}, ROOMY, MARCH, "amb_1", 30) == (one,)
    assert draw({}, ROOMY, MARCH, "amb_1", 0) == ()


def test_ambassadors_are_spread_over_the_shards() -> None:
    """Many who settle at once meet at no single item."""
    firsts = [draw({}, ROOMY, MARCH, f"amb_{n}", 1)[0].shard for n in range(800)]
    assert all(50 < firsts.count(shard) < 200 for shard in range(BUDGET_SHARDS))


def test_what_the_own_shard_lacks_comes_from_the_next_ones() -> None:
    """Round the circle, each to its end, and no more than all have."""
    first = draw({}, ROOMY, MARCH, "amb_1", 1)[0].shard
    circle = [(first + n) % BUDGET_SHARDS for n in range(BUDGET_SHARDS)]
    some = draw({}, ROOMY, MARCH, "amb_1", 250)
    assert some == tuple(Draw(MARCH, shard, n, 100 - n) for shard, n in zip(circle, (100, 100, 50), strict=False))
    every = draw({}, ROOMY, MARCH, "amb_1", 9999)
    assert [it.shard for it in every] == circle
    assert {(it.amount, it.at_most) for it in every} == {(100, 0)}


def test_what_is_used_is_not_there() -> None:
    """In this month; another month has a budget of its own. A shard that is overdrawn gives nothing, and takes none."""
    full = used(*(100,) * BUDGET_SHARDS)
    assert draw(full, ROOMY, MARCH, "amb_1", 50) == ()
    assert sum(it.amount for it in draw(full, ROOMY, "2026-04", "amb_1", 50)) == 50
    uneven = used(0, 10, 20, 95, 100, 100, 180, 100)
    draws = draw(uneven, ROOMY, MARCH, "amb_1", 9999)
    assert {it.shard: (it.amount, it.at_most) for it in draws} == {0: (100, 0), 1: (90, 10), 2: (80, 20), 3: (5, 95)}


def test_the_shards_hold_the_budget_to_the_cent() -> None:
    """A rest is in the first of them."""
    for budget, shards in ((0, []), (3, [1, 1, 1]), (8, [1] * 8), (19, [3, 3, 3, 2, 2, 2, 2, 2])):
        draws = draw({}, program(budget_month=budget), MARCH, "amb_1", 9999)
        assert [it.amount for it in sorted(draws, key=lambda it: it.shard)] == shards


def test_draws_are_noted_by_month_and_shard() -> None:
    """What is taken adds up, what is given back goes off; what was known before stays as it was."""
    before = used(1, 2, 3, 4, 5, 6, 7, 8)
    after = after_draws(before, [Draw(MARCH, 0, 10), Draw(MARCH, 7, -8), Draw("2026-04", 2, 5), Draw(MARCH, 0, 1)])
    assert after == {MARCH: (12, 2, 3, 4, 5, 6, 7, 0), "2026-04": (0, 0, 5, 0, 0, 0, 0, 0)}
    assert before == {MARCH: (1, 2, 3, 4, 5, 6, 7, 8)}


def test_draws_on_different_shards_or_months_stay_apart() -> None:
    """One draw for each item of the table, in the order in which they came."""
    draws = [Draw(MARCH, 1, 5, 10), Draw("2026-04", 1, 6, 20), Draw(MARCH, 2, 7), Draw(MARCH, 1, 1, 9)]
    assert merged(draws) == [Draw(MARCH, 1, 6, 4), Draw("2026-04", 1, 6, 20), Draw(MARCH, 2, 7)]


steps = st.lists(st.tuples(st.integers(-60, 60), st.none() | st.integers(0, 100)), min_size=1, max_size=6)


@given(steps, st.integers(0, 120))
def test_one_draw_may_be_made_just_when_each_of_all_might(history: list[tuple[int, Any]], start: int) -> None:
    """The merged condition holds of what is used before if every one held when its turn came."""
    (one,) = merged([Draw(MARCH, 3, amount, most) for amount, most in history])
    level, fits = start, True
    for amount, most in history:
        fits = fits and (most is None or level <= most)
        level += amount
    assert (one.at_most is None or start <= one.at_most) == fits
    assert start + one.amount == level
