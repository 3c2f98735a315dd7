"""Ambassadors who are signed in at the store."""

from datetime import datetime
from typing import Self

from chalice.app import Response

from chalicelib import deps
from chalicelib.api.subject import known_ambassador
from chalicelib.domain.effects import Create
from chalicelib.domain.model import access
from chalicelib.domain.people.sign_in import url
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
from chalicelib.operations.access.sign_in import hand_over


class NewSession(Shape):
    """A session to begin. The path says all."""


class Session(Answer):
    """An ambassador's session, without what opens it.

    Attributes:
        expires_at: An hour after it began, or a day if your customer was handed over, or 30 days if it was by mail.
        made_by: The id of the key that began it, and with which it ends; `mail` if it was whoever reads the
            ambassador's mail.
        browser: Where it is, as `Firefox, Android`; left out if that is not known, or it is no browser.
        ended_at: When somebody ended it before.
    """

    id: str
    ambassador_id: str
    created_at: datetime
    expires_at: datetime
    made_by: str
    ended_at: datetime | None = None
    browser: str = ""

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
            browser=session.browser,
        )


class BegunSession(Answer):
    """A session that has just begun.

    Attributes:
        token: `rs_…`, for `Authorization: Bearer`. It is in this answer and nowhere else.
        expires_at: An hour from now, or 30 days if it was begun by a mail.
        sign_in_url: Leads your customer to their own pages, signed in there for a day: once, within two minutes. Send
            a form there from your page (`method="post"`), or let them follow it as a link and press the button.
    """

    token: str
    expires_at: datetime
    ambassador_id: str
    id: str
    sign_in_url: str | None = None


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

    It lasts an hour and is not prolonged: begin another one. It ends with the key that began it. Its token is in this
    answer only. `sign_in_url` hands them over to their own pages, without a mail.
    """
    known, by, settings = known_ambassador(ambassador_id).ambassador_id, _caller(call), deps.settings()
    handed = hand_over(known, by, now=deps.now(), chance=deps.chance())
    token, session = sessions.begin(deps.table(), known, by=by, now=deps.now(), beside=[Create(handed)])
    begun = BegunSession(
        token=token,
        expires_at=session.expires_at,
        ambassador_id=session.ambassador_id,
        id=session.id,
        sign_in_url=url(settings.public_url, handed.id, settings.link_keys[0]),
    )
    return json(201, begun)


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
