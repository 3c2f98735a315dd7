"""An order as it is known, whether or not a code was used on it, and its reward told to two readers."""

import pytest

from memory.shop import Body, Shop, eur


def order(shop: Shop, order_id: str = "o1") -> Body:
    """All that is known of an order."""
    answer = shop.call("GET", f"/v1/orders/{order_id}", scope="admin:read")
    assert answer.status_code == 200, answer.body
    return shop.read(answer)


def test_an_order_that_was_reported(shop: Shop) -> None:
    """Who bought what; nobody brought it, and nothing is known of it since."""
    told: Body = {"order_id": "r1", "customer": {"email": "lea@example.com"}, "amount": eur(900)}
    told["items"] = [{"sku": "MUG", "category": "Mugs", "quantity": 1, "amount": eur(900)}]
    assert shop.call("POST", "/v1/orders", told, scope="checkout").status_code == 201, told
    shop.stream()
    found = order(shop, "r1")
    lea = shop.read(shop.call("GET", "/v1/people?email=lea@example.com", scope="admin:read"))["items"][0]["id"]
    assert (found["reported"], found["redeemed"], found["person_id"]) == (True, False, lea)
    assert (found["skus"], found["categories"], found["facts"]) == (["MUG"], ["Mugs"], [])
    assert "code" not in found


def test_an_order_that_a_code_was_used_on(shop: Shop) -> None:
    """Whose code that was, and in the order of time what was reported and decided."""
    maya = shop.enrol()
    shop.redeem(maya["code"])
    shop.stream()
    shop.refund("o1", "r-1", 1000)
    shop.stream()
    denied = {"decision": "deny", "note": "bought it herself"}
    shop.call("POST", "/v1/reviews/o1", denied, scope="admin:write")
    found = order(shop)
    assert (found["code"], found["ambassador_id"]) == (maya["code"], maya["id"])
    assert [it["kind"] for it in found["facts"]] == ["refund", "denied"]
    assert found["facts"][0]["amount"] == eur(1000)
    assert found["facts"][1]["note"] == "bought it herself"


def test_facts_that_came_before_their_order(shop: Shop) -> None:
    """A refund of an order that nobody knows is shown; an order of which nothing is known is none."""
    shop.refund("o9", "r-1", 500)
    assert [it["id"] for it in order(shop, "o9")["facts"]] == ["r-1"]
    assert shop.call("GET", "/v1/orders/none", scope="admin:read").status_code == 404
    assert shop.call("GET", "/v1/orders/o9", scope="checkout").status_code == 403


def test_a_reward_is_told_as_its_ambassador_may_hear_it(shop: Shop) -> None:
    """With nothing about the friend that they may not know, in the language that is asked for; all else stays."""
    maya = shop.enrol()
    shop.redeem(maya["code"])
    shop.stream()
    own = {"Authorization": f"Bearer {shop.session(maya['id'])}"}
    theirs = shop.read(shop.call("GET", "/v1/ambassadors/me/referrals?lang=es", **own))["items"][0]["explanation"]
    answer = shop.call("GET", "/v1/redemptions/o1?reader=ambassador&lang=es", scope="admin:read")
    plain, asked = shop.order(), shop.read(answer)
    assert asked["explanation"] == theirs != plain["explanation"]
    assert {**asked, "explanation": 0} == {**plain, "explanation": 0}


@pytest.mark.parametrize("query", ["reader=friend", "reader=", "for=ambassador"])
def test_a_reader_that_is_none(shop: Shop, query: str) -> None:
    """400."""
    shop.redeem(shop.enrol()["code"])
    assert shop.call("GET", f"/v1/redemptions/o1?{query}", scope="admin:read").status_code == 400
