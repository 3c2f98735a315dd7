"""Whatever there is, for an audit: items of any kind, readable or not."""

from collections.abc import Iterable
from datetime import datetime

from chalicelib.store import keys
from chalicelib.store.items import Found, found_in
from chalicelib.store.keys import Key, stamp
from chalicelib.store.reads.reader import Reader
from chalicelib.store.wire import key_in


class Audit(Reader):
    """Items as an audit meets them."""

    def find(self, wanted: Iterable[Key]) -> dict[Key, Found]:
        """Whatever lies under some keys, of any kind, each read consistently."""
        return {key_in(item): found_in(item, self.shards) for item in self._wire.batch(list(dict.fromkeys(wanted)))}

    def find_order(self, order_id: str) -> list[Found]:
        """Whatever lies with an order, in one consistent query."""
        return [found_in(item, self.shards) for item in self._wire.query(keys.order(order_id))]

    def find_entries(self, ambassador_id: str, after: str, until: str, limit: int) -> list[Found]:
        """Up to `limit` entries of one ambassador in order of posting, after one number and up to another."""
        bounds = (f"ENTRY#{after}", f"ENTRY#{until}")
        items = self._wire.query(keys.ledger(ambassador_id), bounds, skip=bounds[0], limit=limit)
        return [found_in(item, self.shards) for item in items]

    def find_posted(self, ambassador_id: str, at: datetime) -> list[Found]:
        """What was posted to one ambassador at this very moment. Slightly stale."""
        shard, moment = keys.daily_of(keys.ENTRIES, at, ambassador_id).key(self.shards()).pk, stamp(at)
        rows = self._wire.query(shard, (f"{moment}#", f"{moment}#~"), index="day")
        return list(self.find(key for key in map(key_in, rows) if key.pk == keys.ledger(ambassador_id)).values())

    def list_keys(self, name: str, after: str | None, limit: int, *, within: str = "") -> list[tuple[str, Key]]:
        """Up to `limit` keys of a list in the index `list`, from its first position that begins with `within` on."""
        rows = self._wire.query(name, (after or within or " ", f"{within}~"), index="list", skip=after, limit=limit)
        return [(row["list_sk"]["S"], key_in(row)) for row in rows]

    def last_key(self, name: str) -> str:
        """The last position in a list of the index `list` that is not empty."""
        return next(self._wire.query(name, index="list", limit=1, forward=False))["list_sk"]["S"]  # type: ignore[no-any-return]
