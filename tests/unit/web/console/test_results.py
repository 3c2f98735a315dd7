"""What may be concluded from results is said as far as it goes, and never further."""

from typing import Any, get_args

import pytest

from chalicelib.domain.model.messages import Why
from chalicelib.domain.people.policy import Bar, Wait
from chalicelib.web.console.insight import is_clear
from chalicelib.web.console.results import Results, reasons
from chalicelib.web.language import choose

RESULTS = Results(choose("en"))
EURO = {"amount": 0, "currency": "EUR"}


def result(low: float, high: float, *, value: tuple[float, float] | None = None) -> dict[str, Any]:
    """A result between two bounds."""
    spent = value and {
        "difference": sum(value) / 2,
        "low": value[0],
        "high": value[1],
        "clear": value[0] * value[1] > 0,
    }
    share = {"difference": (low + high) / 2, "low": low, "high": high, "clear": low > 0 or high < 0}
    sent = {"touches": 9, "compared": 9, "bought": 1, "spent": EURO}
    return {"occasion": "birthday", "share": share, "value": spent, "sent": sent, "not_sent_why": {}}


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (-0.01, 0.06, "Of 100, between 1 fewer and 6 more bought: nothing can be said yet."),
        (0.024, 0.184, "Of 100, between 2 and 18 more bought than without it."),
        (-0.08, -0.03, "Of 100, between 3 and 8 fewer bought than without it."),
        (0.0, 0.1, "Of 100, between 0 fewer and 10 more bought: nothing can be said yet."),
        (-1.0, 1.0, "Of 100, between 100 fewer and 100 more bought: nothing can be said yet."),
    ],
)
def test_a_share_is_said_with_its_bounds(low: float, high: float, said: str) -> None:
    """More, fewer, or nothing that can be said: which of them depends on zero alone."""
    (told,) = RESULTS.tell([result(low, high)])
    assert told.share == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ((-120.4, 660.0), "Each spent between €1.20 less and €6.60 more: nothing can be said yet."),
        ((50.0, 320.0), "Each spent between €0.50 and €3.20 more."),
        ((-320.0, -50.0), "Each spent between €0.50 and €3.20 less."),
        (None, ""),
    ],
)
def test_what_was_spent_is_said_with_its_bounds(value: tuple[float, float] | None, said: str) -> None:
    """In money, from the smaller to the larger amount."""
    (told,) = RESULTS.tell([result(-0.1, 0.1, value=value)])
    assert told.value == said


def test_a_picture_has_what_is_said() -> None:
    """The bar of a result lies where its words say, and only what is clear is a full dot."""
    drawn = RESULTS.picture([result(0.02, 0.18), result(-0.08, 0.24)])
    clear, unclear = drawn.effects
    assert (clear.text, unclear.text) == ("+2 to +18 of 100", "−8 to +24 of 100")
    assert clear.is_clear
    assert not unclear.is_clear
    assert unclear.low < drawn.zero < clear.low < clear.high < unclear.high


def test_each_reason_has_words() -> None:
    """Whatever keeps a touch from going is told in words, but for those who are held out: they are a group."""
    known = {it for kind in (Why, Bar, Wait) for it in get_args(kind)}
    assert known - {"hold_out"} <= set(reasons(choose("en")))


@pytest.mark.parametrize(
    ("one", "other", "clear"), [(5, 9, False), (50, 90, True), (0, 3, False), (0, 4, True), (7, 7, False)]
)
def test_numbers_differ_by_chance(one: int, other: int, clear: bool) -> None:
    """Twice the root of all cases is what chance makes of them."""
    assert is_clear(one, other) == clear == is_clear(other, one)
