"""Whoever buys is met before the order is settled, whatever comes in between: the letters need to know them."""

from typing import Any

import pytest

from chalicelib import deps
from chalicelib.operations.orders.buyers import meet_buyers
from chalicelib.operations.orders.settle import Met, settle_orders
from memory.shop import Shop

THANKS = ("o1@friends.example", "Thank you for your order at Kavya Ceramics")


def paid(shop: Shop) -> None:
    """The order is paid for."""
    told = {"payment_id": "p1", "paid_at": f"{shop.now:%Y-%m-%dT%H:%M:%SZ}"}
    assert shop.call("POST", "/v1/orders/o1/payments", told, scope="checkout").status_code in {200, 201}


@pytest.mark.parametrize("since", ["came paid for", "came, and was paid for", "was paid for"])
def test_an_order_that_comes_after_the_look_waits_for_the_next(shop: Shop, since: str) -> None:
    """It came, or was paid for, after its buyer had been looked for: settled now, its thanks would find nobody."""
    code = shop.enrol()["code"]
    pending: dict[str, Any] = {"payment": "pending"}
    if since == "was paid for":
        shop.redeem(code, **pending)
    met, _ = meet_buyers(deps.table(), ["o1"], deps.outlook(), now=shop.now)
    assert met == {"o1": Met(0, 0)}
    if since == "came, and was paid for":
        shop.redeem(code, **pending)
    if since == "came paid for":
        shop.redeem(code)
    else:
        paid(shop)
    assert settle_orders(deps.table(), met, now=shop.now, met=met) == []
    stored = deps.table().read_redemption("o1")
    assert stored is not None
    assert stored.standing is None
    shop.stream()
    shop.minute()
    assert shop.mails().count(THANKS) == 1


def test_facts_of_an_order_that_is_settled_need_nobody(shop: Shop) -> None:
    """Who bought has been met by then."""
    shop.redeem(shop.enrol()["code"])
    shop.stream()
    shop.refund("o1", "r1", 1000)
    met, _ = meet_buyers(deps.table(), ["o1"], deps.outlook(), now=shop.now)
    settle_orders(deps.table(), met, now=shop.now, met=met)
    assert shop.postings(order_id="o1")[-1] == ("void", 100)
