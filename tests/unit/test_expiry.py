"""When unspent rewards may expire: the account itself asks to be looked at."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.domain.expiry import watched
from chalicelib.domain.model import Account
from tests.unit.book import at, program

RULES = program(expiry_months=6)
IDLE = Account("amb_1", 4, {"EUR": {"available": 300}}, active_at=datetime(2026, 8, 31, 9, tzinfo=UTC))


def test_an_account_asks_to_be_looked_at_so_many_months_after_it_was_active() -> None:
    """To the minute, or on the last day of a shorter month; nothing else about it changes."""
    assert watched(IDLE, RULES) == replace(IDLE, due_at=datetime(2027, 2, 28, 9, tzinfo=UTC))


@pytest.mark.parametrize(
    ("balances", "asks"),
    [
        ({"EUR": {"available": 1}}, True),
        ({"points": {"available": 1}}, True),
        ({"EUR": {"available": -5}, "points": {"available": 1}}, True),
        ({"gift:Mug": {"available": 1}, "EUR": {"available": 1}}, True),
        ({"gift:Mug": {"available": 1}}, False),
        ({"EUR": {"available": 0, "held": 900, "reserved": 900}}, False),
        ({"EUR": {"available": -5}}, False),
        ({}, False),
    ],
)
def test_only_what_is_available_can_expire(balances: dict[str, dict[str, int]], asks: bool) -> None:
    """In whatever unit but gifts, which wait to be sent; what is held or reserved is nobody's to lose yet."""
    assert (watched(replace(IDLE, balances=balances), RULES).due_at is not None) == asks


@pytest.mark.parametrize(
    ("rules", "changes"),
    [
        ({"expiry_months": None}, {}),
        ({}, {"active_at": None}),
        ({}, {"due_at": at(3)}),
    ],
)
def test_who_has_no_reason_to_ask_is_left_alone(rules: Any, changes: Any) -> None:
    """Where nothing expires, where nothing was ever earned, and where a look was asked for before: the first stands."""
    account = replace(IDLE, **changes)
    assert watched(account, replace(RULES, **rules)) is account
