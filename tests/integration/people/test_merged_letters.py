"""What was promised to somebody who was merged into another one is kept or corrected to who they are now."""

import pytest

from memory.shop import Body, Shop
from tests.integration.messages.test_letters import HELD, LOST, NEWS, cancel, reverse, told, yours

OTHER = "maya@work.example"
TIERS: list[Body] = [
    {"name": "Starter", "threshold": 0, "reward": {"basis_points": 1000}},
    {"name": "Silver", "threshold": 2, "reward": {"basis_points": 1500}},
]


class Two:
    """Maya, and Maya once more under another address, who was told of a reward to come for order o1."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.own, self.other = shop.enrol(), shop.enrol(OTHER)
        shop.redeem(self.other["code"])
        shop.stream()
        assert told(shop, OTHER) == [HELD]

    def merge(self) -> None:
        """Let them be one."""
        wanted = {"other": self.other["id"], "note": "One person."}
        answer = self.shop.call("POST", f"/v1/ambassadors/{self.own['id']}/merge", wanted, scope="admin:write")
        assert answer.status_code in {200, 201}, answer.body
        self.shop.stream()


@pytest.fixture
def two(shop: Shop) -> Two:
    """Two who turn out to be one."""
    return Two(shop)


def test_a_reward_is_released_reduced_and_lost_to_who_they_are_now(two: Two) -> None:
    """Each change is told once, at the address of the one that they are; nothing is lost with the other one."""
    shop = two.shop
    two.merge()
    shop.refund("o1", "r1", 1000)
    shop.stream()
    assert told(shop) == [NEWS]
    shop.days(31)
    assert told(shop) == [NEWS, yours("€3.50")]
    cancel(shop)
    assert told(shop) == [NEWS, yours("€3.50"), LOST]
    reverse(shop)
    assert len(told(shop)) == 4
    assert told(shop, OTHER) == [HELD]
    assert shop.findings(two.own["id"]) == []


def test_a_day_that_moves_is_told_to_who_they_are_now(two: Two) -> None:
    """A longer time to return moves the release."""
    two.merge()
    later = {"fulfilment_id": "f1", "delivered_at": "2026-03-01T13:00:00Z", "return_by": "2026-05-02T09:00:00Z"}
    two.shop.now = two.shop.now.replace(day=2)
    answer = two.shop.call("POST", "/v1/orders/o1/fulfilments", later, scope="checkout")
    assert answer.status_code == 201, answer.body
    two.shop.stream()
    assert told(two.shop) == [NEWS]


def test_a_suspension_of_either_silences_both_until_it_ends(two: Two) -> None:
    """What changes meanwhile is told by the one letter after it."""
    shop = two.shop
    answer = shop.call("POST", f"/v1/ambassadors/{two.other['id']}/suspend", {"note": "cards"}, scope="admin:write")
    assert answer.status_code == 201
    two.merge()
    shop.refund("o1", "r1", 1000)
    shop.days(31)
    assert told(shop) == []
    answer = shop.call("POST", f"/v1/ambassadors/{two.own['id']}/reinstate", {"note": "fine"}, scope="admin:write")
    assert answer.status_code == 201, answer.body
    shop.stream()
    assert len(told(shop)) == 1
    assert "€3.50" in shop.sent()[-1].body
    assert shop.findings(two.own["id"]) == []


def test_a_tier_that_only_both_reach_is_told_once(shop: Shop) -> None:
    """Neither had it; the merger does, and the next order that counts is no news."""
    shop.publish(tiers=TIERS, hold_days=0)
    two = [shop.enrol(), shop.enrol(OTHER)]
    for number, one in enumerate(two):
        shop.redeem(one["code"], f"o{number}")
        shop.stream()
    assert not any("Silver" in sent.body for sent in shop.sent())
    wanted = {"other": two[1]["id"], "note": "One person."}
    assert shop.call("POST", f"/v1/ambassadors/{two[0]['id']}/merge", wanted, scope="admin:write").status_code == 201
    shop.stream()
    shop.redeem(two[0]["code"], "o9")
    shop.stream()
    assert sum("Silver" in sent.body for sent in shop.sent()) == 1
    assert shop.findings(two[0]["id"]) == []
