"""Words of names, as people type them and as they are looked for."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.people.names import WORD_MAX, WORDS_MAX, fits, listed_words, words_in

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=60)


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("José", "jose"),
        ("MÜLLER", "muller"),
        ("Straße", "STRASSE"),
        ("O’Brien", "o'brien"),
        ("Łukasz", "lukasz"),
        ("Ｍａｙａ", "maya"),
        ("İpek", "ipek"),
        ("Søren", "Soren"),
        ("ફ઼ાતિમા", "ફાતિમા"),
        ("क़ासिम", "कासिम"),
        ("ড়", "ড\u09bc"),
        ("ক্\u200dষমা", "ক্ষমা"),
        ("Nguye\u0302\u0303n", "nguyen"),
    ],
)
def test_one_name_is_found_in_every_spelling(written: str, typed: str) -> None:
    """Capitals, accents, width, nukta and joiners tell nobody apart."""
    assert words_in(written) == words_in(typed)


@pytest.mark.parametrize(("one", "other"), [("કવિતા", "કવતા"), ("मीना", "मना"), ("মিতা", "মতা")])
def test_vowel_signs_make_another_name(one: str, other: str) -> None:
    """Without them other names come out, so they stay."""
    assert words_in(one) != words_in(other)


def test_a_name_has_words() -> None:
    """Blanks, hyphens and dots part them; a word twice is one."""
    assert listed_words("Jean-Luc", "van der  Berg, Dr. Luc") == ("jean", "luc", "van", "der", "berg", "dr")
    assert listed_words(None, "") == ()


def test_of_a_long_name_the_first_and_the_last_words_count() -> None:
    """Spanish names may have eight words; people type the first one, or the last."""
    assert listed_words("a b c d e", "f g h") == ("a", "b", "c", "f", "g", "h")


@given(NAMES)
def test_words_are_words_of_their_own(name: str) -> None:
    """None is too long or holds what parts a position, and every normal form has the same."""
    words = listed_words(name)
    assert len(words) <= WORDS_MAX
    for word in words:
        assert 0 < len(word) <= WORD_MAX
        assert "#" not in word
    assert listed_words(unicodedata.normalize("NFD", name)) == words
    assert listed_words(unicodedata.normalize("NFC", name)) == words


@pytest.mark.parametrize(
    ("typed", "is_met"),
    [("ma", True), ("des ma", True), ("maya desai", True), ("ma ma", False), ("maya d x", False), ("aya", False)],
)
def test_each_typed_word_begins_another_word(typed: str, is_met: bool) -> None:
    """In any order; two words that begin alike need two words that do."""
    assert fits(words_in(typed), ("maya", "desai")) is is_met


def test_the_longest_beginning_is_placed_first() -> None:
    """Whoever types `m may` means Maya Malik, whichever of the two comes first."""
    assert fits(["m", "may"], ("maya", "malik"))
    assert fits(["may", "m"], ("malik", "maya"))
