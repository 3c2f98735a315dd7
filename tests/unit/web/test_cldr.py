"""Dates, amounts and digits are those of CLDR, which Babel brings along, or a difference is told with its reason."""

import re
import unicodedata
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from babel import Locale
from babel.dates import format_date as cldr_date
from babel.numbers import format_currency, format_decimal, get_currency_precision
from babel.numbers import format_percent as cldr_percent

from chalicelib.web import language, numbers
from chalicelib.web.language import choose, format_date
from chalicelib.web.numbers import NBSP, customary, format_money, format_number, format_percent, write_digits
from tests.unit.web.translations import TONGUES

TAGS = ("en", *TONGUES, "en-IN", "es-MX", "es-AR")
AMOUNTS = (0, 5, 99, 1250, -1250, 99_999, 123_450, 1_234_550, 12_345_678, 123_456_789, 98_765_432_100)
SIGNS = {tag: Locale.parse(tag).currency_symbols for tag in ("en", *TONGUES)}

SIGN_FIRST = {"bn": "¤#,##,##0.00"}
"""Shops of Dhaka and Kolkata write ৳500 and ₹500; CLDR has the sign behind the figure."""

OWN_SIGNS = {
    "BDT": "৳", "BRL": "R$", "CAD": "CA$", "CNY": "CN¥", "GBP": "£", "HKD": "HK$", "ILS": "₪", "INR": "₹", "JPY": "¥",
    "KRW": "₩", "MXN": "MX$", "NGN": "₦", "NZD": "NZ$", "PHP": "₱", "TRY": "₺", "TWD": "NT$", "UAH": "₴", "AUD": "A$",
}  # fmt: skip
"""A sign that is that currency's alone is used in all languages; CLDR has some only as "narrow" ones, and JP¥ for ¥."""

DATES_AS = {"en": "en-001"}
"""English says 5 September 2026, as most of its countries do; CLDR's plain `en` is that of the United States."""

MONTHS = {"জানুয়ারী": "জানুয়ারি", "ফেব্রুয়ারী": "ফেব্রুয়ারি"}
"""Bangla Academy spells borrowed words with a short i; CLDR still has the long one."""


def cldr(tag: str) -> Locale:
    """The data of a locale."""
    return Locale.parse(tag, sep="-")


def grouped(text: str, tag: str) -> str:
    """What CLDR writes, with Spanish groups from five digits on (its `minimumGroupingDigits`, unknown to Babel)."""
    return re.sub(r"(?<![\d.])(\d)\.(\d{3})(?![\d.])", r"\1\2", text) if tag == "es" else text


@pytest.mark.parametrize("tag", TAGS)
def test_money_stands_as_in_cldr(tag: str) -> None:
    """Sign, blank, groups and decimals of a currency with a sign, and of one with letters, which a blank sets apart."""
    for currency in ("EUR", "CHF"):
        style = SIGN_FIRST.get(tag)
        for amount in AMOUNTS:
            text = format_currency(
                Decimal(amount) / 100, currency, style, locale=cldr(tag), currency_digits=False, numbering_system="latn"
            )
            text = text.replace("EUR", "€") if currency == "EUR" else re.sub(r"CHF(?=\d)", f"CHF{NBSP}", text)
            assert format_money(amount, currency, tag) == grouped(text, tag)


@pytest.mark.parametrize("tag", SIGNS)
def test_signs_of_currencies_are_those_of_cldr(tag: str) -> None:
    """Where CLDR knows a sign in the language, it is ours; a dollar that could be another one is US$."""
    for currency in (*OWN_SIGNS, "EUR", "USD", "VND", "CHF", "SEK"):
        sign = SIGNS[tag].get(currency, currency)
        written = re.sub(r"[-\d.,\s]", "", format_money(1250, currency, tag))
        assert written == sign or written == OWN_SIGNS[currency], currency


@pytest.mark.parametrize("tag", TAGS)
def test_percentages_and_numbers_are_those_of_cldr(tag: str) -> None:
    """Sign, blank and groups; no more decimals than there are."""
    for points in (0, 1, 50, 1000, 1250, -1250, 123_456, 12_345_678):
        share = Decimal(points) / 10000
        text = cldr_percent(share, locale=cldr(tag), decimal_quantization=False, numbering_system="latn")
        assert format_percent(points, tag) == grouped(text, tag)
    for number in (0, 7, 999, 1000, 9999, 10_000, 123_456, -1_234_567, 100_000_000):
        text = format_decimal(number, locale=cldr(tag), numbering_system="latn")
        assert format_number(number, tag) == grouped(text, tag)


@pytest.mark.parametrize("tag", TAGS)
def test_dates_are_those_of_cldr(tag: str) -> None:
    """Every month has the name that it has within a date, and day, month and year stand in their order."""
    for month in range(1, 13):
        moment = datetime(2026, month, 28, tzinfo=UTC)
        text = cldr_date(moment, "long", locale=cldr(DATES_AS.get(tag, tag)))
        for theirs, ours in MONTHS.items():
            text = text.replace(theirs, ours)
        assert format_date(moment, choose(tag)) == unicodedata.normalize("NFC", text)
        assert format_date(moment, choose(customary(tag))) == write_digits(text, customary(tag))


def test_languages_are_offered_by_their_own_names() -> None:
    """Whoever chooses one finds it under the name that it has in itself, as CLDR has it."""
    assert {tag: name.lower() for tag, name in language.NAMES.items()} == {
        tag: str(cldr(tag).get_display_name()).lower() for tag in ("en", *TONGUES)
    }


def test_differences_are_real() -> None:
    """A difference that CLDR has given up is told no longer."""
    assert all(cldr(tag).currency_formats["standard"].pattern != ours for tag, ours in SIGN_FIRST.items())
    assert all(any(signs.get(it, it) != ours for signs in SIGNS.values()) for it, ours in OWN_SIGNS.items())
    assert cldr("en").date_formats["long"].pattern != cldr("en-001").date_formats["long"].pattern
    assert set(MONTHS) <= {unicodedata.normalize("NFC", it) for it in cldr("bn").months["format"]["wide"].values()}


def test_customary_digits_are_those_of_cldr() -> None:
    """Bengali, Assamese and Marathi have digits of their own by default; Gujarati and Hindi are written in 0 to 9."""
    for tags in numbers._WRITTEN_LIKE:  # noqa: SLF001 - all that the numbers know
        for tag in tags.split():
            digits = cldr(tag).default_numbering_system
            assert customary(tag) == (tag if digits == "latn" else f"{tag}-u-nu-{digits}")
    for digits, script in (("beng", "BENGALI"), ("deva", "DEVANAGARI")):
        written = write_digits("0123456789", f"x-u-nu-{digits}")
        assert [unicodedata.digit(it) for it in written] == [*range(10)]
        assert all(unicodedata.name(it).startswith(f"{script} DIGIT ") for it in written)


@pytest.mark.parametrize("currency", ["EUR", "USD", "INR", "BDT", "MXN", "JPY", "KRW", "KWD", "BHD", "VND"])
def test_decimals_are_those_of_cldr(currency: str) -> None:
    """A currency has as many minor units as CLDR writes."""
    exponent = get_currency_precision(currency)
    assert re.sub(r"\D", "", format_money(10**exponent, currency)) == f"1{'0' * exponent}"
