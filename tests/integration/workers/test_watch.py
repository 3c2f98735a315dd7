"""What nobody would hear of otherwise is measured every five minutes: what waits, and the day's audit."""

import json
from collections.abc import Sequence
from datetime import timedelta

import pytest

from chalicelib import deps
from chalicelib.domain.effects import Create
from chalicelib.domain.model.work import Job
from chalicelib.operations.audit import audit
from chalicelib.store.table import NewerError, Table
from chalicelib.workers import schedule, watch
from infra.local.clock import scheduled
from memory.shop import Shop


def told(shop: Shop, capsys: pytest.CaptureFixture[str]) -> dict[str, float]:
    """The metrics of one look."""
    capsys.readouterr()
    watch.every_five_minutes(scheduled(shop.now), None)
    (line,) = [json.loads(it) for it in capsys.readouterr().out.splitlines() if '"_aws"' in it]
    (group,) = line["_aws"]["CloudWatchMetrics"]
    assert (group["Namespace"], group["Dimensions"]) == ("Referrals", [["service"]])
    return {it["Name"]: line[it["Name"]][0] for it in group["Metrics"]}


def test_the_age_of_the_oldest_thing_due_is_measured(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """An order that neither the stream nor the schedule has brought grows older; when it is settled, nothing waits."""
    assert told(shop, capsys) == {"DueAge": 0, "Due": 0}
    code = shop.enrol()["code"]
    for n in range(2):
        shop.redeem(code, f"o{n}")
        shop.now += timedelta(minutes=10)
    assert told(shop, capsys) == {"DueAge": 20 * 60 - 30, "Due": 2}, "the stream has half a minute"
    shop.stream()
    shop.minute()
    assert told(shop, capsys) == {"DueAge": 0, "Due": 0}, deps.table().list_late(shop.now, 9)


def test_what_is_not_due_yet_has_no_age(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """A hold of thirty days is no backlog."""
    shop.redeem(shop.enrol()["code"])
    shop.stream()
    shop.now += timedelta(days=1)
    shop.day()
    shop.minute()
    assert told(shop, capsys)["DueAge"] == 0


def test_an_audit_that_was_not_begun_is_told_until_one_has_ended(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    """A day after it should have begun, and not before: a new stage owes none on the day on which it is published."""
    seen = {}
    for hours in range(0, 48, 4):
        seen[hours] = "AuditOverdue" in told(shop, capsys)
        shop.now += timedelta(hours=4)
    # It was published at noon: the first night that is owed is the next one, and it has until four on the day after.
    assert [hours for hours, rings in seen.items() if rings] == [40, 44]
    shop.day()
    shop.minute()
    assert "AuditOverdue" in told(shop, capsys), "today's audit says nothing of yesterday's"
    shop.now += timedelta(days=1)
    assert "AuditOverdue" not in told(shop, capsys)


def test_an_audit_that_was_begun_and_has_not_ended_is_told(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody carries it on: after its day it is overdue, and when somebody has, it is not any more."""
    shop.now += timedelta(days=1)
    schedule.every_day(scheduled(shop.now), None)
    assert "AuditOverdue" not in told(shop, capsys)
    shop.now += timedelta(hours=20)
    assert "AuditOverdue" in told(shop, capsys)
    shop.minute()
    assert "AuditOverdue" not in told(shop, capsys)


def test_who_watches_only_reads(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever it finds, it changes nothing: it may run at any time, twice, or beside whoever works."""
    shop.redeem(shop.enrol()["code"])
    shop.now += timedelta(days=3)
    shop.faults.calls.clear()
    assert told(shop, capsys)["DueAge"] > 0
    assert {operation for operation, _ in shop.faults.calls} <= {"GetItem", "Query"}


def test_what_waits_is_measured_though_the_audit_cannot_be_read(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A newer build may have begun it. That breaks the look, which is an alarm; but no false one of work that waits."""

    def newer(*_: object) -> None:
        raise NewerError

    monkeypatch.setattr(audit, "daily", newer)
    capsys.readouterr()
    with pytest.raises(NewerError):
        watch.every_five_minutes(scheduled(shop.now), None)
    assert '"DueAge"' in capsys.readouterr().out


@pytest.mark.parametrize("kind", ["audit", "retention", "names", "stats", "worth"])
def test_what_cannot_be_begun_keeps_nothing_else_from_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Rules of a newer build, say, or nobody who counts quotes: all other rounds begin, and then it is an alarm."""
    shop.enrol()
    shop.now += timedelta(days=8)

    commit = Table.commit

    def broken(table: Table, effects: Sequence[Create]) -> object:
        if isinstance(job := effects[0].entity, Job) and job.kind == kind:
            raise NewerError
        return commit(table, effects)

    def begun() -> set[str]:
        return {it["PK"]["S"].partition("-")[0] for it in shop.everything() if it["PK"]["S"].startswith("JOB#")}

    with monkeypatch.context() as patched:
        patched.setattr(Table, "commit", broken)
        with pytest.raises(NewerError):
            schedule.every_day(scheduled(shop.now), None)
    others = begun()
    schedule.every_day(scheduled(shop.now), None)
    assert len(begun()) == len(others) + 1 == 5
