"""Calendar months in UTC, written `2026-03`: what caps, budgets, windows and expiry are reckoned in."""

from calendar import monthrange
from datetime import datetime

_YEAR = 12


def month_of(at: datetime) -> str:
    """The calendar month of a time."""
    return f"{at:%Y-%m}"


def number_of(month: str) -> int:
    """Number the months through, so that they can be counted and compared."""
    return int(month[:4]) * _YEAR + int(month[5:])


def months_after(at: datetime, months: int) -> datetime:
    """The same day and time so many months later, or the last day of a shorter month."""
    year, month = divmod(at.year * _YEAR + at.month - 1 + months, _YEAR)
    return at.replace(year=year, month=month + 1, day=min(at.day, monthrange(year, month + 1)[1]))
