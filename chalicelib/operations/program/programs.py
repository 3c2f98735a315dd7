"""Read the rules in force, and earlier versions."""

from datetime import datetime, timedelta
from functools import lru_cache

from chalicelib.domain.program.flaws import FlawedProgramError, flaws
from chalicelib.domain.program.program import Program
from chalicelib.store.table import Table

NOTICE = timedelta(days=1)
"""How long the previous, stricter limit for adjustments still applies after a looser one is published."""


class NoProgramError(Exception):
    """No rules have been published yet, so nothing can be decided."""


def adjustment_limit(table: Table, program: Program, *, now: datetime) -> int | None:
    """Return the limit above which an adjustment takes a second admin: the strictest of the last day.

    Whoever lifts it can't use that at once: the others have a day to see it in the list of versions.
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
