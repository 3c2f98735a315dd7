"""Trouble at the wire, the only place where anything is faked: each request meets it on its way out, or back."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from chalicelib.aws.lines import LostError, Reply
from memory.tap import GoOn, tapped
from memory.wire import stale, trespasses


class KilledError(BaseException):
    """The process is gone: nothing in the program can catch this."""


def refused(code: str, status: int = 400, **more: Any) -> Callable[[], Any]:
    """An answer by which AWS refuses a call; the call never takes effect."""
    return lambda: Reply(status, {}, json.dumps({"__type": f"aws#{code}", **more}).encode())


def answered(**answer: Any) -> Callable[[], Any]:
    """An answer in place of the real one."""
    return lambda: Reply(200, {}, json.dumps(answer).encode())


def cancelled(*reasons: str) -> Callable[[], Any]:
    """A cancelled transaction with one reason for each of its items."""
    return refused("TransactionCanceledException", CancellationReasons=[{"Code": reason} for reason in reasons])


def meanwhile(act: Callable[[], object]) -> Callable[[], None]:
    """Somebody else is faster: what they do happens before, or after, the call, which then goes on."""

    def happen() -> None:
        act()

    return happen


def failing(error: Exception) -> Callable[[], Any]:
    """Something breaks at the wire."""

    def happen() -> None:
        raise error

    return happen


def lost() -> None:
    """The connection breaks off: before a call it is never sent, after one its answer never comes."""
    raise LostError("planned")


class Faults:
    """What happens around the calls of one kind. Every call is recorded as (operation, parameters).

    Whatever else a test is about, no call that is heard may change or remove an entry of the ledger, or read the table
    without asking for consistency.
    """

    def __init__(self) -> None:
        self.calls: list[tuple[str, Any]] = []
        self.trespasses: list[str] = []
        self._planned: dict[tuple[str, str], list[Callable[[], Any] | None]] = {}
        self._kill: tuple[int, str, type[BaseException]] | None = None

    def before(self, operation: str, *events: Callable[[], Any] | None) -> None:
        """Let each of the next calls of an operation meet one event before it is sent; None lets it through."""
        self._planned[("before", operation)] = list(events)

    def after(self, operation: str, *events: Callable[[], Any] | None) -> None:
        """The same when the call has taken effect, but nobody has heard of it yet."""
        self._planned[("after", operation)] = list(events)

    def kill(self, place: int, moment: str, death: type[BaseException]) -> None:
        """Let the process die at the call in this place of those to come, `before` it or `after` it took effect."""
        self._kill = len(self.calls) + place, moment, death

    def count(self, *operations: str) -> int:
        """How many calls of these operations were made."""
        return sum(name in operations for name, _ in self.calls)

    @contextmanager
    def heard(self) -> Iterator["Faults"]:
        """Listen to all calls that the program makes within the block."""
        with tapped(self._pass):
            yield self
        assert not self.trespasses, self.trespasses

    def _pass(self, operation: str, params: Any, go_on: GoOn) -> Reply:
        self.calls.append((operation, params))
        self.trespasses += trespasses(operation, params) + stale(operation, params)
        found: Reply | None = self._meet("before", operation)
        if found is None:
            found = go_on()
            found = self._meet("after", operation) or found
        return found

    def _meet(self, moment: str, operation: str) -> Any:
        if self._kill and self._kill[:2] == (len(self.calls) - 1, moment):
            death, self._kill = self._kill[2], None
            raise death
        planned = self._planned.get((moment, operation))
        event = planned.pop(0) if planned else None
        return event() if event else None
