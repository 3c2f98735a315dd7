"""What the fields of the rules may hold, said once: beside the field itself, as the metadata of its type.

`Annotated[int, Within(0, 10), "Why it is there."]` is what the check of a program, the schema that editors use, and the
reader of the code all go by.
"""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from chalicelib.domain.frozen import frozen

BARRED = r"\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069"
"""Controls, line breaks and direction overrides have no place in a name or an id; joiners do (Bengali, Gujarati)."""

BLANK = r"\s\x1c-\x1f\x85"
"""Blanks as Python knows them, named so that a reader of schemas (ECMA-262) takes the same for one."""

JOINERS = r"\u200c\u200d"
"""They show nothing, but change how Bengali, Gujarati, Persian and other scripts are written."""

INVISIBLE = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""What shows nothing: it comes along when text is copied, and makes two spellings of what looks the same.

Unicode's Default_Ignorable_Code_Point but for the joiners, with U+2800 (a Braille cell without dots) and U+FFF9 to
U+FFFB (marks of annotations).
"""

_UNSEEN = re.compile(f"[{INVISIBLE}]")


@frozen
class Within:
    """A number from `least` to `most`, or so many characters or elements."""

    least: int
    most: int

    def holds(self, value: Any) -> bool:
        """Whether a value lies within."""
        return self.least <= (value if isinstance(value, int) else len(value)) <= self.most

    def words(self, value: object) -> str:
        """Say what it wants of a value."""
        if isinstance(value, int):
            return f"lies between {self.least} and {self.most}"
        return f"has {self.least} to {self.most} {'characters' if isinstance(value, str) else 'elements'}"


@frozen
class Form:
    """Text that matches a regular expression as a whole, and that in words."""

    pattern: str
    told: str

    def holds(self, value: str) -> bool:
        """Whether a text has the form."""
        return re.fullmatch(self.pattern, value) is not None

    def words(self, _: object) -> str:
        """Say what it wants of a text."""
        return self.told


Limit = Within | Form

Measure = Literal["basis_points", "days", "minutes", "money", "months", "orders", "percent", "referrals", "reward"]
"""What numbers count: `money` is minor units of the currency, and `reward` is counted as the rate says beside it."""


@frozen
class In:
    """What a number counts, if not just things."""

    unit: Measure


@frozen
class Called:
    """What people call a field whose name doesn't say it."""

    title: str


@frozen
class Place:
    """A field: what it is for, what it may hold, and what each of its elements may hold, if it has any.

    `deep` means that its value, or an element, has fields of its own. `title` is what people call it, and `unit` what
    it counts, if it is a number of something.
    """

    name: str
    text: str
    limits: tuple[Limit, ...]
    each: tuple[Limit, ...]
    deep: bool
    title: str = ""
    unit: Measure | None = None


@cache
def places(kind: type) -> tuple[Place, ...]:
    """Return the fields of a dataclass with all that is said about them."""
    hints = get_type_hints(kind, include_extras=True)
    return tuple(_place(field.name, hints[field.name]) for field in fields(kind))


def _place(name: str, hint: Any) -> Place:
    said, inner = list(_metadata(hint)), bare(hint)
    called = [it.title for it in said if isinstance(it, Called)]
    units = [it.unit for it in said if isinstance(it, In)]
    elements = get_args(inner)[-1 if get_origin(inner) is dict else 0] if get_origin(inner) in {tuple, dict} else None
    return Place(
        name,
        " ".join(it for it in said if isinstance(it, str)),
        tuple(it for it in said if isinstance(it, Limit)),
        tuple(it for it in _metadata(elements) if isinstance(it, Limit)),
        deep=is_dataclass(inner) or is_dataclass(elements),
        title=called[-1] if called else name.replace("_", " ").capitalize(),
        unit=units[-1] if units else None,
    )


def bare(hint: Any) -> Any:
    """Return a type without metadata and without None."""
    while get_origin(hint) in {Annotated, Union, UnionType}:
        hint = next(it for it in get_args(hint) if it is not NoneType)
    return hint


def _metadata(hint: Any) -> Iterator[Any]:
    """Everything that is said about a type, also about the part of it that is not None."""
    if get_origin(hint) is Annotated:
        kind, *said = get_args(hint)
        yield from _metadata(kind)
        yield from said
    elif get_origin(hint) in {Union, UnionType}:
        for kind in get_args(hint):
            yield from _metadata(kind)


def without_invisible(text: str) -> str:
    """Return a text without what shows nothing, joiners apart, and without blanks around it."""
    return (text if text.isascii() else _UNSEEN.sub("", text)).strip()
