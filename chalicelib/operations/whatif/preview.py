"""What other rules would have cost: the orders placed in a period, played again by a candidate.

Within a request as many orders are played as fit; beyond that a job goes through all ambassadors, one after the other,
and can go on wherever it stopped. Nothing is written but the job itself.
"""

import gc
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import chain
from math import inf
from typing import Any, TypeVar

import msgspec

from chalicelib.domain.accounts.limits import Used
from chalicelib.domain.accounts.tiers import offered
from chalicelib.domain.calendar import midnight, month_of
from chalicelib.domain.model.accounts import LedgerEntry
from chalicelib.domain.model.orders import Order, Redemption
from chalicelib.domain.model.work import Job
from chalicelib.domain.program.program import Program
from chalicelib.domain.whatif.comparison import Comparison, caveats
from chalicelib.domain.whatif.play import Past, Result, as_posted, play_again
from chalicelib.operations.program import programs
from chalicelib.operations.program.advice import advice
from chalicelib.operations.program.document import read as read_document
from chalicelib.store import keys
from chalicelib.store.table import Table

KIND = "preview"

ORDERS_MAX = 10_000
"""At most this many orders are played within a request: those of the period, and all others of the same ambassadors."""

READING_SECONDS = 14.0
"""How long a request may read; by far the most of its time. What takes longer becomes a job."""

AT_ONCE_SECONDS = 3.0
"""How long a request may read that leaves what takes longer to a job."""

DAYS_MAX = 366

_TRIPS = 16
"""Reads that are under way at the same time."""

_BATCH = 100
_ALL = 10**6

Played = tuple[Past, Result, Result]
"""An order, what really came of it, and what the candidate would have made of it."""

S = TypeVar("S")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Period:
    """Days of placing, both included, and the program by whose clocks they are."""

    first: date
    last: date
    program: Program

    @property
    def start(self) -> datetime:
        """Its first moment."""
        return midnight(self.first, self.program)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return midnight(self.last + timedelta(days=1), self.program)

    def has(self, order: Redemption) -> bool:
        """Whether an order was placed within it."""
        return self.start <= order.placed_at < self.end

    def days(self) -> list[date]:
        """The days by UTC, as orders are listed, of which it has a part."""
        first, last = self.start.date(), (self.end - timedelta(microseconds=1)).date()
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]


class _TooMuchError(Exception):
    """More orders than fit into a request."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a candidate comes to beside the rules that were in force.

    Attributes:
        first: The first day of the period.
        last: The last day, included.
        comparison: Both sides, and the orders that differ most.
        caveats: What cannot be seen in past orders, as pairs of field and why.
        warnings: What its author should think over, as pairs of pointer and why.
    """

    first: date
    last: date
    comparison: Comparison
    caveats: list[tuple[str, str]]
    warnings: list[tuple[str, str]]


@dataclass(slots=True)
class Progress:
    """How far a job is: the ambassador that it has done last, what is used of the budget, the sums so far."""

    after: str | None = None
    used: Used = field(default_factory=dict)
    rules: list[int] = field(default_factory=list)
    comparison: Comparison = field(default_factory=Comparison)


def preview(
    table: Table, candidate: Program, period: Period, *, now: datetime, seconds: float = READING_SECONDS
) -> Preview | None:
    """Play the orders placed in a period again by a sound candidate; None when there are more than fit.

    Raises:
        BusyError: the table did not answer in time.
    """
    with _nothing_collected():
        played = play(table, candidate, period, now=now, seconds=seconds)
        if played is None:
            return None
        comparison, rules = Comparison(), dict[int, Program]()
        for past, really, instead in played:
            comparison.add(really, instead)
            rules[past.program.version] = past.program
        return Preview(
            period.first, period.last, comparison, caveats(candidate, rules.values()), advice(candidate, now=now)
        )


def play(
    table: Table, candidate: Program, period: Period, *, now: datetime, seconds: float = READING_SECONDS
) -> list[Played] | None:
    """Answer for each order of a period what really came of it and what would have; None when there are too many.

    Raises:
        BusyError: the table did not answer in time.
    """
    reading = _Reading(table, candidate, period, table.deadline(seconds), ORDERS_MAX)
    with _nothing_collected():
        try:
            pasts = reading.everything()
            used = reading.used(pasts)
            entries = reading.prizes(pasts)
        except _TooMuchError:
            return None
        return _beside(pasts, entries, play_again(pasts, candidate, now=now, used=used)[0])


def task_of(document: Any, period: Period) -> str:
    """Write what a job is to do."""
    return json.dumps({"program": document, "from": period.first.isoformat(), "to": period.last.isoformat()})


def result_of(preview: Preview) -> str:
    """Write what a job has found."""
    return msgspec.json.encode(preview).decode()


def step(table: Table, job: Job, deadline: float, *, now: datetime) -> Job:
    """Carry a preview on, an ambassador at a time; how far it is counts ambassadors.

    Raises:
        BusyError: the table did not answer in time.
    """
    task = json.loads(job.task)
    candidate = read_document(task["program"])
    period = Period(date.fromisoformat(task["from"]), date.fromisoformat(task["to"]), candidate)
    at = msgspec.json.decode(job.cursor, type=Progress) if job.cursor else Progress()
    total = job.total if job.total is not None else table.count_ambassadors()
    done, more = job.progress, True
    while more:
        more = _one_more(table, at, candidate, period, now)
        done += more
        if table.is_past(deadline):
            break
    rules = [programs.version(table, number) for number in at.rules]
    seen = caveats(candidate, rules, piecewise=True)
    found = Preview(period.first, period.last, at.comparison, seen, advice(candidate, now=now))
    return replace(
        job,
        state="running" if more else "done",
        progress=done,
        total=total,
        cursor=msgspec.json.encode(at).decode(),
        result=result_of(found),
    )


def _one_more(table: Table, at: Progress, candidate: Program, period: Period, now: datetime) -> bool:
    """Play the next ambassador's orders; answers whether there was one."""
    rows = table.list_keys(keys.AMBASSADORS, at.after, 1)
    if not rows:
        return False
    at.after = rows[0][0]
    reading = _Reading(table, candidate, period, inf, _ALL)
    pasts = reading.of_ambassador(at.after)
    if pasts:
        results, at.used = play_again(pasts, candidate, now=now, used=at.used)
        for past, really, instead in _beside(pasts, reading.prizes(pasts), results):
            at.comparison.add(really, instead)
            at.rules = sorted({*at.rules, past.program.version})
    return True


def _beside(pasts: Iterable[Past], entries: dict[str, list[LedgerEntry]], instead: dict[str, Result]) -> list[Played]:
    asked = ((past, past.facts.order_id) for past in pasts if past.asked)
    return [(past, as_posted(past, entries.get(order_id, ())), instead[order_id]) for past, order_id in asked]


class _Reading:
    """Reads what a play needs, many trips at a time, until a deadline, and for `most` orders at most."""

    def __init__(self, table: Table, candidate: Program, period: Period, deadline: float, most: int) -> None:
        self._table = table
        self._candidate = candidate
        self._period = period
        self._deadline = deadline
        self._most = most

    def everything(self) -> list[Past]:
        """Read the orders of the period, and all others of their ambassadors.

        They are found by their days, or by their ambassadors where these are fewer.

        Raises:
            _TooMuchError: there are too many, or it takes too long.
        """
        shards = self._table.shards()
        lists = sum(shards.on(day) for day in self._period.days())
        everybody = [name for name, _ in self._table.list_keys(keys.AMBASSADORS, None, lists + 1)]
        if len(everybody) <= lists:
            rows = chain.from_iterable(self._each(self._placed, everybody))
            return self._pasts(self._redemptions(self._few(rows)))
        listed = chain.from_iterable(self._each(self._table.list_orders, self._period.days()))
        asked = self._redemptions(self._few(listed))
        known = {it.order_id for it in asked}
        found = chain.from_iterable(self._each(self._placed, self._having_others(asked)))
        others = (it for it in found if it not in known)
        return self._pasts([*asked, *self._redemptions(self._few(others, len(known)))])

    def of_ambassador(self, ambassador_id: str) -> list[Past]:
        """Read all orders of one ambassador, if any was placed in the period."""
        return self._pasts(self._redemptions(self._placed(ambassador_id)))

    def used(self, pasts: Iterable[Past]) -> Used:
        """Read what is used of the budget of each month that matters."""
        if not any(it.budget_month is not None for it in (self._candidate, *(past.program for past in pasts))):
            return {}
        theirs = {past.terms.month for past in pasts}
        months = sorted(theirs | {month_of(past.redemption.begins, self._candidate) for past in pasts if past.asked})
        return dict(zip(months, self._each(self._table.read_used, months), strict=True))

    def prizes(self, pasts: Iterable[Past]) -> dict[str, list[LedgerEntry]]:
        """Read the entries about prizes that orders of the period have brought, by order."""
        having = {past.redemption.ambassador_id for past in pasts if past.asked and any(offered(past.program))}
        found: dict[str, list[LedgerEntry]] = {}
        for entry in chain.from_iterable(self._each(self._ledger, sorted(having))):
            if entry.order_id is not None and entry.kind in {"bonus", "bonus_lost"}:
                found.setdefault(entry.order_id, []).append(entry)
        return found

    def _pasts(self, redemptions: Iterable[Redemption]) -> list[Past]:
        settled = [(it, it.standing) for it in redemptions if it.standing is not None]
        plain = [it for it, standing in settled if len(standing.facts_named) == standing.facts_seen]
        crowded = [it.order_id for it, standing in settled if len(standing.facts_named) < standing.facts_seen]
        orders = chain.from_iterable(self._each(self._table.read_orders, _batches(plain)))
        found = chain(orders, self._each(self._table.read_order, crowded))
        pasts = [self._past(order) for order in found if isinstance(order, Order)]
        return self._with_roots(self._with_campaigns(pasts))

    def _past(self, order: Order) -> Past:
        program = programs.version(self._table, order.redemption.program_version)
        return Past(order, program, asked=self._period.has(order.redemption))

    def _with_campaigns(self, pasts: list[Past]) -> list[Past]:
        """Note the campaigns of codes, if the candidate has any."""
        if not self._candidate.campaigns:
            return pasts
        codes = sorted({past.redemption.code for past in pasts if past.asked})
        found = chain.from_iterable(self._each(self._table.read_codes, _batches(codes)))
        campaigns = {it.code: it.campaign for it in found}
        return [replace(past, campaign=campaigns.get(past.redemption.code)) for past in pasts]

    def _with_roots(self, pasts: list[Past]) -> list[Past]:
        """Note the roots of friends who may have been referred before, by an order that is not played."""
        persons = sorted({past.redemption.friend for past in pasts if past.asked and past.program.friend_days})
        played = {past.facts.order_id for past in pasts}
        found = chain.from_iterable(it.items() for it in self._each(self._table.read_roots, _batches(persons)))
        roots = {person: it for person, it in found if it.order_id not in played}
        return [
            replace(past, roots=(roots[past.redemption.friend],)) if past.redemption.friend in roots else past
            for past in pasts
        ]

    def _redemptions(self, order_ids: Sequence[str]) -> list[Redemption]:
        return list(chain.from_iterable(self._each(self._table.read_redemptions, _batches(order_ids))))

    def _having_others(self, redemptions: Iterable[Redemption]) -> list[str]:
        """The ambassadors of these orders who have more than these: their accounts have counted them."""
        here = Counter(it.ambassador_id for it in redemptions)
        accounts = self._each(self._table.read_accounts, _batches(list(here)))
        return [
            it.ambassador_id
            for found in accounts
            for it in found.values()
            if it.orders_settled > here[it.ambassador_id]
        ]

    def _placed(self, ambassador_id: str) -> list[str]:
        """List all orders of an ambassador; none if none was placed in the period."""
        first, end = keys.stamp(self._period.start), keys.stamp(self._period.end)
        rows = self._table.list_keys(keys.ambassador(ambassador_id), None, self._most + 1, within=keys.REFERRAL)
        placed = (position.removeprefix(keys.REFERRAL) for position, _ in rows)
        return [keys.order_in(key.pk) for _, key in rows] if any(first <= at < end for at in placed) else []

    def _ledger(self, ambassador_id: str) -> list[LedgerEntry]:
        return self._table.list_ledger(ambassador_id, None, _ALL)

    def _few(self, order_ids: Iterable[str], before: int = 0) -> list[str]:
        found = list(dict.fromkeys(order_ids))
        if len(found) + before > self._most:
            raise _TooMuchError
        return found

    def _each(self, read: Callable[[S], T], wanted: Iterable[S]) -> Iterator[T]:
        """Read each of these, some at a time, in their order."""
        with ThreadPoolExecutor(_TRIPS) as trips:
            for found in trips.map(lambda it: None if self._late() else read(it), wanted):
                if found is None:
                    raise _TooMuchError
                yield found

    def _late(self) -> bool:
        return self._deadline != inf and self._table.is_past(self._deadline)


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Let the garbage collector rest: it would go through all orders again and again, a quarter of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _batches(wanted: Sequence[T]) -> Iterator[Sequence[T]]:
    return (wanted[start : start + _BATCH] for start in range(0, len(wanted), _BATCH))
