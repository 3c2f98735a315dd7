"""Ambassadors do more than bring friends: they show it, an admin looks, and the ledger rewards it once."""

from typing import Any

import pytest

from chalicelib import deps
from chalicelib.operations.audit.audit import audit_all
from memory.shop import Body, Shop, eur

PICTURE: Body = {
    "name": "A picture",
    "kind": "picture",
    "words": {"en": "Show your mug.", "gu": "તમારો મગ બતાવો."},
    "reward": {"amount": 500},
    "times": 2,
    "days": 30,
}
MUG: Body = {"name": "A review", "kind": "review", "words": {"en": "Write."}, "reward": {"gift": "Mug"}}


class Desk:
    """A shop that offers tasks, and Maya who does them."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        shop.publish(tasks=[PICTURE, MUG])
        self.maya = shop.enrol("maya@example.com", "Maya")["id"]

    def show(self, number: int = 1, task: str = "A picture", **more: Any) -> Any:
        """Send a proof as Maya."""
        session = {"Authorization": f"Bearer {self.shop.session(self.maya)}"}
        told = {"task": task, "link": f"https://pictures.example/{number}", **more}
        return self.shop.call("POST", "/v1/ambassadors/me/proofs", told, **session)

    def decide(self, task_id: str, decision: str | None = "approve", note: str = "Seen.") -> Any:
        """Decide as an admin."""
        told = {"note": note, **({"decision": decision} if decision else {})}
        return self.shop.call("POST", f"/v1/tasks/{task_id}/done", told, scope="admin:write")

    def sent(self, *args: Any, **more: Any) -> str:
        """Send a proof that is taken, and return its id."""
        answer = self.show(*args, **more)
        assert answer.status_code == 201, answer.body
        proof_id: str = Shop.read(answer)["id"]
        return proof_id

    def page(self, query: str = "", scope: str | None = None) -> Body:
        """What Maya can do and has done, as she or an admin reads it."""
        session = {} if scope else {"Authorization": f"Bearer {self.shop.session(self.maya)}"}
        path = f"/v1/ambassadors/{self.maya}/tasks{query}"
        body: Body = Shop.read(self.shop.call("GET", path, scope=scope, **session))
        return body

    @property
    def balance(self) -> int:
        """What Maya can spend."""
        account = deps.table().read_account(self.maya)
        assert account
        return account.balance("EUR", "available")

    def mails(self) -> list[str]:
        """The subjects of what she was sent."""
        self.shop.stream()
        return [subject for _, subject in self.shop.mails()]

    def audit(self) -> list[Any]:
        """What is wrong with the books."""
        return audit_all(deps.table(), now=self.shop.now)


@pytest.fixture
def desk(shop: Shop) -> Desk:
    """The shop."""
    return Desk(shop)


def test_a_proof_that_is_approved_is_rewarded(desk: Desk) -> None:
    """The whole path: shown, listed for the shop, approved, in the ledger with its letter, and sound."""
    proof_id = desk.sent(note="By the lake!")
    (task,) = desk.shop.read(desk.shop.call("GET", "/v1/tasks?kind=proof", scope="admin:read"))["items"]
    assert (task["id"], task["about"], task["words"]) == (proof_id, "A picture", "By the lake!")
    assert (task["link"], task["reward"]) == ("https://pictures.example/1", eur(500))
    assert "Show your mug." in task["hint"]
    assert task["known"]["ambassador"]["id"] == desk.maya
    assert desk.balance == 0

    answer = desk.decide(proof_id)
    assert (answer.status_code, desk.shop.read(answer)["decision"]) == (201, "approve")
    assert desk.balance == 500
    (entry,) = desk.shop.entries(ambassador_id=desk.maya)
    assert (entry["kind"], entry["cause"], entry["author"]) == (
        "task",
        f"task:{proof_id}",
        desk.shop.read(answer)["by"],
    )
    assert [(it["account"], it["amount"]) for it in entry["legs"]] == [
        ("program:rewards", -500),
        ("ambassador:available", 500),
    ]
    assert desk.mails() == ["Your reward from Kavya Ceramics: €5.00"]
    desk.shop.days(1)
    assert desk.audit() == []


def test_it_is_rewarded_once(desk: Desk) -> None:
    """However often it is said; who says otherwise afterwards is told what stands."""
    proof_id = desk.sent()
    assert [desk.decide(proof_id).status_code for _ in range(3)] == [201, 200, 200]
    for decision, note in (("deny", "Seen."), ("approve", "Another one.")):
        answer = desk.decide(proof_id, decision, note)
        assert (answer.status_code, desk.shop.read(answer)["reason"]) == (409, "conflicting_repeat")
    assert desk.balance == 500
    assert len(desk.shop.entries(ambassador_id=desk.maya)) == 1


def test_a_proof_that_is_denied_earns_nothing(desk: Desk) -> None:
    """Its ambassador is told, and may show something else: it does not count."""
    for number in range(3):
        desk.decide(desk.sent(number), "deny")
    assert desk.balance == 0
    assert desk.shop.entries(ambassador_id=desk.maya) == []
    assert desk.page()["tasks"][0]["left"] == 2
    assert [it["status"] for it in desk.page()["proofs"]] == ["denied"] * 3
    assert desk.mails() == ["About what you have shown Kavya Ceramics: A picture"] * 3
    desk.shop.days(1)
    assert desk.audit() == []


def test_a_gift_is_sent_as_any_other(desk: Desk) -> None:
    """Approval leaves a task to send it."""
    desk.decide(desk.sent(task="A review"))
    (task,) = desk.shop.read(desk.shop.call("GET", "/v1/tasks", scope="admin:read"))["items"]
    assert (task["kind"], task["about"]) == ("gift", "Mug")
    assert desk.mails() == ["Your reward from Kavya Ceramics: Mug"]
    assert desk.decide(task["id"], None).status_code == 201
    desk.shop.days(1)
    assert desk.audit() == []


def test_a_proof_is_taken_once(desk: Desk) -> None:
    """The same page again changes nothing; with other words it is refused."""
    first = desk.show(note="Look!")
    again = desk.show(note="Look!")
    assert [first.status_code, again.status_code] == [201, 200]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert desk.shop.read(first) == desk.shop.read(again)
    assert desk.show(note="Look here!").status_code == 409


def test_so_many_are_taken_as_the_program_says(desk: Desk) -> None:
    """What waits or was approved counts, within so many days; then there is room again."""
    desk.decide(desk.sent(1))
    desk.shop.days(10)
    desk.sent(2)
    refused = desk.show(3)
    assert (refused.status_code, desk.shop.read(refused)["reason"]) == (422, "task_limit")
    assert desk.page()["tasks"][0]["left"] == 0
    desk.shop.days(20.1)
    assert desk.page()["tasks"][0]["left"] == 1
    desk.sent(3)
    assert desk.show(4).status_code == 422


def test_a_task_ends(desk: Desk) -> None:
    """From then on it is not offered, and no proof is taken; what was shown before is still decided on."""
    until = {"until": "2026-03-10T00:00:00Z"}
    desk.shop.publish(tasks=[PICTURE | until])
    proof_id = desk.sent()
    desk.shop.days(10)
    assert desk.page()["tasks"] == []
    refused = desk.show(2)
    assert (refused.status_code, desk.shop.read(refused)["reason"]) == (422, "task_ended")
    assert desk.show(2, task="Another").status_code == 404
    assert desk.decide(proof_id).status_code == 201
    assert desk.balance == 500


def test_it_earns_what_was_offered_when_it_came_in(desk: Desk) -> None:
    """Whatever the program offers, or does not offer any more, by the time somebody looks; and the audit knows that."""
    proof_id = desk.sent()
    desk.shop.publish(tasks=[])
    assert desk.decide(proof_id).status_code == 201
    assert desk.balance == 500
    desk.shop.days(1)
    assert desk.audit() == []


def test_an_ambassador_reads_their_tasks(desk: Desk) -> None:
    """In their language if the program has it, with what they have shown, the latest first; admins read the same."""
    for number in (1, 2):
        desk.sent(number)
        desk.shop.days(1)
    page = desk.page("?lang=gu-IN")
    assert [(it["name"], it["words"], it["left"]) for it in page["tasks"]] == [
        ("A picture", "તમારો મગ બતાવો.", 0),
        ("A review", "Write.", 1),
    ]
    assert [it["link"][-1] for it in page["proofs"]] == ["2", "1"]
    assert desk.page("?lang=gu-IN", "admin:read") == page
    other = desk.shop.enrol("asha@example.com", "Asha")["id"]
    session = {"Authorization": f"Bearer {desk.shop.session(other)}"}
    assert desk.shop.call("GET", f"/v1/ambassadors/{desk.maya}/tasks", **session).status_code == 404


def test_who_is_suspended_is_given_nothing_meanwhile(desk: Desk) -> None:
    """A proof waits until somebody reinstates the account, unless it is denied."""
    first, second = desk.sent(1), desk.sent(2)
    path = f"/v1/ambassadors/{desk.maya}"
    desk.shop.call("POST", f"{path}/suspend", {"note": "We ask."}, scope="admin:write")
    refused = desk.decide(first)
    assert (refused.status_code, desk.shop.read(refused)["reason"]) == (409, "not_available_now")
    assert desk.decide(second, "deny").status_code == 201
    assert desk.balance == 0
    desk.shop.call("POST", f"{path}/reinstate", {"note": "Sisters."}, scope="admin:write")
    assert desk.decide(first).status_code == 201
    assert desk.balance == 500


def test_a_reward_follows_a_merger(desk: Desk) -> None:
    """Who has been merged meanwhile gets it as the one who they are now, and there they may show as many as before."""
    proof_id = desk.sent(1)
    asha = desk.shop.enrol("asha@example.com", "Asha")["id"]
    merged = desk.shop.call(
        "POST", f"/v1/ambassadors/{asha}/merge", {"other": desk.maya, "note": "One person."}, scope="admin:write"
    )
    assert merged.status_code == 201
    assert desk.decide(proof_id).status_code == 201
    (entry,) = desk.shop.entries(ambassador_id=asha, kind="task")
    assert entry["cause"] == f"task:{proof_id}"
    desk.maya = asha
    assert desk.page()["tasks"][0]["left"] == 1
    desk.sent(2)
    assert desk.show(3).status_code == 422
    desk.shop.days(1)
    assert desk.audit() == []


@pytest.mark.parametrize("decision", [None, "approve"])
def test_only_a_proof_is_decided_on(desk: Desk, decision: str | None) -> None:
    """It needs a decision, and nothing else takes one."""
    if decision:
        told = {"email": "cleo@example.com"}
        cleo = desk.shop.read(desk.shop.call("PUT", "/v1/people", told, scope="people"))["id"]
        note = {"note_id": "T-1", "text": "It leaks."}
        task = desk.shop.read(desk.shop.call("POST", f"/v1/people/{cleo}/notes", note, scope="people"))["id"]
    else:
        task = desk.sent()
    answer = desk.decide(task, decision)
    assert answer.status_code == 400
    assert desk.shop.read(answer)["errors"][0]["pointer"] == "/decision"


def test_a_reward_has_all_its_time(desk: Desk) -> None:
    """It is activity like any other: what is there stays for as long again, and then expires."""
    desk.shop.publish(tasks=[PICTURE], expiry_months=1, expiry_notice_days=0)
    desk.decide(desk.sent(1))
    desk.shop.days(25)
    desk.decide(desk.sent(2))
    desk.shop.days(20)
    assert desk.balance == 1000
    desk.shop.days(15)
    assert desk.balance == 0
    assert desk.audit() == []
