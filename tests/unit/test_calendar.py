"""Calendar months: what caps, budgets, windows and expiry are reckoned in."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.calendar import month_of, months_after, number_of


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
    assert month_of(at) == month


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
    assert months_after(at, months) == after


@given(st.datetimes(datetime(2000, 1, 1), datetime(2900, 1, 1), timezones=st.just(UTC)), st.integers(0, 120))  # noqa: DTZ001
def test_so_many_months_later_is_a_month_with_that_number(at: datetime, months: int) -> None:
    """Adding and numbering agree; a later time never comes to lie before an earlier one."""
    after = months_after(at, months)
    assert number_of(month_of(after)) == number_of(month_of(at)) + months
    assert months_after(at + timedelta(hours=1), months).date() >= after.date()
