"""Whatever is sent, the answer says what is wrong in one form, shows nothing private, and nothing has changed."""

import json
from typing import Any

import pytest
from chalice.local import LambdaContext
from chalice.test import HTTPResponse

import app
from chalicelib import deps
from memory.shop import PROGRAM, Shop
from tests.integration.edge.bad import access, accounts, orders, people, program, ways, worth
from tests.integration.edge.bad.requests import DECISION, FAY, MAYA, NEWCOMER, SESSION
from tests.integration.edge.bad.world import World, check_problem

CASES = [*people.CASES, *orders.CASES, *accounts.CASES, *program.CASES, *access.CASES, *ways.CASES, *worth.CASES]

BODIES: dict[str, tuple[str, str, str | None]] = {
    "enrol": ("POST", "/v1/ambassadors", "enrol"),
    "person": ("PUT", "/v1/people", "people"),
    "person-change": ("PATCH", "/v1/people/$PERSON", "admin:write"),
    "person-merge": ("POST", "/v1/people/$PERSON/merge", "admin:write"),
    "restriction": ("POST", "/v1/people/$PERSON/restrict", "admin:write"),
    "quote": ("POST", "/v1/quotes", "checkout"),
    "redeem": ("POST", "/v1/redemptions", "checkout"),
    "refund": ("POST", "/v1/orders/o-1/refunds", "checkout"),
    "reversal": ("POST", "/v1/orders/o-1/refunds/r-1/reversal", "checkout"),
    "delivery": ("POST", "/v1/orders/o-1/fulfilments", "checkout"),
    "review": ("POST", "/v1/reviews/o-1", "admin:write"),
    "together": ("POST", "/v1/reviews", "admin:write"),
    "verdict": ("POST", "/v1/claims/$CLAIM", "admin:write"),
    "session": ("POST", "/v1/ambassadors/$ID/sessions", "sessions"),
    "new-key": ("POST", "/v1/keys", "admin:keys"),
    "admin": ("POST", "/v1/admins", "admin:keys"),
    "sign-in": ("POST", "/v1/sessions", None),
    "sign-in-confirmation": ("POST", "/v1/sessions/confirm", None),
    "spend": ("POST", "/v1/ambassadors/$ID/spends", SESSION),
    "leaderboard": ("PUT", "/v1/ambassadors/$ID/leaderboard", SESSION),
    "spend-cancel": ("POST", "/v1/ambassadors/$ID/spends/spd_1/cancel", SESSION),
    "own-code": ("PATCH", "/v1/ambassadors/$ID/codes/$MAYA", SESSION),
    "coupon-quote": ("POST", "/v1/coupons/CPN222222222222/quote", "checkout"),
    "coupon-confirm": ("POST", "/v1/coupons/CPN222222222222/confirm", "checkout"),
    "coupon-cancel": ("POST", "/v1/coupons/CPN222222222222/cancel", "checkout"),
    "payout": ("POST", "/v1/ambassadors/$ID/payouts", "admin:write"),
    "payout-confirm": ("POST", "/v1/payouts/pay_1/confirm", "admin:write"),
    "payout-cancel": ("POST", "/v1/payouts/pay_1/cancel", "admin:write"),
    "adjustment": ("POST", "/v1/ambassadors/$ID/adjustments", "admin:write"),
    "decision": ("POST", "/v1/adjustments/adj_1/decision", "admin:write"),
    "undo": ("POST", "/v1/adjustments/adj_1/undo", "admin:write"),
    "resending": ("POST", "/v1/messages/msg_b3JkZXI6by0xIzI/resend", "admin:write"),
    "gift": ("POST", "/v1/gifts/ent_1/sent", "admin:write"),
    "unsent": ("POST", "/v1/gifts/ent_1/unsent", "admin:write"),
    "guide": ("PUT", "/v1/guides", "admin:write"),
    "proof": ("POST", "/v1/ambassadors/$ID/proofs", SESSION),
    "task": ("POST", "/v1/tasks/tsk_1/done", "admin:write"),
    "reopening": ("POST", "/v1/tasks/tsk_1/reopen", "admin:write"),
    "kept-friend": ("POST", "/v1/orders/o-1/keep-friend", "admin:write"),
    "note": ("POST", "/v1/people/$PERSON/notes", "people"),
    "code": ("PATCH", "/v1/codes/$MAYA", "admin:write"),
    "new-code": ("POST", "/v1/ambassadors/$ID/codes", "admin:write"),
    "fit": ("PUT", "/v1/worth/model", "admin:write"),
    "program": ("PUT", "/v1/program", "admin:write"),
    "check": ("POST", "/v1/program/check", "admin:read"),
    "preview": ("POST", "/v1/program/preview", "admin:read"),
    "letter": ("POST", "/v1/messages/preview", "admin:read"),
    "brand": ("POST", "/v1/brand/preview", "admin:read"),
}
"""Every route that reads a body."""

UNREADABLE: dict[str, tuple[bytes, int, str, str | None]] = {
    "malformed": (b"{'email': 1}", 400, "malformed_json", None),
    "prose": (b"email=stranger%40example.com", 400, "malformed_json", None),
    "truncated": (b'{"order_id": "o-new", "amount": {"amount"', 400, "malformed_json", None),
    "truncated-behind-an-error": (b'{"nonsense": 5, "order_id": "o-', 400, "malformed_json", None),
    "two-documents": (b"{}{}", 400, "malformed_json", None),
    "not-utf-8": (b'{"email": "\xff\xfe"}', 400, "malformed_json", None),
    "not-utf-8-behind-an-error": (b'{"nonsense": 5, "x": "\xff\xfe"}', 400, "malformed_json", None),
    "utf-16": ("{}".encode("utf-16"), 400, "malformed_json", None),
    "nan": (b'{"amount": NaN}', 400, "malformed_json", None),
    "nan-behind-an-error": (b'{"nonsense": 5, "x": NaN}', 400, "malformed_json", None),
    "infinity": (b'{"nonsense": 5, "x": -Infinity}', 400, "malformed_json", None),
    "out-of-range": (b'{"nonsense": 5, "x": 1e999}', 400, "malformed_json", None),
    "lone-surrogate": (b'{"nonsense": "\\ud800"}', 400, "malformed_json", None),
    "deep": (b"[" * 60_000, 400, "malformed_json", None),
    "deep-in-a-field": (b'{"nonsense": ' + b"[" * 60_000, 400, "malformed_json", None),
    "deep-and-balanced": (b'{"nonsense": ' + b"[" * 30_000 + b"]" * 30_000 + b"}", 400, "malformed_json", None),
    "array": (b"[]", 400, "invalid_request", ""),
    "null": (b"null", 400, "invalid_request", ""),
    "text": (b'"hello"', 400, "invalid_request", ""),
    "number": (b"1", 400, "invalid_request", ""),
    "unknown-field": (b'{"nonsense": 5}', 400, "invalid_request", "/nonsense"),
    "large": (b'{"nonsense": "' + b"x" * 65_536 + b'"}', 413, "body_too_large", None),
    "100000-brackets": (b"[" * 100_000, 413, "body_too_large", None),
}
"""Bodies that no route can read."""

EMPTY = {
    "enrol": "/email",
    "quote": "/code",
    "person": "/email",
    "fit": "/until",
    "person-change": "",
    "person-merge": "/other",
    "restriction": "/restricted",
    "redeem": "/order_id",
    "refund": "/refund_id",
    "review": "/decision",
    "together": "/order_ids",
    "verdict": "/decision",
    "new-key": "/name",
    "admin": "/email",
    "sign-in": "/email",
    "sign-in-confirmation": "",
    "spend": "/amount",
    "coupon-quote": "/customer",
    "coupon-confirm": "/order_id",
    "payout": "/amount",
    "payout-confirm": "/reference",
    "payout-cancel": "/note",
    "adjustment": "/reason",
    "guide": "/link",
    "task": "/note",
    "proof": "/link",
    "note": "/text",
    "decision": "/note",
    "program": "/tiers",
    "check": "/program",
    "preview": "/period",
    "letter": "/letter",
    "brand": "/brand",
}


@pytest.fixture
def world(shop: Shop) -> World:
    """Maya with two settled referrals, a second ambassador, and one whose code is paused."""
    maya = shop.enrol(MAYA, customer_id="c-maya")
    other, paused = shop.enrol("other@example.com"), shop.enrol("paused@example.com")
    assert shop.redeem(maya["code"], "o-1", customer={"email": FAY, "id": "c-fay"}).status_code == 201
    assert shop.redeem(maya["code"], "o-2").status_code == 201
    shop.stream()
    to_pause = shop.call("PATCH", f"/v1/codes/{paused['code']}", {"state": "paused"}, scope="admin:write")
    assert to_pause.status_code == 200
    session = {"Authorization": f"Bearer {shop.session(maya['id'])}"}
    claimed = shop.call("POST", "/v1/ambassadors/me/claims", {"order_id": "o-3"}, **session, Idempotency_Key="k")
    everybody = "/v1/ledger?limit=1&from=2026-03-01"
    ledger = shop.read(shop.call("GET", everybody, scope="admin:read"))["next_cursor"]
    own = f"/v1/ambassadors/{maya['id']}/referrals?limit=1"
    person = shop.read(shop.call("GET", f"/v1/people?code={maya['code']}", scope="admin:read"))["items"][0]
    names = {
        "$PERSON": person["id"],
        "$MAYA": maya["code"],
        "$OTHERS": other["code"],
        "$OTHER": other["id"],
        "$PAUSED": paused["code"],
        "$paused": paused["code"].lower(),
        "$ID": maya["id"],
        "$CLAIM": shop.read(claimed)["id"],
        "$SESSION": session["Authorization"].removeprefix("Bearer "),
        "$LEDGER": ledger,
        "$TAMPERED": ("B" if ledger[0] == "A" else "A") + ledger[1:],
        "$REFERRALS": shop.read(shop.call("GET", own, scope="admin:read"))["next_cursor"],
    }
    return World(shop, names)


def test_bad_requests(world: World, subtests: pytest.Subtests) -> None:
    """A bad request gets its status, its reason and a pointer to the mistake, and leaves everything as it was."""
    assert len({case.id for case in CASES}) == len(CASES)
    after = world.shop.everything()
    for case in CASES:
        with subtests.test(case.id):
            before = after
            answer = world.send(case.method, case.path, case.body, case.scope, **case.sent)
            after = world.shop.everything()
            assert after == before
            check_problem(answer, case.status, case.reason, case.pointer)
            if case.header:
                name, expected = case.header
                assert expected in answer.headers[name].replace(" ", "").split(",")


@pytest.mark.parametrize("route", BODIES)
def test_unreadable_bodies(world: World, subtests: pytest.Subtests, route: str) -> None:
    """No body brings a route down: what is no JSON, or too deep or too large, is the client's mistake and named so."""
    method, path, scope = BODIES[route]
    after = world.shop.everything()
    for form, (body, status, reason, pointer) in UNREADABLE.items():
        with subtests.test(form):
            before = after
            answer = world.send(method, path, body, scope)
            after = world.shop.everything()
            assert after == before
            check_problem(answer, status, reason, pointer)


@pytest.mark.parametrize("digits", [5000, 60_000])
@pytest.mark.parametrize("route", ["enrol", "redeem"])
def test_a_number_with_thousands_of_digits(shop: Shop, subtests: pytest.Subtests, route: str, digits: int) -> None:
    """A number too long to be read is refused like any other wrong value, whatever Python thinks of its length."""
    method, path, scope = BODIES[route]
    for field in (b'{"email": %s}', b'{"nonsense": %s}', b'{"amount": {"amount": %s}}'):
        with subtests.test(field.decode()):
            before = shop.everything()
            answer = shop.call(method, path, field % (b"9" * digits), scope=scope)
            assert shop.everything() == before
            reason = json.loads(answer.body)["reason"]
            assert reason in {"invalid_request", "malformed_json"}
            check_problem(answer, 400, reason)


def test_empty_bodies(world: World, subtests: pytest.Subtests) -> None:
    """A body that is missing altogether is answered with the fields that are required."""
    for route, pointer in EMPTY.items():
        with subtests.test(route):
            before = world.shop.everything()
            method, path, scope = BODIES[route]
            check_problem(world.send(method, path, b"", scope), 400, "invalid_request", pointer)
            assert world.shop.everything() == before


def test_other_content_types(world: World, subtests: pytest.Subtests) -> None:
    """Only JSON is read: a form or XML gets 415, in the same form as all errors."""
    after = world.shop.everything()
    for route, (method, path, scope) in BODIES.items():
        for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml"):
            with subtests.test(f"{route} {kind}"):
                before = after
                answer = world.send(method, path, b"{}", scope, Content_Type=kind)
                check_problem(answer, 415, "unsupported_media_type")
                after = world.shop.everything()
                assert after == before


def test_a_body_of_exactly_64_kb_is_read(shop: Shop) -> None:
    """The limit itself is still allowed: JSON may be padded up to it."""
    body = json.dumps(NEWCOMER).encode()
    answer = shop.call("POST", "/v1/ambassadors", body.ljust(65_536), scope="enrol")
    assert answer.status_code == 201
    check_problem(shop.call("POST", "/v1/ambassadors", body.ljust(65_537), scope="enrol"), 413, "body_too_large")


def test_all_mistakes_are_named_at_once(shop: Shop) -> None:
    """Whoever fills in a form badly learns of every field in one answer, with no value repeated."""
    wrong = {"email": "stranger", "first_name": "", "birthday": "?", "shoe_size": 38}
    problem = check_problem(shop.call("POST", "/v1/ambassadors", wrong, scope="enrol"), 400, "invalid_request")
    assert sorted(error["pointer"] for error in problem["errors"]) == [
        "/birthday",
        "/email",
        "/first_name",
        "/shoe_size",
    ]


@pytest.mark.parametrize(
    ("method", "resource", "parameters", "body", "scope"),
    [
        ("GET", "/v1/redemptions/{order_id}", {"order_id": "a\nb"}, None, "checkout"),
        ("POST", "/v1/reviews/{order_id}", {"order_id": "o\u200b1"}, DECISION, "admin:write"),
        ("GET", "/v1/ambassadors/{ambassador_id}", {"ambassador_id": "amb#PROFILE"}, None, "admin:read"),
        ("GET", "/v1/payouts/{payout_id}", {"payout_id": "pay#1"}, None, "admin:read"),
    ],
)
def test_an_escaped_character_in_the_path(
    shop: Shop, method: str, resource: str, parameters: dict[str, str], body: Any, scope: str
) -> None:
    """The gateway hands over path parameters decoded: an id of ours holds no `#`, and one of the shop's no controls."""
    before = shop.everything()
    event = {
        "requestContext": {"httpMethod": method, "resourcePath": resource, "identity": {"sourceIp": "127.0.0.1"}},
        "headers": {"authorization": f"Bearer {shop.keys[scope]}", "content-type": "application/json"},
        "multiValueQueryStringParameters": None,
        "pathParameters": parameters,
        "stageVariables": {},
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
    }
    made = app.app(event, LambdaContext("app", 128))
    answer = HTTPResponse(made["body"].encode(), {**made["headers"]}, made["statusCode"])
    check_problem(answer, 400, "invalid_request")
    assert shop.everything() == before


# --- states that need a shop of their own -----------------------------------------------------------------------------


def test_a_closed_program(shop: Shop) -> None:
    """When the program is closed the checkout goes on without codes, and nothing is stored."""
    maya = shop.enrol()
    assert shop.redeem(maya["code"], "o-1").status_code == 201
    shop.publish(open=False)
    before = shop.everything()
    check_problem(shop.redeem(maya["code"], "o-2"), 422, "program_closed")
    assert shop.everything() == before


def test_no_program_at_all(shop: Shop) -> None:
    """Before the first program is published a checkout is told to come back, not that something broke."""
    for item in shop.everything():
        if item["PK"]["S"] == "PROGRAM":
            shop.dynamodb.delete_item(TableName=deps.settings().table, Key={"PK": item["PK"], "SK": item["SK"]})
    answer = shop.redeem("NSVCHCDE")
    check_problem(answer, 503, "no_program")
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize("path", ["NSVCHCDE", "x", "💥", "%F0%9F%92%A5", "..%2F..%2Fetc%2Fpasswd", "B" * 3000])
def test_an_unknown_share_link_is_a_kind_page(shop: Shop, path: str) -> None:
    """A friend who follows a broken link gets a page that leads to the shop, with status 404, and not JSON."""
    before = shop.everything()
    answer = shop.call("GET", f"/r/{path}", None)
    page = answer.body.decode()
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert PROGRAM["shop_url"] in page
    assert PROGRAM["shop_name"] in page
    assert "Traceback" not in page
    assert answer.headers["X-Request-Id"]
    assert shop.everything() == before
