"""What an admin did wrongly is put right by an admin: afterwards everything is as it was, and the books are sound."""

from typing import Any

import pytest

from chalicelib import deps
from chalicelib.operations.access import api_keys
from chalicelib.operations.audit.audit import audit_all
from memory.faults import meanwhile
from memory.shop import Body, Shop, eur, refusal

PICTURE: Body = {"name": "A picture", "kind": "picture", "words": {"en": "Show it."}, "reward": {"amount": 500}}
FAY = {"email": "fay@example.com"}
WHY = {"note": "It was a mistake."}


class Desk:
    """A shop whose admins make mistakes, and Maya, whose every referral earns a mug beside its reward."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        each = {"name": "each", "every": 1, "reward": {"gift": "Mug"}}
        shop.publish(milestones=[each], tasks=[PICTURE], hold_days=0, adjustment_limit=1000)
        maya = shop.enrol()
        self.id, self.code = maya["id"], maya["code"]
        secrets = (api_keys.issue(deps.table(), it, ["admin:write"], shop.now, owner=it) for it in ("Bea", "Cem"))
        self.bea, self.cem = secrets

    def write(self, path: str, told: Body, who: str | None = None, **more: str) -> tuple[int, Body]:
        """Write as Bea, or somebody else; answers status and body."""
        answer = self.shop.call("POST", f"/v1/{path}", told, Authorization=f"Bearer {who or self.bea}", **more)
        return answer.status_code, Shop.read(answer)

    def read(self, path: str) -> Body:
        """Read as an admin."""
        return Shop.read(self.shop.call("GET", f"/v1/{path}", scope="admin:read"))

    def buy(self, order_id: str, code: str | None = None) -> int:
        """Let Fay order with Maya's code, and the order settle."""
        status = self.shop.redeem(code or self.code, order_id, customer=FAY).status_code
        self.shop.days(1)
        return status

    def adjusted(self, amount: int = 500) -> str:
        """Correct Maya's balance; answers the id."""
        told = {"amount": eur(amount), "reason": "Sorry."}
        status, made = self.write(f"ambassadors/{self.id}/adjustments", told, Idempotency_Key=f"a-{amount}")
        assert status in {201, 202}
        return str(made["id"])

    def shown(self) -> str:
        """A proof of Maya's; answers its id."""
        session = {"Authorization": f"Bearer {self.shop.session(self.id)}"}
        told = {"task": "A picture", "link": "https://pictures.example/1"}
        return str(Shop.read(self.shop.call("POST", "/v1/ambassadors/me/proofs", told, **session))["id"])

    @property
    def balances(self) -> dict[str, dict[str, int]]:
        """What Maya has, without what is nothing."""
        account = deps.table().read_account(self.id)
        assert account
        held = {unit: {of: it for of, it in parts.items() if it} for unit, parts in account.balances.items()}
        return {unit: parts for unit, parts in held.items() if parts}

    def is_sound(self) -> bool:
        """Whether nothing is wrong with the books, once everything has settled and the lists are up to date."""
        self.shop.days(1)
        return audit_all(deps.table(), now=self.shop.now) == [] and self.shop.findings(self.id) == []


@pytest.fixture
def desk(shop: Shop) -> Desk:
    """The shop."""
    return Desk(shop)


# --- adjustments ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("amount", [500, -500])
def test_an_adjustment_is_taken_back_by_another(desk: Desk, amount: int) -> None:
    """Of the opposite amount, each naming the other; the first entry stays, and the same again is a replay."""
    first = desk.adjusted(amount)
    path = f"adjustments/{first}/undo"
    status, made = desk.write(path, WHY)
    assert (status, made["amount"], made["undoes"], made["status"]) == (201, eur(-amount), first, "posted")
    assert desk.read(f"adjustments/{first}")["undone_by"] == made["id"]
    assert desk.balances == {}
    assert desk.write(path, WHY) == (200, made)
    status, problem = desk.write(path, {"note": "Once more."})
    assert (status, problem["reason"]) == (409, "already_undone")
    assert [it["reason"] for it in desk.shop.entries(ambassador_id=desk.id)] == ["Sorry.", "It was a mistake."]
    assert desk.is_sound()


def test_what_undid_an_adjustment_is_undone_in_turn(desk: Desk) -> None:
    """It is an adjustment like any other."""
    _, undone = desk.write(f"adjustments/{desk.adjusted()}/undo", WHY)
    assert desk.write(f"adjustments/{undone['id']}/undo", WHY)[0] == 201
    assert desk.balances == {"EUR": {"available": 500}}
    assert desk.is_sound()


def test_a_large_adjustment_is_taken_back_by_two(desk: Desk) -> None:
    """Nobody alone moves more than the limit, either way; what a second admin denied may be asked for again."""
    large = desk.adjusted(5000)
    status, problem = desk.write(f"adjustments/{large}/undo", WHY)
    assert (status, problem["reason"]) == (409, "adjustment_not_posted")
    agreed = {"decision": "approve", "note": "Agreed."}
    desk.write(f"adjustments/{large}/decision", agreed, desk.cem)
    status, first = desk.write(f"adjustments/{large}/undo", WHY)
    assert (status, first["status"], desk.balances) == (202, "waiting", {"EUR": {"available": 5000}})
    assert desk.write(f"adjustments/{large}/undo", {"note": "Now!"})[1]["reason"] == "already_undone"
    assert desk.write(f"adjustments/{first['id']}/decision", agreed)[1]["reason"] == "second_admin_required"
    desk.write(f"adjustments/{first['id']}/decision", {"decision": "deny", "note": "No."}, desk.cem)
    status, second = desk.write(f"adjustments/{large}/undo", WHY)
    assert (status, second["id"] != first["id"]) == (202, True)
    desk.write(f"adjustments/{second['id']}/decision", agreed, desk.cem)
    assert desk.balances == {}
    assert desk.is_sound()


def test_two_who_undo_one_adjustment_at_once(desk: Desk) -> None:
    """One of them does; the other is told so."""
    path, answers = f"adjustments/{desk.adjusted()}/undo", []
    other = meanwhile(lambda: answers.append(desk.write(path, {"note": "I have seen it too."}, desk.cem)))
    desk.shop.faults.before("TransactWriteItems", other)
    status, problem = desk.write(path, WHY)
    assert (status, problem["reason"], answers[0][0]) == (409, "already_undone", 201)
    assert desk.balances == {}
    assert desk.is_sound()


# --- gifts ------------------------------------------------------------------------------------------------------------


def test_a_gift_that_was_not_sent_after_all(desk: Desk) -> None:
    """It is Maya's again, and waits again, as often as that happens; then it is sent with a note of its own."""
    desk.buy("o1")
    before = desk.balances
    (gift,) = desk.read("gifts")["items"]
    path = f"gifts/{gift['id']}"
    assert desk.write(f"{path}/unsent", WHY)[1]["reason"] == "gift_not_sent"
    for note in ("DHL 1", "DHL 2"):
        assert desk.write(f"{path}/sent", {"note": note})[0] == 201
        assert desk.balances != before
        assert [desk.write(f"{path}/unsent", WHY)[0] for _ in range(2)] == [201, 200]
        assert desk.balances == before
        assert desk.is_sound()
    assert [it["id"] for it in desk.read("gifts")["items"]] == [gift["id"]]
    assert desk.write(f"{path}/sent", {"note": "DHL 3"})[0] == 201
    sent = desk.read(f"tasks/{gift['id']}")
    assert [(it["note"], it["why"]) for it in sent["closings"]] == [(it, WHY["note"]) for it in ("DHL 1", "DHL 2")]
    kinds = [it["kind"] for it in desk.shop.entries(ambassador_id=desk.id) if it["kind"].startswith("gift")]
    assert kinds == ["gift_sent", "gift_returned", "gift_sent", "gift_returned", "gift_sent"]
    assert desk.is_sound()


def test_a_gift_comes_back_once(desk: Desk) -> None:
    """Two who say so at once have said it once."""
    desk.buy("o1")
    (gift,) = desk.read("gifts")["items"]
    desk.write(f"gifts/{gift['id']}/sent", {})
    path = f"gifts/{gift['id']}/unsent"
    desk.shop.faults.before("TransactWriteItems", meanwhile(lambda: desk.write(path, WHY, desk.cem)))
    assert desk.write(path, WHY)[0] == 200
    assert desk.balances["gift:Mug"] == {"available": 1}
    assert desk.is_sound()


# --- tasks ------------------------------------------------------------------------------------------------------------


def test_a_care_task_that_was_not_done_after_all(desk: Desk) -> None:
    """What was open between the shop and its customer is so again, with a new task that knows of the first."""
    told = Shop.read(desk.shop.call("PUT", "/v1/people", {"email": "cleo@example.com"}, scope="people"))
    note = {"note_id": "T-1", "text": "The handle came off."}
    task = Shop.read(desk.shop.call("POST", f"/v1/people/{told['id']}/notes", note, scope="people"))
    path = f"tasks/{task['id']}"
    assert desk.write(f"{path}/reopen", WHY)[1]["reason"] == "task_not_done"
    desk.write(f"{path}/done", {"note": "Answered."})
    assert desk.read("people/" + told["id"])["id"]
    status, again = desk.write(f"{path}/reopen", WHY)
    assert (status, again["status"], again["words"]) == (201, "open", "The handle came off.")
    assert list(again["known"]["open_since"]) == [again["about"]]
    (closing,) = again["closings"]
    assert (closing["note"], closing["why"]) == ("Answered.", WHY["note"])
    assert desk.write(f"{path}/reopen", WHY) == (200, again)
    assert [it["id"] for it in desk.read("tasks?kind=care")["items"]] == [again["id"]]
    assert desk.is_sound()
    assert desk.write(f"tasks/{again['id']}/done", {"note": "Answered now."})[0] == 201
    assert desk.read("tasks?kind=care")["items"] == []
    assert desk.is_sound()


@pytest.mark.parametrize(("first", "then"), [("approve", "deny"), ("deny", "approve"), ("deny", "deny")])
def test_a_proof_that_was_decided_wrongly(desk: Desk, first: str, then: str) -> None:
    """It waits again, with nothing earned, and is decided anew; all of it stands in the ledger and with the task."""
    proof = desk.shown()
    earned = {"approve": {"EUR": {"available": 500}}, "deny": {}}
    for decision in (first, then):
        desk.write(f"tasks/{proof}/done", {"decision": decision, "note": "Seen."})
        assert desk.balances == earned[decision]
        assert desk.is_sound()
        if decision is first:
            status, again = desk.write(f"tasks/{proof}/reopen", WHY)
            assert (status, again["id"], again["status"], desk.balances) == (201, proof, "open", {})
            assert desk.write(f"tasks/{proof}/reopen", WHY) == (200, again)
            assert desk.is_sound()
    desk.write(f"tasks/{proof}/reopen", WHY)
    assert [it["decision"] for it in desk.read(f"tasks/{proof}")["closings"]] == [first, then]
    assert desk.balances == {}
    assert desk.is_sound()


def test_a_reward_is_taken_back_once(desk: Desk) -> None:
    """Two who open a proof again at once take back one reward."""
    proof = desk.shown()
    desk.write(f"tasks/{proof}/done", {"decision": "approve", "note": "Seen."})
    other = meanwhile(lambda: desk.write(f"tasks/{proof}/reopen", WHY, desk.cem))
    desk.shop.faults.before("TransactWriteItems", other)
    assert desk.write(f"tasks/{proof}/reopen", WHY)[0] == 200
    assert desk.balances == {}
    assert [kind for kind, _ in desk.shop.postings(ambassador_id=desk.id)] == ["task", "task_undone"]
    assert desk.is_sound()


def test_a_task_of_a_gift_opens_the_gift(desk: Desk) -> None:
    """Whoever works through the list of tasks finds the gift there again."""
    desk.buy("o1")
    (task,) = desk.read("tasks?kind=gift")["items"]
    desk.write(f"tasks/{task['id']}/done", {"note": "DHL 1"})
    status, again = desk.write(f"tasks/{task['id']}/reopen", WHY)
    assert (status, again["status"]) == (201, "open")
    assert [it["id"] for it in desk.read("tasks?kind=gift")["items"]] == [task["id"]]


def test_what_was_said_of_a_gift_is_forgotten(desk: Desk) -> None:
    """As of any task; and none of it ever stood in the ledger, from which nothing goes."""
    desk.buy("o1")
    (gift,) = desk.read("gifts")["items"]
    desk.write(f"gifts/{gift['id']}/sent", {"note": "To Maya Rao."})
    desk.write(f"gifts/{gift['id']}/unsent", {"note": "Not to Maya Rao."})
    person = desk.read(f"tasks/{gift['id']}")["who"]["person_id"]
    desk.shop.call("DELETE", f"/v1/people/{person}?note=asked", scope="admin:write")
    desk.shop.days(8)
    assert not [it for it in desk.shop.everything() if "Rao" in str(it)]


def test_what_was_said_of_a_task_is_forgotten(desk: Desk) -> None:
    """An erasure takes all notes about somebody, those from before as well; that it was decided, and when, stays."""
    proof = desk.shown()
    desk.write(f"tasks/{proof}/done", {"decision": "approve", "note": "Maya Rao of Ahmedabad."})
    desk.write(f"tasks/{proof}/reopen", {"note": "Not Maya Rao."})
    person = desk.read(f"tasks/{proof}")["who"]["person_id"]
    desk.shop.call("DELETE", f"/v1/people/{person}?note=asked", scope="admin:write")
    desk.shop.days(8)
    (closing,) = desk.read(f"tasks/{proof}")["closings"]
    assert (closing["decision"], closing.get("note"), closing.get("why")) == ("approve", None, None)


# --- reviews, claims, friends -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("decisions", [("approve", "deny", "approve"), ("deny", "approve", "deny")])
def test_a_review_is_decided_again(desk: Desk, decisions: tuple[str, ...]) -> None:
    """The latest decision counts, whatever became of the reward between, and all are kept."""
    desk.buy("o1")
    full = desk.balances
    for number, decision in enumerate(decisions, 1):
        desk.write("reviews/o1", {"decision": decision, "note": f"{number}."})
        desk.shop.days(1)
        assert desk.balances.get("EUR", {}) == (full["EUR"] if decision == "approve" else {})
        assert desk.is_sound()
    assert [it["decision"] for it in desk.read("redemptions/o1")["reviews"]] == list(decisions)


def claimed(desk: Desk) -> str:
    """A claim of Maya's about an order without a code; answers its id."""
    session = {"Authorization": f"Bearer {desk.shop.session(desk.id)}", "Idempotency_Key": "c-1"}
    return str(Shop.read(desk.shop.call("POST", "/v1/ambassadors/me/claims", {"order_id": "o9"}, **session))["id"])


def admitted(desk: Desk, **more: Any) -> Body:
    """An approval with the order that was claimed."""
    order = {"customer": FAY, "amount": eur(5000), "placed_at": f"{desk.shop.now:%Y-%m-%dT%H:%M:%SZ}"}
    return {"decision": "approve", "note": "It was hers.", "order": order, **more}


def test_a_claim_that_was_denied_is_approved_after_all(desk: Desk) -> None:
    """If that is meant; the claim keeps how it was decided before, and the order earns as any other."""
    claim = claimed(desk)
    path = f"claims/{claim}"
    desk.write(path, {"decision": "deny", "note": "Not hers."})
    told = admitted(desk)
    status, problem = desk.write(path, told)
    assert (status, problem["reason"]) == (409, "claim_decided")
    assert "overrules" in problem["detail"]
    assert [it["id"] for it in desk.read(f"claims?ambassador_id={desk.id}")["items"]] == [claim]
    assert desk.read(path)["state"] == "denied"
    status, shown = desk.write(path, told | {"overrules": True})
    assert (status, shown["state"], [it["answer"] for it in shown["earlier"]]) == (201, "approved", ["Not hers."])
    assert desk.write(path, told | {"overrules": True})[0] == 200
    desk.shop.days(1)
    assert desk.balances["EUR"] == {"available": 500}
    assert desk.is_sound()


def test_a_claim_that_was_approved_wrongly(desk: Desk) -> None:
    """Its reward is denied like any other's, and its friend may come by another order."""
    path = f"claims/{claimed(desk)}"
    desk.write(path, admitted(desk))
    desk.shop.days(1)
    status, problem = desk.write(path, {"decision": "deny", "note": "No."})
    assert (status, problem["reason"]) == (409, "claim_decided")
    assert "order o9" in problem["detail"]
    desk.write("reviews/o9", {"decision": "deny", "note": "It was not hers."})
    desk.shop.days(1)
    assert desk.balances.get("EUR", {}) == {}
    assert desk.write("orders/o9/release-friend", WHY)[0] == 201
    assert desk.buy("o10") == 201
    assert desk.is_sound()


def test_an_overruling_goes_with_an_approval(desk: Desk) -> None:
    """A denial has nothing to overrule: what was approved is denied as a review."""
    status, problem = desk.write(f"claims/{claimed(desk)}", {"decision": "deny", "note": "No.", "overrules": True})
    assert (status, problem["errors"][0]["pointer"]) == (400, "/overrules")


def test_a_friend_who_was_set_free_wrongly(desk: Desk) -> None:
    """The order has its place again and what it had earned, as often as that happens; no other order gets in."""
    desk.buy("o1")
    before = desk.balances
    status, problem = desk.write("orders/o1/keep-friend", WHY)
    assert (status, problem["reason"]) == (409, "not_released")
    for number in (1, 2):
        desk.write("orders/o1/release-friend", {"note": f"Free {number}.", "void_reward": True})
        desk.shop.days(1)
        assert desk.balances != before
        assert desk.is_sound()
        assert [desk.write("orders/o1/keep-friend", WHY)[0] for _ in range(2)] == [201, 200]
        desk.shop.days(1)
        assert desk.balances == before
        assert desk.is_sound()
        assert desk.buy("o2") == 422
    shown = desk.read("redemptions/o1")
    assert ("freed" in shown, len(shown["once_freed"]), len(shown["kept"])) == (False, 2, 2)


def test_a_place_that_another_order_has_taken_stays_taken(desk: Desk) -> None:
    """Until that one's friend is set free: nobody is rewarded twice for one friend."""
    desk.buy("o1")
    desk.write("orders/o1/release-friend", {"note": "Free.", "void_reward": True})
    assert desk.buy("o2") == 201
    status, problem = desk.write("orders/o1/keep-friend", WHY)
    assert (status, problem["reason"]) == (409, "place_taken")
    assert desk.balances["EUR"] == {"available": 450}
    assert desk.is_sound()


def test_an_order_that_was_kept_may_come_to_nothing_later(desk: Desk) -> None:
    """Then it gives way to the next as any other does."""
    desk.buy("o1")
    desk.write("orders/o1/release-friend", {"note": "Free.", "void_reward": True})
    desk.write("orders/o1/keep-friend", WHY)
    desk.shop.days(1)
    cancelled = {"refund_id": "r", "kind": "cancellation"}
    desk.shop.call("POST", "/v1/orders/o1/refunds", cancelled, scope="checkout")
    assert desk.buy("o2") == 201
    assert desk.read("redemptions/o1")["freed"]["by"] == "o2"
    assert desk.is_sound()


@pytest.mark.parametrize("first", ["keep", "buy"])
def test_a_friend_who_is_kept_while_they_order(desk: Desk, first: str) -> None:
    """One of both comes first: either the place is kept and the order refused, or it is taken and stays so."""
    desk.buy("o1")
    desk.write("orders/o1/release-friend", {"note": "Free.", "void_reward": True})
    desk.shop.days(1)
    if first == "keep":
        desk.shop.faults.before("TransactWriteItems", None, meanwhile(lambda: desk.write("orders/o1/keep-friend", WHY)))
        assert refusal(desk.shop.redeem(desk.code, "o2", customer=FAY)) == (422, "friend_already_referred")
    else:
        taken = meanwhile(lambda: desk.shop.redeem(desk.code, "o2", customer=FAY))
        desk.shop.faults.before("TransactWriteItems", taken)
        assert desk.write("orders/o1/keep-friend", WHY)[1]["reason"] == "place_taken"
    desk.shop.days(1)
    assert desk.balances["EUR"] == {"available": 450}
    assert desk.is_sound()


def test_nothing_is_undone_of_what_is_not_there(desk: Desk) -> None:
    """Each is told that it is unknown."""
    for path in ("adjustments/adj_0/undo", "gifts/ent_0/unsent", "tasks/tsk_0_0/reopen", "orders/o0/keep-friend"):
        assert desk.write(path, WHY)[0] == 404
