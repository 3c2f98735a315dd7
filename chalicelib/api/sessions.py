"""Ambassadors' sessions: begun, listed, ended."""

from chalice.app import Response

from chalicelib import deps
from chalicelib.api.subject import known_ambassador
from chalicelib.domain.model.access import ApiKey, Session
from chalicelib.edge import fields
from chalicelib.edge.answers import Body, given, json
from chalicelib.edge.call import Call
from chalicelib.edge.fields import (
    Shape,
)
from chalicelib.edge.problems import not_found
from chalicelib.edge.views import view
from chalicelib.operations.access import sessions


class NewSession(Shape):
    """A session to begin. The path says all."""


@view({200: dict}, body=NewSession)
def post_session(call: Call, body: NewSession, ambassador_id: str) -> Response:
    """Begin a session for an ambassador who is signed in at the shop. Its token is in this answer only."""
    known = known_ambassador(ambassador_id).ambassador_id
    token, session = sessions.begin(deps.table(), known, by=_caller(call), now=deps.now())
    begun = {"token": token, "expires_at": session.expires_at, "ambassador_id": session.ambassador_id, "id": session.id}
    return json(201, begun)


@view({200: dict})
def get_sessions(call: Call, ambassador_id: str) -> Response:
    """List an ambassador's sessions that are not over, the newest first. Their tokens are nowhere."""
    call.query()
    found = sessions.of_ambassador(deps.table(), known_ambassador(ambassador_id).kin, now=deps.now())
    return json(200, {"items": [session_shown(it) for it in found], "next_cursor": None})


@view({200: dict})
def delete_sessions(call: Call, ambassador_id: str) -> Response:
    """End all sessions of an ambassador, at once; in a session, that one as well."""
    call.query()
    kin = known_ambassador(ambassador_id).kin
    return json(200, {"ended": sessions.end_all(deps.table(), kin, now=deps.now())})


@view({200: dict})
def delete_session(call: Call, ambassador_id: str, session_id: str) -> Response:
    """End one session of an ambassador, at once. A second time changes nothing."""
    call.query()
    kin, asked = known_ambassador(ambassador_id).kin, fields.path_id("session_id", session_id)
    ended = sessions.end(deps.table(), kin, asked, now=deps.now())
    if ended is None:
        raise not_found("There is no such session.")
    return json(200, session_shown(ended))


def _caller(call: Call) -> ApiKey:
    assert call.caller is not None, "only a key holds these scopes"
    return call.caller


def session_shown(stored: Session) -> Body:
    """An ambassador's session, without what opens it."""
    shown: Body = {
        "id": stored.id,
        "ambassador_id": stored.ambassador_id,
        "created_at": stored.created_at,
        "expires_at": stored.expires_at,
        "made_by": stored.made_by,
        "ended_at": stored.ended_at,
    }
    return given(shown)
