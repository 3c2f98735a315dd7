"""Whether an answer is one that the contract knows: its status, its content type, and its body."""

import json
import re
from collections.abc import Collection
from functools import cache
from http import HTTPStatus
from typing import Any

import jsonschema_rs
from chalice.test import HTTPResponse

from chalicelib.edge.routes import ROUTES
from contract.document import Body, document, resolved
from contract.words import HEADERS


class UnknownAnswerError(AssertionError):
    """An answer that the contract does not know."""


@cache
def checker() -> "Checker":
    """What checks by the contract of all routes, made once a process."""
    return Checker(document())


def witness(method: str, path: str, answer: HTTPResponse) -> None:
    """Check an answer against the contract of all routes; what is no operation is none of its business.

    Raises:
        UnknownAnswerError: the contract says otherwise.
    """
    bare = path.partition("?")[0]
    for (known, template), pattern in _patterns().items():
        if known == method and pattern.fullmatch(bare):
            kind = str(answer.headers.get("Content-Type", ""))
            checker().check(method, template, answer.status_code, kind, answer.body, answer.headers)
            return


@cache
def _patterns() -> dict[tuple[str, str], re.Pattern[str]]:
    return {(it.method, it.path): re.compile(re.sub(r"\{\w+\}", "[^/]+", it.path)) for it in ROUTES}


class Checker:
    """A document, and what validates by it."""

    def __init__(self, whole: Body) -> None:
        self._whole = whole
        self._validators: dict[tuple[str, str, str, str], Any] = {}

    def check(
        self, method: str, path: str, status: int, content_type: str, body: bytes, headers: Collection[str] = ()
    ) -> None:
        """Check the answer of a route, named by the path that it has in the table.

        Raises:
            UnknownAnswerError: the contract says otherwise.
        """
        operation = self._whole["paths"][path][method.lower()]
        told = operation["responses"].get(str(status))
        told = told and resolved(told, self._whole)
        if told is None:
            raise UnknownAnswerError(f"{method} {path} answers {status}, which the contract does not know: {body!r}")
        unheard = {name for name in HEADERS if name in headers} - told.get("headers", {}).keys() - {"X-Request-Id"}
        if unheard and status < HTTPStatus.BAD_REQUEST:
            raise UnknownAnswerError(
                f"{method} {path} answers {status} with the headers {unheard} of which it says nothing"
            )
        media = content_type.partition(";")[0]
        if not body and not told.get("content"):
            return
        if media not in told.get("content", {}):
            raise UnknownAnswerError(f"{method} {path} answers {status} with {media}, which the contract does not know")
        if "json" not in media or "schema" not in told["content"][media]:
            return
        try:
            self._validator(method, path, str(status), media).validate(json.loads(body))
        except jsonschema_rs.ValidationError as error:
            raise UnknownAnswerError(f"{method} {path} {status}: {error.message} at {error.instance_path}") from error

    def _validator(self, method: str, path: str, status: str, media: str) -> Any:
        key = method, path, status, media
        if key not in self._validators:
            answer = resolved(self._whole["paths"][path][method.lower()]["responses"][status], self._whole)
            schema = answer["content"][media]["schema"]
            whole = {**schema, "components": self._whole["components"]}
            self._validators[key] = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        return self._validators[key]
