"""The API as its own pages call it: the same routes, scopes, checks and answers, with no wire between.

A page can do nothing that the API can't, and each rule of the API holds for it (docs/adr/0053-pages-call-the-api.md).
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

import msgspec
from chalice.app import CaseInsensitiveMapping, Request, Response

from chalicelib.domain.model.access import ApiKey, Session
from chalicelib.edge.idempotency import HEADER
from chalicelib.edge.problems import not_found
from chalicelib.edge.routes import ROUTES, Route, answered


class Reply(NamedTuple):
    """What the API answered: `body` is decoded if it is JSON, and otherwise as it came."""

    status: int
    body: Any
    headers: Mapping[str, str]


class Client:
    """Calls the API in the name of whoever has signed in: a key's owner, an ambassador, or nobody."""

    def __init__(self, request: Request, who: ApiKey | Session | None) -> None:
        """Call on behalf of `who`, within the `request` for a page."""
        self._request = request
        self._who = who

    def get(self, path: str, *, accept: str = "application/json", **query: str | int | None) -> Reply:
        """Read. Parameters that are None or empty are left out.

        Raises:
            Problem: as the API answers it.
        """
        return self._call("GET", path, query, b"", {"accept": accept})

    def send(self, method: str, path: str, body: Any = None, *, key: str = "", **headers: str) -> Reply:
        """Change something; `key` is the Idempotency-Key of routes that ask for one.

        Raises:
            Problem: as the API answers it.
        """
        raw = b"" if body is None else msgspec.json.encode(body)
        named = {name.replace("_", "-").lower(): text for name, text in headers.items()}
        keyed = {HEADER: key} if key else {}
        return self._call(method, path, {}, raw, {"content-type": "application/json", **keyed, **named})

    def remove(self, path: str, **query: str) -> Reply:
        """Take something away: what is said of that stands in the query.

        Raises:
            Problem: as the API answers it.
        """
        return self._call("DELETE", path, query, b"", {})

    def _call(
        self, method: str, path: str, query: Mapping[str, str | int | None], raw: bytes, headers: dict[str, str]
    ) -> Reply:
        route, parameters = _route(method, path)
        asked = {name: [str(value)] for name, value in query.items() if value not in {None, ""}}
        event = {
            "httpMethod": method,
            "path": path,
            "headers": headers,
            "multiValueQueryStringParameters": asked or None,
            "pathParameters": parameters,
            "body": raw.decode(),
            "isBase64Encoded": False,
            "stageVariables": None,
            "requestContext": {**self._request.context, "resourcePath": route.path, "httpMethod": method},
        }
        request = Request(event, self._request.lambda_context)
        request.headers = CaseInsensitiveMapping(headers)
        return _reply(answered(route, request, self._who, parameters))


def path(*parts: str) -> str:
    """Join the parts of a path, each of which may hold anything."""
    return "/" + "/".join(quote(part, safe="") for part in parts)


def _reply(response: Response) -> Reply:
    body, headers = response.body, {name: str(text) for name, text in response.headers.items()}
    if headers.get("Content-Type", "").partition(";")[0].endswith("json"):
        body = msgspec.json.decode(body)
    return Reply(response.status_code, body, headers)


def _route(method: str, path: str) -> tuple[Route, dict[str, str]]:
    """Find a route, and what its path holds.

    Raises:
        Problem: 404 when there is nothing at this address.
    """
    parts = path.removeprefix("/").split("/")
    if not all(parts):
        raise not_found("There is nothing at this address.")  # a part that nobody has filled in names not all of them
    for route, names in _routes(method, len(parts)):
        if all(name.startswith("{") or name == part for name, part in zip(names, parts, strict=True)):
            held = zip(names, parts, strict=True)
            return route, {name.strip("{}"): unquote(part) for name, part in held if name.startswith("{")}
    raise not_found("There is nothing at this address.")


@cache
def _routes(method: str, length: int) -> list[tuple[Route, list[str]]]:
    """The routes of a method whose paths have so many parts, those that are said word for word first."""
    known = [(route, route.path.strip("/").split("/")) for route in ROUTES if route.method == method]
    fitting = [(route, names) for route, names in known if len(names) == length]
    return sorted(fitting, key=lambda it: sum(name.startswith("{") for name in it[1]))
