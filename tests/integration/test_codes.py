"""Further codes: for a campaign, or to tell apart where friends come from."""

from typing import Any

import pytest
from chalice.test import HTTPResponse

from chalicelib import deps
from chalicelib.operations import codes, programs
from tests.shop import PROGRAM, Body, Shop

SPRING = {
    "name": "Spring",
    "starts_at": "2026-03-01T00:00:00Z",
    "ends_at": "2026-04-01T00:00:00Z",
    "offer": {"basis_points": 2000},
    "reward": {"amount": 700},
}


@pytest.fixture
def maya(shop: Shop) -> Body:
    """An ambassador of a shop whose program has a campaign."""
    programs.publish(deps.table(), {**PROGRAM, "campaigns": [SPRING]}, author="test", now=shop.now)
    deps.use_program(programs.current(deps.table()))
    return shop.enrol()


def add(shop: Shop, maya: Body, key: str = "a", scope: str | None = "admin:write", **told: Any) -> HTTPResponse:
    """Ask for a further code, under an Idempotency-Key; without a scope in Maya's session."""
    headers = {} if scope else {"Authorization": f"Bearer {shop.session(maya['id'])}"}
    path = f"/v1/ambassadors/{maya['id']}/codes"
    return shop.call("POST", path, told, scope=scope, Idempotency_Key=key, **headers)


def listed(shop: Shop, maya: Body) -> list[Body]:
    """All codes of Maya."""
    answer = shop.call("GET", f"/v1/ambassadors/{maya['id']}/codes", scope="admin:read")
    return list(shop.read(answer)["items"])


def test_a_code_of_a_campaign_has_its_terms(shop: Shop, maya: Body) -> None:
    """Its friends get the campaign's offer, its ambassador the campaign's reward; the first code stays as it was."""
    answer = add(shop, maya, campaign="Spring")
    assert answer.status_code == 201
    code = shop.read(answer)
    assert code["campaign"] == "Spring"
    assert code["share_url"].endswith(f"/r/{code['code']}")
    for order_id, used in (("o-1", code["code"]), ("o-2", maya["code"])):
        assert shop.redeem(used, order_id, 5000).status_code == 201
    shop.stream()
    amounts = {
        name: (shop.order(name)["friend_discount"]["amount"], shop.entries(order_id=name)[0]["legs"][1]["amount"])
        for name in ("o-1", "o-2")
    }
    assert amounts == {"o-1": (1000, 700), "o-2": (500, 450)}
    assert shop.read(shop.call("GET", f"/v1/codes/{code['code']}"))["offer"]["basis_points"] == 2000


def test_a_further_code_is_as_good_as_the_first(shop: Shop, maya: Body) -> None:
    """It brings to the same account, can be paused by itself, and is no code for its own ambassador."""
    code = shop.read(add(shop, maya))["code"]
    assert code != maya["code"]
    own = shop.redeem(code, "o-1", customer={"email": "maya@example.com"})
    assert (own.status_code, shop.read(own)["reason"]) == (422, "own_code")
    assert shop.redeem(code, "o-2").status_code == 201
    shop.stream()
    assert shop.account(maya["id"])["held"] == 450
    shop.call("PATCH", f"/v1/codes/{code}", {"state": "paused"}, scope="admin:write")
    assert shop.read(shop.redeem(code, "o-3"))["reason"] == "paused_code"
    assert shop.redeem(maya["code"], "o-4").status_code == 201


def test_all_codes_are_listed(shop: Shop, maya: Body) -> None:
    """The first one comes first, then the others as they were made; the ambassador sees the same."""
    made = [shop.read(add(shop, maya, key))["code"] for key in ("a", "b")]
    found = listed(shop, maya)
    assert [it["code"] for it in found] == [maya["code"], *made]
    assert [it["campaign"] for it in found] == [None, None, None]
    mine = shop.call("GET", "/v1/ambassadors/me/codes", Authorization=f"Bearer {shop.session(maya['id'])}")
    assert shop.read(mine)["items"] == found


def test_a_repeat_makes_no_second_code(shop: Shop, maya: Body) -> None:
    """The same request gets the same code; another one under its key is refused."""
    first, again = add(shop, maya, campaign="Spring"), add(shop, maya, campaign="Spring")
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
    assert shop.read(again) == shop.read(first)
    other = add(shop, maya)
    assert (other.status_code, shop.read(other)["reason"]) == (422, "idempotency_key_reused")
    assert len(listed(shop, maya)) == 2


def test_there_is_an_end_to_codes(shop: Shop, maya: Body, monkeypatch: pytest.MonkeyPatch) -> None:
    """An ambassador has so many codes and no more, whatever the keys of the requests."""
    monkeypatch.setattr(codes, "CODES_MAX", 2)
    assert [add(shop, maya, key).status_code for key in "abc"] == [201, 201, 422]
    assert add(shop, maya, "a").status_code == 200
    assert len(listed(shop, maya)) == 3


def test_an_ambassador_makes_codes_but_chooses_no_campaign(shop: Shop, maya: Body) -> None:
    """Better terms are the shop's to give."""
    assert add(shop, maya, "a", None).status_code == 201
    refused = add(shop, maya, "b", None, campaign="Spring")
    assert (refused.status_code, shop.read(refused)["reason"]) == (403, "wrong_scope")
    assert len(listed(shop, maya)) == 2


def test_a_campaign_that_nobody_knows(shop: Shop, maya: Body) -> None:
    """A name that is not in the program is a slip of the pen: nothing is made or changed."""
    answer = add(shop, maya, campaign="Sprnig")
    assert (answer.status_code, shop.read(answer)["reason"]) == (422, "unknown_campaign")
    patched = shop.call("PATCH", f"/v1/codes/{maya['code']}", {"campaign": "Sprnig"}, scope="admin:write")
    assert (patched.status_code, shop.read(patched)["reason"]) == (422, "unknown_campaign")
    assert [it["campaign"] for it in listed(shop, maya)] == [None]


def test_a_code_joins_and_leaves_a_campaign(shop: Shop, maya: Body) -> None:
    """Orders have the terms of the campaign that their code was in when they came; what was earned stays."""
    discounts = []
    for number, campaign in enumerate(("Spring", None, "Spring")):
        answer = shop.call("PATCH", f"/v1/codes/{maya['code']}", {"campaign": campaign}, scope="admin:write")
        assert shop.read(answer)["campaign"] == campaign
        discounts.append(shop.read(shop.redeem(maya["code"], f"o-{number}"))["friend_discount"]["amount"])
    assert discounts == [1000, 500, 1000]


def test_of_two_requests_at_once_none_is_lost(shop: Shop, maya: Body) -> None:
    """A list that has moved meanwhile is read again: both codes are there, and known."""
    made: list[str] = []
    real = deps.table().commit

    def meanwhile(effects: Any, **more: Any) -> Any:
        deps.table().commit = real  # type: ignore[method-assign]
        made.append(shop.read(add(shop, maya, "b"))["code"])
        return real(effects, **more)

    deps.table().commit = meanwhile  # type: ignore[method-assign]
    made.append(shop.read(add(shop, maya, "a"))["code"])
    assert [it["code"] for it in listed(shop, maya)] == [maya["code"], *made]
