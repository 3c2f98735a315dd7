"""Console sessions: an admin signs in, and is their key until the session is over or the key revoked."""

import hashlib
import json
from datetime import timedelta

import pytest

from chalicelib import deps
from chalicelib.domain.model.access import ApiKey
from chalicelib.operations.access import api_keys, console_sessions
from memory.shop import Shop

BROWSER = "Firefox, Android"


@pytest.fixture
def admin(shop: Shop) -> ApiKey:
    """A key that may read."""
    return key_of(api_keys.issue(deps.table(), "maya", ["admin:read"], shop.now))


def key_of(secret: str) -> ApiKey:
    """The key of a secret."""
    key = deps.table().read_api_key(api_keys.digest_of(secret))
    assert key is not None
    return key


def opens(shop: Shop, token: str) -> bool:
    """Whether a token opens the console now."""
    return console_sessions.find(deps.table(), token, now=shop.now) is not None


def test_a_session_is_its_key(shop: Shop, admin: ApiKey) -> None:
    """Its token leads to the key, with the scopes that it has; each sign-in is a session of its own."""
    token, begun = console_sessions.begin(deps.table(), admin, browser=BROWSER, now=shop.now)
    another, _ = console_sessions.begin(deps.table(), admin, browser=BROWSER, now=shop.now)
    found = console_sessions.find(deps.table(), token, now=shop.now)
    assert found == (begun, admin)
    assert begun.browser == BROWSER
    assert token.startswith("rc_")
    assert token != another


def test_no_token_is_kept(shop: Shop, admin: ApiKey) -> None:
    """A session lies under its SHA-256, with the second from which it may be removed; the token is nowhere."""
    token, begun = console_sessions.begin(deps.table(), admin, browser=BROWSER, now=shop.now)
    (item,) = [item for item in shop.everything() if item["SK"]["S"].startswith("CONSOLE#")]
    assert item["digest"] == {"S": hashlib.sha256(token.encode()).hexdigest()}
    assert item["expires_ttl"] == {"N": str(int(begun.expires_at.timestamp()))}
    assert token[-43:] not in json.dumps(shop.everything())


def test_it_ends_after_twelve_hours(shop: Shop, admin: ApiKey) -> None:
    """To the second, whether or not the table has cleaned up, and nothing prolongs it."""
    token, _ = console_sessions.begin(deps.table(), admin, browser=BROWSER, now=shop.now)
    shop.now += timedelta(hours=12) - timedelta(seconds=1)
    assert opens(shop, token)
    shop.now += timedelta(seconds=1)
    assert not opens(shop, token)
    assert console_sessions.of_key(deps.table(), admin.id, now=shop.now) == []


def test_a_revoked_key_has_no_session(shop: Shop, admin: ApiKey) -> None:
    """From the moment at which a key is revoked none of its sessions opens anything, in any process."""
    token, _ = console_sessions.begin(deps.table(), admin, browser=BROWSER, now=shop.now)
    assert opens(shop, token)
    assert shop.call("DELETE", f"/v1/keys/{admin.id}", scope="admin:keys").status_code == 200
    assert not opens(shop, token)


def test_one_ends_or_all(shop: Shop, admin: ApiKey) -> None:
    """One of them, all but the one that asks, or all; those of another key go on."""
    table, now = deps.table(), shop.now
    other = key_of(api_keys.issue(table, "asha", ["admin:read"], now))
    tokens = [console_sessions.begin(table, admin, browser=BROWSER, now=now) for _ in range(4)]
    foreign, _ = console_sessions.begin(table, other, browser="", now=now)
    (first, begun), (mine, kept), *others = tokens
    assert console_sessions.end(table, other.id, begun.id, now=now) is None
    ended = console_sessions.end(table, admin.id, begun.id, now=now)
    assert ended is not None
    assert ended.ended_at == now
    assert console_sessions.end(table, admin.id, begun.id, now=now) == ended
    assert not opens(shop, first)
    assert console_sessions.end_all(table, admin.id, now=now, but=kept.id) == len(others)
    assert console_sessions.of_key(table, admin.id, now=now) == [kept]
    assert opens(shop, mine)
    assert console_sessions.end_all(table, admin.id, now=now) == 1
    assert not any(opens(shop, token) for token, _ in tokens)
    assert opens(shop, foreign)


def test_forged_tokens(shop: Shop, admin: ApiKey, subtests: pytest.Subtests) -> None:
    """Whoever knows the ids of a key and a session, which are no secrets, opens nothing with them."""
    token, begun = console_sessions.begin(deps.table(), admin, browser=BROWSER, now=shop.now)
    session_of = shop.session(shop.enrol()["id"])
    forged = {
        "another secret": token[:-1] + ("A" if token[-1] != "A" else "B"),
        "no secret": token[:-43],
        "a session of the API": session_of,
        "its mark": "rs_" + token[3:],
        "its id": begun.id,
        "its digest": begun.digest,
        "empty": "",
    }
    for name, text in forged.items():
        with subtests.test(name):
            assert not opens(shop, text)


def test_the_api_takes_no_console_session(shop: Shop, admin: ApiKey) -> None:
    """A token that a browser holds is nobody to the API: what is in a cookie opens nothing as a bearer."""
    token, _ = console_sessions.begin(deps.table(), admin, browser=BROWSER, now=shop.now)
    answer = shop.call("GET", "/v1/program", Authorization=f"Bearer {token}")
    assert answer.status_code == 401
