"""What browsers ask for around a request: whether a page may read the answer (CORS), and the headers alone (HEAD).

Public routes may be read by the pages of every origin, an ambassador's session by those of the shop. Routes for server
keys say nothing of origins, so no browser lets a page read them: a key has no business in one.
"""

from collections.abc import Callable
from http import HTTPStatus

from chalice.app import Chalice, Request, Response

from chalicelib import deps
from chalicelib.domain.program.program import origins_of
from chalicelib.edge.problems import Headers
from chalicelib.telemetry import logger

EVERYBODY, SHOP = "everybody", "shop"
"""Whose pages may read a route."""

EXPOSED = "ETag,Idempotent-Replayed,Link,Retry-After,X-Request-Id"
_TAKEN = "Authorization,Content-Type,Idempotency-Key,If-None-Match"
_KEPT_SECONDS = 600

_readers: dict[str, dict[str, str]] = {}
"""By path and method, whose pages may read it."""


def admit(app: Chalice, path: str, methods: list[str], readers: str) -> None:
    """Let pages read a route. The first one of a path also gets the question that browsers ask beforehand answered."""
    if path not in _readers:
        app.route(path, methods=["OPTIONS"], content_types=[], name=preflight.__name__)(preflight)
    _readers.setdefault(path, {}).update(dict.fromkeys(methods, readers))


def preflight(**_: str) -> Response:
    """Answer a browser that asks what a page may do here; the answer is in the headers."""
    return Response("", {"Cache-Control": "no-store"}, 204)


def answer(request: Request, get_response: Callable[[Request], Response]) -> Response:
    """Middleware around every request, outside of the one that makes problems, for they are to be read as well."""
    response = get_response(request)
    if request.method == "HEAD" and response.body:
        raw = response.body if isinstance(response.body, bytes) else response.body.encode()
        response.headers["Content-Length"] = str(len(raw))
        response.body = type(response.body)()
    readers = _readers_of(request, response.status_code)
    if readers is not None:
        response.headers.update(_leave(request, readers))
    if readers == SHOP:
        varies = response.headers.get("Vary")
        response.headers["Vary"] = f"{varies}, Origin" if varies else "Origin"
    return response


def _readers_of(request: Request, status: int) -> str | None:
    """Say whose pages may read an answer; a preflight is about the method that is to follow."""
    known = _readers.get(request.path, {})
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        return SHOP if SHOP in known.values() else EVERYBODY if known else None
    asked = request.headers.get("access-control-request-method", "") if request.method == "OPTIONS" else request.method
    return known.get(asked)


def _leave(request: Request, readers: str) -> Headers:
    """The headers by which a browser gives a page leave to read; none for a page of a foreign origin."""
    origin = "*" if readers == EVERYBODY else request.headers.get("origin", "")
    if origin != "*" and not _is_shops(origin):
        return {}
    if request.method != "OPTIONS":
        return {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": EXPOSED}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Methods": ",".join(_readers[request.path]),
        "Access-Control-Allow-Headers": _TAKEN,
        "Access-Control-Max-Age": str(_KEPT_SECONDS),
    }


def _is_shops(origin: str) -> bool:
    """Whether an origin is the shop's. Without a program none is, and the request is answered all the same."""
    try:
        return bool(origin) and origin in origins_of(deps.program())
    except Exception:  # noqa: BLE001 - as said
        logger.warning("the shop's origins could not be read", exc_info=True)
        return False
