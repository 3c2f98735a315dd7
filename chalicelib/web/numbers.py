"""Money and percentages as people write them, from integers to text without a float in between.

The few number styles here stand in for CLDR: a full library would outweigh the whole Lambda package.
A language that is not listed is written the English way.
"""

from dataclasses import dataclass, replace

_NBSP = "\u00a0"
_NARROW = "\u202f"

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
    "TRY": "₺", "TWD": "NT$", "UAH": "₴", "USD": "$", "VND": "₫",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Style:
    point: str = "."
    group: str = ","
    group_size: int = 3  # of the groups after the first three digits: 2 in India
    symbol_first: bool = True
    percent: str = "%"


_ENGLISH = _Style()
_INDIAN = _Style(group_size=2)
_GERMAN = _Style(point=",", group=".", symbol_first=False, percent=_NBSP + "%")
_ITALIAN = replace(_GERMAN, percent="%")
_FRENCH = replace(_GERMAN, group=_NARROW, percent=_NARROW + "%")
_NORDIC = replace(_GERMAN, group=_NBSP)
_POLISH = replace(_NORDIC, percent="%")

_WRITTEN_LIKE = {
    "en-IN as bn gu hi kn ml mr or pa ta te": _INDIAN,
    "da de es": _GERMAN,
    "el it pt": _ITALIAN,
    "fr": _FRENCH,
    "cs fi nb nn no sk sv": _NORDIC,
    "bg hu pl uk": _POLISH,
}
_STYLES = {tag: style for tags, style in _WRITTEN_LIKE.items() for tag in tags.split()}


_GIFT = "gift:"


def format_money(amount: int, currency: str, locale: str = "en") -> str:
    """Minor units as a price: `1250, "EUR"` is €12.50. A named unit such as `points` has no minor units.

    A gift is its name, and how many there are of it unless it is one.
    """
    if currency.startswith(_GIFT):
        name = currency.removeprefix(_GIFT)
        return name if amount == 1 else f"{_sign(amount)}{_digits(amount, 0, _style(locale))}{_NBSP}× {name}"
    return _money(amount, currency, locale, _digits(amount, _exponent(currency), _style(locale)))


def format_round_money(amount: int, currency: str, locale: str = "en") -> str:
    """The same without `.00`, for big type: €5 rather than €5.00."""
    exponent = _exponent(currency)
    whole, rest = divmod(abs(amount), 10**exponent)
    if rest:
        return format_money(amount, currency, locale)
    return _money(amount, currency, locale, _digits(whole, 0, _style(locale)))


def format_percent(basis_points: int, locale: str = "en") -> str:
    """Basis points as a percentage with no more decimals than it needs: 1000 is 10%, 1250 is 12.5%."""
    style = _style(locale)
    number = _digits(basis_points, 2, style).rstrip("0").rstrip(style.point)
    return f"{_sign(basis_points)}{number}{style.percent}"


def _money(amount: int, currency: str, locale: str, number: str) -> str:
    if not _is_iso(currency):
        return f"{_sign(amount)}{number}{_NBSP}{currency}"
    symbol = _SYMBOLS.get(currency, currency)
    if not _style(locale).symbol_first:
        return f"{_sign(amount)}{number}{_NBSP}{symbol}"
    gap = _NBSP if symbol == currency else ""
    return f"{_sign(amount)}{symbol}{gap}{number}"


def _digits(number: int, places: int, style: _Style) -> str:
    digits = str(abs(number)).rjust(places + 1, "0")
    whole, fraction = digits[: len(digits) - places], digits[len(digits) - places :]
    return _grouped(whole, style) + (style.point + fraction if fraction else "")


def _grouped(whole: str, style: _Style) -> str:
    groups = [whole[-3:]]
    rest = whole[:-3]
    while rest:
        groups.append(rest[-style.group_size :])
        rest = rest[: -style.group_size]
    return style.group.join(reversed(groups))


def _style(locale: str) -> _Style:
    tag = locale.replace("_", "-")
    return _STYLES.get(tag) or _STYLES.get(tag.partition("-")[0]) or _ENGLISH


def _exponent(currency: str) -> int:
    return _EXPONENTS.get(currency, 2) if _is_iso(currency) else 0


def _is_iso(currency: str) -> bool:
    return len(currency) == 3 and currency.isascii() and currency.isupper()


def _sign(number: int) -> str:
    return "-" if number < 0 else ""
