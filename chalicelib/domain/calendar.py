"""Days and months as a program reckons them: by its time zone.

Caps, budgets and tier windows go by calendar months, written `2026-03`; people are told days. The month of an order is
decided with its terms, by its own version of the program: so it gives back to the month that it took from, whatever
other versions say.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta

from chalicelib.domain.program.program import Program

_YEAR = 12


def local(at: datetime, program: Program) -> datetime:
    """A moment as clocks show it in the program's zone."""
    return at.astimezone(program.zone)


def month_of(at: datetime, program: Program) -> str:
    """The calendar month of a moment."""
    return f"{local(at, program):%Y-%m}"


def day_of(at: datetime, program: Program) -> date:
    """The day of a moment."""
    return local(at, program).date()


def midnight(day: date, program: Program) -> datetime:
    """The first moment of a day, in UTC; where clocks are put forward at midnight, it begins later on them."""
    return datetime.combine(day, time(), program.zone).astimezone(UTC)


def span_of(day: date, program: Program) -> tuple[datetime, datetime]:
    """The time from the first moment of a day to that of the next one, in UTC."""
    return midnight(day, program), midnight(day + timedelta(days=1), program)


def number_of(month: str) -> int:
    """Number the months through, so that they can be counted and compared."""
    return int(month[:4]) * _YEAR + int(month[5:])


def month_after(month: str) -> str:
    """The calendar month that follows."""
    year, past = divmod(number_of(month), _YEAR)
    return f"{year:04d}-{past + 1:02d}"


def months_after(at: datetime, months: int, program: Program) -> datetime:
    """The same day and time so many months later, or the last day of a shorter month; in UTC."""
    here = local(at, program)
    year, month = divmod(here.year * _YEAR + here.month - 1 + months, _YEAR)
    there = here.replace(year=year, month=month + 1, day=min(here.day, monthrange(year, month + 1)[1]))
    return there.astimezone(UTC)
