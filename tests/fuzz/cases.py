"""Requests as the contract allows them, or nearly, in which the words of the town stand where they fit."""

from random import Random
from typing import Any

from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core import NOT_SET
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import ComponentInfo

from tests.fuzz.schema import Case, operations
from tests.fuzz.town import Town

OFTEN, SELDOM = 0.75, 0.25
"""In how many places a word of the town stands: in valid requests, and in those that are to be refused."""

RETOLD = 0.4
"""How many valid bodies are one of the story's with some other fields."""


def cases(name: str, mode: GenerationMode) -> st.SearchStrategy[Case]:
    """Requests to an operation, none of whose ids is known."""
    found: st.SearchStrategy[Case] = operations()[name].as_strategy(generation_mode=mode)
    return found


def settle(chance: Random, case: Case, town: Town, share: float, *, path: bool = True) -> None:
    """Put words of the town into a request: some of its ids, codes, addresses and amounts are known then."""
    assert case.meta is not None, "Schemathesis has made it"
    made = dict(case.meta.components)
    wrong = {place for place, it in made.items() if it.mode.is_negative}
    containers: dict[ParameterLocation, Any] = {
        ParameterLocation.PATH: case.path_parameters if path else {},
        ParameterLocation.QUERY: case.query,
        ParameterLocation.HEADER: case.headers,
    }
    for container in (it for place, it in containers.items() if place not in wrong):
        for name, value in list(container.items()):
            container[name] = _settled(chance, value, name, town, share)
    if case.body is not NOT_SET:
        case.body = _settled(chance, case.body, "", town, share)
        told = town.bodies.get(case.operation.definition.raw["operationId"])
        if told and share == OFTEN and chance.random() < RETOLD:
            case.body = _retold(chance, chance.choice(told), case.body, town)
    _judge_anew(case, made.get(ParameterLocation.PATH))


def _judge_anew(case: Case, path: ComponentInfo | None) -> None:
    """Let a request know whether it is valid as it is now.

    Schemathesis does so when it is asked for, but would take what it has encoded in a path for what is meant there. A
    path remains what it was, because a word only takes the place of a valid one.
    """
    meta = case.meta
    assert meta is not None, "as above"
    if path is not None:
        meta.components[ParameterLocation.PATH] = path
    valid = all(it.mode.is_positive for it in meta.components.values())
    meta.generation.mode = GenerationMode.POSITIVE if valid else GenerationMode.NEGATIVE


def _retold(chance: Random, told: dict[str, Any], other: Any, town: Town) -> dict[str, Any]:
    """A body of the story in which some fields are other ones."""
    retold: dict[str, Any] = _settled(chance, told, "", town, SELDOM)
    return {**retold, **{name: it for name, it in other.items() if chance.random() < SELDOM}}


def _settled(chance: Random, value: Any, name: str, town: Town, share: float) -> Any:
    match value:
        case dict():
            return {key: _settled(chance, it, key, town, share) for key, it in value.items()}
        case list():
            return [_settled(chance, it, name, town, share) for it in value]
        case float() if value.is_integer() and chance.random() < OFTEN:
            return int(value)
        case str() | int() if not isinstance(value, bool) and chance.random() < share:
            known = town.words.get(_LIKE.get(name, name), ())
            words = [it for it in known if isinstance(it, str) == isinstance(value, str)]
            return chance.choice(words) if words else value
    return value


_LIKE = dict.fromkeys(("refunded_at", "reversed_at", "expires_at", "return_by", "cancelled_at"), "placed_at")
"""Fields that take the words of another one."""
