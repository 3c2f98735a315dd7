"""Work too long for one request: begun at the API, carried on by the workers slice after slice until it is done.

A kind of work is one function, its step. It takes the job as it stands, works until a deadline of the table's clock or
until it is done, and returns the job as it stands then; it stores nothing of the job itself. What it returns is stored
over the version that was taken, so a worker that was wrongly thought dead changes nothing any more.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Protocol

from chalicelib.domain.effects import Create, Replace
from chalicelib.domain.ids import new_id
from chalicelib.domain.model.work import Job
from chalicelib.store.table import BusyError, NewerError, Table

STEP_SECONDS = 10.0
"""At most this long works one step: no more is lost with a worker that dies."""

LEASE = timedelta(minutes=2)
"""After this long without a word the worker that has a job counts as dead."""

TRIES_MAX = 5
AWAITED = timedelta(minutes=15)
"""A job that meets what a newer build wrote looks this often whether it is gone, or this build is."""

_SKEW = timedelta(seconds=5)
_FAILURE_MAX = 500


class JobStep(Protocol):
    """One kind of work."""

    def __call__(self, table: Table, job: Job, deadline: float, *, now: datetime) -> Job:
        """Work until `deadline`; a job whose state is `done` is finished, any other goes on from what is returned.

        Raises:
            BusyError: the table did not answer in time; the same slice is tried again later.
        NewerError: a newer build wrote something of it; likewise, for as long as it takes.
        """


@dataclass(frozen=True, slots=True)
class Slice:
    """A stored slice: the job before and after it."""

    before: Job
    after: Job


def start(
    table: Table, kind: str, task: str, *, author: str, now: datetime, chance: Random, result: str | None = None
) -> Job:
    """Store a new job; a worker takes it at once, unless its `result` is there already.

    Raises:
        BusyError: the table did not answer in time. The job may be stored all the same.
    """
    job = Job(id=new_id("job", now, chance), kind=kind, author=author, created_at=now, task=task, due_at=now)
    if result is not None:
        job = replace(job, state="done", result=result, ended_at=now, due_at=None)
    failures = table.commit([Create(job)])
    assert not failures, "an id was drawn twice"
    return job


def begin_weekly(table: Table, kind: str, *, now: datetime) -> Job | None:
    """Begin the round of a week, unless there is one.

    Raises:
        BusyError: the table did not answer in time.
    """
    year, week, _ = now.isocalendar()
    return begin_once(table, f"job_{kind}-{year}-{week:02d}", kind, now=now)


def begin_once(table: Table, job_id: str, kind: str, *, now: datetime) -> Job | None:
    """Begin a job of the schedule's, unless there is one of this id.

    Raises:
        BusyError: the table did not answer in time.
    """
    job = Job(job_id, kind, "schedule", created_at=now, due_at=now)
    known = table.read_job(job_id)
    return None if known or table.commit([Create(job)]) else job


def work(table: Table, job_id: str, steps: Mapping[str, JobStep], deadline: float, *, now: datetime) -> Iterator[Slice]:
    """Take a job, if it is free, and carry it on until `deadline`; yields each slice once it is stored.

    One worker at a time has a job; `steps` are the kinds of work that it knows. A step that raises is tried again after
    a growing while, `TRIES_MAX` times; then the job has failed.

    Raises:
        BusyError: the table did not answer in time; the job is free again after `LEASE`.
    """
    job = _taken(table, job_id, now)
    while job is not None and job.state == "running":
        after = _stepped(table, job, steps, min(deadline, table.deadline(STEP_SECONDS)), now)
        goes_on = after.state == "running" and not table.is_past(deadline)
        if after.state == "running":
            after = replace(after, due_at=now + LEASE if goes_on else now)
        if not _stored(table, after):
            return
        yield Slice(job, after)
        job = after if goes_on else None


def _taken(table: Table, job_id: str, now: datetime) -> Job | None:
    """Take a job that is due; None when there is no such job, or somebody else has it."""
    job = table.read_job(job_id)
    if job is None or job.due_at is None or job.due_at > now + _SKEW:
        return None
    mine = replace(job, state="running", tries=job.tries + 1, due_at=now + LEASE, version=job.version + 1)
    return mine if _stored(table, mine) else None


def _stepped(table: Table, job: Job, steps: Mapping[str, JobStep], deadline: float, now: datetime) -> Job:
    """Let a step work, and make of whatever comes out the job's next version."""
    following = job.version + 1
    if job.tries > TRIES_MAX:
        gone = job.failure or "its workers died"
        return replace(job, state="failed", failure=gone, ended_at=now, due_at=None, version=following)
    try:
        after = steps[job.kind](table, job, deadline, now=now)
    except BusyError:
        later = now + timedelta(minutes=1)
        return replace(job, state="queued", tries=0, due_at=later, version=following)
    except NewerError as error:
        return replace(job, state="queued", tries=0, failure=repr(error), due_at=now + AWAITED, version=following)
    except Exception as error:  # noqa: BLE001 - one broken job must not stop the worker; its failure is stored and reported
        later = now + timedelta(minutes=2**job.tries)
        return replace(job, state="queued", failure=repr(error)[:_FAILURE_MAX], due_at=later, version=following)
    after = replace(after, tries=0, failure=None, version=following)
    return replace(after, ended_at=now, due_at=None) if after.state == "done" else after


def _stored(table: Table, job: Job) -> bool:
    return not table.commit([Replace(job)])
