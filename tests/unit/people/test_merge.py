"""Two accounts become one: what is added up, what is remembered, what is posted, to the field."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.accounts.expiry import carried
from chalicelib.domain.accounts.tiers import Prizes
from chalicelib.domain.model.accounts import Account, Grant, LedgerEntry, Leg, Merger, Month, Pace, Suspension, Window
from chalicelib.domain.model.orders import Age
from chalicelib.domain.model.people import Profile
from chalicelib.domain.people.merge import Merged, merge, merged_profiles
from chalicelib.domain.program.program import Milestone, Rate, Tier
from tests.unit.book import TEN_PERCENT, at, program

OWN = Account(
    "amb_a",
    version=7,
    balances={"EUR": {"held": 100, "available": 450}},
    referrals=1,
    orders_settled=3,
    orders_refunded=1,
    months={"2026-02": Month(300, 1, 1), "2026-03": Month(10, 2, 0)},
    last_day=Pace("2026-03-02", 2),
    window=Window(1, 3),
    active_at=at(2),
    expired_in=4,
    due_at=at(90),
)
OTHER = Account(
    "amb_b",
    version=20,
    balances={"EUR": {"available": -50, "expired": 70}, "points": {"held": 5}},
    referrals=2,
    orders_settled=4,
    orders_refunded=2,
    months={"2026-03": Month(5, 1, 2), "2026-04": Month(1, 1, 0)},
    last_day=Pace("2026-03-02", 3),
    window=Window(2, 12),
    active_at=at(5),
    expired_in=18,
)
RULES: Any = program(expiry_months=1)
TIERED: Any = program(
    tiers=(Tier("Starter", 0, TEN_PERCENT), Tier("Silver", 2, TEN_PERCENT, bonus=500)),
    milestones=(Milestone("pairs", Rate(amount=30), every=2),),
)


def merged(own: Account = OWN, other: Account = OTHER, rules: Any = RULES) -> Merged:
    """Merge two."""
    return merge(own, other, rules, note="one person", author="key_1", now=at(9))


def posted(it: Merged) -> list[tuple[Any, ...]]:
    """What was posted: where, what, how much of what the last leg tells."""
    return [(e.ambassador_id, e.number, e.kind, e.legs[-1].amount, e.cause) for e in it.entries]


def test_counters_add_up() -> None:
    """Orders, referrals, refunds, the months of caps; the pace of a day that both had; the later of two times."""
    both = merged().account
    assert (both.version, both.referrals, both.orders_settled, both.orders_refunded) == (8, 3, 7, 3)
    assert both.months == {"2026-02": Month(300, 1, 1), "2026-03": Month(15, 3, 2), "2026-04": Month(1, 1, 0)}
    assert both.last_day == Pace("2026-03-02", 5)
    assert (both.active_at, both.expired_in) == (at(5), 4)
    assert both.merged_into is None


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (Pace("2026-03-02", 2), Pace("2026-03-03", 1), Pace("2026-03-03", 1)),
        (Pace("2026-03-03", 2), Pace("2026-03-02", 9), Pace("2026-03-03", 2)),
        (None, Pace("2026-03-02", 9), Pace("2026-03-02", 9)),
        (Pace("2026-03-02", 9), None, Pace("2026-03-02", 9)),
        (None, None, None),
    ],
)
def test_the_pace_is_of_the_later_day(one: Pace | None, other: Pace | None, both: Pace | None) -> None:
    """A day is fast or not by itself."""
    assert merged(replace(OWN, last_day=one), replace(OTHER, last_day=other)).account.last_day == both


def test_balances_go_over_whole() -> None:
    """Each unit by itself, a debt and what has expired among it; the one is empty, and both ledgers say so."""
    it = merged()
    out, came = it.entries
    assert out.legs == (
        Leg("ambassador:available", 50, "EUR"),
        Leg("ambassador:expired", -70, "EUR"),
        Leg("program:merge", 20, "EUR"),
        Leg("ambassador:held", -5, "points"),
        Leg("program:merge", 5, "points"),
    )
    assert came.legs == tuple(Leg(leg.account, -leg.amount, leg.currency) for leg in out.legs)
    assert posted(it) == [
        ("amb_b", "00000021-001", "merge", 5, "merge:amb_a"),
        ("amb_a", "00000008-001", "merge", -5, "merge:amb_b"),
    ]
    for entry in it.entries:
        assert (entry.at, entry.reason, entry.author, entry.order_id) == (at(9), "one person", "key_1", None)
    assert it.account.balances == {"EUR": {"held": 100, "available": 400, "expired": 70}, "points": {"held": 5}}
    assert it.other == Account(
        "amb_b",
        version=21,
        balances={"EUR": {"available": 0, "expired": 0}, "points": {"held": 0}},
        expired_in=18,
        merged_into="amb_a",
    )
    assert it.gifts == ()
    assert it.suspension is None


def test_what_is_remembered_of_the_other() -> None:
    """Its versions and how many orders either had settled: four numbers, and the one's own version."""
    assert merged().account.absorbed == {"amb_b": Merger(8, 20, 18, 3, 4)}


@pytest.mark.parametrize(("came_in", "expired_in"), [(18, 33), (19, 6)])
def test_what_is_remembered_of_those_before(came_in: int, expired_in: int) -> None:
    """Of whom the other had absorbed: all expired with the other if that was after the merger (18), else as it was."""
    inner = Merger(version=came_in, until=33, expired_in=6, before=1, orders_settled=2)
    kept = Merger(3, 9, 0, 1, 1)
    it = merged(replace(OWN, absorbed={"amb_d": kept}), replace(OTHER, absorbed={"amb_c": inner}))
    assert it.account.absorbed == {
        "amb_d": kept,
        "amb_c": Merger(8, 33, expired_in, 1, 2),
        "amb_b": Merger(8, 20, 18, 3, 4),
    }
    assert it.other.absorbed == {}


@pytest.mark.parametrize(
    ("ledger", "since", "fresh", "then"),
    [("amb_b", 18, 0, 8), ("amb_b", 19, 450, 8), ("amb_a", 3, 450, 3), ("amb_x", 3, 450, 3)],
)
def test_ages_are_carried_over(ledger: str, since: int, fresh: int, then: int) -> None:
    """What was young in the other account is as young as the merger, what had expired there is not young at all."""
    both = merged().account
    age = Age(gone=1, fresh=450, since=since, back=2)
    assert carried(age, ledger, both) == Age(1, fresh, then, 2)


def test_ages_of_prizes_add_up() -> None:
    """What was young in either is young together."""
    own = replace(OWN, ages={"tier:2 EUR": Age(3, 500, 5, 1), "every:2 EUR": Age(0, 30, 4, 0)})
    other = replace(OTHER, ages={"tier:2 EUR": Age(1, 500, 19, 2), "at:1 EUR": Age(0, 10, 18, 1)})
    assert merged(own, other).account.ages == {"tier:2 EUR": Age(4, 1000, 8, 3)}


def test_a_prize_is_kept_once() -> None:
    """Two had the tier's bonus: the latest is lost. One pair each were two, and the sum makes no further one."""
    prizes: Prizes = {"tier:2": (Grant(500, "EUR"),), "every:2": (Grant(30, "EUR"),)}
    ages = {"tier:2 EUR": Age(fresh=500, since=19)}
    it = merged(
        replace(OWN, referrals=2, prizes=prizes, balances={"EUR": {"available": 530}}),
        replace(OTHER, referrals=3, prizes=prizes, ages=ages, balances={"EUR": {"available": 530}}),
        TIERED,
    )
    assert posted(it)[2:] == [("amb_a", "00000008-002", "bonus_lost", 500, "tier:2")]
    assert it.account.prizes == {"tier:2": (Grant(500, "EUR"),), "every:2": (Grant(30, "EUR"), Grant(30, "EUR"))}
    assert it.account.balance("EUR", "available") == 560


def test_what_the_sum_reaches_is_granted() -> None:
    """Neither had two referrals, together they have: the tier, and a pair. Who had them alone has been granted it."""
    alone = merged(
        replace(OWN, referrals=1, balances={}, window=None),
        replace(OTHER, referrals=2, balances={}, window=None),
        TIERED,
    )
    both = merged(
        replace(OWN, referrals=1, balances={}, window=None),
        replace(OTHER, referrals=1, balances={}, window=None),
        TIERED,
    )
    assert posted(alone)[2:] == []
    assert posted(both)[2:] == [
        ("amb_a", "00000008-002", "bonus", 500, "tier:Silver"),
        ("amb_a", "00000008-003", "bonus", 30, "milestone:pairs"),
    ]
    assert both.account.prizes == {"tier:2": (Grant(500, "EUR"),), "every:2": (Grant(30, "EUR"),)}
    assert both.account.active_at == at(9)


def test_a_prize_of_a_merger_is_an_entry_like_others() -> None:
    """With its tier, at its time, by the program of then; what was taken of it as expired goes back to there first."""
    one = replace(OWN, balances={}, ages={"tier:2 EUR": Age(gone=200), "at:9 EUR": Age(gone=7)})
    it = merged(one, replace(OTHER, referrals=1, balances={}), replace(TIERED, version=5))
    *_, silver, pair = it.entries
    assert silver == LedgerEntry(
        "amb_a",
        "00000008-002",
        "bonus",
        at(9),
        "tier:Silver",
        (
            Leg("program:rewards", -500, "EUR"),
            Leg("ambassador:expired", 200, "EUR"),
            Leg("ambassador:available", 300, "EUR"),
        ),
        program_version=5,
        tier="Silver",
    )
    legs = (Leg("program:rewards", -30, "EUR"), Leg("ambassador:available", 30, "EUR"))
    assert pair == LedgerEntry("amb_a", "00000008-003", "bonus", at(9), "milestone:pairs", legs, program_version=5)
    assert it.account.balances["EUR"] == {"expired": 200, "available": 330}
    assert it.account.ages == {
        "tier:2 EUR": Age(gone=0, fresh=300, since=8, back=200),
        "every:2 EUR": Age(fresh=30, since=8),
        "at:9 EUR": Age(gone=7, since=8),
    }


def test_prizes_of_either_are_prizes_of_both() -> None:
    """Of one that both had, those of the account that stays are the latest, and so the first to go."""
    points, euros, stars = Grant(30, "points"), Grant(30, "EUR"), Grant(1, "stars")
    own = replace(OWN, referrals=9, prizes={"every:2": (euros,), "at:1": (stars,)})
    other = replace(OTHER, referrals=9, prizes={"every:2": (points,), "at:3": (stars,)})
    held = merged(own, other).account.prizes
    assert held == {"every:2": (points, euros), "at:3": (stars,), "at:1": (stars,)}


def test_the_window_is_that_of_the_newest_program() -> None:
    """Which settled an order of either, this one among them; whose version none of them is, is older than all."""
    rules = program(version=3, tier_months=6)
    assert merged().account.window == Window(2, 12)
    assert merged(replace(OWN, window=None), replace(OTHER, window=None), rules).account.window == Window(3, 6)
    assert merged(replace(OWN, window=Window(4)), OTHER, rules).account.window == Window(4)
    assert merged(OWN, replace(OTHER, window=Window(4)), rules).account.window == Window(4)


def test_two_that_never_did_anything_are_one_that_never_did() -> None:
    """Then there is nothing to expire, and no day that was fast."""
    it = merged(Account("amb_a"), Account("amb_b"))
    assert it.account == Account(
        "amb_a",
        version=1,
        balances={"EUR": {"available": 0}},
        window=Window(1),
        absorbed={"amb_b": Merger(1, 0, 0, 0, 0)},
    )
    assert it.other == Account("amb_b", version=1, balances={"EUR": {"available": 0}}, merged_into="amb_a")


def test_the_sum_is_looked_at_when_it_may_expire() -> None:
    """A month after the later of both was active, less the notice, if rewards expire at all."""
    assert merged().account.due_at == at(5 + 31) - RULES.expiry_notice
    assert merged(rules=program()).account.due_at is None


@pytest.mark.parametrize(
    ("own", "other", "since", "noted"),
    [(None, None, None, False), (6, None, 6, False), (6, 19, 6, False), (None, 19, 8, True)],
)
def test_suspended_stays_suspended(own: int | None, other: int | None, since: int | None, noted: bool) -> None:
    """By the decision about the one, or by the merger, which is a decision then; nothing expires meanwhile."""
    it = merged(replace(OWN, suspended_in=own), replace(OTHER, suspended_in=other))
    assert (it.account.suspended_in, it.other.suspended_in) == (since, other)
    decided = Suspension("amb_a", 8, "suspended", "key_1", "one person", at(9)) if noted else None
    assert it.suspension == decided
    assert (it.account.due_at is None) == (since is not None)


def test_profiles_lead_on() -> None:
    """The one knows of the other and of all before, each after its own; the person is who the one was."""
    own = Profile("amb_a", "A", at(0), "per_a", version=3, absorbed=("amb_d",))
    other = Profile("amb_b", "B", at(0), "per_b", version=5, absorbed=("amb_c",))
    now, led = merged_profiles(own, other)
    assert now == replace(own, version=4, absorbed=("amb_d", "amb_c", "amb_b"))
    assert led == replace(other, version=6, merged_into="amb_a")
    assert now.kin == ("amb_d", "amb_c", "amb_b", "amb_a")
