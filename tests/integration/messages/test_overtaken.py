"""A letter that has waited until it is untrue is closed with the reason, and not sent; over HTTP, worker and wire."""

from datetime import datetime
from typing import Any

import pytest

from chalicelib import deps
from chalicelib.domain.model.messages import Message, Recipient
from memory.shop import Body, Shop, eur

WAIT: Body = {"gather_minutes": 3 * 24 * 60}
MORNINGS: Body = {"quiet": {"starts": "10:00", "ends": "07:00", "purposes": ["rewards"]}}
TIERS: list[Body] = [
    {"name": "Starter", "threshold": 0, "reward": {"basis_points": 1000}},
    {"name": "Silver", "threshold": 1, "reward": {"basis_points": 1500}},
]


class Waiting:
    """An ambassador with 4.50 euro from 31 March on, whose news of rewards may have to wait."""

    def __init__(self, shop: Shop, letters: Body = WAIT, **rules: Any) -> None:
        self.shop = shop
        shop.publish(letters=letters, expiry_months=1, spend_minimum=100, tiers=TIERS, **rules)
        maya = shop.enrol()
        self.id = str(maya["id"])
        shop.redeem(maya["code"])
        shop.stream()
        shop.days(30)

    def to(self, day: str) -> None:
        """Let the noon of a day come, hour after hour."""
        until = datetime.fromisoformat(f"2026-{day}T12:00:00+00:00")
        while self.shop.now < until:
            self.shop.days(1 / 24)

    def message(self, name: str) -> Message:
        """The one message of a name."""
        self.shop.cloud.engine.settle_indexes()
        found = deps.table().list_messages([Recipient("ambassador", self.id)], None, 50)
        (message,) = (it for _, it in found if it.letter.name == name)
        return message

    def spend(self, amount: int) -> None:
        """Use some of it."""
        session = {"Authorization": f"Bearer {self.shop.session(self.id)}", "Idempotency_Key": "s-1"}
        answer = self.shop.call("POST", "/v1/ambassadors/me/spends", {"amount": eur(amount)}, **session)
        assert answer.status_code == 201, answer.body

    def cancel(self) -> None:
        """Let the order come to nothing."""
        told = {"refund_id": "c", "kind": "cancellation"}
        assert self.shop.call("POST", "/v1/orders/o1/refunds", told, scope="checkout").status_code == 201
        self.shop.stream()

    def outcome(self, name: str) -> tuple[str | None, tuple[str, ...]]:
        """How it ended, and why."""
        message = self.message(name)
        return message.outcome, tuple(message.why)


def test_of_what_was_used_meanwhile_no_day_is_told(shop: Shop) -> None:
    """All of it, or a part: of the rest another day will be told."""
    maya = Waiting(shop)
    maya.to("04-17")
    assert maya.message("expiring").state == "pending"
    maya.spend(450)
    maya.to("04-25")
    assert maya.outcome("expiring") == ("closed", ("overtaken",))
    assert [sent.subject for sent in shop.sent() if "are yours until" in sent.subject] == []


def test_what_still_stands_is_told_after_its_wait(shop: Shop) -> None:
    """Waiting alone makes nothing untrue."""
    maya = Waiting(shop)
    maya.to("04-25")
    assert maya.outcome("expiring")[0] == "sent"
    assert maya.outcome("tier_reached")[0] == "sent"


def test_a_tier_that_was_lost_meanwhile_is_not_told(shop: Shop) -> None:
    """The order that reached it came back before the letter went."""
    maya = Waiting(shop, MORNINGS)
    assert maya.message("tier_reached").state == "pending"
    maya.cancel()
    maya.to("04-02")
    assert maya.outcome("tier_reached") == ("closed", ("overtaken",))
    assert "Silver" not in str([sent.body for sent in shop.sent()])


@pytest.mark.parametrize("locale", ["en", "es", "gu", "bn", "hi"])
def test_why_it_was_not_sent_is_told_in_words(shop: Shop, locale: str) -> None:
    """To the admin who looks: in their language."""
    maya = Waiting(shop, MORNINGS)
    maya.cancel()
    maya.to("04-02")
    profile = deps.table().read_profile(maya.id)
    assert profile is not None
    path = f"/v1/people/{profile.person_id}/messages?lang={locale}"
    listed = shop.read(shop.call("GET", path, scope="admin:read"))["items"]
    ((words,),) = (it["said"] for it in listed if it["letter"] == "tier_reached")
    assert ("no longer so" in words) == (locale == "en")
