"""Long work goes on slice after slice: by one worker at a time, whoever dies, until it is done or has failed."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from chalicelib import deps
from chalicelib.domain.model.work import Job
from chalicelib.operations import jobs
from chalicelib.operations.jobs import LEASE, TRIES_MAX, JobStep
from chalicelib.store.table import BusyError, Table
from memory.faults import KilledError
from memory.shop import Shop


def counting(until: int, *, each: Callable[[Job], None] = lambda _: None) -> Mapping[str, JobStep]:
    """A kind of work that counts, one a step."""

    def step(table: Table, job: Job, deadline: float, *, now: datetime) -> Job:
        each(job)
        done = job.progress + 1
        after = replace(job, progress=done, total=until, cursor=f"after {done}", result=f'{{"n":{done}}}')
        return replace(after, state="done") if done == until else after

    return {"count": step}


def begin(shop: Shop) -> str:
    """Ask for counting."""
    return jobs.start(deps.table(), "count", "{}", author="key_1", now=shop.now, chance=Random(1)).id


def work(shop: Shop, job_id: str, steps: Mapping[str, JobStep], seconds: float = 60) -> list[int]:
    """Let a worker carry it on; answers the progress after each slice."""
    table = deps.table()
    slices = jobs.work(table, job_id, steps, table.deadline(seconds), now=shop.now)
    return [it.after.progress for it in slices]


def stored(job_id: str) -> Job:
    """The job as it is stored."""
    job = deps.table().read_job(job_id)
    assert job is not None
    return job


def test_it_is_carried_on_until_it_is_done(shop: Shop) -> None:
    """With time enough one worker does all; then nobody finds it any more, and its result can be read."""
    job_id = begin(shop)
    assert work(shop, job_id, counting(3)) == [1, 2, 3]
    assert work(shop, job_id, counting(3)) == []
    assert list(deps.table().list_due(shop.now + timedelta(days=1))) == []
    shown = shop.read(shop.call("GET", f"/v1/jobs/{job_id}", scope="admin:read"))
    at = "2026-03-01T12:00:00Z"
    asked = {"id": job_id, "kind": "count", "author": "key_1", "created_at": at}
    assert shown == {
        **asked,
        "state": "done",
        "ended_at": at,
        "progress": {"done": 3, "total": 3},
        "asked": {},
        "result": {"n": 3},
    }


def test_when_the_time_is_up_the_next_worker_goes_on(shop: Shop) -> None:
    """A worker without time left gives the job back at once, where it stands."""
    job_id = begin(shop)
    assert work(shop, job_id, counting(3), seconds=0) == [1]
    assert (stored(job_id).state, stored(job_id).cursor, stored(job_id).due_at) == ("running", "after 1", shop.now)
    assert [key.pk for key in deps.table().list_due(shop.now)] == [f"JOB#{job_id}"]
    assert work(shop, job_id, counting(3)) == [2, 3]


def test_one_worker_at_a_time(shop: Shop) -> None:
    """While a worker has it, another one finds nothing to do."""
    job_id, others = begin(shop), list[list[int]]()
    steps = counting(3, each=lambda _: others.append(work(shop, job_id, counting(3))))
    assert work(shop, job_id, steps) == [1, 2, 3]
    assert others == [[], [], []]


def test_an_abandoned_job_goes_on_from_its_last_slice(shop: Shop) -> None:
    """A worker that dies costs one slice, and the job waits no longer than its lease."""
    job_id = begin(shop)

    def die(job: Job) -> None:
        if job.progress == 2:
            raise KilledError

    with suppress(KilledError):
        work(shop, job_id, counting(5, each=die))
    assert work(shop, job_id, counting(5)) == []
    shop.now += LEASE
    assert work(shop, job_id, counting(5)) == [3, 4, 5]


def test_a_worker_that_was_only_slow_changes_nothing_any_more(shop: Shop) -> None:
    """Whoever comes back after its lease finds the job gone on without it: what it brings is not stored."""
    job_id = begin(shop)

    def sleep(job: Job) -> None:
        shop.now += LEASE
        assert work(shop, job_id, counting(9), seconds=0) == [1]

    assert work(shop, job_id, counting(9, each=sleep)) == []
    assert stored(job_id).progress == 1


def test_what_breaks_is_tried_again_and_fails_in_the_end(shop: Shop) -> None:
    """A bug postpones the job by growing gaps, five times; then it has failed, and says why."""
    job_id = begin(shop)

    def fail(job: Job) -> None:
        raise ValueError("a bug")

    for attempt in range(1, TRIES_MAX + 1):
        assert work(shop, job_id, counting(3, each=fail)) == [0]
        assert stored(job_id).due_at == shop.now + timedelta(minutes=2**attempt)
        shop.now += timedelta(minutes=2**attempt)
    work(shop, job_id, counting(3, each=fail))
    failed = stored(job_id)
    assert (failed.state, failed.failure, failed.due_at) == ("failed", "ValueError('a bug')", None)


def test_a_job_whose_workers_all_die_fails(shop: Shop) -> None:
    """A slice that kills whoever takes it does not go round for ever."""
    job_id = begin(shop)

    def die(job: Job) -> None:
        raise KilledError

    for _ in range(TRIES_MAX):
        try:
            work(shop, job_id, counting(3, each=die))
        except KilledError:
            shop.now += LEASE
    work(shop, job_id, counting(3, each=die))
    assert (stored(job_id).state, stored(job_id).failure) == ("failed", "its workers died")


def test_a_table_that_does_not_answer_fails_no_job(shop: Shop) -> None:
    """An outage may last: the job waits, a minute at a time."""
    job_id = begin(shop)

    def fail(job: Job) -> None:
        raise BusyError

    for _ in range(2 * TRIES_MAX):
        assert work(shop, job_id, counting(3, each=fail)) == [0]
        shop.now += timedelta(minutes=1)
    assert work(shop, job_id, counting(3)) == [1, 2, 3]


def test_a_kind_that_nobody_knows_stops_no_worker(shop: Shop) -> None:
    """While a new version is deployed an old worker may meet a kind it doesn't know: it is left to the others."""
    job_id = begin(shop)
    shop.stream()
    assert stored(job_id).failure == "KeyError('count')"
    shop.now += timedelta(minutes=2)
    assert work(shop, job_id, counting(1)) == [1]
    assert stored(job_id).failure is None


def test_an_unknown_job(shop: Shop) -> None:
    """Asking for a job that does not exist answers 404."""
    answer = shop.call("GET", "/v1/jobs/job_none", scope="admin:read")
    assert (answer.status_code, json.loads(answer.body)["reason"]) == (404, "not_found")


def test_jobs_are_listed(shop: Shop) -> None:
    """The newest first, all or those of a kind, page by page."""
    asked = []
    for _ in range(3):
        shop.now += timedelta(minutes=1)
        answer = shop.call("POST", "/v1/ledger/audit", {"all": True}, scope="admin:write")
        asked.append(shop.read(answer)["id"])
    first = shop.read(shop.call("GET", "/v1/jobs?limit=2", scope="admin:read"))
    path = f"/v1/jobs?limit=2&cursor={first['next_cursor']}"
    second = shop.read(shop.call("GET", path, scope="admin:read"))
    assert [it["id"] for it in (*first["items"], *second["items"])] == asked[::-1]
    audits = shop.read(shop.call("GET", "/v1/jobs?kind=audit", scope="admin:read"))["items"]
    assert [it["id"] for it in audits] == asked[::-1]
    assert shop.read(shop.call("GET", "/v1/jobs?kind=worth", scope="admin:read"))["items"] == []
    assert shop.call("GET", "/v1/jobs?kind=other", scope="admin:read").status_code == 400
