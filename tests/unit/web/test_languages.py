"""Every reader gets the language that a person would expect, and dates and amounts as they stand in it."""

import unicodedata
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from chalicelib.domain.program.flaws import flaws
from chalicelib.web import pages
from chalicelib.web.language import accepted, choose, format_amount, format_date, spoken
from chalicelib.web.numbers import format_money, format_percent
from chalicelib.web.text import apart
from tests.letters import mails
from tests.unit.book import program
from tests.unit.web.translations import TONGUES

HEBREW, ARABIC, UNIT = "נועה כהן", "متجر ٢٠ زهرة", "נקודה"
LEFT = "\u200e"
"""A mark that has the direction of all our languages."""

# --- dates and amounts


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
        ("hi-IN", "€1,234.50", "12.5%"),
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
        ("hi", "customary", ("hi", "€12,34,567.89", "12.5%", "5 सितंबर 2026", "1,200 पॉइंट")),
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
        (1_000_000, "points", "es", "1.000.000 de puntos"),
        (0, "points", "es", "0 puntos"),
        (10_000_000, "INR", "hi", "₹1,00,000.00"),
        (1250, "USD", "en", "$12.50"),
        (1250, "USD", "hi", "$12.50"),
        (1250, "USD", "es", "12,50 US$"),
        (1250, "USD", "es-MX", "US$12.50"),
        (1250, "MXN", "es-MX", "$12.50"),
        (1250, "MXN", "en", "MX$12.50"),
        (1250, "USD", "es-US", "$12.50"),
        (1250, "CAD", "en-CA", "$12.50"),
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


# --- names that run the other way


class Loose(HTMLParser):
    """The texts of a page that hold letters from right to left and stand in no element that isolates them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.stack: list[bool] = []
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"meta", "link", "br", "img", "input"}:
            self.stack.append(tag == "bdi" or ("dir", "auto") in attrs)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A picture's part holds no text."""

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - every element of ours is closed
        self.stack.pop()

    def handle_data(self, data: str) -> None:
        if not any(self.stack):
            self.found += loose(data)


def loose(text: str) -> list[str]:
    """The names from right to left in plain text that do not stand between two marks."""
    outside = text.split(LEFT)[::2]
    return [part for part in outside if any(unicodedata.bidirectional(letter) in {"R", "AL"} for letter in part)]


@pytest.mark.parametrize("tag", ["en", *TONGUES])
@pytest.mark.parametrize("kind", mails())
def test_a_name_in_a_mail_turns_nothing_around(kind: str, tag: str) -> None:
    """In HTML it is isolated; in subject and text, which have no markup, marks hold what stands beside it in place."""
    mail = mails(shop_name=ARABIC, first_name=HEBREW, locale=tag, unit=UNIT)[kind]
    assert ARABIC in mail.subject
    assert HEBREW in mail.text
    assert [*Loose(mail.html).found, *loose(mail.subject), *loose(mail.text)] == []


@pytest.mark.parametrize("tag", ["en", *TONGUES])
def test_a_name_on_a_page_turns_nothing_around(tag: str) -> None:
    """Neither in its lines nor in its title, by which a browser decides the direction of a tab."""
    offer = pages.Offer(basis_points=None, amount=500, currency="EUR", minimum=2000)
    view = pages.Landing(
        ARABIC, HEBREW, offer, "MAYA7K3Q", "https://shop.example/", "https://friends.example/r/MAYA7K3Q"
    )
    html = pages.landing_page(view, tag)
    assert html.count(HEBREW) >= 4
    assert [*Loose(html).found, *Loose(pages.unusable_page(ARABIC, "https://shop.example/", tag)).found] == []


@pytest.mark.parametrize(
    ("name", "direction", "written"),
    [
        ("Maya", "ltr", "Maya"),
        ("માયા", "ltr", "માયા"),
        ("12 ★ 🌸", "ltr", "12 ★ 🌸"),
        ("", "ltr", ""),
        (HEBREW, "ltr", f"{LEFT}{HEBREW}{LEFT}"),
        (f"Maya {ARABIC} 5", "ltr", f"{LEFT}Maya {ARABIC} 5{LEFT}"),
        ("Maya", "rtl", "\u200fMaya\u200f"),
        (HEBREW, "rtl", HEBREW),
    ],
)
def test_only_what_runs_the_other_way_is_marked(name: str, direction: str, written: str) -> None:
    """A name in the direction of its sentence stays as it is, letter for letter."""
    assert apart(name, direction) == written


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
