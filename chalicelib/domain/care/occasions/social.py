"""Visiting somebody where they are: a task for the shop, which asks them for nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, ClassVar

from chalicelib.domain.care.occasion import Occasion, Seen
from chalicelib.domain.care.sight import Sight
from chalicelib.domain.model.messages import Name
from chalicelib.domain.program.program import Days, Line, Number
from chalicelib.domain.program.shape import Called, In


@dataclass(frozen=True, slots=True, kw_only=True)
class Social(Occasion):
    """Remind the shop of somebody's own pages, some days after they have got something."""

    NAME: ClassVar[str] = "social"
    LETTER: ClassVar[Name | None] = None

    after_delivery_days: Annotated[
        Days,
        Called("After the delivery"),
        "A visit is due so many days after the delivery, or after the purchase if none is reported.",
    ] = 10
    within_days: Annotated[
        Number, In("days"), Called("Makes sense for"), "For so many days from then on it still makes sense."
    ] = 30
    again_days: Annotated[Number, In("days"), Called("Again after"), "Nobody is visited again within so many days."] = (
        90
    )
    hint: Annotated[Line | None, "What whoever pays the visit is told about how to go about it."] = None

    def touches(self, sight: Sight) -> Iterator[Seen]:
        """Yield a visit for the latest order of somebody who has told where they are found."""
        if not sight.person.handles or not sight.orders:
            return
        last = sight.orders[-1]
        starts = (last.delivered_at or last.placed_at) + timedelta(days=self.after_delivery_days)
        visits = [it.at for it in sight.person.touches if it.occasion == self.NAME and it.subject != last.order_id]
        if all(starts >= at + timedelta(days=self.again_days) for at in visits):
            yield self.touch(last.order_id, starts, timedelta(days=self.within_days))
