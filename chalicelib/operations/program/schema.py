"""The shape of a program document, for reading it and as a JSON Schema for editors.

It is made of the fields of `domain.program`, where each says what it is for and what it may hold: one place to add a
rule.
"""

from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from chalicelib.domain.care.settings import Care
from chalicelib.domain.program.program import Program
from chalicelib.domain.program.shape import Form, Limit, Place, Within, places
from chalicelib.domain.program.signals import WEIGHTS

PUBLISHED = ("version", "author", "created_at", "note", "written", "warnings")
"""What is of a publication, and not of the rules. A document may hold it; what was read says nothing there."""

_NAMED: dict[str, dict[str, Any]] = {
    "weights": {"propertyNames": {"enum": sorted(WEIGHTS)}},
    "units": {"propertyNames": {"pattern": "^[a-z][a-z_]{0,19}$"}},
    "notices": {"propertyNames": {"pattern": "^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}$"}},
}
"""What the names in a field with named values may be."""

UNITS = {
    "money": "Counted in minor units of the currency: 500 is 5.00.",
    "reward": "Counted in minor units of the currency, or whole numbers of the unit or gift that is named beside it.",
    "basis_points": "Counted in hundredths of a percent: 1000 is 10 %.",
}
"""What a number of a unit means whose name does not say it; it ends the description of such a field."""

_APART: dict[str, type] = {"care": Care}
"""The parts of a document that a program keeps as text."""

_Note = Annotated[str, Meta(max_length=2000)]

_OF_PUBLICATION: dict[str, tuple[Any, str]] = {
    "version": (int | UnsetType, "The version that its publication has made of it."),
    "author": (str | UnsetType, "The id of the key that published it, or the name that an operator gave."),
    "created_at": (datetime | UnsetType | None, "When it was published."),
    "note": (_Note | UnsetType | None, "Why it is published, for other admins; the list of versions shows it."),
    "warnings": (list[dict[str, str]] | UnsetType, "What in it is valid and yet probably not intended."),
}
_READ_ONLY = _OF_PUBLICATION.keys() - {"note"}


@cache
def schema(url: str) -> dict[str, Any]:
    """Return the JSON Schema of a program document (draft 2020-12), known under `url`: the same one, not to be changed.

    It takes longer to make than most pages; and nothing in it can change before the code does.
    """
    found = msgspec.json.schema(shape(bounded=True))
    properties = found["$defs"]["Program"]["properties"]
    for name, (_, text) in _OF_PUBLICATION.items():
        called = {"title": name.replace("_", " ").capitalize(), "description": text}
        properties[name] = {**called, **properties[name], "readOnly" if name in _READ_ONLY else "writeOnly": True}
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": url, "title": "Referral program"}
    return {**head, **found}


@cache
def shape(kind: type = Program, *, bounded: bool = False) -> type[Struct]:
    """Return the type of a document: `kind` without room for fields that it doesn't know.

    A `bounded` one also carries the limits of each field, for a schema. Without them a document is read even if numbers
    are out of range, so that `flaws` can say all that is wrong, in its own words.
    """
    hints, made = get_type_hints(kind, include_extras=True), list[Any]()
    for field, place in zip(fields(kind), places(kind), strict=True):
        if kind is Program and field.name in PUBLISHED:
            continue
        if kind is Program and field.name in _APART:
            part: Any = shape(_APART[field.name], bounded=bounded)
            made.append(
                (
                    field.name,
                    _described(part, place, {"default": {}}) if bounded else part,
                    msgspec.field(default_factory=part),
                )
            )
            continue
        hint = _typed(hints[field.name], place.limits, place.each, bounded=bounded)
        told = _described(hint, place, _told(field)) if bounded else hint
        made.append((field.name, told, *_default(field, bounded=bounded)))
    made += [(name, hint, UNSET) for name, (hint, _) in _OF_PUBLICATION.items()] if kind is Program else []
    text = (kind.__doc__ or "").partition("\n\n")[0]
    return msgspec.defstruct(kind.__name__, made, forbid_unknown_fields=True, kw_only=True, namespace={"__doc__": text})


def _told(field: "Field[Any]") -> dict[str, Any]:
    """The default of a field, where a type does not tell it by itself."""
    if field.default_factory is not MISSING and is_dataclass(field.default_factory):
        return {"default": {}}
    if isinstance(field.default, tuple):
        return {"default": msgspec.json.decode(msgspec.json.encode(field.default))}
    return {}


def _described(hint: Any, place: Place, told_default: dict[str, Any]) -> Any:
    """Say of a field what people call it, what it is for, and what it counts."""
    told = " ".join(filter(None, [place.text, UNITS.get(place.unit or "")]))
    beside = {**_NAMED.get(place.name, {}), **({"x-unit": place.unit} if place.unit else {}), **told_default}
    return Annotated[hint, Meta(title=place.title, description=told, extra_json_schema=beside or None)]


def _default(field: "Field[Any]", *, bounded: bool) -> tuple[Any, ...]:
    if field.default_factory is not MISSING:
        factory = field.default_factory
        return (msgspec.field(default_factory=shape(factory, bounded=bounded) if is_dataclass(factory) else dict),)
    if field.default is MISSING:
        return ()
    if isinstance(field.default, tuple):
        return (msgspec.field(default_factory=lambda: msgspec.to_builtins(field.default)) if field.default else [],)
    return (field.default,)


def _typed(hint: Any, limits: tuple[Limit, ...], each: tuple[Limit, ...], *, bounded: bool) -> Any:
    """Turn a field's type into the one that JSON is read as."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _typed(arguments[0], limits, each, bounded=bounded)
    if origin in {Union, UnionType}:
        choices = [_typed(choice, limits, each, bounded=bounded) for choice in arguments if choice is not NoneType]
        return Union[(*choices, None)]
    if origin is tuple:
        hint = list[_typed(arguments[0], each, (), bounded=bounded)]  # type: ignore[misc]
    elif origin is dict:
        hint = dict[str, _typed(arguments[1], each, (), bounded=bounded)]  # type: ignore[misc]
    elif is_dataclass(hint):
        return shape(hint, bounded=bounded)  # type: ignore[arg-type]
    bounds = [_meta(limit, hint) for limit in limits] if bounded else []
    bounds += [Meta(tz=True)] if bounded and hint is datetime else []
    for bound in bounds:
        hint = Annotated[hint, bound]
    return hint


def _meta(limit: Limit, hint: Any) -> Meta:
    match limit:
        case Form(pattern, _):
            return Meta(pattern=f"^(?:{pattern})$")
        case Within(least, most):
            return Meta(ge=least, le=most) if hint is int else Meta(min_length=least, max_length=most)
