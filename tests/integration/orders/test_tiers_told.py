"""A tier that counted referrals reach is told once, with what it brings; over HTTP, worker and wire."""

from memory.shop import Body, Shop

TEN: Body = {"basis_points": 1000}
TIERS: list[Body] = [
    {"name": "Starter", "threshold": 0, "reward": TEN},
    {"name": "Silver", "threshold": 2, "reward": {"basis_points": 1500}, "bonus": 500},
]


def sell(shop: Shop, code: str, order_id: str) -> None:
    """Let a friend of their own buy, and the hold pass."""
    customer = {"email": f"{order_id}@example.com", "first_name": "Fay"}
    answer = shop.redeem(code, order_id, customer=customer)
    assert answer.status_code == 201, answer.body
    shop.stream()
    shop.days(1)


def refund(shop: Shop, order_id: str, refund_id: str) -> None:
    """Let an order come to nothing."""
    wanted = {"refund_id": refund_id, "kind": "cancellation"}
    assert shop.call("POST", f"/v1/orders/{order_id}/refunds", wanted, scope="checkout").status_code == 201
    shop.stream()


def silver(shop: Shop) -> int:
    """How many mails speak of Silver."""
    return sum("Silver" in sent.body for sent in shop.sent())


def test_the_order_that_reaches_a_tier_has_it_told_once(shop: Shop) -> None:
    """It names the tier and what an order brings from now on; going on, and losing it and back, is no news."""
    shop.publish(tiers=TIERS, hold_days=0)
    maya = shop.enrol()
    sell(shop, maya["code"], "o1")
    assert silver(shop) == 0
    sell(shop, maya["code"], "o2")
    assert silver(shop) == 1
    assert [sent for sent in shop.sent() if "Silver" in sent.body and "15" in sent.body and "5" in sent.body]
    refund(shop, "o2", "r1")
    sell(shop, maya["code"], "o3")
    sell(shop, maya["code"], "o4")
    assert silver(shop) == 1
    assert shop.account(maya["id"])["counted"] == 3
    assert shop.findings(maya["id"]) == []
