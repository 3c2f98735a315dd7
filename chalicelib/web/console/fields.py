"""The fields of the rules, by the schema of their document: how each stands on the screen, and its value as text.

Nothing here knows a single rule.
"""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any, Literal

from chalicelib.web.numbers import decimals_of

Node = Mapping[str, Any]

Kind = Literal[
    "line", "text", "whole", "money", "percent", "choice", "yes", "time", "lines", "checks", "part", "list", "map"
]

_LONG = 500
_MINUTE = "%Y-%m-%dT%H:%M"
_COUNTED: dict[str, Kind] = {"money": "money", "reward": "money", "basis_points": "percent"}
_PLAIN: dict[str, Kind] = {"object": "map", "boolean": "yes"}


class Absent:
    """Stands for what is not written."""


ABSENT = Absent()


def kind_of(node: Node) -> Kind:
    """How a field of this schema stands on the screen."""
    if {"properties", "enum"} & node.keys():
        return "part" if "properties" in node else "choice"
    match node.get("type"):
        case "array":
            items = node.get("items", {})
            return "checks" if "enum" in items else "list" if {"$ref", "properties"} & items.keys() else "lines"
        case "integer":
            return _COUNTED.get(node.get("x-unit", ""), "whole")
        case "string" if node.get("format") == "date-time":
            return "time"
        case "string" if node.get("maxLength") == _LONG:
            return "text"
    return _PLAIN.get(node.get("type", ""), "line")


def names_of(node: Node) -> list[str]:
    """The names that values of a map may have, if there is a list of them."""
    return list(node.get("propertyNames", {}).get("enum", ()))


def counts_things(held: Any) -> bool:
    """Whether amounts of a rate, or of what has one as its gift, count no money but units or gifts."""
    gift = held.get("gift")
    rate = gift if isinstance(gift, dict) else held
    return bool(rate.get("unit") or rate.get("gift"))


def value_of(node: Node, text: str, currency: str, zone: tzinfo, *, whole: bool) -> Any:
    """Read what was typed.

    Raises:
        ValueError, InvalidOperation: it is none of what the field holds.
    """
    match kind_of(node):
        case "whole":
            return int(text)
        case "money":
            return _scaled(text, 0 if _is_whole(node, whole) else decimals_of(currency))
        case "percent":
            return _scaled(text.removesuffix("%").strip(), 2)
        case "time":
            return datetime.fromisoformat(text).replace(tzinfo=zone).isoformat()
    return text


def text_of(node: Node, value: Any, currency: str, zone: tzinfo, *, whole: bool) -> str:
    """What stands in the field of a value."""
    if value is None or isinstance(value, Absent):
        return ""
    kind = kind_of(node)
    if kind == "lines":
        return "\n".join(map(str, value)) if isinstance(value, list) else str(value)
    if kind == "time":
        return _local(str(value), zone)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        if kind == "money":
            return _major(value, 0 if _is_whole(node, whole) else decimals_of(currency))
        if kind == "percent":
            return _major(value, 2).rstrip("0").rstrip(".")
    return str(value)


def unit_of(node: Node, currency: str, *, whole: bool) -> str:
    """What a number counts: a currency, `percent`, `days`, …; "" for things."""
    unit = str(node.get("x-unit", ""))
    if unit in {"money", "reward"}:
        return "" if _is_whole(node, whole) else currency
    return "percent" if unit == "basis_points" else unit


def _scaled(text: str, places: int) -> int:
    scaled = Decimal(text.replace(",", ".")).scaleb(places)
    if not scaled.is_finite() or scaled != scaled.to_integral_value():
        raise ValueError(text)
    return int(scaled)


def _local(text: str, zone: tzinfo) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return at.astimezone(zone).strftime(_MINUTE) if at.tzinfo else text


def _major(value: int, places: int) -> str:
    digits = str(value).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}" if places else digits


def _is_whole(node: Node, whole: bool) -> bool:
    return whole and node.get("x-unit") == "reward"
