"""What leaves an account is stopped and let go on: what that makes of the account, what is kept, what is told."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.accounts.suspensions import Decided, reinstate, suspend, was_suspended
from chalicelib.domain.model.accounts import Account, Month, Suspension
from chalicelib.domain.model.messages import Cause, Letter, Message, Recipient
from tests.unit.book import at, program

RULES = program(version=3, expiry_months=6)
NOW = datetime(2026, 8, 31, 9, tzinfo=UTC)
IN_SIX_MONTHS = datetime(2027, 2, 28, 9, tzinfo=UTC)
NOTICE = IN_SIX_MONTHS - RULES.expiry_notice
"""When it is told that what is there expires."""
FREE = Account(
    "amb_1",
    version=7,
    balances={"EUR": {"held": 100, "available": 450}},
    referrals=2,
    months={"2026-03": Month(300, 1, 1)},
    active_at=at(2),
    expired_in=4,
    due_at=at(90),
)
STOPPED = replace(FREE, version=8, suspended_in=8, due_at=None)


def decision(version: int, state: Any) -> Suspension:
    """What is kept of an admin's decision."""
    return Suspension("amb_1", version, state, "key_1", "cards of one owner", NOW)


def test_a_suspension_stops_what_leaves_the_account_and_changes_nothing_else() -> None:
    """Its balances and counters stay, nothing expires meanwhile, and nobody is told; the decision is kept."""
    stopped = suspend(FREE, by="key_1", note="cards of one owner", now=NOW)
    assert stopped == Decided(decision(8, "suspended"), STOPPED, message=None)
    assert stopped.account.suspended


def test_what_is_stopped_is_not_stopped_again() -> None:
    """The first decision stands, whoever made it."""
    assert suspend(STOPPED, by="key_2", note="again", now=NOW) is None


def test_whoever_is_reinstated_has_all_their_time_and_one_letter() -> None:
    """What is available expires as long after this moment as after an order; the letter is about this very change."""
    free = replace(STOPPED, version=9, suspended_in=None, active_at=NOW, due_at=NOTICE)
    to, letter = Recipient("ambassador", "amb_1"), Letter("balances")
    message = Message(Cause("account", "amb_1", 9), to, letter, program_version=3, owed_at=NOW, due_at=NOW)
    again = reinstate(STOPPED, RULES, by="key_1", note="cards of one owner", now=NOW)
    assert again == Decided(decision(9, "reinstated"), free, message)
    assert not again.account.suspended


def test_what_nothing_stops_is_not_reinstated() -> None:
    """So no letter tells of it either."""
    assert reinstate(FREE, RULES, by="key_1", note="again", now=NOW) is None


@given(st.integers(1, 10**6), st.dictionaries(st.sampled_from(["EUR", "points"]), st.integers(-500, 500)))
def test_nothing_is_worth_more_or_less_by_a_suspension(version: int, available: dict[str, int]) -> None:
    """Stopped and reinstated an account is as it was, two versions later; a look for expiry is asked for if needed."""
    account = Account("amb_1", version, {unit: {"available": amount} for unit, amount in available.items()})
    stopped = suspend(account, by="key_1", note="looked at", now=NOW)
    assert stopped is not None
    again = reinstate(stopped.account, RULES, by="key_1", note="looked at", now=NOW)
    assert again is not None
    due_at = NOTICE if any(amount > 0 for amount in available.values()) else None
    assert again.account == replace(account, version=version + 2, active_at=NOW, due_at=due_at)


@pytest.mark.parametrize(
    ("version", "stopped"), [(1, False), (4, False), (5, True), (6, True), (8, True), (9, False), (12, False)]
)
def test_a_past_version_was_suspended_if_the_last_decision_before_it_says_so(version: int, stopped: bool) -> None:
    """Not that version's own decision, which made it: the account was suspended in version 4 and reinstated in 8."""
    decisions = [decision(4, "suspended"), decision(8, "reinstated")]
    assert was_suspended(iter(decisions), version) == stopped


def test_each_suspension_lasts_until_it_is_lifted() -> None:
    """However often an account was suspended before; and one about which nothing was decided never was."""
    decisions = [decision(n, "suspended" if n % 4 else "reinstated") for n in (2, 4, 6, 8)]
    assert [n for n in range(11) if was_suspended(decisions, n)] == [3, 4, 7, 8]
    assert not any(was_suspended([], n) for n in range(11))
