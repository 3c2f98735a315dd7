"""A part of the books every day, and the metric that an alarm watches."""

import json
from datetime import timedelta

import pytest

from chalicelib import deps
from chalicelib.domain.audit.audit import Finding
from chalicelib.operations.audit import audit
from infra.resources import read_resources
from tests.integration.audit.plants import spoiled
from tests.integration.audit.story import Story, carried_on, kinds_in, reopened, table_of


def counted(capsys: pytest.CaptureFixture[str]) -> list[float]:
    """The values of the metric that the alarm watches."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "AuditDifferences" in line]
    assert all(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["service"]] for line in lines)
    assert all(line["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Referrals" for line in lines)
    return [value for line in lines for value in line["AuditDifferences"]]


def test_the_daily_audit_raises_its_metric(story: Story, capsys: pytest.CaptureFixture[str]) -> None:
    """A difference is counted where the alarm looks, on the day of its part of the table; without one nothing is."""
    with reopened(story, story.items) as shop:
        shop.day()
        job = deps.table().read_job(f"job_audit-{shop.now:%Y-%m-%d}")
        assert job is not None
        assert (job.state, job.author, job.progress) == ("done", "schedule", 3)
        assert counted(capsys) == []
    with reopened(story, spoiled(story)) as shop:
        shop.day()
        shop.day()
        assert sum(counted(capsys)) == len(audit.audit_all(deps.table(), now=shop.now)) > 0


def test_the_alarm_watches_that_metric() -> None:
    """By the namespace, name and dimension by which it is raised."""
    alarm = read_resources()["Resources"]["AuditDifferences"]["Properties"]
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Threshold"]) == ("Referrals", "AuditDifferences", 1)
    assert alarm["Dimensions"] == [{"Name": "service", "Value": {"Fn::Sub": "referrals-${Stage}"}}]


def test_day_by_day_nobody_is_left_out(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each day goes on where the last one ended, days without an audit or not, and begins anew behind the last list."""
    monkeypatch.setattr(audit, "PART_MIN", 1)
    table, now, findings = table_of(spoiled(story)), story.now, list[list[Finding]]()
    wanted = audit.audit_all(table, now=now)
    for day in range(40):
        now += timedelta(days=5 if day == 3 else 1)
        job = audit.begin_daily(table, now=now)
        assert job is not None
        assert audit.begin_daily(table, now=now) is None
        done = carried_on(table, job.id, now)
        findings.append(audit.found_in(done).findings)
        if not json.loads(done.cursor or "{}")["name"]:
            break
    assert day > 6
    assert kinds_in([it for part in findings for it in part]) == kinds_in(wanted)
    assert sum(len(part) for part in findings) == len(wanted)
    again = audit.begin_daily(table, now=now + timedelta(days=1))
    assert again is not None
    assert audit.found_in(carried_on(table, again.id, now + timedelta(days=1))).ambassadors == 1


def test_an_audit_that_is_at_work_is_not_overtaken(story: Story) -> None:
    """While yesterday's audit is not done, today has none; it begins tomorrow, where yesterday's will have ended."""
    table = table_of(story.items)
    assert audit.begin_daily(table, now=story.now) is not None
    assert audit.begin_daily(table, now=story.now + timedelta(days=1)) is None
    carried_on(table, f"job_audit-{story.now:%Y-%m-%d}", story.now)
    assert audit.begin_daily(table, now=story.now + timedelta(days=1)) is not None
