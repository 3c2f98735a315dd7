"""What was confirmed and came back: a coupon that its order didn't need, a payout that the bank sent back."""

from typing import Any

import pytest
from chalice.test import HTTPResponse

from memory.shop import Shop, eur
from tests.integration.accounts.test_payouts import Desk
from tests.integration.accounts.test_spends import Purse, confirm


def back(
    shop: Shop, what: str, amount: int | None = None, key: str = "r-1", scope: str = "admin:write"
) -> HTTPResponse:
    """Return what a path names, or a part of it."""
    told: dict[str, Any] = {"note": "The order was cancelled."} | ({} if amount is None else {"amount": eur(amount)})
    return shop.call("POST", f"/v1/{what}/return", told, scope=scope, Idempotency_Key=key)


def outcome(answer: HTTPResponse) -> tuple[int, Any]:
    """The status of an answer, with its reason or what has been returned in all."""
    told = Shop.read(answer)
    return answer.status_code, told.get("reason") or told["returned"]["amount"]


@pytest.fixture
def used(shop: Shop) -> tuple[Purse, str]:
    """An ambassador with 8.50 euro available, whose coupon of 5.00 was used on an order."""
    purse = Purse(shop)
    code = purse.coupon()["code"]
    confirm(shop, code)
    return purse, f"coupons/{code}"


def test_a_coupon_comes_back_in_parts(shop: Shop, used: tuple[Purse, str]) -> None:
    """The checkout says it, several times, up to what it was worth; each part is an entry that tells why."""
    purse, coupon = used
    assert purse.balances == (850, 0, 500)
    assert outcome(back(shop, coupon, 200, scope="checkout")) == (201, 200)
    assert purse.balances == (1050, 0, 300)
    assert outcome(back(shop, coupon, 100, "r-2")) == (201, 300)
    assert outcome(back(shop, coupon, 201, "r-3")) == (409, "more_than_left")
    assert outcome(back(shop, coupon, None, "r-4")) == (201, 500)
    assert outcome(back(shop, coupon, None, "r-5")) == (409, "more_than_left")
    assert purse.balances == (1350, 0, 0)
    kinds = [(it["kind"], it["legs"][1]["amount"], it["reason"]) for it in shop.entries(kind="spend_returned")]
    assert kinds == [("spend_returned", amount, "The order was cancelled.") for amount in (200, 100, 200)]
    shown = shop.read(shop.call("GET", f"/v1/{coupon}", scope="checkout"))
    assert (shown["status"], shown["order_id"], shown["returned"]) == ("confirmed", "o7", eur(500))
    assert shop.findings(purse.id) == []


def test_a_return_is_carried_out_once(shop: Shop, used: tuple[Purse, str]) -> None:
    """The same request again is a replay, also when nothing would be left; another one under its key is refused."""
    purse, coupon = used
    answers = [back(shop, coupon), back(shop, coupon), back(shop, coupon, 100)]
    assert [answer.status_code for answer in answers] == [201, 200, 422]
    assert answers[1].headers["Idempotent-Replayed"] == "true"
    assert Shop.read(answers[2])["reason"] == "idempotency_key_reused"
    assert purse.balances == (1350, 0, 0)


def test_only_what_was_confirmed_comes_back(shop: Shop) -> None:
    """What is still out is cancelled instead; other money than it was is refused, and changes nothing."""
    purse = Purse(shop)
    code = purse.coupon()["code"]
    assert outcome(back(shop, f"coupons/{code}")) == (409, "coupon_not_confirmed")
    confirm(shop, code)
    dollars = {"amount": {"amount": 1, "currency": "USD"}, "note": "no"}
    path = f"/v1/coupons/{code}/return"
    answer = shop.call("POST", path, dollars, scope="checkout", Idempotency_Key="r-9")
    assert outcome(answer) == (422, "currency_mismatch")
    assert purse.balances == (850, 0, 500)


def test_a_payout_that_the_bank_sent_back(shop: Shop) -> None:
    """Wholly or in part, by an admin; the payout stays confirmed, and says what came back."""
    desk = Desk(shop)
    payout = desk.payout()
    assert outcome(back(shop, f"payouts/{payout}")) == (409, "payout_not_confirmed")
    desk.say(payout, "confirm", reference="SEPA-1")
    assert outcome(back(shop, f"payouts/{payout}", 150)) == (201, 150)
    assert desk.balances == (200, 0, 250)
    assert back(shop, f"payouts/{payout}", 1, "r-2", "checkout").status_code == 403
    assert outcome(back(shop, f"payouts/{payout}", 400, "r-3")) == (409, "more_than_left")
    assert outcome(back(shop, f"payouts/{payout}", None, "r-4")) == (201, 400)
    assert desk.balances == (450, 0, 0)
    assert [it["reference"] for it in desk.listed("confirmed")] == ["SEPA-1"]
