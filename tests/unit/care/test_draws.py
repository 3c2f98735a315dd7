"""Surprises: drawn so that anybody can draw again, and paid for out of a month's budget, never more than that."""

import hashlib
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.accounts.limits import slices
from chalicelib.domain.care.draws import LAST_DAY, MonthTerms, begun, budget_of, is_drawn, moment, surprise
from chalicelib.domain.care.giving import Given, give
from chalicelib.domain.care.occasions.surprise import Round, Surprise, month_after
from chalicelib.domain.care.offers import Terms
from chalicelib.domain.effects import BUDGET_SHARDS, Create, Take
from chalicelib.domain.model.accounts import Account
from chalicelib.domain.model.offers import SurpriseGift
from chalicelib.domain.model.people import Person
from chalicelib.domain.program.program import Program, Rate, Tier

NOW = datetime(2026, 3, 14, 9, tzinfo=UTC)
PROGRAM = Program(1, "Shop", "https://shop.example/", "EUR", (Tier("All", 0),))
PEOPLE = [f"per_{n:026}" for n in range(4000)]
MONTHS = st.dates(date(2024, 1, 1), date(2030, 12, 31)).map(lambda it: f"{it:%Y-%m}")


def terms(budget: int, amount: int = 500, month: str = "2026-03") -> MonthTerms:
    """The terms of a month in euro."""
    return MonthTerms(month, 1000, budget, Terms(Rate(amount=amount), 30), "EUR", 1)


def a_gift(person: Person, amount: int) -> Given:
    """What an ambassador is given."""
    account, rate = Account("amb_1"), Terms(Rate(amount=amount), 30)
    gift = give(rate, person, account, "touch:x", PROGRAM, now=NOW, chance=Random(1))
    assert gift is not None
    return gift


def test_what_a_gift_has_taken_is_written_down() -> None:
    """Of which month and unit, from which slices, for what that was given, under which rules, and when."""
    said = replace(terms(5000), unit="points", version=7)
    maya = Person("per_maya")
    effects = surprise(a_gift(maya, 500), maya, said, [0] * BUDGET_SHARDS, now=NOW)
    assert effects is not None
    created, *takes = effects
    taken = tuple((it.draw.shard, it.draw.amount) for it in takes if isinstance(it, Take))
    name = a_gift(maya, 500).name
    assert created == Create(SurpriseGift("per_maya", "2026-03", 500, "points", taken, name, 7, NOW))
    assert sum(amount for _, amount in taken) == 500


def test_so_many_of_ten_thousand_are_drawn_and_others_each_month() -> None:
    """The share that the program says, within what chance allows; nobody at 0, everybody at 10,000."""
    drawn = {month: {it for it in PEOPLE if is_drawn(it, month, 1000)} for month in ("2026-03", "2026-04")}
    assert [320 < len(it) < 480 for it in drawn.values()] == [True, True]
    both = drawn["2026-03"] & drawn["2026-04"]
    assert 15 < len(both) < 75
    assert not any(is_drawn(it, "2026-03", 0) for it in PEOPLE)
    assert all(is_drawn(it, "2026-03", 10_000) for it in PEOPLE)


def test_the_draw_stays_what_it_is() -> None:
    """It can be drawn again in years: so these few stay as they were drawn once, worked out by hand from SHA-256."""
    for person in PEOPLE[:50]:
        digest = hashlib.sha256(f"surprise who 2026-03 {person}".encode()).hexdigest()
        assert is_drawn(person, "2026-03", 777) == (int(digest[:16], 16) / 2**64 < 0.0777)


@given(chance=st.integers(0, 9999), person=st.sampled_from(PEOPLE), month=MONTHS)
def test_who_is_drawn_at_a_chance_is_drawn_at_a_larger_one(chance: int, person: str, month: str) -> None:
    """So a larger chance adds people, and takes nobody's turn."""
    assert is_drawn(person, month, chance) <= is_drawn(person, month, chance + 1)


@given(person=st.sampled_from(PEOPLE), month=MONTHS, zone=st.sampled_from(["UTC", "Asia/Kolkata", "America/Sao_Paulo"]))
def test_the_moment_lies_in_the_first_three_weeks_of_the_month_there(person: str, month: str, zone: str) -> None:
    """By the clocks of whom it is for; so there is time to wait for a day on which it may go."""
    at = moment(person, month, ZoneInfo(zone))
    wall = at.astimezone(ZoneInfo(zone))
    assert f"{wall:%Y-%m}" == month
    assert wall.day <= 21
    assert at == moment(person, month, ZoneInfo(zone))


def test_the_moment_stays_what_it_is() -> None:
    """As the draw does, worked out by hand from SHA-256: another one in each month, to the minute."""
    for person, month in product(PEOPLE[:20], ("2026-03", "2026-04")):
        share = int(hashlib.sha256(f"surprise when {month} {person}".encode()).hexdigest()[:16], 16) / 2**64
        minute = int(share * LAST_DAY * 24 * 60)
        assert moment(person, month, UTC) == datetime.fromisoformat(f"{month}-01T00:00Z") + timedelta(minutes=minute)


def test_moments_are_spread_over_the_weeks() -> None:
    """Nobody can tell the day, and no hour has all."""
    days = Counter(moment(it, "2026-03", UTC).day for it in PEOPLE)
    assert set(days) == set(range(1, 22))
    assert max(days.values()) < 2 * min(days.values())


@given(
    budget=st.integers(0, 3000),
    used=st.lists(st.integers(0, 400), min_size=BUDGET_SHARDS, max_size=BUDGET_SHARDS),
    wanted=st.integers(1, 900),
    whose=st.sampled_from(PEOPLE),
)
def test_a_gift_is_taken_whole_or_not_at_all(budget: int, used: list[int], wanted: int, whose: str) -> None:
    """And no slice gives more than is left of it at the moment at which it is written."""
    effects = surprise(a_gift(Person(whose), wanted), Person(whose), terms(budget, wanted), used, now=NOW)
    whole, rest = divmod(budget, BUDGET_SHARDS)
    left = [max(0, whole + (n < rest) - it) for n, it in enumerate(used)]
    assert (effects is None) == (sum(left) < wanted)
    if effects is None:
        return
    (created,) = (it.entity for it in effects if isinstance(it, Create))
    draws = [it.draw for it in effects if isinstance(it, Take)]
    assert isinstance(created, SurpriseGift)
    assert sum(it.amount for it in draws) == wanted == created.amount
    assert created.taken == tuple((it.shard, it.amount) for it in draws)
    for draw in draws:
        assert draw.month == budget_of("2026-03")
        assert draw.amount <= left[draw.shard]
        assert draw.at_most == whole + (draw.shard < rest) - draw.amount


def test_a_budget_is_used_up_to_the_last_gift_that_fits() -> None:
    """Whoever comes, from whatever slice: 20 gifts of 500 out of 10,499."""
    used, given_to = [0] * BUDGET_SHARDS, 0
    for person in PEOPLE[:60]:
        draws = slices(used, 10_499, budget_of("2026-03"), person, 500)
        if sum(it.amount for it in draws) == 500:
            given_to += 1
            for draw in draws:
                used[draw.shard] += draw.amount
    assert (given_to, sum(used)) == (20, 10_000)


@pytest.mark.parametrize(
    ("gift", "cost"),
    [
        (Rate(amount=500), 500),
        (Rate(amount=80, unit="points"), 80),
        (Rate(gift="Tea mug"), 1),
        (Rate(basis_points=1000, maximum=900), 900),
    ],
)
def test_what_a_gift_takes_of_the_budget(gift: Rate, cost: int) -> None:
    """Counted as the gift is; of a share of an order, which nobody knows yet, the most that it may come to."""
    assert MonthTerms("2026-03", 1, 1, Terms(gift, 30), "EUR", 1).cost == cost


def test_a_month_begins_a_day_early() -> None:
    """In the islands of the date line it has begun then, and what was published before has reached every worker."""
    assert begun(datetime(2026, 3, 30, 23, 59, tzinfo=UTC)) == "2026-03"
    assert begun(datetime(2026, 3, 31, 0, 0, tzinfo=UTC)) == "2026-04"


def a_round(since: str, budget: int = 5000) -> Round:
    """A round with a budget."""
    return Round(since, 100, budget, Rate(amount=500))


@pytest.mark.parametrize(
    ("rounds", "keeps"),
    [
        ([a_round("2026-01")], True),
        ([a_round("2026-01"), a_round("2026-04", 1)], True),
        ([a_round("2026-01"), a_round("2026-03", 1)], False),
        ([a_round("2026-01", 1)], False),
        ([a_round("2026-04", 1)], False),
        ([a_round("2025-06", 1), a_round("2026-01")], False),
        ([a_round("2025-06", 1), a_round("2025-12", 1), a_round("2026-01")], False),
    ],
)
def test_what_has_begun_stays_as_it_is(rounds: list[Round], keeps: bool) -> None:
    """A round may be added for a coming month, and what was long ago may be forgotten."""
    former = Surprise(rounds=(a_round("2026-01"),))
    assert Surprise(rounds=tuple(rounds)).keeps(former, "2026-03") == keeps


def test_what_was_long_ago_may_be_forgotten() -> None:
    """A list of rounds that only grows would be full one day."""
    former = Surprise(rounds=(a_round("2024-01", 1), a_round("2025-01")))
    assert Surprise(rounds=(a_round("2025-01"),)).keeps(former, "2026-03")


@pytest.mark.parametrize(("month", "number", "expected"), [("2026-03", -3, "2025-12"), ("2026-12", 1, "2027-01")])
def test_months_follow_each_other(month: str, number: int, expected: str) -> None:
    """Over the end of a year."""
    assert month_after(month, number) == expected
