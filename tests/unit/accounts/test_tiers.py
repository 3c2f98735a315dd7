"""What counted referrals lead to: a tier, and prizes that are granted once and taken back as they were granted."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.accounts.tiers import (
    Prize,
    Prizes,
    best,
    granted,
    newest_window,
    offered,
    prizes,
    reached,
    times,
    together,
)
from chalicelib.domain.model.accounts import Account, Grant, Month, Window
from chalicelib.domain.program.program import Milestone, Program, Rate, Tier
from tests.unit.book import program

LADDER = (Tier("Starter", 0), Tier("Silver", 2, bonus=700), Tier("Gold", 4, bonus=900))
PAIRS = Milestone("pair", Rate(amount=300), every=2)
FIRST = Milestone("first", Rate(gift="Tea mug"), at=1)
SILVER = Prize("bonus", "tier:2", 700, "EUR", "tier:Silver", "Silver")
LATER = "2030-01"


def counted(number: int, held: Prizes | None = None, **more: Any) -> Account:
    """An account with so many counted referrals."""
    return Account("amb_1", referrals=number, prizes=held or {}, **more)


def by_month(**numbers: int) -> Account:
    """An account with these counted referrals, by month written m2026_01."""
    months = {name[1:].replace("_", "-"): Month(referrals=number, uses=99) for name, number in numbers.items()}
    return counted(sum(numbers.values()), months=months)


# --- which count decides ---


@pytest.mark.parametrize(
    ("rules", "month", "counts"),
    [
        ({}, "2025-01", 15),
        ({"tier_months": 1}, "2026-02", 2),
        ({"tier_months": 2}, "2026-02", 3),
        ({"tier_months": 2}, "2026-04", 4),
        ({"tier_months": 12}, "2027-01", 14),
        ({"tier_months": 1, "demotion_months": 1}, "2026-02", 2),
        ({"tier_months": 1, "demotion_months": 2}, "2026-06", 8),
        ({"tier_months": 1, "demotion_months": 2}, "2026-07", 8),
        ({"tier_months": 1, "demotion_months": 2}, "2026-08", 0),
        ({"tier_months": 2, "demotion_months": 1}, "2026-05", 12),
        ({"tier_months": 2, "demotion_months": 1}, "2026-06", 12),
        ({"tier_months": 2, "demotion_months": 1}, "2026-07", 8),
        ({"tier_months": 2, "demotion_months": None}, "2026-04", 4),
        ({"tier_months": 2, "demotion_months": None}, LATER, 12),
        ({"tier_months": 2, "demotion_months": None}, "2025-01", 0),
    ],
)
def test_the_referrals_that_decide_a_tier(rules: dict[str, Any], month: str, counts: int) -> None:
    """All without a window; else the most of any window that ended within the grace, in whole calendar months."""
    account = by_month(m2026_01=1, m2026_02=2, m2026_04=4, m2026_05=8)
    assert reached(account, program(**rules), month) == counts


def test_the_best_window_ever_decides_prizes_for_tiers() -> None:
    """Whatever the time is now; without a window it is what counts now, and no month at all is nothing."""
    account = by_month(m2026_01=5, m2026_02=2, m2026_04=6, m2026_05=0)
    assert best(account, 1) == 6
    assert best(account, 2) == 7
    assert best(account, 12) == 13
    assert best(account, None) == 13
    assert best(counted(0), 3) == 0


# --- which prizes there are ---


def test_the_prizes_of_a_program() -> None:
    """Tiers with a bonus and milestones, each as it is granted once, known by its number."""
    rules = program(tiers=LADDER, milestones=(PAIRS, FIRST, Milestone("tenth", Rate(amount=5, unit="points"), at=10)))
    assert list(offered(rules)) == [
        SILVER,
        Prize("bonus", "tier:4", 900, "EUR", "tier:Gold", "Gold"),
        Prize("bonus", "every:2", 300, "EUR", "milestone:pair"),
        Prize("bonus", "at:1", 1, "gift:Tea mug", "milestone:first"),
        Prize("bonus", "at:10", 5, "points", "milestone:tenth"),
    ]


@pytest.mark.parametrize(
    ("key", "numbers"),
    [
        ("every:3", [0, 0, 0, 1, 1, 1, 2, 2]),
        ("at:3", [0, 0, 0, 1, 1, 1, 1, 1]),
        ("tier:3", [0, 0, 0, 1, 1, 1, 1, 1]),
        ("every:1", [0, 1, 2, 3, 4, 5, 6, 7]),
    ],
)
def test_how_often_a_number_is_reached(key: str, numbers: list[int]) -> None:
    """Each n-th again, all others once, from that very referral on."""
    assert [times(key, count) for count in range(8)] == numbers


# --- what a change of the count grants or takes back ---


def test_reaching_from_below_grants() -> None:
    """Just what lies between the two counts: nothing for what was reached before, every step on a leap."""
    rules = program(tiers=LADDER, milestones=(PAIRS,))
    gold, pair = list(offered(rules))[1:]
    assert prizes(counted(0), counted(1), rules) == []
    assert prizes(counted(1), counted(2), rules) == [SILVER, pair]
    assert prizes(counted(2), counted(3), rules) == []
    assert prizes(counted(0), counted(5), rules) == [SILVER, gold, replace(pair, amount=600)]
    assert prizes(counted(3), counted(3), rules) == []


def test_falling_below_takes_back_what_was_granted() -> None:
    """By amount, unit and times of the grant, the latest first; what was never granted is not taken back."""
    rules = program(tiers=LADDER, milestones=(PAIRS,))
    held: Prizes = {"tier:2": (Grant(650, "EUR"),), "every:2": (Grant(100, "points", 2), Grant(300, "EUR"))}
    lost = prizes(counted(7, held), counted(1, held), rules)
    assert lost == [
        Prize("bonus_lost", "tier:2", 650, "EUR", "tier:2"),
        Prize("bonus_lost", "every:2", 300, "EUR", "every:2"),
        Prize("bonus_lost", "every:2", 200, "points", "every:2"),
    ]
    assert prizes(counted(7, held), counted(4, held), rules) == [
        Prize("bonus_lost", "every:2", 300, "EUR", "every:2"),
    ]
    assert prizes(counted(7, held), counted(6, held), rules) == []


def test_what_the_program_no_longer_offers_is_still_taken_back() -> None:
    """A grant of old rules goes when its number is no longer reached; reached again it is not granted again."""
    held: Prizes = {"at:3": (Grant(50, "stars"),)}
    assert prizes(counted(3, held), counted(2, held), program()) == [Prize("bonus_lost", "at:3", 50, "stars", "at:3")]
    assert prizes(counted(2), counted(3), program()) == []


def test_tiers_go_by_the_best_window_and_milestones_by_all() -> None:
    """A windowed program counts both at once: here the months are too far apart for Silver, not for the pair."""
    rules = program(tiers=LADDER, milestones=(PAIRS,), tier_months=1)
    before, after = by_month(m2026_01=1), by_month(m2026_01=1, m2026_05=1)
    assert [prize.key for prize in prizes(before, after, rules)] == ["every:2"]
    assert [prize.key for prize in prizes(before, by_month(m2026_01=2), rules)] == ["tier:2", "every:2"]


@pytest.mark.parametrize(
    ("known", "version", "newest"),
    [
        (None, 3, Window(3, 6)),
        (Window(2, 1), 3, Window(3, 6)),
        (Window(3, 1), 3, Window(3, 6)),
        (Window(4, 1), 3, Window(4, 1)),
        (Window(4, 1), 0, Window(0, 6)),
        (Window(0, 1), 3, Window(0, 1)),
        (Window(0, 1), 0, Window(0, 6)),
    ],
)
def test_the_newest_program_has_the_window(known: Window | None, version: int, newest: Window) -> None:
    """An order of an older program changes nothing of it; a candidate has no version yet, and is newer than all."""
    assert newest_window(counted(0, window=known), program(version=version, tier_months=6)) == newest


def test_who_holds_the_prize_of_a_tier_gets_no_second_one() -> None:
    """Whatever window is looked through, and however the count moves; without a prize it is one when it is reached."""
    held: Prizes = {"tier:2": (Grant(700, "EUR"),)}
    rules = program(tiers=LADDER[:2], tier_months=1)
    below, above = by_month(m2026_01=1, m2026_03=1), by_month(m2026_01=1, m2026_03=2)
    assert prizes(below, above, rules) == [SILVER]
    assert prizes(replace(below, prizes=held), above, rules) == []
    assert prizes(replace(below, window=Window(1)), above, rules) == []
    assert prizes(replace(below, window=Window(9)), above, rules) == []
    assert [it.kind for it in prizes(replace(above, prizes=held), below, rules)] == ["bonus_lost"]
    assert prizes(replace(above, prizes=held, window=Window(9)), below, rules) == []
    fewer = by_month(m2026_01=1)
    assert prizes(replace(below, prizes=held), fewer, rules) == []
    assert [it.kind for it in prizes(replace(below, prizes=held, window=Window(9)), fewer, rules)] == ["bonus_lost"]


def test_a_prize_of_nothing_is_no_prize() -> None:
    """A milestone of zero posts nothing."""
    rules = program(milestones=(Milestone("first", Rate(amount=0), at=1),))
    assert prizes(counted(0), counted(1), rules) == []


# --- what two accounts gain and lose by becoming one ---


def joined(one: Account, other: Account, window: Window | None = None) -> tuple[Account, Account, Account]:
    """Two accounts, and what they are together: the counts add up, the prizes of the one lie on those of the other."""
    held = {key: (*other.prizes.get(key, ()), *one.prizes.get(key, ())) for key in {**other.prizes, **one.prizes}}
    months = {
        name: Month(referrals=sum(it.months[name].referrals for it in (one, other) if name in it.months))
        for name in {**one.months, **other.months}
    }
    total = one.referrals + other.referrals
    return one, other, replace(one, referrals=total, prizes=held, months=months, window=window)


def test_what_only_the_sum_reaches_is_granted() -> None:
    """A tier, a number, one more pair; what one of them had reached alone has been granted to that one."""
    rules = program(tiers=LADDER, milestones=(PAIRS, replace(FIRST, at=5)))
    silver, gold, pair, mug = offered(rules)
    assert together(*joined(counted(1), counted(1)), rules) == [silver, pair]
    assert together(*joined(counted(1), counted(2)), rules) == []
    assert together(*joined(counted(3), counted(1)), rules) == [gold, pair]
    assert together(*joined(counted(3), counted(3)), rules) == [gold, pair, mug]
    assert together(*joined(counted(4), counted(2)), rules) == [mug]
    assert together(*joined(counted(4), counted(4)), rules) == [mug]


def test_of_a_prize_that_both_have_one_is_lost() -> None:
    """The latest, as it was granted, and each for itself; a pair of either is a pair of both, and stays."""
    rules = program(tiers=LADDER, milestones=(PAIRS, FIRST))
    one: Prizes = {
        "tier:2": (Grant(650, "EUR"),),
        "tier:4": (Grant(900, "EUR"),),
        "every:2": (Grant(300, "EUR", 2),),
        "at:1": (Grant(1, "gift:Tea mug"),),
    }
    other: Prizes = {**one, "tier:2": (Grant(60, "points"),), "at:9": (Grant(5, "stars"),)}
    assert together(*joined(counted(4, one), counted(4, other)), rules) == [
        Prize("bonus_lost", "tier:2", 650, "EUR", "tier:2"),
        Prize("bonus_lost", "tier:4", 900, "EUR", "tier:4"),
        Prize("bonus_lost", "at:1", 1, "gift:Tea mug", "at:1"),
        Prize("bonus_lost", "at:9", 5, "stars", "at:9"),
    ]


def test_whoever_holds_the_prize_of_a_tier_keeps_it_with_another() -> None:
    """Though neither reaches the tier any more; and reaching it anew together grants no second one."""
    held: Prizes = {"tier:4": (Grant(900, "EUR"),)}
    rules = program(tiers=(LADDER[0], LADDER[2]))
    assert together(*joined(counted(1, held), counted(1)), rules) == []
    assert together(*joined(counted(2, held), counted(2)), rules) == []
    assert together(*joined(counted(2), counted(2, held)), rules) == []


def test_a_prize_that_is_new_in_the_program_is_not_made_up_for() -> None:
    """Either reached its number before there was one: only the step that the sum takes is granted."""
    rules = program(milestones=(PAIRS, FIRST))
    pair, _ = offered(rules)
    assert together(*joined(counted(3), counted(3)), rules) == [pair]
    assert together(*joined(counted(2), counted(2)), rules) == []


def test_a_tier_is_reached_together_within_the_newest_window() -> None:
    """Milestones go by all referrals; without a window tiers do too."""
    rules = program(tiers=LADDER[:2], milestones=(replace(PAIRS, at=2, every=None),))
    silver, second = offered(rules)
    january, may = by_month(m2026_01=1), by_month(m2026_05=1)
    assert together(*joined(january, may, Window(1, 1)), rules) == [second]
    assert together(*joined(january, may, Window(1, 4)), rules) == [second]
    assert together(*joined(january, may, Window(1, 5)), rules) == [silver, second]
    assert together(*joined(january, may, Window(1)), rules) == [silver, second]
    assert together(*joined(january, may), rules) == [silver, second]


# --- what an account keeps of them ---


def test_equal_grants_in_a_row_are_one_with_times() -> None:
    """And one of another amount or unit stands on top of it."""
    rules = program(milestones=(PAIRS,))
    (pair,) = offered(rules)
    held = granted({}, [replace(pair, amount=600)], rules)
    assert held == {"every:2": (Grant(300, "EUR", 2),)}
    held = granted(held, [pair], rules)
    assert held == {"every:2": (Grant(300, "EUR", 3),)}
    for reward in (Rate(amount=500), Rate(amount=500, unit="points"), Rate(amount=500, unit="points")):
        dearer = program(milestones=(replace(PAIRS, reward=reward),))
        held = granted(held, list(offered(dearer)), dearer)
    assert held == {"every:2": (Grant(300, "EUR", 3), Grant(500, "EUR"), Grant(500, "points", 2))}


def test_what_is_taken_back_comes_off_the_top() -> None:
    """One by one, and a key of which nothing is left is gone; others stay."""
    rules = program(milestones=(PAIRS,))
    other: Prizes = {"at:1": (Grant(5, "points"),)}
    held: Prizes = {**other, "every:2": (Grant(300, "EUR", 3), Grant(500, "EUR"))}
    left = granted(held, [Prize("bonus_lost", "every:2", 500, "EUR", "every:2")], rules)
    assert left == {**other, "every:2": (Grant(300, "EUR", 3),)}
    left = granted(left, [Prize("bonus_lost", "every:2", 600, "EUR", "every:2")], rules)
    assert left == {**other, "every:2": (Grant(300, "EUR", 1),)}
    left = granted(left, [Prize("bonus_lost", "every:2", 300, "EUR", "every:2")], rules)
    assert left == other
    assert held["every:2"] == (Grant(300, "EUR", 3), Grant(500, "EUR"))


rules_over_time = st.lists(
    st.tuples(
        st.sampled_from([(), (PAIRS,), (replace(PAIRS, reward=Rate(amount=500)),), (PAIRS, FIRST)]),
        st.sampled_from([(LADDER[0],), LADDER]),
    ).map(lambda drawn: program(milestones=drawn[0], tiers=drawn[1])),
    min_size=1,
)


@given(rules_over_time, st.lists(st.integers(0, 9), min_size=2))
def test_whoever_falls_back_to_nothing_has_nothing_left(history: list[Program], counts: list[int]) -> None:
    """Whatever rules came and went on the way: what was granted and what was taken back are the same, unit by unit."""
    held: Prizes = {}
    sums: dict[str, int] = {}
    for place, (before, after) in enumerate(pairwise([0, *counts, 0])):
        rules = history[place % len(history)]
        changes = prizes(counted(before, held), counted(after, held), rules)
        held = granted(held, changes, rules)
        for change in changes:
            sums[change.unit] = sums.get(change.unit, 0) + (change.amount if change.kind == "bonus" else -change.amount)
        kept = [(grant.unit, grant.amount * grant.times) for grants in held.values() for grant in grants]
        assert all(type(amount) is int for _, amount in kept)
        assert {unit: n for unit, n in sums.items() if n} == {
            unit: sum(n for name, n in kept if name == unit) for unit in {name for name, _ in kept}
        }
    assert held == {}
