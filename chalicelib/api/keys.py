"""Server keys: made, listed, revoked."""

from typing import Annotated

from chalice.app import Response
from msgspec import Meta

from chalicelib import deps
from chalicelib.domain.model.access import ApiKey
from chalicelib.edge import auth, fields
from chalicelib.edge.answers import Body, json, once
from chalicelib.edge.call import Call
from chalicelib.edge.fields import (
    Name,
    Shape,
)
from chalicelib.edge.idempotency import idempotency_key, reused
from chalicelib.edge.paging import cursor_of, limit_of, page, position_of
from chalicelib.edge.problems import Problem, not_found
from chalicelib.edge.views import view
from chalicelib.operations.access import keys
from chalicelib.operations.access.keys import SCOPES, Scope
from chalicelib.operations.once import Reused


class NewKey(Shape):
    """A server key to be made: what it is for, who answers for it, what it may do."""

    name: Name
    owner: Name
    scopes: Annotated[list[Scope], Meta(min_length=1, max_length=len(SCOPES))]


@view({200: dict}, body=NewKey, keyed=True)
def post_key(call: Call, body: NewKey) -> Response:
    """Make a key. Its secret is in this answer only: a repeat gets the key without it."""
    made = keys.make(
        deps.table(),
        _caller(call),
        name=body.name.strip(),
        owner=body.owner.strip(),
        scopes=body.scopes,
        idempotency_key=idempotency_key(call, body),
        now=deps.now(),
    )
    if isinstance(made, Reused):
        raise reused()
    if isinstance(made, keys.NotAllowed):
        raise _not_allowed(made)
    shown = api_key(made.key)
    return once(shown if made.secret is None else {**shown, "secret": made.secret}, replayed=made.secret is None)


@view({200: dict}, query={"limit": str, "cursor": str})
def get_keys(call: Call) -> Response:
    """List all keys, the newest first, those that were revoked among them. Their secrets are nowhere."""
    query = call.query()
    limit = limit_of(query)
    found = list(deps.table().list_api_keys(position_of(query, "keys"), limit + 1))
    after = found[limit - 1].id if len(found) > limit else None
    return page("/v1/keys", query, [api_key(key) for key in found[:limit]], cursor_of(after, "keys"))


@view({200: dict})
def delete_key(call: Call, key_id: str) -> Response:
    """Revoke a key. It stays in the list; a second time changes nothing."""
    call.query()
    caller, asked = _caller(call), fields.path_id("id", key_id)
    revoked = keys.revoke(deps.table(), asked, by=caller, now=deps.now())
    if revoked is None:
        raise not_found("There is no such key.")
    if isinstance(revoked, keys.NotAllowed):
        raise _not_allowed(revoked)
    auth.forget()
    return json(200, api_key(revoked))


def _caller(call: Call) -> ApiKey:
    assert call.caller is not None, "only a key holds these scopes"
    return call.caller


def _not_allowed(answer: keys.NotAllowed) -> Problem:
    match answer.reason:
        case "scope_not_held":
            return Problem(403, "scope_not_held", "A key grants no scope that it does not hold itself.")
        case "revoked":
            auth.forget()
            return auth.unauthenticated()
        case "last_key":
            detail = "No other key may make keys. Make another one first, or nobody but the operator could."
            return Problem(409, "last_admin_key", detail)


def api_key(stored: ApiKey) -> Body:
    """A server key, without what opens anything. `last_used` is a day: when exactly is not kept."""
    return {
        "id": stored.id,
        "name": stored.name,
        "owner": stored.owner,
        "scopes": list(stored.scopes),
        "made_by": stored.made_by,
        "created_at": stored.created_at,
        "last_used": stored.last_used_at and stored.last_used_at.date(),
        "revoked_at": stored.revoked_at,
    }
