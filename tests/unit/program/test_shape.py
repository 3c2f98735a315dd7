"""What fields may hold, said once beside the field."""

from dataclasses import dataclass
from typing import Annotated, Any

import pytest

from chalicelib.domain.program.shape import BARRED, Called, Form, In, Place, Within, bare, places

SHORT = Within(1, 3)
WORD = Form("[a-z]+", "is a word of small letters")
ONE = Within(1, 1)
Word = Annotated[str, WORD, "A word."]


@dataclass
class Inner:
    """Something with fields of its own."""

    size: int = 0


@dataclass
class Outer:
    """One field of each sort."""

    plain: int
    said: Annotated[int, SHORT, "How many."]
    maybe: Annotated[Word | None, "Of the shop."]
    words: Annotated[tuple[Word, ...], SHORT, "Some of them."]
    named: dict[str, Annotated[int, ONE]]
    inner: Inner
    inners: tuple[Inner, ...]
    by_name: dict[str, Inner] | None
    twice: Annotated[Annotated[int, ONE, "Once,"], SHORT, "and again."]
    long_wait: Annotated[int, In("days"), Called("Wait"), "For so many days."]


@pytest.mark.parametrize(
    ("value", "holds"), [(0, False), (1, True), (3, True), (4, False), ("", False), ("abc", True), ((), False)]
)
def test_within_counts_numbers_characters_and_elements(value: Any, holds: bool) -> None:
    """Both bounds are allowed."""
    assert SHORT.holds(value) == holds


def test_a_bound_says_in_words_what_it_wants() -> None:
    """Of a number, of a text, of a list."""
    assert SHORT.words(7) == "lies between 1 and 3"
    assert SHORT.words("long text") == "has 1 to 3 characters"
    assert SHORT.words((1, 2, 3, 4)) == "has 1 to 3 elements"


def test_a_form_is_that_of_the_whole_text() -> None:
    """Not of its beginning, and not up to a line break at its end."""
    assert WORD.holds("points")
    assert not any(WORD.holds(text) for text in ("", "Points", "points 2", "points\n", " points"))
    assert WORD.words("Points") == "is a word of small letters"


def test_everything_said_about_a_field_is_found() -> None:
    """By whichever way it is written: in the type, in an alias, beside None, and about each element."""
    anew = places.__wrapped__(Outer)  # not what a cache remembers
    assert anew == (
        Place("plain", "", (), (), deep=False, title="Plain"),
        Place("said", "How many.", (SHORT,), (), deep=False, title="Said"),
        Place("maybe", "A word. Of the shop.", (WORD,), (), deep=False, title="Maybe"),
        Place("words", "Some of them.", (SHORT,), (WORD,), deep=False, title="Words"),
        Place("named", "", (), (ONE,), deep=False, title="Named"),
        Place("inner", "", (), (), deep=True, title="Inner"),
        Place("inners", "", (), (), deep=True, title="Inners"),
        Place("by_name", "", (), (), deep=True, title="By name"),
        Place("twice", "Once, and again.", (ONE, SHORT), (), deep=False, title="Twice"),
        Place("long_wait", "For so many days.", (), (), deep=False, title="Wait", unit="days"),
    )


@pytest.mark.parametrize(
    ("hint", "kind"),
    [
        (int, int),
        (int | None, int),
        (Annotated[int, ONE], int),
        (Annotated[Word | None, "Of the shop."], str),
        (tuple[Word, ...], tuple[Word, ...]),
        (Annotated[dict[str, int], ONE] | None, dict[str, int]),
    ],
)
def test_a_bare_type_has_neither_metadata_nor_none(hint: Any, kind: Any) -> None:
    """However deep they are; its elements keep theirs."""
    assert bare(hint) == kind


@pytest.mark.parametrize(
    ("letter", "barred"),
    [
        ("\n", True),
        ("\x7f", True),
        ("\u2028", True),
        ("\u202e", True),
        ("\u200d", False),
        ("\u0a9c", False),
        (" ", False),
    ],
)
def test_what_has_no_place_in_a_name(letter: str, barred: bool) -> None:
    """Controls, line breaks and direction overrides; the joiner that Gujarati and Bengali need has."""
    assert Form(f"[{BARRED}]", "is barred").holds(letter) == barred
