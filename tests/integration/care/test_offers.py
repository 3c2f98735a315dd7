"""Offers of a person's own at the checkout: theirs whoever they are by now, once, and nobody else's."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from chalice.test import HTTPResponse

from chalicelib import deps
from chalicelib.domain.care.offers import Terms, offer_for
from chalicelib.domain.effects import Create
from chalicelib.domain.program.program import Rate
from memory.faults import lost
from memory.shop import Body, Shop, eur, refusal
from tests.integration.accounts.test_spends import Purse
from tests.integration.people.test_people import told

LEO = "leo@example.com"


def offered(shop: Shop, person_id: str, rate: Rate, minimum: int = 3000) -> str:
    """Let somebody have an offer, as an occasion gives it; return its code."""
    person = deps.table().read_person(person_id)
    assert person is not None
    terms = Terms(rate, 30, minimum)
    made = offer_for(person, terms, "touch:x", deps.program(), now=shop.now, chance=Random(shop.now.timestamp()))
    assert deps.table().commit([Create(made)]) == ()
    return made.code


class Customer:
    """Leo, whom the shop knows by an address and an id, with 15 % off, 9 euro at most, from 30 euro on."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.id = told(shop, LEO, customer_id="c-7")["id"]
        self.code = offered(shop, self.id, Rate(basis_points=1500, maximum=900))

    def ask(self, step: str, order_id: str | None = "o1", amount: int = 4000, **who: Any) -> HTTPResponse:
        """Confirm it, quote it or give it back."""
        told: Body = {"customer": who or {"email": LEO}, "amount": eur(amount)} if step != "cancel" else {}
        told |= {"order_id": order_id} if order_id else {}
        return self.shop.call("POST", f"/v1/coupons/{self.code}/{step}", told, scope="checkout")

    def shown(self) -> Body:
        """The offer as the checkout sees it."""
        return self.shop.read(self.shop.call("GET", f"/v1/coupons/{self.code}", scope="checkout"))


@pytest.fixture
def leo(shop: Shop) -> Customer:
    """Somebody with an offer."""
    return Customer(shop)


def test_from_the_cart_to_the_order(shop: Shop, leo: Customer) -> None:
    """Shown without a name or an address, quoted, used, and listed with what it took off."""
    shown = leo.shown()
    assert (shown["kind"], shown["status"], shown["person_id"]) == ("offer", "open", leo.id)
    assert shown["takes_off"] == {"basis_points": 1500, "maximum": eur(900), "minimum": eur(3000)}
    assert shown["expires_at"] == "2026-03-31T23:59:59.999000Z"
    assert LEO not in str(shown)
    quoted = shop.read(leo.ask("quote", None))
    assert quoted == {"code": leo.code, "kind": "offer", "usable": True, "amount": eur(600)}
    used = leo.ask("confirm")
    assert used.status_code == 201
    assert shop.read(used) == leo.shown()
    assert (leo.shown()["status"], leo.shown()["order_id"], leo.shown()["amount"]) == ("confirmed", "o1", eur(600))
    listed = shop.read(shop.call("GET", f"/v1/people/{leo.id}/offers", scope="admin:read"))
    assert listed["items"] == [leo.shown()]
    exported = shop.read(shop.call("GET", f"/v1/people/{leo.id}/export", scope="admin:read"))
    assert [(it["code"], it["discount"]) for it in exported["offers"]] == [(leo.code, 600)]


@pytest.mark.parametrize(
    ("who", "theirs"),
    [
        ({"email": "Leo@Example.com"}, True),
        ({"id": "c-7"}, True),
        ({"email": "office@example.com", "id": "c-7"}, True),
        ({"email": LEO, "id": "c-new"}, True),
        ({"email": LEO, "id": "c-8"}, False),
        ({"email": "ben@example.com"}, False),
        ({"email": "nobody@example.com"}, False),
        ({"id": "c-8"}, False),
    ],
)
def test_it_is_nobody_elses(shop: Shop, leo: Customer, who: Body, theirs: bool) -> None:
    """The shop's id decides where it is known, since the shop signs people in by it; anybody may type an address."""
    told(shop, "ben@example.com", customer_id="c-8")
    quoted = shop.read(leo.ask("quote", **who))
    assert (quoted["usable"], quoted.get("reason")) == (theirs, None if theirs else "not_yours")
    answer = leo.ask("confirm", **who)
    assert answer.status_code == (201 if theirs else 422)
    assert leo.shown()["status"] == ("confirmed" if theirs else "open")


def test_whoever_they_are_by_now(shop: Shop, leo: Customer) -> None:
    """Merged into another one, under whose address they order; the offer is in that one's list and export."""
    other = told(shop, "leo@work.example")["id"]
    merged = {"other": leo.id, "note": "He wrote from both."}
    assert shop.call("POST", f"/v1/people/{other}/merge", merged, scope="admin:write").status_code in {200, 201}
    listed = shop.read(shop.call("GET", f"/v1/people/{leo.id}/offers", scope="admin:read"))
    assert [it["code"] for it in listed["items"]] == [leo.code]
    assert leo.ask("confirm", email="leo@work.example").status_code == 201
    exported = shop.read(shop.call("GET", f"/v1/people/{other}/export", scope="admin:read"))
    assert [it["code"] for it in exported["offers"]] == [leo.code]


def test_one_order_has_it(shop: Shop, leo: Customer) -> None:
    """The same again is a replay, another order or another amount is refused, and nothing changes."""
    assert leo.ask("confirm").status_code == 201
    again = leo.ask("confirm")
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
    assert refusal(leo.ask("confirm", "o2")) == (409, "conflicting_repeat")
    assert refusal(leo.ask("confirm", "o1", 5000)) == (409, "conflicting_repeat")
    assert shop.read(leo.ask("quote", "o2"))["reason"] == "coupon_confirmed"
    assert shop.read(leo.ask("quote", "o1"))["usable"]


def test_an_order_that_does_without_it(shop: Shop, leo: Customer) -> None:
    """It is free for the next one; a cancellation that comes late, or names no order, takes it from nobody."""
    assert leo.ask("cancel").status_code == 200
    leo.ask("confirm")
    assert refusal(leo.ask("cancel", None)) == (409, "coupon_confirmed")
    freed = leo.ask("cancel")
    assert (freed.status_code, leo.shown()["status"]) == (201, "open")
    assert "order_id" not in leo.shown()
    assert leo.ask("cancel").status_code == 200
    assert leo.ask("confirm", "o2").status_code == 201
    assert refusal(leo.ask("cancel")) == (409, "coupon_confirmed")
    assert leo.shown()["order_id"] == "o2"


def test_its_day_and_its_minimum(shop: Shop, leo: Customer) -> None:
    """Below one and after the other it is not used; on the last day it is."""
    assert refusal(leo.ask("confirm", amount=2999)) == (422, "below_minimum")
    shop.now += timedelta(days=30)
    assert shop.read(leo.ask("quote"))["usable"]
    shop.now += timedelta(days=1)
    assert refusal(leo.ask("confirm")) == (409, "coupon_cancelled")
    assert leo.shown()["status"] == "expired"


def test_what_an_offer_needs_to_be_told(shop: Shop, leo: Customer) -> None:
    """Who orders and what it costs; and what can't be done with it, since it is no money."""
    path = f"/v1/coupons/{leo.code}"
    for told_of in ({}, {"customer": {"email": LEO}}, {"amount": eur(4000)}):
        answer = shop.call("POST", f"{path}/confirm", {"order_id": "o1", **told_of}, scope="checkout")
        assert refusal(answer) == (422, "details_needed")
    leo.ask("confirm")
    back = shop.call("POST", f"{path}/return", {"note": "x"}, scope="checkout", Idempotency_Key="b-1")
    assert refusal(back) == (409, "not_returnable")
    dollars = {"order_id": "o1", "customer": {"email": LEO}, "amount": {"amount": 4000, "currency": "USD"}}
    assert shop.read(shop.call("POST", f"{path}/quote", dollars, scope="checkout"))["reason"] == "currency_mismatch"


def test_a_lost_answer_uses_it_once(shop: Shop, leo: Customer) -> None:
    """The write took effect and nobody heard of it: the same order is told that it has it."""
    shop.faults.after("TransactWriteItems", lost)
    assert leo.ask("confirm").status_code in {200, 201}
    assert (leo.shown()["order_id"], leo.ask("confirm").status_code) == ("o1", 200)


def test_it_outlives_an_erasure_without_a_name(shop: Shop, leo: Customer) -> None:
    """What is kept of it names nobody, so nothing is taken; who comes back under the address is who they were."""
    assert shop.call("DELETE", f"/v1/people/{leo.id}?note=Asked", scope="admin:write").status_code == 200
    shop.days(1)
    assert leo.ask("confirm").status_code == 201


def test_a_coupon_of_rewards_is_quoted_alike(shop: Shop) -> None:
    """A checkout asks one question of both: of this one it is a way to pay, whoever comes with it."""
    purse = Purse(shop)
    made = purse.coupon(500)
    path, cart = f"/v1/coupons/{made['code']}", {"customer": {"email": LEO}, "amount": eur(4000)}
    assert made["kind"] == "reward"
    quoted = shop.read(shop.call("POST", f"{path}/quote", cart, scope="checkout"))
    assert quoted == {"code": made["code"], "kind": "reward", "usable": True, "amount": eur(500)}
    known = {**cart, "order_id": "o7"}
    assert shop.call("POST", f"{path}/confirm", known, scope="checkout").status_code == 201
    assert shop.read(shop.call("POST", f"{path}/quote", known, scope="checkout"))["usable"]
    closed = shop.read(shop.call("POST", f"{path}/quote", cart, scope="checkout"))
    assert (closed["usable"], closed["reason"]) == (False, "coupon_confirmed")


def test_it_says_nothing_to_the_checkouts_own_path(shop: Shop, leo: Customer) -> None:
    """An offer is no code to share: a redemption with it goes on without one, as with any coupon."""
    answer = shop.redeem(leo.code, "o1")
    assert refusal(answer) == (422, "unknown_code")


def test_nobody_without_the_scope(shop: Shop, leo: Customer) -> None:
    """A session, or another key, neither quotes nor lists what is somebody else's."""
    maya = shop.enrol()
    token = shop.session(maya["id"])
    cart = {"customer": {"email": LEO}, "amount": eur(4000)}
    bearer = {"Authorization": f"Bearer {token}"}
    assert shop.call("POST", f"/v1/coupons/{leo.code}/quote", cart, **bearer).status_code == 403
    assert shop.call("GET", f"/v1/people/{leo.id}/offers", **bearer).status_code == 404
    assert shop.read(shop.call("GET", "/v1/people/me/offers", **bearer))["items"] == []
