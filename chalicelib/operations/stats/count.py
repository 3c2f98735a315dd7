"""Count a day: go through the lists by days, page after page, and add up what each fact comes to."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, Literal, NamedTuple

from chalicelib.domain.calendar import month_of, span_of
from chalicelib.domain.ids import id_of
from chalicelib.domain.model.facts import Refund, Reversal
from chalicelib.domain.model.messages import Message
from chalicelib.domain.model.stats import Dimension
from chalicelib.domain.program.program import Program
from chalicelib.domain.stats.figures import (
    NONE,
    Tally,
    count_entry,
    count_message,
    count_offer,
    count_receipt,
    count_redemption,
    count_refunds,
    count_visits,
    names_first,
)
from chalicelib.store import keys
from chalicelib.store.keys import Key, stamp
from chalicelib.store.reads.stats import Stats
from chalicelib.store.table import Table

Book = Literal["day", "letters"]
"""What is counted together: what happened on a day, or its letters, of which more becomes known for a month."""

SOURCES: Mapping[Book, Sequence[str]] = {
    "day": (keys.VISITS, keys.ORDERS, keys.RECEIPTS, keys.BACK, keys.ENTRIES, keys.USES),
    "letters": (keys.MAILS,),
}
DIMENSIONS: Mapping[Book, Sequence[Dimension]] = {
    "day": ("channel", "tier", "campaign", "cohort", "ledger", "all"),
    "letters": ("occasion", "letters"),
}
"""The dimensions of each book. `all` comes last of its: a day that has it has been counted."""

ALL_DIMENSIONS = tuple(it for dimensions in DIMENSIONS.values() for it in dimensions)

_COUNTS: Mapping[str, Callable[[Tally, Any], None]] = {keys.ORDERS: count_redemption, keys.USES: count_offer}
"""What counts the facts of a list that tell all by themselves."""

PAGE = 100
_AT_ONCE = 8
_LAST = "~"


@dataclass(frozen=True, slots=True)
class Place:
    """Where counting a day goes on: in which of its lists, after which position."""

    number: int = 0
    after: str = ""


class _List(NamedTuple):
    """A shard of a list by days, and what of it lies within the day."""

    name: str
    on: date
    shard: int
    bounds: tuple[str, str]


class Counting:
    """One book of one day, as far as facts were known at a time (`until`)."""

    def __init__(self, table: Table, program: Program, book: Book, day: date, until: datetime) -> None:
        self._table = table
        self._stats = table.also(Stats)
        self._program = program
        self._book = book
        self._day = day
        self._until = until
        self._span = span_of(day, program)
        self._lists = list(self._listed(table))
        self._counts = {keys.RECEIPTS: self._receipts, keys.BACK: self._refunds, keys.ENTRIES: self._entries}

    def page(self, tally: Tally, place: Place) -> Place | None:
        """Count up to a page of each of the next lists; return where to go on, or None at the end.

        At the beginning of a list those behind it are read beside it, since on most days all are short.

        Raises:
            BusyError: the table did not answer in time; the same page may be counted again.
        """
        if place.number == len(self._lists):
            self._end(tally)
            return None
        some = self._lists[place.number :][: 1 if place.after else _AT_ONCE]
        listed: dict[str, list[Key]] = {}
        following = Place(place.number + len(some))
        for number, rows in enumerate(self._table.each(partial(self._rows, place.after), some), place.number):
            listed.setdefault(self._lists[number].name, []).extend(key for _, key in rows)
            if len(rows) == PAGE:
                following = Place(number, rows[-1][0])
                break
        for name, found in listed.items():
            self._count(tally, name, found)
        return following

    def all(self) -> Tally:
        """Count the whole."""
        tally, place = Tally(), Place()
        while (following := self.page(tally, place)) is not None:
            place = following
        return tally

    def _rows(self, after: str, of: "_List") -> list[tuple[str, Key]]:
        low, high = of.bounds
        return self._stats.list_daily(of.name, of.on, of.shard, after or low, high, PAGE)

    def _listed(self, table: Table) -> Iterator["_List"]:
        """The lists that hold the day: clicks are listed by its own name, all else by time and the days of UTC."""
        start, end = self._span
        first, last = start.date(), (end - timedelta(microseconds=1)).date()
        utc = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        for source in SOURCES[self._book]:
            visits = source == keys.VISITS
            bounds = (" ", _LAST) if visits else (stamp(start), stamp(end))
            for on in [self._day] if visits else utc:
                yield from (_List(source, on, shard, bounds) for shard in range(table.shards().on(on)))

    def _count(self, tally: Tally, name: str, listed: Sequence[Key]) -> None:
        if name == keys.VISITS:
            for visits in self._stats.read_visits(listed):
                count_visits(tally, visits.channels, visits.campaign)
            return
        found = self._stats.read_entities(listed)
        if name in self._counts:
            self._counts[name](tally, found)
            return
        count = _COUNTS.get(name, self._letter)
        for fact in found:
            count(tally, fact)

    def _letter(self, tally: Tally, message: Message) -> None:
        count_message(tally, message, self._until)

    def _receipts(self, tally: Tally, receipts: Sequence[Any]) -> None:
        coded = self._stats.read_coded(it.order_id for it in receipts if it.is_first and it.is_coded)
        for receipt in receipts:
            month = month_of(receipt.since, self._program)
            count_receipt(tally, receipt, coded.get(receipt.order_id), month)

    def _refunds(self, tally: Tally, facts: Sequence[Refund | Reversal]) -> None:
        receipts = self._stats.read_receipts(it.order_id for it in facts)
        for fact in facts:
            order = self._table.read_order(fact.order_id)
            if names_first(order, fact.name, self._span):
                receipt = receipts.get(fact.order_id)
                month = month_of(receipt.since, self._program) if receipt else ""
                count_refunds(tally, order, receipt, month, self._span)

    def _entries(self, tally: Tally, entries: Sequence[Any]) -> None:
        coded = self._stats.read_coded(it.order_id for it in entries if it.order_id)
        for entry in entries:
            count_entry(tally, entry, coded.get(entry.order_id))

    def _end(self, tally: Tally) -> None:
        """Count what is in no list by days: who became an ambassador."""
        if self._book == "day":
            first, start, end = map(_id, (datetime(2000, 1, 1, tzinfo=UTC), *self._span))
            number, ever = self._stats.count_enrolled(start, end), self._stats.count_enrolled(first, end)
            tally.add("all", NONE, {"enrolled": number, "ambassadors": ever})


def _id(at: datetime) -> str:
    """The least id of an ambassador that was made at a moment."""
    return id_of("amb", int(at.timestamp() * 1000) << 80)
