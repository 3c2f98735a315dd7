"""Into how many shards a list is split: as many as were decided for the day of what lies in it.

A key takes 1,000 writes a second, so what everybody writes to is split. To split it further would lose what is there,
if the number held for all: so it holds from a day on, and what is of an earlier day lies, and is found, where it was.
"""

from collections.abc import Callable, Mapping
from datetime import date
from zlib import crc32

FEW = 4
"""Before anybody decides: quiet shops read few, and these carry 500 orders a second."""

MANY = 64


class Shards:
    """How many shards there are, by the first day (UTC, as text) of each number. None of them is ever taken back."""

    __slots__ = ("_since",)

    def __init__(self, since: Mapping[str, int] | None = None) -> None:
        self._since = sorted((since or {}).items())

    def on(self, day: date) -> int:
        """How many there are for what is of a day."""
        text = day.isoformat()
        return next((count for first, count in reversed(self._since) if first <= text), FEW)

    @property
    def since(self) -> list[tuple[str, int]]:
        """The numbers in order, each with its first day; the first one has none."""
        return [("", FEW), *self._since]

    @property
    def counts(self) -> list[int]:
        """All numbers that there were, are and will be."""
        return [count for _, count in self.since]

    @property
    def last(self) -> str:
        """The first day of the last number; empty if nobody has decided yet."""
        return self.since[-1][0]


Known = Callable[[], Shards]
"""Asks for the shards, where it matters."""


def few() -> Shards:
    """The shards of a table for which nobody has decided."""
    return Shards()


def shard_of(own: str, count: int) -> int:
    """Where something is among so many, by an id of its own."""
    return crc32(own.encode()) % count
