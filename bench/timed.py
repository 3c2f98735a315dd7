"""The engine in simulated time: what DynamoDB takes for each call, and what those who wait for it do meanwhile.

A transaction holds its items from its arrival until it is carried out: who wants to write one of them meanwhile, or to
look after it in a transaction, is refused with TransactionConflict.
"""

import heapq
import time
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import greenlet

from chalicelib.aws.services import RefusedError
from chalicelib.store.table import Table
from chalicelib.store.wire import Wire
from memory.engine import Engine, Key, refused

SECONDS = {"TransactWriteItems": 0.012, "PutItem": 0.006, "UpdateItem": 0.006}
READ_SECONDS = 0.004
WAY = 0.002
"""How long a call is on its way until it counts, and its answer on the way back."""


class Timed:
    """The engine, and the time that passes for those who work at it: each is a greenlet that wakes at its moment.

    For whoever looks from outside no time passes. `computing` counts the CPU time that a worker takes between two
    calls, too: each has a processor of its own, as a Lambda has.
    """

    def __init__(self, *, computing: bool = False) -> None:
        self.engine = Engine(Random(1))  # noqa: S311 - the same each time
        jitter = Random(1).random  # noqa: S311 - as above
        self.table = Table(Wire(self.call, "timed", sleep=self.wait, jitter=jitter, clock=lambda: self.now))
        self.now = 0.0
        self.calls = Counter[str]()
        self._agenda: list[tuple[float, int, greenlet.greenlet]] = []
        self._number = 0
        self._held: set[Key] = set()
        self._computing = computing
        self._since = 0.0

    def start(self, work: Callable[[], object]) -> None:
        """Add somebody who works from now on."""
        self._wake(greenlet.greenlet(work), self.now)

    def run(self) -> None:
        """Let everybody work until all have ended."""
        while self._agenda:
            self.now, _, worker = heapq.heappop(self._agenda)
            self._since = time.thread_time()
            worker.switch()

    def wait(self, seconds: float) -> None:
        """Let time pass for whoever waits: that, and what they have computed since they were woken."""
        worker = greenlet.getcurrent()
        if worker.parent is not None:
            computed = time.thread_time() - self._since if self._computing else 0
            self._wake(worker, self.now + computed + seconds)
            worker.parent.switch()

    def call(self, operation: str, request: Any) -> Any:
        """Carry out a call, in its time."""
        if greenlet.getcurrent().parent is None:
            return self.engine.call(operation, request)
        self.calls[operation] += 1
        self.wait(WAY)
        try:
            return self._carry_out(operation, request)
        finally:
            self.wait(WAY)

    def _carry_out(self, operation: str, request: Any) -> Any:
        written = _written(operation, request)
        spent = SECONDS.get(operation, READ_SECONDS) - 2 * WAY
        if self._held & set(written):
            self.calls["conflict"] += 1
            refusal = _conflict(operation, written, self._held)
            self.wait(spent)
            raise refusal
        if operation != "TransactWriteItems":
            self.wait(spent)
            return self.engine.call(operation, request)
        self._held.update(written)
        try:
            self.wait(spent)
            answer = self.engine.call(operation, request)
        except RefusedError:
            self.calls["unmet"] += 1
            raise
        finally:
            self._held.difference_update(written)
        self.calls["taken"] += 1
        return answer

    def _wake(self, worker: greenlet.greenlet, at: float) -> None:
        self._number += 1
        heapq.heappush(self._agenda, (at, self._number, worker))


def _written(operation: str, request: Any) -> list[Key]:
    """The keys of the items that a call writes, or looks after in a transaction."""
    actions = [next(iter(it.values())) for it in request.get("TransactItems", ())]
    if operation in {"PutItem", "UpdateItem"}:
        actions = [request]
    keys = (it.get("Item") or it["Key"] for it in actions)
    return [(key["PK"]["S"], key["SK"]["S"]) for key in keys]


def _conflict(operation: str, written: list[Key], held: set[Key]) -> RefusedError:
    if operation != "TransactWriteItems":
        return refused("TransactionConflictException")
    reasons = [{"Code": "TransactionConflict" if key in held else "None"} for key in written]
    return refused("TransactionCanceledException", CancellationReasons=reasons)
