"""Read the ledger the way an admin looks through it: by ambassador, by order, by day."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from chalicelib.domain.model.accounts import LedgerEntry
from chalicelib.store.keys import stamp
from chalicelib.store.table import Table

DAYS_MAX = 31
READ_MAX = 200
"""Entries looked at for one page: with a filter a page may be short, or empty, and yet not the last."""


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


def by_day(table: Table, period: Period, after: str | None, limit: int) -> Page:
    """Read everybody's entries in order of time, no further than the page needs; one page walks `DAYS_MAX` days."""
    position, until = after or stamp(period.start), stamp(period.end)
    wanted = READ_MAX if period.kind else limit + 1
    read: list[tuple[str, LedgerEntry]] = []
    on = datetime.fromisoformat(position.partition("#")[0]).date()
    for _ in range(DAYS_MAX + 1):
        if midnight(on) >= period.end:
            return _page(read, period, limit, more=False)
        read += table.list_day(on, position, until, wanted - len(read))
        if len(read) == wanted:
            return _page(read, period, limit, more=True)
        on += timedelta(days=1)
    if midnight(on) >= period.end:
        return _page(read, period, limit, more=False)
    page = _page(read, period, limit, more=True)
    return page if page.after or read else Page([], stamp(midnight(on)))


def midnight(on: date) -> datetime:
    """The first moment of a day, in UTC."""
    return datetime.combine(on, time(), UTC)


def _page(read: list[tuple[str, LedgerEntry]], period: Period, limit: int, *, more: bool) -> Page:
    """Keep what lies in the period, and say where to go on: behind what was given, or behind all that was looked at."""
    kept = [(position, entry) for position, entry in read if period.holds(entry)]
    if len(kept) > limit:
        return Page([entry for _, entry in kept[:limit]], kept[limit - 1][0])
    return Page([entry for _, entry in kept], read[-1][0] if more and read else None)
