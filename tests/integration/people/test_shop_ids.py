"""Ids as shops make them: with a number sign, as a URI, with whatever else can be printed."""

import base64
import json
from typing import Any
from urllib.parse import quote

import pytest
from chalice.config import Config
from chalice.test import HTTPResponse
from hypothesis import given, settings
from hypothesis import strategies as st

import app
from chalicelib import deps
from chalicelib.domain.model.facts import Fulfilment, Refund, Reversal, Review
from chalicelib.operations.audit.audit import audit_all
from chalicelib.store import keys
from chalicelib.store.kinds import key_of
from infra.local.serve import Gateway
from memory.shop import START, Body, Shop, eur

IDS = ("#1001", "gid://shopify/Order/1001", "1001#2/3", "~1001", "..", "100%23", "A 1", "bestelling-é")


def encoded(name: str) -> str:
    """An id as a part of a path, percent-encoded."""
    return quote(name, safe="")


def tilde(name: str) -> str:
    """An id as a part of a path, in the form that nothing on the way takes apart."""
    return "~" + base64.urlsafe_b64encode(name.encode()).decode().rstrip("=")


def call(shop: Shop, method: str, path: str, body: Body | None = None, scope: str = "checkout") -> HTTPResponse:
    """Send a request through what stands before the app, as a client writes the path."""
    gateway = Gateway(app.app, Config())
    sent = {"authorization": f"Bearer {shop.keys[scope]}", "content-type": "application/json"}
    made: Any = gateway.handle_request(method, path, sent, b"" if body is None else json.dumps(body).encode())
    return HTTPResponse(made["body"].encode(), made["headers"], made["statusCode"])


@pytest.mark.parametrize("written", [encoded, tilde])
@pytest.mark.parametrize("order_id", IDS)
def test_an_order_lives_under_the_shops_own_id(shop: Shop, order_id: str, written: Any) -> None:
    """Redeemed, delivered, refunded in part, disputed, reviewed, listed, audited: the id goes through it all."""
    if written is encoded and order_id in {"~1001", ".."}:
        pytest.skip("in a path these need the other form")
    maya = shop.enrol()
    at = f"/v1/orders/{written(order_id)}"
    assert shop.redeem(maya["code"], order_id, customer={"email": "fay@example.com"}).status_code == 201
    refund = {"refund_id": order_id, "amount": eur(1000)}
    delivery = {"fulfilment_id": order_id, "delivered_at": "2026-02-28T12:00:00Z"}
    for path, told in ((f"{at}/refunds", refund), (f"{at}/fulfilments", delivery)):
        assert [call(shop, "POST", path, told).status_code for _ in range(2)] == [201, 200], path
    shop.stream()
    assert call(shop, "POST", f"{at}/refunds/{written(order_id)}/reversal", {}).status_code == 201
    shop.minute()
    decision = {"decision": "approve", "note": "Yes."}
    review = call(shop, "POST", f"/v1/reviews/{written(order_id)}", decision, "admin:write")
    assert review.status_code == 201, review.body
    shop.days(31)
    shown = shop.read(call(shop, "GET", f"/v1/redemptions/{written(order_id)}", scope="admin:read"))
    assert (shown["order_id"], shown["position"]["state"]) == (order_id, "available")
    listed = shop.entries(order_id=encoded(order_id))
    assert {entry["order_id"] for entry in listed} == {order_id}
    assert [entry["kind"] for entry in listed][-1] == "release"
    rows = shop.read(shop.call("GET", f"/v1/ambassadors/{maya['id']}/referrals", scope="admin:read"))["items"]
    assert [row["order_id"] for row in rows] == [order_id]
    assert audit_all(deps.table(), now=shop.now) == []


@pytest.mark.parametrize("order_id", IDS)
def test_a_pending_order_is_paid_and_its_friend_freed_under_any_id(shop: Shop, order_id: str) -> None:
    """The routes of payments and of the friend's place take the same ids."""
    code, at = shop.enrol()["code"], f"/v1/orders/{tilde(order_id)}"
    customer = {"email": "fay@example.com"}
    assert shop.redeem(code, order_id, customer=customer, payment="pending").status_code == 201
    paid = {"payment_id": order_id, "paid_at": "2026-02-28T12:00:00Z"}
    assert [call(shop, "POST", f"{at}/payments", paid).status_code for _ in range(2)] == [201, 200]
    shop.stream()
    freed = call(shop, "POST", f"{at}/release-friend", {"note": "A gift.", "void_reward": True}, "admin:write")
    assert freed.status_code in {200, 201}, freed.body
    assert shop.redeem(code, "another", customer=customer).status_code == 201


def test_pages_of_referrals_go_on_behind_any_id(shop: Shop) -> None:
    """A cursor leads past ids that hold what divides keys and paths."""
    maya = shop.enrol()
    for order_id in IDS:
        shop.redeem(maya["code"], order_id, customer={"email": f"{abs(hash(order_id))}@example.com"})
    shop.stream()
    seen, path = [], f"/v1/ambassadors/{maya['id']}/referrals?limit=1"
    cursor = ""
    while cursor is not None:
        page = shop.read(shop.call("GET", path + (f"&cursor={cursor}" if cursor else ""), scope="admin:read"))
        seen += [row["order_id"] for row in page["items"]]
        cursor = page["next_cursor"]
    assert sorted(seen) == sorted(IDS)


@pytest.mark.parametrize(
    "other",
    [
        "1001\u200b",
        "\ufeff1001",
        "10\u00ad01",
        "1001\u2060",
        "1001\u200d",
        "10\u316401",
        "10\u00a001",
        " 1001",
        "1001\n",
    ],
)
def test_what_looks_like_another_order_is_none(shop: Shop, other: str) -> None:
    """What shows nothing makes no second order: it is refused, so that the shop finds where it comes from."""
    code = shop.enrol()["code"]
    shop.redeem(code, "1001")
    before = shop.everything()
    told = {"refund_id": other, "amount": eur(100)}
    assert shop.redeem(code, other, customer={"email": "b@example.com"}).status_code == 400
    assert shop.call("POST", "/v1/orders/1001/refunds", told, scope="checkout").status_code == 400
    assert call(shop, "POST", f"/v1/orders/{tilde(other)}/refunds", {**told, "refund_id": "r"}).status_code == 400
    assert call(shop, "GET", f"/v1/redemptions/{encoded(other)}").status_code == 400
    assert shop.everything() == before


def test_an_ambassador_may_type_an_order_as_they_see_it(shop: Shop) -> None:
    """Blanks and what shows nothing are a slip there: two ways to type one order are one claim."""
    session = {"Authorization": f"Bearer {shop.session(shop.enrol()['id'])}"}
    claims = [
        shop.call("POST", "/v1/ambassadors/me/claims", {"order_id": typed}, **session, Idempotency_Key=key)
        for key, typed in (("a", "#1001"), ("b", " #1001\u200b"))
    ]
    assert [it.status_code for it in claims] == [202, 202]
    assert shop.read(claims[0]) == shop.read(claims[1])


@pytest.mark.parametrize("broken", ["~", "~!", "~M", "~gA", "~é", "~Cg"])
def test_a_form_that_holds_no_id_is_named(shop: Shop, broken: str) -> None:
    """Neither base64url, nor UTF-8 in it, nor an id in that."""
    answer = call(shop, "GET", f"/v1/redemptions/{quote(broken)}")
    assert (answer.status_code, shop.read(answer)["errors"][0]["pointer"]) == (400, "/order_id")


TEXT = st.text("#%/:~23 5Aé", min_size=1, max_size=6)


@settings(max_examples=200)
@given(TEXT, TEXT, TEXT, TEXT)
def test_no_two_facts_share_a_key(order_id: str, fact_id: str, other_order: str, other_fact: str) -> None:
    """Whatever the ids hold, a key leads to one fact, and back to its order."""

    def facts(order: str, own: str) -> list[Any]:
        now = START
        return [
            Refund(order, own, "refund", 1, recorded_at=now),
            Reversal(order, own, now),
            Fulfilment(order, own, now, recorded_at=now),
            Fulfilment(order, own, now, revision=2, recorded_at=now),
            Review(order, 1, "deny", "key", "no", now),
        ]

    made = {key_of(it): it for it in (*facts(order_id, fact_id), *facts(other_order, other_fact))}
    named = {(it.order_id, it.name) for it in (*facts(order_id, fact_id), *facts(other_order, other_fact))}
    assert len(made) == len(named)
    for key, it in made.items():
        assert keys.order_in(key.pk) == it.order_id
        assert keys.fact(it.order_id, it.name) == key
