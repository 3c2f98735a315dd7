"""Codes: easy to type, hard to guess, and never a bad word."""

from random import Random
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.people.codes import ALPHABET, is_decent, normal_code, random_code, random_coupon


class Scripted:
    """Chance that brings these letters, one after the other."""

    def __init__(self, *words: str) -> None:
        self._letters = iter("".join(words))
        self.asked: set[str] = set()

    def choice(self, letters: str) -> str:
        self.asked.add(letters)
        return next(self._letters)


def chance(*words: str) -> Random:
    """The same, to be taken for the real one."""
    return cast("Random", Scripted(*words))


def test_no_letter_looks_like_another() -> None:
    """28 are left without vowels, without 0 and O, 1 and I and L: eight of them are some 4 x 10^11 codes."""
    assert len(set(ALPHABET)) == len(ALPHABET) == 28
    assert not set(ALPHABET) & set("01ILOAEU")


def test_a_code_is_eight_letters_as_chance_brings_them() -> None:
    """Each of the whole alphabet: nothing about a code follows from another one."""
    scripted = Scripted("MQ7K3QZ2")
    assert random_code(cast("Random", scripted)) == "MQ7K3QZ2"
    assert scripted.asked == {ALPHABET}


def test_a_coupon_is_three_letters_of_its_own_and_twelve_by_chance() -> None:
    """Longer than a code to share: it is money to whoever has it."""
    scripted = Scripted("MQ7K3QZ2RVRW")
    assert random_coupon(cast("Random", scripted)) == "CPNMQ7K3QZ2RVRW"
    assert scripted.asked == {ALPHABET}


def test_a_bad_word_is_thrown_away_and_chance_asked_again() -> None:
    """Until none of its readings is bad: as it is written, or with digits read as the letters they look like."""
    assert random_code(chance("MQFCK3QZ", "MQ5H7QZ2", "MQ7K3QZ2")) == "MQ7K3QZ2"
    assert random_coupon(chance("MQFCK3QZ2RVR", "MQ5H7QZ2RVRW", "MQ7K3QZ2RVRW")) == "CPNMQ7K3QZ2RVRW"


@pytest.mark.parametrize("code", ["MQFCK3QZ", "MQ88QZ2R", "MQ5H7QZ2", "MQR4P3QZ", "D34DQZ2R", "QZ2RMN4Z"])
def test_a_word_of_the_list_is_found_in_either_reading(code: str) -> None:
    """FCK and 88 as they are written; SHT, RAPE, DEAD, NAZ with digits in the place of letters."""
    assert not is_decent(code)


@pytest.mark.parametrize("code", ["MQ7K3QZ2", "MAYA7K3Q", "CPNMQ7K3QZ2RVRW"])
def test_other_codes_are_decent(code: str) -> None:
    """Also those that a shop has made up by itself."""
    assert is_decent(code)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("MAYA7K3Q", "MAYA7K3Q"),
        ("maya7k3q", "MAYA7K3Q"),
        (" Maya-7K3q\n", "MAYA7K3Q"),
        ("ma ya\t7k-3-q", "MAYA7K3Q"),
        ("x" * 50, "X" * 50),
        ("- " * 60 + "x" * 50, "X" * 50),
        ("x" * 51, None),
        ("", None),
        (" - ", None),
        ("\u201cmaya_7k3q\u201d.", "MAYA7K3Q"),
        ("(maya#7k3q)", "MAYA7K3Q"),
        ("\uff4d\uff41\uff59\uff41\uff17\uff2b\uff13\uff31", "MAYA7K3Q"),
        ("maya\u0ae7\u09e8\u0663", "MAYA123"),
        ("ma\u00f1a", None),
        ("man\u0303a", None),
        ("ma\u00dfa", None),
        ("may\u0131", None),
        ("\u043caya", None),
    ],
)
def test_only_letters_and_digits_of_a_typed_code_count(typed: str, stored: str | None) -> None:
    """What can't be a code is none: too long, empty, or with a letter that no code has, whatever it looks like."""
    assert normal_code(typed) == stored


MARKS = (
    "-_.,;:!?()[]/#\"' \t\n\u00a0\u2003\u3000\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u201c\u2019"
    "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u202a\u2066\u3164\ufe0f"
)
"""What keyboards, mail programs and word processors put in: dashes, quotes, blanks, and what shows nothing."""


@given(
    st.text(ALPHABET, min_size=1, max_size=8),
    st.lists(st.text(MARKS, max_size=3), min_size=9, max_size=9),
    st.booleans(),
    st.booleans(),
)
def test_nothing_that_a_program_does_to_a_code_matters(code: str, marks: list[str], wide: bool, small: bool) -> None:
    """Marks anywhere, small letters, full width: it stays the same code."""
    written = "".join(letter + mark for letter, mark in zip(code, marks, strict=False))
    written = written.lower() if small else written
    if wide:
        written = "".join(chr(ord(it) + 0xFEE0) if it.isascii() and it.isalnum() else it for it in written)
    assert normal_code(marks[-1] + written) == code
