"""Further codes: for a campaign, or to tell apart where friends come from."""

from random import Random
from typing import Any

import pytest
from chalice.test import HTTPResponse

from chalicelib import deps
from chalicelib.operations.people import codes
from memory.shop import Body, Shop, eur, refusal

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
    shop.publish(campaigns=[SPRING])
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
    assert refusal(own) == (422, "own_code")
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
    assert refusal(other) == (422, "idempotency_key_reused")
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
    assert refusal(refused) == (403, "wrong_scope")
    assert len(listed(shop, maya)) == 2


def test_a_campaign_that_nobody_knows(shop: Shop, maya: Body) -> None:
    """A name that is not in the program is a slip of the pen: nothing is made or changed."""
    answer = add(shop, maya, campaign="Sprnig")
    assert refusal(answer) == (422, "unknown_campaign")
    patched = shop.call("PATCH", f"/v1/codes/{maya['code']}", {"campaign": "Sprnig"}, scope="admin:write")
    assert refusal(patched) == (422, "unknown_campaign")
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


# --- wished for ---


def test_a_code_that_was_wished_for_works_like_any_other(shop: Shop, maya: Body) -> None:
    """On its page, as a QR, in quotes and at the checkout, in any spelling; the former one goes on working."""
    answer = add(shop, maya, scope=None, code="maya-2026")
    assert (answer.status_code, shop.read(answer)["code"]) == (201, "MAYA2026")
    assert shop.call("GET", "/r/Maya2026").status_code == 200
    assert shop.call("GET", "/r/MAYA2026/qr.svg").status_code == 200
    assert shop.read(shop.call("GET", "/v1/codes/maya2026"))["ambassador"] == {"first_name": "Maya"}
    told = {"code": "maya 2026", "order": {"amount": eur(5000)}}
    assert shop.read(shop.call("POST", "/v1/quotes", told, scope="checkout"))["usable"]
    assert shop.redeem("maya-2026", "o-1").status_code == 201
    assert shop.order("o-1")["code"] == "MAYA2026"
    assert shop.redeem(maya["code"], "o-2").status_code == 201
    shop.stream()
    assert shop.account(maya["id"])["held"] == 900
    assert [it["code"] for it in listed(shop, maya)] == [maya["code"], "MAYA2026"]


def test_who_mistakes_a_letter_means_the_code_there_is(shop: Shop, maya: Body) -> None:
    """A code is found by what it looks like; its order is the same when it is sent again as it should be spelled."""
    assert add(shop, maya, code="BOB5").status_code == 201
    first, again = (shop.redeem(typed, "o-1", placed_at="2026-03-01T12:00:00Z") for typed in ("80BS", "bob5"))
    assert (first.status_code, again.status_code) == (201, 200)
    assert shop.read(first) == shop.read(again)
    assert shop.order("o-1")["code"] == "BOB5"
    shop.call("PATCH", "/v1/codes/B0BS", {"state": "paused"}, scope="admin:write")
    assert shop.read(shop.redeem("BOB5", "o-2"))["reason"] == "paused_code"


@pytest.mark.parametrize("typed", ["LISA", "lisa", "L-I-S-A", "L1SA", "1I5A", "LI5A", "  LISA\u200b"])
def test_no_two_codes_look_alike(shop: Shop, maya: Body, typed: str) -> None:
    """Whoever comes second is told, whatever the spelling, and nothing is stored; the first one keeps it."""
    assert add(shop, shop.enrol("lisa@example.com", "Lisa"), code="LISA").status_code == 201
    before = shop.everything()
    answer = add(shop, maya, "b", code=typed)
    assert refusal(answer) == (409, "code_taken")
    assert shop.everything() == before
    assert shop.read(shop.call("GET", "/v1/codes/LISA"))["ambassador"] == {"first_name": "Lisa"}


def test_nobody_takes_what_chance_has_given(shop: Shop, maya: Body) -> None:
    """A wish that looks like anybody's first code is refused, and chance gives none that looks like a wish."""
    noor = shop.enrol("noor@example.com", "Noor")
    for code in (maya["code"], noor["code"].translate(str.maketrans("2Z5S8B6G", "Z2S5B8G6"))):
        answer = add(shop, maya, code, code=code)
        assert refusal(answer) == (409, "code_taken")
    assert add(shop, maya, "w", code="MQ7K3QZ5").status_code == 201
    deps.use_chance(Bringing("MQ7K3QZS", "MQ7K3QZT"))
    assert shop.enrol("ola@example.com", "Ola")["code"] == "MQ7K3QZT"


class Bringing(Random):
    """Chance that brings these codes, and after that anything."""

    def __init__(self, *codes: str) -> None:
        super().__init__(1)
        self._letters = "".join(codes)

    def choice(self, seq: Any) -> Any:
        if not self._letters:
            return super().choice(seq)
        first, self._letters = self._letters[0], self._letters[1:]
        return first


@pytest.mark.parametrize(
    ("typed", "status", "reason"),
    [
        *((typed, 400, "invalid_request") for typed in ("AB", "X" * 21, "4930123456", "MAYÁ", "Майя", "", "-.-")),
        *((typed, 422, "code_not_allowed") for typed in ("admin", "Kavya Ceramics", "CPN2F9PZ6DFFXMR", "F*U*C*K")),
    ],
)
def test_a_word_that_can_be_no_code_is_refused_with_words(
    shop: Shop, maya: Body, typed: str, status: int, reason: str
) -> None:
    """What to do is said, nothing is stored, and the same Idempotency-Key takes the next try."""
    before = shop.everything()
    answer = add(shop, maya, code=typed)
    told = shop.read(answer)
    assert (answer.status_code, told["reason"]) == (status, reason)
    assert "Try another one" in told["detail"] or told["errors"][0]["pointer"] == "/code"
    assert shop.everything() == before
    assert add(shop, maya, code="maya").status_code == 201


def test_a_wish_counts_among_the_further_codes(shop: Shop, maya: Body, monkeypatch: pytest.MonkeyPatch) -> None:
    """There are only so many, and sent again it is the same one: it does not stand in its own way."""
    monkeypatch.setattr(codes, "CODES_MAX", 2)
    add(shop, maya, "a")
    first = add(shop, maya, "b", code="Maya")
    again = add(shop, maya, "b", code="Maya")
    assert (first.status_code, again.status_code) == (201, 200)
    assert shop.read(first) == shop.read(again)
    answer = add(shop, maya, "c", code="Maya2")
    assert refusal(answer) == (422, "too_many_codes")


def rest(shop: Shop, who: Body, code: str, state: str) -> HTTPResponse:
    """Pause a code of one's own, or let it work again."""
    token = {"Authorization": f"Bearer {shop.session(who['id'])}"}
    return shop.call("PATCH", f"/v1/ambassadors/me/codes/{code}", {"state": state}, **token)


def test_an_ambassador_pauses_a_code_and_lets_it_work_again(shop: Shop, maya: Body) -> None:
    """The checkout refuses it meanwhile; a second time changes nothing; the other codes go on."""
    code = shop.read(add(shop, maya, scope=None))["code"]
    for _ in range(2):
        paused = shop.read(rest(shop, maya, code.lower(), "paused"))
        assert (paused["state"], paused["own_pause"]) == ("paused", True)
    assert refusal(shop.redeem(code, "o-1")) == (422, "paused_code")
    assert shop.redeem(maya["code"], "o-2").status_code == 201
    for _ in range(2):
        active = shop.read(rest(shop, maya, code, "active"))
        assert (active["state"], active.get("own_pause", False)) == ("active", False)
    assert shop.redeem(code, "o-3").status_code == 201


@pytest.mark.parametrize("before", [True, False])
def test_what_the_shop_has_paused_stays_paused(shop: Shop, maya: Body, *, before: bool) -> None:
    """Whoever has leaked a code does not undo what an admin did about it, whether they had paused it themselves."""
    if before:
        rest(shop, maya, maya["code"], "paused")
    shop.call("PATCH", f"/v1/codes/{maya['code']}", {"state": "paused"}, scope="admin:write")
    assert refusal(rest(shop, maya, maya["code"], "active")) == (409, "paused_by_shop")


def test_what_a_suspension_has_paused_stays_paused(shop: Shop, maya: Body) -> None:
    """The same when somebody looks into the account."""
    rest(shop, maya, maya["code"], "paused")
    told = {"note": "Let me see.", "pause_codes": True}
    assert shop.call("POST", f"/v1/ambassadors/{maya['id']}/suspend", told, scope="admin:write").status_code == 201
    assert refusal(rest(shop, maya, maya["code"], "active")) == (409, "paused_by_shop")


def test_nobody_pauses_anothers_code(shop: Shop, maya: Body) -> None:
    """To others there is no such code."""
    other = shop.enrol("lea@example.com")
    assert refusal(rest(shop, other, maya["code"], "paused")) == (404, "not_found")
    assert shop.redeem(maya["code"], "o-1").status_code == 201
