"""What is counted by days, and what came of it."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from chalicelib.store import keys
from chalicelib.store.items import entity_of, read
from chalicelib.store.keys import Key
from chalicelib.store.reads.reader import Reader
from chalicelib.store.wire import key_in

if TYPE_CHECKING:
    from chalicelib.domain.model.orders import Redemption
    from chalicelib.domain.model.stats import Dimension, Figures, Receipt


class Visits(NamedTuple):
    """Visits by one code's links on one day, by channel; and the campaign that the code had at the last of them."""

    channels: dict[str, int]
    campaign: str


class Late(NamedTuple):
    """A day by UTC for which something came in late, and when the last of it did."""

    day: date
    at: datetime


class Stats(Reader):
    """Figures, and the lists by days that they are counted from."""

    def read_figures(self, dimension: str, first: str, last: str) -> "list[Figures]":
        """The figures of some days, or of some months, by one dimension, in order."""
        low, high = keys.figures(dimension, first), keys.figures(dimension, last)
        return [entity_of(item) for item in self._wire.query(low.pk, (low.sk, high.sk))]

    def read_these(self, periods: "Iterable[tuple[Dimension, str]]") -> "dict[tuple[Dimension, str], Figures]":
        """Some figures by dimension and period, where there are any."""
        found: list[Figures] = self._batch([keys.figures(*it) for it in periods])
        return {(it.dimension, it.period): it for it in found}

    def last_day(self) -> "Figures | None":
        """The figures of the last day that was counted."""
        low, high = keys.figures("all", "0001-01-01"), keys.figures("all", "9999-12-31")
        found = self._wire.query(low.pk, (low.sk, high.sk), limit=1, forward=False)
        return next((entity_of(item) for item in found), None)

    def list_daily(self, name: str, on: date, shard: int, after: str, before: str, limit: int) -> list[tuple[str, Key]]:
        """Up to `limit` keys of a shard of a list by days, strictly between two positions, each with its position.

        Slightly stale.
        """
        pk = keys.daily(name, on, shard)
        rows = self._wire.query(pk, (after, before), index="day", skip=after, limit=limit)
        return [(row["day_sk"]["S"], key_in(row)) for row in rows]

    def read_entities(self, wanted: Iterable[Key]) -> list[Any]:
        """Whatever lies under some keys, in their order."""
        return self._batch(list(wanted))

    def read_visits(self, wanted: Iterable[Key]) -> list[Visits]:
        """The visits that lie under some keys."""
        return [
            Visits(
                channels={name.removeprefix("ch_"): read(n) for name, n in item.items() if name.startswith("ch_")},
                campaign=read(item["campaign"]) if "campaign" in item else "",
            )
            for item in self._wire.batch(list(wanted))
        ]

    def read_receipts(self, order_ids: Iterable[str]) -> "dict[str, Receipt]":
        """Some orders as the figures count them."""
        found: list[Receipt] = self._batch([keys.receipt(it) for it in dict.fromkeys(order_ids)])
        return {it.order_id: it for it in found}

    def read_coded(self, order_ids: Iterable[str]) -> "dict[str, Redemption]":
        """The redemptions of those orders that have one."""
        found: list[Redemption] = self._batch([keys.redemption(it) for it in dict.fromkeys(order_ids)])
        return {it.order_id: it for it in found}

    def list_late(self) -> list[Late]:
        """The days for which something came in late within the last month."""
        rows = self._wire.query(keys.LATE, ("LATE#", "LATE#~"))
        return [
            Late(date.fromisoformat(row["SK"]["S"].partition("#")[2]), datetime.fromisoformat(read(row["at"])))
            for row in rows
        ]

    def count_enrolled(self, low: str, high: str) -> int:
        """How many ambassadors have ids between two: these sort by time. Slightly stale."""
        return self._wire.count(keys.AMBASSADORS, (low, high), "list", whole=True)
