"""A wish on somebody’s birthday."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, ClassVar

from chalicelib.domain.care.occasion import Present, Seen, Yearly
from chalicelib.domain.care.sight import Sight
from chalicelib.domain.model.messages import Name
from chalicelib.domain.program.program import Days
from chalicelib.domain.program.shape import Called, In, Within


@dataclass(frozen=True, slots=True, kw_only=True)
class Birthday(Yearly):
    """Wish well in the days of the birthday, by the clocks that somebody lives by."""

    NAME: ClassVar[str] = "birthday"
    LETTER: ClassVar[Name | None] = "birthday"

    within_days: Annotated[
        int,
        Within(1, 30),
        In("days"),
        Called("Makes sense for"),
        "For so many days, the day itself among them, a wish still makes sense.",
    ] = 3
    known_before_days: Annotated[
        Days,
        Called("Known before for"),
        "A birthday that was told less than so many days before it is celebrated from the next year on.",
    ] = 30
    gift: Annotated[Present | None, "What comes with the wish."] = None

    def touches(self, sight: Sight) -> Iterator[Seen]:
        """Yield the wish of last year, which may not be over, and on to the first that is to come."""
        person, lasts = sight.person, timedelta(days=self.within_days)
        told = person.told.get("birthday") or person.created_at
        if person.birthday and told:
            known = told + timedelta(days=self.known_before_days)
            yield from self.yearly(sight, person.birthday, known, lasts, firm=True)
