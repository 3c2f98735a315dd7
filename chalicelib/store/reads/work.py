"""What is due, and work too long for one request."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.store import keys
from chalicelib.store.keys import Key, stamp
from chalicelib.store.reads.reader import Reader
from chalicelib.store.wire import key_in

if TYPE_CHECKING:
    from chalicelib.domain.model.work import Job


class Work(Reader):
    """What waits to be done."""

    def read_job(self, job_id: str) -> "Job | None":
        """A job, as far as it is."""
        return self._get(keys.job(job_id))

    def list_due(self, now: datetime) -> Iterator[Key]:
        """The keys of everything whose time has come, oldest first in each shard. Slightly stale, so only a hint."""
        for shard in keys.due_shards():
            yield from (key_in(item) for item in self._wire.query(shard, (" ", stamp(now)), index="due"))

    def count_due(self, now: datetime) -> int:
        """How much is due, at most one page of each shard: a measure of backlog, exact while it is small."""
        return sum(self._wire.count(shard, (" ", stamp(now)), "due") for shard in keys.due_shards())
