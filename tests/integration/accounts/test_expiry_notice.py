"""Before a reward expires its ambassador is told the day, once; what was told is kept. Over HTTP, worker and wire."""

from datetime import datetime

import pytest

from chalicelib import deps
from memory.shop import Shop, eur
from tests.integration.messages.test_letters import last, told

MAYA = "maya@example.com"


class Idle:
    """An ambassador with 4.50 euro that were released on 1 April, under rules by which rewards expire after a month."""

    def __init__(self, shop: Shop, **rules: object) -> None:
        self.shop = shop
        shop.publish(expiry_months=1, spend_minimum=100, **rules)
        self.id = shop.enrol()["id"]
        shop.redeem(shop.enrol()["code"])
        shop.stream()
        shop.days(31)
        self.before = len(told(shop))

    @property
    def expired(self) -> int:
        """What of it is gone."""
        return int(self.shop.account(self.id).get("expired", 0))

    @property
    def new(self) -> list[str]:
        """The subjects of what was told since the release."""
        return told(self.shop)[self.before :]

    def spend(self, amount: int) -> None:
        """Use a part of it."""
        session = {"Authorization": f"Bearer {self.shop.session(self.id)}", "Idempotency_Key": f"s-{self.shop.now}"}
        answer = self.shop.call("POST", "/v1/ambassadors/me/spends", {"amount": eur(amount)}, **session)
        assert answer.status_code == 201, answer.body
        code = self.shop.read(answer)["code"]
        used = self.shop.call("POST", f"/v1/coupons/{code}/confirm", {"order_id": "o9"}, scope="checkout")
        assert used.status_code == 201, used.body
        self.shop.stream()


def to(shop: Shop, day: str) -> None:
    """Let the noon of a day of 2026 come, hour after hour."""
    until = datetime.fromisoformat(f"2026-{day}T12:00:00+00:00")
    while shop.now < until:
        shop.days(0.25)


def test_two_weeks_before_its_day_a_letter_says_so_and_then_it_is_gone(shop: Shop) -> None:
    """It names what there is and the day; nothing else is told, however often somebody looks."""
    idle = Idle(shop)
    to(shop, "04-16")
    assert idle.new == []
    to(shop, "04-18")
    assert len(idle.new) == 1
    assert "€4.50" in last(shop)
    assert "1 May 2026" in last(shop)
    to(shop, "04-30")
    assert (len(idle.new), idle.expired) == (1, 0)
    to(shop, "05-02")
    assert (len(idle.new), idle.expired) == (1, 450)
    assert [it["reason"] for it in shop.entries(kind="expiry")] == ["told:2026-05-01"]
    assert shop.findings(idle.id) == []


def test_whoever_uses_a_part_of_it_is_told_again_before_the_new_day(shop: Shop) -> None:
    """And of no day before: the rest has a month again from then on."""
    idle = Idle(shop)
    to(shop, "04-20")
    idle.spend(200)
    assert len(idle.new) == 2
    to(shop, "05-05")
    assert (len(idle.new), idle.expired) == (2, 0)
    to(shop, "05-07")
    assert len(idle.new) == 3
    assert "€2.50" in last(shop)
    assert "20 May 2026" in last(shop)
    to(shop, "05-21")
    assert (len(idle.new), idle.expired) == (3, 250)
    assert shop.findings(idle.id) == []


def test_whoever_has_used_all_of_it_is_told_nothing(shop: Shop) -> None:
    """Nor does anything wait for a day on which there is nothing to lose."""
    idle = Idle(shop)
    idle.spend(450)
    used = idle.new
    to(shop, "04-25")
    account = deps.table().read_account(idle.id)
    assert account is not None
    assert (idle.new, account.due_at) == (used, None)


def test_a_program_may_leave_the_letter_out(shop: Shop) -> None:
    """Then a reward goes on its day without a word, as the shop has decided."""
    idle = Idle(shop, expiry_notice_days=0)
    to(shop, "05-02")
    assert (idle.new, idle.expired) == ([], 450)
    assert [it.get("reason") for it in shop.entries(kind="expiry")] == [None]
    assert shop.findings(idle.id) == []


def test_stricter_rules_take_nothing_unannounced(shop: Shop) -> None:
    """Rewards that would be gone by now under them stay for the notice, from the letter on."""
    idle = Idle(shop)
    shop.publish(expiry_months=12, spend_minimum=100)
    to(shop, "04-20")
    shop.publish(expiry_months=2, spend_minimum=100)
    shop.days(320)
    assert idle.new == []
    shop.days(15)
    assert (len(idle.new), idle.expired) == (1, 0)
    shop.days(14)
    assert (len(idle.new), idle.expired) == (1, 450)


@pytest.mark.parametrize("days", [31, 90])
def test_a_schedule_that_stood_still_costs_nobody_their_notice(shop: Shop, days: int) -> None:
    """Whoever was not told in time because nothing ran has the days of the notice from the letter on."""
    idle = Idle(shop)
    shop.days(days)
    assert (len(idle.new), idle.expired) == (1, 0)
    shop.days(12)
    assert idle.expired == 0
    shop.days(2)
    assert (len(idle.new), idle.expired) == (1, 450)


def test_nobody_is_told_while_suspended(shop: Shop) -> None:
    """Nothing expires then; the letter comes before the day that counts from the end of it."""
    idle = Idle(shop)
    for step in ("suspend", "reinstate"):
        answer = shop.call("POST", f"/v1/ambassadors/{idle.id}/{step}", {"note": "cards"}, scope="admin:write")
        assert answer.status_code == 201, answer.body
        to(shop, "04-25")
    assert [it for it in idle.new if "expire" in it.lower()] == []
    to(shop, "05-12")
    assert "25 May 2026" in last(shop)
    assert idle.expired == 0
