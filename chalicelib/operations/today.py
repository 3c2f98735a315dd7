"""What waits for people of the shop, and what has gone wrong: counted with an end, so it always costs the same."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from chalicelib.domain.model.tasks import TASK_KINDS
from chalicelib.domain.model.work import Job
from chalicelib.operations.audit import audit
from chalicelib.operations.stats.view import Span, last_counted, rows_of
from chalicelib.store import keys
from chalicelib.store.keys import Key
from chalicelib.store.table import Table

MOST = 50
"""So far it is counted: what is more is more."""

LATELY = timedelta(days=7)
"""So long something that has gone wrong is shown."""

LATE = timedelta(minutes=15)
"""What has been due for so long is not merely about to be done."""

Waits = Literal["reviews", "claims", "care", "social", "proof", "gifts", "payouts", "adjustments"]
Wrong = Literal["undeliverable", "bounced", "complained", "findings", "jobs", "late"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much of a kind waits.

    Attributes:
        more: Whether there is more than `count`.
        oldest_at: Since when the oldest waits, of those that were counted.
        due_at: By when the first should be done, or is decided without anybody.
    """

    kind: Waits
    count: int = 0
    more: bool = False
    oldest_at: datetime | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """How often something has gone wrong lately.

    Attributes:
        oldest_at: When it first did, if that is known.
        job_id: The last job that tells more.
    """

    kind: Wrong
    count: int
    more: bool = False
    oldest_at: datetime | None = None
    job_id: str | None = None


def waiting(table: Table) -> list[Waiting]:
    """Count what waits, kind by kind, those with nothing among them.

    Raises:
        BusyError: the table did not answer in time.
    """
    by_deadline: dict[Waits, str] = {"reviews": keys.CASES, **{kind: keys.tasks(kind) for kind in TASK_KINDS}}
    by_time: dict[Waits, str] = {
        "claims": keys.CLAIMS,
        "gifts": keys.GIFTS,
        "payouts": keys.payouts("reserved"),
        "adjustments": keys.ADJUSTMENTS,
    }
    asked = {kind: table.list_keys(name, None, MOST + 1) for kind, name in by_deadline.items()}
    opened = _opened(table, [key for rows in asked.values() for _, key in rows[:MOST]])
    found = [
        _waiting(kind, rows, min((at for _, key in rows[:MOST] if (at := opened.get(key))), default=None), asks=True)
        for kind, rows in asked.items()
    ]
    for kind, name in by_time.items():
        rows = table.list_keys(name, None, MOST + 1)
        found.append(_waiting(kind, rows, _time_in(rows[0][0]) if rows else None))
    return found


def problems(table: Table, late: Sequence[str], now: datetime) -> list[Problem]:
    """Count what has gone wrong in the last days, those kinds of which there is something.

    `late` are up to `MOST` moments and one more for which something has waited in vain for `LATE`, the first one first.

    Raises:
        BusyError: the table did not answer in time.
    """
    jobs = [job for _, job in table.list_jobs(None, MOST) if job.created_at >= now - LATELY]
    found = [*_letters(table), *_audits(jobs), *_failed(jobs)]
    if late:
        found.append(Problem("late", *_counted(late), datetime.fromisoformat(late[0])))
    return found


def _opened(table: Table, wanted: Iterable[Key]) -> dict[Key, datetime]:
    """Since when some cases and tasks wait."""
    return {key: at for key, it in table.find(wanted).items() if (at := getattr(it.entity, "opened_at", None))}


def _waiting(
    kind: Waits, rows: Sequence[tuple[str, Key]], oldest_at: datetime | None, *, asks: bool = False
) -> Waiting:
    due_at = _time_in(rows[0][0]) if asks and rows else None
    return Waiting(kind, *_counted(rows), oldest_at, due_at)


def _counted(rows: Sequence[object]) -> tuple[int, bool]:
    return min(len(rows), MOST), len(rows) > MOST


def _letters(table: Table) -> Iterator[Problem]:
    """Letters that were not delivered, in the last days that were counted."""
    last = last_counted(table)
    if last is None:
        return
    rows = rows_of(table, "letters", Span(last - LATELY + timedelta(days=1), last)).values()
    for kind in ("undeliverable", "bounced", "complained"):
        count = sum(row.get(kind, 0) for row in rows)
        if count:
            yield Problem(kind, count)


def _audits(jobs: Iterable[Job]) -> Iterator[Problem]:
    """What audits have found."""
    found = [(job, audit.found_in(job).differences) for job in jobs if job.kind == audit.KIND]
    wrong = [(job, number) for job, number in found if number]
    if wrong:
        yield Problem("findings", sum(number for _, number in wrong), False, wrong[-1][0].created_at, wrong[0][0].id)


def _failed(jobs: Iterable[Job]) -> Iterator[Problem]:
    failed = [job for job in jobs if job.state == "failed"]
    if failed:
        yield Problem("jobs", len(failed), False, failed[-1].ended_at, failed[0].id)


def _time_in(position: str) -> datetime:
    """When that is, by which something is listed."""
    return datetime.fromisoformat(position.partition("#")[0])
