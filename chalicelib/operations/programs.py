"""Publish the program's rules and read the ones in force."""

from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from chalicelib.domain.effects import Create
from chalicelib.domain.program import Program
from chalicelib.store.table import Table


class NoProgramError(Exception):
    """No rules have been published yet, so nothing can be decided."""


class OutdatedError(Exception):
    """Another version is in force than the one that a document was written over. `version` is 0 if there is none."""

    def __init__(self, version: int) -> None:
        super().__init__(f"version {version} is in force")
        self.version = version


def publish(table: Table, document: Any, *, author: str, now: datetime) -> Program:
    """Check a program document and put it in force, over whatever is.

    Raises:
        FlawedProgramError: names every field that is wrong, or contradicts others.
    """
    from chalicelib.operations.program_document import read

    return put_in_force(table, read(document), author=author, now=now)


def put_in_force(table: Table, program: Program, *, author: str, now: datetime, over: int | None = None) -> Program:
    """Store sound rules as the next version, and return it; if they say the same as those in force, these stay.

    `over` is the version that must be in force, 0 for none; None takes whatever is.

    Raises:
        OutdatedError: another version than `over` is in force.
    """
    from chalicelib.operations.program_document import same

    while True:
        newest = table.read_newest_program()
        version = newest.version if newest else 0
        if over not in {None, version}:
            raise OutdatedError(version)
        if newest and same(program, newest):
            return newest
        following = replace(program, version=version + 1, author=author, created_at=now)
        if not table.commit([Create(following)]):
            return following


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
