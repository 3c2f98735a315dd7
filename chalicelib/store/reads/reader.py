"""What every read stands on: one item by its key, some items, a page of a list."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, TypeVar

from chalicelib.store import keys
from chalicelib.store.items import entity_of, read
from chalicelib.store.keys import Key
from chalicelib.store.shards import Shards
from chalicelib.store.wire import Wire, key_in

R = TypeVar("R", bound="Reader")

_HOUR = 3600.0


class Reader:
    """Reads of whatever kind a key leads to: each named read says in its annotation which one that is."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def also(self, reads: type[R]) -> R:
        """Read in another way over the same wire: what no checkout needs is no part of the table."""
        return reads(self._wire)

    def shards(self) -> Shards:
        """Into how many shards lists are split. A new number holds a day later, or more: it is known by then."""
        item = self._wire.remembered(keys.SHARDS, _HOUR)
        return Shards(read(item["since"])) if item else Shards()

    def _daily(self, name: str, on: date) -> list[str]:
        """All shards of a list by days on one day."""
        return [keys.daily(name, on, shard) for shard in range(self.shards().on(on))]

    def _get(self, key: Key) -> Any | None:
        """What lies under a key, if anything does."""
        item = self._wire.get(key)
        return entity_of(item) if item else None

    def _batch(self, wanted: Sequence[Key]) -> list[Any]:
        """What lies under some keys, in their order."""
        return [entity_of(item) for item in self._wire.batch(wanted)]

    def _owned(
        self, pk: str, after: str | None, limit: int, *, within: str = "", forward: bool = False
    ) -> list[tuple[str, Any]]:
        """Up to `limit` entities of a list in the index `list`, whose positions begin with `within`."""
        low, high = (after or within or " ", f"{within}~") if forward else (within or " ", after or f"{within}~")
        rows = list(self._wire.query(pk, (low, high), index="list", skip=after, limit=limit, forward=forward))
        found = self._batch([key_in(item) for item in rows])
        return [(item["list_sk"]["S"], entity) for item, entity in zip(rows, found, strict=True)]

    def _of_kin(self, kin: Iterable[str], after: str | None, limit: int, within: str) -> list[tuple[str, Any]]:
        """Up to `limit` entities of the lists of some ambassadors, as if they were one list."""
        lists = (self._owned(keys.ambassador(it), after, limit, within=within) for it in kin)
        return sorted((row for rows in lists for row in rows), key=lambda row: row[0], reverse=True)[:limit]
