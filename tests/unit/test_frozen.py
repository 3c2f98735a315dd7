"""A frozen class is a frozen dataclass, only cheaper to import: whatever one does, the other does."""

import copy
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.frozen import frozen


@frozen
class Sum:
    """An amount."""

    amount: int
    unit: str = "EUR"
    told: tuple[str, ...] = ()
    noted: dict[str, int] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        """An amount below zero is none."""
        if self.amount < 0:
            raise ValueError("below zero")


@dataclass(frozen=True, slots=True)
class Plain:
    """The same, by the standard library alone."""

    amount: int
    unit: str = "EUR"
    told: tuple[str, ...] = ()
    noted: dict[str, int] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        """As above."""
        if self.amount < 0:
            raise ValueError("below zero")


GIVEN = st.lists(st.integers(-2, 2) | st.sampled_from(["EUR", "INR"]) | st.just(("a",)), max_size=5)
NAMED = st.dictionaries(st.sampled_from(["amount", "unit", "told", "noted", "other"]), st.integers(-1, 2), max_size=3)
UNITS = st.sampled_from(["EUR", "INR"])


@given(GIVEN, NAMED)
def test_a_frozen_class_is_made_as_a_dataclass_is(given: list[Any], named: dict[str, Any]) -> None:
    """The same arguments are taken and refused, with the same words, and the same fields come of them."""
    assert made(Sum, given, named) == made(Plain, given, named)


@given(st.integers(0, 1), UNITS, st.integers(0, 1), UNITS)
def test_frozen_objects_are_equal_as_dataclasses_are(amount: int, unit: str, other: int, another: str) -> None:
    """By their fields, but for those that don't count; equal ones have one hash; and one kind never equals another."""
    mine, its = Sum(amount, unit, noted={"a": 1}), Sum(other, another)
    assert (mine == its) == (Plain(amount, unit, noted={"a": 1}) == Plain(other, another))
    assert mine != its or hash(mine) == hash(its)
    others: list[Any] = [Plain(amount, unit), (amount, unit, ())]
    assert [mine == it for it in others] == [False, False]


def test_nothing_of_a_frozen_object_changes() -> None:
    """Neither what it has nor what it has not can be set or deleted, and it takes no attribute beside its fields."""
    made = Sum(1)
    for name in ("amount", "other"):
        with pytest.raises(FrozenInstanceError):
            setattr(made, name, 2)
        with pytest.raises(FrozenInstanceError):
            delattr(made, name)
    assert made == Sum(1)
    assert not hasattr(made, "__dict__")


def test_a_frozen_object_goes_through_everything_that_knows_dataclasses() -> None:
    """Copies, pickles, replacements and msgspec treat it as what it is."""
    made = Sum(1, "INR", ("a", "b"), {"c": 3})
    assert (copy.copy(made), copy.deepcopy(made), pickle.loads(pickle.dumps(made))) == (made, made, made)  # noqa: S301
    assert pickle.loads(pickle.dumps(made)).noted == {"c": 3}  # noqa: S301
    assert replace(made, amount=2) == Sum(2, "INR", ("a", "b"))
    assert msgspec.convert(msgspec.to_builtins(made), Sum) == made
    with pytest.raises(ValueError, match="below zero"):
        replace(made, amount=-1)


def made(kind: Callable[..., Any], given: list[Any], named: dict[str, Any]) -> Any:
    """The fields of what is made, or why nothing is."""
    try:
        it = kind(*given, **named)
    except (TypeError, ValueError) as error:
        return type(error), str(error).replace("Plain", "Sum")
    return {part.name: getattr(it, part.name) for part in fields(it)}, repr(it).replace("Plain", "Sum")
