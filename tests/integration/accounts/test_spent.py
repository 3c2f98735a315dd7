"""Whatever leaves an account is told to whose it was, whoever asked; over HTTP, worker and wire."""

import pytest

from chalicelib import deps
from chalicelib.domain.model.messages import Letter, Message, Recipient
from memory.faults import lost
from memory.shop import Body, Shop, eur
from tests.integration.messages.test_letters import last, told

GIFT: Body = {"name": "first", "at": 1, "reward": {"gift": "Tea mug"}}


@pytest.fixture
def maya(shop: Shop) -> str:
    """An ambassador with 4.50 euro and a mug."""
    shop.publish(spend_minimum=100, milestones=[GIFT])
    maya = shop.enrol()
    shop.redeem(maya["code"])
    shop.stream()
    shop.days(31)
    return str(maya["id"])


def owed(shop: Shop, maya: str, name: str) -> list[Message]:
    """The messages of this name to the ambassador."""
    shop.cloud.engine.settle_indexes()
    found = deps.table().list_messages([Recipient("ambassador", maya)], None, 50)
    return [it for _, it in found if it.letter.name == name]


def spend(shop: Shop, maya: str, amount: int = 200, key: str = "s-1") -> Body:
    """Ask for a coupon as the ambassador."""
    headers = {"Authorization": f"Bearer {shop.session(maya)}", "Idempotency_Key": key}
    return shop.read(shop.call("POST", "/v1/ambassadors/me/spends", {"amount": eur(amount)}, **headers))


def test_a_coupon_is_told_without_its_code(shop: Shop, maya: str) -> None:
    """How much was used: a thief who reads mail must not get the coupon. A repeat and a refusal tell nothing."""
    before = len(told(shop))
    coupon = spend(shop, maya)
    assert spend(shop, maya) == coupon
    assert spend(shop, maya, 9000, "s-2")["reason"] == "insufficient_balance"
    shop.stream()
    assert len(told(shop)) == before + 1
    assert "€2" in last(shop)
    assert coupon["code"] not in str(shop.sent()[-1])
    (message,) = owed(shop, maya, "spent")
    assert (message.letter, message.owed_at) == (Letter("spent", 200, "EUR"), shop.now)
    assert shop.findings(maya) == []


def test_a_payout_that_an_admin_asks_for_is_told_as_well(shop: Shop, maya: str) -> None:
    """A key may be stolen as a session may; the ambassador is who notices."""
    path = f"/v1/ambassadors/{maya}/payouts"
    answer = shop.call("POST", path, {"amount": eur(300)}, scope="admin:write", Idempotency_Key="p-1")
    assert answer.status_code == 201, answer.body
    shop.stream()
    assert [it.letter for it in owed(shop, maya, "spent")] == [Letter("spent", 300, "EUR")]
    assert "€3" in last(shop)


def test_a_spend_whose_answer_is_lost_is_told_once(shop: Shop, maya: str) -> None:
    """The letter is owed in its very transaction."""
    shop.faults.after("TransactWriteItems", lost)
    spend(shop, maya)
    spend(shop, maya)
    shop.stream()
    assert len(owed(shop, maya, "spent")) == 1


def test_a_gift_on_its_way_is_told(shop: Shop, maya: str) -> None:
    """Once, by name, however often the shop says that it sent it."""
    (task,) = shop.read(shop.call("GET", "/v1/gifts", scope="admin:read"))["items"]
    for status in (201, 200):
        answer = shop.call("POST", f"/v1/gifts/{task['id']}/sent", {}, scope="admin:write")
        assert answer.status_code == status
    shop.stream()
    assert [it.letter for it in owed(shop, maya, "gift_sent")] == [Letter("gift_sent", 1, "gift:Tea mug")]
    assert "Tea mug" in last(shop)
    assert shop.findings(maya) == []


def test_a_gift_that_was_lost_meanwhile_is_told_to_nobody(shop: Shop, maya: str) -> None:
    """Nothing is on its way."""
    (task,) = shop.read(shop.call("GET", "/v1/gifts", scope="admin:read"))["items"]
    told_of = {"refund_id": "c", "kind": "cancellation"}
    assert shop.call("POST", "/v1/orders/o1/refunds", told_of, scope="checkout").status_code == 201
    shop.stream()
    assert shop.call("POST", f"/v1/gifts/{task['id']}/sent", {}, scope="admin:write").status_code == 409
    assert owed(shop, maya, "gift_sent") == []


def test_nobody_can_have_it_kept_from_them(shop: Shop, maya: str) -> None:
    """It tells of a theft: no refusal, restriction, quiet night or cap, and nothing that a thief may set, stops it."""
    purposes = ["rewards", "care", "tips", "wishes", "offers"]
    letters = {
        "quiet": {"starts": "00:00", "ends": "23:00", "purposes": purposes},
        "caps": [{"letters": 1, "days": 30, "purposes": purposes}],
        "welcome": False,
    }
    shop.publish(spend_minimum=100, letters=letters)
    session = {"Authorization": f"Bearer {shop.session(maya)}"}
    refused = {name: {"given": False} for name in (*purposes, "*")}
    answer = shop.call("PATCH", "/v1/people/me", {"consents": refused}, **session)
    assert answer.status_code == 200, answer.body
    assert shop.call("POST", "/v1/people/me/restrict", {"restricted": True}, **session).status_code == 200
    for number in range(3):
        before = len(shop.sent())
        spend(shop, maya, 100, f"k-{number}")
        shop.stream()
        assert len(shop.sent()) == before + 1
        assert "€1" in last(shop)
