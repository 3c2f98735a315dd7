"""Fold closed days into figures, once a day: so that a view reads a few items, whatever the size of the shop.

A day is closed some time after its end by the program's clocks. What comes in later for it is noted
(`operations/orders/receipts.py`), and the day counted again. Each piece may be done twice, and a worker may die between
any two: a day is counted into the job's own cursor and stored whole, over the version that was read.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import cast

import msgspec

from chalicelib.domain.calendar import day_of, midnight, months_after, span_of
from chalicelib.domain.effects import Create, Replace
from chalicelib.domain.model.stats import Dimension, Figures, Rows
from chalicelib.domain.model.work import Job
from chalicelib.domain.program.program import Program
from chalicelib.domain.stats.figures import NONE, Tally, added, count_account, total
from chalicelib.domain.stats.receipts import AFTER
from chalicelib.operations.once import Plan, decide
from chalicelib.operations.program import programs
from chalicelib.operations.stats.count import ALL_DIMENSIONS, DIMENSIONS, PAGE, Book, Counting, Place
from chalicelib.store import keys
from chalicelib.store.reads.stats import Stats
from chalicelib.store.table import Table

KIND = "stats"

CLOSED = timedelta(hours=2)
"""So long after its end a day is counted: longer than an order takes to be settled."""

SETTLED = timedelta(hours=1)
"""So long ago something late must have been noted: by then it is stored."""

AGAIN = 2
"""So many days before the last one that was counted are counted again."""

EXPIRING = "expiring"
"""The piece that goes through all accounts."""

FOLLOWED = AFTER.days + 7
"""For so many days more becomes known of a day's letters: answers, clicks, orders that came after them."""

Kept = tuple[Dimension, str]
"""Where figures are: by their dimension, and their day or month."""

ReadQuotes = Callable[[datetime, datetime], int | None]
"""Answers how many quotes were asked for from one moment to another; None where nobody counts them."""


@dataclass(slots=True)
class Task:
    """What a round is to do: count all days before one, with how many quotes each had, where that is known."""

    before: str
    quotes: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Progress:
    """How far a round is.

    Attributes:
        pieces: What is counted, as pairs of a book and a day, of `month` and a month, or of `EXPIRING` and a day.
        done: How many of them are.
        place: Where the present one goes on.
        sheets: What it comes to so far.
    """

    pieces: list[tuple[str, str]]
    done: int = 0
    place: Place = field(default_factory=Place)
    sheets: dict[Dimension, Rows] = field(default_factory=dict)


def begin_daily(table: Table, quotes: ReadQuotes, *, now: datetime) -> Job | None:
    """Begin the round of a day, unless there is one, or no program yet.

    Raises:
        BusyError: the table did not answer in time.
    """
    program = table.read_newest_program()
    if program is None:
        return None
    before = day_of(now - CLOSED, program)
    job = Job(f"job_{KIND}-{before}", KIND, "schedule", created_at=now, due_at=now)
    if table.read_job(job.id):
        return None
    asked = {day: number for day in _asked(table, before) if (number := _quotes(quotes, day, program)) is not None}
    job = replace(job, task=json.dumps({"before": f"{before}", "quotes": asked}))
    return None if table.commit([Create(job)]) else job


def step(table: Table, job: Job, deadline: float, *, now: datetime) -> Job:  # noqa: ARG001 - every step takes it
    """Carry a round on; how far it is counts days and months.

    Raises:
        BusyError: the table did not answer in time; the slice is done again, which changes nothing more.
    """
    program, task = programs.current(table), msgspec.json.decode(job.task, type=Task)
    before = date.fromisoformat(task.before)
    if job.cursor is None:
        return _carried(job, Progress(list(pieces(table, program, before, now=job.created_at))))
    at = msgspec.json.decode(job.cursor, type=Progress)
    fold = Fold(table, program, midnight(before, program), job.created_at, task.quotes)
    while at.done < len(at.pieces):
        _one_more(fold, at)
        if table.is_past(deadline):
            break
    return _carried(job, at)


def _carried(job: Job, at: Progress) -> Job:
    """Return a job as far as it is. What there is to do is stored before any of it is done: that changes it."""
    return replace(
        job,
        state="running" if at.done < len(at.pieces) else "done",
        progress=at.done,
        total=len(at.pieces),
        cursor=msgspec.json.encode(at).decode(),
    )


def pieces(table: Table, program: Program, before: date, *, now: datetime) -> Iterator[tuple[str, str]]:
    """Return what is to be counted: new days, days that something came in late for, letters of the last month.

    Where rewards expire, all accounts are gone through as well: when theirs do is told by no entry.
    """
    stats = table.also(Stats)
    last = stats.last_day()
    first = _beginning(table, program)
    if last:
        first = max(first, date.fromisoformat(last.period) + timedelta(days=1 - AGAIN))
    late = set(late_days(stats, program, now=now))
    days = {*_days(first, before), *(day for day in late if day < before)}
    of_letters = {*days, *_touched(stats, min([before, *late]) - timedelta(days=FOLLOWED), before)}
    yield from (("day", f"{day}") for day in sorted(days))
    yield from (("letters", f"{day}") for day in sorted(of_letters))
    yield from (("month", month) for month in sorted({f"{day:%Y-%m}" for day in {*days, *of_letters}}))
    if program.expiry_months is not None and days:
        yield EXPIRING, f"{before - timedelta(days=1)}"


def late_days(stats: Stats, program: Program, *, now: datetime) -> Iterator[date]:
    """Return the days that were counted before something for them came in, or that nobody has counted."""
    notes = [it for it in stats.list_late() if it.at <= now - SETTLED]
    by_day = [(day, it.at) for it in notes for day in _overlapping(it.day, program)]
    counted = stats.read_these(sorted({("all", f"{day}") for day, _ in by_day}))
    for day, at in by_day:
        figures = counted.get(("all", f"{day}"))
        if figures is None or at >= figures.folded_at - SETTLED:
            yield day


def _touched(stats: Stats, first: date, before: date) -> list[date]:
    """Return the days on which there were touches of care: of these alone more becomes known."""
    found = stats.read_figures("occasion", f"{first}", f"{before - timedelta(days=1)}")
    return [date.fromisoformat(it.period) for it in found]


@dataclass(frozen=True, slots=True)
class Fold:
    """Stores what days and months come to.

    Attributes:
        until: What is known from then on does not count yet.
        begun: When the round was begun.
        quotes: How many quotes were asked for on a day.
    """

    table: Table
    program: Program
    until: datetime
    begun: datetime
    quotes: Mapping[str, int] = field(default_factory=dict)

    def day(self, book: str, day: str, sheets: Mapping[Dimension, Rows]) -> None:
        """Store the figures of a book of a day, or of all accounts at its end."""
        dimensions: Sequence[Dimension] = ("expiring",) if book == EXPIRING else DIMENSIONS[cast("Book", book)]
        self.store({(dimension, day): sheets.get(dimension, {}) for dimension in dimensions})

    def month(self, month: str) -> None:
        """Store the figures of a month: the sums of its days."""
        stats = self.table.also(Stats)
        days = (f"{month}-01", f"{month}-31")
        self.store({(it, month): total(f.rows for f in stats.read_figures(it, *days)) for it in ALL_DIMENSIONS})

    def store(self, figures: Mapping[Kept, Rows]) -> None:
        """Store figures by dimension and period, whatever they were before; those that are the same stay as they are.

        Of a day that is counted once more it is noted when, and of which time its entries are, in any case.
        """
        kept = self.table.also(Stats).read_these(figures)
        for place, rows in figures.items():
            was = kept.get(place)
            whole = self.whole(*place, rows, was)
            if whole != (was.rows if was else {}) or _tells_when(place) or _tells_span(place):
                decide(self.table, partial(self._stored, place, rows))

    def _stored(self, place: Kept, rows: Rows) -> Plan[None]:
        was = self.table.also(Stats).read_these([place]).get(place)
        span = span_of(date.fromisoformat(place[1]), self.program) if _tells_span(place) else None
        fresh = Figures(*place, self.until, self.begun, self.whole(*place, rows, was), span)
        return Plan(None, [Replace(replace(fresh, version=was.version + 1)) if was else Create(fresh)])

    def whole(self, dimension: Dimension, period: str, rows: Rows, was: Figures | None) -> Rows:
        """Return rows with what no fact of the table tells: quotes, and visits that are kept no longer."""
        if was and was.is_month:
            return rows
        before = was.rows if was else {}
        names = {"visits"} if self._are_gone(period) else set()
        if dimension == "all":
            told = self.quotes.get(period)
            rows = added(rows, {NONE: {"quotes": told}}) if told is not None else rows
            names |= {"quotes"} if told is None else set()
        return added(_without(rows, names), _only(before, names))

    def _are_gone(self, period: str) -> bool:
        months = self.program.retention.clicks_months
        return (
            months is not None and period <= f"{day_of(months_after(self.begun, -months, self.program), self.program)}"
        )


def _one_more(fold: Fold, at: Progress) -> None:
    """Count a page, and store a piece once it is whole."""
    name, period = at.pieces[at.done]
    if name == "month":
        fold.month(period)
        at.done += 1
        return
    tally = Tally(at.sheets)
    following = _page(fold, name, period, tally, at.place)
    if following is None:
        fold.day(name, period, tally.sheets)
        at.done, at.place, at.sheets = at.done + 1, Place(), {}
    else:
        at.place, at.sheets = following, tally.sheets


def _page(fold: Fold, name: str, period: str, tally: Tally, place: Place) -> Place | None:
    """Count a page of a book, or of all accounts; return where to go on."""
    if name != EXPIRING:
        counting = Counting(fold.table, fold.program, cast("Book", name), date.fromisoformat(period), fold.until)
        return counting.page(tally, place)
    rows = fold.table.list_keys(keys.AMBASSADORS, place.after or None, PAGE)
    for account in fold.table.read_accounts(ambassador_id for ambassador_id, _ in rows).values():
        count_account(tally, account, fold.program)
    return Place(place.number, rows[-1][0]) if len(rows) == PAGE else None


def _tells_when(place: Kept) -> bool:
    return place[0] == "all" and len(place[1]) > len("2026-03")


def _tells_span(place: Kept) -> bool:
    """Whether it is of importance of which time figures are: everybody's ledger leaves out days by them."""
    return place[0] == "ledger" and len(place[1]) > len("2026-03")


def _without(rows: Rows, names: set[str]) -> Rows:
    return added({}, {row: {it: n for it, n in here.items() if it not in names} for row, here in rows.items()})


def _only(rows: Rows, names: set[str]) -> Rows:
    return {row: {it: n for it, n in here.items() if it in names} for row, here in rows.items()}


def _asked(table: Table, before: date) -> list[str]:
    """The days whose quotes are asked for: those that nobody has counted, and the last ones."""
    last = table.also(Stats).last_day()
    first = date.fromisoformat(last.period) if last else before - timedelta(days=AGAIN)
    return [f"{day}" for day in _days(max(first, before - timedelta(days=60)), before)]


def _quotes(read: ReadQuotes, day: str, program: Program) -> int | None:
    return read(*span_of(date.fromisoformat(day), program))


def _beginning(table: Table, program: Program) -> date:
    """The day on which there were rules first."""
    first = programs.version(table, 1)
    return day_of(first.created_at, program) if first.created_at else day_of(datetime.now(program.zone), program)


def _overlapping(day: date, program: Program) -> Iterable[date]:
    """The days by the program's clocks of which a day by UTC has a part."""
    start = datetime.combine(day, datetime.min.time(), midnight(day, program).tzinfo)
    return sorted({day_of(start, program), day_of(start + timedelta(days=1, microseconds=-1), program)})


def _days(first: date, before: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((before - first).days)]
