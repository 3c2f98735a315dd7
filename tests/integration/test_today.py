"""What waits is counted with an end, with since when, and what has gone wrong stands beside it."""

from datetime import datetime, timedelta

import pytest

from bench.recorder import Recorder
from chalicelib import deps
from chalicelib.domain.effects import Create, Replace
from chalicelib.domain.model.work import Job
from memory.shop import Body, Shop
from tests.scene import play

ALL = ["reviews", "care", "social", "proof", "claims", "gifts", "payouts", "adjustments"]


def today(shop: Shop) -> Body:
    """What an admin is told."""
    answer = shop.call("GET", "/v1/today", scope="admin:read")
    assert answer.status_code == 200, answer.body
    return shop.read(answer)


def waiting(shop: Shop) -> dict[str, Body]:
    """What waits, by kind."""
    return {it["kind"]: it for it in today(shop)["waiting"]}


def problems(shop: Shop) -> dict[str, Body]:
    """What has gone wrong, by kind."""
    return {it["kind"]: it for it in today(shop)["problems"]}


def test_a_new_shop_has_nothing_to_do(shop: Shop) -> None:
    """Each kind is named, with nothing in it; nothing has gone wrong."""
    told = today(shop)
    assert [(it["kind"], it["count"]) for it in told["waiting"]] == [(kind, 0) for kind in ALL]
    assert told["problems"] == []


def test_what_waits_is_what_the_lists_have(shop: Shop) -> None:
    """As many as each list has, since the oldest of them, and where that list is."""
    play(shop)
    found = waiting(shop)
    assert sum(it["count"] for it in found.values()) >= 6
    for it in found.values():
        answer = shop.call("GET", it["path"], scope="admin:read")
        assert answer.status_code == 200, it["path"]
        listed = shop.read(answer)["items"]
        assert len(listed) == it["count"]
        times = [one.get("opened_at") or one.get("claimed_at") or one.get("created_at") for one in listed]
        assert it.get("oldest_at") == min(times, default=None)


def test_more_than_fifty_are_more_than_fifty(shop: Shop) -> None:
    """Nobody counts on."""
    person = shop.read(shop.call("PUT", "/v1/people", {"email": "lea@example.com"}, scope="people"))["id"]
    for number in range(52):
        note = {"note_id": f"n{number}", "text": "A word."}
        shop.call("POST", f"/v1/people/{person}/notes", note, scope="people")
    care = waiting(shop)["care"]
    assert (care["count"], care["more"]) == (50, True)
    assert datetime.fromisoformat(care["due_at"]) > datetime.fromisoformat(care["oldest_at"])


def test_what_has_failed_is_told_for_a_week(shop: Shop) -> None:
    """Work that was given up, and what audits found, each with the job that tells more."""
    table = deps.table()
    job = Job("job_1", "preview", "key_1", created_at=deps.now(), due_at=deps.now() + timedelta(days=9))
    found = '{"differences": 3}'
    audited = Job("job_2", "audit", "schedule", created_at=deps.now(), state="done", result=found)
    table.commit([Create(job), Create(audited)])
    assert "jobs" not in problems(shop)
    failed = Job("job_1", "preview", "key_1", deps.now(), state="failed", failure="x", ended_at=deps.now(), version=2)
    table.commit([Replace(failed)])
    told = problems(shop)
    assert (told["jobs"]["count"], told["jobs"]["job_id"]) == (1, "job_1")
    assert (told["findings"]["count"], told["findings"]["job_id"]) == (3, "job_2")
    shop.now += timedelta(days=8)
    assert problems(shop).keys() <= {"late"}


def test_what_nobody_does_is_late(shop: Shop) -> None:
    """Whatever should have been done a quarter of an hour ago; a moment late is no problem."""
    shop.redeem(shop.enrol()["code"])
    shop.now += timedelta(minutes=5)
    assert problems(shop) == {}
    shop.now += timedelta(minutes=30)
    assert problems(shop)["late"]["count"] >= 1
    shop.days(0)
    assert problems(shop) == {}


@pytest.mark.parametrize("behaves", ["bounce", "complaint"])
def test_letters_that_do_not_arrive_are_told(shop: Shop, behaves: str) -> None:
    """Once their day was counted."""
    shop.publish(letters={"welcome": True})
    shop.behaves["maya@example.com"] = behaves
    shop.enrol()
    shop.stream()
    shop.hear()
    shop.days(1.5)
    shop.day()
    shop.days(0)
    kind = {"bounce": "bounced", "complaint": "complained"}[behaves]
    assert problems(shop)[kind]["count"] == 1


def test_it_costs_the_same_however_much_waits(shop: Shop) -> None:
    """Some twenty calls."""
    recorder = Recorder(shop.dynamodb, deps.settings().table)
    with recorder.heard():
        deps.table.cache_clear()
        with recorder.counting() as cost:
            today(shop)
    assert cost.trips <= 22


def test_it_is_for_admins(shop: Shop) -> None:
    """Nobody else reads it."""
    assert shop.call("GET", "/v1/today", scope="checkout").status_code == 403
