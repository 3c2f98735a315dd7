"""Frozen dataclasses that cost next to nothing until one of them is made.

`dataclass(frozen=True, slots=True)` compiles seven methods of each class at its import: half a millisecond, and a
function that starts only names most of its classes. A hundred of them are a third of what it does before it answers
(docs/adr/0064-cold-start.md). What a checkout loads is therefore `frozen`: its constructor is written when it is first
called, and everything else is the same for all classes.
"""

from collections.abc import Callable
from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields, make_dataclass
from operator import attrgetter
from typing import Any, NoReturn, TypeVar, dataclass_transform

_T = TypeVar("_T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(kind: type[_T]) -> type[_T]:
    """Make a class a frozen dataclass with slots; methods of its own stay."""
    made: Any = dataclass(init=False, repr=False, eq=False, slots=True)(kind)
    compared = [it.name for it in fields(made) if it.compare]
    content: Callable[[Any], Any] = attrgetter(*compared) if compared else lambda _: ()
    methods = {
        "__init__": _first_init(made),
        "__repr__": _repr,
        "__eq__": lambda self, other: content(self) == content(other) if _is_same(self, other) else NotImplemented,
        "__hash__": lambda self: hash(content(self)),
        "__setattr__": _refuse_to_set,
        "__delattr__": _refuse_to_delete,
        "__getstate__": _state,
        "__setstate__": _restore,
    }
    for name in methods.keys() - kind.__dict__.keys():
        setattr(made, name, methods[name])
    return made  # type: ignore[no-any-return]


def _first_init(made: Any) -> Callable[..., None]:
    """A constructor that gives its place to the real one when it is called."""

    def write(self: Any, *given: Any, **named: Any) -> None:
        made.__init__ = _init_of(made)
        made.__init__(self, *given, **named)

    return write


def _init_of(made: Any) -> Any:
    """The constructor that the standard library writes for a dataclass with these fields."""
    own = {"__post_init__": made.__post_init__} if hasattr(made, "__post_init__") else {}
    parts = [(it.name, it.type, _again(it)) for it in fields(made)]
    return vars(make_dataclass(made.__name__, parts, namespace=own, repr=False, eq=False, frozen=True))["__init__"]


def _again(declared: Any) -> Any:
    """A field as it was declared."""
    told: dict[str, Any] = {"init": declared.init, "kw_only": declared.kw_only}
    if declared.default is not MISSING:
        told["default"] = declared.default
    elif declared.default_factory is not MISSING:
        told["default_factory"] = declared.default_factory
    return field(**told)


def _is_same(self: object, other: object) -> bool:
    return other.__class__ is self.__class__


def _repr(self: Any) -> str:
    told = ", ".join(f"{it.name}={getattr(self, it.name)!r}" for it in fields(self) if it.repr)
    return f"{self.__class__.__qualname__}({told})"


def _refuse_to_set(_: object, name: str, __: object) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(_: object, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, it.name) for it in fields(self)]


def _restore(self: Any, state: list[Any]) -> None:
    for it, held in zip(fields(self), state, strict=True):
        object.__setattr__(self, it.name, held)
