"""Whatever is sent, the answer says what is wrong in one form, shows nothing private, and nothing has changed."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

import pytest
from chalice.local import LambdaContext
from chalice.test import HTTPResponse

import app
from chalicelib import deps
from chalicelib.operations.program import programs
from memory.shop import PROGRAM, Body, Shop, eur

GONE = object()
"""A field that is left out."""

SESSION = "session"
MAYA = "maya.patel@gmail.com"
FAY = "fay@example.com"
PRIVATE = ("patel", "fay@", "stranger", "rk_not", "Faybelle")
"""Parts of what the requests below send as addresses, names and keys: no answer repeats them."""


class Case(NamedTuple):
    """A bad request and the answer that it deserves. `$…` in path and body stands for something of the `world`."""

    id: str
    method: str
    path: str
    scope: str | None
    body: object
    status: int
    reason: str
    pointer: str | None = None
    sent: Mapping[str, str] = {}
    header: tuple[str, str] | None = None


def changed(base: Body, changes: Mapping[str, object]) -> Body:
    """A body with some fields changed, added or left out; `__` leads into an object."""
    result = json.loads(json.dumps(base))
    for path, content in changes.items():
        *way, last = path.split("__")
        place = result
        for step in way:
            place = place.setdefault(step, {})
        if content is GONE:
            del place[last]
        else:
            place[last] = content
    return dict(result)


def raw(base: Body, **texts: str) -> bytes:
    """A body in which some top-level fields are written as given, which need not be JSON."""
    text = json.dumps({**base, **dict.fromkeys(texts)})
    for name, written in texts.items():
        text = text.replace(f'"{name}": null', f'"{name}": {written}')
    return text.encode()


NEWCOMER: Body = {"email": "stranger@example.com", "first_name": "Ana"}
ORDER: Body = {
    "order_id": "o-new",
    "code": "$MAYA",
    "customer": {"email": "stranger@example.com", "first_name": "Faybelle"},
    "amount": eur(5000),
}
QUOTE: Body = {"code": "$MAYA", "order": {"amount": eur(5000)}}
REFUND: Body = {"refund_id": "r-new", "amount": eur(1000)}
DELIVERY: Body = {"fulfilment_id": "f-new", "delivered_at": "2026-02-28T12:00:00Z"}
NEW_KEY: Body = {"name": "desk", "owner": "Bea", "scopes": ["admin:keys"]}
NOTED = {"note": "sent back"}
ATTEMPT = {"Idempotency_Key": "a-1"}
CLAIM: Body = {"order_id": "o-new", "note": "Fay is my sister."}
VERDICT: Body = {
    "decision": "approve",
    "note": "Fay wrote to us.",
    "order": {"customer": ORDER["customer"], "amount": eur(5000), "placed_at": "2026-02-20T12:00:00Z"},
}
TOGETHER: Body = {"order_ids": ["o-1", "o-2"], "decision": "approve", "note": "A family."}
SPEND: Body = {"amount": eur(500)}
PREVIEW: Body = {"program": PROGRAM, "period": {"from": "2026-02-01", "to": "2026-03-01"}}
ADJUSTMENT: Body = {"amount": eur(-500), "reason": "A parcel was lost."}
DECISION: Body = {"decision": "approve", "note": "A gift from aunt to niece."}


def enrol(case: str, pointer: str, **changes: object) -> Case:
    """An enrolment with something wrong at `pointer`."""
    body = changed(NEWCOMER, changes)
    return Case(f"enrol-{case}", "POST", "/v1/ambassadors", "enrol", body, 400, "invalid_request", pointer)


def redeem(case: str, pointer: str, **changes: object) -> Case:
    """A redemption with something wrong at `pointer`."""
    body = changed(ORDER, changes)
    return Case(f"redeem-{case}", "POST", "/v1/redemptions", "checkout", body, 400, "invalid_request", pointer)


def refused(case: str, reason: str, **changes: object) -> Case:
    """A redemption that the program's rules don't allow."""
    body = changed(ORDER, changes)
    return Case(f"refused-{case}", "POST", "/v1/redemptions", "checkout", body, 422, reason)


def quote(case: str, pointer: str, **changes: object) -> Case:
    """A quote with something wrong at `pointer`."""
    body = changed(QUOTE, changes)
    return Case(f"quote-{case}", "POST", "/v1/quotes", "checkout", body, 400, "invalid_request", pointer)


def refund(case: str, pointer: str, **changes: object) -> Case:
    """A refund with something wrong at `pointer`."""
    body = changed(REFUND, changes)
    return Case(f"refund-{case}", "POST", "/v1/orders/o-1/refunds", "checkout", body, 400, "invalid_request", pointer)


def delivery(case: str, pointer: str, **changes: object) -> Case:
    """A fulfilment with something wrong at `pointer`."""
    path = "/v1/orders/o-1/fulfilments"
    return Case(
        f"delivery-{case}", "POST", path, "checkout", changed(DELIVERY, changes), 400, "invalid_request", pointer
    )


def new_key(case: str, pointer: str, **changes: object) -> Case:
    """A server key with something wrong at `pointer`."""
    body = changed(NEW_KEY, changes)
    return Case(f"new-key-{case}", "POST", "/v1/keys", "admin:keys", body, 400, "invalid_request", pointer, ATTEMPT)


def spend(case: str, pointer: str, **changes: object) -> Case:
    """A coupon asked for with something wrong at `pointer`."""
    path, body = "/v1/ambassadors/me/spends", changed(SPEND, changes)
    return Case(f"spend-{case}", "POST", path, SESSION, body, 400, "invalid_request", pointer, ATTEMPT)


def payout(case: str, pointer: str, **changes: object) -> Case:
    """A payout with something wrong at `pointer`."""
    path, body = "/v1/ambassadors/$ID/payouts", changed({**SPEND, "reference": "2026-11"}, changes)
    return Case(f"payout-{case}", "POST", path, "admin:write", body, 400, "invalid_request", pointer, ATTEMPT)


def adjustment(case: str, pointer: str, **changes: object) -> Case:
    """An adjustment with something wrong at `pointer`."""
    path, body = "/v1/ambassadors/$ID/adjustments", changed(ADJUSTMENT, changes)
    return Case(f"adjustment-{case}", "POST", path, "admin:write", body, 400, "invalid_request", pointer, ATTEMPT)


def closing(case: str, path: str, body: object, pointer: str, scope: str = "admin:write") -> Case:
    """A word about a coupon, a payout, an adjustment or a gift, with something wrong at `pointer`."""
    return Case(f"closing-{case}", "POST", path, scope, body, 400, "invalid_request", pointer)


def returning(case: str, pointer: str, **changes: object) -> Case:
    """Something returned of a coupon or a payout, with something wrong at `pointer`."""
    path = f"/v1/{'payouts/pay_1' if case.startswith('payout') else 'coupons/CPN222222222222'}/return"
    body = changed({**SPEND, "note": "sent back"}, changes)
    return Case(f"return-{case}", "POST", path, "admin:write", body, 400, "invalid_request", pointer, ATTEMPT)


def attempt(case: str, **sent: str) -> Case:
    """A server key asked for without an Idempotency-Key that can be one."""
    path, scope, pointer = "/v1/keys", "admin:keys", "Idempotency-Key"
    return Case(f"attempt-{case}", "POST", path, scope, NEW_KEY, 400, "invalid_request", pointer, sent)


def claim(case: str, pointer: str, **changes: object) -> Case:
    """A claim with something wrong at `pointer`."""
    path, body = "/v1/ambassadors/me/claims", changed(CLAIM, changes)
    return Case(f"claim-{case}", "POST", path, SESSION, body, 400, "invalid_request", pointer, ATTEMPT)


def verdict(case: str, pointer: str, **changes: object) -> Case:
    """A decision about a claim with something wrong at `pointer`."""
    body = changed(VERDICT, changes)
    return Case(f"verdict-{case}", "POST", "/v1/claims/$CLAIM", "admin:write", body, 400, "invalid_request", pointer)


def together(case: str, pointer: str, **changes: object) -> Case:
    """A decision about many orders with something wrong at `pointer`."""
    body = changed(TOGETHER, changes)
    return Case(f"together-{case}", "POST", "/v1/reviews", "admin:write", body, 400, "invalid_request", pointer)


def preview(case: str, pointer: str, **changes: object) -> Case:
    """A program to be tried, with something wrong at `pointer`."""
    body = changed(PREVIEW, changes)
    return Case(f"preview-{case}", "POST", "/v1/program/preview", "admin:read", body, 400, "invalid_request", pointer)


def new_code(case: str, pointer: str, **told: object) -> Case:
    """A further code asked for with something wrong at `pointer`."""
    path, reason = "/v1/ambassadors/$ID/codes", "invalid_request"
    return Case(f"new-code-{case}", "POST", path, "admin:write", told, 400, reason, pointer, ATTEMPT)


def audit(case: str, pointer: str, body: Body) -> Case:
    """An audit asked for with something wrong at `pointer`."""
    return Case(f"audit-{case}", "POST", "/v1/ledger/audit", "admin:write", body, 400, "invalid_request", pointer)


def reading(case: str, query: str, pointer: str, path: str = "/v1/ledger", scope: str = "admin:read") -> Case:
    """A list asked for with a bad query."""
    return Case(f"read-{case}", "GET", f"{path}?{query}", scope, None, 400, "invalid_request", pointer)


def path_id(case: str, method: str, path: str, scope: str, body: object, pointer: str) -> Case:
    """An id in the path that cannot be one."""
    return Case(f"path-{case}", method, path, scope, body, 400, "invalid_request", pointer)


def wrong_method(method: str, path: str, allowed: str) -> Case:
    """A method that the path does not take."""
    case = f"method-{method}-{path}"
    return Case(case, method, path, None, None, 405, "method_not_allowed", header=("Allow", allowed))


def missing(case: str, method: str, path: str, scope: str | None, body: object = None) -> Case:
    """A thing that does not exist."""
    return Case(f"missing-{case}", method, path, scope, body, 404, "not_found")


def no_key(case: str, **sent: str) -> Case:
    """A request whose Authorization header opens nothing."""
    header = ("WWW-Authenticate", "Bearer")
    return Case(f"key-{case}", "POST", "/v1/redemptions", None, ORDER, 401, "unauthenticated", None, sent, header)


def wrong_scope(method: str, path: str, scope: str, body: object = None) -> Case:
    """A key that may not do this."""
    return Case(f"scope-{scope}-{method}-{path}", method, path, scope, body, 403, "wrong_scope")


CASES = [
    # --- enrolment: every field, wrong in every way that a shop's form lets through ---
    enrol("email-missing", "/email", email=GONE),
    enrol("email-null", "/email", email=None),
    enrol("email-number", "/email", email=5),
    enrol("email-list", "/email", email=["stranger@example.com"]),
    enrol("email-empty", "/email", email=""),
    enrol("email-no-at", "/email", email="stranger"),
    enrol("email-no-local-part", "/email", email="@stranger.example"),
    enrol("email-no-host", "/email", email="stranger@"),
    enrol("email-no-dot", "/email", email="stranger@localhost"),
    enrol("email-two-ats", "/email", email="stranger@example.com@example.com"),
    enrol("email-blank-inside", "/email", email="stran ger@example.com"),
    enrol("email-header-injection", "/email", email="stranger@example.com\nBcc: all@example.com"),
    enrol("email-two-addresses", "/email", email="stranger@example.com,other@example.com"),
    enrol("email-with-name", "/email", email="Stranger <stranger@example.com>"),
    enrol("email-empty-label", "/email", email="stranger@example..com"),
    enrol("email-empty-label-idn", "/email", email="stranger@bücher..example"),
    enrol("email-long-label-idn", "/email", email=f"stranger@{'ü' * 70}.example"),
    enrol("email-host-ends-in-dots", "/email", email="stranger@bücher.."),
    enrol("email-too-long", "/email", email=f"{'a' * 250}@example.com"),
    enrol("name-missing", "/first_name", first_name=GONE),
    enrol("name-null", "/first_name", first_name=None),
    enrol("name-empty", "/first_name", first_name=""),
    enrol("name-blank", "/first_name", first_name="  \u00a0 "),
    enrol("name-newline", "/first_name", first_name="Ana\nBcc: all@example.com"),
    enrol("name-line-separator", "/first_name", first_name="Ana\u2028Bea"),
    enrol("name-nul", "/first_name", first_name="Ana\x00"),
    enrol("name-direction-override", "/first_name", first_name="Ana\u202egnp.exe"),
    enrol("name-direction-isolate", "/first_name", first_name="\u2066Ana"),
    enrol("name-too-long", "/first_name", first_name="A" * 81),
    enrol("name-object", "/first_name", first_name={"value": "Ana"}),
    enrol("locale-number", "/locale", locale=1),
    enrol("customer-id-newline", "/customer_id", customer_id="a\nb"),
    enrol("customer-id-overlong", "/customer_id", customer_id="x" * 129),
    enrol("customer-id-number", "/customer_id", customer_id=17),
    enrol("birthday-30-february", "/birthday", birthday="02-30"),
    enrol("birthday-29-february-1999", "/birthday", birthday="1999-02-29"),
    enrol("birthday-month-13", "/birthday", birthday="13-01"),
    enrol("birthday-day-0", "/birthday", birthday="01-00"),
    enrol("birthday-year-0", "/birthday", birthday="0000-01-01"),
    enrol("birthday-other-order", "/birthday", birthday="31.12."),
    enrol("birthday-time", "/birthday", birthday="1990-01-01T00:00:00Z"),
    enrol("birthday-other-digits", "/birthday", birthday="٠١-٠٢"),
    enrol("consents-text", "/consents", consents="newsletter"),
    enrol("consents-21", "/consents", consents=[f"consent-{number}" for number in range(21)]),
    enrol("unknown-field", "/nickname", nickname="Annie"),
    enrol("unknown-field-escaped", "/a~1b~0c", **{"a/b~c": 1}),
    # --- redemption: ids, code, customer ---
    redeem("order-id-missing", "/order_id", order_id=GONE),
    redeem("order-id-empty", "/order_id", order_id=""),
    redeem("order-id-newline", "/order_id", order_id="a\nb"),
    redeem("order-id-trailing-newline", "/order_id", order_id="ab\n"),
    redeem("order-id-tab", "/order_id", order_id="a\tb"),
    redeem("order-id-nul", "/order_id", order_id="\x00"),
    redeem("order-id-direction-override", "/order_id", order_id="1\u202e2"),
    redeem("order-id-overlong", "/order_id", order_id="x" * 129),
    redeem("order-id-number", "/order_id", order_id=1001),
    redeem("code-missing", "/code", code=GONE),
    redeem("code-null", "/code", code=None),
    redeem("code-number", "/code", code=23456789),
    redeem("code-empty", "/code", code=""),
    redeem("code-overlong", "/code", code="B" * 129),
    redeem("customer-missing", "/customer", customer=GONE),
    redeem("customer-text", "/customer", customer="stranger@example.com"),
    redeem("customer-email-missing", "/customer/email", customer__email=GONE),
    redeem("customer-email-bad", "/customer/email", customer__email="stranger@"),
    redeem("customer-email-empty-label", "/customer/email", customer__email="stranger@bücher..example"),
    redeem("customer-email-long-label", "/customer/email", customer__email=f"stranger@{'ü' * 70}.example"),
    redeem("customer-first-order-text", "/customer/first_order", customer__first_order="no"),
    redeem("customer-unknown-field", "/customer/phone", customer__phone="5550100"),
    redeem("unknown-field", "/coupon", coupon="X"),
    # --- money: whole minor units in three capital letters, nothing else ---
    redeem("money-missing", "/amount", amount=GONE),
    redeem("money-bare-number", "/amount", amount=5000),
    redeem("money-float", "/amount/amount", amount__amount=12.5),
    redeem("money-whole-float", "/amount/amount", amount__amount=5000.0),
    redeem("money-text", "/amount/amount", amount__amount="5000"),
    redeem("money-boolean", "/amount/amount", amount__amount=True),
    redeem("money-null", "/amount/amount", amount__amount=None),
    redeem("money-negative", "/amount/amount", amount__amount=-1),
    redeem("money-huge", "/amount/amount", amount__amount=10**12 + 1),
    redeem("money-64-bit", "/amount/amount", amount__amount=2**64),
    redeem("money-1000-bit", "/amount/amount", amount__amount=2**1000),
    redeem("money-no-amount", "/amount/amount", amount__amount=GONE),
    redeem("money-no-currency", "/amount/currency", amount__currency=GONE),
    redeem("money-four-letters", "/amount/currency", amount__currency="EURO"),
    redeem("money-sign", "/amount/currency", amount__currency="€"),
    redeem("money-trailing-newline", "/amount/currency", amount__currency="EUR\n"),
    redeem("money-unknown-field", "/amount/cents", amount__cents=0),
    Case(
        *("redeem-money-exponent", "POST", "/v1/redemptions", "checkout"),
        *(raw(ORDER, amount='{"amount": 1e3, "currency": "EUR"}'), 400, "invalid_request", "/amount/amount"),
    ),
    redeem("items-object", "/items", items={"sku": "cup"}),
    redeem(
        "items-currency",
        "/items/1/amount/currency",
        items=[{"sku": "a/b#1"}, {"sku": "b", "amount": {"amount": 1000, "currency": "USD"}}],
    ),
    redeem("more-tax-than-money", "/tax/amount", tax=eur(5001)),
    redeem("tax-elsewhere", "/tax/currency", tax={"amount": 1, "currency": "USD"}),
    redeem("items-tax-alone", "/items/0/tax/amount", items=[{"sku": "cup", "tax": eur(1)}]),
    redeem(
        "items-tax-elsewhere",
        "/items/1/tax/currency",
        items=[{"sku": "a"}, {"sku": "b", "amount": eur(10), "tax": {"amount": 1, "currency": "USD"}}],
    ),
    redeem("items-quantity-negative", "/items/0/quantity", items=[{"sku": "cup", "quantity": -1}]),
    redeem("items-quantity-text", "/items/0/quantity", items=[{"sku": "cup", "quantity": "2"}]),
    redeem("items-float", "/items/0/amount/amount", items=[{"sku": "cup", "amount": {**eur(0), "amount": 0.5}}]),
    redeem("items-unknown-field", "/items/0/colour", items=[{"sku": "cup", "colour": "blue"}]),
    redeem("items-201", "/items", items=[{"sku": "cup"}] * 201),
    # --- times ---
    redeem("placed-without-zone", "/placed_at", placed_at="2026-03-01T12:00:00"),
    redeem("placed-day-only", "/placed_at", placed_at="2026-03-01"),
    redeem("placed-number", "/placed_at", placed_at=1772366400),
    redeem("placed-30-february", "/placed_at", placed_at="2026-02-30T12:00:00Z"),
    redeem("placed-in-two-days", "/placed_at", placed_at="2026-03-03T12:00:00Z"),
    redeem("placed-in-1999", "/placed_at", placed_at="1999-12-31T23:59:59Z"),
    redeem("placed-in-year-1", "/placed_at", placed_at="0001-01-01T00:00:00Z"),
    redeem("placed-before-year-1", "/placed_at", placed_at="0001-01-01T00:00:00+14:00"),
    redeem("placed-in-9999", "/placed_at", placed_at="9999-12-31T23:59:59Z"),
    redeem("placed-after-9999", "/placed_at", placed_at="9999-12-31T23:59:59-12:00"),
    # --- quotes ---
    quote("no-order", "/order", order=GONE),
    quote("no-amount", "/order/amount", order__amount=GONE),
    quote("float", "/order/amount/amount", order__amount__amount=50.0),
    quote("bad-email", "/order/customer/email", order__customer={"email": "stranger"}),
    quote("empty-label", "/order/customer/email", order__customer={"email": "stranger@bücher..example"}),
    quote("unknown-field", "/order/total", order__total=1),
    quote("far-future", "/placed_at", order__placed_at="9999-12-31T23:59:59-12:00")._replace(
        pointer="/order/placed_at"
    ),
    # --- refunds, reversals, fulfilments ---
    refund("no-id", "/refund_id", refund_id=GONE),
    refund("no-amount", "/amount", amount=GONE),
    refund("of-nothing", "/amount", amount=eur(0)),
    refund("negative", "/amount/amount", amount__amount=-1),
    refund("float", "/amount/amount", amount__amount=10.0),
    refund("kind", "/kind", kind="partial"),
    refund("cancelled-in-part", "/amount", kind="cancellation"),
    refund("cancelled-of-nothing", "/amount", kind="cancellation", amount=eur(0)),
    refund("cancelled-with-tax", "/tax", kind="cancellation", amount=GONE, tax=eur(1)),
    refund("cancelled-with-shipping", "/shipping", kind="cancellation", amount=GONE, shipping=eur(1)),
    refund("tax-alone", "/amount", amount=GONE, tax=eur(1)),
    refund("more-tax-than-money", "/tax/amount", tax=eur(1001)),
    refund("more-tax-and-shipping-than-money", "/shipping/amount", tax=eur(600), shipping=eur(401)),
    refund("tax-elsewhere", "/tax/currency", tax={"amount": 1, "currency": "USD"}),
    refund("negative-shipping", "/shipping/amount", shipping=eur(-1)),
    refund("chargeback-without-amount", "/amount", kind="chargeback", amount=GONE),
    refund("tomorrow", "/refunded_at", refunded_at="2026-03-02T12:00:01Z"),
    refund("before-year-1", "/refunded_at", refunded_at="0001-01-01T00:00:00+14:00"),
    refund("without-zone", "/refunded_at", refunded_at="2026-03-01T12:00:00"),
    refund("unknown-field", "/order_id", order_id="o-1"),
    delivery("no-id", "/fulfilment_id", fulfilment_id=GONE),
    delivery("no-time", "/delivered_at", delivered_at=GONE),
    delivery("no-time-and-not-void", "/delivered_at", delivered_at=GONE, void=False),
    delivery("revision-0", "/revision", revision=0),
    delivery("revision-float", "/revision", revision=1.5),
    delivery("revision-huge", "/revision", revision=10**15),
    delivery("more-text", "/more", more="yes"),
    delivery("void-and-future", "/delivered_at", delivered_at="2026-04-01T12:00:00Z", void=True),
    delivery("no-zone", "/delivered_at", delivered_at="2026-02-28T12:00:00"),
    delivery("future", "/delivered_at", delivered_at="2026-04-01T12:00:00Z"),
    delivery("year-1", "/delivered_at", delivered_at="0001-01-01T00:00:00Z"),
    delivery("return-far", "/return_by", return_by="9999-12-31T23:59:59-12:00"),
    delivery("return-year-1", "/return_by", return_by="0001-01-01T00:00:00+14:00"),
    Case(
        *("reversal-with-a-body", "POST", "/v1/orders/o-1/refunds/r-1/reversal", "checkout"),
        *({"reason": "won"}, 400, "invalid_request", "/reason"),
    ),
    # --- what admins decide ---
    Case(
        *("review-decision", "POST", "/v1/reviews/o-1", "admin:write"),
        *({**DECISION, "decision": "maybe"}, 400, "invalid_request", "/decision"),
    ),
    Case(
        *("review-no-note", "POST", "/v1/reviews/o-1", "admin:write"),
        *({"decision": "deny"}, 400, "invalid_request", "/note"),
    ),
    Case(
        *("review-empty-note", "POST", "/v1/reviews/o-1", "admin:write"),
        *({**DECISION, "note": ""}, 400, "invalid_request", "/note"),
    ),
    Case(
        *("code-state", "PATCH", "/v1/codes/$MAYA", "admin:write"),
        *({"state": "deleted"}, 400, "invalid_request", "/state"),
    ),
    Case(
        *("code-campaign", "PATCH", "/v1/codes/$MAYA", "admin:write"),
        *({"campaign": "\n"}, 400, "invalid_request", "/campaign"),
    ),
    Case("code-nothing", "PATCH", "/v1/codes/$MAYA", "admin:write", {}, 400, "invalid_request", ""),
    Case("code-no-campaign", "PATCH", "/v1/codes/$MAYA", "admin:write", {"campaign": "May"}, 422, "unknown_campaign"),
    new_code("campaign", "/campaign", campaign=""),
    new_code("campaign-number", "/campaign", campaign=7),
    new_code("unknown-field", "/name", name="WISHED"),
    *(new_code(f"code-{n}", "/code", code=code) for n, code in enumerate((7, "", "AB", "X" * 21, "X" * 200, "12345"))),
    new_code("no-attempt", "Idempotency-Key")._replace(sent={}),
    # --- who may call ---
    new_key("no-name", "/name", name=GONE),
    new_key("empty-name", "/name", name=""),
    new_key("name-newline", "/name", name="desk\nadmin"),
    new_key("name-number", "/name", name=1),
    new_key("no-owner", "/owner", owner=GONE),
    new_key("null-owner", "/owner", owner=None),
    new_key("blank-owner", "/owner", owner=" \u00a0"),
    new_key("owner-override", "/owner", owner="\u202eaeB"),
    new_key("owner-too-long", "/owner", owner="B" * 81),
    new_key("no-scopes", "/scopes", scopes=GONE),
    new_key("empty-scopes", "/scopes", scopes=[]),
    new_key("scopes-text", "/scopes", scopes="admin:keys"),
    new_key("scope-session", "/scopes/0", scopes=["session"]),
    new_key("scope-anyone", "/scopes/1", scopes=["admin:keys", "anyone"]),
    new_key("six-scopes", "/scopes", scopes=["admin:keys"] * 6),
    new_key("own-id", "/id", id="key_1"),
    new_key("own-maker", "/made_by", made_by="operator"),
    attempt("none"),
    attempt("empty", Idempotency_Key=""),
    attempt("blank", Idempotency_Key="  "),
    attempt("overlong", Idempotency_Key="x" * 129),
    attempt("no-ascii", Idempotency_Key="cl\u00e9"),
    attempt("control", Idempotency_Key="a\tb"),
    new_key("stronger", "", scopes=["admin:write"])._replace(status=403, reason="scope_not_held", pointer=None),
    # --- claims, and decisions about many ---
    claim("order-missing", "/order_id", order_id=GONE),
    claim("order-direction", "/order_id", order_id="a\u2067b\nc"),
    claim("order-number", "/order_id", order_id=1),
    claim("note-number", "/note", note=1),
    claim("note-long", "/note", note="x" * 501),
    claim("other", "/ambassador_id", ambassador_id="amb_1"),
    claim("no-attempt", "Idempotency-Key")._replace(sent={}),
    verdict("decision", "/decision", decision="maybe"),
    verdict("no-note", "/note", note=GONE),
    verdict("no-order", "/order", order=GONE),
    verdict("order-of-denial", "/order", decision="deny"),
    verdict("no-customer", "/order/customer", order__customer=GONE),
    verdict("email", "/order/customer/email", order__customer__email="stranger"),
    verdict("float", "/order/amount/amount", order__amount__amount=12.5),
    verdict("no-time", "/order/placed_at", order__placed_at=GONE),
    verdict("future", "/order/placed_at", order__placed_at="2026-04-01T12:00:00Z"),
    verdict("own-order-id", "/order/order_id", order__order_id="o-1"),
    verdict("own-code", "/order/code", order__code="$MAYA"),
    together("no-orders", "/order_ids", order_ids=GONE),
    together("none", "/order_ids", order_ids=[]),
    together("text", "/order_ids", order_ids="o-1"),
    together("101", "/order_ids", order_ids=[f"o-{number}" for number in range(101)]),
    together("zero-width", "/order_ids/1", order_ids=["o-1", "a\u200bb"]),
    together("decision", "/decision", decision="Deny"),
    together("no-note", "/note", note=GONE),
    together("unknown-field", "/author", author="key_1"),
    reading("reviews-limit", "limit=0", "?limit", "/v1/reviews"),
    reading("reviews-cursor", "cursor=$REFERRALS", "?cursor", "/v1/reviews"),
    reading("reviews-filter", "ambassador_id=$ID", "?ambassador_id", "/v1/reviews"),
    reading("claims-limit", "limit=101", "?limit", "/v1/claims"),
    reading("claims-cursor", "cursor=$REFERRALS", "?cursor", "/v1/claims"),
    reading("claims-filter", "state=open", "?state", "/v1/claims"),
    path_id("claim-overlong", "POST", f"/v1/claims/{'x' * 129}", "admin:write", VERDICT, "/id"),
    missing("claim", "POST", "/v1/claims/clm_none", "admin:write", VERDICT),
    wrong_method("GET", "/v1/claims/$CLAIM", "POST"),
    wrong_method("DELETE", "/v1/claims", "GET"),
    wrong_method("GET", "/v1/ambassadors/$ID/claims", "POST"),
    wrong_method("PUT", "/v1/reviews", "POST"),
    wrong_scope("GET", "/v1/reviews", "checkout"),
    wrong_scope("POST", "/v1/reviews", "admin:read", TOGETHER),
    wrong_scope("GET", "/v1/claims", "enrol"),
    wrong_scope("POST", "/v1/claims/$CLAIM", "admin:read", VERDICT),
    wrong_scope("POST", "/v1/ambassadors/$ID/claims", "admin:write", CLAIM),
    reading("keys-limit", "limit=0", "?limit", "/v1/keys", "admin:keys"),
    reading("keys-cursor", "cursor=$REFERRALS", "?cursor", "/v1/keys", "admin:keys"),
    reading("keys-unknown-parameter", "owner=Bea", "?owner", "/v1/keys", "admin:keys"),
    Case("revoke-query", "DELETE", "/v1/keys/key_1?force=1", "admin:keys", None, 400, "invalid_request", "?force"),
    Case("session-hours", "POST", "/v1/ambassadors/$ID/sessions", "enrol", {"h": 9}, 400, "invalid_request", "/h"),
    Case("session-of-me", "POST", "/v1/ambassadors/me/sessions", "enrol", {}, 400, "invalid_request", "/id"),
    Case("key-is-nobody", "GET", "/v1/ambassadors/me", "admin:read", None, 400, "invalid_request", "/id"),
    # --- what an account can do besides orders ---
    spend("nothing", "/amount", amount=GONE),
    spend("null", "/amount", amount=None),
    spend("number", "/amount", amount=500),
    spend("negative", "/amount/amount", amount__amount=-1),
    spend("fraction", "/amount/amount", amount__amount=5.5),
    spend("text", "/amount/amount", amount__amount="500"),
    spend("huge", "/amount/amount", amount__amount=10**12 + 1),
    spend("no-unit", "/amount", amount__currency=GONE),
    spend("two-units", "/amount", amount__unit="points"),
    spend("gift", "/amount/unit", amount={"amount": 1, "unit": "gift:Mug"}),
    spend("own-code", "/code", code="CPN222222222222"),
    spend("no-attempt", "Idempotency-Key")._replace(sent={}),
    spend("poor", "")._replace(status=422, reason="insufficient_balance", pointer=None),
    spend("small", "", amount__amount=0)._replace(status=422, reason="below_minimum", pointer=None),
    spend("foreign", "", amount__currency="USD")._replace(status=422, reason="currency_mismatch", pointer=None),
    payout("nothing", "/amount", amount=GONE),
    payout("negative", "/amount/amount", amount__amount=-1),
    payout("empty-reference", "/reference", reference=""),
    payout("reference-newline", "/reference", reference="a\nb"),
    payout("reference-too-long", "/reference", reference="x" * 201),
    payout("empty-note", "/note", note=""),
    payout("no-attempt", "Idempotency-Key")._replace(sent={}),
    payout("own-state", "/status", status="confirmed"),
    payout("poor", "")._replace(status=422, reason="insufficient_balance", pointer=None),
    payout("of-me", "/id")._replace(path="/v1/ambassadors/me/payouts"),
    adjustment("nothing", "/amount", amount=GONE),
    adjustment("zero", "/amount/amount", amount__amount=0),
    adjustment("fraction", "/amount/amount", amount__amount=0.5),
    adjustment("huge", "/amount/amount", amount__amount=-(10**12) - 1),
    adjustment("no-unit", "/amount", amount__currency=GONE),
    adjustment("two-units", "/amount", amount__unit="points"),
    adjustment("capital-unit", "/amount/unit", amount={"amount": 1, "unit": "Points"}),
    adjustment("currency-as-unit", "/amount/unit", amount={"amount": 1, "unit": "EUR"}),
    adjustment("nameless-gift", "/amount/unit", amount={"amount": 1, "unit": "gift:"}),
    adjustment("gift-newline", "/amount/unit", amount={"amount": 1, "unit": "gift:a\nb"}),
    adjustment("no-reason", "/reason", reason=GONE),
    adjustment("empty-reason", "/reason", reason=""),
    adjustment("own-author", "/author", author="key_1"),
    adjustment("no-attempt", "Idempotency-Key")._replace(sent={}),
    adjustment("unknown-unit", "", amount={"amount": 1, "unit": "point"})._replace(
        status=422, reason="unknown_unit", pointer=None
    ),
    closing("coupon-no-order", "/v1/coupons/CPN222222222222/confirm", {}, "/order_id", "checkout"),
    closing("coupon-bad-order", "/v1/coupons/CPN222222222222/confirm", {"order_id": "a\nb"}, "/order_id", "checkout"),
    closing("coupon-why", "/v1/coupons/CPN222222222222/cancel", {"note": "no"}, "/note", "checkout"),
    returning("coupon-no-note", "/note", note=GONE),
    returning("coupon-empty-note", "/note", note=""),
    returning("coupon-zero", "/amount/amount", amount__amount=0),
    returning("coupon-negative", "/amount/amount", amount__amount=-1),
    returning("coupon-fraction", "/amount/amount", amount__amount=0.5),
    returning("coupon-reason", "/reason", reason="no"),
    returning("coupon-no-attempt", "Idempotency-Key")._replace(sent={}),
    returning("payout-zero", "/amount/amount", amount__amount=0),
    returning("payout-no-attempt", "Idempotency-Key")._replace(sent={}),
    closing("suspend-no-note", "/v1/ambassadors/$ID/suspend", {}, "/note"),
    closing("suspend-maybe", "/v1/ambassadors/$ID/suspend", {**NOTED, "pause_codes": 1}, "/pause_codes"),
    closing("suspend-overlong", f"/v1/ambassadors/{'x' * 129}/suspend", NOTED, "/id"),
    closing("reinstate-no-note", "/v1/ambassadors/$ID/reinstate", {"note": ""}, "/note"),
    closing("reinstate-codes", "/v1/ambassadors/$ID/reinstate", {**NOTED, "pause_codes": True}, "/pause_codes"),
    closing("payout-no-reference", "/v1/payouts/pay_1/confirm", {}, "/reference"),
    closing("payout-no-note", "/v1/payouts/pay_1/cancel", {}, "/note"),
    closing("payout-overlong", f"/v1/payouts/{'x' * 129}/cancel", {"note": "no"}, "/id"),
    closing("decision-unsure", "/v1/adjustments/adj_1/decision", {"decision": "maybe", "note": "?"}, "/decision"),
    closing("decision-no-note", "/v1/adjustments/adj_1/decision", {"decision": "deny"}, "/note"),
    closing("decision-overlong", f"/v1/adjustments/{'x' * 129}/decision", DECISION, "/id"),
    closing("gift-number", "/v1/gifts/ent_1/sent", {"note": 1}, "/note"),
    closing("gift-overlong", f"/v1/gifts/{'x' * 129}/sent", {}, "/id"),
    path_id("payout-overlong", "GET", f"/v1/payouts/{'x' * 129}", "admin:read", None, "/id"),
    path_id("adjustment-overlong", "GET", f"/v1/adjustments/{'x' * 129}", "admin:read", None, "/id"),
    path_id("spends-overlong", "GET", f"/v1/ambassadors/{'x' * 129}/spends", "admin:read", None, "/id"),
    reading("payouts-state", "state=reserved", "?state", "/v1/payouts"),
    reading("payouts-cursor", "cursor=$REFERRALS", "?cursor", "/v1/payouts"),
    reading("spends-cursor", "cursor=$REFERRALS", "?cursor", "/v1/ambassadors/$ID/spends"),
    reading("adjustments-state", "state=waiting", "?state", "/v1/adjustments"),
    reading("gifts-limit", "limit=0", "?limit", "/v1/gifts"),
    reading("coupon-query", "show=all", "?show", "/v1/coupons/CPN222222222222", "checkout"),
    # --- the program ---
    Case("program-unread", "PUT", "/v1/program", "admin:write", PROGRAM, 428, "precondition_required"),
    Case(
        *("program-outdated", "PUT", "/v1/program", "admin:write", PROGRAM, 412, "outdated", None),
        {"If_Match": '"7"'},
    ),
    Case(
        *("program-flawed", "PUT", "/v1/program", "admin:write", changed(PROGRAM, {"offer__basis_points": 10_001})),
        *(400, "invalid_request", "/offer/basis_points", {"If_Match": '"1"'}),
    ),
    reading("versions-limit", "limit=0", "?limit", "/v1/program/versions"),
    reading("versions-cursor", "cursor=$REFERRALS", "?cursor", "/v1/program/versions"),
    reading("program-parameter", "version=1", "?version", "/v1/program"),
    reading("schema-parameter", "draft=7", "?draft", "/v1/program/schema"),
    preview("flawed", "/program/offer/basis_points", program__offer__basis_points=10_001),
    preview("contradictory", "/program/tiers/0/bonus", program__tiers=[{"name": "A", "threshold": 0, "bonus": 1}]),
    preview("unknown-rule", "/program/colour", program__colour="red"),
    preview("no-program", "/program", program=GONE),
    preview("program-list", "/program", program=[]),
    preview("no-period", "/period", period=GONE),
    preview("no-end", "/period/to", period__to=GONE),
    preview("no-day", "/period/from", period__from="2026-02-30"),
    preview("time", "/period/from", period__from="2026-02-01T00:00:00Z"),
    preview("backwards", "/period/to", period__to="2026-01-31"),
    preview("too-long", "/period", period__to="2027-02-02"),
    preview("long-ago", "/period", period__from="1999-12-31"),
    preview("unknown-field", "/days", days=30),
    preview("unknown-in-period", "/period/days", period__days=30),
    # --- audits ---
    reading("audit-of-nobody", "", "?ambassador_id", "/v1/ledger/audit"),
    reading("audit-of-both", "ambassador_id=$ID&sample=3", "?ambassador_id", "/v1/ledger/audit"),
    reading("audit-ambassador", "ambassador_id=a%23b", "?ambassador_id", "/v1/ledger/audit"),
    reading("audit-seed-alone", "ambassador_id=$ID&seed=1", "?seed", "/v1/ledger/audit"),
    reading("audit-seed", "sample=3&seed=a%01b", "?seed", "/v1/ledger/audit"),
    reading("audit-0", "sample=0", "?sample", "/v1/ledger/audit"),
    reading("audit-101", "sample=101", "?sample", "/v1/ledger/audit"),
    reading("audit-word", "sample=all", "?sample", "/v1/ledger/audit"),
    reading("audit-parameter", "sample=3&limit=3", "?limit", "/v1/ledger/audit"),
    audit("nobody", "", {}),
    audit("both", "", {"ambassador_id": "$ID", "all": True}),
    audit("not-all", "/all", {"all": False}),
    audit("sample-0", "/sample", {"sample": 0}),
    audit("sample-1001", "/sample", {"sample": 1001}),
    audit("seed-alone", "/seed", {"all": True, "seed": "1"}),
    audit("seed-number", "/seed", {"sample": 3, "seed": 1}),
    audit("unknown-field", "/days", {"all": True, "days": 3}),
    missing("audited-ambassador", "GET", "/v1/ledger/audit?ambassador_id=amb_none", "admin:read"),
    missing("audit-of-ambassador", "POST", "/v1/ledger/audit", "admin:write", {"ambassador_id": "amb_none"}),
    # --- ids in the path ---
    path_id("key-overlong", "DELETE", f"/v1/keys/{'x' * 129}", "admin:keys", None, "/id"),
    path_id("key-control", "DELETE", "/v1/keys/a\x01b", "admin:keys", None, "/id"),
    path_id("session-overlong", "POST", f"/v1/ambassadors/{'x' * 129}/sessions", "enrol", {}, "/id"),
    path_id("order-overlong", "GET", f"/v1/redemptions/{'x' * 129}", "checkout", None, "/order_id"),
    path_id("order-control", "GET", "/v1/redemptions/a\x01b", "checkout", None, "/order_id"),
    path_id("order-override", "GET", "/v1/redemptions/a\u202eb", "checkout", None, "/order_id"),
    path_id("refund-order-overlong", "POST", f"/v1/orders/{'x' * 129}/refunds", "checkout", REFUND, "/order_id"),
    path_id("delivery-order", "POST", "/v1/orders/a\x7fb/fulfilments", "checkout", DELIVERY, "/order_id"),
    path_id("reversal-refund", "POST", "/v1/orders/o/refunds/a\x01/reversal", "checkout", None, "/refund_id"),
    path_id("review-order", "POST", f"/v1/reviews/{'x' * 129}", "admin:write", DECISION, "/order_id"),
    path_id("job-overlong", "GET", f"/v1/jobs/{'x' * 129}", "admin:read", None, "/job_id"),
    path_id("ambassador-overlong", "GET", f"/v1/ambassadors/{'x' * 129}", "admin:read", None, "/id"),
    # --- lists ---
    reading("limit-0", "limit=0", "?limit"),
    reading("limit-101", "limit=101", "?limit"),
    reading("limit-negative", "limit=-1", "?limit"),
    reading("limit-fraction", "limit=1.5", "?limit"),
    reading("limit-arabic", "limit=%D9%A1", "?limit"),
    reading("limit-empty", "limit=", "?limit"),
    reading("limit-blank", "limit=%201", "?limit"),
    reading("limit-huge", f"limit={'9' * 5000}", "?limit"),
    reading("limit-of-referrals", "limit=0", "?limit", "/v1/ambassadors/$ID/referrals"),
    reading("limit-of-own-ledger", "limit=101", "?limit", "/v1/ambassadors/$ID/ledger"),
    reading("cursor-empty", "cursor=", "?cursor"),
    reading("cursor-nonsense", "cursor=next", "?cursor"),
    reading("cursor-no-ascii", "cursor=%D9%A1", "?cursor"),
    reading("cursor-tampered", "limit=1&from=2026-03-01&cursor=$TAMPERED", "?cursor"),
    reading("cursor-of-other-list", "limit=1&cursor=$REFERRALS", "?cursor"),
    reading("cursor-of-other-filter", "limit=1&from=2026-03-01&kind=hold&cursor=$LEDGER", "?cursor"),
    reading("cursor-of-other-ambassador", "cursor=$REFERRALS", "?cursor", "/v1/ambassadors/$OTHER/referrals"),
    reading("unknown-parameter", "colour=blue", "?colour"),
    reading("unknown-parameter-of-referrals", "from=2026-01-01", "?from", "/v1/ambassadors/$ID/referrals"),
    reading("unknown-parameter-of-ambassador", "expand=all", "?expand", "/v1/ambassadors/$ID"),
    reading("unknown-parameter-of-order", "expand=all", "?expand", "/v1/redemptions/o-1"),
    reading("repeated-parameter", "limit=1&limit=2", "?limit"),
    reading("repeated-filter", "kind=hold&kind=void", "?kind"),
    reading("from-prose", "from=yesterday", "?from"),
    reading("from-30-february", "from=2026-02-30", "?from"),
    reading("from-without-zone", "from=2026-02-01T12:00:00", "?from"),
    reading("from-empty", "from=", "?from"),
    reading("to-number", "to=1772366400", "?to"),
    reading("to-30-february", "to=2026-02-30", "?to"),
    reading("from-after-to", "from=2026-03-01&to=2026-02-01", "?from"),
    reading("from-after-to-of-order", "from=2026-03-01&to=2026-02-01&order_id=o-1", "?from"),
    reading("kind-over-32-days", "kind=hold&from=2026-01-01&to=2026-02-02T00:00:00Z", "?from"),
    reading("order-id-empty", "order_id=", "?order_id"),
    reading("ambassador-id-slash", "ambassador_id=a%2Fb", "?ambassador_id"),
    # --- pictures and codes ---
    Case("qr-127", "GET", "/r/$MAYA/qr.png?size=127", None, None, 400, "invalid_request", "?size"),
    Case("qr-1025", "GET", "/r/$MAYA/qr.png?size=1025", None, None, 400, "invalid_request", "?size"),
    Case("qr-abc", "GET", "/r/$MAYA/qr.png?size=abc", None, None, 400, "invalid_request", "?size"),
    Case("qr-negative", "GET", "/r/$MAYA/qr.png?size=-512", None, None, 400, "invalid_request", "?size"),
    Case("qr-arabic", "GET", "/r/$MAYA/qr.png?size=%D9%A5%D9%A1%D9%A2", None, None, 400, "invalid_request", "?size"),
    Case("code-unknown-parameter", "GET", "/v1/codes/$MAYA?key=1", None, None, 400, "invalid_request", "?key"),
    # --- what does not exist ---
    missing("order", "GET", "/v1/redemptions/o-none", "checkout"),
    missing("order-for-admin", "GET", "/v1/redemptions/o-none", "admin:read"),
    missing("ambassador", "GET", "/v1/ambassadors/amb_none", "admin:read"),
    missing("referrals", "GET", "/v1/ambassadors/amb_none/referrals", "admin:read"),
    missing("ledger", "GET", "/v1/ambassadors/amb_none/ledger", "admin:read"),
    missing("review", "POST", "/v1/reviews/o-none", "admin:write", DECISION),
    missing("key", "DELETE", "/v1/keys/key_none", "admin:keys"),
    missing("session", "POST", "/v1/ambassadors/amb_none/sessions", "enrol", {}),
    missing("spends", "GET", "/v1/ambassadors/amb_none/spends", "admin:read"),
    missing("coupon", "GET", "/v1/coupons/CPN222222222222", "checkout"),
    missing("coupon-emoji", "GET", "/v1/coupons/💥", "checkout"),
    missing("coupon-confirm", "POST", "/v1/coupons/$MAYA/confirm", "checkout", {"order_id": "o-1"}),
    missing("suspend", "POST", "/v1/ambassadors/amb_1/suspend", "admin:write", NOTED),
    missing("reinstate", "POST", "/v1/ambassadors/amb_1/reinstate", "admin:write", NOTED),
    missing("coupon-return", "POST", "/v1/coupons/CPN222222222222/return", "checkout", NOTED)._replace(sent=ATTEMPT),
    missing("payout-return", "POST", "/v1/payouts/pay_1/return", "admin:write", NOTED)._replace(sent=ATTEMPT),
    missing("coupon-cancel", "POST", "/v1/coupons/CPN222222222222/cancel", "checkout", {}),
    missing("payout", "GET", "/v1/payouts/pay_none", "admin:read"),
    missing("payout-confirm", "POST", "/v1/payouts/pay_none/confirm", "admin:write", {"reference": "r"}),
    missing("payout-cancel", "POST", "/v1/payouts/pay_none/cancel", "admin:write", {"note": "no"}),
    missing("adjustment", "GET", "/v1/adjustments/adj_none", "admin:read"),
    missing("decision", "POST", "/v1/adjustments/adj_none/decision", "admin:write", DECISION),
    missing("gift", "POST", "/v1/gifts/ent_none/sent", "admin:write", {}),
    missing("payee", "POST", "/v1/ambassadors/amb_none/payouts", "admin:write", SPEND)._replace(sent=ATTEMPT),
    missing("adjusted", "POST", "/v1/ambassadors/amb_none/adjustments", "admin:write", ADJUSTMENT)._replace(
        sent=ATTEMPT
    ),
    Case("spender", "POST", "/v1/ambassadors/$OTHER/spends", SESSION, SPEND, 404, "not_found", sent=ATTEMPT),
    missing("version", "GET", "/v1/program/versions/2", "admin:read"),
    missing("coded-ambassador", "GET", "/v1/ambassadors/amb_none/codes", "admin:read"),
    missing("code", "PATCH", "/v1/codes/NSVCHCDE", "admin:write", {"state": "paused"}),
    missing("impossible-code", "PATCH", "/v1/codes/💥", "admin:write", {"state": "paused"}),
    missing("qr-svg", "GET", "/r/NSVCHCDE/qr.svg", None),
    missing("qr-png", "GET", "/r/NSVCHCDE/qr.png", None),
    # --- a rule of the program says no ---
    refused("unknown-code", "unknown_code", code="NSVCHCDE"),
    refused("emoji", "unknown_code", code="💥💥"),
    refused("key-syntax", "unknown_code", code="CODE#$MAYA"),
    refused("quotes", "unknown_code", code='"; DROP TABLE codes; --'),
    refused("blanks-only", "unknown_code", code=" - "),
    refused("other-alphabet", "unknown_code", code="ＭＡＹＡ２３４５"),
    refused("long-code", "unknown_code", code="B" * 128),
    refused("nul", "unknown_code", code="\x00"),
    refused("own-email", "own_code", customer__email=MAYA),
    refused("own-email-in-capitals", "own_code", customer__email=MAYA.upper()),
    refused("own-gmail-without-dots", "own_code", customer__email="mayapatel@gmail.com"),
    refused("own-gmail-with-tag", "own_code", customer__email="maya.patel+shop@gmail.com"),
    refused("own-googlemail", "own_code", customer__email="maya.patel@googlemail.com"),
    refused("own-customer-id", "own_code", customer__id="c-maya"),
    refused("second-order", "friend_already_referred", customer__email=FAY),
    refused("second-order-capitals", "friend_already_referred", customer__email=FAY.upper()),
    refused("second-order-customer-id", "friend_already_referred", customer__id="c-fay"),
    refused("second-order-other-code", "friend_already_referred", customer__email=FAY, code="$OTHERS"),
    refused("not-first-order", "not_first_order", customer__first_order=False),
    refused("below-minimum", "below_minimum", amount=eur(1999)),
    refused("nothing", "below_minimum", amount=eur(0)),
    refused("other-currency", "currency_mismatch", amount__currency="USD"),
    refused("unknown-currency", "currency_mismatch", amount__currency="XYZ"),
    refused("paused-code", "paused_code", code="$PAUSED"),
    refused("paused-code-lower-case", "paused_code", code="$paused"),
    Case("conflict", "POST", "/v1/redemptions", "checkout", {**ORDER, "order_id": "o-1"}, 409, "conflicting_repeat"),
    # --- method, type, size ---
    wrong_method("PUT", "/v1/redemptions", "POST"),
    wrong_method("GET", "/v1/redemptions", "POST"),
    wrong_method("DELETE", "/v1/redemptions/o-1", "GET"),
    wrong_method("GET", "/v1/quotes", "POST"),
    wrong_method("PUT", "/v1/ambassadors", "POST"),
    wrong_method("DELETE", "/v1/ambassadors/$ID", "GET"),
    wrong_method("POST", "/v1/ledger", "GET"),
    wrong_method("DELETE", "/v1/ledger", "GET"),
    wrong_method("DELETE", "/v1/ledger/audit", "GET"),
    wrong_method("PUT", "/v1/orders/o-1/refunds", "POST"),
    wrong_method("PUT", "/v1/codes/$MAYA", "PATCH"),
    wrong_method("GET", "/v1/keys/key_1", "DELETE"),
    wrong_method("PATCH", "/v1/keys/key_1", "DELETE"),
    wrong_method("PUT", "/v1/ambassadors/$ID/sessions", "POST"),
    wrong_method("DELETE", "/v1/ambassadors/$ID/spends", "GET"),
    wrong_method("DELETE", "/v1/coupons/CPN222222222222", "GET"),
    wrong_method("POST", "/v1/payouts", "GET"),
    wrong_method("GET", "/v1/gifts/ent_1/sent", "POST"),
    wrong_method("DELETE", "/v1/program", "GET"),
    wrong_method("POST", "/v1/program/versions", "GET"),
    wrong_method("POST", "/r/$MAYA", "GET"),
    wrong_method("POST", "/healthz", "GET"),
    # --- keys ---
    no_key("none"),
    no_key("garbage", Authorization="Bearer rk_not-a-key-of-this-shop"),
    no_key("empty", Authorization="Bearer "),
    no_key("bare", Authorization="rk_not-a-key-of-this-shop"),
    no_key("no-ascii", Authorization="Bearer rk_not\u00e9\u20ac"),
    no_key("very-long", Authorization=f"Bearer rk_not{'x' * 100_000}"),
    no_key("other-header", X_Api_Key="rk_not-a-key-of-this-shop"),
    wrong_scope("POST", "/v1/redemptions", "enrol", ORDER),
    wrong_scope("POST", "/v1/redemptions", "admin:write", ORDER),
    wrong_scope("POST", "/v1/ambassadors", "checkout", NEWCOMER),
    wrong_scope("POST", "/v1/quotes", "admin:read", QUOTE),
    wrong_scope("POST", "/v1/orders/o-1/refunds", "admin:keys", REFUND),
    wrong_scope("GET", "/v1/ledger", "checkout"),
    wrong_scope("GET", "/v1/ledger/audit?sample=3", "checkout"),
    wrong_scope("POST", "/v1/ledger/audit", "admin:read", {"all": True}),
    wrong_scope("GET", "/v1/ambassadors/$ID", "enrol"),
    wrong_scope("POST", "/v1/reviews/o-1", "admin:read", DECISION),
    wrong_scope("POST", "/v1/keys", "admin:write", NEW_KEY),
    wrong_scope("GET", "/v1/keys", "admin:read"),
    wrong_scope("DELETE", "/v1/keys/key_1", "admin:write"),
    wrong_scope("POST", "/v1/ambassadors/$ID/sessions", "admin:keys", {}),
    wrong_scope("PATCH", "/v1/codes/$MAYA", "checkout", {"state": "paused"}),
    wrong_scope("POST", "/v1/ambassadors/$ID/spends", "admin:write", SPEND),
    wrong_scope("POST", "/v1/ambassadors/$ID/payouts", "checkout", SPEND),
    wrong_scope("POST", "/v1/ambassadors/$ID/adjustments", SESSION, ADJUSTMENT),
    wrong_scope("POST", "/v1/coupons/CPN222222222222/confirm", SESSION, {"order_id": "o-1"}),
    wrong_scope("POST", "/v1/gifts/ent_1/sent", "admin:read", {}),
    wrong_scope("PUT", "/v1/program", "admin:read", PROGRAM),
    wrong_scope("GET", "/v1/program", "checkout"),
    wrong_scope("POST", "/v1/program/preview", "checkout", PREVIEW),
]

BODIES: dict[str, tuple[str, str, str]] = {
    "enrol": ("POST", "/v1/ambassadors", "enrol"),
    "quote": ("POST", "/v1/quotes", "checkout"),
    "redeem": ("POST", "/v1/redemptions", "checkout"),
    "refund": ("POST", "/v1/orders/o-1/refunds", "checkout"),
    "reversal": ("POST", "/v1/orders/o-1/refunds/r-1/reversal", "checkout"),
    "delivery": ("POST", "/v1/orders/o-1/fulfilments", "checkout"),
    "review": ("POST", "/v1/reviews/o-1", "admin:write"),
    "together": ("POST", "/v1/reviews", "admin:write"),
    "verdict": ("POST", "/v1/claims/$CLAIM", "admin:write"),
    "session": ("POST", "/v1/ambassadors/$ID/sessions", "enrol"),
    "new-key": ("POST", "/v1/keys", "admin:keys"),
    "spend": ("POST", "/v1/ambassadors/$ID/spends", SESSION),
    "coupon-confirm": ("POST", "/v1/coupons/CPN222222222222/confirm", "checkout"),
    "coupon-cancel": ("POST", "/v1/coupons/CPN222222222222/cancel", "checkout"),
    "payout": ("POST", "/v1/ambassadors/$ID/payouts", "admin:write"),
    "payout-confirm": ("POST", "/v1/payouts/pay_1/confirm", "admin:write"),
    "payout-cancel": ("POST", "/v1/payouts/pay_1/cancel", "admin:write"),
    "adjustment": ("POST", "/v1/ambassadors/$ID/adjustments", "admin:write"),
    "decision": ("POST", "/v1/adjustments/adj_1/decision", "admin:write"),
    "gift": ("POST", "/v1/gifts/ent_1/sent", "admin:write"),
    "code": ("PATCH", "/v1/codes/$MAYA", "admin:write"),
    "new-code": ("POST", "/v1/ambassadors/$ID/codes", "admin:write"),
    "program": ("PUT", "/v1/program", "admin:write"),
    "preview": ("POST", "/v1/program/preview", "admin:read"),
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
    "redeem": "/order_id",
    "refund": "/refund_id",
    "review": "/decision",
    "together": "/order_ids",
    "verdict": "/decision",
    "new-key": "/name",
    "spend": "/amount",
    "coupon-confirm": "/order_id",
    "payout": "/amount",
    "payout-confirm": "/reference",
    "payout-cancel": "/note",
    "adjustment": "/reason",
    "decision": "/note",
    "program": "/tiers",
    "preview": "/period",
}


class World(NamedTuple):
    """A shop in which something has happened already, and the names of what is there."""

    shop: Shop
    names: Mapping[str, str]

    def send(self, method: str, path: str, body: object, scope: str | None, **headers: str) -> HTTPResponse:
        """Call with the names put in; the scope of a session calls in Maya's."""
        if scope == SESSION:
            scope, headers = None, {**headers, "Authorization": f"Bearer {self.names['$SESSION']}"}
        raw_body = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        for name, meant in self.names.items():
            path = path.replace(name, meant)
            raw_body = raw_body.replace(name.encode(), meant.encode()) if raw_body else raw_body
            headers = {header: text.replace(name, meant) for header, text in headers.items()}
        return self.shop.call(method, path, raw_body, scope=scope, **headers)


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
    names = {
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


def check_problem(answer: HTTPResponse, status: int, reason: str, pointer: str | None = None) -> Body:
    """Check the one form of every error: RFC 9457, our stable reason, the request's id, and nothing private."""
    text = answer.body.decode()
    assert answer.status_code == status, text
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem: Body = json.loads(text)
    assert problem["reason"] == reason, text
    assert problem["status"] == status
    assert problem["type"] == "about:blank"
    assert problem["title"] == HTTPStatus(status).phrase
    assert problem["detail"]
    assert problem["request_id"]
    assert problem["request_id"] == answer.headers["X-Request-Id"]
    errors = problem.get("errors", [])
    assert ("errors" in problem) == (reason == "invalid_request")
    assert all(error["detail"] and isinstance(error["pointer"], str) for error in errors)
    if pointer is not None:
        assert pointer in [error["pointer"] for error in errors], text
    assert not [part for part in PRIVATE if part in text], text
    assert "Traceback" not in text
    return problem


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
    programs.publish(deps.table(), {**PROGRAM, "open": False}, author="test", now=shop.now)
    shop.days(2 / 24 / 60)
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
