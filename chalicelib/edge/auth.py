"""Who calls, and what they may do."""

from collections.abc import Callable, Collection
from datetime import UTC, datetime, time, timedelta

from chalice.app import Request

from chalicelib import deps
from chalicelib.domain.model.access import ApiKey, Session
from chalicelib.edge.problems import Problem, bad_field, unknown_ambassador, unknown_person
from chalicelib.edge.scopes import ANYONE, CONSOLE, ME, SESSION
from chalicelib.operations.access import api_keys
from chalicelib.telemetry import logger

KEY_KEPT = timedelta(seconds=60)
"""How long a revoked key may still work in a warm function."""

_keys: dict[str, tuple[datetime, ApiKey]] = {}
_is_guessed = False
"""Whether somebody has come with what nobody knows, so that it is counted who does."""


def unauthenticated() -> Problem:
    """A 401 for a request without a key or session, or with one that is not valid any more."""
    return Problem(
        401,
        "unauthenticated",
        "Send a valid key as 'Authorization: Bearer rk_…', or, where it is admitted, a session 'rs_…'.",
        headers={"WWW-Authenticate": "Bearer"},
    )


def forget() -> None:
    """Drop the keys that are kept: one was revoked, or a test's next system knows others."""
    _keys.clear()


def authenticated(request: Request, scopes: Collection[str]) -> ApiKey | Session | None:
    """Find who calls, by the header of the API or, for a page, by the browser's cookie; None if nobody known does."""
    if not {ME, CONSOLE}.isdisjoint(scopes):
        from chalicelib.edge import doors  # a checkout comes through none

        door = CONSOLE if CONSOLE in scopes else ME
        return _guessed(request, lambda: doors.signed_in(request, door)) if doors.cookie(request, door) else None
    scheme, _, told = request.headers.get("authorization", "").partition(" ")
    secret = told.strip()
    if scheme.lower() != "bearer" or not secret:
        return None
    return _known(secret) if api_keys.digest_of(secret) in _keys else _guessed(request, lambda: _known(secret))


def authorise(who: ApiKey | Session | None, scopes: Collection[str]) -> None:
    """See that whoever calls holds one of the scopes of a route.

    A page leads whoever has not signed in to where they do: it answers that itself.

    Raises:
        Problem: 401 to nobody known, 403 to somebody who may not.
    """
    if not {ANYONE, ME, CONSOLE}.isdisjoint(scopes):
        return
    if who is None:
        raise unauthenticated()
    if not set(scopes) & set(who.scopes if isinstance(who, ApiKey) else (SESSION,)):
        raise Problem(403, "wrong_scope", _wrong_scope(who, scopes))


def _wrong_scope(who: ApiKey | Session, scopes: Collection[str]) -> str:
    taken = " or ".join(scope for scope in scopes if scope != SESSION)
    if isinstance(who, ApiKey) and not taken:
        return "A key may not do that; it takes an ambassador's session."
    holder = "This key" if isinstance(who, ApiKey) else "An ambassador's session"
    return f"{holder} may not do that; it takes the scope {taken}."


def resolved(parameters: dict[str, str], who: ApiKey | Session | None) -> dict[str, str]:
    """Return the parameters of a path, with the ambassador or the person whom it is about by their id.

    A session learns of nobody else, not even whether there is such an ambassador.

    Raises:
        Problem: 404 to a session that asks for somebody else, 400 to a key that says `me`.
    """
    if "person_id" in parameters:
        return {**parameters, "person_id": _person(parameters["person_id"], who)}
    named = parameters.get("ambassador_id")
    if named is None:
        return parameters
    if isinstance(who, Session):
        if named not in {ME, who.ambassador_id} and named != _led(who.ambassador_id):
            raise unknown_ambassador()
        return {**parameters, "ambassador_id": who.ambassador_id}
    if named == ME:
        raise bad_field("/id", "is an ambassador's id: 'me' is for a session, and this is a key")
    return parameters


def _person(person_id: str, who: ApiKey | Session | None) -> str:
    """The id of the person whom a path is about: in a session, of whoever acts in it."""
    if not isinstance(who, Session):
        if person_id == ME:
            raise bad_field("/id", "is a person's id: 'me' is for a session, and this is a key")
        return person_id
    from chalicelib.operations.people.merged import profile_of  # a checkout knows no sessions

    profile = profile_of(deps.table(), who.ambassador_id)
    if profile is None:
        raise unknown_person()
    own = profile.person_id
    if person_id not in {ME, own}:
        people = deps.table().read_people([own, person_id])
        if person_id not in people or people[person_id].id != people[own].id:
            raise unknown_person()
    return own


def _led(ambassador_id: str) -> str | None:
    """Who an ambassador is now: a session that began before a merger goes on after it."""
    from chalicelib.operations.people.merged import profile_of  # a checkout knows no sessions

    profile = profile_of(deps.table(), ambassador_id)
    return profile.ambassador_id if profile else None


def _guessed(request: Request, find: Callable[[], ApiKey | Session | None]) -> ApiKey | Session | None:
    """Find who has what was sent, unless there was too much from there that nobody has.

    Raises:
        Problem: 429.
    """
    global _is_guessed  # noqa: PLW0603 - this module is where the process keeps whom it has met
    if _is_guessed:
        from chalicelib.edge import brake  # a checkout's key is known

        brake.hold_guesses(request)
    who = find()
    if who is None:
        from chalicelib.edge import brake  # as above

        _is_guessed = True
        brake.count_guess(request)
    return who


def _known(secret: str) -> ApiKey | Session | None:
    """Find who has a secret. Sessions are many and short, so none is kept in memory."""
    if secret.startswith(api_keys.SESSION_PREFIX):
        from chalicelib.operations.access import sessions  # a checkout has a key

        return sessions.find(deps.table(), secret, now=deps.now())
    key = _key(secret)
    return key if key and key.revoked_at is None else None


def _key(secret: str) -> ApiKey | None:
    """Find a key, from memory if it was seen within the last minute."""
    digest, now = api_keys.digest_of(secret), deps.now()
    kept = _keys.get(digest)
    if kept and abs(now - kept[0]) <= KEY_KEPT:
        return kept[1]
    _keys.pop(digest, None)
    key = deps.table().read_api_key(digest)
    if key is not None:
        _keys[digest] = now, key
        note_use(key, now)
    return key


def note_use(key: ApiKey, now: datetime) -> None:
    """Note the first use of a key on a day. It is a hint for admins: no request fails for it."""
    today = datetime.combine(now.date(), time(), UTC)
    if key.revoked_at is None and (key.last_used_at is None or key.last_used_at < today):
        try:
            deps.table().note_key_used(key, now, today)
        except Exception:  # noqa: BLE001 - whatever went wrong, the request that the key came with matters more
            logger.warning("the use of a key could not be noted", exc_info=True)
