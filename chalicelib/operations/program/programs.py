"""Publish the program's rules and read the ones in force."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from chalicelib.domain.effects import Create
from chalicelib.domain.program.flaws import FlawedProgramError, flaws
from chalicelib.domain.program.program import Program
from chalicelib.operations.once import Plan, decide
from chalicelib.store import keys
from chalicelib.store.table import Table

NOTICE = timedelta(days=1)
"""So long after a looser limit for adjustments was published the one before still holds."""


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
    from chalicelib.operations.program.document import read

    return put_in_force(table, read(document), author=author, now=now)


def put_in_force(table: Table, program: Program, *, author: str, now: datetime, over: int | None = None) -> Program:
    """Store sound rules as the next version, and return it; if they say the same as those in force, these stay.

    `over` is the version that must be in force, 0 for none; None takes whatever is.

    Raises:
        OutdatedError: another version than `over` is in force.
        FlawedProgramError: it is in another currency, and there are ambassadors whose balances are in the present one.
        BusyError: the table did not answer in time.
    """
    from chalicelib.operations.program.document import same

    def look() -> Plan[Program]:
        newest = table.read_newest_program()
        version = newest.version if newest else 0
        if over not in {None, version}:
            raise OutdatedError(version)
        if newest and same(program, newest):
            return Plan(newest)
        if newest and program.currency != newest.currency and table.list_keys(keys.AMBASSADORS, None, 1):
            stays = f"stays {newest.currency}: balances and caps of the ambassadors that there are count in it"
            raise FlawedProgramError([("/currency", stays)])
        following = replace(program, version=version + 1, author=author, created_at=now)
        return Plan(following, [Create(following)])

    return decide(table, look)


def adjustment_limit(table: Table, program: Program, *, now: datetime) -> int | None:
    """Return the limit above which an adjustment takes a second admin: the strictest of the last day.

    So who lifts it can't use that at once: the others have a day to see it in the list of versions.
    """
    limits, rules = [program.adjustment_limit], program
    while rules.version > 1 and rules.created_at is not None and now - rules.created_at < NOTICE:
        rules = version(table, rules.version - 1)
        limits.append(rules.adjustment_limit)
    return min((limit for limit in limits if limit is not None), default=None)


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
def sound(table: Table, number: int) -> Program:
    """Read one version of the rules to settle by, and look it over: limits may be stricter now than when it was stored.

    Raises:
        NoProgramError: there is no such version.
        FlawedProgramError: its rules contradict each other, or leave all reason.
    """
    program = version(table, number)
    found = flaws(program)
    if found:
        raise FlawedProgramError(found)
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
