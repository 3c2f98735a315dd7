"""Strangers cost little: one address gets so many answers, and what is beyond that reaches no table."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

import app
from chalicelib import deps
from chalicelib.edge.brake import PLACES_MAX, SAVED_SECONDS, Brake
from memory.shop import START, Shop, refusal

RATE = 1
BURST = RATE * SAVED_SECONDS
MANY = 3 * BURST
PHONE = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"


@pytest.fixture
def braked(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """A shop that lets an address ask once a second."""
    monkeypatch.setenv("CLIENT_RATE", str(RATE))
    deps.settings.cache_clear()
    yield shop
    deps.settings.cache_clear()


def calls(shop: Shop, number: int, path: str, method: str = "GET", **headers: str) -> tuple[Counter[int], int]:
    """Send requests; return how often each status came, and how many calls the table had."""
    shop.faults.calls.clear()
    statuses = Counter(shop.call(method, path, User_Agent=PHONE, **headers).status_code for _ in range(number))
    return statuses, len(shop.faults.calls)


@pytest.mark.parametrize(("path", "each"), [("/r/{code}", 3), ("/v1/codes/{code}", 2), ("/r/NBCDFGHJ", 1)])
def test_what_a_flood_costs(braked: Shop, path: str, each: int) -> None:
    """Of many requests at once from one address as many reach the table as it may send in a minute, in few calls."""
    at = path.format(code=braked.enrol()["code"])
    statuses, reads = calls(braked, MANY, at)
    assert statuses[429] == MANY - BURST
    assert reads <= each * BURST


def test_it_says_when_to_come_again(braked: Shop) -> None:
    """In a second, and then one more is answered; after a minute as many as at first."""
    calls(braked, BURST, "/healthz")
    answer = braked.call("GET", "/healthz")
    assert refusal(answer) == (429, "too_many_requests")
    assert (answer.headers["Retry-After"], answer.headers["Cache-Control"]) == ("1", "no-store")
    braked.now += timedelta(seconds=1)
    assert calls(braked, RATE + 1, "/healthz")[0] == {200: RATE, 429: 1}
    braked.now += timedelta(minutes=1)
    assert calls(braked, BURST + 1, "/healthz")[0] == {200: BURST, 429: 1}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_every_public_address_counts(braked: Shop, method: str) -> None:
    """Whichever of them, in whichever way: a HEAD is no cheaper way to the table."""
    calls(braked, BURST, "/r/NBCDFGHJ", method)
    for path in ("/healthz", "/v1/codes/NBCDFGHJ", "/v1/program/schema", "/r/NBCDFGHJ/qr.png", "/sign-in", "/p/x"):
        assert calls(braked, 1, path, method) == ({429: 1}, 0)


def test_a_checkout_is_never_held(braked: Shop) -> None:
    """Whoever says who they are is not counted, though a flood of strangers and guesses comes from the same address."""
    code = braked.enrol()["code"]
    token = braked.session(braked.enrol()["id"])
    assert braked.redeem(code, "o0").status_code == 201
    calls(braked, BURST + 9, "/healthz")
    assert braked.call("GET", "/v1/ambassadors/me", Authorization=f"Bearer {token}").status_code == 200
    assert calls(braked, BURST + 9, "/v1/stats", Authorization="Bearer rk_guessed")[0] == {401: BURST, 429: 9}
    assert [braked.redeem(code, f"o{number}").status_code for number in range(1, 9)] == [201] * 8
    braked.now += timedelta(minutes=2)  # the key has to be read anew
    calls(braked, BURST + 9, "/v1/stats", Authorization="Bearer rk_guessed")
    assert braked.redeem(code, "o9").status_code == 201
    assert braked.call("GET", "/healthz", scope="checkout").status_code == 200


@pytest.mark.parametrize("sent", [{"Authorization": "Bearer rk_no"}, {"Cookie": "__Host-me=rs_no"}])
def test_guesses_are_counted(braked: Shop, sent: dict[str, str]) -> None:
    """Keys, sessions and cookies that nobody knows: each costs a read, and after so many none."""
    path = "/me" if "Cookie" in sent else "/v1/ambassadors/me"
    statuses, reads = calls(braked, MANY, path, **sent)
    assert statuses[429] == MANY - BURST
    assert reads <= BURST


@pytest.mark.usefixtures("braked")
def test_somebody_else_is_not_held() -> None:
    """The address is the gateway's word; whatever a client says of it itself counts not."""
    event: dict[str, Any] = {
        "httpMethod": "GET",
        "path": "/healthz",
        "resource": "/healthz",
        "headers": {"host": "friends.shop.example"},
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "body": None,
        "isBase64Encoded": False,
        "stageVariables": None,
        "requestContext": {"httpMethod": "GET", "resourcePath": "/healthz"},
    }

    def status(source: str, **headers: str) -> int:
        context = {**event["requestContext"], "identity": {"sourceIp": source}}
        asked = {**event, "headers": {**event["headers"], **headers}, "requestContext": context}
        return int(app.app(asked, None)["statusCode"])

    assert [status("192.0.2.1") for _ in range(BURST + 1)][-1] == 429
    assert status("192.0.2.1", **{"x-forwarded-for": "198.51.100.7"}) == 429
    assert status("192.0.2.2") == 200
    assert status("2001:db8::1") == 200
    assert [status(f"2001:db8::{number:x}") for number in range(1, BURST + 1)][-1] == 429
    assert status("2001:db8:1::1") == 200


def test_no_rate_holds_nobody(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind a proxy that hides who comes, all would be one: an operator can do without."""
    monkeypatch.setenv("CLIENT_RATE", "0")
    deps.settings.cache_clear()
    assert calls(shop, BURST + 9, "/healthz")[0] == {200: BURST + 9}
    deps.settings.cache_clear()


def test_so_many_addresses_are_remembered(shop: Shop) -> None:
    """A flood from ever new addresses fills no memory: whoever was heard of longest ago is forgotten first."""
    brake = Brake()
    for number in range(PLACES_MAX + 10):
        brake.take(str(number), RATE, shop.now)
    assert len(brake._left) == PLACES_MAX  # noqa: SLF001 - what matters is the memory that is really used
    assert brake.wait("0", 1, START) == 0
