"""Publish the program's rules and read the ones in force."""

from dataclasses import fields, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec

from chalicelib.domain.effects import Create
from chalicelib.domain.flaws import flaws
from chalicelib.domain.program import Program
from chalicelib.store.table import Table


class NoProgramError(Exception):
    """No rules have been published yet, so nothing can be decided."""


class FlawedProgramError(Exception):
    """The rules contradict each other. `flaws` are (JSON pointer, reason) pairs."""

    def __init__(self, found: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{pointer}: {reason}" for pointer, reason in found))
        self.flaws = found


def publish(table: Table, document: dict[str, Any], *, author: str, now: datetime) -> Program:
    """Check a program document and store it as the next version.

    Raises:
        msgspec.ValidationError: a field is of the wrong type.
        FlawedProgramError: the rules contradict each other.
    """
    while True:
        newest = table.read_newest_program()
        version = newest.version + 1 if newest else 1
        unknown = sorted(document.keys() - {field.name for field in fields(Program)})
        if unknown:
            raise FlawedProgramError([(f"/{name}", "is not a field of a program") for name in unknown])
        candidate = msgspec.convert({**document, "version": version}, Program)
        program = replace(candidate, author=author, created_at=now)
        found = flaws(program)
        if found:
            raise FlawedProgramError(found)
        if not table.commit([Create(program)]):
            return program


def current(table: Table) -> Program:
    """Read the rules in force.

    Raises:
        NoProgramError: none has been published yet.
    """
    program = table.read_newest_program()
    if program is None:
        raise NoProgramError
    return program


@lru_cache(maxsize=256)
def version(table: Table, number: int) -> Program:
    """Read one version of the rules; versions never change, so each is read once.

    Raises:
        NoProgramError: there is no such version.
    """
    program = table.read_program(number)
    if program is None:
        raise NoProgramError(f"version {number}")
    return program
