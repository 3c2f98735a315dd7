"""Entity <-> item: an entity's fields are the item's attributes, beside the keys that locate and list it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from functools import cache
from threading import Lock
from typing import Any

import msgspec

from chalicelib.domain.effects import Entity
from chalicelib.domain.frozen import frozen
from chalicelib.store import keys
from chalicelib.store.keys import Key, stamp
from chalicelib.store.kinds import (
    BRIEF,
    SHORT,
    class_in,
    format_of,
    index_keys,
    key_of,
    kind_of,
    mark_in,
    newest_format,
)
from chalicelib.store.shards import Known, few

Item = dict[str, dict[str, Any]]

_LISTING = ("due_pk", "list_pk", "list_sk", "day_pk", "day_sk")
"""The attributes that list an item, beside `due_at`, which is a field."""

_IN_CONDITIONS = {"version", "state", "tries"}
"""The fields that conditions and updates of the table ask for by name: they are there whatever they hold."""

_LONG = {
    mark: {path: {short: name for name, short in names.items()} for path, names in parts.items()}
    for mark, parts in SHORT.items()
}


class NewerError(Exception):
    """An item is of a format that this build does not know: a newer one wrote it, and this one was rolled back to.

    Nothing may be decided by what can be read of it. It waits for a build that knows the format.
    """


@frozen
class _Nothing:
    """What is written although it is nothing."""

    attribute: dict[str, Any]


_SAID = (0, False, "")
"""What is stored although it is falsy."""

_MET: set[Any] = set()
_MEETING = Lock()
"""The kinds of entities that have been read before, and what lets one thread alone read the first of a kind."""


def item_of(entity: Entity, shards: Known = few) -> Item:
    """Write an entity as DynamoDB stores it. Fields that are read back as they are when left out are left out."""
    kind, defaults = kind_of(entity), _defaults(type(entity))
    told = msgspec.to_builtins(entity, builtin_types=(datetime,))
    kept = {
        name: it
        for name, it in told.items()
        if it is not None and (defaults.get(name, ...) != it or name in _IN_CONDITIONS)
    }
    if _has_parts_by_default(type(entity)):
        _say_nothing(entity, kept)
    standing = getattr(entity, "standing", None)
    if standing is not None:
        terms = _brief(standing.terms, told["standing"]["terms"])
        kept["standing"] = {**_brief(standing, told["standing"]), "terms": terms}
    for name in BRIEF.get(kind.mark, ()):
        parts = zip(getattr(entity, name), told[name], strict=True)
        kept[name] = [_brief(part, attributes) for part, attributes in parts]
    _rename(kept, SHORT.get(kind.mark))
    number = format_of(entity)
    marked: Item = {"format": {"N": str(number)}} if number > 1 else {}
    return {**key_item(key_of(entity)), **marked, **write({**kept, **index_keys(entity, shards)})}


@cache
def _has_parts_by_default(kind: Any) -> bool:
    """Whether parts of an entity are there unless somebody leaves them out in so many words, as a program's are."""
    return any(is_dataclass(field.default_factory) for field in fields(kind))


def _say_nothing(part: Any, attributes: dict[str, Any]) -> None:
    """Keep what holds nothing where something would be read back if it were left out: no quiet hours, no caps."""
    for field in fields(part):
        held, told = getattr(part, field.name), attributes.get(field.name)
        usual = field.default if field.default_factory is MISSING else field.default_factory()
        if held in (None, (), {}) and usual not in (None, (), {}):
            attributes[field.name] = _Nothing(
                {"NULL": True} if held is None else {"M": {}} if held == {} else {"L": []}
            )
        for inner, attribute in _parts(held, told):
            _say_nothing(inner, attribute)


def _parts(held: Any, written: Any) -> Iterator[tuple[Any, dict[str, Any]]]:
    """What has fields of its own in a field, beside what is written of it."""
    if written is None:
        return
    pairs = [(held, written)]
    if isinstance(held, dict):
        pairs = [(held[name], written[name]) for name in held]
    elif isinstance(held, tuple):
        pairs = list(zip(held, written, strict=True))
    yield from ((inner, attribute) for inner, attribute in pairs if is_dataclass(inner))


def _rename(attributes: dict[str, Any], parts: dict[str, dict[str, str]] | None) -> None:
    """Call the fields of some parts of an item otherwise. A part is a path of names; `*` is each of a map or a list."""
    for path, names in (parts or {}).items():
        found = [attributes]
        for step in path.split(".") if path else ():
            found = [it for part in found for it in (_each(part) if step == "*" else [part.get(step)]) if it]
        for part in found:
            for name in names.keys() & part.keys():
                part[names[name]] = part.pop(name)


def _each(part: Any) -> Iterable[Any]:
    return part.values() if isinstance(part, dict) else part


def _brief(part: Any, attributes: dict[str, Any]) -> dict[str, Any]:
    """Leave out what a part of an order is by default: its item has to stay below a KB."""
    defaults = _defaults(part.__class__)
    return {name: field for name, field in attributes.items() if defaults.get(name, ...) != field}


@cache
def _defaults(kind: Any) -> dict[str, Any]:
    """What the fields of an entity, or of a part of one, are when they are left out, if not None."""
    return {field.name: field.default for field in fields(kind) if field.default not in (None, MISSING)}


def entity_of(item: Item) -> Any:
    """Read an item back as the entity that it is: the caller knows which kind lies under its key.

    Attributes that are no field of the entity (keys, bookkeeping of retries) are passed over.

    Raises:
        KeyError: no kind of entity lies under such a key.
        NewerError: a newer build wrote it, and this one would miss what decides.
        msgspec.ValidationError: the item is not what the program writes.
    """
    if "format" in item:
        _see_that_it_is_known(item)
    told, sk = {name: read(value) for name, value in item.items()}, item["SK"]["S"]
    _rename(told, _LONG.get(mark_in(sk)))
    return _converted(told, class_in(sk))


def _see_that_it_is_known(item: Item) -> None:
    key, number = Key(item["PK"]["S"], item["SK"]["S"]), int(item["format"]["N"])
    if number > newest_format(key.sk):
        raise NewerError(f"{mark_in(key.sk)} of format {number}")


def _converted(attributes: dict[str, Any], kind: Any) -> Any:
    """Make an entity.

    msgspec looks a dataclass over when it first meets it; a second thread that meets it meanwhile crashes the process.
    """
    if kind in _MET:
        return msgspec.convert(attributes, kind)
    with _MEETING:
        entity = msgspec.convert(attributes, kind)
    _MET.add(kind)
    return entity


@frozen
class Found:
    """An item as an audit meets it, whatever it is.

    `entity` is None if it is not what the program writes under this key. `astray` names the attributes of indexes that
    list it otherwise than they should.
    """

    key: Key
    entity: Entity | None
    astray: tuple[str, ...] = ()


def found_in(item: Item, shards: Known = few) -> Found:
    """Read an item back, and say what is wrong with it instead of raising.

    What is due keeps the shard that it was given, whatever number held then.

    Raises:
        NewerError: a newer build wrote it, so that this one can't tell.
    """
    key = Key(item["PK"]["S"], item["SK"]["S"])
    try:
        entity = entity_of(item)
        if key_of(entity) != key:
            return Found(key, None)
        told = {name: read(value) for name, value in item.items() if name in _LISTING}
    except (KeyError, ValueError):
        return Found(key, None)
    listed = index_keys(entity, shards)
    if "due_pk" in listed and told.get("due_pk") in {keys.due_shard(key.pk, count) for count in shards().counts}:
        listed["due_pk"] = told["due_pk"]
    return Found(key, entity, tuple(name for name in _LISTING if listed.get(name) != told.get(name)))


def key_item(key: Key) -> Item:
    """Write a primary key."""
    return {"PK": {"S": key.pk}, "SK": {"S": key.sk}}


def write(attributes: dict[str, Any]) -> Item:
    """Write named values as attributes; None and empty collections are left out."""
    return {name: value(field) for name, field in attributes.items() if field or field in _SAID}


def value(field: Any) -> dict[str, Any]:
    """Write one value. Numbers are whole: there is no way to store a float."""
    write_it = _WRITERS.get(type(field))
    if write_it is None:
        raise TypeError(f"cannot store a {type(field).__name__}")
    return write_it(field)


def _write_each(fields: Iterable[Any]) -> dict[str, Any]:
    return {"L": [value(it) for it in fields]}


_WRITERS: dict[type, Callable[[Any], dict[str, Any]]] = {
    str: lambda it: {"S": it},
    bool: lambda it: {"BOOL": it},
    int: lambda it: {"N": str(it)},
    datetime: lambda it: {"S": stamp(it)},
    dict: lambda it: {"M": write(it)},
    list: _write_each,
    tuple: _write_each,
    _Nothing: lambda it: it.attribute,
}


def read(attribute: dict[str, Any]) -> Any:
    """Read one attribute back."""
    ((kind, content),) = attribute.items()
    if kind == "S":
        return content
    match kind:
        case "N":
            return int(content)
        case "M":
            return {name: read(element) for name, element in content.items()}
        case "L":
            return [read(element) for element in content]
        case "NULL":
            return None
    return content
