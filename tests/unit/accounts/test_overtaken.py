"""What a letter tells of an account may be untrue by the time it may go: of which, and when."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.accounts.overtaken import is_overtaken, may_be_overtaken
from chalicelib.domain.model.accounts import Account
from chalicelib.domain.model.messages import Cause, Letter, Message, Name, Recipient
from chalicelib.domain.program.program import Tier
from tests.unit.book import at, program

RULES = program(expiry_months=1, tiers=(Tier("Starter", 0), Tier("Silver", 2)))
UNTIL = at(31)
ACCOUNT = Account("amb_1", 3, {"EUR": {"available": 450}}, referrals=2, active_at=at(0), expiry_told=UNTIL)


def message(name: Name, cause: Cause, **more: Any) -> Message:
    """A message that is still owed."""
    return Message(cause, Recipient("ambassador", "amb_1"), Letter(name, **more), 1, owed_at=at(17))


EXPIRING = message("expiring", Cause("expiry", "amb_1", 20260401), until=UNTIL)
REACHED = message("tier_reached", Cause("tier", "amb_1:2", 202603), tier="Silver")


@pytest.mark.parametrize(
    ("changes", "rules", "days", "untrue"),
    [
        ({}, {}, 20, False),
        ({}, {}, 31, True),
        ({}, {"expiry_months": None}, 20, True),
        ({}, {"expiry_months": 2}, 20, True),
        ({"balances": {"EUR": {"available": 0}}}, {}, 20, True),
        ({"balances": {"EUR": {"available": 1}}}, {}, 20, False),
        ({"active_at": at(18)}, {}, 20, True),
        ({"suspended_in": 3}, {}, 20, True),
    ],
)
def test_a_day_on_which_nothing_expires_is_not_told(
    changes: dict[str, Any], rules: dict[str, Any], days: int, untrue: bool
) -> None:
    """All was used, it stays longer, it has gone, or its time does not run; what is left of it may be less."""
    found = is_overtaken(EXPIRING, replace(ACCOUNT, **changes), replace(RULES, **rules), now=at(days))
    assert found == untrue


def test_the_day_is_told_until_it_has_come() -> None:
    """To the second."""
    assert not is_overtaken(EXPIRING, ACCOUNT, RULES, now=UNTIL - timedelta(seconds=1))
    assert is_overtaken(EXPIRING, ACCOUNT, RULES, now=UNTIL)


@pytest.mark.parametrize(("referrals", "untrue"), [(0, True), (1, True), (2, False), (9, False)])
def test_a_tier_that_was_lost_again_is_not_told(referrals: int, untrue: bool) -> None:
    """By the count as it is when the letter may go."""
    assert is_overtaken(REACHED, replace(ACCOUNT, referrals=referrals), RULES, now=at(20)) == untrue


@pytest.mark.parametrize("name", ["welcome", "spent", "gift_sent", "balances", "reward_released"])
def test_what_has_happened_stays_true(name: Name) -> None:
    """However late it is told."""
    it = message(name, Cause("account", "amb_1", 3))
    assert not may_be_overtaken(it.letter)
    assert not is_overtaken(it, Account("amb_1"), RULES, now=at(900))
    assert may_be_overtaken(EXPIRING.letter)
    assert may_be_overtaken(REACHED.letter)
