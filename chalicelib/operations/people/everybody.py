"""Walk through everybody who is known, slice after slice, as the job of a round."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

import msgspec

from chalicelib.domain.model.people import Person
from chalicelib.domain.model.work import Job
from chalicelib.store import keys
from chalicelib.store.table import Table

PAGE = 50


@dataclass(slots=True)
class Place:
    """Where a round goes on: in a shard of the list of people, after a position."""

    shard: int = 0
    after: str | None = None


def walk(table: Table, job: Job, deadline: float, visit: Callable[[Person], None]) -> Job:
    """Visit people until the deadline, or until all were visited; return the job as far as it is: it counts people.

    Raises:
        BusyError: the table did not answer in time; the slice is done again, so that some are visited twice.
    """
    place, progress = msgspec.convert(json.loads(job.cursor or "{}"), Place), job.progress
    while place.shard < keys.PEOPLE_SHARDS:
        rows = table.list_keys(keys.people(place.shard), place.after, PAGE)
        for person in table.read_people(position for position, _ in rows).values():
            visit(person)
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
