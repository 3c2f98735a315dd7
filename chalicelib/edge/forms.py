"""The forms of pages, which work without scripts: fields by name, checked as strictly as a JSON body.

Browsers send `application/x-www-form-urlencoded`; mail programs that unsubscribe with one click may send the same or
`multipart/form-data` (RFC 8058, 3.1).
"""

from email import message_from_bytes
from email.policy import HTTP
from typing import Any, TypeVar, get_origin
from urllib.parse import parse_qsl

import msgspec

from chalicelib.edge.problems import Problem, bad_field

MULTIPART = "multipart/form-data"
FORM_MAX = 16_384
"""Bytes of a form at most: a handful of short fields and a note, of which a letter takes up to nine."""

_FIELDS_MAX = 64

CONSOLE_MAX = 262_144
"""Bytes of a form of the console at most: a whole program of rules, each letter of which may take up to nine."""

_CONSOLE_FIELDS_MAX = 4_000


class Form(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What all forms share: each field is text that comes once, or a list of texts."""


class Fields:
    """What was sent from a screen: text by name. The API checks what becomes of it."""

    def __init__(self, named: dict[str, list[str]], refused: Problem | None = None) -> None:
        """Hold all that were sent, each as often as it was; or nothing, and why it could not be read (`refused`)."""
        self._named = named
        self._refused = refused

    def see_that_it_was_read(self) -> None:
        """See that this is the form that was sent.

        Raises:
            Problem: 413 when it was too large, 400 when it could not be read.
        """
        if self._refused:
            raise self._refused

    def text(self, name: str) -> str:
        """Return a field without the blanks around it; "" if it was left out or empty."""
        return self._named.get(name, [""])[0].replace("\r\n", "\n").strip()

    def all(self, name: str) -> list[str]:
        """Return all fields of a name, such as boxes that are ticked."""
        return self._named.get(name, [])

    def items(self) -> list[tuple[str, str]]:
        """Return all fields in the order in which they were sent, by name."""
        return [(name, value) for name, values in self._named.items() for value in values]

    @property
    def once(self) -> str:
        """The word by which a form that is sent twice is told from two forms."""
        return self.text("once")


T = TypeVar("T", bound=Form)


def parse_fields(raw: bytes, content_type: str) -> Fields:
    """Read the form of a screen. One that is too large or can't be read is for the screen to refuse, in its words."""
    if len(raw) > CONSOLE_MAX:
        return Fields({}, Problem(413, "body_too_large", f"A form has at most {CONSOLE_MAX} bytes."))
    named: dict[str, list[str]] = {}
    try:
        for name, value in _fields(raw, content_type, _CONSOLE_FIELDS_MAX):
            named.setdefault(name, []).append(value)
    except Problem as problem:
        return Fields({}, problem)
    return Fields(named)


def parse_form(raw: bytes, content_type: str, kind: type[T]) -> T:
    """Read a form.

    Raises:
        Problem: 413 when it is too large, 400 when it can't be read, has a field that is unknown, or does not fit.
    """
    if len(raw) > FORM_MAX:
        raise Problem(413, "body_too_large", f"A form has at most {FORM_MAX} bytes.")
    named: dict[str, list[str]] = {}
    for name, value in _fields(raw, content_type, _FIELDS_MAX):
        named.setdefault(name, []).append(value)
    document: dict[str, Any] = {}
    several = {it.encode_name for it in msgspec.structs.fields(kind) if get_origin(it.type) is list}
    for name, values in named.items():
        if name not in several and len(values) > 1:
            raise bad_field(f"/{name}", "is given more than once")
        document[name] = values if name in several else values[0]
    try:
        return msgspec.convert(document, kind)
    except msgspec.ValidationError as error:
        raise Problem(400, "invalid_request", f"The form does not fit: {error}.") from error


def _fields(raw: bytes, content_type: str, most: int) -> list[tuple[str, str]]:
    try:
        if content_type.partition(";")[0].strip().lower() == MULTIPART:
            return _parts(raw, content_type, most)
        return parse_qsl(
            raw.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(raw),
            errors="strict",
            max_num_fields=most,
        )
    except (ValueError, KeyError) as error:
        raise Problem(400, "malformed_form", "The body is no form in its content type.") from error


def _parts(raw: bytes, content_type: str, most: int) -> list[tuple[str, str]]:
    """The fields of a multipart form (RFC 7578).

    Raises:
        ValueError: it is none.
    """
    whole = message_from_bytes(b"Content-Type: " + content_type.encode("ascii") + b"\r\n\r\n" + raw, policy=HTTP)
    if raw.strip() == f"--{whole.get_boundary()}--".encode():
        return []  # what browsers send for a form in which nothing is chosen
    parts = list(whole.iter_parts()) if whole.is_multipart() else []
    if not parts or len(parts) > most or whole.defects:
        raise ValueError("no multipart form")
    found = []
    for part in parts:
        name, content = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            found.append((name, content.decode()))
    if len(found) < len(parts):
        raise ValueError("a part without a name")
    return found
