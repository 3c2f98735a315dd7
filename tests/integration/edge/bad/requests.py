"""Requests with one thing wrong, and the answers that they deserve."""

import json
from collections.abc import Mapping
from typing import NamedTuple

from memory.shop import PROGRAM, Body, eur

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
KEYED = {"Idempotency_Key": "a-1"}
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
    return Case(f"new-key-{case}", "POST", "/v1/keys", "admin:keys", body, 400, "invalid_request", pointer, KEYED)


def spend(case: str, pointer: str, **changes: object) -> Case:
    """A coupon asked for with something wrong at `pointer`."""
    path, body = "/v1/ambassadors/me/spends", changed(SPEND, changes)
    return Case(f"spend-{case}", "POST", path, SESSION, body, 400, "invalid_request", pointer, KEYED)


def payout(case: str, pointer: str, **changes: object) -> Case:
    """A payout with something wrong at `pointer`."""
    path, body = "/v1/ambassadors/$ID/payouts", changed({**SPEND, "reference": "2026-11"}, changes)
    return Case(f"payout-{case}", "POST", path, "admin:write", body, 400, "invalid_request", pointer, KEYED)


def adjustment(case: str, pointer: str, **changes: object) -> Case:
    """An adjustment with something wrong at `pointer`."""
    path, body = "/v1/ambassadors/$ID/adjustments", changed(ADJUSTMENT, changes)
    return Case(f"adjustment-{case}", "POST", path, "admin:write", body, 400, "invalid_request", pointer, KEYED)


def closing(case: str, path: str, body: object, pointer: str, scope: str = "admin:write") -> Case:
    """A word about a coupon, a payout, an adjustment or a gift, with something wrong at `pointer`."""
    return Case(f"closing-{case}", "POST", path, scope, body, 400, "invalid_request", pointer)


def returning(case: str, pointer: str, **changes: object) -> Case:
    """Something returned of a coupon or a payout, with something wrong at `pointer`."""
    path = f"/v1/{'payouts/pay_1' if case.startswith('payout') else 'coupons/CPN222222222222'}/return"
    body = changed({**SPEND, "note": "sent back"}, changes)
    return Case(f"return-{case}", "POST", path, "admin:write", body, 400, "invalid_request", pointer, KEYED)


def idempotency_key(case: str, **sent: str) -> Case:
    """A server key asked for without an Idempotency-Key that can be one."""
    path, scope, pointer = "/v1/keys", "admin:keys", "Idempotency-Key"
    return Case(f"idempotency-key-{case}", "POST", path, scope, NEW_KEY, 400, "invalid_request", pointer, sent)


def claim(case: str, pointer: str, **changes: object) -> Case:
    """A claim with something wrong at `pointer`."""
    path, body = "/v1/ambassadors/me/claims", changed(CLAIM, changes)
    return Case(f"claim-{case}", "POST", path, SESSION, body, 400, "invalid_request", pointer, KEYED)


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
    return Case(f"new-code-{case}", "POST", path, "admin:write", told, 400, reason, pointer, KEYED)


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
