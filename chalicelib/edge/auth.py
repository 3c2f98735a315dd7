"""Who calls, and what they may do. Every route is made by `route`, which won't take one without a scope."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any, TypeVar

import msgspec
from chalice.app import Blueprint, Request, Response

from chalicelib import deps
from chalicelib.domain.model.access import ApiKey, Session
from chalicelib.edge import browsers
from chalicelib.edge.fields import parse
from chalicelib.edge.problems import Problem, bad_field, unknown_ambassador
from chalicelib.operations.access import keys
from chalicelib.operations.program.programs import NoProgramError
from chalicelib.store.table import BusyError
from chalicelib.telemetry import logger

KEY_KEPT = timedelta(seconds=60)
"""How long a revoked key may still work in a warm function."""

ANYONE = "anyone"
"""The scope of a public route."""

SESSION = "session"
"""The scope of a route that is open to an ambassador's session, for what concerns that ambassador."""

ME = "me"
"""How a session names its ambassador in a path."""

_keys: dict[str, tuple[datetime, ApiKey]] = {}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call:
    """One request, as a view sees it: made with a server key (`caller`), in a `session`, or (neither) by anyone.

    `parameters` are those of the path. `{ambassador_id}` in it is resolved: never `me`, and in a session the session's.
    """

    request: Request
    caller: ApiKey | None = None
    session: Session | None = None
    parameters: dict[str, str] = field(default_factory=dict)

    @property
    def ambassador_id(self) -> str | None:
        """Whom the route is about, if it is about one ambassador."""
        return self.session.ambassador_id if self.session else self.parameters.get("ambassador_id")

    @property
    def key(self) -> ApiKey:
        """The server key behind a request to a route that is open to keys alone."""
        assert self.caller is not None, "this route is open to others as well"
        return self.caller

    def body(self, kind: type[T]) -> T:
        """Parse the JSON body.

        Raises:
            Problem: 400 or 413, saying what is wrong and where.
        """
        raw = self.request.raw_body
        return parse(raw if isinstance(raw, bytes) else raw.encode(), kind)

    def query(self, *allowed: str) -> dict[str, str]:
        """Return the query parameters, each of which must be one of `allowed` and may appear once.

        Raises:
            Problem: 400, naming the parameter.
        """
        found: dict[str, str] = {}
        for name in self.request.query_params or ():
            values = self.request.query_params.getlist(name) if self.request.query_params else []
            if name not in allowed or len(values) != 1:
                detail = "is given more than once" if name in allowed else "is not a parameter of this route"
                raise Problem(
                    400, "invalid_request", f"?{name} {detail}.", errors=[{"pointer": f"?{name}", "detail": detail}]
                )
            found[name] = values[0]
        return found

    def header(self, name: str) -> str:
        """Return a header as the client sent it, empty if it did not."""
        sent: dict[str, str] = self.request.to_original_event()["headers"] or {}
        return next((value for key, value in sent.items() if key.lower() == name), "")

    def may(self, scope: str) -> bool:
        """Tell whether the caller holds a scope beyond the one the route asks for."""
        return self.caller is not None and scope in self.caller.scopes


def route(
    blueprint: Blueprint, method: str, path: str, *scopes: str
) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Register a view for callers that hold one of `scopes`; `ANYONE` makes it public, `SESSION` admits ambassadors.

    The view is called with a `Call` and the path's parameters. HEAD comes with GET, and pages of a browser may read
    what is not for server keys alone.
    """
    if not scopes:
        raise TypeError(f"{method} {path} names no scope")

    def register(view: Callable[..., Response]) -> Callable[..., Response]:
        def handle(**parameters: str) -> Response:
            request = blueprint.current_request
            try:
                call = _call(request, _authorise(request, scopes), parameters)
                return view(call, **call.parameters)
            except (BusyError, NoProgramError) as error:
                raise _later(error) from error

        handle.__name__ = view.__name__
        handle.__doc__ = view.__doc__
        handle.scopes = scopes  # type: ignore[attr-defined]
        methods = ["GET", "HEAD"] if method == "GET" else [method]
        content_types = [] if method in {"GET", "DELETE"} else ["application/json"]
        blueprint.route(path, methods=methods, content_types=content_types, name=view.__name__)(handle)
        if {ANYONE, SESSION} & set(scopes):
            browsers.admit(blueprint, path, methods, browsers.EVERYBODY if ANYONE in scopes else browsers.SHOP)
        return handle

    return register


def json(status: int, body: Any, **headers: str) -> Response:
    """Answer with JSON; a header's underscores stand for hyphens."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Response(
        body=msgspec.json.encode(body).decode() + "\n",
        status_code=status,
        headers={"Content-Type": "application/json", "Cache-Control": "no-store", **named},
    )


def once(body: Any, *, replayed: bool) -> Response:
    """Answer 201 the first time, then 200 with the stored body and a mark."""
    return json(200, body, Idempotent_Replayed="true") if replayed else json(201, body)


def unauthenticated() -> Problem:
    """A 401 to whoever brings no key and no session, or one that is not valid any more."""
    return Problem(
        401,
        "unauthenticated",
        "Send a valid key as 'Authorization: Bearer rk_…', or, where it is admitted, a session 'rs_…'.",
        headers={"WWW-Authenticate": "Bearer"},
    )


def forget() -> None:
    """Drop the keys that are kept: one was revoked, or a test's next system knows others."""
    _keys.clear()


def _authorise(request: Request, scopes: tuple[str, ...]) -> ApiKey | Session | None:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if ANYONE in scopes and not secret:
        return None
    who = _known(secret.strip()) if scheme.lower() == "bearer" and secret.strip() else None
    if ANYONE in scopes:
        return who
    if who is None:
        raise unauthenticated()
    if not set(scopes) & set(who.scopes if isinstance(who, ApiKey) else (SESSION,)):
        raise Problem(403, "wrong_scope", _wrong_scope(who, scopes))
    return who


def _wrong_scope(who: ApiKey | Session, scopes: tuple[str, ...]) -> str:
    taken = " or ".join(scope for scope in scopes if scope != SESSION)
    if isinstance(who, ApiKey) and not taken:
        return "A key may not do that; it takes an ambassador's session."
    holder = "This key" if isinstance(who, ApiKey) else "An ambassador's session"
    return f"{holder} may not do that; it takes the scope {taken}."


def _call(request: Request, who: ApiKey | Session | None, parameters: dict[str, str]) -> Call:
    """Resolve whom the path is about. A session learns of nobody else, not even whether there is such an ambassador."""
    named = parameters.get("ambassador_id")
    if isinstance(who, Session):
        if named is None:
            return Call(request, session=who, parameters=parameters)
        if named not in {ME, who.ambassador_id} and named != _led(who.ambassador_id):
            raise unknown_ambassador()
        return Call(request, session=who, parameters={**parameters, "ambassador_id": who.ambassador_id})
    if named == ME:
        raise bad_field("/id", "is an ambassador's id: 'me' is for a session, and this is a key")
    return Call(request, caller=who, parameters=parameters)


def _led(ambassador_id: str) -> str | None:
    """Who an ambassador is now: a session that began before a merger goes on after it."""
    from chalicelib.operations.tries import profile_of

    profile = profile_of(deps.table(), ambassador_id)
    return profile.ambassador_id if profile else None


def _known(secret: str) -> ApiKey | Session | None:
    """Find who has a secret. Sessions are many and short, so none is kept in memory."""
    if secret.startswith(keys.SESSION_PREFIX):
        from chalicelib.operations.access import sessions

        return sessions.find(deps.table(), secret, now=deps.now())
    key = _key(secret)
    return key if key and key.revoked_at is None else None


def _key(secret: str) -> ApiKey | None:
    """Find a key, from memory if it was seen within the last minute."""
    digest, now = keys.digest_of(secret), deps.now()
    kept = _keys.get(digest)
    if kept and abs(now - kept[0]) <= KEY_KEPT:
        return kept[1]
    _keys.pop(digest, None)
    key = deps.table().read_api_key(digest)
    if key is not None:
        _keys[digest] = now, key
        _note_use(key, now)
    return key


def _note_use(key: ApiKey, now: datetime) -> None:
    """Note the first use of a key on a day. It is a hint for admins: no request fails for it."""
    today = datetime.combine(now.date(), time(), UTC)
    if key.revoked_at is None and (key.last_used_at is None or key.last_used_at < today):
        try:
            deps.table().note_key_used(key, now, today)
        except Exception:  # noqa: BLE001 - whatever went wrong, the request that the key came with matters more
            logger.warning("the use of a key could not be noted", exc_info=True)


def _later(error: Exception) -> Problem:
    if isinstance(error, NoProgramError):
        return Problem(503, "no_program", "No program has been published yet.", headers={"Retry-After": "60"})
    return Problem(503, "busy", "The table did not answer in time. Send it again.", headers={"Retry-After": "1"})
