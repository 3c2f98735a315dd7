"""Read the ledger the way an admin looks through it: by ambassador, by order, by day."""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

from chalicelib.domain.model.accounts import LedgerEntry
from chalicelib.store.keys import stamp
from chalicelib.store.reads.stats import Stats
from chalicelib.store.table import Table

DAYS_MAX = 31
READ_MAX = 200
"""Entries looked at for one page: with a filter a page may be short, or empty, and yet not the last."""

_MOMENT = timedelta.resolution


@dataclass(frozen=True, slots=True)
class Period:
    """Entries posted from `start` on and before `end`, of one kind or of any."""

    start: datetime
    end: datetime
    kind: str | None = None

    def holds(self, entry: LedgerEntry) -> bool:
        """Whether an entry lies in the period, and is of its kind."""
        return self.start <= entry.at < self.end and self.kind in (None, entry.kind)


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries and the position to go on from; None when there is nothing more."""

    entries: list[LedgerEntry]
    after: str | None


def by_ambassador(table: Table, kin: Sequence[str], period: Period, after: str | None, limit: int) -> Page:
    """Read one ambassador's entries in order of posting: ledger after ledger, if there are several ids."""
    ledger, _, number = (after or f"{kin[0]}/").rpartition("/")
    read: list[tuple[str, LedgerEntry]] = []
    for name in kin[kin.index(ledger) if ledger in kin else 0 :]:
        entries = table.list_ledger(name, number if name == ledger else None, READ_MAX - len(read))
        read += [(f"{name}/{entry.number}", entry) for entry in entries]
        if len(read) == READ_MAX:
            break
    return _page(read, period, limit, more=len(read) == READ_MAX)


def by_order(table: Table, order_id: str, period: Period, after: str | None, limit: int) -> Page:
    """Read the entries of one order."""
    redemption = table.read_redemption(order_id)
    if redemption is None or redemption.standing is None:
        return Page([], None)
    entries = table.read_entries(redemption)
    rows = [(entry.id, entry) for entry in entries]
    left = rows[[name for name, _ in rows].index(after) + 1 :] if after else rows
    return _page(left, period, limit, more=False)


def of_ambassador(page: Page, kin: Container[str]) -> Page:
    """Keep the entries of one ambassador."""
    return Page([entry for entry in page.entries if entry.ambassador_id in kin], page.after)


def by_day(table: Table, period: Period, after: str | None, limit: int, *, now: datetime) -> Page:
    """Read everybody's entries in order of time, hardly further than the page needs; one page walks `DAYS_MAX` days.

    The first day is read alone, since it fills the page of a busy shop; then twice as many at once each time.
    """
    position, until = after or stamp(period.start), stamp(period.end)
    wanted = READ_MAX if period.kind else limit + 1
    first, last = datetime.fromisoformat(position.partition("#")[0]).date(), (period.end - _MOMENT).date()
    end = last if (last - first).days <= DAYS_MAX else first + timedelta(days=DAYS_MAX)
    days = _days(table, first, end, period.kind, now)
    read: list[tuple[str, LedgerEntry]] = []
    at_once = 1
    while some := list(islice(days, at_once)):
        read += table.list_days(some, position, until, wanted - len(read))
        if len(read) == wanted:
            return _page(read, period, limit, more=True)
        at_once *= 2
    if read or end == last:
        return _page(read, period, limit, more=end < last)
    return Page([], stamp(midnight(end + timedelta(days=1))))


def _days(table: Table, first: date, last: date, kind: str | None, now: datetime) -> Iterator[date]:
    """Those days, by UTC, that may have entries, of a kind if one is wanted; what tells is asked after the first day.

    There are none from before there were rules, unless the clock was set back since, as the demonstration's is; and
    none on days whose figures have none. These go by the program's clocks, which may have been changed: so a day is
    left out if the time of such figures covers all of it.
    """
    if first <= last:
        yield first
    if first >= last:
        return
    rules = table.read_program(1)
    start = rules.created_at if rules and rules.created_at and rules.created_at <= now else midnight(first)
    figures = table.also(Stats).read_figures("ledger", f"{first}", f"{last + timedelta(days=1)}")
    empty = [it.span for it in figures if it.span and not (kind in it.rows if kind else it.rows)]
    for number in range(1, (last - first).days + 1):
        on = first + timedelta(days=number)
        if not _covers([(midnight(first), start), *empty], on):
            yield on


def _covers(spans: Iterable[tuple[datetime, datetime]], on: date) -> bool:
    """Whether spans of time, in order of their beginning, leave no moment of a day uncovered."""
    at = midnight(on)
    for start, end in spans:
        if start <= at < end:
            at = end
    return at >= midnight(on + timedelta(days=1))


def midnight(on: date) -> datetime:
    """The first moment of a day, in UTC."""
    return datetime.combine(on, time(), UTC)


def _page(read: list[tuple[str, LedgerEntry]], period: Period, limit: int, *, more: bool) -> Page:
    """Keep what lies in the period, and say where to go on: behind what was given, or behind all that was looked at."""
    kept = [(position, entry) for position, entry in read if period.holds(entry)]
    if len(kept) > limit:
        return Page([entry for _, entry in kept[:limit]], kept[limit - 1][0])
    return Page([entry for _, entry in kept], read[-1][0] if more and read else None)
