"""The first screen of a new shop, and whoever is looked for in one."""

from urllib.parse import quote

import pytest

from chalicelib.site.console.finding import ways
from memory.browser import Browser
from memory.shop import Shop, eur


def test_a_new_shop_is_greeted_kindly(shop: Shop) -> None:
    """Nothing waits and no day was counted: it says so, and breaks nowhere."""
    page = Browser(shop).as_admin().get("/console")
    assert page.status == 200
    assert "Nothing waits for you" in page.text
    assert "No day has been counted yet" in page.text


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("maya@example.com", "email"),
        ("per_01", "id"),
        ("amb_01", "id"),
        ("Maya Shah", "name"),
        ("પટેલ", "name"),
        ("7F3K-9QRM", "order_id"),
        ("1003", "order_id"),
        ("MAYASHOP", "name"),
    ],
)
def test_what_is_typed_says_what_it_is(typed: str, first: str) -> None:
    """An address, an id, a name, or a code, an order and a customer number, of which each is looked for."""
    assert ways(typed)[0] == first
    assert {"code", "customer_id"} <= set(ways(typed)) or first in {"id", "email"} or " " in typed


def test_many_of_a_name_are_gone_through(shop: Shop) -> None:
    """Page after page, with what was typed."""
    for number in range(60):
        told = {"email": f"p{number}@example.com", "first_name": "Pia", "last_name": f"N{number}"}
        shop.call("PUT", "/v1/people", told, scope="people")
    browser = Browser(shop).as_admin()
    first = browser.get("/console/people?q=pia")
    second = browser.get(first.link("Further"))
    shown = [{href for href, _ in page.links if "/people/per_" in href} for page in (first, second)]
    assert [len(it) for it in shown] == [50, 10]
    assert not shown[0] & shown[1]


def test_an_order_without_a_code_has_a_page(shop: Shop) -> None:
    """Who bought it, and that nobody has a reward for it; one that nobody knows is none."""
    order = {"order_id": "r/1 #2", "customer": {"email": "lea@example.com"}, "amount": eur(900)}
    assert shop.call("POST", "/v1/orders", order, scope="checkout").status_code == 201
    shop.stream()
    browser = Browser(shop).as_admin()
    page = browser.get("/console/people?q=" + quote("r/1 #2"))
    assert page.link("lea@example.com").startswith("/console/people/per_")
    assert browser.get("/console/orders/none").status == 404
