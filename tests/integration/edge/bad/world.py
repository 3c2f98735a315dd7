"""A shop in which something has happened already, and the one form of all its problems."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import NamedTuple

from chalice.test import HTTPResponse

from memory.shop import Body, Shop
from tests.integration.edge.bad.requests import PRIVATE, SESSION


class World(NamedTuple):
    """A shop in which something has happened already, and the names of what is there."""

    shop: Shop
    names: Mapping[str, str]

    def send(self, method: str, path: str, body: object, scope: str | None, **headers: str) -> HTTPResponse:
        """Call with the names put in; the scope of a session calls in Maya's."""
        if scope == SESSION:
            scope, headers = None, {**headers, "Authorization": f"Bearer {self.names['$SESSION']}"}
        raw_body = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        for name, meant in self.names.items():
            path = path.replace(name, meant)
            raw_body = raw_body.replace(name.encode(), meant.encode()) if raw_body else raw_body
            headers = {header: text.replace(name, meant) for header, text in headers.items()}
        return self.shop.call(method, path, raw_body, scope=scope, **headers)


def check_problem(answer: HTTPResponse, status: int, reason: str, pointer: str | None = None) -> Body:
    """Check the one form of every error: RFC 9457, our stable reason, the request's id, and nothing private."""
    text = answer.body.decode()
    assert answer.status_code == status, text
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem: Body = json.loads(text)
    assert problem["reason"] == reason, text
    assert problem["status"] == status
    assert problem["type"] == "about:blank"
    assert problem["title"] == HTTPStatus(status).phrase
    assert problem["detail"]
    assert problem["request_id"]
    assert problem["request_id"] == answer.headers["X-Request-Id"]
    errors = problem.get("errors", [])
    assert ("errors" in problem) == (reason == "invalid_request")
    assert all(error["detail"] and isinstance(error["pointer"], str) for error in errors)
    if pointer is not None:
        assert pointer in [error["pointer"] for error in errors], text
    assert not [part for part in PRIVATE if part in text], text
    assert "Traceback" not in text
    return problem
