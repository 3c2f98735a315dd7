"""Days and months by a program's clocks: what caps, budgets, windows and expiry are reckoned in."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.calendar import day_of, midnight, month_of, months_after, number_of
from chalicelib.domain.program.program import Program
from tests.unit.book import program

UTC_PROGRAM = program()
ZONES = (
    *("UTC", "Asia/Kolkata", "Asia/Kathmandu", "Europe/Berlin", "America/Los_Angeles", "Pacific/Kiritimati"),
    *("Pacific/Pago_Pago", "Australia/Lord_Howe", "America/St_Johns", "Asia/Beirut", "America/Havana", "Pacific/Apia"),
)
PROGRAMS = st.sampled_from(ZONES).map(lambda name: program(time_zone=name))
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def noon(year: int, month: int, day: int) -> datetime:
    """Half past noon of a day."""
    return datetime(year, month, day, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "month"),
    [
        (datetime(2026, 3, 31, 23, 59, 59, 999999, tzinfo=UTC), "2026-03"),
        (datetime(2026, 4, 1, tzinfo=UTC), "2026-04"),
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), "2026-12"),
    ],
)
def test_a_month_lasts_to_its_last_microsecond(at: datetime, month: str) -> None:
    """Written with two digits, so that months sort as text."""
    assert month_of(at, UTC_PROGRAM) == month


def test_months_are_numbered_through() -> None:
    """One for each, also from December to January; a year is twelve."""
    months = [f"{year}-{month:02d}" for year in (2025, 2026, 2027) for month in range(1, 13)]
    first = number_of(months[0])
    assert [number_of(month) - first for month in months] == list(range(36))


@pytest.mark.parametrize(
    ("at", "months", "after"),
    [
        (noon(2026, 3, 15), 1, noon(2026, 4, 15)),
        (noon(2026, 3, 15), 0, noon(2026, 3, 15)),
        (noon(2026, 1, 31), 1, noon(2026, 2, 28)),
        (noon(2028, 1, 31), 1, noon(2028, 2, 29)),
        (noon(2028, 2, 29), 12, noon(2029, 2, 28)),
        (noon(2026, 11, 30), 1, noon(2026, 12, 30)),
        (noon(2026, 12, 31), 1, noon(2027, 1, 31)),
        (noon(2026, 5, 31), 13, noon(2027, 6, 30)),
        (noon(2026, 1, 1), 120, noon(2036, 1, 1)),
    ],
)
def test_the_same_day_so_many_months_later(at: datetime, months: int, after: datetime) -> None:
    """At the same time of day; a month that is too short ends on its last day."""
    assert months_after(at, months, UTC_PROGRAM) == after


@pytest.mark.parametrize(
    ("zone", "last", "first"),
    [
        ("UTC", "2026-03-31T23:59:59.999Z", "2026-04-01T00:00:00Z"),
        ("Asia/Kolkata", "2026-03-31T18:29:59.999Z", "2026-03-31T18:30:00Z"),
        ("Asia/Kathmandu", "2026-03-31T18:14:59.999Z", "2026-03-31T18:15:00Z"),
        ("America/Los_Angeles", "2026-04-01T06:59:59.999Z", "2026-04-01T07:00:00Z"),
        ("Europe/Berlin", "2026-03-31T21:59:59.999Z", "2026-03-31T22:00:00Z"),  # two hours ahead for two days by then
        ("Pacific/Kiritimati", "2026-03-31T09:59:59.999Z", "2026-03-31T10:00:00Z"),
    ],
)
def test_a_month_begins_at_the_shops_midnight(zone: str, last: str, first: str) -> None:
    """Whatever UTC says by then, in zones of half and quarter hours too, and by the clocks of summer in summer."""
    rules = program(time_zone=zone)
    assert month_of(datetime.fromisoformat(last), rules) == "2026-03"
    assert month_of(datetime.fromisoformat(first), rules) == "2026-04"
    begin = midnight(date(2026, 4, 1), rules)
    assert begin == datetime.fromisoformat(first)
    assert begin.tzinfo is UTC


def test_the_months_of_a_year_are_as_long_as_clocks_say() -> None:
    """In Berlin March loses an hour and October gains one; no moment is in two months, and none in no month."""
    rules = program(time_zone="Europe/Berlin")
    firsts = [midnight(date(2026 + month // 12, month % 12 + 1, 1), rules) for month in range(13)]
    hours = [(after - before) / timedelta(hours=1) for before, after in pairwise(firsts)]
    assert (hours[2], hours[9]) == (31 * 24 - 1, 31 * 24 + 1)
    assert sum(hours) == 365 * 24


@given(MOMENTS, PROGRAMS)
def test_a_moment_lies_in_its_day(at: datetime, rules: Program) -> None:
    """From the first moment of that day on, and before the first of the next; the month is that of the day."""
    day = day_of(at, rules)
    assert midnight(day, rules) <= at < midnight(day + timedelta(days=1), rules)
    assert month_of(at, rules) == f"{day:%Y-%m}"


def test_a_day_that_has_no_midnight_begins_later() -> None:
    """In Beirut clocks go forward at midnight; the day begins at what they call one o'clock, an hour after the last."""
    rules = program(time_zone="Asia/Beirut")
    assert midnight(date(2026, 3, 29), rules) == datetime(2026, 3, 28, 22, tzinfo=UTC)
    assert day_of(datetime(2026, 3, 28, 21, 59, 59, tzinfo=UTC), rules) == date(2026, 3, 28)


@given(MOMENTS, st.integers(0, 120), PROGRAMS)
def test_so_many_months_later_is_a_month_with_that_number(at: datetime, months: int, rules: Program) -> None:
    """Adding and numbering agree; a later time never comes to lie on an earlier day."""
    after = months_after(at, months, rules)
    assert after.tzinfo is UTC
    assert number_of(month_of(after, rules)) == number_of(month_of(at, rules)) + months
    assert day_of(months_after(at + timedelta(hours=1), months, rules), rules) >= day_of(after, rules)
