"""Keys: each route names who may use it, each key opens what its scopes say, and no secret is kept."""

import hashlib
import json
import re
from collections.abc import Iterator

import pytest
from chalice.test import HTTPResponse

import app
from chalicelib import deps
from chalicelib.edge.routes import PAGES
from chalicelib.edge.routes import ROUTES as TABLE
from chalicelib.operations.access import api_keys
from memory.shop import Body, Shop

ANYONE = "anyone"
SESSION = "session"

SCOPES: dict[tuple[str, str], set[str]] = {
    ("GET", "/r/{code}"): {ANYONE},
    ("GET", "/R/{code}"): {ANYONE},
    ("GET", "/r/{code}/card.png"): {ANYONE},
    ("GET", "/d/{token}"): {ANYONE},
    ("POST", "/d/{token}"): {ANYONE},
    ("GET", "/r/{code}/qr.svg"): {ANYONE},
    ("GET", "/r/{code}/qr.png"): {ANYONE},
    ("GET", "/v1/codes/{code}"): {ANYONE},
    ("GET", "/healthz"): {ANYONE},
    ("POST", "/v1/ambassadors"): {"enrol"},
    ("GET", "/v1/ambassadors/{ambassador_id}"): {"admin:read", SESSION},
    ("GET", "/v1/ambassadors/{ambassador_id}/referrals"): {"admin:read", SESSION},
    ("GET", "/v1/ambassadors/{ambassador_id}/ledger"): {"admin:read", SESSION},
    ("GET", "/v1/ambassadors"): {"admin:read"},
    ("PATCH", "/v1/ambassadors/{ambassador_id}"): {"admin:write", SESSION},
    ("POST", "/v1/ambassadors/{ambassador_id}/merge"): {"admin:write"},
    ("POST", "/v1/ambassadors/{ambassador_id}/sessions"): {"sessions"},
    ("GET", "/v1/ambassadors/{ambassador_id}/sessions"): {"sessions", "admin:read", SESSION},
    ("DELETE", "/v1/ambassadors/{ambassador_id}/sessions"): {"sessions", "admin:write", SESSION},
    ("DELETE", "/v1/ambassadors/{ambassador_id}/sessions/{session_id}"): {"sessions", "admin:write", SESSION},
    ("PUT", "/v1/people"): {"people"},
    ("GET", "/v1/people"): {"admin:read"},
    ("GET", "/v1/people/{person_id}"): {"admin:read", SESSION},
    ("PATCH", "/v1/people/{person_id}"): {"admin:write", SESSION},
    ("POST", "/v1/people/{person_id}/merge"): {"admin:write"},
    ("POST", "/v1/people/{person_id}/restrict"): {"admin:write", SESSION},
    ("GET", "/v1/people/{person_id}/export"): {"admin:read", SESSION},
    ("DELETE", "/v1/people/{person_id}"): {"admin:write", SESSION},
    ("GET", "/v1/erasures"): {"admin:read"},
    ("POST", "/v1/keys"): {"admin:keys"},
    ("GET", "/v1/keys"): {"admin:keys"},
    ("DELETE", "/v1/keys/{key_id}"): {"admin:keys"},
    ("POST", "/v1/sessions"): {ANYONE},
    ("POST", "/v1/sessions/confirm"): {ANYONE},
    ("POST", "/v1/admins"): {"admin:keys"},
    ("GET", "/v1/admins"): {"admin:keys"},
    ("DELETE", "/v1/admins/{admin_id}"): {"admin:keys"},
    ("GET", "/v1/admins/{admin_id}/sessions"): {"admin:read", "admin:write", "admin:keys"},
    ("DELETE", "/v1/admins/{admin_id}/sessions"): {"admin:read", "admin:write", "admin:keys"},
    ("DELETE", "/v1/admins/{admin_id}/sessions/{session_id}"): {"admin:read", "admin:write", "admin:keys"},
    ("POST", "/v1/quotes"): {"checkout"},
    ("POST", "/v1/redemptions"): {"checkout"},
    ("GET", "/v1/redemptions/{order_id}"): {"checkout", "admin:read"},
    ("POST", "/v1/orders/{order_id}/refunds"): {"checkout"},
    ("POST", "/v1/orders/{order_id}/refunds/{refund_id}/reversal"): {"checkout"},
    ("POST", "/v1/orders/{order_id}/fulfilments"): {"checkout"},
    ("POST", "/v1/ambassadors/{ambassador_id}/spends"): {SESSION},
    ("GET", "/v1/ambassadors/{ambassador_id}/spends"): {"admin:read", SESSION},
    ("GET", "/v1/coupons/{code}"): {"checkout", "admin:read"},
    ("POST", "/v1/coupons/{code}/confirm"): {"checkout"},
    ("POST", "/v1/coupons/{code}/cancel"): {"checkout"},
    ("POST", "/v1/coupons/{code}/return"): {"checkout", "admin:write"},
    ("POST", "/v1/ambassadors/{ambassador_id}/payouts"): {"admin:write"},
    ("GET", "/v1/payouts"): {"admin:read"},
    ("GET", "/v1/payouts/{payout_id}"): {"admin:read"},
    ("POST", "/v1/payouts/{payout_id}/confirm"): {"admin:write"},
    ("POST", "/v1/payouts/{payout_id}/cancel"): {"admin:write"},
    ("POST", "/v1/payouts/{payout_id}/return"): {"admin:write"},
    ("POST", "/v1/ambassadors/{ambassador_id}/adjustments"): {"admin:write"},
    ("POST", "/v1/ambassadors/{ambassador_id}/suspend"): {"admin:write"},
    ("POST", "/v1/ambassadors/{ambassador_id}/reinstate"): {"admin:write"},
    ("GET", "/v1/adjustments"): {"admin:read"},
    ("GET", "/v1/adjustments/{adjustment_id}"): {"admin:read"},
    ("POST", "/v1/adjustments/{adjustment_id}/decision"): {"admin:write"},
    ("GET", "/v1/gifts"): {"admin:read"},
    ("POST", "/v1/gifts/{gift_id}/sent"): {"admin:write"},
    ("GET", "/v1/ledger"): {"admin:read"},
    ("GET", "/v1/ledger/audit"): {"admin:read"},
    ("POST", "/v1/ledger/audit"): {"admin:write"},
    ("GET", "/v1/reviews"): {"admin:read"},
    ("POST", "/v1/reviews"): {"admin:write"},
    ("GET", "/v1/jobs/{job_id}"): {"admin:read"},
    ("POST", "/v1/reviews/{order_id}"): {"admin:write"},
    ("POST", "/v1/ambassadors/{ambassador_id}/claims"): {SESSION},
    ("GET", "/v1/claims"): {"admin:read"},
    ("POST", "/v1/claims/{claim_id}"): {"admin:write"},
    ("POST", "/v1/ambassadors/{ambassador_id}/codes"): {"admin:write", SESSION},
    ("GET", "/v1/ambassadors/{ambassador_id}/codes"): {"admin:read", SESSION},
    ("PATCH", "/v1/codes/{code}"): {"admin:write"},
    ("GET", "/v1/program"): {"admin:read"},
    ("PUT", "/v1/program"): {"admin:write"},
    ("POST", "/v1/program/preview"): {"admin:read"},
    ("GET", "/v1/program/versions"): {"admin:read"},
    ("GET", "/v1/program/versions/{version}"): {"admin:read"},
    ("GET", "/v1/program/schema"): {ANYONE},
}
"""Who may do what, as the contract says. HEAD goes with GET, and OPTIONS is a browser's question about others."""


def routes() -> Iterator[tuple[str, str, set[str]]]:
    """Every route of the table, with its scopes."""
    return ((route.method, route.path, set(route.scopes)) for route in TABLE)


ROUTES = sorted((method, path) for method, path, _ in routes())
GUARDED = [(method, path) for method, path, scopes in routes() if ANYONE not in scopes]


NOTHING_THERE = {
    "DELETE /v1/ambassadors/{ambassador_id}/sessions/{session_id}": 404,
    "GET /v1/ambassadors/{ambassador_id}/statements/{calendar_month}": 400,
    "GET /v1/ambassadors/{ambassador_id}/leaderboard": 404,
    "POST /v1/ambassadors/{ambassador_id}/spends/{spend_id}/cancel": 404,
}
"""What a door that opens answers, where there is nothing behind it: no such session, month or spend, no leaderboard."""


def knock(shop: Shop, method: str, path: str, *, scope: str | None = None, **headers: str) -> HTTPResponse:
    """Call a route with any id and an empty body: what is asked is whether the door opens."""
    body: object = None if method in {"GET", "HEAD", "DELETE", "OPTIONS"} else {}
    return shop.call(method, re.sub(r"\{\w+\}", "zz-none", path), body, scope=scope, **headers)


def test_the_app_has_the_routes_of_the_table() -> None:
    """What the table does not tell, nobody can call: HEAD goes with GET, and OPTIONS is a browser's question."""
    known = [(method, path) for path, methods in app.app.routes.items() for method in methods]
    pages = [(it.method, it.path) for it in PAGES]
    assert sorted(it for it in known if it[0] not in {"HEAD", "OPTIONS"}) == sorted([*ROUTES, *pages])


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_names_its_scope(method: str, path: str) -> None:
    """A route without a scope is a hole, one with a scope that no key can hold is a wall: neither gets built."""
    scopes = {(other, at): found for other, at, found in routes()}[method, path]
    assert scopes
    assert scopes <= {*api_keys.SCOPES, ANYONE, SESSION}
    assert scopes == {ANYONE} or ANYONE not in scopes


@pytest.mark.parametrize(("method", "path"), SCOPES)
def test_the_scopes_of_the_contract(method: str, path: str) -> None:
    """Each route of the contract exists and is open to exactly those that the contract names."""
    assert {(other, at): found for other, at, found in routes()}[method, path] == SCOPES[method, path]


@pytest.mark.parametrize("held", api_keys.SCOPES)
def test_a_key_opens_its_own_routes_only(shop: Shop, subtests: pytest.Subtests, held: str) -> None:
    """With the key for one scope every other route answers 403 and does nothing."""
    shop.keys[held] = api_keys.issue(deps.table(), held, [held], shop.now)
    before = shop.everything()
    for method, path in GUARDED:
        with subtests.test(f"{method} {path}"):
            answer = knock(shop, method, path, scope=held)
            allowed = {(other, at): found for other, at, found in routes()}[method, path]
            if held in allowed:
                assert answer.status_code not in {401, 403, 500}
                continue
            assert answer.status_code == 403
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert shop.read(answer)["reason"] == "wrong_scope"
    after = shop.everything()
    assert after == before or held == "checkout"  # the reversal needs no body, so it was taken


def test_a_session_opens_its_own_routes_only(shop: Shop, subtests: pytest.Subtests) -> None:
    """An ambassador's session opens what is made for sessions, for its own ambassador, and nothing else of the shop."""
    maya, other = shop.enrol(), shop.enrol("other@example.com")
    people = {it["id"]: _person(shop, it["code"]) for it in (maya, other)}
    opened = 0

    def kept() -> list[Body]:
        return [item for item in shop.everything() if not item["PK"]["S"].startswith(("SESSIONS#", "SIGNIN#"))]

    before = kept()
    for method, path in GUARDED:
        if (method, path) == ("DELETE", "/v1/people/{person_id}"):  # it forgets whoever asks: see test_erasure
            continue
        with subtests.test(f"{method} {path}"):
            allowed = SESSION in {(at, other): found for at, other, found in routes()}[method, path]
            opened += allowed
            for named in ("me", maya["id"], other["id"]):
                at = path.replace("{ambassador_id}", named).replace("{person_id}", people.get(named, named))
                answer = knock(shop, method, at, Authorization=f"Bearer {shop.session(maya['id'])}")
                opens = 200 if method in {"GET", "DELETE"} else 400  # the body says nothing
                opens = NOTHING_THERE.get(f"{method} {path}", opens)
                wanted = 403 if not allowed else 404 if named == other["id"] else opens
                assert answer.status_code == wanted
                if not allowed:
                    assert shop.read(answer)["reason"] == "wrong_scope"
    assert opened >= 3
    assert kept() == before


def _person(shop: Shop, code: str) -> str:
    """Who shares a code, as a person."""
    found = shop.read(shop.call("GET", f"/v1/people?code={code}", scope="admin:read"))
    return str(found["items"][0]["id"])


def test_without_a_key(shop: Shop, subtests: pytest.Subtests) -> None:
    """Without a key every guarded route answers 401 with a challenge, whatever else is sent."""
    for method, path in GUARDED:
        with subtests.test(f"{method} {path}"):
            answer = knock(shop, method, path)
            assert answer.status_code == 401
            assert shop.read(answer)["reason"] == "unauthenticated"
            assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "path"), [route for route in ROUTES if route not in GUARDED])
def test_public_routes_need_no_key(shop: Shop, method: str, path: str) -> None:
    """Public routes answer without a key, and with one that is wrong: a friend's browser has none."""
    links = (
        "/r/",
        "/d/",
        "/p/",
        "/u/",
        "/a/",
        "/g/",
        "/i/",
        "/j/",
        "/s/",
    )  # no page of a code or a link that there is not; and a form is no JSON
    found = (
        400
        if method == "POST" and path.startswith("/v1/")
        else 415
        if method == "POST" and path.startswith(links)
        else 404
        if path.lower().startswith(links)
        else 200
    )
    assert knock(shop, method, path).status_code == found
    for authorization in ("Bearer rk_wrong", "Basic dTpw"):
        assert knock(shop, method, path, Authorization=authorization).status_code == found


def test_only_a_real_key_in_the_right_scheme_opens(shop: Shop, subtests: pytest.Subtests) -> None:
    """Whatever is almost a key is none."""
    key = shop.keys["admin:read"]
    digest = hashlib.sha256(key.encode()).hexdigest()
    sent = {
        "another scheme": f"Basic {key}",
        "no scheme": key,
        "no key": "Bearer",
        "blank key": "Bearer  ",
        "shortened": f"Bearer {key[:-1]}",
        "prolonged": f"Bearer {key}x",
        "other case": f"Bearer {key.swapcase()}",
        "its digest": f"Bearer {digest}",
        "its id": f"Bearer key_{digest[:12]}",
        "two keys": f"Bearer {key} {shop.keys['enrol']}",
        "in quotes": f'Bearer "{key}"',
    }
    for name, header in sent.items():
        with subtests.test(name):
            answer = shop.call("GET", "/v1/redemptions/o-1", Authorization=header)
            assert answer.status_code == 401
            assert key not in answer.body.decode()
    for name in ("key", "access_token"):
        assert shop.call("GET", f"/v1/redemptions/o-1?{name}={key}").status_code == 401


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_in_any_case(shop: Shop, scheme: str) -> None:
    """The scheme's name has no case (RFC 9110, 11.1)."""
    answer = shop.call("GET", "/v1/redemptions/o-1", Authorization=f"{scheme} {shop.keys['admin:read']}")
    assert answer.status_code == 404


def test_secrets_are_not_stored(shop: Shop) -> None:
    """The table knows the SHA-256 of a key and not the key: a leaked backup opens nothing."""
    stored = json.dumps(shop.everything())
    for secret in shop.keys.values():
        assert secret.startswith("rk_")
        assert len(secret) >= 43
        assert secret not in stored
        assert secret.removeprefix("rk_") not in stored
        assert hashlib.sha256(secret.encode()).hexdigest() in stored
    assert len(set(shop.keys.values())) == len(api_keys.SCOPES)


@pytest.mark.parametrize("scopes", [[], ["admin"], ["anyone"], ["checkout", "root"], ["Checkout"], [""], ["*"]])
def test_unknown_scopes_are_not_issued(shop: Shop, scopes: list[str]) -> None:
    """A key with a scope that no route knows would be a surprise later; it is refused now, and nothing is stored."""
    before = shop.everything()
    with pytest.raises(api_keys.UnknownScopeError, match="checkout"):
        api_keys.issue(deps.table(), "a key", scopes, shop.now)
    assert shop.everything() == before


def test_a_key_with_several_scopes(shop: Shop) -> None:
    """A key may open more than one door, and no third one."""
    key = api_keys.issue(deps.table(), "both", ["enrol", "checkout"], shop.now)
    opened = {
        path: shop.call("POST", path, {}, Authorization=f"Bearer {key}").status_code
        for path in ("/v1/ambassadors", "/v1/redemptions", "/v1/reviews/o-1")
    }
    assert opened == {"/v1/ambassadors": 400, "/v1/redemptions": 400, "/v1/reviews/o-1": 403}


def test_health_tells_more_to_admins_only(shop: Shop) -> None:
    """Anyone may ask whether the service answers; its version and backlog are for admins."""
    assert shop.read(shop.call("GET", "/healthz")) == {"ok": True}
    assert shop.read(shop.call("GET", "/healthz", scope="checkout")) == {"ok": True}
    assert "version" in shop.read(shop.call("GET", "/healthz", scope="admin:read"))
