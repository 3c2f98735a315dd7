"""What people are told of a reward from first to last, over HTTP and the wire: a promise is kept, or corrected once."""

from typing import Any

import pytest
from fast_mail_parser import parse_email

from chalicelib import deps
from memory.shop import PROGRAM, Shop

HELD = "A friend of yours bought at Kavya Ceramics"
NEWS = "News of your reward from Kavya Ceramics"
LOST = "About your reward from Kavya Ceramics"


def yours(amount: str = "€4.50") -> str:
    """The subject of a release."""
    return f"Your {amount} from Kavya Ceramics is yours now"


def told(shop: Shop, reader: str = "maya@example.com") -> list[str]:
    """The subjects of what somebody was told, in order."""
    return [sent.subject for sent in shop.sent() if sent.destinations["ToAddresses"] == [reader]]


def last(shop: Shop, reader: str = "maya@example.com") -> str:
    """The words of the last mail to somebody, on one line."""
    return " ".join([sent.body for sent in shop.sent() if sent.destinations["ToAddresses"] == [reader]][-1].split())


def envelopes(shop: Shop) -> list[Any]:
    """What SES was asked, call by call."""
    return [params for name, params in shop.faults.calls if name == "SendEmail"]


def cancel(shop: Shop, refund_id: str = "c") -> None:
    """Let the order come to nothing."""
    answer = shop.call(
        "POST", "/v1/orders/o1/refunds", {"refund_id": refund_id, "kind": "cancellation"}, scope="checkout"
    )
    assert answer.status_code == 201, answer.body
    shop.stream()


def reverse(shop: Shop, refund_id: str = "c") -> None:
    """Let a refund count no longer."""
    answer = shop.call("POST", f"/v1/orders/o1/refunds/{refund_id}/reversal", {}, scope="checkout")
    assert answer.status_code == 201, answer.body
    shop.stream()


@pytest.fixture
def sold(shop: Shop) -> Shop:
    """A shop in which an ambassador was told of 4.50 to come."""
    shop.redeem(shop.enrol()["code"])
    shop.stream()
    assert told(shop) == [HELD]
    return shop


def test_what_comes_back_after_the_hold_is_told(sold: Shop) -> None:
    """Cancelled within the hold, and won back after it: what was promised is available, and the mail goes."""
    cancel(sold)
    sold.days(31)
    assert told(sold) == [HELD, LOST]
    reverse(sold)
    sold.days(1)
    assert told(sold) == [HELD, LOST, yours()]
    assert "counts again" in last(sold)


def test_what_never_was_taken_away_is_told_once(sold: Shop) -> None:
    """Cancelled and won back before anybody looked: no letter but that of the release."""
    sold.call("POST", "/v1/orders/o1/refunds", {"refund_id": "c", "kind": "cancellation"}, scope="checkout")
    reverse(sold)
    sold.days(31)
    assert told(sold) == [HELD, yours()]


def test_a_refund_that_reduces_what_was_announced_is_told(sold: Shop) -> None:
    """With the new amount and the old one, the day, and why; its repetition tells nothing."""
    for _ in range(2):
        sold.refund("o1", "r1", 1000)
        sold.stream()
    assert told(sold) == [HELD, NEWS]
    assert "€3.50 instead of €4.50" in last(sold)
    assert "was sent back" in last(sold)
    assert "31 March 2026" in last(sold)


def test_a_refund_and_a_longer_time_to_return_are_one_letter(sold: Shop) -> None:
    """Whatever has changed by the time somebody looks is told at once."""
    sold.refund("o1", "r1", 1000)
    later = {"fulfilment_id": "f1", "delivered_at": "2026-03-02T09:00:00Z", "return_by": "2026-05-02T09:00:00Z"}
    sold.call("POST", "/v1/orders/o1/fulfilments", later, scope="checkout")
    sold.stream()
    assert told(sold) == [HELD, NEWS]
    assert "€3.50 instead of €4.50" in last(sold)
    assert "on 2 May 2026, and not on 31 March 2026" in last(sold)
    sold.days(32)
    assert told(sold) == [HELD, NEWS]
    sold.days(31)
    assert told(sold) == [HELD, NEWS, yours("€3.50")]


def test_what_changes_no_day_is_not_told(sold: Shop) -> None:
    """A time to return that ends before the hold moves nothing."""
    soon = {"fulfilment_id": "f1", "delivered_at": "2026-03-02T09:00:00Z", "return_by": "2026-03-20T09:00:00Z"}
    sold.call("POST", "/v1/orders/o1/fulfilments", soon, scope="checkout")
    sold.stream()
    assert told(sold) == [HELD]


@pytest.mark.parametrize(
    ("kind", "words"), [("cancellation", "The order was cancelled"), ("refund", "The order was sent back")]
)
def test_a_reward_that_is_lost_is_told_kindly(sold: Shop, kind: str, words: str) -> None:
    """Why, as far as it concerns the ambassador, and that it is nothing they did."""
    more = {} if kind == "cancellation" else {"amount": {"amount": 4500, "currency": "EUR"}}
    refund = {"refund_id": "r1", "kind": kind, **more}
    assert sold.call("POST", "/v1/orders/o1/refunds", refund, scope="checkout").status_code == 201
    sold.stream()
    assert told(sold) == [HELD, LOST]
    assert words in last(sold)
    assert "it is nothing that you did" in last(sold)


def test_what_is_taken_back_after_the_release_is_told(sold: Shop) -> None:
    """It was said to be theirs: in part, in whole, and when it comes back."""
    sold.days(31)
    for refund_id, amount in (("r1", 1000), ("r2", 3500)):
        sold.refund("o1", refund_id, amount)
        sold.stream()
    assert told(sold) == [HELD, yours(), NEWS, LOST]
    assert "taken it off what you have to use" in last(sold)
    reverse(sold, "r2")
    assert told(sold) == [HELD, yours(), NEWS, LOST, yours("€3.50")]


def test_a_denial_is_told_without_a_reason(shop: Shop) -> None:
    """What made somebody look at an order is told to nobody; how to object is."""
    shop.publish(watch={"review_at": 1})
    maya = shop.enrol()
    payment: Any = {"payment_fingerprint": "card-1"}
    shop.redeem(maya["code"], **payment)
    shop.redeem(maya["code"], "o2", **payment)
    shop.stream()
    shop.call("POST", "/v1/reviews/o2", {"decision": "deny", "note": "One person, two names."}, scope="admin:write")
    shop.stream()
    assert told(shop)[-1] == LOST
    assert "We cannot give a reward for this order" in last(shop)
    assert "please write to us" in last(shop)
    assert "One person" not in last(shop)
    assert "card" not in last(shop)


def test_what_has_expired_needs_no_letter(shop: Shop) -> None:
    """A reward that nobody used until the day that was told is gone; that its order comes back is nobody's news."""
    shop.publish(expiry_months=1)
    maya = shop.enrol()
    shop.redeem(maya["code"])
    for _ in range(3):
        shop.days(31)
    assert shop.account(maya["id"])["expired"] == 450
    before = told(shop)
    cancel(shop)
    reverse(shop)
    assert told(shop) == before


def test_a_mail_promises_what_the_program_keeps(shop: Shop) -> None:
    """From how much on it can be spent, and until when it stays, by the rules that are in force when it is sent."""
    shop.redeem(shop.enrol()["code"])
    shop.stream()
    shop.publish(spend_minimum=100_000, expiry_months=1)
    shop.days(31)
    assert told(shop)[-1] == yours()
    assert "as soon as it comes to €1,000." in last(shop)
    assert "It stays yours until 1 May 2026" in last(shop)
    assert "whenever you like" not in last(shop)


def test_a_delivery_brings_the_day_forward_without_a_letter(shop: Shop) -> None:
    """Until it is delivered nobody knows the day: it is told as expected by then, and sooner breaks no word."""
    shop.publish(hold_from="delivery", hold_days=14)
    shop.redeem(shop.enrol()["code"])
    shop.stream()
    assert "It will probably be yours by 30 April 2026." in last(shop)
    arrived = {"fulfilment_id": "f1", "delivered_at": "2026-03-05T09:00:00Z"}
    shop.now = shop.now.replace(day=6)
    assert shop.call("POST", "/v1/orders/o1/fulfilments", arrived, scope="checkout").status_code == 201
    shop.stream()
    assert told(shop) == [HELD]
    shop.days(14)
    assert told(shop) == [HELD, yours()]


@pytest.mark.parametrize("name", ["Kavya Ceramics", "કાવ્યા સિરામિક્સ " * 4, 'Fern "&" Fig, Ltd. <x@y.example>', "Café"])
def test_mails_come_in_the_shops_name(shop: Shop, name: str) -> None:
    """Whatever its script: a mailbox on one line of ASCII, that reads as the name and the sender's bare address."""
    shop.publish(shop_name=name.strip(), reply_to="hello@kavya-ceramics.example")
    shop.redeem(shop.enrol()["code"])
    shop.stream()
    assert {asked["FromEmailAddress"] for asked in envelopes(shop)} == {deps.settings().sender}
    for sent in shop.sent():
        sender = parse_email(sent.raw).from_
        assert sender is not None
        assert sender.address == deps.settings().sender
        assert name.strip().startswith(sender.display_name or "")
        assert len(sender.display_name or "") >= min(len(name.strip()), 30)
        assert sent.message["Reply-To"] == "hello@kavya-ceramics.example"


def test_each_mail_leads_on(sold: Shop) -> None:
    """The friend to the shop, the ambassador to their own share link; without `reply_to` answers go to the sender."""
    code = sold.order()["code"]
    bodies = {sent.destinations["ToAddresses"][0]: sent.body for sent in sold.sent()}
    assert f"{deps.settings().public_url}/r/{code}" in bodies["maya@example.com"]
    assert PROGRAM["shop_url"] in bodies["o1@friends.example"]
    assert all("Reply-To" not in sent.message for sent in sold.sent())


@pytest.mark.parametrize("address", ["none", "a@b", "a b@c.example", "a@b.example, c@d.example", "A <a@b.example>"])
def test_answers_go_to_one_address(shop: Shop, address: str) -> None:
    """Whatever is no plain address is refused where it is published."""
    answer = shop.call("PUT", "/v1/program", {**PROGRAM, "reply_to": address}, scope="admin:write")
    assert answer.status_code == 400
    assert "/reply_to" in str(shop.read(answer))
