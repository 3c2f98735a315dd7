"""Admins: named people of the shop, each a key of which nobody knows the secret, found by their mailbox."""

import json

import pytest
from chalice.test import HTTPResponse

from chalicelib import deps
from chalicelib.domain.model.access import ApiKey
from chalicelib.domain.people.pseudonyms import pseudonym_of_email
from chalicelib.operations.access import admins, api_keys, console_sessions
from chalicelib.operations.access.api_keys import may_second
from infra import manage
from memory.shop import Body, Shop

BEA = "bea@shop.example"
ALL = ["admin:read", "admin:write", "admin:keys"]


@pytest.fixture
def maker(shop: Shop) -> str:
    """The secret of a key that may do all that admins can."""
    return api_keys.issue(deps.table(), "office", ALL, shop.now, owner="Maya")


def invite(shop: Shop, by: str, email: str = BEA, **more: object) -> HTTPResponse:
    """Ask for an admin."""
    return shop.call("POST", "/v1/admins", {"email": email, "name": "Bea", **more}, Authorization=f"Bearer {by}")


def listed(shop: Shop) -> list[Body]:
    """All admins as the list shows them."""
    return list(shop.read(shop.call("GET", "/v1/admins", scope="admin:keys"))["items"])


def signs_in(shop: Shop, email: str) -> ApiKey | None:
    """As which key whoever reads a mailbox would be signed in."""
    return admins.find(deps.table(), pseudonym_of_email(deps.settings().pepper, email))


def test_an_admin_is_a_key_that_nobody_has(shop: Shop, maker: str) -> None:
    """They may do what was said, are found by their mailbox however it is spelled, and no secret is told."""
    answer = invite(shop, maker, scopes=["admin:read"])
    told = shop.read(answer)
    assert answer.status_code == 201
    assert (told["email"], told["name"], told["scopes"]) == (BEA, "Bea", ["admin:read"])
    assert (told["last_used"], told["revoked_at"]) == (None, None)
    key = signs_in(shop, "BEA@shop.EXAMPLE")
    assert key is not None
    assert (key.id, key.owner, key.makers, key.scopes) == (told["id"], "Bea", ("Maya",), ("admin:read",))
    assert [it["id"] for it in listed(shop)] == [told["id"]]


def test_they_may_do_all_that_admins_can(shop: Shop, maker: str) -> None:
    """Unless it is said otherwise; and nobody gives more than they have."""
    assert shop.read(invite(shop, maker))["scopes"] == ALL
    reader = api_keys.issue(deps.table(), "reader", ["admin:keys"], shop.now)
    answer = invite(shop, reader, "other@shop.example")
    assert (answer.status_code, shop.read(answer)["reason"]) == (403, "scope_not_held")
    assert invite(shop, reader, "other@shop.example", scopes=["admin:keys"]).status_code == 201


def test_one_mailbox_is_one_admin(shop: Shop, maker: str) -> None:
    """The same request again changes nothing; another name or other scopes are refused, whatever the spelling."""
    first = invite(shop, maker)
    before = shop.everything()
    again = invite(shop, maker, "Bea@Shop.example")
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
    assert shop.read(again) == shop.read(first)
    for other in ({"name": "Bo"}, {"scopes": ["admin:read"]}):
        answer = invite(shop, maker, **other)
        assert (answer.status_code, shop.read(answer)["reason"]) == (409, "email_taken")
        assert BEA not in answer.body.decode()
    assert shop.everything() == before


@pytest.mark.parametrize("path", ["/v1/admins", "/v1/keys"])
def test_a_revoked_admin_is_out_at_once(shop: Shop, maker: str, path: str) -> None:
    """They are signed out, their address is forgotten and free; a second time changes nothing."""
    told = shop.read(invite(shop, maker))
    key = signs_in(shop, BEA)
    assert key is not None
    token, _ = console_sessions.begin(deps.table(), key, browser="", now=shop.now)
    revoked = shop.call("DELETE", f"{path}/{told['id']}", scope="admin:keys")
    assert revoked.status_code == 200
    assert shop.read(revoked)["revoked_at"] is not None
    assert console_sessions.find(deps.table(), token, now=shop.now) is None
    assert signs_in(shop, BEA) is None
    assert listed(shop) == []
    assert BEA not in json.dumps(shop.everything())
    before = shop.everything()
    assert shop.read(shop.call("DELETE", f"/v1/admins/{told['id']}", scope="admin:keys"))["id"] == told["id"]
    assert shop.everything() == before
    assert shop.read(invite(shop, maker))["id"] != told["id"]


def test_a_key_is_no_admin(shop: Shop, maker: str) -> None:
    """The door for admins lets no server key go, nor one that does not exist."""
    keys = shop.read(shop.call("GET", "/v1/keys?limit=100", scope="admin:keys"))["items"]
    for named in (keys[0]["id"], "key_none"):
        answer = shop.call("DELETE", f"/v1/admins/{named}", Authorization=f"Bearer {maker}")
        assert (answer.status_code, shop.read(answer)["reason"]) == (404, "not_found")


def test_a_revoked_maker_invites_nobody(shop: Shop, maker: str) -> None:
    """Nor in the minute in which a process that has not heard of it still knows the key."""
    assert invite(shop, maker, "one@shop.example").status_code == 201
    by = deps.table().read_api_key(api_keys.digest_of(maker))
    assert by is not None
    witness = deps.table().read_api_key(api_keys.digest_of(shop.keys["admin:keys"]))
    assert witness is not None
    api_keys.revoke(deps.table(), by.id, by=witness, now=shop.now)
    before = shop.everything()
    assert invite(shop, maker).status_code == 401
    assert shop.everything() == before


def test_who_was_invited_is_no_second(shop: Shop, maker: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever Maya has invited can't second her, nor whom they invite; whom the operator makes can."""
    assert invite(shop, maker).status_code == 201
    bea = signs_in(shop, BEA)
    assert manage.main(["admin", "--name", "Cem", "--email", "cem@shop.example"]) == 0
    cem = signs_in(shop, "cem@shop.example")
    assert bea is not None
    assert cem is not None
    assert not may_second("Maya", bea)
    assert may_second("Maya", cem)
    assert may_second("Cem", bea)
    assert cem.id in capsys.readouterr().out


def test_the_operator_makes_the_first(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """By one command, which says where they sign in; again it changes nothing, and what can't be is said."""
    arguments = ["admin", "--name", "Cem", "--email", "Cem@Shop.example"]
    assert manage.main(arguments) == 0
    assert "https://friends.shop.example/sign-in?to=console" in capsys.readouterr().out
    key = signs_in(shop, "cem@shop.example")
    assert key is not None
    assert (key.made_by, key.makers, list(key.scopes)) == ("operator", (), list(api_keys.SCOPES))
    assert manage.main(arguments) == 0
    assert "already" in capsys.readouterr().out
    for wrong in (
        [*arguments[:3], "--email", "no address"],
        [*arguments, "--scopes", "admin:all"],
        [*arguments, "--scopes", "admin:read"],
        ["admin", "--name", " ", "--email", "cem@shop.example"],
    ):
        assert manage.main(wrong) == 1
    assert [it["id"] for it in listed(shop)] == [key.id]


def test_where_an_admin_is_signed_in(shop: Shop, maker: str) -> None:
    """Each sees and ends their own sessions; with `admin:keys` those of everybody; nobody sees a token."""
    told = shop.read(invite(shop, maker))
    key = signs_in(shop, BEA)
    assert key is not None
    tokens = [console_sessions.begin(deps.table(), key, browser="Firefox, Android", now=shop.now)[0] for _ in range(3)]
    path = f"/v1/admins/{told['id']}/sessions"
    listed = shop.call("GET", path, scope="admin:keys")
    items = shop.read(listed)["items"]
    assert [(it["browser"], it["admin_id"]) for it in items] == [("Firefox, Android", key.id)] * 3
    assert not any(token[-43:] in listed.body.decode() for token in tokens)
    for method, at in (("GET", path), ("DELETE", path), ("DELETE", f"{path}/{items[0]['id']}")):
        assert shop.call(method, at, scope="admin:read").status_code == 404
    assert shop.read(shop.call("GET", "/v1/admins/me/sessions", scope="admin:read"))["items"] == []
    one = shop.read(shop.call("DELETE", f"{path}/{items[0]['id']}", scope="admin:keys"))
    assert one["ended_at"] is not None
    assert shop.call("DELETE", f"{path}/con_none", scope="admin:keys").status_code == 404
    assert shop.read(shop.call("DELETE", path, scope="admin:keys")) == {"ended": 2}
    assert not any(console_sessions.find(deps.table(), token, now=shop.now) for token in tokens)
    assert shop.call("GET", "/v1/admins/key_none/sessions", scope="admin:keys").status_code == 404
