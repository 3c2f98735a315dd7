"""What is known of people is kept no longer than the program says: a round once a week, over everybody."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib import deps
from chalicelib.operations import jobs
from chalicelib.operations.people import everybody, retention
from memory.shop import Body, Shop, eur
from tests.integration.people.test_people import find, told

KEPT: Body = {"inactive_months": 3}


def a_week(shop: Shop) -> Body:
    """Let a week pass, and its round be made; return what it has come to."""
    shop.now += timedelta(days=7)
    shop.day()
    shop.stream()
    for _ in range(3):
        shop.minute()
    year, week, _ = shop.now.isocalendar()
    job = Shop.read(shop.call("GET", f"/v1/jobs/job_retention-{year}-{week:02d}", scope="admin:read"))
    assert job["state"] == "done"
    return dict(job["result"])


def test_who_is_a_customer_no_more_is_forgotten(shop: Shop) -> None:
    """After so many months without a word or an order; whoever bought or spoke since is kept, and again is nothing."""
    shop.publish(retention=KEPT)
    gone, buyer, speaker = (told(shop, f"{name}@example.com", first_name=name) for name in ("lea", "ben", "noor"))
    shop.now += timedelta(days=75)
    order = {"order_id": "o1", "customer": {"email": "ben@example.com"}, "amount": eur(900)}
    assert shop.call("POST", "/v1/orders", order, scope="checkout").status_code == 201
    told(shop, "noor@example.com", last_name="N.")
    shop.stream()
    shop.now += timedelta(days=15)
    assert a_week(shop) == {"erased": 1, "contacts": 0, "orders": 0}
    assert find(shop, email="lea@example.com")[0]["first_name"] is None
    assert find(shop, email="ben@example.com")[0]["first_name"] == "ben"
    assert find(shop, email="noor@example.com")[0]["last_name"] == "N."
    (erasure,) = Shop.read(shop.call("GET", "/v1/erasures", scope="admin:read"))["items"]
    assert (erasure["person_id"], erasure["by"]) == (gone["id"], "retention")
    assert a_week(shop)["erased"] == 0
    assert {buyer["id"], speaker["id"]} == {find(shop, email=f"{it}@example.com")[0]["id"] for it in ("ben", "noor")}


def test_nobody_is_forgotten_who_has_a_balance(shop: Shop) -> None:
    """What is theirs stays theirs, however long they are silent."""
    shop.publish(retention=KEPT)
    maya, idle = shop.enrol(), shop.enrol("idle@example.com", "Ida")
    shop.redeem(maya["code"], "o1")
    shop.stream()
    shop.days(130)
    assert a_week(shop)["erased"] == 2  # Ida, and the friend
    assert find(shop, code=maya["code"])[0]["first_name"] == "Maya"
    assert find(shop, code=idle["code"])[0]["first_name"] is None
    assert shop.findings(maya["id"]) == shop.findings(idle["id"]) == []


def test_without_a_limit_everything_is_kept(shop: Shop) -> None:
    """And a limit that comes later acts on what was stored before."""
    shop.publish(retention={})
    told(shop, "lea@example.com", first_name="Lea")
    shop.now += timedelta(days=130)
    assert a_week(shop) == {"erased": 0, "contacts": 0, "orders": 0}
    shop.publish(retention=KEPT)
    assert a_week(shop)["erased"] == 1


def test_reported_orders_are_let_go(shop: Shop) -> None:
    """By the table itself, once they are old enough; younger ones stay."""
    shop.publish(retention={"orders_months": 6})
    for order_id, placed in (("old", "2025-01-01T00:00:00Z"), ("new", "2026-02-01T00:00:00Z")):
        customer = {"email": "lea@example.com"}
        order = {"order_id": order_id, "customer": customer, "amount": eur(900), "placed_at": placed}
        assert shop.call("POST", "/v1/orders", order, scope="checkout").status_code == 201
    shop.stream()
    assert a_week(shop)["orders"] == 1
    kept = {it["PK"]["S"]: "expires_ttl" in it for it in shop.everything() if it["SK"]["S"] == "PURCHASE"}
    assert kept == {"ORDER#old": True, "ORDER#new": False}
    assert a_week(shop)["orders"] == 0


def test_a_contact_that_nobody_took_over_is_dropped(shop: Shop) -> None:
    """Such as of an order that was never paid for."""
    shop.publish(retention={"contacts_days": 20})
    told(shop, "fay@example.com")
    code = shop.enrol()["code"]
    shop.redeem(code, "o1", customer={"email": "fay@example.com", "first_name": "Fay"}, payment="pending")

    def left() -> list[Any]:
        return [it for it in shop.everything() if it["SK"]["S"] == "FRIEND" and "email" in it]

    assert len(left()) == 1
    assert a_week(shop)["contacts"] == 0
    shop.now += timedelta(days=20)
    assert a_week(shop)["contacts"] == 1
    assert left() == []


def test_visits_and_keys_of_repeats_are_let_go_by_the_table(shop: Shop) -> None:
    """At the time that the program said when they came; without a limit never."""
    phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Safari/604.1"
    maya = shop.enrol()

    def until(key: str) -> list[int]:
        shop.call("GET", f"/r/{maya['code']}", User_Agent=phone)
        path = f"/v1/ambassadors/{maya['id']}/codes"
        assert shop.call("POST", path, {}, scope="admin:write", Idempotency_Key=key).status_code == 201
        found = [it for it in shop.everything() if it["SK"]["S"] == "IDEM" or it["SK"]["S"].startswith("CLICKS#")]
        return sorted(int(it.get("expires_ttl", {"N": "0"})["N"]) for it in found)

    shop.publish(retention={})
    assert until("a") == [0, 0]
    shop.publish(retention={"clicks_months": 3, "idempotency_days": 30})
    day, months = int((shop.now + timedelta(days=30)).timestamp()), int((shop.now + timedelta(days=92)).timestamp())
    assert until("b") == [0, day, months]


def test_a_round_is_made_page_by_page(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody is looked at once, however short a slice is, and once a week."""
    shop.publish(retention=KEPT)
    monkeypatch.setattr(everybody, "PAGE", 2)
    for number in range(11):
        told(shop, f"p{number}@example.com", first_name="P")
    shop.now += timedelta(days=800)
    job = jobs.begin_weekly(deps.table(), retention.KIND, now=shop.now)
    assert job is not None
    slices = 0
    while job.state != "done":
        job, slices = retention.step(deps.table(), job, 0.0, now=shop.now), slices + 1
    assert (job.progress, job.result) == (11, '{"erased":11,"contacts":0,"orders":0}')
    assert slices >= 6
    assert jobs.begin_weekly(deps.table(), retention.KIND, now=shop.now) is None


def test_whoever_has_written_is_not_forgotten_before_they_are_answered(shop: Shop) -> None:
    """What they wrote counts as a word of theirs: it is kept for as long as any other."""
    shop.publish(retention=KEPT)
    lea = told(shop, "lea@example.com", first_name="Lea")["id"]
    shop.now += timedelta(days=88)
    note = {"note_id": "T-1", "text": "The pot leaks."}
    assert shop.call("POST", f"/v1/people/{lea}/notes", note, scope="people").status_code == 201
    assert a_week(shop)["erased"] == 0
    shop.now += timedelta(days=75)
    assert a_week(shop)["erased"] == 0
    shop.now += timedelta(days=7)
    assert a_week(shop)["erased"] == 1
