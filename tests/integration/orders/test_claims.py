"""Late claims: ambassadors learn nothing about orders that are not theirs; admins admit by the usual rules."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from chalice.test import HTTPResponse

from chalicelib import deps
from chalicelib.operations.orders import claims
from chalicelib.operations.orders.settle import settle_orders
from memory.faults import lost, meanwhile
from memory.shop import START, Body, Shop, eur, refusal

FAY: Body = {"email": "fay@example.com", "first_name": "Fay"}
NUMBERS = count()


@pytest.fixture
def maya(shop: Shop) -> Body:
    """An ambassador who is signed in: id, code and token."""
    told = shop.enrol()
    return {**told, "token": shop.session(told["id"])}


def claim(shop: Shop, who: Body, order_id: str = "o1", *, key: str | None = None, **more: object) -> HTTPResponse:
    """Claim an order, under a new Idempotency-Key unless told otherwise."""
    headers = {"Authorization": f"Bearer {who['token']}", "Idempotency_Key": key or f"n{next(NUMBERS)}"}
    return shop.call("POST", "/v1/ambassadors/me/claims", {"order_id": order_id, **more}, **headers)


def claimed(shop: Shop, who: Body, order_id: str = "o1") -> str:
    """Claim an order; answers the claim's id."""
    answer = claim(shop, who, order_id)
    assert answer.status_code == 202, answer.body
    return str(shop.read(answer)["id"])


def order(days_ago: float = 10, **more: Any) -> Body:
    """The order as the shop knows it."""
    placed = f"{START - timedelta(days=days_ago):%Y-%m-%dT%H:%M:%SZ}"
    return {"customer": FAY, "amount": eur(5000), "placed_at": placed, **more}


def decide(shop: Shop, claim_id: str, decision: str = "approve", **more: Any) -> HTTPResponse:
    """Let an admin decide; an approval says what the order was."""
    told = {"decision": decision, "note": "Fay wrote to us.", **({"order": order()} if decision == "approve" else {})}
    return shop.call("POST", f"/v1/claims/{claim_id}", {**told, **more}, scope="admin:write")


def queue(shop: Shop, query: str = "") -> Body:
    """The open claims as an admin reads them."""
    answer = shop.call("GET", f"/v1/claims{query}", scope="admin:read")
    assert answer.status_code == 200, answer.body
    return shop.read(answer)


def waiting(shop: Shop) -> list[str]:
    """The orders that are claimed."""
    return [it["order_id"] for it in queue(shop)["items"]]


# --- what an ambassador learns ----------------------------------------------------------------------------------------


def test_every_order_that_is_not_theirs_gets_the_same_answer(shop: Shop, maya: Body) -> None:
    """Unknown, another ambassador's, settled or not, refunded: the same status, the same fields, the same calls."""
    asha = shop.enrol("asha@example.com", "Asha")
    for name in ("taken", "fresh", "back"):
        shop.redeem(asha["code"], name)
    settle_orders(deps.table(), ["taken", "back"], now=shop.now)
    shop.refund("back", "r1", 4500)
    shop.refund("none", "r1", 4500)
    told = []
    claim(shop, maya, "first")  # from now on there is a list of what waits
    for name in ("unknown", "taken", "fresh", "back", "none"):
        shop.faults.calls.clear()
        answer = claim(shop, maya, name)
        body = {**shop.read(answer), "id": "", "order_id": ""}
        calls = [operation for operation, _ in shop.faults.calls]
        headers = {key for key in answer.headers if key != "X-Request-Id"}
        told.append((answer.status_code, body, calls, headers))
    assert all(it == told[0] for it in told)
    assert told[0][:2] == (202, {"id": "", "order_id": "", "status": "received", "claimed_at": "2026-03-01T12:00:00Z"})


def test_an_order_that_is_theirs_needs_no_claim(shop: Shop, maya: Body) -> None:
    """The answer says where it stands, and nothing is stored."""
    shop.redeem(maya["code"], "o1")
    before = shop.everything()
    answer = claim(shop, maya)
    assert answer.status_code == 200
    assert {name: shop.read(answer)[name] for name in ("order_id", "status", "state")} == {
        "order_id": "o1",
        "status": "yours",
        "state": "pending",
    }
    assert shop.everything() == before
    settle_orders(deps.table(), ["o1"], now=shop.now)
    settled = shop.read(claim(shop, maya))
    assert (settled["state"], settled["amount"], settled["status"]) == ("held", eur(450), "yours")
    assert "customer" not in settled


def test_an_order_is_claimed_once(shop: Shop, maya: Body) -> None:
    """Under the same Idempotency-Key or another, there is one claim, and its answer is the first one's."""
    first = claim(shop, maya, key="k1", note="My sister's order.")
    for key in ("k1", "k2"):
        again = claim(shop, maya, key=key, note="My sister's order.")
        assert (again.status_code, again.headers["Idempotent-Replayed"]) == (202, "true")
        assert again.body == first.body
    assert waiting(shop) == ["o1"]
    other = claim(shop, maya, "o2", key="k1")
    assert refusal(other) == (422, "idempotency_key_reused")
    assert waiting(shop) == ["o1"]


def test_two_ambassadors_may_claim_one_order(shop: Shop, maya: Body) -> None:
    """Neither learns of the other; the admin sees both."""
    asha = shop.enrol("asha@example.com", "Asha")
    asha["token"] = shop.session(asha["id"])
    one, two = claimed(shop, maya), claimed(shop, asha)
    assert one != two
    assert waiting(shop) == ["o1", "o1"]


def test_only_so_many_wait(shop: Shop, maya: Body, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond that a claim is refused, whatever the order; a decision makes room again."""
    monkeypatch.setattr(claims, "OPEN_MAX", 2)
    first, _ = claimed(shop, maya, "o1"), claimed(shop, maya, "o2")
    asha = shop.enrol("asha@example.com", "Asha")
    shop.redeem(asha["code"], "known")
    for name in ("o3", "known"):
        refused = claim(shop, maya, name)
        assert refusal(refused) == (422, "too_many_claims")
    assert claim(shop, maya, "o2").status_code == 202
    assert decide(shop, first, "deny").status_code == 201
    assert claim(shop, maya, "o3").status_code == 202


def test_races_do_not_widen_the_limit(shop: Shop, maya: Body, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two claims at the same moment are counted both."""
    monkeypatch.setattr(claims, "OPEN_MAX", 2)
    claimed(shop, maya, "o1")
    shop.faults.before("TransactWriteItems", meanwhile(lambda: claim(shop, maya, "o2")))
    refused = claim(shop, maya, "o3")
    assert refusal(refused) == (422, "too_many_claims")
    assert sorted(waiting(shop)) == ["o1", "o2"]


def test_a_claim_whose_answer_was_lost_is_sent_again(shop: Shop, maya: Body) -> None:
    """The second attempt finds what the first has stored."""
    shop.faults.after("TransactWriteItems", lost)
    assert claim(shop, maya, key="k1").status_code == 202
    assert claim(shop, maya, key="k1").status_code == 202
    assert waiting(shop) == ["o1"]


def test_nobody_claims_for_another(shop: Shop, maya: Body) -> None:
    """A session is for its own ambassador; a server key can't claim at all."""
    asha = shop.enrol("asha@example.com", "Asha")
    headers = {"Authorization": f"Bearer {maya['token']}", "Idempotency_Key": "k"}
    path = f"/v1/ambassadors/{asha['id']}/claims"
    assert shop.call("POST", path, {"order_id": "o1"}, **headers).status_code == 404
    assert shop.call("POST", path, {"order_id": "o1"}, scope="admin:write", Idempotency_Key="k").status_code == 403


# --- what an admin decides --------------------------------------------------------------------------------------------


def test_an_approval_admits_the_order(shop: Shop, maya: Body) -> None:
    """It is settled as any other, on the full amount: no discount was given. The trace says that it was claimed."""
    claim_id = claimed(shop, maya)
    answer = decide(shop, claim_id)
    assert answer.status_code == 201
    told = shop.read(answer)
    assert (told["state"], told["answer"], told["redemption"]["friend_discount"]) == (
        "approved",
        "Fay wrote to us.",
        eur(0),
    )
    assert told["author"].startswith("key_")
    shop.stream()
    shown = shop.order("o1")
    assert (shown["ambassador_id"], shown["code"]) == (maya["id"], maya["code"])
    assert shown["position"]["held"] == eur(500)
    assert shown["trace"][1] == {"rule": "claim", "outcome": "approved", "detail": {"id": claim_id}}
    assert waiting(shop) == []
    mine = shop.read(claim(shop, maya))
    assert (mine["status"], mine["state"]) == ("yours", "held")


def test_the_friend_is_not_written_to(shop: Shop, maya: Body) -> None:
    """Who used no code is not thanked for using it; the ambassador hears of the reward."""
    decide(shop, claimed(shop, maya))
    shop.stream()
    assert [to for to, _ in shop.mails()] == ["maya@example.com"]


def test_a_late_claim_is_released_when_its_hold_has_passed(shop: Shop, maya: Body) -> None:
    """The hold runs from the day of the order, not from that of the claim."""
    decide(shop, claimed(shop, maya), order=order(days_ago=40))
    shop.stream()
    assert shop.postings() == [("hold", 500), ("release", 500)]


@pytest.mark.parametrize(
    ("reason", "change"),
    [
        ("own_code", {"customer": {"email": "Maya@example.com"}}),
        ("friend_already_referred", {"customer": {"email": "ravi@example.com"}}),
        ("not_first_order", {"customer": {**FAY, "first_order": False}}),
        ("below_minimum", {"amount": eur(1999)}),
        ("currency_mismatch", {"amount": {"amount": 5000, "currency": "USD"}}),
        ("nothing_counts", {"items": [{"sku": "card", "gift_card": True}]}),
    ],
)
def test_every_rule_of_the_checkout_holds(shop: Shop, maya: Body, reason: str, change: Body) -> None:
    """A refusal is told to the admin and leaves the claim open; nothing else is stored."""
    shop.redeem(maya["code"], "earlier", customer={"email": "ravi@example.com"})
    claim_id = claimed(shop, maya)
    before = shop.everything()
    refused = decide(shop, claim_id, order=order(**change))
    assert refusal(refused) == (422, reason)
    assert shop.everything() == before
    assert decide(shop, claim_id).status_code == 201


def test_a_paused_code_and_a_closed_program(shop: Shop, maya: Body) -> None:
    """What would stop the checkout stops the claim, until the admin has put it right."""
    claim_id = claimed(shop, maya)
    shop.call("PATCH", f"/v1/codes/{maya['code']}", {"state": "paused"}, scope="admin:write")
    assert shop.read(decide(shop, claim_id))["reason"] == "paused_code"
    shop.call("PATCH", f"/v1/codes/{maya['code']}", {"state": "active"}, scope="admin:write")
    shop.publish(open=False)
    assert shop.read(decide(shop, claim_id))["reason"] == "program_closed"


def test_an_order_that_was_redeemed_cannot_be_admitted(shop: Shop, maya: Body) -> None:
    """The queue shows whose it is; the redemption that came first stands, and the claim stays open."""
    asha = shop.enrol("asha@example.com", "Asha")
    shop.redeem(asha["code"], "o1")
    claim_id = claimed(shop, maya)
    (shown,) = queue(shop)["items"]
    assert shown["redemption"]["ambassador_id"] == asha["id"]
    refused = decide(shop, claim_id)
    assert refusal(refused) == (409, "already_redeemed")
    assert shop.order("o1")["ambassador_id"] == asha["id"]
    assert waiting(shop) == ["o1"]


def test_a_denial(shop: Shop, maya: Body) -> None:
    """Nothing is admitted; the ambassador hears that it was denied, and of the admin's note nothing."""
    claim_id = claimed(shop, maya)
    told = shop.read(decide(shop, claim_id, "deny", note="She bought before Maya told her."))
    assert (told["state"], told["redemption"]) == ("denied", None)
    mine = claim(shop, maya)
    assert (mine.status_code, shop.read(mine)["status"]) == (202, "denied")
    assert b"before" not in mine.body
    assert shop.call("GET", "/v1/redemptions/o1", scope="admin:read").status_code == 404


@pytest.mark.parametrize("told", [{"decision": "approve"}, {"decision": "deny", "order": order()}])
def test_an_order_goes_with_an_approval_and_only_with_that(shop: Shop, maya: Body, told: Body) -> None:
    """What a checkout would have said is needed to admit an order, and says nothing beside a denial."""
    claim_id = claimed(shop, maya)
    answer = shop.call("POST", f"/v1/claims/{claim_id}", {"note": "Fay wrote to us.", **told}, scope="admin:write")
    assert answer.status_code == 400
    assert [it["pointer"] for it in shop.read(answer)["errors"]] == ["/order"]
    assert waiting(shop) == ["o1"]


@pytest.mark.parametrize("decision", ["approve", "deny"])
def test_a_decision_that_is_sent_again(shop: Shop, maya: Body, decision: str) -> None:
    """The same again answers the same; the other one is refused, and what was decided stays."""
    claim_id = claimed(shop, maya)
    first, again = decide(shop, claim_id, decision), decide(shop, claim_id, decision)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.body == first.body
    other = decide(shop, claim_id, "deny" if decision == "approve" else "approve")
    assert refusal(other) == (409, "claim_decided")


def test_an_approval_of_another_order_is_no_repeat(shop: Shop, maya: Body) -> None:
    """Who corrects an amount is told that the first one stays."""
    claim_id = claimed(shop, maya)
    decide(shop, claim_id, "approve")
    other = decide(shop, claim_id, "approve", order={**order(), "amount": eur(90_000)})
    assert refusal(other) == (409, "claim_decided")


@pytest.mark.parametrize("mine", ["approve", "deny"])
def test_two_admins_at_once(shop: Shop, maya: Body, mine: str) -> None:
    """One decides, the other is told so: a claim is never denied with its order admitted."""
    claim_id = claimed(shop, maya)
    theirs = "deny" if mine == "approve" else "approve"
    shop.faults.before("TransactWriteItems", meanwhile(lambda: decide(shop, claim_id, theirs)))
    answer = decide(shop, claim_id, mine)
    assert refusal(answer) == (409, "claim_decided")
    known = shop.call("GET", "/v1/redemptions/o1", scope="admin:read").status_code
    assert known == (200 if theirs == "approve" else 404)


@pytest.mark.parametrize(
    "happens",
    [
        lambda shop, maya: claim(shop, maya, "another"),
        lambda shop, maya: decide(shop, claimed(shop, maya, "another"), "deny"),
    ],
)
@pytest.mark.parametrize("decision", ["approve", "deny"])
def test_other_claims_in_between(
    shop: Shop, maya: Body, happens: Callable[[Shop, Body], object], decision: str
) -> None:
    """What moves the list of an ambassador's claims only lets a decision look again."""
    claim_id = claimed(shop, maya)
    shop.faults.before("TransactWriteItems", meanwhile(lambda: happens(shop, maya)))
    assert decide(shop, claim_id, decision).status_code == 201


def test_the_checkout_is_faster(shop: Shop, maya: Body) -> None:
    """An order that the shop reports at that moment is not admitted twice."""
    claim_id = claimed(shop, maya)
    asha = shop.enrol("asha@example.com", "Asha")
    shop.faults.before("TransactWriteItems", meanwhile(lambda: shop.redeem(asha["code"], "o1")))
    assert shop.read(decide(shop, claim_id))["reason"] == "already_redeemed"
    assert shop.order("o1")["ambassador_id"] == asha["id"]


def test_an_approval_whose_answer_was_lost(shop: Shop, maya: Body) -> None:
    """Sent again, it answers what was stored."""
    claim_id = claimed(shop, maya)
    shop.faults.after("TransactWriteItems", lost)
    assert decide(shop, claim_id).status_code in {200, 201}
    assert decide(shop, claim_id).status_code == 200
    assert shop.order("o1")["ambassador_id"] == maya["id"]


def test_the_queue_in_pages(shop: Shop, maya: Body) -> None:
    """The oldest first, each once, with what the ambassador says."""
    for name in ("c", "a", "b"):
        assert claim(shop, maya, name, note=f"{name} is my aunt").status_code == 202
        shop.now += timedelta(minutes=1)
    first = queue(shop, "?limit=2")
    last = queue(shop, f"?limit=2&cursor={first['next_cursor']}")
    assert [it["note"] for it in first["items"]] == ["c is my aunt", "a is my aunt"]
    assert ([it["order_id"] for it in last["items"]], last["next_cursor"]) == (["b"], None)
    assert last["items"][0] == {
        "id": last["items"][0]["id"],
        "ambassador_id": maya["id"],
        "order_id": "b",
        "state": "open",
        "claimed_at": "2026-03-01T12:02:00Z",
        "note": "b is my aunt",
        "redemption": None,
    }


def test_what_became_of_ones_claims(shop: Shop, maya: Body, subtests: pytest.Subtests) -> None:
    """Those that wait come first, then those decided, the newest first, however it is cut into pages."""
    ids = []
    for number in range(5):
        ids.append(claimed(shop, maya, f"o{number}"))
        shop.now += timedelta(minutes=1)
    decide(shop, ids[1], "deny")
    decide(shop, ids[3])
    expected = [("o4", "received"), ("o2", "received"), ("o0", "received"), ("o3", "approved"), ("o1", "denied")]
    for limit in (1, 2, 3, 4, 5, 100):
        with subtests.test(f"limit {limit}"):
            shop.cloud.engine.settle_indexes()
            seen, query = [], f"?limit={limit}"
            while query:
                path = f"/v1/ambassadors/me/claims{query}"
                page = shop.read(shop.call("GET", path, Authorization=f"Bearer {maya['token']}"))
                seen += [(it["order_id"], it["status"]) for it in page["items"]]
                query = f"?limit={limit}&cursor={page['next_cursor']}" if page["next_cursor"] else ""
            assert seen == expected
    assert all("note" not in it and "answer" not in it for it in page["items"])
