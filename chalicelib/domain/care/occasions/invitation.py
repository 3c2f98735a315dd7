"""Asking somebody who is happy whether they want to tell their friends."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, ClassVar

from chalicelib.domain.care.occasion import Occasion, Seen
from chalicelib.domain.care.sight import Sight
from chalicelib.domain.model.messages import Name
from chalicelib.domain.program.program import Days, Number
from chalicelib.domain.program.shape import Called, In


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation(Occasion):
    """Invite to become an ambassador: after a happy answer or a second order, and never after an unhappy answer."""

    NAME: ClassVar[str] = "invitation"
    LETTER: ClassVar[Name | None] = "invitation"

    after_answer_days: Annotated[
        Days,
        Called("After a happy answer"),
        "People are invited so many days after they have said that they are happy.",
    ] = 1
    after_order_days: Annotated[
        Days | None,
        Called("After a second order"),
        "People are invited so many days after a second order; left out, only after a happy answer.",
    ] = 10
    within_days: Annotated[
        Number, In("days"), Called("Makes sense for"), "For so many days from then on it still makes sense."
    ] = 60
    again_days: Annotated[Number, In("days"), Called("Again after"), "Nobody is invited again within so many days."] = (
        365
    )

    def touches(self, sight: Sight) -> Iterator[Seen]:
        """Yield one for the latest happy answer, and one for the latest order if it is not the first."""
        person = sight.person
        asked = [it for it in person.answers if it.value in {"happy", "fine", "unhappy"}]
        if person.ambassador_id or not sight.program.open or (asked and asked[-1].value == "unhappy"):
            return
        if asked and asked[-1].value == "happy":
            yield from self._at(sight, asked[-1].about, asked[-1].at + timedelta(days=self.after_answer_days))
        if self.after_order_days is not None and len(sight.orders) > 1:
            last = sight.orders[-1]
            since = (last.delivered_at or last.placed_at) + timedelta(days=self.after_order_days)
            yield from self._at(sight, last.order_id, since)

    def _at(self, sight: Sight, subject: str, starts: datetime) -> Iterator[Seen]:
        invited = [it.at for it in sight.person.touches if it.occasion == self.NAME and it.subject != subject]
        if all(starts >= at + timedelta(days=self.again_days) for at in invited):
            yield self.touch(subject, starts, timedelta(days=self.within_days))
