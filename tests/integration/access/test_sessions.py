"""Sessions: an ambassador whom the shop has signed in sees their own account for a while, and nobody else's."""

import hashlib
import json
from datetime import datetime, timedelta
from io import StringIO

import pytest
from chalice.test import HTTPResponse

from chalicelib import deps
from chalicelib.domain.accounts.ledger import legs
from chalicelib.domain.effects import Create
from chalicelib.domain.model.accounts import LedgerEntry
from chalicelib.operations.access import api_keys, sessions
from memory.faults import lost
from memory.shop import Body, Shop

VIEWS = ("", "/referrals", "/ledger")


def look(shop: Shop, token: str, path: str, **headers: str) -> HTTPResponse:
    """Read with a session."""
    return shop.call("GET", path, Authorization=f"Bearer {token}", **headers)


@pytest.fixture
def maya(shop: Shop) -> Body:
    """An ambassador with a referral."""
    maya = shop.enrol()
    shop.redeem(maya["code"])
    shop.stream()
    return maya


def test_a_session_begins(shop: Shop, maya: Body) -> None:
    """The shop's key gets a token for one ambassador that ends within the hour, told once and never to be cached."""
    answer = shop.call("POST", f"/v1/ambassadors/{maya['id']}/sessions", {}, scope="sessions")
    told = shop.read(answer)
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    assert set(told) == {"token", "expires_at", "ambassador_id", "id", "sign_in_url"}
    assert told["ambassador_id"] == maya["id"]
    assert told["token"].startswith("rs_")
    assert len(told["token"]) >= 43
    assert datetime.fromisoformat(told["expires_at"]) == shop.now + timedelta(hours=1)


def test_a_session_sees_its_own(shop: Shop, maya: Body, subtests: pytest.Subtests) -> None:
    """`me` and the ambassador's own id show the same: what an admin sees of them, here without an admin's traces."""
    token = shop.session(maya["id"])
    for view in VIEWS:
        with subtests.test(view):
            own = look(shop, token, f"/v1/ambassadors/me{view}")
            assert own.status_code == 200
            assert own.body == look(shop, token, f"/v1/ambassadors/{maya['id']}{view}").body
            assert own.body == shop.call("GET", f"/v1/ambassadors/{maya['id']}{view}", scope="admin:read").body


def test_a_session_learns_of_nobody_else(shop: Shop, maya: Body, subtests: pytest.Subtests) -> None:
    """Another ambassador, one that does not exist and what can be no id get the same answer, to the letter."""
    token, other = shop.session(maya["id"]), shop.enrol("other@example.com")["id"]
    for view in VIEWS:
        with subtests.test(view):
            unknown = shop.call("GET", f"/v1/ambassadors/amb_none{view}", scope="admin:read")
            for named in (other, "amb_none", "x" * 129, "Me", maya["id"].lower(), "me%20"):
                assert told(look(shop, token, f"/v1/ambassadors/{named}{view}")) == told(unknown)


def told(answer: HTTPResponse) -> Body:
    """A 404 without what is new in each answer."""
    assert answer.status_code == 404
    assert set(answer.headers) == {"Content-Type", "Cache-Control", "X-Request-Id", "X-Content-Type-Options", "Vary"}
    return {name: text for name, text in Shop.read(answer).items() if name != "request_id"}


def test_pages_lead_on_by_the_id(shop: Shop, maya: Body) -> None:
    """The next page's link works in the session and with an admin's key alike."""
    shop.redeem(maya["code"], "o2")
    shop.stream()
    token = shop.session(maya["id"])
    for view in ("referrals", "ledger"):
        first = shop.read(look(shop, token, f"/v1/ambassadors/me/{view}?limit=1"))
        path = f"/v1/ambassadors/me/{view}?limit=1&cursor={first['next_cursor']}"
        assert len(shop.read(look(shop, token, path))["items"]) == 1


def test_a_key_is_nobody(shop: Shop, subtests: pytest.Subtests) -> None:
    """A server key that says `me` is told that it has to name the ambassador."""
    asked = [*((("GET", view, None, "admin:read")) for view in VIEWS), ("POST", "/sessions", b"{}", "sessions")]
    for method, view, body, scope in asked:
        with subtests.test(view):
            answer = shop.call(method, f"/v1/ambassadors/me{view}", body, scope=scope)
            assert answer.status_code == 400
            assert shop.read(answer)["errors"][0]["pointer"] == "/id"


def test_a_session_ends(shop: Shop, maya: Body) -> None:
    """To the second, in every process, whether or not the table has cleaned up; nothing prolongs it."""
    token = shop.session(maya["id"])
    shop.now += timedelta(minutes=59, seconds=59)
    assert look(shop, token, "/v1/ambassadors/me").status_code == 200
    shop.now += timedelta(seconds=1)
    answer = look(shop, token, "/v1/ambassadors/me")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert look(shop, token, "/healthz").status_code == 200


def test_the_table_cleans_up(shop: Shop, maya: Body) -> None:
    """A session is stored under its SHA-256, with the second from which it may be removed; the token is nowhere."""
    token = shop.session(maya["id"])
    (item,) = [item for item in shop.everything() if item["SK"]["S"].startswith("SESSION#")]
    assert item["digest"] == {"S": hashlib.sha256(token.encode()).hexdigest()}
    assert item["expires_ttl"] == {"N": str(int((shop.now + timedelta(hours=1)).timestamp()))}
    secret = token.removeprefix("rs_")[52:]
    assert len(secret) == 43
    assert secret not in json.dumps(shop.everything())


def test_sessions_of_nobody(shop: Shop) -> None:
    """There is no session for an ambassador who does not exist."""
    before = shop.everything()
    answer = shop.call("POST", "/v1/ambassadors/amb_none/sessions", {}, scope="sessions")
    assert answer.status_code == 404
    assert shop.everything() == before


def test_only_a_real_token_opens(shop: Shop, maya: Body, subtests: pytest.Subtests) -> None:
    """Whatever is almost a session is none, and neither is a key with a session's first letters."""
    token = shop.session(maya["id"])
    digest = hashlib.sha256(token.encode()).hexdigest()
    key = shop.keys["admin:read"].removeprefix("rk_")
    other = shop.session(shop.enrol("other@example.com")["id"])
    named, secret = token[:-43], token[-43:]
    for almost in (
        other[:-43] + secret,
        named + other[-43:],
        token[:-1],
        f"{token}x",
        token.swapcase(),
        token.removeprefix("rs_"),
        digest,
        "rs_",
        f"rs_{key}",
    ):
        with subtests.test(almost[:60]):
            assert look(shop, almost, "/v1/ambassadors/me").status_code == 401


def test_a_lost_reply_is_no_error(shop: Shop, maya: Body) -> None:
    """When the reply of the table is lost, the write is tried again and the session is there."""
    shop.faults.after("TransactWriteItems", lost)
    assert look(shop, shop.session(maya["id"]), "/v1/ambassadors/me").status_code == 200


def test_an_ambassador_does_not_read_who_decided(shop: Shop, maya: Body) -> None:
    """The admin behind an entry is shown to admins, and to the ambassador neither as JSON nor as CSV."""
    author = "key_of-an-admin"
    about = {"ambassador_id": maya["id"], "kind": "bonus", "cause": "a gift", "program_version": 1, "author": author}
    deps.table().commit([Create(LedgerEntry(number="9-0", at=shop.now, legs=legs("bonus", 500, "EUR"), **about))])
    token, path = shop.session(maya["id"]), f"/v1/ambassadors/{maya['id']}/ledger"
    for accept in ("application/json", "text/csv"):
        admins = shop.call("GET", path, scope="admin:read", Accept=accept)
        own = look(shop, token, path, Accept=accept)
        assert author in admins.body.decode()
        assert author not in own.body.decode()
        assert b"a gift" in own.body


def test_tokens_are_not_logged(shop: Shop, maya: Body, log: StringIO) -> None:
    """Neither a token nor a key nor an Idempotency-Key appears in the log, whatever becomes of the request."""
    token, secret = shop.session(maya["id"]), shop.keys["admin:keys"]
    look(shop, token, "/v1/ambassadors/me")
    look(shop, token, "/v1/keys")
    look(shop, f"{token}x", "/v1/ambassadors/me")
    body = {"name": "desk", "owner": "Bea", "scopes": ["admin:keys"]}
    made = shop.read(shop.call("POST", "/v1/keys", body, scope="admin:keys", Idempotency_Key="a-very-own-key"))
    logged = log.getvalue()
    assert "/v1/ambassadors/{ambassador_id}" in logged
    for word in (token, secret, made["secret"], "a-very-own-key", maya["id"]):
        assert word not in logged


def listed(shop: Shop, maya: Body, scope: str = "sessions") -> list[Body]:
    """The sessions of Maya as a key sees them."""
    return list(shop.read(shop.call("GET", f"/v1/ambassadors/{maya['id']}/sessions", scope=scope))["items"])


def test_sessions_are_listed(shop: Shop, maya: Body) -> None:
    """The newest first, without those that are over: who made each, until when, and nothing that opens anything."""
    tokens = []
    for _ in range(3):
        tokens.append(shop.session(maya["id"]))
        shop.now += timedelta(minutes=25)
    shop.session(shop.enrol("other@example.com")["id"])
    found = listed(shop, maya)
    assert [it["expires_at"] for it in found] == sorted([it["expires_at"] for it in found], reverse=True)
    assert len(found) == 2
    assert set(found[0]) == {"id", "ambassador_id", "created_at", "expires_at", "made_by"}
    assert found[0]["made_by"] == found[1]["made_by"] != ""
    own = look(shop, tokens[-1], "/v1/ambassadors/me/sessions")
    assert shop.read(own)["items"] == found == listed(shop, maya, "admin:read")
    for token in tokens:
        assert token not in own.body.decode()
        assert hashlib.sha256(token.encode()).hexdigest() not in own.body.decode()


@pytest.mark.parametrize("who", ["sessions", "admin:write", "me"])
def test_all_sessions_end_at_once(shop: Shop, maya: Body, who: str) -> None:
    """None of an ambassador's tokens opens anything from then on; other ambassadors' do, and a new one begins."""
    tokens = [shop.session(maya["id"]) for _ in range(3)]
    stranger = shop.session(shop.enrol("other@example.com")["id"])
    path = f"/v1/ambassadors/{'me' if who == 'me' else maya['id']}/sessions"
    signed = {"Authorization": f"Bearer {tokens[0]}"} if who == "me" else {}
    ended = shop.call("DELETE", path, scope=None if who == "me" else who, **signed)
    assert (ended.status_code, shop.read(ended)) == (200, {"ended": 3})
    assert [look(shop, token, "/v1/ambassadors/me").status_code for token in tokens] == [401] * 3
    assert look(shop, stranger, "/v1/ambassadors/me").status_code == 200
    assert listed(shop, maya) == []
    assert shop.read(shop.call("DELETE", f"/v1/ambassadors/{maya['id']}/sessions", scope="sessions")) == {"ended": 0}
    assert look(shop, shop.session(maya["id"]), "/v1/ambassadors/me").status_code == 200


def test_one_session_ends(shop: Shop, maya: Body) -> None:
    """The others go on; ended twice it is ended once; nobody ends another ambassador's by its id."""
    lost_phone = shop.session(maya["id"])
    (phone,) = listed(shop, maya)
    laptop, stranger = shop.session(maya["id"]), shop.enrol("other@example.com")
    path = f"/v1/ambassadors/{maya['id']}/sessions/{phone['id']}"
    elsewhere = shop.call("DELETE", f"/v1/ambassadors/{stranger['id']}/sessions/{phone['id']}", scope="sessions")
    assert elsewhere.status_code == 404
    first = look_away(shop, laptop, f"/v1/ambassadors/me/sessions/{phone['id']}")
    assert (first.status_code, shop.read(first)["id"]) == (200, phone["id"])
    assert look(shop, lost_phone, "/v1/ambassadors/me").status_code == 401
    assert look(shop, laptop, "/v1/ambassadors/me").status_code == 200
    shop.now += timedelta(minutes=1)
    assert shop.call("DELETE", path, scope="enrol").body == first.body
    assert phone["id"] not in {it["id"] for it in listed(shop, maya)}


def look_away(shop: Shop, token: str, path: str) -> HTTPResponse:
    """End a session with a session."""
    return shop.call("DELETE", path, Authorization=f"Bearer {token}")


def test_more_sessions_than_a_transaction_holds(shop: Shop, maya: Body) -> None:
    """However many there are, all of them end."""
    key = deps.table().read_api_key(hashlib.sha256(shop.keys["sessions"].encode()).hexdigest())
    assert key is not None
    tokens = [sessions.begin(deps.table(), maya["id"], by=key, now=shop.now)[0] for _ in range(101)]
    assert sessions.end_all(deps.table(), [maya["id"]], now=shop.now) == 101
    assert not any(sessions.find(deps.table(), token, now=shop.now) for token in tokens)


def test_sessions_fall_with_the_key_that_began_them(shop: Shop, maya: Body) -> None:
    """At once, in whatever way it began them: by the answer, by the link of a hand-over, used or not yet.

    Whoever came in by their mail, or by another key, stays in.
    """
    table = deps.table()
    made = {name: api_keys.issue(table, name, ["sessions"], shop.now) for name in ("stolen", "new")}

    def begun(secret: str) -> Body:
        path = f"/v1/ambassadors/{maya['id']}/sessions"
        return shop.read(shop.call("POST", path, {}, Authorization=f"Bearer {secret}"))

    def comes_in(link: str) -> HTTPResponse:
        return shop.call("POST", "/v1/sessions/confirm", {"token": link.rpartition("/")[2]})

    first, second, other = begun(made["stolen"]), begun(made["stolen"]), begun(made["new"])
    handed = shop.read(comes_in(first["sign_in_url"]))
    mailed, by_mail = sessions.fresh(maya["id"], by="mail", now=shop.now)
    table.commit([Create(by_mail)])
    tokens = [first["token"], second["token"], handed["token"], other["token"], mailed]
    assert [look(shop, it, "/v1/ambassadors/me").status_code for it in tokens] == [200] * 5

    stolen = table.read_api_key(api_keys.digest_of(made["stolen"]))
    assert stolen is not None
    assert shop.call("DELETE", f"/v1/keys/{stolen.id}", scope="admin:keys").status_code == 200
    assert [look(shop, it, "/v1/ambassadors/me").status_code for it in tokens] == [401, 401, 401, 200, 200]
    assert comes_in(second["sign_in_url"]).status_code == 410
    assert {it["id"] for it in listed(shop, maya)} == {other["id"], by_mail.id}
    assert comes_in(other["sign_in_url"]).status_code == 201


def test_a_session_that_notes_no_key_falls_as_well(shop: Shop, maya: Body) -> None:
    """One from before that was noted is asked for by the id of its key."""
    table = deps.table()
    key = table.read_api_key(api_keys.digest_of(shop.keys["sessions"]))
    assert key is not None
    token, old = sessions.fresh(maya["id"], by=key.id, now=shop.now)
    table.commit([Create(old)])
    assert look(shop, token, "/v1/ambassadors/me").status_code == 200
    shop.call("DELETE", f"/v1/keys/{key.id}", scope="admin:keys")
    assert look(shop, token, "/v1/ambassadors/me").status_code == 401
