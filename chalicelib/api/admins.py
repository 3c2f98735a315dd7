"""People of the shop who sign in to the console by mail, each with scopes of their own."""

from datetime import date, datetime
from typing import Annotated, Self

from chalice.app import Response
from msgspec import Meta, field

from chalicelib import deps
from chalicelib.api.keys import not_allowed
from chalicelib.domain.model import access
from chalicelib.domain.model.access import ApiKey
from chalicelib.edge import auth, fields
from chalicelib.edge.answers import Answer, json, once
from chalicelib.edge.call import Call
from chalicelib.edge.fields import Email, Name, Shape
from chalicelib.edge.paging import Page
from chalicelib.edge.problems import Problem, not_found
from chalicelib.edge.scopes import ME
from chalicelib.edge.views import leads_to, view
from chalicelib.operations.access import admins, console_sessions
from chalicelib.operations.access.admins import Taken, Wanted
from chalicelib.operations.access.api_keys import SCOPES, NotAllowed, Scope


class NewAdmin(Shape):
    """Somebody of the shop who is to sign in to the console.

    Attributes:
        email: Where they read their mail. One mailbox is one admin, whatever its spelling.
        name: What they are called: one name for one person. If they have keys of their own, spell it as the `owner` of
            those.
        scopes: What they may do: nothing that the key which asks may not do itself. All that admins can, if left out.
    """

    email: Email
    name: Name
    scopes: Annotated[list[Scope], Meta(min_length=1, max_length=len(SCOPES))] = field(
        default_factory=lambda: ["admin:read", "admin:write", "admin:keys"]
    )


class Admin(Answer, kw_only=True):
    """Somebody of the shop who signs in to the console by mail.

    Attributes:
        id: That of their key, which `GET /v1/keys` lists as well: what they do is noted under it.
        email: Where they read their mail; null once they were revoked.
        made_by: The id of the key that made them, or `operator`.
        last_used: The last day (UTC) on which they were in the console; null if never.
        revoked_at: Null if they were not revoked.
    """

    id: str
    email: str | None
    name: str
    scopes: list[str]
    made_by: str
    created_at: datetime
    last_used: date | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, key: ApiKey) -> Self:
        """Show an admin."""
        return cls(
            id=key.id,
            email=key.email,
            name=key.name,
            scopes=list(key.scopes),
            made_by=key.made_by,
            created_at=key.created_at,
            last_used=key.last_used_at and key.last_used_at.date(),
            revoked_at=key.revoked_at,
        )


class ConsoleSession(Answer, kw_only=True):
    """Where somebody is signed in to the console.

    Attributes:
        admin_id: The admin's, which is that of their key.
        expires_at: Twelve hours after it began.
        browser: As `Firefox, Android`; left out if that is not known.
        ended_at: When somebody ended it before.
    """

    id: str
    admin_id: str
    created_at: datetime
    expires_at: datetime
    browser: str = ""
    ended_at: datetime | None = None

    @classmethod
    def of(cls, session: access.ConsoleSession) -> Self:
        """Show a session, without what opens it."""
        return cls(
            id=session.id,
            admin_id=session.key_id,
            created_at=session.created_at,
            expires_at=session.expires_at,
            browser=session.browser,
            ended_at=session.ended_at,
        )


class EndedSessions(Answer):
    """How many sessions were ended."""

    ended: int


@view(
    {201: Admin, 200: Admin},
    body=NewAdmin,
    problems={403: ["scope_not_held"], 409: ["email_taken"]},
    links=leads_to("delete_admin", admin_id="$response.body#/id"),
)
def post_admin(call: Call, body: NewAdmin) -> Response:
    """Make somebody an admin. They sign in by mail at `/sign-in?to=console`; nobody has a secret of theirs.

    Whoever was made an admin by another one can't be the second admin who approves what that one asks for, nor for
    those who made that one. The surest way to two admins is that the operator makes both.
    """
    wanted = Wanted(body.email, body.name.strip(), body.scopes)
    made = admins.invite(deps.table(), call.key, wanted, pepper=deps.settings().pepper, now=deps.now())
    if isinstance(made, NotAllowed):
        raise not_allowed(made)
    if isinstance(made, Taken):
        detail = f"{made.by.id} reads this mailbox, under another name or with other scopes. Revoke that one first."
        raise Problem(409, "email_taken", detail)
    return once(Admin.of(made.key), replayed=not made.new)


@view({200: Page[Admin]}, links=leads_to("delete_admin", admin_id="$response.body#/items/0/id"))
def get_admins(call: Call) -> Response:
    """List all admins, the newest first. Those who were revoked are among the keys."""
    call.query()
    return json(200, Page(items=[Admin.of(it) for it in admins.all_of(deps.table())], next_cursor=None))


@view({200: Admin}, problems={404: ["not_found"], 409: ["last_admin_key"]})
def delete_admin(call: Call, admin_id: str) -> Response:
    """Revoke an admin: they are signed out at once, and their address is forgotten. A second time changes nothing.

    It is free then, for them or somebody else.
    """
    call.query()
    revoked = admins.revoke(deps.table(), fields.path_id("id", admin_id), by=call.key, now=deps.now())
    if revoked is None:
        raise not_found("There is no such admin.")
    if isinstance(revoked, NotAllowed):
        raise not_allowed(revoked)
    auth.forget()
    return json(200, Admin.of(revoked))


@view(
    {200: Page[ConsoleSession]},
    problems={404: ["not_found"]},
    links=leads_to(
        "delete_admin_session", admin_id="$response.body#/items/0/admin_id", session_id="$response.body#/items/0/id"
    ),
)
def get_admin_sessions(call: Call, admin_id: str) -> Response:
    """List where an admin, or a key, is signed in to the console, the newest first.

    One's own are `me`; those of others take `admin:keys`.
    """
    call.query()
    found = console_sessions.of_key(deps.table(), _known(call, admin_id), now=deps.now())
    return json(200, Page(items=[ConsoleSession.of(it) for it in found], next_cursor=None))


@view({200: EndedSessions}, problems={404: ["not_found"]})
def delete_admin_sessions(call: Call, admin_id: str) -> Response:
    """Sign an admin out of the console everywhere, at once."""
    call.query()
    known = _known(call, admin_id)
    return json(200, EndedSessions(console_sessions.end_all(deps.table(), known, now=deps.now())))


@view({200: ConsoleSession}, problems={404: ["not_found"]})
def delete_admin_session(call: Call, admin_id: str, session_id: str) -> Response:
    """Sign an admin out of the console in one browser, at once. A second time changes nothing."""
    call.query()
    known, asked = _known(call, admin_id), fields.path_id("session_id", session_id)
    ended = console_sessions.end(deps.table(), known, asked, now=deps.now())
    if ended is None:
        raise not_found("There is no such session.")
    return json(200, ConsoleSession.of(ended))


def _known(call: Call, admin_id: str) -> str:
    """The id of a key whose sessions the caller may see: its own, by `me` too, or with `admin:keys` any.

    Raises:
        Problem: 404; also to whoever may not see it.
    """
    asked = call.key.id if admin_id == ME else fields.path_id("id", admin_id)
    if asked != call.key.id and (not call.may("admin:keys") or deps.table().find_api_key(asked) is None):
        raise not_found("There is no such admin.")
    return asked
