"""The document that a program is written as: read, shown, and compared with another."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import msgspec

from chalicelib.documents import Misfit, misfits
from chalicelib.domain.program.flaws import FlawedProgramError, flaws
from chalicelib.domain.program.program import Program
from chalicelib.operations.program import settings
from chalicelib.operations.program.schema import PUBLISHED, shape

Document = dict[str, Any]

UNPUBLISHED = 0
"""The version of a program that has none yet."""

MISFITS_MAX = 50
_STAND_IN: Document = {
    "shop_name": "-",
    "shop_url": "https://shop.example",
    "currency": "EUR",
    "tiers": [{"name": "-", "threshold": 0}],
}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that differs between two programs; what is not there is None."""

    pointer: str
    before: object
    after: object


def read(document: Any) -> Program:
    """Read a document as a program that has not been published.

    Raises:
        FlawedProgramError: names every field that is unknown, of the wrong type, out of range or contradicts others.
    """
    wrong = list(islice(misfits(document, shape()), MISFITS_MAX))
    given: Document = document if isinstance(document, dict) else {}
    told = {name: value for name, value in given.items() if name not in PUBLISHED}
    program = _as_far_as_sound(told, wrong)
    found = [*wrong, *flaws(program), *settings.flaws(program)][:MISFITS_MAX]
    if found:
        raise FlawedProgramError(found)
    return replace(_in_utc(program), written=msgspec.json.encode(told).decode(), note=given.get("note") or "")


def show(program: Program) -> Document:
    """Return the document as it was written, beside what its publication has set."""
    return {**written(program), "version": program.version, "author": program.author, "created_at": program.created_at}


def written(program: Program) -> Document:
    """Return the document as it was written, and nothing beside it."""
    document: Document = msgspec.json.decode(program.written) if program.written else _content(program)
    return document


def same(one: Program, other: Program) -> bool:
    """Whether two programs are the same rules, however they are written and whoever has published them."""
    return _content(one) == _content(other)


def changes(before: Program, after: Program) -> list[FieldChange]:
    """Return the fields in which two programs differ. What a document leaves out is there with its default."""
    return list(_changes("", _content(before), _content(after)))


def _as_far_as_sound(written: Document, wrong: list[Misfit]) -> Program:
    """Make a program of those fields that could be read, so that what else is wrong with them is named as well."""
    barred = {pointer.split("/")[1].replace("~1", "/").replace("~0", "~") for pointer, _ in wrong if pointer}
    sound = {name: value for name, value in written.items() if name not in barred}
    sound["care"] = settings.written(sound.get("care"))
    return msgspec.convert({**(_STAND_IN if wrong else {}), **sound, "version": UNPUBLISHED}, Program)


def _content(program: Program) -> Document:
    care = msgspec.to_builtins(settings.care_of(program))
    content: Document = _trimmed({**msgspec.to_builtins(program), "care": care})
    return {name: value for name, value in content.items() if name not in PUBLISHED}


def _trimmed(content: Any) -> Any:
    """Leave out what is None."""
    if isinstance(content, dict):
        return {name: _trimmed(value) for name, value in content.items() if value is not None}
    return [_trimmed(value) for value in content] if isinstance(content, list | tuple) else content


def _changes(pointer: str, before: Any, after: Any) -> Iterator[FieldChange]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in {**before, **after}:
            yield from _changes(f"{pointer}/{name}", before.get(name), after.get(name))
    elif isinstance(before, list) and isinstance(after, list):
        for n in range(max(len(before), len(after))):
            yield from _changes(f"{pointer}/{n}", *(it[n] if n < len(it) else None for it in (before, after)))
    else:
        yield FieldChange(pointer, before, after)


def _in_utc(program: Program) -> Program:
    """Bring times into the one zone, and to the precision, in which they are stored."""
    return replace(
        program,
        campaigns=tuple(
            replace(it, starts_at=_stored(it.starts_at), ends_at=_stored(it.ends_at)) for it in program.campaigns
        ),
    )


def _stored(at: datetime) -> datetime:
    at = at.astimezone(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
