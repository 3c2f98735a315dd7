"""Server keys: made, listed, revoked."""

from datetime import date, datetime
from typing import Annotated, Any, Self

from chalice.app import Response
from msgspec import Meta

from chalicelib import deps
from chalicelib.domain.model import access
from chalicelib.edge import auth, fields
from chalicelib.edge.answers import Answer, json, once
from chalicelib.edge.call import Call
from chalicelib.edge.fields import (
    Name,
    Shape,
)
from chalicelib.edge.idempotency import idempotency_key, reused
from chalicelib.edge.paging import PAGE, Page, cursor_of, limit_of, page, position_of
from chalicelib.edge.problems import Problem, not_found
from chalicelib.edge.views import leads_to, view
from chalicelib.operations.access import api_keys
from chalicelib.operations.access.api_keys import SCOPES, Scope
from chalicelib.operations.once import Reused


class NewKey(Shape):
    """A server key to be made: what it is for, who answers for it, what it may do.

    Attributes:
        name: What it is for.
        owner: The person or team that answers for it, spelled alike for all their keys. A second admin is a key of
            another owner.
        scopes: What it may do: nothing that the key which asks may not do itself.
    """

    name: Name
    owner: Name
    scopes: Annotated[list[Scope], Meta(min_length=1, max_length=len(SCOPES))]


class ApiKey(Answer, kw_only=True):
    """A server key, without what opens anything.

    Attributes:
        email: Where the admin whose key it is reads the mail by which they sign in; there for admins only.
        owner: The person or team that answers for it.
        made_by: The id of the key that made it, or `operator`.
        last_used: A day (UTC); null if never.
        revoked_at: Null if it was not revoked.
    """

    id: str
    name: str
    owner: str
    scopes: list[str]
    made_by: str
    created_at: datetime
    last_used: date | None
    revoked_at: datetime | None
    email: str | None = None

    @classmethod
    def of(cls, key: access.ApiKey, **beside: Any) -> Self:
        """Show a key."""
        return cls(
            id=key.id,
            name=key.name,
            owner=key.owner,
            scopes=list(key.scopes),
            made_by=key.made_by,
            created_at=key.created_at,
            last_used=key.last_used_at and key.last_used_at.date(),
            revoked_at=key.revoked_at,
            email=key.email,
            **beside,
        )


class MadeKey(ApiKey, kw_only=True):
    """A key that was made, with its secret.

    Attributes:
        secret: `rk_…`, in this answer and nowhere else.
    """

    secret: str | None = None


class Author(Answer):
    """Whose a key is, under whose id is noted who has done what.

    Attributes:
        id: What `author` and its like name.
        owner: The person or team that answers for the key; of an admin their name.
    """

    id: str
    owner: str


@view({200: Page[Author]}, query=PAGE)
def get_authors(call: Call) -> Response:
    """List who is behind the ids of keys, the newest key first, those that were revoked among them.

    It tells nothing of what a key may do.
    """
    query = call.query()
    found, after = _listed(query, "authors")
    return page("/v1/authors", query, [Author(it.id, it.owner) for it in found], cursor_of(after, "authors"))


@view(
    {201: MadeKey, 200: ApiKey},
    body=NewKey,
    keyed=True,
    problems={403: ["scope_not_held"]},
    links=leads_to("delete_key", key_id="$response.body#/id"),
)
def post_key(call: Call, body: NewKey) -> Response:
    """Make a key. Its secret is in this answer only: a repeat gets the key without it.

    If the answer was lost, revoke that key and make another one.
    """
    made = api_keys.make(
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
    if isinstance(made, api_keys.NotAllowed):
        raise not_allowed(made)
    return once(MadeKey.of(made.key, secret=made.secret), replayed=made.secret is None)


@view({200: Page[ApiKey]}, query=PAGE, links=leads_to("delete_key", key_id="$response.body#/items/0/id"))
def get_keys(call: Call) -> Response:
    """List all keys, the newest first, those that were revoked among them. Their secrets are nowhere."""
    query = call.query()
    found, after = _listed(query, "keys")
    return page("/v1/keys", query, [ApiKey.of(key) for key in found], cursor_of(after, "keys"))


@view({200: ApiKey}, problems={404: ["not_found"], 409: ["last_admin_key"]})
def delete_key(call: Call, key_id: str) -> Response:
    """Revoke a key. It stays in the list; a second time changes nothing.

    It makes and revokes no keys from then on; whoever is in the console with it is signed out, and so is every
    ambassador whose session it began. Anything else it may do for up to 60 seconds longer.
    """
    call.query()
    caller, asked = _caller(call), fields.path_id("id", key_id)
    revoked = api_keys.revoke(deps.table(), asked, by=caller, now=deps.now())
    if revoked is None:
        raise not_found("There is no such key.")
    if isinstance(revoked, api_keys.NotAllowed):
        raise not_allowed(revoked)
    auth.forget()
    return json(200, ApiKey.of(revoked))


def _listed(query: dict[str, str], listing: str) -> tuple[list[access.ApiKey], str | None]:
    """Read one page of keys, and the position to go on from."""
    limit = limit_of(query)
    found = list(deps.table().list_api_keys(position_of(query, listing), limit + 1))
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def _caller(call: Call) -> access.ApiKey:
    assert call.caller is not None, "only a key holds these scopes"
    return call.caller


def not_allowed(answer: api_keys.NotAllowed) -> Problem:
    """Return the problem of a key that may not do this to keys, or to admins."""
    match answer.reason:
        case "scope_not_held":
            return Problem(403, "scope_not_held", "A key grants no scope that it does not hold itself.")
        case "revoked":
            auth.forget()
            return auth.unauthenticated()
        case "last_key":
            detail = "No other key may make keys. Make another one first, or nobody but the operator could."
            return Problem(409, "last_admin_key", detail)
