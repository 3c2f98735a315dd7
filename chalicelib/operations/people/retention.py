"""Keep what is known of people no longer than the program says: once a week everybody is looked at.

What changes in the program acts at the next round, also on what was stored before. Visits of links and idempotency keys
are let go by the table itself, from a time that is set when they are written.
"""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import SystemRandom

import msgspec

from chalicelib.domain.calendar import months_after
from chalicelib.domain.model.accounts import Account
from chalicelib.domain.model.people import Person
from chalicelib.domain.model.work import Job
from chalicelib.domain.people.erasure import taken
from chalicelib.domain.people.person import last_seen
from chalicelib.domain.program.program import Program
from chalicelib.operations.people import everybody
from chalicelib.operations.people.erase import erase_person, is_forgotten
from chalicelib.operations.people.merged import account_of
from chalicelib.operations.program import programs
from chalicelib.store import keys
from chalicelib.store.table import Table

KIND = "retention"
BY = "retention"
"""Who has asked for an erasure, if it was the program."""

ORDERS_MAX = 200
"""Of one person at most so many reported orders are let go in a round."""

_CHANCE = SystemRandom()
_HELD = ("held", "available", "reserved")


@dataclass(slots=True)
class Done:
    """How many people were forgotten, and how many addresses and reported orders were let go."""

    erased: int = 0
    contacts: int = 0
    orders: int = 0


def step(table: Table, job: Job, deadline: float, *, now: datetime) -> Job:
    """Carry a round on; how far it is counts people.

    Raises:
        BusyError: the table did not answer in time; the slice is done again, which changes nothing more.
    """
    done, program = msgspec.convert(json.loads(job.result), Done), programs.current(table)
    after = everybody.walk(table, job, deadline, lambda person: _look_after(table, person, program, done, now))
    return replace(after, result=msgspec.json.encode(done).decode())


def _look_after(table: Table, person: Person, program: Program, done: Done, now: datetime) -> None:
    rules = program.retention
    if rules.contacts_days is not None:
        since = now - timedelta(days=rules.contacts_days)
        old = (it for it in table.read_friends(person.names) if it.since is None or it.since < since)
        done.contacts += sum(not table.commit([effect]) for it in old if (effect := taken(it)))
    if rules.orders_months is not None:
        before = months_after(now, -rules.orders_months, program)
        old_orders = table.list_purchases(person.names, keys.stamp(before), ORDERS_MAX)
        done.orders += table.let_go((it for _, it in old_orders), now)
    if rules.inactive_months is None or is_forgotten(person):
        return
    before = months_after(now, -rules.inactive_months, program)
    account = account_of(table, person.ambassador_id) if person.ambassador_id else None
    times = [last_seen(person), account.active_at if account else None]
    if max(filter(None, times), default=before) < before and not _has_balance(account):
        erase_person(table, person.id, by=BY, note=None, now=now, chance=_CHANCE)
        done.erased += 1


def _has_balance(account: Account | None) -> bool:
    return account is not None and any(account.balance(unit, name) > 0 for unit in account.balances for name in _HELD)
