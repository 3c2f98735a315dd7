"""Put rules in force: each publication is a version of its own."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.domain.care.draws import begun
from chalicelib.domain.effects import Create
from chalicelib.domain.model.work import Job
from chalicelib.domain.program.flaws import FlawedProgramError
from chalicelib.domain.program.program import Program
from chalicelib.operations.once import Plan, decide
from chalicelib.operations.program import programs
from chalicelib.operations.program.document import read, same
from chalicelib.operations.program.settings import care_of
from chalicelib.store import keys
from chalicelib.store.table import Table

ROUND_AFTER = timedelta(minutes=3)
"""Workers keep rules for a minute, and a run of theirs lasts no longer than that."""


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
    return put_in_force(table, read(document), author=author, now=now)


def put_in_force(table: Table, program: Program, *, author: str, now: datetime, over: int | None = None) -> Program:
    """Store sound rules as the next version, and return it; if they say the same as those in force, these stay.

    `over` is the version that must be in force, 0 for none; None takes whatever is.

    Raises:
        OutdatedError: another version than `over` is in force.
        FlawedProgramError: it is in another currency, and there are ambassadors whose balances are in the present one;
            or it has surprises otherwise in a month that has begun.
        BusyError: the table did not answer in time.
    """

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
        if newest and not _keeps_begun_months(table, program, newest, now):
            stays = f"stay as they are up to {begun(now)}, which has begun: add a round for a coming month"
            raise FlawedProgramError([("/care/surprise/rounds", stays)])
        following = replace(program, version=version + 1, author=author, created_at=now)
        return Plan(following, [Create(following), *map(Create, _round(following, newest, now))])

    return decide(table, look)


def _round(program: Program, newest: Program | None, now: datetime) -> list[Job]:
    """The look at everybody that new rules begin, once no worker holds the former; none if it can move nothing."""
    if not program.care and not (newest and newest.care):
        return []
    return [Job(f"job_care-{program.version}", "care", program.author, created_at=now, due_at=now + ROUND_AFTER)]


def _keeps_begun_months(table: Table, program: Program, newest: Program, now: datetime) -> bool:
    """Whether surprises are drawn as before in all months that have begun, also if there were none for a while."""
    surprise = care_of(program).surprise
    if surprise is None:
        return True
    former, version = care_of(newest).surprise, newest.version
    while former is None and version > 1:
        version -= 1
        former = care_of(programs.version(table, version)).surprise
    return former is None or surprise.keeps(former, begun(now))
