"""Surprises: what has begun stays, and an auditor draws a month again."""

import pytest

from chalicelib.domain.program.flaws import FlawedProgramError
from memory.shop import Shop


def a_round(since: str, budget: int = 5000) -> dict[str, object]:
    """A round of the program's document."""
    return {"since": since, "chance": 100, "budget": budget, "gift": {"amount": 500}}


def care(*rounds: dict[str, object]) -> dict[str, object]:
    """The care of a program that surprises people."""
    return {"surprise": {"rounds": list(rounds)}}


def test_a_month_that_has_begun_keeps_its_terms(shop: Shop) -> None:
    """Also when there were no surprises for a while: nobody draws twice by other terms."""
    shop.publish(care=care(a_round("2026-03")))
    with pytest.raises(FlawedProgramError, match="/care/surprise/rounds: stay as they are up to 2026-03"):
        shop.publish(care=care(a_round("2026-03", 9000)))
    shop.publish(care={})
    with pytest.raises(FlawedProgramError):
        shop.publish(care=care(a_round("2026-03", 9000)))
    shop.publish(care=care(a_round("2026-03"), a_round("2026-04", 9000)))
    shop.days(30.5)  # the last day of March
    with pytest.raises(FlawedProgramError):
        shop.publish(care=care(a_round("2026-03"), a_round("2026-04", 100)))
    shop.publish(care=care(a_round("2026-03"), a_round("2026-04", 9000), a_round("2026-05", 100)))


def test_who_begins_may_begin_at_once(shop: Shop) -> None:
    """Nobody has drawn by other terms yet."""
    shop.publish(care=care(a_round("2025-11")))
