"""Requests without a natural key: their header `Idempotency-Key` distinguishes a repeat from another request.

A view of such a route reads (`post_key` is one):

    made = spend(deps.table(), …, idempotency_key=idempotency_key(call, body), now=deps.now())
    if isinstance(made, Reused):
        raise reused()
    return once(spend_of(made.spend), replayed=made.replayed)

`idempotency_key` answers 400 without the header, `reused` 422 when the key came with another request before, and `once`
201 the first time, then 200 with `Idempotent-Replayed: true`. The operation decides by `operations.once.decide_once`.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import msgspec

from chalicelib import deps
from chalicelib.domain.model.access import IdempotencyKey
from chalicelib.edge.call import Call
from chalicelib.edge.fields import Shape, content
from chalicelib.edge.problems import Problem, bad_field
from chalicelib.operations.access.api_keys import normal_owner
from chalicelib.operations.program.programs import NoProgramError

HEADER = "Idempotency-Key"

_PRINTABLE = re.compile(r"[ -~]{1,128}")


def idempotency_key(call: Call, body: Shape, ambassador_id: str | None = None) -> IdempotencyKey:
    """Read the header of a request with this body.

    It is the caller's own on this route: an ambassador's whatever the session, an owner's whatever the key. What was
    asked is the content of the body, not its spelling, and the parameters of the path; it is hashed with the pepper,
    because it may name people. With `ambassador_id` it is as if that were the session's.

    Raises:
        Problem: 400 when the header is missing or can't be a key.
    """
    given = call.header(HEADER.lower()).strip()
    if not _PRINTABLE.fullmatch(given):
        raise bad_field(HEADER, "is a required header: 1 to 128 printable ASCII characters, new for each new request")
    who, parameters = ambassador_id or (call.session and call.session.ambassador_id), call.parameters
    caller = ("ambassador", who) if who else ("owner", _owner(call))
    if ambassador_id and "ambassador_id" in parameters:
        parameters = {**parameters, "ambassador_id": ambassador_id}
    name = msgspec.json.encode([call.request.method, call.request.path, *caller, given])
    asked = msgspec.json.encode([parameters, content(body)], order="sorted")
    pepper = hashlib.sha256(deps.settings().pepper).digest()
    return IdempotencyKey(
        digest=hashlib.sha256(name).hexdigest(),
        fingerprint=hashlib.blake2b(asked, key=pepper, digest_size=16).hexdigest(),
        recorded_at=deps.now(),
        expires_at=_expiry(),
    )


def key_as(call: Call, body: Shape) -> Callable[[str], IdempotencyKey] | None:
    """Return the key of the same request in a session of another id; None for a server key, which is no ambassador's.

    An ambassador who was merged had other ids, and may repeat a request that was made under one of them.
    """
    return partial(idempotency_key, call, body) if call.session else None


def reused() -> Problem:
    """A 422 to another request under a key that has been used."""
    detail = f"This {HEADER} came with another request before. That one stands; this one was not carried out."
    return Problem(422, "idempotency_key_reused", detail)


def _expiry() -> datetime | None:
    """When a key of now is forgotten, by the rules in force."""
    try:
        days = deps.program().retention.idempotency_days
    except NoProgramError:
        return None
    return None if days is None else deps.now() + timedelta(days=days)


def _owner(call: Call) -> str:
    assert call.caller is not None, "a route that takes a key is not for anyone"
    return normal_owner(call.caller.owner)
