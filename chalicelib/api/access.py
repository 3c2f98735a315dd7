"""Who may call: server keys are made, listed and revoked, and ambassadors' sessions begin, are listed and end."""

from chalice.app import Blueprint, Response

from chalicelib import deps
from chalicelib.api import auth, present, schemas
from chalicelib.api.ambassadors import known_ambassador
from chalicelib.api.auth import SESSION, Call, json, once, route
from chalicelib.api.pages import cursor_of, limit_of, page, position_of
from chalicelib.api.problems import Problem, not_found
from chalicelib.api.repeats import attempt, reused
from chalicelib.domain.model import ApiKey
from chalicelib.operations import keys
from chalicelib.operations.attempts import Reused

blueprint = Blueprint(__name__)


@route(blueprint, "POST", "/v1/keys", "admin:keys")
def post_key(call: Call) -> Response:
    """Make a key. Its secret is in this answer only: a repeat gets the key without it."""
    told = call.body(schemas.NewKey)
    made = keys.make(
        deps.table(),
        _caller(call),
        name=told.name.strip(),
        owner=told.owner.strip(),
        scopes=told.scopes,
        attempt=attempt(call, told),
        now=deps.now(),
    )
    if isinstance(made, Reused):
        raise reused()
    if isinstance(made, keys.NotAllowed):
        raise _not_allowed(made)
    shown = present.api_key(made.key)
    return once(shown if made.secret is None else {**shown, "secret": made.secret}, replayed=made.secret is None)


@route(blueprint, "GET", "/v1/keys", "admin:keys")
def get_keys(call: Call) -> Response:
    """List all keys, the newest first, those that were revoked among them. Their secrets are nowhere."""
    query = call.query("limit", "cursor")
    limit = limit_of(query)
    found = list(deps.table().list_api_keys(position_of(query, "keys"), limit + 1))
    after = found[limit - 1].id if len(found) > limit else None
    return page("/v1/keys", query, [present.api_key(key) for key in found[:limit]], cursor_of(after, "keys"))


@route(blueprint, "DELETE", "/v1/keys/{key_id}", "admin:keys")
def delete_key(call: Call, key_id: str) -> Response:
    """Revoke a key. It stays in the list; a second time changes nothing."""
    call.query()
    caller, asked = _caller(call), schemas.path_id("id", key_id)
    revoked = keys.revoke(deps.table(), asked, by=caller, now=deps.now())
    if revoked is None:
        raise not_found("There is no such key.")
    if isinstance(revoked, keys.NotAllowed):
        raise _not_allowed(revoked)
    auth.forget()
    return json(200, present.api_key(revoked))


@route(blueprint, "POST", "/v1/ambassadors/{ambassador_id}/sessions", "enrol")
def post_session(call: Call, ambassador_id: str) -> Response:
    """Begin a session for an ambassador who is signed in at the shop. Its token is in this answer only."""
    from chalicelib.operations import sessions

    call.body(schemas.NewSession)
    known = known_ambassador(ambassador_id).ambassador_id
    token, session = sessions.begin(deps.table(), known, by=_caller(call), now=deps.now())
    told = {"token": token, "expires_at": session.expires_at, "ambassador_id": session.ambassador_id, "id": session.id}
    return json(201, told)


@route(blueprint, "GET", "/v1/ambassadors/{ambassador_id}/sessions", "enrol", "admin:read", SESSION)
def get_sessions(call: Call, ambassador_id: str) -> Response:
    """List an ambassador's sessions that are not over, the newest first. Their tokens are nowhere."""
    from chalicelib.operations import sessions

    call.query()
    found = sessions.of_ambassador(deps.table(), known_ambassador(ambassador_id).kin, now=deps.now())
    return json(200, {"items": [present.session(it) for it in found], "next_cursor": None})


@route(blueprint, "DELETE", "/v1/ambassadors/{ambassador_id}/sessions", "enrol", "admin:write", SESSION)
def delete_sessions(call: Call, ambassador_id: str) -> Response:
    """End all sessions of an ambassador, at once; in a session, that one as well."""
    from chalicelib.operations import sessions

    call.query()
    kin = known_ambassador(ambassador_id).kin
    return json(200, {"ended": sessions.end_all(deps.table(), kin, now=deps.now())})


@route(blueprint, "DELETE", "/v1/ambassadors/{ambassador_id}/sessions/{session_id}", "enrol", "admin:write", SESSION)
def delete_session(call: Call, ambassador_id: str, session_id: str) -> Response:
    """End one session of an ambassador, at once. A second time changes nothing."""
    from chalicelib.operations import sessions

    call.query()
    kin, asked = known_ambassador(ambassador_id).kin, schemas.path_id("session_id", session_id)
    ended = sessions.end(deps.table(), kin, asked, now=deps.now())
    if ended is None:
        raise not_found("There is no such session.")
    return json(200, present.session(ended))


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
