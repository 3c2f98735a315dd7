"""Work all figures out anew from the facts, and compare them with those that are kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from chalicelib.domain.model.stats import Figures, Rows
from chalicelib.domain.program.program import Program
from chalicelib.domain.stats.figures import total
from chalicelib.operations.stats.count import ALL_DIMENSIONS, DIMENSIONS, Book, Counting
from chalicelib.operations.stats.fold import SETTLED, Fold, late_days
from chalicelib.store.reads.stats import Stats
from chalicelib.store.table import Table

_EVER = ("0001-01-01", "9999-12-31")


@dataclass(frozen=True, slots=True)
class Compared:
    """The figures of a day or a month by one dimension: what is kept, and what the facts come to.

    Attributes:
        waits: Whether something for it came in since it was counted: the next round counts it again.
    """

    dimension: str
    period: str
    kept: Rows
    fresh: Rows
    waits: bool

    @property
    def is_same(self) -> bool:
        """Whether both agree, as far as they should."""
        return self.waits or self.kept == self.fresh


def recompute(table: Table, program: Program, *, now: datetime, mend: bool = False) -> Iterator[Compared]:
    """Compare every day that was counted, and every month; with `mend`, store what comes out.

    A day is counted with what was known when it was last folded: so nothing differs because time has passed.

    Raises:
        BusyError: the table did not answer in time.
    """
    stats = table.also(Stats)
    counted = stats.read_figures("all", *_EVER)
    late = {f"{day}" for day in late_days(stats, program, now=now + SETTLED)}
    for of_day in counted:
        for book in ("day", "letters"):
            yield from _compared(table, program, of_day, book, of_day.period in late, mend=mend)
    for month in sorted({it.period[:7] for it in counted}):
        yield from _month(table, program, month, now, mend=mend)


def _compared(
    table: Table, program: Program, of_day: Figures, book: Book, late: bool, *, mend: bool
) -> Iterator[Compared]:
    stats = table.also(Stats)
    kept = stats.read_these((dimension, of_day.period) for dimension in DIMENSIONS[book])
    until = max((it.until for it in kept.values()), default=of_day.until)
    fold = Fold(table, program, until, of_day.folded_at)
    tally = Counting(table, program, book, date.fromisoformat(of_day.period), until).all()
    for dimension in DIMENSIONS[book]:
        was = kept.get((dimension, of_day.period))
        fresh = fold.whole(dimension, of_day.period, tally.sheets.get(dimension, {}), was)
        yield Compared(dimension, of_day.period, was.rows if was else {}, fresh, late)
        if mend and fresh != (was.rows if was else {}):
            fold.store({(dimension, of_day.period): fresh})


def _month(table: Table, program: Program, month: str, now: datetime, *, mend: bool) -> Iterator[Compared]:
    stats = table.also(Stats)
    for dimension in ALL_DIMENSIONS:
        days = stats.read_figures(dimension, f"{month}-01", f"{month}-31")
        kept = stats.read_these([(dimension, month)]).get((dimension, month))
        fresh = total(it.rows for it in days)
        yield Compared(dimension, month, kept.rows if kept else {}, fresh, waits=False)
        if mend and days and fresh != (kept.rows if kept else {}):
            Fold(table, program, days[-1].until, now).store({(dimension, month): fresh})
