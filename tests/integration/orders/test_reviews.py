"""The queue of rewards that wait for an admin, decisions about one and many, and what happens if nobody decides."""

from datetime import timedelta
from typing import Any

import pytest
from chalice.test import HTTPResponse

from chalicelib import deps
from chalicelib.domain.program.signals import SIGNALS
from chalicelib.operations.orders import reviews
from chalicelib.operations.orders.settle import settle_orders
from memory.faults import cancelled, meanwhile, refused
from memory.shop import START, Body, Shop, eur

CARD: Body = {"payment_fingerprint": "pm_4242"}
APPROVE: Body = {"decision": "approve", "note": "They are aunt and niece."}
DENY: Body = {"decision": "deny", "note": "One person with three mailboxes."}


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """A shop in which a card that two friends share makes the second one's reward wait for ten days."""
    shop.publish(watch={"review_at": 50}, review_days=10)
    return shop


def suspicious(shop: Shop, *order_ids: str) -> Body:
    """Sell, after one order that is in order, these that are not; answers the ambassador."""
    maya = shop.enrol()
    for order_id in ("first", *order_ids):
        assert shop.redeem(maya["code"], order_id, **CARD).status_code == 201
        settle_orders(deps.table(), [order_id], now=shop.now)
        shop.now += timedelta(hours=1)
    return maya


def queue(shop: Shop, query: str = "") -> Body:
    """The queue as an admin reads it."""
    answer = shop.call("GET", f"/v1/reviews{query}", scope="admin:read")
    assert answer.status_code == 200, answer.body
    return shop.read(answer)


def waiting(shop: Shop) -> list[str]:
    """The ids of the orders in the queue."""
    return [case["order_id"] for case in queue(shop)["items"]]


def decide(shop: Shop, order_ids: list[str], told: Body) -> HTTPResponse:
    """Decide alike on many orders."""
    return shop.call("POST", "/v1/reviews", {"order_ids": order_ids, **told}, scope="admin:write")


def results(shop: Shop, order_ids: list[str], told: Body) -> dict[str, str]:
    """What became of each order: its status, or the reason of a failure."""
    answer = decide(shop, order_ids, told)
    assert answer.status_code == 200, answer.body
    return {it["order_id"]: it.get("reason", it["status"]) for it in shop.read(answer)["results"]}


# --- the queue --------------------------------------------------------------------------------------------------------


def test_the_queue_shows_what_it_takes_to_decide(shop: Shop) -> None:
    """Order, ambassador, amounts, each signal with weight and text, the deadline and what happens then."""
    maya = suspicious(shop, "o1")
    (case,) = queue(shop)["items"]
    opened = START + timedelta(hours=1)
    assert case == {
        "order_id": "o1",
        "ambassador_id": maya["id"],
        "code": maya["code"],
        "placed_at": f"{opened:%Y-%m-%dT%H:%M:%SZ}",
        "amount": eur(5000),
        "friend_discount": eur(500),
        "reward": eur(450),
        "questions": ["signals"],
        "opened_at": f"{opened:%Y-%m-%dT%H:%M:%SZ}",
        "deadline": f"{opened + timedelta(days=10):%Y-%m-%dT%H:%M:%SZ}",
        "default_decision": "approve",
        "defaults": [{"question": "signals", "deadline": case["deadline"], "decision": "approve"}],
        "signals": [{"name": "shared_payment", "weight": 60, "text": SIGNALS["shared_payment"].text}],
        "weight": 60,
        "review_at": 50,
        "foreign_refunds": [],
    }
    shown = shop.order("o1")
    told = ("questions", "opened_at", "deadline", "default_decision", "defaults")
    assert shown["case"] == {name: case[name] for name in told}
    assert (shown["signals"], shown["reviews"]) == (case["signals"], [])


def test_the_soonest_deadline_comes_first(shop: Shop) -> None:
    """Page by page, whatever the ids are, and each case once."""
    suspicious(shop, "c", "a", "b")
    assert waiting(shop) == ["c", "a", "b"]
    first = queue(shop, "?limit=2")
    assert [case["order_id"] for case in first["items"]] == ["c", "a"]
    last = queue(shop, f"?limit=2&cursor={first['next_cursor']}")
    assert ([case["order_id"] for case in last["items"]], last["next_cursor"]) == (["b"], None)


def test_a_case_is_closed_by_what_answers_it(shop: Shop) -> None:
    """A decision takes an order out of the queue; a later order of the same ambassador comes into it."""
    maya = suspicious(shop, "o1", "o2")
    assert shop.call("POST", "/v1/reviews/o1", APPROVE, scope="admin:write").status_code == 201
    settle_orders(deps.table(), ["o1"], now=shop.now)
    assert waiting(shop) == ["o2"]
    assert "case" not in shop.order("o1")
    shop.redeem(maya["code"], "o3", **CARD)
    settle_orders(deps.table(), ["o3"], now=shop.now)
    assert waiting(shop) == ["o2", "o3"]


def test_a_case_that_was_closed_a_moment_ago_is_left_out(shop: Shop) -> None:
    """The list is a moment behind; what it names is read again before it is shown."""
    suspicious(shop, "o1", "o2")
    table, now = deps.table(), shop.now
    shop.call("POST", "/v1/reviews/o1", APPROVE, scope="admin:write")
    shop.faults.before("BatchGetItem", meanwhile(lambda: settle_orders(table, ["o1"], now=now)))
    assert waiting(shop) == ["o2"]


def test_a_refund_in_a_foreign_currency_asks_too(shop: Shop) -> None:
    """It can't be summed, so a person looks at it; the queue shows the refund itself."""
    maya = shop.enrol()
    shop.redeem(maya["code"], "o1")
    shop.call("POST", "/v1/orders/o1/refunds", {"refund_id": "r1", "amount": {"amount": 900, "currency": "USD"}},
              scope="checkout")  # fmt: skip
    settle_orders(deps.table(), ["o1"], now=shop.now)
    (case,) = queue(shop)["items"]
    assert (case["questions"], case["signals"], case["weight"]) == (["foreign_refund"], [], 0)
    assert case["foreign_refunds"] == [
        {"refund_id": "r1", "kind": "refund", "amount": {"amount": 900, "currency": "USD"}}
    ]
    shop.call("POST", "/v1/reviews/o1", APPROVE, scope="admin:write")
    settle_orders(deps.table(), ["o1"], now=shop.now)
    assert waiting(shop) == []


def test_a_second_question_is_asked_when_the_first_is_answered(shop: Shop) -> None:
    """Both questions of an order are one case; an answer to what was known leaves what came later open."""
    suspicious(shop, "o1")
    shop.call("POST", "/v1/reviews/o1", APPROVE, scope="admin:write")
    usd = {"refund_id": "r1", "amount": {"amount": 900, "currency": "USD"}}
    shop.call("POST", "/v1/orders/o1/refunds", usd, scope="checkout")
    settle_orders(deps.table(), ["o1"], now=shop.now)
    (case,) = queue(shop)["items"]
    assert case["questions"] == ["foreign_refund"]


# --- when nobody decides ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("default", "state", "reason", "available"),
    [("approve", "available", None, 900), ("deny", "void", "denied_by_review", 450)],
)
def test_when_nobody_decides_the_program_does(
    shop: Shop, default: str, state: str, reason: str | None, available: int
) -> None:
    """At the deadline the default takes its place, the queue is empty, and an approved reward ends its hold as ever."""
    shop.publish(watch={"review_at": 50}, review_days=10, review_default=default)
    maya = suspicious(shop, "o1")
    assert queue(shop)["items"][0]["default_decision"] == default
    shop.days(9)
    assert (waiting(shop), shop.order("o1")["reason"]) == (["o1"], "review_pending")
    shop.days(2)
    assert waiting(shop) == []
    assert shop.order("o1").get("reason") == reason
    assert shop.order("o1")["reviews"] == []
    shop.days(25)
    assert shop.order("o1")["position"]["state"] == state
    assert shop.account(maya["id"])["available"] == available


def test_a_reward_under_review_outlasts_its_hold(shop: Shop) -> None:
    """With longer reviews than holds nothing is released that an admin has not seen; a decision releases it at once."""
    shop.publish(watch={"review_at": 50}, review_days=60)
    suspicious(shop, "o1")
    shop.days(40)
    assert shop.order("o1")["position"]["state"] == "held"
    shop.call("POST", "/v1/reviews/o1", APPROVE, scope="admin:write")
    shop.days(0.1)
    assert shop.order("o1")["position"]["state"] == "available"


# --- deciding about many ----------------------------------------------------------------------------------------------


def test_many_at_once(shop: Shop) -> None:
    """One request decides alike on many; each order keeps who decided, why, and is settled accordingly."""
    maya = suspicious(shop, "o1", "o2", "o3")
    answer = shop.read(decide(shop, ["o1", "o2"], DENY))
    assert [it["status"] for it in answer["results"]] == ["decided"] * 2
    assert [it["review"]["number"] for it in answer["results"]] == [1, 1]
    shop.days(0.1)
    assert waiting(shop) == ["o3"]
    assert shop.account(maya["id"])["held"] == 900
    (review,) = shop.order("o2")["reviews"]
    assert (review["decision"], review["note"]) == ("deny", DENY["note"])
    assert review["author"].startswith("key_")


def test_each_order_has_its_own_answer(shop: Shop) -> None:
    """What fails for one is said of that one, and the others are decided all the same."""
    maya = suspicious(shop, "o1", "o2")
    shop.redeem(maya["code"], "fresh")
    asked = ["o1", "nobody", "fresh", "o2", "o1"]
    assert results(shop, asked, APPROVE) == {
        "o1": "decided",
        "nobody": "unknown_order",
        "fresh": "not_settled_yet",
        "o2": "decided",
    }
    failed = shop.read(decide(shop, ["nobody"], APPROVE))["results"][0]
    assert failed["detail"] == "No code was redeemed on this order."


@pytest.mark.parametrize("first", [[], [refused("ThrottlingException")]])
def test_another_admin_in_between(shop: Shop, first: list[Any]) -> None:
    """Who is overtaken on one order is told so for that order, on whichever attempt."""
    suspicious(shop, "o1", "o2")
    other = meanwhile(lambda: shop.call("POST", "/v1/reviews/o1", DENY, scope="admin:write"))
    shop.faults.before("PutItem", *first, other)
    assert results(shop, ["o1", "o2"], APPROVE) == {"o1": "conflicting_review", "o2": "decided"}
    assert [it["decision"] for it in shop.order("o1")["reviews"]] == ["deny"]


def test_the_same_again_is_decided_already(shop: Shop) -> None:
    """A request that was lost on its way back may be sent again: nothing is decided twice."""
    suspicious(shop, "o1", "o2")
    assert results(shop, ["o1"], APPROVE) == {"o1": "decided"}
    assert results(shop, ["o1", "o2"], APPROVE) == {"o1": "decided", "o2": "decided"}
    assert len(shop.order("o1")["reviews"]) == 1
    again = shop.call("POST", "/v1/reviews/o1", APPROVE, scope="admin:write")
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
    assert shop.read(again)["number"] == 1
    for told in (DENY, APPROVE):
        assert shop.call("POST", "/v1/reviews/o1", told, scope="admin:write").status_code == 201


def test_an_outage_is_told_for_what_it_hit(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the table is busy, or the time is up, the rest is told to be sent again; what was decided stays so."""
    suspicious(shop, "o1", "o2", "o3")
    shop.faults.before("Query", None, *[cancelled("ThrottlingError")] * 9)
    assert results(shop, ["o1", "o2"], APPROVE) == {"o1": "decided", "o2": "busy"}
    shop.faults.before("Query")
    monkeypatch.setattr(reviews, "TOGETHER_SECONDS", -1.0)
    assert results(shop, ["o2", "o3"], APPROVE) == {"o2": "busy", "o3": "busy"}
    assert [len(shop.order(name)["reviews"]) for name in ("o1", "o2", "o3")] == [1, 0, 0]


def test_an_outage_of_one_order_does_not_end_the_others(shop: Shop) -> None:
    """The one that was hit is told to be sent again, and all behind it are decided."""
    suspicious(shop, "o1", "o2", "o3")
    shop.faults.before("Query", None, *[cancelled("ThrottlingError")] * 3)
    assert results(shop, ["o1", "o2", "o3"], APPROVE) == {"o1": "decided", "o2": "busy", "o3": "decided"}


def test_a_hundred_and_no_more(shop: Shop) -> None:
    """A hundred orders fit into one request."""
    assert decide(shop, [f"o{number}" for number in range(100)], APPROVE).status_code == 200
    refused = decide(shop, [f"o{number}" for number in range(101)], APPROVE)
    assert (refused.status_code, shop.read(refused)["errors"][0]["pointer"]) == (400, "/order_ids")
