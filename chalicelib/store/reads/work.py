"""What is due, work too long for one request, and what people of the shop have to do and show."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING

from chalicelib.store import keys
from chalicelib.store.items import entity_of
from chalicelib.store.keys import Key, stamp
from chalicelib.store.reads.reader import Reader
from chalicelib.store.wire import key_in

if TYPE_CHECKING:
    from chalicelib.domain.model.tasks import Guide, Task
    from chalicelib.domain.model.work import Job


class Work(Reader):
    """What waits to be done."""

    def read_job(self, job_id: str) -> "Job | None":
        """A job, as far as it is."""
        return self._get(keys.job(job_id))

    def list_jobs(self, after: str | None, limit: int) -> "list[tuple[str, Job]]":
        """Up to `limit` jobs, the newest first, each with its position. Slightly stale."""
        return self._owned(keys.JOBS, after, limit)

    def list_late(self, before: datetime, limit: int) -> list[str]:
        """Up to `limit` moments for which something has waited in vain, the first one first. Slightly stale."""

        def first(shard: str) -> list[str]:
            rows = self._wire.query(shard, (" ", stamp(before)), index="due", limit=limit)
            return [row["due_at"]["S"] for row in rows]

        return sorted(chain.from_iterable(self._wire.each(first, self.due_shards())))[:limit]

    def due_shards(self) -> list[str]:
        """All shards of what is due."""
        return keys.due_shards(self.shards())

    def list_due(self, now: datetime, shards: Iterable[str] | None = None) -> Iterator[Key]:
        """The keys of everything whose time has come, or of that in some shards, oldest first in each.

        Slightly stale, so only a hint.
        """
        for shard in self.due_shards() if shards is None else shards:
            yield from (key_in(item) for item in self._wire.query(shard, (" ", stamp(now)), index="due"))

    def count_due(self, now: datetime) -> int:
        """How much is due, at most one page of each shard: a measure of backlog, exact while it is small."""
        return sum(self._wire.each(lambda it: self._wire.count(it, (" ", stamp(now)), "due"), self.due_shards()))

    def read_task(self, task_id: str) -> "Task | None":
        """Something that somebody of the shop has to do, or has done."""
        return self._get(keys.task_of(task_id))

    def list_tasks(self, kind: str, after: str | None, limit: int) -> "list[tuple[str, Task]]":
        """Up to `limit` open tasks of a kind, the one that is to be done soonest first, each with its position.

        Slightly stale.
        """
        return self._owned(keys.tasks(kind), after, limit, forward=True)

    def list_done(self, kind: str, after: str | None, limit: int) -> "list[tuple[str, Task]]":
        """Up to `limit` tasks of a kind that are done, the latest first, each with its position. Slightly stale."""
        return self._owned(keys.done(kind), after, limit)

    def list_waiting(self, name: str) -> list[str]:
        """All moments at which something of a list by time stands there, the first one first. Slightly stale."""
        rows = self._wire.query(name, (" ", "~"), index="list")
        return [row["list_sk"]["S"].partition("#")[0] for row in rows]

    def count_tasks(self, kind: str, until: datetime | None = None) -> int:
        """How many tasks of a kind are open; with `until` those that should have been done by then. Slightly stale."""
        return self._wire.count(keys.tasks(kind), (" ", f"{stamp(until)}~" if until else "~"), "list", whole=True)

    def tasks_of(self, person_ids: Iterable[str]) -> "list[Task]":
        """All tasks about a person, under some ids that they have had, in the order in which they were opened."""
        bounds = (keys.task("").sk, keys.task("", "~").sk)
        found = [entity_of(it) for name in person_ids for it in self._wire.query(keys.task(name).pk, bounds)]
        return sorted(found, key=lambda it: (it.opened_at, it.id))

    def read_guide(self, guide_id: str) -> "Guide | None":
        """A guide, retired or not."""
        return self._get(keys.guide(guide_id))

    def list_guides(self, after: str | None = None, limit: int | None = None) -> "list[tuple[str, Guide]]":
        """Up to `limit` guides by their ids, retired ones among them, each with its position; all, if not limited."""
        bounds = (after or keys.guide().sk, keys.guide("~").sk)
        found = self._wire.query(keys.GUIDES, bounds, skip=after, limit=limit)
        return [(item["SK"]["S"], entity_of(item)) for item in found]
