"""Payouts: money that leaves by other means, and stays reserved until somebody knows how that went."""

from datetime import timedelta
from typing import Any

import pytest
from chalice.test import HTTPResponse

from chalicelib import deps
from memory.shop import Body, Shop, eur


class Desk:
    """An ambassador with 4.50 euro available, and the admin who pays out."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        maya = shop.enrol()
        self.id = maya["id"]
        shop.redeem(maya["code"])
        shop.stream()
        shop.days(31)

    def ask(self, amount: int = 400, key: str = "p-1", **more: object) -> HTTPResponse:
        """Ask for a payout."""
        path, told = f"/v1/ambassadors/{self.id}/payouts", {"amount": eur(amount), **more}
        return self.shop.call("POST", path, told, scope="admin:write", Idempotency_Key=key)

    def payout(self, amount: int = 400, key: str = "p-1", **more: object) -> str:
        """Get a payout; answers its id."""
        answer = self.ask(amount, key, **more)
        assert answer.status_code == 201, answer.body
        return str(self.shop.read(answer)["id"])

    def say(self, payout_id: str, step: str, **told: str) -> HTTPResponse:
        """Say how a payout went."""
        return self.shop.call("POST", f"/v1/payouts/{payout_id}/{step}", told, scope="admin:write")

    def listed(self, state: str = "") -> list[Body]:
        """The payouts in a state."""
        answer = self.shop.call("GET", f"/v1/payouts{state and f'?state={state}'}", scope="admin:read")
        return list(self.shop.read(answer)["items"])

    @property
    def balances(self) -> tuple[int, int, int]:
        """Available, reserved, paid."""
        account = self.shop.account(self.id)
        return account["available"], account["reserved"], account.get("paid", 0)


@pytest.fixture
def desk(shop: Shop) -> Desk:
    """Somebody who pays out, and somebody to pay."""
    return Desk(shop)


def outcome(answer: HTTPResponse) -> tuple[int, Any]:
    """The status of an answer, with its reason or whether it is a replay."""
    return answer.status_code, Shop.read(answer).get("reason", answer.headers.get("Idempotent-Replayed"))


def test_a_payout_from_wish_to_payment(shop: Shop, desk: Desk) -> None:
    """Pending while nobody knows, then paid; the ledger names who asked, why, and who confirmed."""
    made = shop.read(desk.ask(400, reference="November", note="by bank"))
    assert made["status"] == "pending"
    assert (made["amount"], made["reference"], made["note"]) == (eur(400), "November", "by bank")
    assert desk.balances == (50, 400, 0)
    assert desk.listed() == desk.listed("pending") == [made]
    assert shop.read(shop.call("GET", f"/v1/payouts/{made['id']}", scope="admin:read")) == made
    paid = shop.read(desk.say(made["id"], "confirm", reference="SEPA 77"))
    assert (paid["status"], paid["reference"], paid["note"]) == ("confirmed", "SEPA 77", "by bank")
    assert desk.balances == (50, 0, 400)
    assert (desk.listed(), desk.listed("confirmed")) == ([], [paid])
    asked, confirmed = shop.entries(ambassador_id=desk.id)[2:]
    assert (asked["kind"], asked["reason"], asked["author"]) == ("payout", "by bank", made["author"])
    assert (confirmed["kind"], confirmed["cause"]) == ("payout_confirmed", f"payout:{made['id']}")


def test_a_payout_that_was_not_made_gives_all_back(shop: Shop, desk: Desk) -> None:
    """The note stays, and the money is there again."""
    made = desk.payout(450)
    cancelled = shop.read(desk.say(made, "cancel", note="The account is closed."))
    assert (cancelled["status"], cancelled["note"]) == ("cancelled", "The account is closed.")
    assert desk.balances == (450, 0, 0)
    assert desk.listed("cancelled") == [cancelled]
    assert shop.entries(ambassador_id=desk.id)[-1]["reason"] == "The account is closed."


def test_nobody_knows_is_an_answer(shop: Shop, desk: Desk) -> None:
    """However long a bank is silent, the payout stays pending and nothing of it is due."""
    desk.payout(400)
    shop.days(365 * 3)
    assert desk.balances == (50, 400, 0)
    assert [it["status"] for it in desk.listed()] == ["pending"]
    assert deps.table().count_due(shop.now + timedelta(days=999)) == 0


def test_what_is_said_twice_counts_once(shop: Shop, desk: Desk) -> None:
    """The same word again is a replay, another one a conflict; the first stands."""
    one, two = desk.payout(200, "p-1"), desk.payout(200, "p-2")
    assert outcome(desk.ask(200)) == (200, "true")
    assert outcome(desk.ask(201)) == (422, "idempotency_key_reused")
    assert outcome(desk.say(one, "confirm", reference="a")) == (201, None)
    assert outcome(desk.say(one, "confirm", reference="a")) == (200, "true")
    assert outcome(desk.say(one, "confirm", reference="b")) == (409, "conflicting_repeat")
    assert outcome(desk.say(one, "cancel", note="a")) == (409, "payout_confirmed")
    assert outcome(desk.say(two, "cancel", note="a")) == (201, None)
    assert outcome(desk.say(two, "cancel", note="a")) == (200, "true")
    assert outcome(desk.say(two, "cancel", note="b")) == (409, "conflicting_repeat")
    assert outcome(desk.say(two, "confirm", reference="a")) == (409, "payout_cancelled")
    assert desk.balances == (250, 0, 200)


def test_only_what_is_there_is_paid_out(desk: Desk) -> None:
    """Not a cent more than is available, in the program's currency; the least is a cent."""
    assert outcome(desk.ask(451)) == (422, "insufficient_balance")
    assert outcome(desk.ask(0)) == (422, "below_minimum")
    assert desk.ask(1).status_code == 201


def test_a_coupon_is_no_payout(shop: Shop, desk: Desk) -> None:
    """An admin can't confirm or cancel an ambassador's coupon by its id."""
    told = {"Authorization": f"Bearer {shop.session(desk.id)}", "Idempotency_Key": "s-1"}
    spend = shop.read(shop.call("POST", "/v1/ambassadors/me/spends", {"amount": eur(100)}, **told))
    assert desk.say(spend["id"], "confirm", reference="a").status_code == 404
    assert desk.say(spend["id"], "cancel", note="a").status_code == 404
    assert shop.call("GET", f"/v1/payouts/{spend['id']}", scope="admin:read").status_code == 404
    assert desk.balances == (350, 100, 0)


def test_the_ambassador_does_not_learn_which_admin_it_was(shop: Shop, desk: Desk) -> None:
    """Their own ledger shows the payout without its author."""
    desk.payout(400)
    session = {"Authorization": f"Bearer {shop.session(desk.id)}"}
    items = shop.read(shop.call("GET", "/v1/ambassadors/me/ledger", **session))["items"]
    assert items[-1]["kind"] == "payout"
    assert "author" not in items[-1]


def test_payouts_page_by_page(shop: Shop, desk: Desk) -> None:
    """The newest first; a cursor of one state leads nowhere in another."""
    made = []
    for n in range(3):
        shop.now += timedelta(seconds=1)
        made.append(desk.payout(10, f"p-{n}"))
    first = shop.read(shop.call("GET", "/v1/payouts?limit=2", scope="admin:read"))
    cursor = first["next_cursor"]
    rest = shop.read(shop.call("GET", f"/v1/payouts?limit=2&cursor={cursor}", scope="admin:read"))
    assert [it["id"] for it in first["items"] + rest["items"]] == made[::-1]
    assert rest["next_cursor"] is None
    other = shop.call("GET", f"/v1/payouts?state=confirmed&cursor={cursor}", scope="admin:read")
    assert other.status_code == 400
