"""Mails in functions of their own: a mail service that hangs keeps nothing else waiting, and no mail is lost by it."""

from datetime import timedelta

import pytest

from chalicelib import deps
from chalicelib.aws.lines import LostError
from chalicelib.aws.services import DYNAMODB, Service
from chalicelib.operations.orders.buyers import meet_buyers
from chalicelib.operations.orders.settle import settle_orders
from chalicelib.store.table import Table
from chalicelib.store.wire import Wire
from chalicelib.workers import mail, schedule, stream
from infra.local.clock import scheduled
from memory.shop import Shop

HANGS = LostError("planned")


def owed(shop: Shop, orders: int = 1) -> None:
    """Settle some orders, so that their mails are owed and not sent."""
    code = shop.enrol()["code"]
    for number in range(orders):
        assert shop.redeem(code, f"o{number}").status_code == 201
    names = [f"o{number}" for number in range(orders)]
    meet_buyers(deps.table(), names, deps.outlook(), now=shop.now)
    settle_orders(deps.table(), names, now=shop.now)
    shop.now += timedelta(minutes=1)


def test_whoever_settles_never_talks_to_the_mail_service(shop: Shop) -> None:
    """It may hang as long as it likes: the stream's function and the schedule's do not even call it."""
    shop.cloud.outage["SendEmail"] = HANGS
    code = shop.enrol()["code"]
    shop.redeem(code)
    stream.on_table_change({"Records": shop.records()}, None)
    shop.now += timedelta(days=31)
    for _ in range(3):
        schedule.every_minute(scheduled(shop.now), None)
    assert [kind for kind, _ in shop.postings(order_id="o1")] == ["hold", "release"]
    assert shop.faults.count("SendEmail") == 0


@pytest.mark.parametrize("by", ["stream", "schedule"])
def test_a_run_ends_in_time_however_slow_the_mail_service_is(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    """Each mail takes ten seconds: the run stops when its time is up, and the next ones send what is left, once."""
    moment = [0.0]

    def slow() -> None:
        moment[0] += 10

    owed(shop, 6)
    wire = Wire(Service(DYNAMODB, connect=1, answer=3).call, deps.settings().table, clock=lambda: moment[0])
    table = Table(wire)
    monkeypatch.setattr(deps, "table", lambda: table)
    shop.faults.before("SendEmail", *[slow] * 50)
    if by == "stream":
        mail.on_message({"Records": shop.records()}, None)
    else:
        mail.every_minute_mail(scheduled(shop.now), None)
    assert mail.SECONDS <= moment[0] <= mail.SECONDS + 2 * 10
    assert 0 < len(shop.mails()) < 12
    for _ in range(5):
        moment[0] += 60
        mail.every_minute_mail(scheduled(shop.now), None)
    assert len(shop.mails()) == len(set(shop.mails())) + 5 == 12, "six friends, and six times Maya"


def test_a_message_that_breaks_does_not_stop_the_others(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is wrong with it."""
    owed(shop, 3)
    broken = iter([RuntimeError("broken"), *[None] * 50])
    read = Table.read_message

    def readable(*args: object) -> object:
        error = next(broken)
        if error:
            raise error
        return read(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(Table, "read_message", readable)
    mail.every_minute_mail(scheduled(shop.now), None)
    assert len(shop.mails()) in {4, 5}


def test_what_the_stream_has_missed_the_schedule_sends(shop: Shop) -> None:
    """By its due time, as everything else."""
    owed(shop)
    assert shop.mails() == []
    mail.every_minute_mail(scheduled(shop.now), None)
    assert len(shop.mails()) == 2
    mail.on_message({"Records": shop.records()}, None)
    assert len(shop.mails()) == 2
