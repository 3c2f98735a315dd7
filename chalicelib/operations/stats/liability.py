"""Read what the program owes at the end of a day: sums of closed days, whatever the number of accounts."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from chalicelib.domain.model.stats import Figures, Rows
from chalicelib.domain.stats import liability
from chalicelib.domain.stats.figures import total
from chalicelib.domain.stats.liability import Owed, Statement
from chalicelib.operations.stats.view import Span, last_counted, pieces
from chalicelib.store.reads.stats import Stats
from chalicelib.store.table import Table

_FIRST = date(2000, 1, 1)
_DAY = timedelta(days=1)

STALE = timedelta(days=6)
"""So much older than its day what expires may be: where rounds had to be left out."""


@dataclass(frozen=True, slots=True)
class Liability:
    """What is owed at the end of a day.

    Attributes:
        last: The last day that is in it; None before the first was counted.
        statements: By currency or unit.
        months: By unit and month of the period, what was owed at the end of it, or of the last day that is in it.
        expiring: By unit and month, what expires then; None where nobody has looked.
        expiring_on: At the end of which day that was so.
    """

    last: date | None
    statements: list[Statement]
    months: dict[str, dict[str, Owed]] = field(default_factory=dict)
    expiring: dict[str, dict[str, int]] | None = None
    expiring_on: date | None = None


def owed(table: Table, first: date | None, last: date | None) -> Liability:
    """Return what is owed at the end of a day, the last that was counted unless said, and what changed it from a first.

    Raises:
        BusyError: the table did not answer in time.
    """
    counted = last_counted(table)
    if counted is None:
        return Liability(None, [])
    end = min(last or counted, counted)
    start = end + _DAY if first is None else min(first, end + _DAY)
    before = total(it.rows for it in _legs(table, Span(_FIRST, start - _DAY), counted))
    within = _legs(table, Span(start, end), counted)
    found = _expiring(table, end)
    return Liability(
        last=end,
        statements=liability.statements(before, total(it.rows for it in within)),
        months=_months(before, within, Span(start, end)),
        expiring=liability.expiring(found.rows) if found else None,
        expiring_on=date.fromisoformat(found.period) if found else None,
    )


def by_day(table: Table, span: Span) -> list[Figures]:
    """Return the legs of each day of a period, by kind of entry, as far as days were counted.

    Raises:
        BusyError: the table did not answer in time.
    """
    counted = last_counted(table)
    if counted is None or counted < span.first:
        return []
    found = table.also(Stats).read_figures("ledger", f"{span.first}", f"{min(span.last, counted)}")
    return [it for it in found if it.rows]


def _legs(table: Table, span: Span, counted: date) -> list[Figures]:
    if span.first > span.last:
        return []
    stats = table.also(Stats)
    return [it for first, last in _pieces(span, counted) for it in stats.read_figures("ledger", first, last)]


def _months(before: Rows, within: list[Figures], span: Span) -> dict[str, dict[str, Owed]]:
    """What was owed at the end of each month of a period: those in which nothing was posted are as the one before."""
    found: dict[str, dict[str, Owed]] = {}
    for month in _months_in(span):
        before = total([before, *(it.rows for it in within if it.period.startswith(month))])
        for it in liability.statements(before, {}):
            found.setdefault(it.unit, {})[month] = it.closing
    return found


def _months_in(span: Span) -> list[str]:
    first, last = (it.year * 12 + it.month - 1 for it in (span.first, span.last))
    return [f"{it // 12:04d}-{it % 12 + 1:02d}" for it in range(first, last + 1)] if span.first <= span.last else []


def _pieces(span: Span, counted: date) -> Iterator[tuple[str, str]]:
    """Cut a period as all figures are, but for the last two months into days.

    A round stores days before the months that they are summed up in: what is owed has to be right in between as well.
    """
    settled = ((counted.replace(day=1) - _DAY).replace(day=1)) - _DAY
    if span.first <= settled:
        yield from pieces(Span(span.first, min(span.last, settled)))
    if span.last > settled:
        yield f"{max(span.first, settled + _DAY)}", f"{span.last}"


def _expiring(table: Table, end: date) -> Figures | None:
    found = table.also(Stats).read_figures("expiring", f"{end - STALE}", f"{end}")
    return found[-1] if found else None
