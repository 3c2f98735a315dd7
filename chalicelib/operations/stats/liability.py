"""Read what the program owes at the end of a day: sums of closed days, whatever the number of accounts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from chalicelib.domain.model.stats import Figures, Rows
from chalicelib.domain.stats import liability
from chalicelib.domain.stats.figures import total
from chalicelib.domain.stats.liability import Statement
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
        expiring: By unit and month, what expires then; None where nobody has looked.
        expiring_on: At the end of which day that was so.
    """

    last: date | None
    statements: list[Statement]
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
    before = _legs(table, Span(_FIRST, start - _DAY), counted)
    within = _legs(table, Span(start, end), counted)
    found = _expiring(table, end)
    return Liability(
        last=end,
        statements=liability.statements(before, within),
        expiring=liability.expiring(found.rows) if found else None,
        expiring_on=date.fromisoformat(found.period) if found else None,
    )


def by_day(table: Table, span: Span) -> list[Figures]:
    """Return the legs of each day of a period, by kind of entry, as far as days were counted.

    Raises:
        BusyError: the table did not answer in time.
    """
    counted = last_counted(table)
    if counted is None:
        return []
    found = table.also(Stats).read_figures("ledger", f"{span.first}", f"{min(span.last, counted)}")
    return [it for it in found if it.rows]


def _legs(table: Table, span: Span, counted: date) -> Rows:
    if span.first > span.last:
        return {}
    stats = table.also(Stats)
    return total(it.rows for first, last in _pieces(span, counted) for it in stats.read_figures("ledger", first, last))


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
