"""Look at everybody once when rules have changed that may bring something forward.

What becomes stricter acts at the next look by itself: the policy is asked in the moment of sending. But nobody would
look earlier at somebody for whom something has become due. So each version of the rules by which people are looked
after begins a round, once no worker can hold the version before it; it writes only where the next look moves.
"""

import json
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from chalicelib.domain.effects import Replace
from chalicelib.domain.model.people import Person
from chalicelib.domain.model.work import Job
from chalicelib.operations.outlook import Outlook
from chalicelib.store import keys
from chalicelib.store.table import Table

PAGE = 50


@dataclass(slots=True)
class Place:
    """Where a round goes on: in a shard of the list of people, after a position."""

    shard: int = 0
    after: str | None = None


def step(table: Table, job: Job, deadline: float, outlook: Outlook, *, now: datetime) -> Job:
    """Carry a round on; how far it is counts people.

    Raises:
        BusyError: the table did not answer in time; the slice is done again, which changes nothing more.
    """
    place, progress = msgspec.convert(json.loads(job.cursor or "{}"), Place), job.progress
    while place.shard < keys.PEOPLE_SHARDS:
        rows = table.list_keys(keys.people(place.shard), place.after, PAGE)
        for person in table.read_people(position for position, _ in rows).values():
            _look(table, person, outlook, now)
        progress += len(rows)
        place = Place(place.shard, rows[-1][0]) if len(rows) == PAGE else Place(place.shard + 1)
        if table.is_past(deadline):
            break
    return replace(
        job,
        state="running" if place.shard < keys.PEOPLE_SHARDS else "done",
        progress=progress,
        cursor=msgspec.json.encode(place).decode(),
    )


def _look(table: Table, person: Person, outlook: Outlook, now: datetime) -> None:
    """Store a new moment to look at somebody. Whoever was faster has gone by the new rules as well."""
    after = outlook.ahead(person, now)
    if after.due_at != person.due_at:
        table.commit([Replace(replace(after, version=person.version + 1))])
