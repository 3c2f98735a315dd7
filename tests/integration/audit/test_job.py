"""An audit as a job: slice after slice, whoever dies, with the same report in the end."""

from contextlib import suppress
from datetime import datetime
from random import Random

import pytest

from chalicelib.operations import jobs
from chalicelib.operations.audit import audit
from chalicelib.operations.jobs import LEASE
from chalicelib.store.table import Table
from memory.faults import KilledError
from tests.integration.audit.plants import spoiled
from tests.integration.audit.story import Client, Story, carried_on, over, table_of


def begin(table: Table, now: datetime) -> str:
    """Begin an audit of everything."""
    return jobs.start(table, "audit", audit.written(audit.of_all()), author="key_1", now=now, chance=Random(1)).id


def test_page_by_page_is_as_good_as_at_once(story: Story) -> None:
    """However short the slices are, the report is the same: each finding once, each ambassador once."""
    table = table_of(spoiled(story))
    at_once = audit.audit_all(table, now=story.now)
    job = carried_on(table, begin(table, story.now), story.now, seconds=0)
    report = audit.found_in(job)
    assert (job.state, job.failure, job.progress, job.total) == ("done", None, 3, 3)
    assert report.findings == at_once
    assert report.differences == len(at_once) >= 7
    assert (report.ambassadors, report.moving) == (3, [])


@pytest.mark.parametrize("call", range(3, 120, 13))
def test_a_killed_worker_costs_nothing(story: Story, call: int) -> None:
    """Whoever dies at any call, another goes on after the lease: nothing is told twice, and nothing is left out."""
    client = Client(spoiled(story))
    table = over(client)
    at_once = audit.audit_all(table, now=story.now)
    job_id, now = begin(table, story.now), story.now
    for later in (call, 2 * call):
        client.die_at = client.calls + later
        with suppress(KilledError):
            carried_on(table, job_id, now, seconds=0)
        now += LEASE
    client.die_at = -1
    report = audit.found_in(carried_on(table, job_id, now))
    assert report.findings == at_once
    assert (report.differences, report.ambassadors) == (len(at_once), 3)


def test_only_so_many_findings_are_kept(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """All differences are counted, whatever their number, and the first are kept."""
    monkeypatch.setattr(audit, "FINDINGS_MAX", 2)
    table = table_of(spoiled(story))
    at_once = audit.audit_all(table, now=story.now)
    report = audit.found_in(carried_on(table, begin(table, story.now), story.now))
    assert report.findings == at_once[:2]
    assert report.differences == len(at_once)
