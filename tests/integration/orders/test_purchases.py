"""Orders that the shop reports, and how a buyer becomes known by them and by redemptions."""

import json
from dataclasses import replace
from typing import Any

from chalicelib import deps
from chalicelib.domain.model.people import Person
from chalicelib.domain.people.pseudonyms import names_of
from memory.shop import Shop, eur

CLEO = {"email": "cleo@example.com", "id": "c-7", "first_name": "Cleo", "locale": "es"}


def bought(order_id: str = "o1", customer: dict[str, Any] = CLEO, **fields: Any) -> dict[str, Any]:
    """The body of a report."""
    return {"order_id": order_id, "customer": customer, "amount": eur(4200), **fields}


def report(shop: Shop, *args: Any, **fields: Any) -> Any:
    """Report an order of Cleo's, or of somebody else."""
    return shop.call("POST", "/v1/orders", bought(*args, **fields), scope="checkout")


def known(email: str | None = "cleo@example.com", customer_id: str | None = None) -> Person | None:
    """Who is known by an address, or an id of the shop."""
    names = names_of(deps.settings().pepper, email, customer_id)
    return next(iter(deps.table().read_known(names).values()), None)


def test_a_buyer_is_known_by_what_the_shop_reports(shop: Shop) -> None:
    """Name, address, id, language and the order lie in the person, found by either way of knowing them."""
    items = [{"sku": "MUG", "category": "tea"}, {"sku": "MUG"}, {"sku": "CUP", "category": "tea"}]
    answer = report(shop, items=items, placed_at="2026-01-02T10:00:00Z")
    assert answer.status_code == 201
    assert shop.read(answer) == {
        "order_id": "o1",
        "amount": eur(4200),
        "placed_at": "2026-01-02T10:00:00Z",
        "skus": ["MUG", "CUP"],
        "categories": ["tea"],
    }
    shop.stream()
    person = known()
    assert person is not None
    assert (person.email, person.customer_id, person.first_name, person.locale) == tuple(CLEO.values())
    assert [it.order_id for it in person.orders] == ["o1"]
    assert person.ambassador_id is None
    assert known(None, "c-7") == person
    assert shop.mails() == []


def test_once_folded_the_order_says_no_more_who_bought(shop: Shop) -> None:
    """Names and addresses lie in the person alone: neither the report nor the guard of a friend keeps them."""
    report(shop)
    shop.redeem(shop.enrol()["code"], "o2", customer=CLEO)
    shop.stream()
    for item in shop.everything():
        if item["SK"]["S"] != "PERSON":
            assert not any(word in json.dumps(item) for word in ("cleo@", "Cleo", '"c-7"')), (item["PK"], item["SK"])


def test_a_repeated_report_is_one(shop: Shop) -> None:
    """The same again is 200 with the same answer; other content under the id is 409, and changes nothing."""
    first = shop.read(report(shop))
    again = report(shop)
    assert (again.status_code, again.headers["Idempotent-Replayed"], shop.read(again)) == (200, "true", first)
    assert report(shop, customer={"email": "eve@example.com"}).status_code == 409
    shop.stream()
    assert known("eve@example.com") is None
    again = report(shop)
    shop.stream()
    assert again.status_code == 200
    assert known() is not None


def test_a_redemption_implies_the_report(shop: Shop) -> None:
    """Whoever redeems a code is known as if the order had been reported; a report beside it says what was bought."""
    shop.redeem(shop.enrol()["code"], "o1", customer=CLEO)
    shop.stream()
    before = known()
    assert before is not None
    assert (before.email, before.customer_id, before.first_name, before.locale) == tuple(CLEO.values())
    assert report(shop, placed_at=f"{before.orders[0].placed_at:%Y-%m-%dT%H:%M:%SZ}").status_code == 201
    shop.stream()
    after = known()
    assert after is not None
    assert [(it.order_id, it.placed_at) for it in after.orders] == [(it.order_id, it.placed_at) for it in before.orders]
    assert replace(after, version=before.version, orders=before.orders) == before


def test_whoever_has_not_paid_is_not_known_yet(shop: Shop) -> None:
    """An order that waits for its payment tells nothing of its buyer: many such orders are never paid for."""
    code = shop.enrol()["code"]
    shop.redeem(code, "o1", customer=CLEO, payment="pending")
    shop.stream()
    assert known() is None
    paid = {"payment_id": "p1", "paid_at": f"{shop.now:%Y-%m-%dT%H:%M:%SZ}"}
    shop.call("POST", "/v1/orders/o1/payments", paid, scope="checkout")
    shop.stream()
    assert known() is not None


def test_a_buyer_who_becomes_an_ambassador_is_the_same_person(shop: Shop) -> None:
    """What was bought before the enrolment is theirs, and what they say then is newer than what an order told."""
    report(shop)
    shop.stream()
    before = known()
    maya = shop.enrol("cleo@example.com", "Cleopatra", locale="gu")
    after = known()
    assert before is not None
    assert after is not None
    assert (after.id, after.ambassador_id) == (before.id, maya["id"])
    assert (after.first_name, after.locale, after.customer_id) == ("Cleopatra", "gu", "c-7")
    assert after.orders == before.orders


def test_an_order_corrects_no_ambassador(shop: Shop) -> None:
    """An ambassador has said who they are: what a checkout types only fills in what nobody knew."""
    maya = shop.enrol("cleo@example.com", "Cleopatra", locale="gu")
    report(shop)
    shop.stream()
    person = known()
    assert person is not None
    assert (person.ambassador_id, person.first_name, person.locale) == (maya["id"], "Cleopatra", "gu")
    assert person.customer_id == "c-7"


def test_two_people_are_not_joined_by_an_order(shop: Shop) -> None:
    """An address of one and an id of the other, as when somebody pays for a friend, makes them nobody's second self."""
    report(shop, "o1", {"email": "cleo@example.com"})
    report(shop, "o2", {"id": "c-8"})
    shop.stream()
    report(shop, "o3", {"email": "cleo@example.com", "id": "c-8"})
    shop.stream()
    cleo, other = known(), known(None, "c-8")
    assert cleo is not None
    assert other is not None
    assert cleo.id != other.id
    assert [it.order_id for it in cleo.orders] == ["o1", "o3"]
