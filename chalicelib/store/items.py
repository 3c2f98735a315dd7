"""Entity <-> item: an entity's fields are the item's attributes, beside the keys that locate and list it."""

from dataclasses import MISSING, dataclass, fields
from datetime import datetime
from threading import Lock
from typing import Any, cast

import msgspec

from chalicelib.domain.effects import Entity
from chalicelib.domain.model.access import ApiKey, Attempt, Session
from chalicelib.domain.model.accounts import Account, Adjustment, Coupon, Gift, LedgerEntry, Suspension, Withdrawal
from chalicelib.domain.model.claims import Claim, OpenClaims
from chalicelib.domain.model.messages import Message
from chalicelib.domain.model.orders import (
    Freed,
    Fulfilment,
    Payment,
    Redemption,
    Refund,
    Reversal,
    Review,
    Standing,
    Terms,
)
from chalicelib.domain.model.people import Code, Friend, FurtherCodes, Membership, Profile
from chalicelib.domain.model.reviews import Case, Trait
from chalicelib.domain.model.work import Job
from chalicelib.domain.program.program import Program
from chalicelib.store.keys import Key, index_keys, key_of, kind_in, stamp

Item = dict[str, dict[str, Any]]

_ENTITIES: dict[str, type] = {
    "PROFILE": Profile,
    "ACCOUNT": Account,
    "ENTRY": LedgerEntry,
    "SUSPENSION": Suspension,
    "CODE": Code,
    "CODES": FurtherCodes,
    "AMBASSADOR": Membership,
    "FRIEND": Friend,
    "REDEMPTION": Redemption,
    "REFUND": Refund,
    "REVERSAL": Reversal,
    "FULFILMENT": Fulfilment,
    "REVIEW": Review,
    "PAYMENT": Payment,
    "FREED": Freed,
    "CASE": Case,
    "USED": Trait,
    "CLAIM": Claim,
    "OPEN": OpenClaims,
    "GIFT": Gift,
    "WITHDRAWAL": Withdrawal,
    "COUPON": Coupon,
    "ADJUSTMENT": Adjustment,
    "MSG": Message,
    "JOB": Job,
    "V": Program,
    "KEY": ApiKey,
    "SESSION": Session,
    "ATTEMPT": Attempt,
}


_LISTING = ("due_pk", "owner_pk", "owner_sk", "day_pk", "day_sk")
"""The attributes that list an item, beside `due_at`, which is a field."""

_IN_CONDITIONS = {"version", "state", "attempts", "tries"}
"""The fields that conditions and updates of the table ask for by name: they are there whatever they hold."""

_DEFAULTS: dict[type, dict[str, Any]] = {
    kind: {field.name: field.default for field in fields(kind) if field.default not in (None, MISSING)}
    for kind in _ENTITIES.values()
}
"""What the fields of each entity are when they are left out, if not None."""

_STANDING, _TERMS = (
    {field.name: field.default for field in fields(kind) if field.default not in (None, MISSING)}
    for kind in (Standing, Terms)
)

_MET: set[Any] = set()
_MEETING = Lock()
"""The kinds of entities that have been read before, and what lets one thread alone read the first of a kind."""


def item_of(entity: Entity) -> Item:
    """Write an entity as DynamoDB stores it. Fields that are read back as they are when left out are left out."""
    told, defaults = msgspec.to_builtins(entity, builtin_types=(datetime,)), _DEFAULTS[type(entity)]
    nothing: Item = {name: {"NULL": True} for name in defaults if told[name] is None}
    usual = {name for name, value in defaults.items() if told[name] == value} - _IN_CONDITIONS
    kept = {name: field for name, field in told.items() if name not in usual}
    if isinstance(entity, Redemption) and entity.standing is not None:
        kept["standing"] = _brief(told["standing"])
    return {**key_item(key_of(entity)), **write({**kept, **index_keys(entity)}), **nothing}


def _brief(standing: dict[str, Any]) -> dict[str, Any]:
    """Leave out what a standing and its terms are by default: an order's item has to stay below a KB."""
    terms = {name: part for name, part in standing["terms"].items() if _TERMS.get(name, ...) != part}
    return {**{name: part for name, part in standing.items() if _STANDING.get(name, ...) != part}, "terms": terms}


def letters_of(message: Message) -> list[Any]:
    """Write the letters of a message, the one part of it that is updated in place."""
    return list(msgspec.to_builtins(message.letters, builtin_types=(datetime,)))


def entity_of(item: Item) -> Entity:
    """Read an item back. Attributes that are no field of the entity (keys, bookkeeping of retries) are passed over.

    Raises:
        msgspec.ValidationError: the item is not what the program writes.
    """
    kind = kind_in(item["SK"]["S"])
    told = {name: read(value) for name, value in item.items()}
    return _converted(told, _ENTITIES[kind])


def _converted(told: dict[str, Any], kind: Any) -> Entity:
    """Make an entity.

    msgspec looks a dataclass over when it first meets it; a second thread that meets it meanwhile crashes the process.
    """
    if kind in _MET:
        return cast("Entity", msgspec.convert(told, kind))
    with _MEETING:
        entity = msgspec.convert(told, kind)
    _MET.add(kind)
    return cast("Entity", entity)


@dataclass(frozen=True, slots=True)
class Found:
    """An item as an audit meets it, whatever it is.

    `entity` is None if it is not what the program writes under this key. `astray` names the attributes of indexes that
    list it otherwise than they should.
    """

    key: Key
    entity: Entity | None
    astray: tuple[str, ...] = ()


def found_in(item: Item) -> Found:
    """Read an item back, and say what is wrong with it instead of raising."""
    key = Key(item["PK"]["S"], item["SK"]["S"])
    try:
        entity = entity_of(item)
        if key_of(entity) != key:
            return Found(key, None)
        told = {name: read(value) for name, value in item.items() if name in _LISTING}
    except (KeyError, ValueError):
        return Found(key, None)
    listed = index_keys(entity)
    return Found(key, entity, tuple(name for name in _LISTING if listed.get(name) != told.get(name)))


def key_item(key: Key) -> Item:
    """Write a primary key."""
    return {"PK": {"S": key.pk}, "SK": {"S": key.sk}}


def write(told: dict[str, Any]) -> Item:
    """Write named values as attributes; None and empty collections are left out."""
    return {name: value(field) for name, field in told.items() if field not in (None, [], (), {})}


def value(field: Any) -> dict[str, Any]:
    """Write one value. Numbers are whole: there is no way to store a float."""
    match field:
        case str():
            return {"S": field}
        case bool():
            return {"BOOL": field}
        case int():
            return {"N": str(field)}
        case datetime():
            return {"S": stamp(field)}
        case dict():
            return {"M": write(field)}
        case list() | tuple():
            return {"L": [value(element) for element in field]}
    raise TypeError(f"cannot store a {type(field).__name__}")


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
