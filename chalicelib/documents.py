"""Hold a JSON document against a shape, and name everything in it that does not fit: not only the first."""

from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

Misfit = tuple[str, str]
"""A JSON pointer (RFC 6901), and what is wrong there. Nothing of the value is shown."""

_FORMS = {
    "email": "is no e-mail address",
    "currency": "is no currency: three letters (ISO 4217)",
    "locale": "is no language tag such as en or gu-IN (BCP 47)",
    "unit": "is no unit: a word of small letters such as points, or gift: and its name",
    "birthday": "is no birthday: MM-DD or YYYY-MM-DD",
}
_IN_OBJECT = {
    "Object missing required field ": "is required",
    "Object contains unknown field ": "is not a field here",
}


def misfits(document: Any, kind: Any, pointer: str = "") -> Iterator[Misfit]:
    """Yield what is wrong with each part of a document; if its parts are well, what is wrong with the whole."""
    found = False
    for misfit in _within(document, _matching(document, kind), pointer):
        found = True
        yield misfit
    if found:
        return
    try:
        msgspec.convert(document, kind)
    except msgspec.ValidationError as error:
        yield located(pointer, str(error))


def located(pointer: str, message: str) -> Misfit:
    """Turn msgspec's "… - at `$.a[0].b`" into a JSON pointer and a detail."""
    detail, _, at = message.partition(" - at `$")
    pointer += at.rstrip("`").replace("[", "/").replace("]", "").replace(".", "/")
    for start, meaning in _IN_OBJECT.items():
        if detail.startswith(start):
            return f"{pointer}/{escaped(detail.removeprefix(start).strip('`'))}", meaning
    if "matching regex" in detail:
        detail = _FORMS.get(pointer.rpartition("/")[2], "holds a character that has no place in it, or is blank")
    return pointer, detail


def escaped(name: str) -> str:
    """Write a name as a part of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def _within(document: Any, kind: Any, pointer: str) -> Iterator[Misfit]:
    """What is wrong with the parts of an object or an array."""
    arguments = get_args(kind)
    if isinstance(document, dict) and isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield from _within_object(document, kind, pointer)
    elif isinstance(document, dict) and get_origin(kind) is dict:
        for name, value in document.items():
            yield from misfits(value, arguments[1], f"{pointer}/{escaped(name)}")
    elif isinstance(document, list) and get_origin(kind) in {list, tuple}:
        for n, value in enumerate(document):
            yield from misfits(value, arguments[0], f"{pointer}/{n}")


def _within_object(document: dict[str, Any], kind: type[msgspec.Struct], pointer: str) -> Iterator[Misfit]:
    known = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for name in document.keys() - known.keys():
        yield f"{pointer}/{escaped(name)}", "is not a field here"
    for name, field in known.items():
        if name in document:
            yield from misfits(document[name], field.type, f"{pointer}/{escaped(name)}")
        elif field.required:
            yield f"{pointer}/{escaped(name)}", "is required"


def _matching(document: Any, kind: Any) -> Any:
    """Look through metadata and choices for the type that a value of this form can be meant for."""
    if get_origin(kind) is Annotated:
        return _matching(document, get_args(kind)[0])
    if get_origin(kind) not in {Union, UnionType}:
        return kind
    choices = [_matching(document, choice) for choice in get_args(kind)]
    return next((choice for choice in choices if _is_meant(document, choice)), NoneType)


def _is_meant(document: Any, kind: Any) -> bool:
    origin = get_origin(kind) or kind
    if origin is Literal or not isinstance(origin, type):
        return False
    if isinstance(document, dict):
        return issubclass(origin, dict | msgspec.Struct)
    return isinstance(document, list) and issubclass(origin, list | tuple)
