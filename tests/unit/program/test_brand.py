"""How a shop looks and sounds: its colours can be read, and its sentences can be filled."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.model.messages import Name
from chalicelib.domain.program.brand import (
    EVERYWHERE,
    PLACEHOLDERS,
    READABLE,
    Brand,
    LetterName,
    Text,
    contrast,
    is_balanced,
    named,
    nearest_readable,
)
from chalicelib.domain.program.flaws import flaws
from chalicelib.domain.program.warnings import warnings
from tests.unit.book import program

COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


def found(*texts: Text, **brand: Any) -> list[tuple[str, str]]:
    """The flaws of a program with this brand."""
    return flaws(program(brand=Brand(texts=texts, **brand)))


def places(*texts: Text, **brand: Any) -> list[str]:
    """Where they are."""
    return [pointer for pointer, _ in found(*texts, **brand)]


def test_every_letter_can_have_words_of_the_shop() -> None:
    """The letters that a program knows are those that are sent, and each says what may be named in it."""
    assert set(get_args(LetterName)) == {*get_args(Name), "digest"} == set(PLACEHOLDERS)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#777777", "#ffffff", 4.478),
        ("#767676", "#FFFFFF", 4.542),
        ("#0000ff", "#ffffff", 8.592),
        ("#ff0000", "#ffffff", 3.998),
        ("#00ff00", "#000000", 15.304),
    ],
)
def test_contrast_is_that_of_the_standard(one: str, other: str, ratio: float) -> None:
    """The figures are those that checkers of WCAG give."""
    assert contrast(one, other) == pytest.approx(ratio, abs=0.001)


@given(COLOURS, COLOURS)
def test_contrast_has_no_first_colour(one: str, other: str) -> None:
    """It is the same either way, 1 at least and 21 at most."""
    assert contrast(one, other) == contrast(other, one)
    assert 1 <= contrast(one, other) <= 21 + 1e-9


@given(COLOURS, COLOURS)
def test_colours_are_taken_when_they_can_be_read(one: str, other: str) -> None:
    """A pair is refused, at the text's place, exactly when its contrast is too low."""
    assert places(color=one, text_color=other) == ([] if contrast(one, other) >= READABLE else ["/brand/text_color"])


@given(COLOURS, COLOURS)
def test_a_colour_that_is_refused_comes_with_one_that_is_taken(one: str, other: str) -> None:
    """The refusal says the ratio and names a text colour; put in its place, that is taken."""
    refused = found(color=one, text_color=other)
    if refused:
        (words,) = (words for _, words in refused)
        assert 0 <= contrast(one, other) - float(words.split()[4]) < 0.01 + 1e-9
        assert words.endswith(nearest_readable(other, one))
    assert places(color=one, text_color=nearest_readable(other, one)) == []


def test_the_nearest_readable_colour_is_of_its_kind() -> None:
    """A grey on white becomes the lightest grey that can be read there, a red on black a lighter red."""
    assert nearest_readable("#999999", "#ffffff") == "#767676"
    red = nearest_readable("#990000", "#000000")
    assert red[1:3] > red[3:5] == red[5:7] > "00"


@pytest.mark.parametrize(
    ("brand", "where"),
    [
        ({}, []),
        ({"color": "#14483a"}, ["/brand/text_color"]),
        ({"text_color": "#14483a"}, ["/brand/color"]),
        ({"logo_ground": "color"}, ["/brand/logo_ground"]),
        ({"logo_ground": "color", "color": "#14483a", "text_color": "#ffffff"}, []),
        ({"color": "green", "text_color": "#ffffff"}, ["/brand/color"]),
        ({"color": "#14483a ", "text_color": "#fff"}, ["/brand/color", "/brand/text_color"]),
        ({"logo_url": "https://shop.example/logo.png?v=2"}, []),
        ({"logo_url": "http://shop.example/logo.png"}, ["/brand/logo_url"]),
        ({"logo_url": "https://shop.example;script-src/logo.png"}, ["/brand/logo_url"]),
        ({"logo_url": "https://shop.example/a b.png"}, ["/brand/logo_url"]),
        ({"address": "1 Fern Way, 12345 Figton"}, []),
        ({"address": " "}, ["/brand/address"]),
        ({"address": "a\nb"}, ["/brand/address"]),
    ],
)
def test_a_brand_is_checked_field_by_field(brand: dict[str, str], where: list[str]) -> None:
    """What can't be shown, or not be read, is refused at its place."""
    assert places(**brand) == where


@pytest.mark.parametrize("letter", sorted(PLACEHOLDERS))
def test_a_sentence_names_what_there_is_in_its_letter(letter: LetterName) -> None:
    """Everything that the letter has may be named, and nothing that only another one has."""
    own = (*EVERYWHERE, *PLACEHOLDERS[letter])
    sentence = " ".join(f"{{{name}}}" for name in own)
    assert named(sentence) == own
    assert found(Text(letter, "en", sentence, sentence, sentence)) == []
    for name in {it for names in PLACEHOLDERS.values() for it in names} - set(own):
        ((pointer, detail),) = found(Text(letter, "en", opening=f"{{shop}} {{{name}}}"))
        assert pointer == "/brand/texts/0/opening"
        assert f"{{{name}}}" in detail
        assert "{shop}" in detail


@pytest.mark.parametrize("sentence", ["{", "a }", "{shop", "{Shop}", "{ shop }", "{}", "{{shop}}", "{shop!r}", "{0}"])
def test_a_brace_belongs_to_a_placeholder(sentence: str) -> None:
    """Half a placeholder would be read by customers, so it is refused."""
    assert not is_balanced(sentence)
    assert places(Text("spent", "en", closing=sentence)) == ["/brand/texts/0/closing"]


def test_no_language_loses_what_a_sentence_names() -> None:
    """A translation that has lost a placeholder is refused at its place; other parts and letters are their own."""
    english = Text("spent", "en", subject="{amount} used", closing="Bye")
    assert found(english, Text("spent", "es", subject="Usaste {amount}", closing="Adiós, {name}")) == []
    assert found(english, Text("gift_sent", "es", subject="Un regalo")) == []
    assert found(english, Text("spent", "es", closing="Adiós")) == []
    ((pointer, detail),) = found(english, Text("spent", "es", subject="Gastado"))
    assert (pointer, "{amount}" in detail) == ("/brand/texts/1/subject", True)


def test_a_letter_has_one_entry_for_a_language() -> None:
    """However the tag is written; and an entry says something."""
    texts = (Text("spent", "es-MX", closing="a"), Text("spent", "es_mx", closing="b"), Text("spent", "es"))
    assert places(*texts) == ["/brand/texts/1", "/brand/texts/2"]


def test_each_variant_of_a_letter_has_an_entry_of_its_own() -> None:
    """One for a language, which keeps what another language of the same variant names, and no more than that."""
    usual, warm = Text("birthday", "en", opening="{gift}"), Text("birthday", "en", opening="Hip!", variant="warm")
    assert places(usual, warm) == []
    assert places(usual, warm, replace(warm, closing="Bye")) == ["/brand/texts/2"]
    assert places(usual, warm, Text("birthday", "es", opening="¡Hip!", variant="warm")) == []
    assert places(usual, warm, Text("birthday", "es", opening="¡Hip!")) == ["/brand/texts/2/opening"]
    assert places(replace(warm, variant="Warm up")) == ["/brand/texts/0/variant"]


@pytest.mark.parametrize("sentence", ["", " ", "a\nb", "x" * 501, "a\u202eb"])
def test_a_sentence_is_one_line(sentence: str) -> None:
    """Nothing in it can start a header or a paragraph, or turn the text around."""
    assert set(places(Text("spent", "en", opening=sentence, closing="a"))) == {"/brand/texts/0/opening"}


@pytest.mark.parametrize(
    ("languages", "locale", "language", "warned"),
    [
        ((), "en", "de", False),
        (("gu", "bn"), "en", "gu-IN", False),
        (("gu_IN",), "en", "GU", False),
        (("gu",), "en", "en", False),
        (("gu",), "en", "es", True),
    ],
)
def test_a_sentence_that_nobody_reads_is_warned_of(
    languages: tuple[str, ...], locale: str, language: str, warned: bool
) -> None:
    """It is no flaw, since the list of languages may grow, but hardly meant."""
    brand = Brand(texts=(Text("spent", language, closing="Bye"),))
    rules = program(brand=brand, languages=languages, locale=locale)
    told = [pointer for pointer, _ in warnings(rules, now=datetime(2026, 3, 1, tzinfo=UTC)) if "brand" in pointer]
    assert told == (["/brand/texts/0/language"] if warned else [])
