"""People of the shop who sign in to the console by mail, each with scopes of their own."""

from datetime import date, datetime
from typing import Annotated, Self

from chalice.app import Response
from msgspec import Meta, field

from chalicelib import deps
from chalicelib.api.keys import not_allowed
from chalicelib.domain.model.access import ApiKey
from chalicelib.edge import auth, fields
from chalicelib.edge.answers import Answer, json, once
from chalicelib.edge.call import Call
from chalicelib.edge.fields import Email, Name, Shape
from chalicelib.edge.paging import Page
from chalicelib.edge.problems import Problem, not_found
from chalicelib.edge.views import leads_to, view
from chalicelib.operations.access import admins
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
