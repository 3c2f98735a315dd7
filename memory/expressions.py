"""DynamoDB's condition and update expressions, as far as this program uses them: each is compiled once.

Names are of top-level attributes, plain or as #placeholders.
"""

import operator
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

Item = dict[str, Any]
Condition = Callable[[Item, dict[str, str], Item], bool]
"""Whether an item meets a condition; names and values are those of the call."""
Update = Callable[[Item, dict[str, str], Item], Item]
"""Makes the new item. Raises KeyError where DynamoDB answers with a ValidationException."""

_TOKEN = re.compile(r"\s*([()]|<>|<=|>=|[=<>]|[#:]?\w+)")
_PLACEHOLDER = re.compile(r"[#:]\w+")
_SECTION = re.compile(r"\b(SET|REMOVE|ADD)\b")
_COMMA = re.compile(r",(?![^(]*\))")
_SET = re.compile(r"(\S+) = (?:(\S+) ([+-]) )?(:\w+)")
_SET_ONCE = re.compile(r"(\S+) = if_not_exists\((\S+), (:\w+)\)")
_ORDERS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


@lru_cache
def placeholders(expression: str) -> frozenset[str]:
    """The #names and :values in an expression."""
    return frozenset(_PLACEHOLDER.findall(expression))


# --- conditions -------------------------------------------------------------------------------------------------------


@lru_cache
def condition(expression: str) -> Condition:
    """Compile a condition: comparisons and existence, joined by AND and OR, with parentheses."""
    tokens = _TOKEN.findall(expression)
    compiled = _any(tokens)
    assert not tokens, f"{expression}: what does {tokens} mean?"
    return compiled


def _any(tokens: list[str]) -> Condition:
    choices = [_all(tokens)]
    while tokens[:1] == ["OR"]:
        del tokens[0]
        choices.append(_all(tokens))
    return lambda item, names, values: any(holds(item, names, values) for holds in choices)


def _all(tokens: list[str]) -> Condition:
    factors = [_factor(tokens)]
    while tokens[:1] == ["AND"]:
        del tokens[0]
        factors.append(_factor(tokens))
    return lambda item, names, values: all(holds(item, names, values) for holds in factors)


def _factor(tokens: list[str]) -> Condition:
    first = tokens.pop(0)
    if first == "(":
        inner = _any(tokens)
        assert tokens.pop(0) == ")"
        return inner
    if first in {"attribute_exists", "attribute_not_exists"}:
        _, name, _ = (tokens.pop(0) for _ in range(3))
        return lambda item, names, _: (names.get(name, name) in item) is (first == "attribute_exists")
    compares, value = tokens.pop(0), tokens.pop(0)
    return lambda item, names, values: _compare(item.get(names.get(first, first)), compares, values[value])


def _compare(stored: Item | None, compares: str, value: Item) -> bool:
    """Compare as DynamoDB does: values of different types are different, and neither is the lesser one."""
    if compares in {"=", "<>"}:
        return (stored == value) is (compares == "=")
    if stored is None or stored.keys() != value.keys():
        return False
    ((kind, mine),), ((_, other),) = stored.items(), value.items()
    return bool(_ORDERS[compares](int(mine), int(other)) if kind == "N" else _ORDERS[compares](mine, other))


# --- updates ----------------------------------------------------------------------------------------------------------


@lru_cache
def update(expression: str) -> Update:
    """Compile an update: SET of values, sums and first values, ADD of numbers, REMOVE."""
    parts = _SECTION.split(expression)[1:]
    steps = [
        _step(section, clause.strip())
        for section, body in zip(parts[::2], parts[1::2], strict=True)
        for clause in _COMMA.split(body)
    ]

    def updated(item: Item, names: dict[str, str], values: Item) -> Item:
        after = dict(item)
        for name, make in steps:
            made = make(item, names, values)
            if made is None:
                after.pop(names.get(name, name), None)
            else:
                after[names.get(name, name)] = made
        return after

    return updated


def _step(section: str, clause: str) -> tuple[str, Callable[[Item, dict[str, str], Item], Item | None]]:
    """Return the attribute that a clause is about, and what makes its new value from the old item; None removes it."""
    if section == "REMOVE":
        return clause, lambda _, __, ___: None
    if section == "ADD":
        name, value = clause.split()
        return name, lambda item, names, values: _sum(item.get(names.get(name, name), {"N": "0"}), values[value], 1)
    if once := _SET_ONCE.fullmatch(clause):
        target, name, value = once.groups()
        return target, lambda item, names, values: item.get(names.get(name, name)) or values[value]
    found = _SET.fullmatch(clause)
    assert found, clause
    target, term, sign, value = found.groups()
    if term is None:
        return target, lambda _, __, values: values[value]
    factor = 1 if sign == "+" else -1
    return target, lambda item, names, values: _sum(item[names.get(term, term)], values[value], factor)


def _sum(one: Item, other: Item, factor: int) -> Item:
    return {"N": str(int(one["N"]) + factor * int(other["N"]))}
