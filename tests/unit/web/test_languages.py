"""The catalogues are whole, and every reader gets the language that a person would expect."""

import io
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from chalicelib.domain.program.flaws import flaws
from chalicelib.web import language
from chalicelib.web.language import accepted, choose, format_amount, format_date, spoken
from chalicelib.web.numbers import format_money, format_percent
from tests.unit.book import program

LANGUAGES = ("bn", "es", "gu", "hi")
HELD = re.compile(r"%\((\w+)\)([sd])")


@cache
def source() -> Catalog:
    """The template of all catalogues."""
    return read_po(io.BytesIO((language.DIRECTORY / "messages.pot").read_bytes()))


@cache
def translated(tag: str) -> Catalog:
    """What people edit."""
    return read_po(io.BytesIO((folder(tag) / "messages.po").read_bytes()))


def folder(tag: str) -> Path:
    """Where a language lies."""
    return language.DIRECTORY / tag / "LC_MESSAGES"


def said(message: Message) -> list[str]:
    """Every form of a translation."""
    return list(message.string) if isinstance(message.string, tuple | list) else [str(message.string)]


def asked(message: Message) -> list[str]:
    """Every form of a sentence in English."""
    return list(message.id) if isinstance(message.id, tuple | list) else [str(message.id)]


def sentences(catalogue: Catalog) -> dict[Any, Message]:
    """The messages of a catalogue but for its header."""
    return {message.id: message for message in catalogue if message.id}


# --- the catalogues


def test_all_languages_are_tested() -> None:
    """A language that is added is held to the same promises."""
    assert sorted(path.parent.name for path in language.DIRECTORY.glob("*/LC_MESSAGES")) == list(LANGUAGES)


def test_the_template_holds_every_sentence_of_the_source() -> None:
    """A sentence that was written or changed is in messages.pot: `make words` was run."""
    web = language.DIRECTORY.parent
    with (language.DIRECTORY / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    found = {found[2] for found in extract_from_dir(web, methods, options)}
    assert set(sentences(source())) == found


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_catalogue_is_complete(tag: str) -> None:
    """Every sentence has a translation in each of its forms; none is a guess, none is left over."""
    catalogue = translated(tag)
    assert set(sentences(catalogue)) == set(sentences(source()))
    assert not catalogue.obsolete
    for message in sentences(catalogue).values():
        assert not message.fuzzy, message.id
        assert all(form.strip() for form in said(message)), message.id
        assert len(said(message)) == (catalogue.num_plurals if message.pluralizable else 1)


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_translation_holds_what_the_sentence_holds(tag: str) -> None:
    """Names and figures are all there, under their own names, and no percent sign breaks the sentence."""
    for message in sentences(translated(tag)).values():
        held = set(HELD.findall(asked(message)[-1]))
        figures = {name: 1 if kind == "d" else "x" for name, kind in held}
        for form in said(message):
            assert set(HELD.findall(form)) == held, form
            if held:
                assert "%" not in form % figures


@pytest.mark.parametrize("tag", LANGUAGES)
def test_what_runs_is_what_people_edit(tag: str) -> None:
    """The compiled catalogue is that of the one beside it: `make words` was run."""
    compiled = io.BytesIO()
    write_mo(compiled, translated(tag))
    assert (folder(tag) / "messages.mo").read_bytes() == compiled.getvalue()


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_translation_is_no_copy(tag: str) -> None:
    """Nothing was left in English."""
    messages = [it for it in sentences(translated(tag)).values() if re.search(r"[^\W\d]", HELD.sub("", asked(it)[0]))]
    same = [message.id for message in messages if set(asked(message)) & set(said(message))]
    assert same == []


LOOSE = re.compile(r"(?<![^\s(])(?:ને|ની|નો|ના|નું|નાં|થી|માં|માંથી)(?![^\s.,;:!?)])")
"""A Gujarati case ending that stands as a word of its own."""

SOUNDS_WRONG = {
    "en": {"falls away": "is lost", "set aside for you until": "reads as a deadline", "this mail": "this email"},
    "bn": {"সুপারিশ": "officialese: -এর কথা বলছেন", "কর্মসূচি": "officialese: প্রোগ্রাম"},
    "es": {"persona amiga": "alguien", "El botón": "nothing walks by itself", "guardamos": "reads as a deadline"},
    "hi": {},
    "gu": {
        "લીધે": "sounds like blame: ના સૌજન્યથી, પ્રમાણે",
        "એડમિન": "ઍડમિન",
        "કાર્યક્રમ": "an event: યોજના",
        "નહીં તો": "sounds like a threat",
        "લખીશું": "જણાવીશું",
        "આરામ": "a code takes no rest",
    },
}
"""Words that readers of the language have stumbled over, and what to say instead or why."""


@pytest.mark.parametrize("tag", ["en", *LANGUAGES])
def test_no_sentence_says_what_sounds_wrong(tag: str) -> None:
    """Each language has words that blame, threaten or come from an office; ours are others, and one for one thing."""
    catalogue = source() if tag == "en" else translated(tag)
    forms = [form for it in sentences(catalogue).values() for form in (asked(it) if tag == "en" else said(it))]
    assert [(word, form) for word in SOUNDS_WRONG[tag] for form in forms if word in form] == []


def test_a_gujarati_ending_joins_its_word() -> None:
    """An ending belongs to the word before it, a name too: apart from it, "ને" says "and"."""
    forms = [form for it in sentences(translated("gu")).values() for form in said(it)]
    assert [form for form in forms if LOOSE.search(form)] == []
    assert [bool(LOOSE.search(it)) for it in ("%(name)s ને", "ની છૂટ", "%(name)sને નામે")] == [True, True, False]


def test_a_bengali_ending_stays_with_its_word() -> None:
    """A line never breaks between a name and its ending: "কে" joins it, and after a hyphen stands a word joiner."""
    forms = [form for it in sentences(translated("bn")).values() for form in said(it)]
    assert [form for form in forms if re.search(r"-(?!\u2060)|-\u2060?কে", form)] == []


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_figure_in_big_type_has_no_ending(tag: str) -> None:
    """What an offer takes off stands on a line of its own, so the next line begins with a word."""
    (offer,) = said(translated(tag)["%(discount)s off your order"])
    assert re.fullmatch(r"%\(discount\)s \w.*", offer)


# --- dates and amounts


@pytest.mark.parametrize(
    ("tag", "written"),
    [
        ("en", "5 September 2026"),
        ("es", "5 de septiembre de 2026"),
        ("es-MX", "5 de septiembre de 2026"),
        ("gu", "5 સપ્ટેમ્બર, 2026"),
        ("bn", "5 সেপ্টেম্বর, 2026"),
    ],
)
def test_dates(tag: str, written: str) -> None:
    """The month is a word, and the parts stand in the order of the language (CLDR's long form)."""
    assert format_date(datetime(2026, 9, 5, 23, tzinfo=UTC), choose(tag)) == written


def test_a_moment_without_a_time_zone_names_no_day() -> None:
    """It is an error, and not the day of some clock."""
    with pytest.raises(ValueError, match="time zone"):
        format_date(datetime(2026, 9, 5, 23), choose("en"))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize(
    ("tag", "money", "percent"),
    [
        ("es", "1234,50 €", "12,5 %"),
        ("es-ES", "1234,50 €", "12,5 %"),
        ("es-MX", "€1,234.50", "12.5%"),
        ("es-AR", "€1.234,50", "12,5%"),
        ("gu-IN", "€1,234.50", "12.5%"),
        ("bn", "€1,234.50", "12.5%"),
    ],
)
def test_numbers(tag: str, money: str, percent: str) -> None:
    """Money and percentages as the language's readers write them; Spanish differs on both sides of the ocean."""
    tag = choose(tag).tag
    assert (format_money(123450, "EUR", tag), format_percent(1250, tag)) == (
        money.replace(" ", "\u00a0"),
        percent.replace(" ", "\u00a0"),
    )


@pytest.mark.parametrize(
    ("tag", "four", "five"),
    [
        ("en", "€1,234.50", "€12,345.50"),
        ("es", "1234,50 €", "12.345,50 €"),
        ("es-419", "€1,234.50", "€12,345.50"),
        ("de", "1.234,50 €", "12.345,50 €"),
        ("it", "1234,50 €", "12.345,50 €"),
        ("pl", "1234,50 €", "12 345,50 €"),
        ("pt-PT", "1234,50 €", "12 345,50 €"),
        ("uk", "1 234,50 €", "12 345,50 €"),
        ("gu", "€1,234.50", "€12,345.50"),
    ],
)
def test_four_digits_are_grouped_where_readers_group_them(tag: str, four: str, five: str) -> None:
    """Spain, Italy, Poland and Portugal put a point or blank from five digits on (CLDR)."""
    written = [format_money(amount, "EUR", tag).replace("\u00a0", " ") for amount in (123450, 1234550)]
    assert written == [four, five]


@pytest.mark.parametrize(
    ("tag", "digits", "written"),
    [
        ("bn", "customary", ("bn-u-nu-beng", "€১২,৩৪,৫৬৭.৮৯", "১২.৫%", "৫ সেপ্টেম্বর, ২০২৬", "১,২০০ পয়েন্ট")),
        ("bn-BD", "customary", ("bn-BD-u-nu-beng", "€১২,৩৪,৫৬৭.৮৯", "১২.৫%", "৫ সেপ্টেম্বর, ২০২৬", "১,২০০ পয়েন্ট")),
        ("bn", "latin", ("bn", "€12,34,567.89", "12.5%", "5 সেপ্টেম্বর, 2026", "1,200 পয়েন্ট")),
        ("gu", "customary", ("gu", "€12,34,567.89", "12.5%", "5 સપ્ટેમ્બર, 2026", "1,200 પૉઇન્ટ")),
        ("en-IN", "customary", ("en-IN", "€12,34,567.89", "12.5%", "5 September 2026", "1,200 points")),
    ],
)
def test_a_program_chooses_the_digits(tag: str, digits: str, written: tuple[str, ...]) -> None:
    """In 0 to 9 everywhere, or as the language is written by custom; the tag says so to whoever reads it (BCP 47)."""
    spoke = spoken([tag], program(digits=digits))
    assert choose(spoke.tag) == spoke
    assert spoke.open_graph == tag.replace("-", "_")
    amounts = (format_money(123456789, "EUR", spoke.tag), format_percent(1250, spoke.tag))
    date, points = format_date(datetime(2026, 9, 5, tzinfo=UTC), spoke), format_amount(1200, "points", spoke)
    assert (spoke.tag, *amounts, date, points.replace("\u00a0", " ")) == written


@pytest.mark.parametrize("tag", ["bn-u-nu-latn", "bn-u-nu-", "bn-u-nu-../x", "de-u-nu-beng"])
def test_digits_that_nobody_knows_are_left_as_they_are(tag: str) -> None:
    """A tag with other digits, or with what is none, breaks nothing."""
    assert format_money(1250, "EUR", choose(tag).tag) == "€12.50"


@pytest.mark.parametrize(
    ("amount", "unit", "tag", "written"),
    [
        (1, "points", "en", "1 point"),
        (1200, "points", "en", "1,200 points"),
        (1, "points", "es", "1 punto"),
        (1200, "points", "es", "1200 puntos"),
        (12000, "points", "es", "12.000 puntos"),
        (120000, "points", "gu", "1,20,000 પૉઇન્ટ"),
        (50, "points", "bn", "50 পয়েন্ট"),
        (-50, "points", "en", "-50 points"),
        (50, "stars", "es", "50 stars"),
        (1250, "EUR", "es", "12,50 €"),
        (1, "gift:Tea mug", "es", "Tea mug"),
        (2, "gift:Tea mug", "es", "2 × Tea mug"),
    ],
)
def test_amounts_of_any_unit(amount: int, unit: str, tag: str, written: str) -> None:
    """Points have a word in each language; a unit or gift that a shop has named keeps its name."""
    assert format_amount(amount, unit, choose(tag)).replace("\u00a0", " ") == written


# --- which language


@pytest.mark.parametrize(
    ("wanted", "languages", "own", "tag"),
    [
        (["gu"], (), "en", "gu"),
        (["gu-IN"], (), "en", "gu-IN"),
        (["de"], (), "es", "es"),
        (["de", "bn"], (), "es", "bn"),
        (["en"], (), "gu", "en"),
        ([], (), "gu", "gu"),
        ([""], ("gu",), "gu", "gu"),
        (["../gu"], (), "bn", "bn"),
        (["../gu"], ("en",), "bn", "bn"),
        (["es"], ("gu", "bn"), "bn", "bn"),
        (["es", "gu"], ("gu", "bn"), "bn", "gu"),
        (["gu-IN"], ("gu",), "en", "gu-IN"),
        (["gu"], ("gu-IN",), "en", "gu-IN"),
        (["GU_in"], ("gu-IN",), "en", "gu-IN"),
        (["es-MX"], ("es-ES",), "en", "en"),
        (["en"], ("gu",), "gu", "gu"),
        (["de"], ("de",), "gu", "gu"),
        (["de"], (), "de", "en"),
    ],
)
def test_who_gets_which_language(wanted: list[str], languages: tuple[str, ...], own: str, tag: str) -> None:
    """The first wanted language that the program lists and somebody has translated, else the program's own."""
    assert spoken(wanted, program(languages=languages, locale=own)).tag == tag


@pytest.mark.parametrize(
    ("header", "tags"),
    [
        ("", []),
        ("gu", ["gu"]),
        ("gu-IN,gu;q=0.9,en-US;q=0.8,en;q=0.7", ["gu-IN", "gu", "en-US", "en"]),
        ("en;q=0.5, bn ; q=0.8 ,es", ["es", "bn", "en"]),
        ("en;q=0, gu;q=0.001", ["gu"]),
        ("*", []),
        ("de, *;q=0.5", ["de"]),
        ("gu;q=2, bn;q=x, es;level=1, <b>, en", ["en"]),
        (",".join(["gu"] * 1000), ["gu"] * 20),
        ("a" * 10_000, []),
    ],
)
def test_accept_language(header: str, tags: list[str]) -> None:
    """A browser's wishes, the strongest first; what is no wish is passed over."""
    assert accepted(header) == tags


@pytest.mark.parametrize("tag", ["", "english!", "../gu", "g", "gu\n", "gu--IN"])
def test_a_program_names_real_languages(tag: str) -> None:
    """What is no language tag is refused, and the pointer says where."""
    assert flaws(program(locale=tag)) == [("/locale", "is a language tag such as en or gu-IN")]
    assert [pointer for pointer, _ in flaws(program(languages=("en", tag)))] == ["/languages/1"]


def test_a_program_may_name_many_languages() -> None:
    """Tags with and without a territory are taken."""
    assert flaws(program(languages=("en", "gu-IN", "es_MX", "zh-Hant-TW"), locale="bn")) == []
