"""Amounts as people type them."""

import re

from chalicelib.domain.money import is_currency
from chalicelib.web.numbers import decimals_of

_TYPED = re.compile(r"([+-]?)(\d{1,12})(?:[.,](\d{1,4}))?")


def minor_units(typed: str, unit: str) -> int | None:
    """Read an amount of a currency, or of a unit that is counted; None if it is none, or has too many decimals.

    `12`, `12.5` and `12,50` are the same in euros.
    """
    found = _TYPED.fullmatch("".join(typed.split()))  # \d takes the digits of any script, and so does int
    if found is None:
        return None
    sign, whole, part = found[1], found[2], found[3] or ""
    places = decimals_of(unit) if is_currency(unit) else 0
    if len(part) > places:
        return None
    amount = int(whole + part.ljust(places, "0"))
    return -amount if sign == "-" else amount


def typed(amount: int, unit: str) -> str:
    """Write an amount as it is typed."""
    places = decimals_of(unit) if is_currency(unit) else 0
    digits = f"{abs(amount):0{places + 1}d}"
    whole = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return f"-{whole}" if amount < 0 else whole
