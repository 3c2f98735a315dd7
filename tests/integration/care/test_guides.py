"""Guides are kept by admins, and found by what somebody bought."""

from typing import Any

import pytest

from chalicelib import deps
from chalicelib.domain.care.guides import guide_for
from memory.shop import Shop

POT: dict[str, Any] = {
    "id": "first-brew",
    "title": "The first brew",
    "link": "https://shop.example/films/1",
    "language": "gu-IN",
    "skus": ["POT"],
    "picture": {"url": "https://shop.example/1.jpg", "text": "A pot in the sun"},
}


def put(shop: Shop, **changes: Any) -> Any:
    """Keep the guide, with changes."""
    return shop.call("PUT", "/v1/guides", POT | changes, scope="admin:write")


def listed(shop: Shop, query: str = "") -> dict[str, Any]:
    """One page of all guides."""
    page: dict[str, Any] = shop.read(shop.call("GET", f"/v1/guides{query}", scope="admin:read"))
    return page


def test_a_guide_is_kept_under_its_id(shop: Shop) -> None:
    """The first time it is new; again, it is replaced, and nothing is written if it says the same."""
    answer = put(shop)
    assert answer.status_code == 201
    assert shop.read(answer) == {**POT, "categories": [], "created_at": f"{shop.now:%Y-%m-%dT%H:%M:%SZ}"}
    shop.days(1)
    before = shop.everything()
    assert put(shop).status_code == 200
    assert shop.everything() == before
    changed = put(shop, title="A better first brew")
    assert changed.status_code == 200
    one = shop.read(shop.call("GET", "/v1/guides/first-brew", scope="admin:read"))
    assert one == {**shop.read(answer), "title": "A better first brew"}
    assert listed(shop) == {"items": [one], "next_cursor": None}


def test_guides_are_listed_page_by_page(shop: Shop) -> None:
    """By their ids, each once."""
    names = ["a", "b", "c", "first-brew"]
    for name in names:
        put(shop, id=name)
    found, page = [], listed(shop, "?limit=1")
    while True:
        found += [it["id"] for it in page["items"]]
        if page["next_cursor"] is None:
            break
        page = listed(shop, f"?limit=1&cursor={page['next_cursor']}")
    assert found == names


def test_a_retired_guide_is_shown_to_nobody(shop: Shop) -> None:
    """It stays in the list, a second time changes nothing, and it comes back when it is kept again."""
    put(shop)
    assert guide_for(["POT"], ["gu"], deps.guides())
    first = shop.call("DELETE", "/v1/guides/first-brew", scope="admin:write")
    shop.days(1)
    again = shop.call("DELETE", "/v1/guides/first-brew", scope="admin:write")
    assert shop.read(first) == shop.read(again)
    assert listed(shop)["items"][0]["retired_at"]
    assert guide_for(["POT"], ["gu"], deps.guides()) is None
    put(shop)
    assert "retired_at" not in listed(shop)["items"][0]


def test_guides_are_read_once_a_minute(shop: Shop) -> None:
    """What an admin has changed is taken up within that, and costs no read before."""
    assert deps.guides() == []
    put(shop)
    assert deps.guides() == []
    shop.days(61 / 86_400)
    assert [it.id for it in deps.guides()] == ["first-brew"]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"skus": []}, "/skus"),
        ({"link": "http://shop.example/1"}, "/link"),
        ({"link": "javascript:alert(1)"}, "/link"),
        ({"picture": {"url": "https://shop.example/1.jpg"}}, "/picture/text"),
        ({"language": "Gujarati!"}, "/language"),
        ({"id": "no/slash"}, "/id"),
        ({"title": " "}, "/title"),
    ],
)
def test_a_guide_must_lead_somewhere(shop: Shop, changes: dict[str, Any], pointer: str) -> None:
    """It is about some goods, on a page that nobody can change on the way, in a language, with words for a picture."""
    answer = put(shop, **changes)
    assert answer.status_code == 400
    assert [it["pointer"] for it in shop.read(answer)["errors"]] == [pointer]
    assert listed(shop)["items"] == []


def test_there_is_no_such_guide(shop: Shop) -> None:
    """Neither to see nor to retire."""
    for method, scope in (("GET", "admin:read"), ("DELETE", "admin:write")):
        assert shop.call(method, "/v1/guides/none", scope=scope).status_code == 404
