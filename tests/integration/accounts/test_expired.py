"""What has expired stays so: through cancellations, disputes and reviews, in whatever order they come."""

from collections.abc import Iterator

import pytest

from memory.shop import PROGRAM, Body
from tests.quick_shop import QuickShop, open_quick_shop

RULES: Body = {**PROGRAM, "expiry_months": 1, "expiry_notice_days": 0, "hold_days": 1, "minimum": 0}


@pytest.fixture
def shop() -> Iterator[QuickShop]:
    """A shop whose rewards expire after a month without anything earned or spent."""
    with open_quick_shop(RULES) as opened:
        yield opened


class Idle:
    """An ambassador whose rewards of 4.50 (order A) and 0.90 (order B) have expired, and a prize if there is one."""

    def __init__(self, shop: QuickShop, prize: int = 0) -> None:
        self.shop = shop
        maya = shop.enrol()
        self.id = maya["id"]
        shop.redeem(maya["code"], "A", 5000)
        shop.redeem(maya["code"], "B", 1000)
        shop.stream()
        shop.days(2)
        shop.days(35)
        assert self.balances == (0, 540 + prize)

    @property
    def balances(self) -> tuple[int, int]:
        """Available and expired."""
        account = self.shop.account(self.id)
        return account["available"], account.get("expired", 0)

    def cancel(self, refund_id: str, order_id: str = "A") -> tuple[int, int]:
        """Cancel an order, and see what that leaves."""
        told = {"refund_id": refund_id, "kind": "cancellation"}
        answer = self.shop.call("POST", f"/v1/orders/{order_id}/refunds", told, scope="checkout")
        return self._then(answer.status_code)

    def reverse(self, refund_id: str, order_id: str = "A") -> tuple[int, int]:
        """Take that back, and see."""
        path = f"/v1/orders/{order_id}/refunds/{refund_id}/reversal"
        return self._then(self.shop.call("POST", path, {}, scope="checkout").status_code)

    def review(self, decision: str, order_id: str = "A") -> tuple[int, int]:
        """Let an admin decide, and see."""
        told = {"decision": decision, "note": "looked at it"}
        answer = self.shop.call("POST", f"/v1/reviews/{order_id}", told, scope="admin:write")
        return self._then(answer.status_code)

    def _then(self, status: int) -> tuple[int, int]:
        assert status == 201
        self.shop.stream()
        return self.balances


def test_cancelled_reversed_and_cancelled_again_is_cancelled(shop: QuickShop) -> None:
    """Expired money is not made available by a dispute that is won; the other order's stays where it is."""
    idle = Idle(shop)
    seen = [idle.cancel("one"), idle.reverse("one"), idle.cancel("two"), idle.reverse("two")]
    assert seen == [(0, 90), (0, 540), (0, 90), (0, 540)]
    assert idle.shop.findings(idle.id) == []


def test_denied_approved_and_denied_again_is_denied(shop: QuickShop) -> None:
    """The same by an admin's hand."""
    idle = Idle(shop)
    assert [idle.review(it) for it in ("deny", "approve", "deny", "approve")] == [(0, 90), (0, 540)] * 2
    assert idle.shop.findings(idle.id) == []


def test_what_comes_back_to_what_has_expired_is_no_activity(shop: QuickShop) -> None:
    """It can't be used, so nothing begins to expire anew; and nothing of it expires a second time."""
    idle = Idle(shop)
    idle.cancel("one")
    idle.reverse("one")
    shop.days(40)
    assert idle.balances == (0, 540)
    assert len(shop.entries(ambassador_id=idle.id, kind="expiry")) == 1


def test_a_prize_follows_its_order() -> None:
    """What has expired of a prize goes back to what has expired when the referral counts again."""
    rules = {**RULES, "milestones": [{"name": "pair", "at": 2, "reward": {"amount": 300}}]}
    with open_quick_shop(rules) as shop:
        idle = Idle(shop, prize=300)
        assert [idle.cancel("one"), idle.reverse("one"), idle.cancel("two")] == [(0, 90), (0, 840), (0, 90)]
        assert [idle.reverse("two"), idle.review("deny"), idle.review("approve")] == [(0, 840), (0, 90), (0, 840)]
        assert idle.shop.findings(idle.id) == []


def test_a_gift_waits_to_be_sent_however_long() -> None:
    """Points and money expire with idleness; a mug that was earned is owed until it is sent."""
    rules = {**RULES, "milestones": [{"name": "each", "every": 1, "reward": {"gift": "Tea mug"}}]}
    with open_quick_shop(rules) as shop:
        maya = shop.enrol()
        shop.redeem(maya["code"], "A", 5000)
        shop.stream()
        shop.days(2)
        shop.days(200)
        account = shop.read(shop.call("GET", f"/v1/ambassadors/{maya['id']}", scope="admin:read"))["account"]
    held = {(money.get("currency") or money["unit"]): money["amount"] for money in account["available"]}
    assert held == {"EUR": 0, "gift:Tea mug": 1}
