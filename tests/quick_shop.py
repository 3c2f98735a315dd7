"""A shop over the engine in memory, without a wire: many times as fast, for tests that live through months.

Everything is the program's own but for the mails, which nobody waits for here and nobody sends.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from chalicelib import deps
from chalicelib.operations.program import publication
from chalicelib.workers import stream
from chalicelib.workers.due import attend
from chalicelib.workers.jobs import carry_on
from memory.cloud import Cloud
from memory.faults import Faults
from memory.shop import ENVIRONMENT, START, Body, Shop, restart
from tests.simulator.world import World


class QuickShop(Shop):
    """A shop whose calls reach the engine without a wire."""

    def __init__(self, world: World) -> None:
        super().__init__(Cloud(), Faults())
        self._world = world
        self._streamed = 0

    def stream(self) -> None:
        """Let the table's stream bring everything that is new since the last time, but for mails."""
        while records := self.records():
            stream.on_table_change({"Records": records}, None)
        self._world.engine.settle_indexes()

    def minute(self) -> None:
        """Let the schedule settle what is due and carry jobs on."""
        due = [key.pk for key in deps.table().list_due(self.now) if not key.pk.startswith(("MSG#", "SIGNIN#"))]
        attend(due)
        carry_on(due, 60)
        self._world.engine.settle_indexes()

    @property
    def items(self) -> dict[tuple[str, str], Body]:
        """The items of the table as they lie there, by key: whoever changes them writes past the program."""
        return self._world.engine.items

    def everything(self) -> list[Body]:
        """All items of the table."""
        return [dict(item) for item in self._world.engine.items.values()]

    def records(self) -> list[Body]:
        """What the table's stream brings since the last time."""
        records = self._world.engine.records
        new, self._streamed = records[self._streamed :], len(records)
        return [it for it in new if it["dynamodb"]["Keys"]["PK"]["S"].startswith(("ORDER#", "JOB#"))]


@contextmanager
def open_quick_shop(program: Body, seed: int = 1) -> Iterator[QuickShop]:
    """Open a shop with a program. With the same seed, ids and codes are the same each time."""
    world = World(seed, trouble=0)
    real = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with patch.dict(os.environ, {**real, **ENVIRONMENT}, clear=True):
        restart()
        with world.inhabited():
            deps.use_chance(world.chance)
            publication.publish(deps.table(), program, author="test", now=START)
            yield QuickShop(world)
    restart()
