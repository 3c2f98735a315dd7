"""Read the figures of a period: a few items, however long it is and however large the shop."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from chalicelib.domain.model.stats import Dimension, Rows
from chalicelib.domain.stats.figures import NONE, added, total
from chalicelib.store.reads.stats import Stats
from chalicelib.store.table import Table

DAYS_MAX = 400

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """Days by the program's clocks, both included."""

    first: date
    last: date


def last_counted(table: Table) -> date | None:
    """Return the last day that was counted; None before the first was.

    Raises:
        BusyError: the table did not answer in time.
    """
    last = table.also(Stats).last_day()
    return date.fromisoformat(last.period) if last else None


def whole(table: Table, span: Span) -> dict[str, int]:
    """Return the figures of a period as one.

    Raises:
        BusyError: the table did not answer in time.
    """
    measures = rows_of(table, "all", span).get(NONE, {})
    mails = sum(it.get("sent", 0) for it in rows_of(table, "letters", span).values())
    return {**measures, "mails": mails} if mails else dict(measures)


def by_day(table: Table, span: Span) -> dict[str, dict[str, int]]:
    """Return the figures of each day that was counted.

    Raises:
        BusyError: the table did not answer in time.
    """
    stats, bounds = table.also(Stats), (f"{span.first}", f"{span.last}")
    days = {it.period: dict(it.rows.get(NONE, {})) for it in stats.read_figures("all", *bounds)}
    for it in stats.read_figures("letters", *bounds):
        days.setdefault(it.period, {})["mails"] = sum(row.get("sent", 0) for row in it.rows.values())
    return days


def by_month(table: Table, span: Span) -> dict[str, dict[str, int]]:
    """Return the figures of each month of a period, as far as it lies in that.

    Raises:
        BusyError: the table did not answer in time.
    """
    months: Rows = {}
    for day, measures in sorted(by_day(table, span).items()):
        months = added(months, {day[: len("2026-03")]: measures})
    return months


def rows_of(table: Table, dimension: Dimension, span: Span) -> Rows:
    """Return the figures of a period by one dimension: of whole months as they are summed up, else of days.

    Raises:
        BusyError: the table did not answer in time.
    """
    stats = table.also(Stats)
    return total(it.rows for first, last in pieces(span) for it in stats.read_figures(dimension, first, last))


def pieces(span: Span) -> Iterator[tuple[str, str]]:
    """Cut a period into days before its first whole month, its whole months, and the days after them."""
    start = span.first if span.first.day == 1 else _month_after(span.first)
    end = span.last + _DAY if _is_last(span.last) else span.last.replace(day=1)
    if start >= end:
        yield f"{span.first}", f"{span.last}"
        return
    if span.first < start:
        yield f"{span.first}", f"{start - _DAY}"
    yield f"{start:%Y-%m}", f"{end - _DAY:%Y-%m}"
    if end <= span.last:
        yield f"{end}", f"{span.last}"


def _month_after(day: date) -> date:
    return day.replace(day=1) + timedelta(days=monthrange(day.year, day.month)[1])


def _is_last(day: date) -> bool:
    return day.day == monthrange(day.year, day.month)[1]
