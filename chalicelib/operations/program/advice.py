"""What whoever writes a program should think over: of its rules, and of what lies beside them."""

from datetime import datetime

from chalicelib.domain.care.warnings import warnings_of_care, warnings_of_guides
from chalicelib.domain.program.flaws import Flaw
from chalicelib.domain.program.program import Program
from chalicelib.domain.program.warnings import warnings
from chalicelib.operations.program.settings import care_of
from chalicelib.store.table import Table


def advice(program: Program, *, now: datetime) -> list[Flaw]:
    """Return what of a sound program is probably not meant, as (JSON pointer, reason) pairs."""
    return [*warnings(program, now=now), *warnings_of_care(program, care_of(program))]


def missing(table: Table, program: Program) -> list[Flaw]:
    """Return what a sound program needs beside it and does not find, as (JSON pointer, reason) pairs.

    Raises:
        BusyError: the table did not answer in time.
    """
    care = care_of(program)
    guides = [guide for _, guide in table.list_guides()] if care.how_to else []
    return list(warnings_of_guides(program, care, guides))
