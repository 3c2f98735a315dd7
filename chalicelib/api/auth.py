"""Who calls, and what they may do. Every route is made by `route`, which won't take one without a scope."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec
from chalice.app import Blueprint, Request, Response

from chalicelib import deps
from chalicelib.api.problems import Problem
from chalicelib.api.schemas import parse
from chalicelib.domain.model import ApiKey
from chalicelib.operations import keys
from chalicelib.operations.programs import NoProgramError
from chalicelib.store.table import BusyError

KEY_KEPT = timedelta(seconds=60)
"""How long a revoked key may still work in a warm function."""

ANYONE = "anyone"
"""The scope of a public route."""

_keys: dict[str, tuple[datetime, ApiKey]] = {}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call:
    """One request, as a view sees it."""

    request: Request
    caller: ApiKey | None

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
    """Register a view for callers that hold one of `scopes`; `ANYONE` makes it public.

    The view is called with a `Call` and the path's parameters.
    """
    if not scopes:
        raise TypeError(f"{method} {path} names no scope")

    def register(view: Callable[..., Response]) -> Callable[..., Response]:
        def handle(**parameters: str) -> Response:
            request = blueprint.current_request
            try:
                return view(Call(request, _authorise(request, scopes)), **parameters)
            except (BusyError, NoProgramError) as error:
                raise _later(error) from error

        handle.__name__ = view.__name__
        handle.__doc__ = view.__doc__
        handle.scopes = scopes  # type: ignore[attr-defined]
        content_types = [] if method in {"GET", "HEAD"} else ["application/json"]
        blueprint.route(path, methods=[method], content_types=content_types, name=view.__name__)(handle)
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


def forget() -> None:
    """Drop the keys that are kept: a test's next system knows others."""
    _keys.clear()


def _authorise(request: Request, scopes: tuple[str, ...]) -> ApiKey | None:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if ANYONE in scopes and not secret:
        return None
    key = _key(secret.strip()) if scheme.lower() == "bearer" and secret.strip() else None
    if key is None and ANYONE not in scopes:
        raise Problem(
            401,
            "unauthenticated",
            "Send a valid key as 'Authorization: Bearer rk_…'.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    if ANYONE not in scopes and not set(scopes) & set(key.scopes if key else ()):
        raise Problem(403, "wrong_scope", f"This key may not do that; it takes the scope {' or '.join(scopes)}.")
    return key


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
    return key


def _later(error: Exception) -> Problem:
    if isinstance(error, NoProgramError):
        return Problem(503, "no_program", "No program has been published yet.", headers={"Retry-After": "60"})
    return Problem(503, "busy", "The table did not answer in time. Send it again.", headers={"Retry-After": "1"})
