"""A wish on somebody's birthday."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, ClassVar

from chalicelib.domain.care.occasion import Occasion, Present, Seen
from chalicelib.domain.care.sight import Sight
from chalicelib.domain.model.messages import Name
from chalicelib.domain.program.program import Days
from chalicelib.domain.program.shape import Within

SOON = timedelta(days=300)
"""Between two wishes lie so many days at least: a date that is told anew earns no second gift."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Birthday(Occasion):
    """Wish well in the days of the birthday, by the clocks that somebody lives by."""

    NAME: ClassVar[str] = "birthday"
    LETTER: ClassVar[Name | None] = "birthday"

    within_days: Annotated[int, Within(1, 30), "A wish is still good so many days, the day itself among them."] = 3
    known_before_days: Annotated[
        Days, "A birthday that was told less than so many days before is celebrated from next year on."
    ] = 30
    gift: Annotated[Present | None, "What comes with it."] = None

    def touches(self, sight: Sight) -> Iterator[Seen]:
        """Yield the wish of last year, which may not be over, of this one and of the next."""
        if sight.person.birthday is None:
            return
        this_year = sight.day(sight.now).year
        for year in range(this_year - 1, this_year + 2):
            starts = sight.begins(in_year(sight.person.birthday, year))
            if starts >= self._known_at(sight) and not _was_wished(sight, starts, str(year)):
                yield self.touch(str(year), starts, timedelta(days=self.within_days), firm=True)

    def _known_at(self, sight: Sight) -> datetime:
        told = sight.person.told.get("birthday") or sight.person.created_at or sight.now
        return told + timedelta(days=self.known_before_days)


def in_year(birthday: str, year: int) -> date:
    """Return the day of a birthday, `MM-DD` or `YYYY-MM-DD`, in a year; 29 February is the last day of February."""
    month, day = int(birthday[-5:-3]), int(birthday[-2:])
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, month + 1, 1) - timedelta(days=1)


def _was_wished(sight: Sight, starts: datetime, subject: str) -> bool:
    """Whether there was a wish not long before this one, which is another one."""
    wishes = (it for it in sight.person.touches if it.occasion == Birthday.NAME and it.subject != subject)
    return any(abs(starts - it.at) < SOON for it in wishes)
