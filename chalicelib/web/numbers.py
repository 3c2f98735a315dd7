"""Money and percentages as people write them, from integers to text without a float in between.

The few number styles here stand in for CLDR: a full library would outweigh the whole Lambda package.
A language that is not listed is written the English way. Digits are 0 to 9, unless the tag of the language asks for
its own as BCP 47 has it: `bn-u-nu-beng`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeVar

from chalicelib.domain.program.program import GIFT

_T = TypeVar("_T")

NBSP = "\u00a0"
NUMBERING = "-u-nu-"
"""What stands in a tag between the language and the name of its digits (BCP 47, extension U)."""

_NARROW = "\u202f"

_WHOLE_MAX = 9
"""Digits before the point that somebody may type."""

_NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
_FOUR_DECIMALS = "CLF UYW"
_EXPONENTS = (
    dict.fromkeys(_NO_DECIMALS.split(), 0)
    | dict.fromkeys(_THREE_DECIMALS.split(), 3)
    | dict.fromkeys(_FOUR_DECIMALS.split(), 4)
)

_SYMBOLS = {
    "AUD": "A$", "BDT": "৳", "BRL": "R$", "CAD": "CA$", "CNY": "CN¥", "EUR": "€", "GBP": "£", "HKD": "HK$",
    "ILS": "₪", "INR": "₹", "JPY": "¥", "KRW": "₩", "MXN": "MX$", "NGN": "₦", "NZD": "NZ$", "PHP": "₱",
    "TRY": "₺", "TWD": "NT$", "UAH": "₴", "USD": "US$", "VND": "₫",
}  # fmt: skip

_WRITE_A_DOLLAR = {
    "as en hi kn ml mr or pa ta te es-EC es-PR es-SV es-US": "USD",
    "en-AU": "AUD", "en-CA": "CAD", "en-HK": "HKD", "en-NZ": "NZD", "en-SG": "SGD",
    "es-AR": "ARS", "es-CL": "CLP", "es-CO": "COP", "es-MX": "MXN", "es-UY": "UYU",
}  # fmt: skip
_DOLLARS = {tag: currency for tags, currency in _WRITE_A_DOLLAR.items() for tag in tags.split()}
"""Whose dollars or pesos a bare $ are to readers; to all others it could be any of a dozen."""


@dataclass(frozen=True, slots=True)
class _Style:
    point: str = "."
    group: str = ","
    group_size: int = 3  # of the groups after the first three digits: 2 in India
    ungrouped: int = 3  # so many digits stand without a group: 4 in Spain
    symbol_first: bool = True
    percent: str = "%"


_ENGLISH = _Style()
_INDIAN = _Style(group_size=2)
_GERMAN = _Style(point=",", group=".", symbol_first=False, percent=NBSP + "%")
_SPANISH = replace(_GERMAN, ungrouped=4)
_ITALIAN = replace(_SPANISH, percent="%")
_PORTUGUESE = replace(_GERMAN, percent="%")
_FRENCH = replace(_GERMAN, group=_NARROW, percent=_NARROW + "%")
_NORDIC = replace(_GERMAN, group=NBSP)
_UKRAINIAN = replace(_NORDIC, percent="%")
_POLISH = replace(_UKRAINIAN, ungrouped=4)
_SOUTH_AMERICAN = replace(_PORTUGUESE, symbol_first=True)

_WRITTEN_LIKE = {
    "es-419 es-CU es-DO es-GT es-HN es-MX es-NI es-PA es-PE es-PR es-SV es-US": _ENGLISH,
    "es-AR es-BO es-CL es-CO es-EC es-PY es-UY es-VE": _SOUTH_AMERICAN,
    "en-IN as bn gu hi kn ml mr or pa ta te": _INDIAN,
    "da de": _GERMAN,
    "es": _SPANISH,
    "it": _ITALIAN,
    "el pt": _PORTUGUESE,
    "fr": _FRENCH,
    "cs fi nb nn no sk sv": _NORDIC,
    "uk": _UKRAINIAN,
    "bg hu pl pt-PT": _POLISH,
}
_STYLES = {tag: style for tags, style in _WRITTEN_LIKE.items() for tag in tags.split()}

_DIGITS = {"beng": "০১২৩৪৫৬৭৮৯", "deva": "०१२३४५६७८९"}
_CUSTOMARY = {"as": "beng", "bn": "beng", "mr": "deva"}
"""Languages that CLDR writes in digits of their own. Gujarati and Hindi have some too, but are written in 0 to 9."""


def format_money(amount: int, currency: str, locale: str = "en") -> str:
    """Minor units as a price: `1250, "EUR"` is €12.50. A named unit such as `points` has no minor units.

    A gift is its name, and how many there are of it unless it is one.
    """
    if currency.startswith(GIFT):
        name = currency.removeprefix(GIFT)
        return name if amount == 1 else f"{format_number(amount, locale)}{NBSP}× {name}"
    return _money(amount, currency, locale, _digits(amount, decimals_of(currency), _style(locale)))


def format_round_money(amount: int, currency: str, locale: str = "en") -> str:
    """The same without `.00`, for offers and their limits: €5 rather than €5.00."""
    exponent = decimals_of(currency)
    whole, rest = divmod(abs(amount), 10**exponent)
    if rest:
        return format_money(amount, currency, locale)
    return _money(amount, currency, locale, _digits(whole, 0, _style(locale)))


def major_units(amount: int, unit: str) -> Decimal:
    """Minor units of a currency as a number for other programs: `1250, "EUR"` is 12.50. Of another unit, how many."""
    return Decimal(amount).scaleb(-decimals_of(unit))


def format_number(number: int, locale: str = "en") -> str:
    """A whole number with its groups: 12,345."""
    return write_digits(f"{_sign(number)}{_digits(number, 0, _style(locale))}", locale)


def write_digits(text: str, locale: str) -> str:
    """The same text in the digits that the locale asks for."""
    numbering = locale.partition(NUMBERING)[2]
    return text.translate(str.maketrans("0123456789", _DIGITS[numbering])) if numbering in _DIGITS else text


def customary(tag: str) -> str:
    """The tag of a language, asking for the digits that CLDR writes it in."""
    digits = _CUSTOMARY.get(tag.partition("-")[0])
    return f"{tag}{NUMBERING}{digits}" if digits and NUMBERING not in tag else tag


def format_percent(basis_points: int, locale: str = "en") -> str:
    """Basis points as a percentage with no more decimals than it needs: 1000 is 10%, 1250 is 12.5%."""
    style = _style(locale)
    number = _digits(basis_points, 2, style).rstrip("0").rstrip(style.point)
    return write_digits(f"{_sign(basis_points)}{number}{style.percent}", locale)


def decimals_of(currency: str) -> int:
    """How many decimals its minor units are: 2 of euros, 0 of yen, and of a unit that is no currency."""
    return _EXPONENTS.get(currency, 2) if _is_iso(currency) else 0


def minor_units(typed: str, currency: str) -> int | None:
    """Read an amount as somebody types it, with a point or a comma before its decimals; None if it is none."""
    places = decimals_of(currency)
    whole, _, fraction = typed.replace(NBSP, "").replace(" ", "").replace(",", ".").partition(".")
    if not whole.isdecimal() or len(whole) > _WHOLE_MAX or len(fraction) > places or not f"0{fraction}".isdecimal():
        return None
    return int(whole + fraction.ljust(places, "0"))


def _money(amount: int, currency: str, locale: str, number: str) -> str:
    number = write_digits(number, locale)
    if not _is_iso(currency):
        return f"{_sign(amount)}{number}{NBSP}{currency}"
    symbol = "$" if currency == _of(_DOLLARS, locale) else _SYMBOLS.get(currency, currency)
    if not _style(locale).symbol_first:
        return f"{_sign(amount)}{number}{NBSP}{symbol}"
    gap = NBSP if symbol == currency else ""
    return f"{_sign(amount)}{symbol}{gap}{number}"


def _digits(number: int, places: int, style: _Style) -> str:
    digits = str(abs(number)).rjust(places + 1, "0")
    whole, fraction = digits[: len(digits) - places], digits[len(digits) - places :]
    return _grouped(whole, style) + (style.point + fraction if fraction else "")


def _grouped(whole: str, style: _Style) -> str:
    if len(whole) <= style.ungrouped:
        return whole
    groups = [whole[-3:]]
    rest = whole[:-3]
    while rest:
        groups.append(rest[-style.group_size :])
        rest = rest[: -style.group_size]
    return style.group.join(reversed(groups))


def _style(locale: str) -> _Style:
    return _of(_STYLES, locale) or _ENGLISH


def _of(table: Mapping[str, _T], locale: str) -> _T | None:
    """What a table says of a locale, else of its language."""
    tag = locale.replace("_", "-").partition(NUMBERING)[0]
    return table.get(tag, table.get(tag.partition("-")[0]))


def _is_iso(currency: str) -> bool:
    return len(currency) == 3 and currency.isascii() and currency.isupper()


def _sign(number: int) -> str:
    return "-" if number < 0 else ""
