"""Of a tier that was reached its ambassador hears once, and again when they had lost it with the months."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.accounts.ledger import legs
from chalicelib.domain.accounts.messages import tier_reached
from chalicelib.domain.accounts.tiers import newly_reached, reached, told_of
from chalicelib.domain.model.accounts import Account, LedgerEntry, Month
from chalicelib.domain.model.messages import Cause, Letter, Message, Recipient
from chalicelib.domain.program.program import Program, Tier
from tests.unit.book import Shelf, at, program

STARTER, SILVER, GOLD = Tier("Starter", 0), Tier("Silver", 2, bonus=700), Tier("Gold", 4)
RULES = program(tiers=(STARTER, SILVER, GOLD))
MARCH = "2026-03"


def counted(number: int, **told: str) -> Account:
    """An account with so many counted referrals of March that has been told of tiers by n2="2026-01"."""
    heard = {name.removeprefix("n"): month for name, month in told.items()}
    return Account("amb_1", referrals=number, months={MARCH: Month(referrals=number)}, tiers_told=heard)


@pytest.mark.parametrize(
    ("before", "after", "told", "tier"),
    [
        (0, 1, {}, None),
        (1, 2, {}, SILVER),
        (1, 5, {}, GOLD),
        (2, 3, {}, SILVER),
        (2, 2, {}, None),
        (3, 2, {}, None),
        (1, 2, {"n2": MARCH}, None),
        (1, 2, {"n4": MARCH}, None),
        (3, 4, {"n2": MARCH}, GOLD),
        (3, 4, {"n4": "2019-01"}, None),
    ],
)
def test_a_tier_is_told_when_more_referrals_count_and_nobody_has_told_it(
    before: int, after: int, told: dict[str, str], tier: Tier | None
) -> None:
    """The highest that is reached; one that a refund took and the next order gave back is no news, in a whole life."""
    assert newly_reached(counted(before, **told), counted(after, **told), RULES, MARCH) == tier


@pytest.mark.parametrize(
    ("rules", "told", "before", "again"),
    [
        ({"tier_months": 3}, "2025-12", 1, True),
        ({"tier_months": 3}, "2026-01", 1, False),
        ({"tier_months": 3}, "2025-12", 2, False),
        ({"tier_months": 3, "demotion_months": None}, "2020-01", 2, False),
        ({}, "2020-01", 1, False),
    ],
)
def test_with_a_window_a_tier_is_told_again_once_it_was_lost_with_the_months(
    rules: dict[str, Any], told: str, before: int, again: bool
) -> None:
    """Not while the month in which it was told is within the window, nor to whom it has stayed all the time."""
    one, two = counted(before, n2=told), counted(before + 1, n2=told)
    tier = newly_reached(one, two, replace(RULES, **rules), MARCH)
    assert (tier is not None) == again


def test_who_hears_of_a_tier_has_heard_of_those_below() -> None:
    """Higher ones of before are remembered: whoever falls from Gold is not congratulated on Silver."""
    assert told_of({"2": "2026-01", "9": "2025-01"}, GOLD, MARCH) == {"4": MARCH, "9": "2025-01"}
    assert newly_reached(counted(1, n4=MARCH), counted(2, n4=MARCH), RULES, MARCH) is None


def bonus(kind: str, amount: int, cause: str) -> LedgerEntry:
    """An entry of this settlement."""
    return LedgerEntry("amb_1", "00000005-001", kind, at(1), cause, legs(kind, amount, "EUR"), 1)


def test_the_letter_names_the_tier_and_what_was_granted_for_it() -> None:
    """Its own prize and no other; what of it went to what has expired is not promised."""
    part = replace(bonus("bonus", 700, "tier:Silver"), legs=legs("bonus", 700, "EUR", expired=200))
    entries = [part, bonus("bonus", 50, "milestone:pair"), bonus("reinstate", 9, "tier:Silver")]
    after, message = tier_reached(counted(1), counted(2), entries, RULES, now=at(1))
    letter, to = Letter("tier_reached", 500, "EUR", tier="Silver"), Recipient("ambassador", "amb_1")
    assert message == Message(Cause("tier", "amb_1:2", 202603), to, letter, 1, owed_at=at(1), due_at=at(1))
    assert message.id == "tier:amb_1:2#202603"
    assert after == counted(2, n2=MARCH)
    _, plain = tier_reached(counted(1), counted(2), [], RULES, now=at(1))
    assert plain is not None
    assert plain.letter == Letter("tier_reached", tier="Silver")


def test_who_is_suspended_hears_of_it_afterwards() -> None:
    """Nothing is told meanwhile; the next order that counts brings it."""
    stopped = replace(counted(2), suspended_in=3)
    assert tier_reached(counted(1), stopped, [], RULES, now=at(1)) == (stopped, None)
    after, message = tier_reached(counted(2), counted(3), [], RULES, now=at(9))
    assert after.tiers_told == {"2": MARCH}
    assert message is not None


def test_a_settlement_owes_it_beside_the_news_of_its_order() -> None:
    """The order that reaches the tier does; a refund and its reversal say nothing of it."""
    shelf = Shelf(replace(RULES, hold_days=0))
    first, second = shelf.sell(0), shelf.sell(1)
    assert [it.letter.name for it in first.messages] == ["friend_thanks"]
    assert [it.letter.name for it in second.messages] == ["friend_thanks", "tier_reached"]
    assert second.messages[1].letter.amount == 700
    refund = second.refund(4500)
    shelf.look(second, 2)
    assert shelf.account.referrals == 1
    second.reverse(refund)
    shelf.look(second, 3)
    third = shelf.sell(4)
    told = [it.letter.name for book in shelf.books for it in book.messages]
    assert (shelf.account.referrals, told.count("tier_reached")) == (3, 1)
    assert [it.letter.name for it in third.messages] == ["friend_thanks"]


moves = st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 3)), max_size=30)


@given(moves, st.sampled_from([None, 1, 2, 5]), st.sampled_from([0, 2, None]))
def test_no_tier_is_told_twice_within_its_window(
    taken: list[tuple[int, int]], window: int | None, grace: int | None
) -> None:
    """However the count moves and time passes, what is told is true, is news, and has a key of its own."""
    rules: Program = replace(RULES, tier_months=window, demotion_months=grace)
    account, month, told = Account("amb_1"), 24000, list[tuple[int, int]]()
    keys = set[str]()
    for wanted, passed in taken:
        month += passed
        name = f"{(month - 1) // 12:04d}-{(month - 1) % 12 + 1:02d}"
        was = account.months.get(name, Month()).referrals
        more = max(wanted, -was)
        months = {**account.months, name: Month(referrals=was + more)}
        moved = replace(account, referrals=account.referrals + more, months=months)
        tier = newly_reached(account, moved, rules, name)
        if tier is None:
            account = moved
            continue
        assert more > 0
        assert reached(moved, rules, name) >= tier.threshold > 0
        assert not any(number >= tier.threshold and (window is None or month - then < window) for number, then in told)
        told.append((tier.threshold, month))
        keys.add(f"{tier.threshold}#{name}")
        account = replace(moved, tiers_told=told_of(moved.tiers_told, tier, name))
    assert len(keys) == len(told)
