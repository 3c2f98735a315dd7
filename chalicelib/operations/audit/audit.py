"""Prove that the books are sound: of one ambassador, of a sample, or of all, within a request's time or as a job.

An audit only reads. What it has found and where it goes on are sums and positions, so it may stop after any page.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from math import inf
from random import Random

import msgspec

from chalicelib.domain.audit.audit import Finding
from chalicelib.domain.effects import Create
from chalicelib.domain.ids import id_of, number_of
from chalicelib.domain.model.work import Job
from chalicelib.operations.audit import lists
from chalicelib.operations.audit.books import Books, read_on
from chalicelib.operations.audit.findings import newer
from chalicelib.store import keys
from chalicelib.store.table import NewerError, Table

KIND = "audit"
SECONDS = 20.0
"""How long an audit may take within a request, which has 29 seconds."""

FINDINGS_MAX = 100
"""At most this many findings are kept; all are counted."""

DAYS = 28
"""In this many days the daily audit goes once through the whole table, …"""

PART_MIN = 50
"""… but no part is smaller than this, in ambassadors and in what waits in lists."""

_LOOK_BACK = 60
_WHOLE = (keys.AMBASSADORS, *lists.LISTS)


@dataclass(slots=True)
class Report:
    """What an audit has come to: how much it has read, the first findings, and how many there are.

    `moving` are ambassadors whose counters could not be compared, because they moved all the time. `newer` counts those
    of the findings that only say that a newer build wrote something.
    """

    ambassadors: int = 0
    entries: int = 0
    orders: int = 0
    differences: int = 0
    findings: list[Finding] = field(default_factory=list)
    moving: list[str] = field(default_factory=list)
    newer: int = 0


@dataclass(slots=True)
class Walk:
    """Where an audit goes on: with `books` that are begun, with `ambassadors` by name, then with lists.

    `name` is the list that is gone through and `after` the position in it; "" when the table is through. `left` is how
    much of the lists is still to do, None for all.
    """

    name: str = ""
    after: str | None = None
    left: int | None = None
    ambassadors: list[str] = field(default_factory=list)
    books: Books | None = None

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        return self.books is None and not self.ambassadors and (not self.name or self.left == 0)


def of_ambassadors(ambassador_ids: Iterable[str]) -> Walk:
    """Audit these ambassadors."""
    return Walk(ambassadors=list(ambassador_ids))


def of_all() -> Walk:
    """Audit all ambassadors, and everything that is listed."""
    return Walk(name=_WHOLE[0])


def go_on(table: Table, walk: Walk, report: Report, deadline: float, *, now: datetime) -> None:
    """Go on with an audit until it is done, or the deadline of the table's clock has passed; one page at least.

    Raises:
        BusyError: the table did not answer in time. What `walk` and `report` tell by then is of no use.
    """
    for finding in _findings(table, walk, report, deadline, now):
        report.differences += 1
        report.newer += finding.kind == "newer"
        if len(report.findings) < FINDINGS_MAX:
            report.findings.append(finding)


def audit_all(table: Table, *, now: datetime) -> list[Finding]:
    """Audit everything in a table at once, and return all findings: none means that the books are sound.

    Raises:
        BusyError: the table did not answer in time.
    """
    return list(_findings(table, of_all(), Report(), inf, now))


def sample(table: Table, number: int, seed: str) -> list[str]:
    """Draw up to `number` ambassadors, evenly over the time in which they enrolled: the same for the same seed.

    Raises:
        BusyError: the table did not answer in time.
    """
    few = [position for position, _ in table.list_keys(keys.AMBASSADORS, None, number + 1)]
    if len(few) <= number:
        return few
    first, last = few[0], table.last_key(keys.AMBASSADORS)
    chance, drawn = Random(seed), dict[str, None]()  # noqa: S311 - a sample that can be drawn again is no secret
    for _ in range(2 * number):
        between = chance.randrange(number_of(first), number_of(last) + 1)
        found = table.list_keys(keys.AMBASSADORS, id_of("amb", between - 1), 1)
        drawn |= {position: None for position, _ in found}
        if len(drawn) == number:
            break
    return list(drawn)


# --- as a job ---------------------------------------------------------------------------------------------------------


def step(table: Table, job: Job, deadline: float, *, now: datetime) -> Job:
    """Carry an audit on; how far it is counts ambassadors.

    Raises:
        BusyError: the table did not answer in time.
    """
    walk = msgspec.convert(json.loads(job.cursor or job.task), Walk)
    report = msgspec.convert(json.loads(job.result), Report)
    total = job.total if job.total is not None else _total(table, walk)
    go_on(table, walk, report, deadline, now=now)
    return replace(
        job,
        state="done" if walk.done else "running",
        progress=report.ambassadors,
        total=total,
        cursor=written(walk),
        result=written(report),
    )


def written(content: Walk | Report) -> str:
    """Write where an audit stands as JSON; numbers may be of any size, as those in a table may."""
    return json.dumps(msgspec.to_builtins(content), ensure_ascii=False, separators=(",", ":"))


def found_in(job: Job) -> Report:
    """Read what a job has come to so far."""
    return msgspec.convert(json.loads(job.result), Report)


def begin_daily(table: Table, *, now: datetime) -> Job | None:
    """Begin the audit of a day where the last one has ended, so that nobody is ever left out. Once a day.

    An audit that is still at work is not overtaken: then, as when the day has one already, None.

    Raises:
        BusyError: the table did not answer in time.
    """
    for days in range(_LOOK_BACK):
        last = daily(table, (now - timedelta(days=days)).date())
        if last is not None and (days == 0 or last.state in {"queued", "running"}):
            return None
        if last is not None:
            break
    walk = msgspec.convert(json.loads(last.cursor or last.task), Walk) if last else of_all()
    name, after = (walk.name, walk.after) if walk.name else (_WHOLE[0], None)
    part = max(PART_MIN, -(-table.count_ambassadors() // DAYS))
    task = written(Walk(name=name, after=after, left=part))
    job = Job(_daily_id(now.date()), KIND, "schedule", created_at=now, task=task, due_at=now)
    return None if table.commit([Create(job)]) else job


def daily(table: Table, day: date) -> Job | None:
    """Return the audit of a day, as far as it is; None if the day has begun none."""
    return table.read_job(_daily_id(day))


def _daily_id(day: date) -> str:
    return f"job_{KIND}-{day.isoformat()}"


def _total(table: Table, walk: Walk) -> int | None:
    """How many ambassadors a walk takes in; None when it is a part that may end among them or not."""
    if walk.left is not None:
        return None
    return table.count_ambassadors() if walk.name else len(walk.ambassadors)


# --- going through ----------------------------------------------------------------------------------------------------


def _findings(table: Table, walk: Walk, report: Report, deadline: float, now: datetime) -> Iterator[Finding]:
    while not walk.done:
        if walk.books is not None:
            yield from _audit_books(table, walk, walk.books, report, deadline, now)
        elif walk.ambassadors:
            walk.books = Books(walk.ambassadors.pop(0))
        else:
            yield from _audit_next(table, walk, now)
        if table.is_past(deadline):
            return


def _audit_books(
    table: Table, walk: Walk, books: Books, report: Report, deadline: float, now: datetime
) -> Iterator[Finding]:
    yield from read_on(table, books, deadline, now=now)
    if books.stage == "done":
        report.ambassadors += 1
        report.entries += books.reading.entries
        report.orders += books.orders
        if books.moving and len(report.moving) < FINDINGS_MAX:
            report.moving.append(books.ambassador_id)
        walk.books = None


def _audit_next(table: Table, walk: Walk, now: datetime) -> Iterator[Finding]:
    """Take the next thing of a list, or the next list."""
    rows = table.list_keys(walk.name, walk.after, 1)
    if not rows:
        place = _WHOLE.index(walk.name) + 1
        walk.name, walk.after = _WHOLE[place] if place < len(_WHOLE) else "", None
        return
    (walk.after, key) = rows[0]
    walk.left = None if walk.left is None else walk.left - 1
    if walk.name == keys.AMBASSADORS:
        walk.books = Books(walk.after)
    else:
        try:
            yield from lists.check(table, key, now=now)
        except NewerError as error:
            yield newer(f"{key.pk}/{key.sk}", error)
