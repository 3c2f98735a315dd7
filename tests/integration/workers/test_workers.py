"""The two workers: what the stream acts on and what it leaves, how far the schedule goes, and what waits for whom."""

from collections.abc import Callable
from datetime import datetime, timedelta
from unittest.mock import patch

import pytest

from chalicelib import deps
from chalicelib.aws.services import DYNAMODB, Service
from chalicelib.operations.orders.settle import settle_orders
from chalicelib.store.table import Table
from chalicelib.store.wire import Wire
from chalicelib.workers import schedule, stream
from chalicelib.workers.jobs import carry_on
from infra.local.clock import scheduled
from memory.faults import cancelled
from memory.shop import Body, Shop


def records(change: str, *keys: tuple[str, str]) -> Body:
    """What the stream brings of some items."""
    return {
        "Records": [{"eventName": change, "dynamodb": {"Keys": {"PK": {"S": pk}, "SK": {"S": sk}}}} for pk, sk in keys]
    }


def audit(shop: Shop) -> str:
    """Begin an audit as a job; answers its id."""
    answer = shop.call("POST", "/v1/ledger/audit", {"all": True}, scope="admin:write")
    assert answer.status_code == 202, answer.body
    return str(shop.read(answer)["id"])


def state(shop: Shop, job_id: str) -> str:
    """How far a job is."""
    return str(shop.read(shop.call("GET", f"/v1/jobs/{job_id}", scope="admin:read"))["state"])


@pytest.mark.parametrize(("change", "settled"), [("INSERT", True), ("MODIFY", False), ("REMOVE", False)])
def test_the_stream_acts_on_what_is_new_alone(shop: Shop, change: str, settled: bool) -> None:
    """Its own changes come back to it: were they taken for news, it would go round and round."""
    shop.redeem(shop.enrol()["code"])
    answer = stream.on_table_change(records(change, ("ORDER#o1", "#REDEMPTION")), None)
    assert answer == {"batchItemFailures": []}
    assert bool(shop.postings()) is settled


@pytest.mark.parametrize("fact", ["order", "refund", "review"])
def test_the_schedule_leaves_the_stream_its_time(shop: Shop, fact: str) -> None:
    """What is reported is settled by the stream within seconds: only after half a minute the schedule looks for it."""
    code = shop.enrol()["code"]
    if fact == "review":
        shop.redeem(code)
        shop.stream()
        told = {"decision": "deny", "note": "No."}
        assert shop.call("POST", "/v1/reviews/o1", told, scope="admin:write").status_code == 201
    else:
        answer = shop.redeem(code) if fact == "order" else shop.refund("o1", "r1", 900)
        assert answer.status_code == 201
    assert deps.table().count_due(shop.now + timedelta(seconds=29)) == 0
    assert deps.table().count_due(shop.now + timedelta(seconds=30)) == 1


def test_a_new_job_is_begun_at_once(shop: Shop) -> None:
    """Whoever asks for an audit does not wait for the schedule's minute."""
    job_id = audit(shop)
    shop.stream()
    assert state(shop, job_id) == "done"


def test_the_schedule_carries_on_what_the_stream_has_missed(shop: Shop) -> None:
    """Jobs, too."""
    job_id = audit(shop)
    shop.minute()
    assert state(shop, job_id) == "done"


def test_the_schedule_works_through_everything_that_is_due(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batch after batch, until nothing is left: not so many a minute."""
    monkeypatch.setattr("chalicelib.workers.due.BATCH", 3)
    code = shop.enrol()["code"]
    for number in range(8):
        shop.redeem(code, f"o{number}")
    shop.now += timedelta(minutes=1)
    shop.minute()
    assert len(shop.postings()) == 8
    shop.minute()
    assert len(shop.mails()) == 16
    assert deps.table().count_due(shop.now) == 0


def jobs_minute(shop: Shop) -> None:
    """Let the schedule of long work run once."""
    schedule.every_minute_jobs(scheduled(shop.now), None)


@pytest.mark.parametrize(("by", "seconds"), [(Shop.stream, 10), (jobs_minute, 50)])
def test_no_job_keeps_others_waiting(shop: Shop, by: Callable[[Shop], None], seconds: float) -> None:
    """In the stream a job has seconds, in the schedule well under its minute, however much there is to do.

    Each look at the clock takes two seconds, so the whole audit would take some ten minutes.
    """
    moment = [0.0]

    def clock() -> float:
        moment[0] += 2
        return moment[0]

    wire = Wire(Service(DYNAMODB, connect=1, answer=3).call, deps.settings().table, sleep=lambda _: None, clock=clock)
    table = Table(wire)
    for number in range(30):
        shop.enrol(f"maya{number}@example.com")
    shop.stream()
    with patch.object(deps, "table", lambda: table):
        job_id = audit(shop)
        began = moment[0]
        by(shop)
        assert 0 < moment[0] - began <= seconds + 20, "a slice that was begun is ended"
        assert state(shop, job_id) == "running"
        for _ in range(100):
            shop.minute()
        assert state(shop, job_id) == "done"


def test_no_job_is_begun_when_the_time_is_up(shop: Shop) -> None:
    """Of many jobs those that do not get their turn are as they were, for the next run."""
    job_id = audit(shop)
    carry_on([f"JOB#{job_id}"], -1.0)
    assert state(shop, job_id) == "queued"


def test_a_fold_that_loses_twice_is_halved(shop: Shop) -> None:
    """So much at once is always overtaken by somebody: smaller transactions get their turn."""
    code = shop.enrol()["code"]
    for number in range(20):
        shop.redeem(code, f"o{number}")
    shop.faults.calls.clear()
    beaten = cancelled("ConditionalCheckFailed")
    shop.faults.before("TransactWriteItems", beaten, beaten, beaten)
    settle_orders(deps.table(), [f"o{number}" for number in range(20)], now=shop.now)
    sizes = [len(told["TransactItems"]) for name, told in shop.faults.calls if name == "TransactWriteItems"]
    assert sizes[0] == sizes[1] > sizes[2] > sizes[3]
    assert len(shop.postings()) == 20


def spoilt(shop: Shop) -> None:
    """An order whose reward is on hold, and a refund of it that nobody can read."""
    shop.redeem(shop.enrol()["code"])
    shop.stream()
    shop.refund("o1", "r1", 900)
    shop.dynamodb.update_item(
        TableName=deps.settings().table,
        Key={"PK": {"S": "ORDER#o1"}, "SK": {"S": "REFUND#r1"}},
        UpdateExpression="SET refunded_at = :wrong",
        ExpressionAttributeValues={":wrong": {"S": "some day"}},
    )


def due(shop: Shop) -> dict[str, datetime]:
    """When each part of the order asks to be looked at."""
    rows = [row for row in shop.everything() if row["PK"]["S"] == "ORDER#o1" and "due_at" in row]
    return {row["SK"]["S"]: datetime.fromisoformat(row["due_at"]["S"]) for row in rows}


def test_an_order_that_cannot_be_read_is_looked_at_once_a_day(shop: Shop) -> None:
    """The gaps grow from two minutes to a day and no further: whenever it is mended, it is settled by the next day."""
    spoilt(shop)
    gaps = []
    for _ in range(15):
        shop.now = max(shop.now, due(shop)["REFUND#r1"])
        shop.minute()
        gaps.append((due(shop)["REFUND#r1"] - shop.now) / timedelta(minutes=1))
    assert gaps[:10] == [2.0**n for n in range(1, 11)]
    assert gaps[10:] == [24 * 60.0] * 5


def test_what_is_due_later_is_not_put_off_with_what_is_due_now(shop: Shop) -> None:
    """A reward is released on its day, or looked at on it, however often something else of its order has broken."""
    spoilt(shop)
    release = due(shop)["#REDEMPTION"]
    for _ in range(3):
        shop.now += timedelta(hours=1)
        shop.minute()
    assert due(shop)["#REDEMPTION"] == release
    assert due(shop)["REFUND#r1"] > shop.now
