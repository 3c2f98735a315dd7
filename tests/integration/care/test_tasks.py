"""What people of the shop have to do lies in one list, with what they need to know, and is done once."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib import deps
from chalicelib.domain.care.tasks import CARE_WITHIN, social_task
from chalicelib.domain.effects import Create
from chalicelib.domain.people.policy import has_open_case
from memory.shop import Body, Shop, eur

HOUR = 1 / 24


def meet(shop: Shop, email: str = "cleo@example.com", **told: Any) -> str:
    """Let the shop tell of somebody, and return their id."""
    answer = shop.call("PUT", "/v1/people", {"email": email, **told}, scope="people")
    person_id: str = shop.read(answer)["id"]
    return person_id


def write(shop: Shop, person_id: str, own: str = "T-1", text: str = "The pot leaks.") -> Any:
    """Hand on what somebody has written."""
    return shop.call("POST", f"/v1/people/{person_id}/notes", {"note_id": own, "text": text}, scope="people")


def done(shop: Shop, task_id: str, note: str = "Sent a new one.", **more: Any) -> Any:
    """Say that a task is done."""
    return shop.call("POST", f"/v1/tasks/{task_id}/done", {"note": note, **more}, scope="admin:write")


def listed(shop: Shop, query: str = "") -> list[Body]:
    """What waits, or one page of it."""
    items: list[Body] = shop.read(shop.call("GET", f"/v1/tasks{query}", scope="admin:read"))["items"]
    return items


def counts(shop: Shop) -> Body:
    """How much waits."""
    body: Body = shop.read(shop.call("GET", "/v1/tasks/counts", scope="admin:read"))
    return body


def visit(shop: Shop, person_id: str, subject: str = "o1", **more: Any) -> str:
    """Open a task to visit somebody, as the occasion does."""
    person = deps.table().read_person(person_id)
    assert person
    task = social_task(person, subject, shop.now, **more)
    assert not deps.table().commit([Create(task)])
    return task.id


def is_asked(person_id: str) -> bool:
    """Whether nothing is open between somebody and the shop."""
    person = deps.table().read_person(person_id)
    assert person
    return not has_open_case(person)


def test_a_note_opens_a_task_and_stops_all_asking_until_it_is_done(shop: Shop) -> None:
    """The whole path: from what somebody wrote, over the list, to the note of whoever answered."""
    cleo = meet(shop)
    answer = write(shop, cleo)
    assert answer.status_code == 201
    assert not is_asked(cleo)
    (task,) = listed(shop)
    assert task == shop.read(answer)
    assert (task["kind"], task["about"], task["words"]) == ("care", "note:T-1", "The pot leaks.")
    assert task["until"] == f"{shop.now + CARE_WITHIN:%Y-%m-%dT%H:%M:%SZ}"

    shop.days(1)
    answer = done(shop, task["id"])
    assert answer.status_code == 201
    assert shop.read(answer) | {"known": None} == task | {
        "status": "done",
        "closed_at": f"{shop.now:%Y-%m-%dT%H:%M:%SZ}",
        "by": shop.read(answer)["by"],
        "note": "Sent a new one.",
        "known": None,
    }
    assert is_asked(cleo)
    assert listed(shop) == []
    assert [it["id"] for it in listed(shop, "?state=done")] == [task["id"]]


def test_a_note_is_handed_on_once(shop: Shop) -> None:
    """The same again changes nothing, whatever has become of it; another text under its id is refused."""
    cleo = meet(shop)
    first = shop.read(write(shop, cleo))
    for _ in range(2):
        again = write(shop, cleo)
        assert again.status_code == 200
        assert again.headers["Idempotent-Replayed"] == "true"
        assert shop.read(again)["id"] == first["id"]
        done(shop, first["id"])
    other = write(shop, cleo, text="It leaks again.")
    assert (other.status_code, shop.read(other)["reason"]) == (409, "conflicting_repeat")
    assert is_asked(cleo)


def test_each_note_has_to_be_answered(shop: Shop) -> None:
    """Two notes are two tasks, and somebody is asked again when both are done."""
    cleo = meet(shop)
    tasks = [shop.read(write(shop, cleo, own))["id"] for own in ("T-1", "T-2")]
    done(shop, tasks[0])
    assert not is_asked(cleo)
    done(shop, tasks[1])
    assert is_asked(cleo)


def test_a_task_is_done_once(shop: Shop) -> None:
    """The same note again is a repeat; another one is refused, and the first stays."""
    task = shop.read(write(shop, meet(shop)))["id"]
    assert done(shop, task).status_code == 201
    again = done(shop, task)
    assert again.status_code == 200
    assert again.headers["Idempotent-Replayed"] == "true"
    other = done(shop, task, note="Somebody else did.")
    assert (other.status_code, shop.read(other)["reason"]) == (409, "conflicting_repeat")
    one = shop.read(shop.call("GET", f"/v1/tasks/{task}", scope="admin:read"))
    assert one["note"] == "Sent a new one."


def test_a_task_tells_what_is_known(shop: Shop) -> None:
    """Who it is, where they are at home, what they bought, who they are as an ambassador, what was done before."""
    maya = shop.enrol("maya@example.com", "Maya")
    person_id = meet(shop, "maya@example.com", handles={"instagram": "maya.bakes"}, locale="gu")
    order = {
        "order_id": "o1",
        "customer": {"email": "maya@example.com"},
        "amount": eur(3000),
        "items": [{"sku": "POT", "category": "tea"}],
    }
    shop.call("POST", "/v1/orders", order, scope="checkout")
    shop.stream()
    before = shop.read(write(shop, person_id, "T-0"))["id"]
    done(shop, before)
    task = shop.read(write(shop, person_id))
    assert task["who"] == {
        "person_id": person_id,
        "email": "maya@example.com",
        "first_name": "Maya",
        "last_name": None,
        "locale": "gu",
        "handles": {"instagram": "maya.bakes"},
    }
    known = task["known"]
    assert [(it["order_id"], it["skus"], it["categories"]) for it in known["orders"]] == [("o1", ["POT"], ["tea"])]
    assert known["ambassador"] == {"id": maya["id"], "tier": "Starter", "referrals": 0}
    assert known["open_since"].keys() == {"note:T-1"}
    assert [(it["id"], it["note"]) for it in known["earlier"]] == [(before, "Sent a new one.")]


def test_what_is_to_be_done_soonest_comes_first(shop: Shop) -> None:
    """Of all kinds in one list, page by page, or of one kind: gifts that are to be sent are among it."""
    shop.publish(milestones=[{"name": "First", "at": 1, "reward": {"gift": "Mug"}}])
    maya = shop.enrol("maya@example.com")
    shop.redeem(maya["code"], "o1")
    shop.stream()
    shop.days(31)
    assert [it["kind"] for it in listed(shop)] == ["gift"]
    cleo = meet(shop)
    visit(shop, cleo)
    shop.days(HOUR)
    write(shop, cleo)
    kinds = [it["kind"] for it in listed(shop)]
    times = [it["until"] for it in listed(shop)]
    assert sorted(kinds) == ["care", "gift", "social"]
    assert times == sorted(times)

    found, query = [], "?limit=1"
    while query:
        page = shop.read(shop.call("GET", f"/v1/tasks{query}", scope="admin:read"))
        found += [it["kind"] for it in page["items"]]
        query = f"?limit=1&cursor={page['next_cursor']}" if page["next_cursor"] else ""
    assert found == kinds
    for kind in kinds:
        assert [it["kind"] for it in listed(shop, f"?kind={kind}")] == [kind]


def test_a_gift_is_done_like_a_task(shop: Shop) -> None:
    """It is the same as to say that it was sent, once."""
    shop.publish(milestones=[{"name": "First", "at": 1, "reward": {"gift": "Mug"}}])
    maya = shop.enrol("maya@example.com")
    shop.redeem(maya["code"], "o1")
    shop.stream()
    shop.days(31)
    (task,) = listed(shop)
    assert (task["about"], task["reward"]) == ("Mug", {"amount": 1, "unit": "gift:Mug"})
    assert [done(shop, task["id"], "DHL 4711").status_code for _ in range(2)] == [201, 200]
    assert done(shop, task["id"], "DHL 4712").status_code == 409
    assert listed(shop) == []
    assert shop.read(shop.call("GET", "/v1/gifts", scope="admin:read"))["items"] == []
    one = shop.read(shop.call("GET", f"/v1/tasks/{task['id']}", scope="admin:read"))
    assert (one["status"], one["note"]) == ("done", "DHL 4711")


def test_tasks_are_counted(shop: Shop) -> None:
    """How many wait, how many of them are late, and how long those took that were done: the one in the middle."""
    cleo = meet(shop)
    none = {"open": 0, "overdue": 0, "took_seconds": None}
    assert counts(shop) == dict.fromkeys(("care", "social", "proof", "gift"), none)
    for n, hours in enumerate((1, 2, 30)):
        task = shop.read(write(shop, cleo, f"T-{n}"))["id"]
        shop.days(hours * HOUR)
        done(shop, task)
    visit(shop, cleo)
    write(shop, cleo, "T-8")
    shop.days(CARE_WITHIN / timedelta(days=1) - HOUR)
    write(shop, cleo, "T-9")
    assert counts(shop)["care"] == {"open": 2, "overdue": 0, "took_seconds": 7200}
    shop.days(HOUR)
    assert counts(shop)["care"] == {"open": 2, "overdue": 1, "took_seconds": 7200}
    assert counts(shop)["social"] == {"open": 1, "overdue": 0, "took_seconds": None}
    assert [it["overdue"] for it in listed(shop, "?kind=care")] == [True, False]


def test_tasks_follow_a_merger(shop: Shop) -> None:
    """Who has turned out to be somebody else is told as that one, and their complaint is closed there."""
    cleo, twin = meet(shop), meet(shop, "cleo@example.org")
    task = shop.read(write(shop, twin))["id"]
    merged = shop.call("POST", f"/v1/people/{cleo}/merge", {"other": twin, "note": "She said so."}, scope="admin:write")
    assert merged.status_code == 201
    assert not is_asked(cleo)
    (shown,) = listed(shop)
    assert (shown["id"], shown["who"]["person_id"]) == (task, cleo)
    assert write(shop, cleo).status_code == 200
    assert done(shop, task).status_code == 201
    assert is_asked(cleo)


@pytest.mark.parametrize("task_id", ["tsk_1", "tsk_x_y", "ent_1", "x"])
def test_there_is_no_such_task(shop: Shop, task_id: str) -> None:
    """Whatever somebody types."""
    assert shop.call("GET", f"/v1/tasks/{task_id}", scope="admin:read").status_code == 404
    assert done(shop, task_id).status_code == 404


def test_there_is_no_such_person(shop: Shop) -> None:
    """Nobody else can have written."""
    assert write(shop, "per_1").status_code == 404


@pytest.mark.parametrize("query", ["?kind=cleaning", "?state=late"])
def test_the_list_knows_its_kinds(shop: Shop, query: str) -> None:
    """What it does not know is refused, and not taken for all."""
    assert shop.call("GET", f"/v1/tasks{query}", scope="admin:read").status_code == 400


def test_who_is_found_elsewhere_is_visited(shop: Shop) -> None:
    """The occasion leaves a task some days after the delivery: who, where, what they bought, and what to say."""
    shop.publish(care={"social": {"after_delivery_days": 3, "hint": "Ask about the garden."}})
    zoe = meet(shop, "zoe@example.com", handles={"instagram": "zoe.grows"})
    meet(shop, "abe@example.com")
    for number, email in enumerate(("zoe@example.com", "abe@example.com")):
        order = {
            "order_id": f"o{number}",
            "customer": {"email": email},
            "amount": eur(3000),
            "items": [{"sku": "POT"}],
        }
        shop.call("POST", "/v1/orders", order, scope="checkout")
    shop.stream()
    shop.days(2)
    assert listed(shop) == []
    shop.days(2)
    (task,) = listed(shop)
    assert (task["kind"], task["about"], task["hint"]) == ("social", "o0", "Ask about the garden.")
    assert (task["who"]["person_id"], task["who"]["handles"]) == (zoe, {"instagram": "zoe.grows"})
    assert task["known"]["orders"][0]["skus"] == ["POT"]
    assert shop.mails() == []
    assert done(shop, task["id"], "Liked the picture of the beans.").status_code == 201
    shop.days(5)
    assert listed(shop) == []


def test_who_was_answered_is_looked_at_again(shop: Shop) -> None:
    """While a complaint is open nothing wakes up for them; once it is closed, what would be due is again."""
    shop.publish(care={"check_in": {"after_purchase_days": 3}})
    cleo = meet(shop, consents={"care": {"given": True, "source": "checkout", "text": "v1"}})
    order = {"order_id": "o1", "customer": {"email": "cleo@example.com"}, "amount": eur(3000)}
    shop.call("POST", "/v1/orders", order, scope="checkout")
    shop.stream()

    def wakes() -> bool:
        person = deps.table().read_person(cleo)
        assert person
        return person.due_at is not None

    assert wakes()
    task = shop.read(write(shop, cleo))["id"]
    assert not wakes()
    done(shop, task)
    assert wakes()


def test_a_list_of_tasks_reads_whom_they_are_for_together(shop: Shop) -> None:
    """Of each person more only one query is made, for what was done for them before."""
    taken: dict[int, int] = {}
    for number in range(1, 7):
        maya = shop.read(
            shop.call("GET", f"/v1/ambassadors/{shop.enrol(f'a{number}@example.com')['id']}", scope="admin:read")
        )
        told = {"note_id": "n-1", "text": "Where is my parcel?"}
        assert shop.call("POST", f"/v1/people/{maya['person_id']}/notes", told, scope="admin:write").status_code == 201
        before = len(shop.faults.calls)
        answer = shop.call("GET", "/v1/tasks", scope="admin:read")
        taken[number] = len(shop.faults.calls) - before
        assert len(shop.read(answer)["items"]) == number
    assert taken[6] - taken[2] == 4
