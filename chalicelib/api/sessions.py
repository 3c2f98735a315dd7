"""Ambassadors who are signed in at the store."""

from datetime import datetime
from typing import Self

from chalice.app import Response

from chalicelib import deps
from chalicelib.api.subject import known_ambassador
from chalicelib.domain.model import access
from chalicelib.edge import fields
from chalicelib.edge.answers import Answer, json
from chalicelib.edge.call import Call
from chalicelib.edge.fields import (
    Shape,
)
from chalicelib.edge.paging import Page
from chalicelib.edge.problems import not_found
from chalicelib.edge.views import leads_to, view
from chalicelib.operations.access import sessions


class NewSession(Shape):
    """A session to begin. The path says all."""


class Session(Answer):
    """An ambassador's session, without what opens it.

    Attributes:
        expires_at: An hour after it began, and never later.
        made_by: The id of the key that began it.
        ended_at: When somebody ended it before.
    """

    id: str
    ambassador_id: str
    created_at: datetime
    expires_at: datetime
    made_by: str
    ended_at: datetime | None = None

    @classmethod
    def of(cls, session: access.Session) -> Self:
        """Show a session."""
        return cls(
            id=session.id,
            ambassador_id=session.ambassador_id,
            created_at=session.created_at,
            expires_at=session.expires_at,
            made_by=session.made_by,
            ended_at=session.ended_at,
        )


class BegunSession(Answer):
    """A session that has just begun.

    Attributes:
        token: `rs_…`, for `Authorization: Bearer`. It is in this answer and nowhere else.
        expires_at: An hour from now.
    """

    token: str
    expires_at: datetime
    ambassador_id: str
    id: str


class EndedSessions(Answer):
    """How many sessions were ended."""

    ended: int


@view(
    {201: BegunSession},
    body=NewSession,
    problems={404: ["not_found"]},
    links=leads_to("get_sessions delete_sessions get_ambassador", ambassador_id="$response.body#/ambassador_id")
    | leads_to("delete_session", ambassador_id="$response.body#/ambassador_id", session_id="$response.body#/id"),
)
def post_session(call: Call, body: NewSession, ambassador_id: str) -> Response:
    """Begin a session for an ambassador who is signed in at the shop.

    It lasts an hour and is not prolonged: begin another one. Its token is in this answer only.
    """
    known = known_ambassador(ambassador_id).ambassador_id
    token, session = sessions.begin(deps.table(), known, by=_caller(call).id, now=deps.now())
    return json(201, BegunSession(token, session.expires_at, session.ambassador_id, session.id))


@view(
    {200: Page[Session]},
    problems={404: ["not_found"]},
    links=leads_to(
        "delete_session", ambassador_id="$response.body#/items/0/ambassador_id", session_id="$response.body#/items/0/id"
    ),
)
def get_sessions(call: Call, ambassador_id: str) -> Response:
    """List an ambassador's sessions that are not over, the newest first. Their tokens are nowhere."""
    call.query()
    found = sessions.of_ambassador(deps.table(), known_ambassador(ambassador_id).kin, now=deps.now())
    return json(200, Page(items=[Session.of(it) for it in found], next_cursor=None))


@view({200: EndedSessions}, problems={404: ["not_found"]})
def delete_sessions(call: Call, ambassador_id: str) -> Response:
    """End all sessions of an ambassador, at once; in a session, that one as well."""
    call.query()
    kin = known_ambassador(ambassador_id).kin
    return json(200, EndedSessions(sessions.end_all(deps.table(), kin, now=deps.now())))


@view({200: Session}, problems={404: ["not_found"]})
def delete_session(call: Call, ambassador_id: str, session_id: str) -> Response:
    """End one session of an ambassador, at once. A second time changes nothing."""
    call.query()
    kin, asked = known_ambassador(ambassador_id).kin, fields.path_id("session_id", session_id)
    ended = sessions.end(deps.table(), kin, asked, now=deps.now())
    if ended is None:
        raise not_found("There is no such session.")
    return json(200, Session.of(ended))


def _caller(call: Call) -> access.ApiKey:
    assert call.caller is not None, "only a key holds these scopes"
    return call.caller
