"""Every error as `application/problem+json` (RFC 9457), made in one place.

A view raises `Problem`; what Chalice answers by itself (405, 415, 500) is rewritten by the same middleware.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import msgspec
from chalice.app import CaseInsensitiveMapping, ChaliceUnhandledError, Request, Response

from chalicelib.edge.answers import PNG
from chalicelib.telemetry import log_request, metrics, report_newer

JSON = "application/problem+json"
Headers = dict[str, str | list[str]]

_CHALICE_REASONS = {405: "method_not_allowed", 415: "unsupported_media_type", 500: "internal_error"}
_CHALICE_DETAILS = {
    405: "This path does not take this method; see the Allow header.",
    415: "This route takes no body of that content type: all take application/json, but for the forms of pages.",
    500: "Something broke on our side. The request may be sent again.",
}


def phrase(status: int) -> str:
    """What a status is called. Python 3.13 has taken up two names of RFC 9110, and clients know the older ones."""
    return {413: "Request Entity Too Large", 422: "Unprocessable Entity"}.get(status) or HTTPStatus(status).phrase


class Flaw(msgspec.Struct):
    """What is wrong in a document, and where: a JSON pointer (RFC 6901)."""

    pointer: str
    detail: str


class Problem(ChaliceUnhandledError):  # noqa: N818 - the word of RFC 9457
    """An answer other than success: a status, a stable machine-readable reason, and what to do about it."""

    def __init__(
        self,
        status: int,
        reason: str,
        detail: str,
        *,
        errors: list[dict[str, str]] | None = None,
        headers: Headers | None = None,
    ) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.detail = detail
        self.errors = errors or []
        self.headers = headers or {}

    def response(self, request_id: str) -> Response:
        """Render it."""
        body: dict[str, Any] = {
            "type": "about:blank",
            "title": phrase(self.status),
            "status": self.status,
            "detail": self.detail,
            "reason": self.reason,
            "request_id": request_id,
        }
        if self.errors:
            body["errors"] = self.errors
        headers: Headers = {"Content-Type": JSON, "Cache-Control": "no-store", **self.headers}
        return Response(body=msgspec.json.encode(body).decode() + "\n", status_code=self.status, headers=headers)


def bad_field(pointer: str, detail: str) -> Problem:
    """A 400 about one field or query parameter."""
    told = f"{pointer} {detail}".strip()
    return Problem(400, "invalid_request", f"{told}.", errors=[{"pointer": pointer, "detail": detail}])


def not_found(detail: str) -> Problem:
    """A 404 about a thing that does not exist, or that the caller may not know of."""
    return Problem(404, "not_found", detail)


def unknown_ambassador() -> Problem:
    """A 404 about an ambassador: one that does not exist, and to a session also everybody else."""
    return not_found("There is no such ambassador.")


def unknown_person() -> Problem:
    """A 404 about a person: one who is not known, and to a session also everybody else."""
    return not_found("There is no such person.")


def conflicting_repeat(key: str) -> Problem:
    """A 409 about a report whose natural key has come with other content before."""
    return Problem(
        409, "conflicting_repeat", f"This {key} was reported before with other content, which stays as it is."
    )


def newer_format(where: str) -> Problem:
    """Refuse to decide by half of what is stored, and let the operator know: waiting helps, until they upgrade."""
    report_newer(where)
    metrics.flush_metrics()
    detail = "What is stored was written by a newer version of the program. Send it again later."
    return Problem(503, "newer_format", detail, headers={"Retry-After": "60"})


def answer(request: Request, get_response: Callable[[Request], Response]) -> Response:
    """Middleware around every request: problems as such, an id on every answer, one log line without personal data."""
    request_id = str(request.context.get("requestId") or getattr(request.lambda_context, "aws_request_id", ""))
    if request.method != "POST":
        # Chalice refuses to send an image to a client that did not ask for one in its own words.
        request.headers = CaseInsensitiveMapping({**dict(request.headers), "accept": PNG})
    try:
        response = get_response(request)
    except Problem as problem:
        response = problem.response(request_id)
    else:
        response = _reworded(response, request_id)
    response.headers.update({"X-Request-Id": request_id, "X-Content-Type-Options": "nosniff"})
    status = response.status_code
    log_request(method=request.method, route=request.path, status=status, request_id=request_id)
    return response


def _reworded(response: Response, request_id: str) -> Response:
    """Say in our form what Chalice says in its own."""
    status = response.status_code
    if status not in _CHALICE_REASONS or not isinstance(response.body, dict):
        return response
    kept = {name: text for name, text in response.headers.items() if name == "Allow"}
    return Problem(status, _CHALICE_REASONS[status], _CHALICE_DETAILS[status], headers=kept).response(request_id)
