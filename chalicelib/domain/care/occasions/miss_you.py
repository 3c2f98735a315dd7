"""Telling somebody who has gone quiet that they are missed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from statistics import median
from typing import Annotated, ClassVar

from chalicelib.domain.care.occasion import Occasion, Present, Seen
from chalicelib.domain.care.sight import Sight
from chalicelib.domain.model.messages import Name
from chalicelib.domain.program.program import Number
from chalicelib.domain.program.shape import Called, In, Within

_HUNDRED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class MissYou(Occasion):
    """Write once in a silence, which is longer than somebody's own rhythm suggests."""

    NAME: ClassVar[str] = "miss_you"
    LETTER: ClassVar[Name | None] = "miss_you"

    factor_percent: Annotated[
        int,
        Within(100, 1000),
        In("percent"),
        Called("Length of a silence"),
        "How long a silence is, in percent of somebody’s usual time between two orders: 200 is twice as long.",
    ] = 200
    least_days: Annotated[
        Number, In("days"), Called("At least"), "A silence lasts so many days at least, whatever somebody’s rhythm."
    ] = 45
    first_order_days: Annotated[
        Number,
        In("days"),
        Called("After one order"),
        "After a first order, when there is no rhythm yet, a silence lasts so many days.",
    ] = 120
    within_days: Annotated[
        Number, In("days"), Called("Makes sense for"), "For so many days from then on it still makes sense."
    ] = 30
    gift: Annotated[Present | None, "What comes with the letter, best a percentage of the next order."] = None

    def touches(self, sight: Sight) -> Iterator[Seen]:
        """Yield the one of the silence since the last order, also if that is another one now than when it went."""
        last = sight.orders[-1] if sight.orders else None
        if last and all(at < last.placed_at for at in sight.gone(self.NAME).values()):
            yield self.touch(last.order_id, last.placed_at + self.silence(sight), timedelta(days=self.within_days))

    def silence(self, sight: Sight) -> timedelta:
        """Return after how long without an order somebody is quiet: by their median gap, or the shop's usual time."""
        times = [it.placed_at for it in sight.orders]
        gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
        if not gaps:
            return timedelta(days=self.first_order_days)
        usual = timedelta(seconds=round(median(gaps) * self.factor_percent / _HUNDRED))
        return max(usual, timedelta(days=self.least_days))
