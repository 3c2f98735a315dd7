"""The settings of care, which lie in a program as text: who needs them reads them."""

from functools import lru_cache
from typing import Any

import msgspec

from chalicelib.domain.care.flaws import flaws_of_care
from chalicelib.domain.care.settings import Care
from chalicelib.domain.model.people import PROMOTIONAL, Purpose
from chalicelib.domain.people.policy import PURPOSES
from chalicelib.domain.program.flaws import Flaw
from chalicelib.domain.program.program import Program


def care_of(program: Program) -> Care:
    """Return the occasions that are on."""
    return _read(program.care)


def asked_of(program: Program) -> tuple[Purpose, ...]:
    """Return the purposes of the letters of care that are on, each of which needs somebody's yes."""
    used = {PURPOSES.get(it.NAME) for it in care_of(program).occasions()}
    return tuple(it for it in PROMOTIONAL if it in used)


def written(document: Any) -> str:
    """Write the care of a document as a program holds it."""
    return msgspec.json.encode(document).decode() if document else ""


def flaws(program: Program) -> list[Flaw]:
    """Return what is wrong with the care of a program, as (JSON pointer, reason) pairs."""
    return list(flaws_of_care(care_of(program)))


@lru_cache(maxsize=8)
def _read(text: str) -> Care:
    return msgspec.json.decode(text, type=Care) if text else Care()
