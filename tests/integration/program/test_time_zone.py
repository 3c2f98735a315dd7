"""A shop that keeps its own time: months, days in lists, and days that people are told."""

from datetime import datetime, timedelta

import pytest

from chalicelib import deps
from memory.shop import PROGRAM, Shop

EVENING = datetime.fromisoformat("2026-03-31T19:30:00+00:00")
"""One o'clock on 1 April in Kolkata."""


@pytest.fixture
def kolkata(shop: Shop) -> Shop:
    """A shop whose clocks are five and a half hours ahead, and a reward of 20.00 a month at most."""
    shop.now = EVENING - timedelta(days=1)
    shop.publish(time_zone="Asia/Kolkata", caps=[{"per": "month", "amount": 900}], budget_month=5000)
    return shop


def test_people_are_told_the_shops_day(kolkata: Shop) -> None:
    """In the mail and in the explanation: a hold that ends in the evening by UTC ends on the next day."""
    kolkata.now = EVENING
    maya = kolkata.enrol()
    kolkata.redeem(maya["code"])
    kolkata.stream()
    assert kolkata.order()["release_at"] == "2026-04-30T19:30:00Z"
    assert any("1 May 2026" in line for line in kolkata.order()["explanation"])
    mail = next(sent.body for sent in kolkata.sent() if "maya@example.com" in sent.destinations["ToAddresses"])
    assert "1 May 2026" in mail
    assert "30 April" not in mail


def test_a_month_of_the_ledger_is_the_shops(kolkata: Shop) -> None:
    """A day in `from` and `to` is the shop's day; October in a zone that puts its clocks back is no longer than 31."""
    maya = kolkata.enrol()
    for n in range(3):
        kolkata.redeem(maya["code"], f"o{n}")
        kolkata.stream()
        kolkata.now += timedelta(days=1)
    march = {it["order_id"] for it in kolkata.entries(**{"from": "2026-03-01", "to": "2026-03-31"})}
    april = {it["order_id"] for it in kolkata.entries(**{"from": "2026-04-01", "to": "2026-04-30"})}
    assert (march, april) == ({"o0"}, {"o1", "o2"})
    kolkata.publish(time_zone="Europe/Berlin")
    path = "/v1/ledger?from=2026-10-01&to=2026-10-31&kind=hold"
    assert kolkata.call("GET", path, scope="admin:read").status_code == 200


def test_another_zone_upsets_no_account(kolkata: Shop) -> None:
    """Orders of two versions, each in the month of its own; refunds give back there, and the audit finds nothing."""
    maya = kolkata.enrol()
    for n, zone in enumerate(("Asia/Kolkata", "UTC", "America/Los_Angeles", "Asia/Kathmandu")):
        kolkata.publish(time_zone=zone, caps=[{"per": "month", "amount": 900}], budget_month=5000)
        kolkata.redeem(maya["code"], f"o{n}")
        kolkata.stream()
        kolkata.now += timedelta(hours=8)
    assert kolkata.findings(maya["id"]) == []
    for n in range(4):
        kolkata.refund(f"o{n}", "r", 4500)
        kolkata.stream()
    assert kolkata.findings(maya["id"]) == []
    account = deps.table().read_account(maya["id"])
    assert account is not None
    assert account.months == {}
    assert [sum(deps.table().read_used(month)) for month in ("2026-03", "2026-04")] == [0, 0]


def test_a_preview_asks_for_the_shops_days(kolkata: Shop) -> None:
    """The candidate's days: an order of one o'clock on the first of April belongs to April, and so does its budget."""
    maya = kolkata.enrol()
    for n in range(3):
        kolkata.redeem(maya["code"], f"o{n}")
        kolkata.stream()
        kolkata.now += timedelta(days=1)
    rules = {**PROGRAM, "time_zone": "Asia/Kolkata", "caps": [{"per": "month", "amount": 900}], "budget_month": 5000}
    for zone, first, last, orders in (
        ("Asia/Kolkata", "2026-03-31", "2026-03-31", 1),
        ("Asia/Kolkata", "2026-04-01", "2026-04-02", 2),
        ("UTC", "2026-03-01", "2026-03-31", 2),
        ("Pacific/Kiritimati", "2026-04-03", "2026-04-03", 0),
    ):
        told = {"program": {**rules, "time_zone": zone}, "period": {"from": first, "to": last}}
        found = kolkata.read(kolkata.call("POST", "/v1/program/preview", told, scope="admin:read"))
        assert found["orders"] == orders
        assert found["in_force"] == found["candidate"]


def test_a_preview_knows_what_others_took_of_the_month(shop: Shop) -> None:
    """By the candidate's clocks an order is of April, whose budget orders beyond the period have nearly used up."""
    shop.now = EVENING
    shop.publish(budget_month=1000)
    shop.redeem(shop.enrol()["code"], "o1")
    noor = shop.enrol("noor@example.com")["code"]
    shop.stream()
    shop.now += timedelta(days=2)
    for order_id in ("o2", "o3"):
        shop.redeem(noor, order_id)
    shop.stream()
    rules = {**PROGRAM, "budget_month": 1000, "time_zone": "Asia/Kolkata"}
    told = {"program": rules, "period": {"from": "2026-04-01", "to": "2026-04-01"}}
    found = shop.read(shop.call("POST", "/v1/program/preview", told, scope="admin:read"))
    granted = [found[side]["total"]["rewards"][0]["granted"]["amount"] for side in ("in_force", "candidate")]
    assert granted == [450, 100]


def test_a_zone_that_is_none_is_refused(shop: Shop) -> None:
    """With its place, before anything is stored."""
    answer = shop.call("PUT", "/v1/program", {**PROGRAM, "time_zone": "Mars/Base"}, scope="admin:write", If_Match="*")
    assert answer.status_code == 400
    assert [error["pointer"] for error in shop.read(answer)["errors"]] == ["/time_zone"]
