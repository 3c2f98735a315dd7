"""A small gift that nobody has asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, ClassVar

from chalicelib.domain.care.occasion import Coupon, LookAgain, Occasion, Seen
from chalicelib.domain.care.sight import Sight
from chalicelib.domain.model.messages import Name
from chalicelib.domain.people.policy import draw
from chalicelib.domain.program.program import LIST_MAX, Amount, Days, Number, Rate
from chalicelib.domain.program.shape import Form, Within

MONTHS_AHEAD = 12
"""The draw looks so many months ahead, so that nobody has to wake up each month to find that they were not drawn."""

OF = 10_000
"""The chance is so many of this many."""

_LAST_START = 28
Month = Annotated[str, Form("20[0-9]{2}-(0[1-9]|1[0-2])", "is a month such as 2027-01")]


@dataclass(frozen=True, slots=True)
class Draw:
    """By what gifts are drawn from a month on, until another one says otherwise."""

    since: Annotated[Month, "The first month; one that has begun can't be changed any more."]
    chance: Annotated[int, Within(0, OF), "So many of 10,000 people are drawn in a month."]
    budget: Annotated[Amount, "The most that the gifts of a month cost together."]
    cost: Annotated[Number, "What one gift costs: minor units of the currency."]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surprise(Occasion):
    """Give something to people who are drawn, month by month, as anybody can draw again."""

    NAME: ClassVar[str] = "surprise"
    LETTER: ClassVar[Name | None] = "surprise"

    draws: Annotated[tuple[Draw, ...], Within(1, LIST_MAX), "Chance and budget, by the month from which they hold."]
    known_days: Annotated[Days, "Only of people who have been customers for so many days."] = 180
    least_orders: Annotated[int, Within(0, 8), "And have bought so often."] = 1
    within_days: Annotated[int, Within(1, 60), "It is still good so many days."] = 14
    gift: Annotated[Rate | None, "What an ambassador gets, in the ledger."] = None
    offer: Annotated[Coupon | None, "What everybody else gets, or everybody if there is no gift."] = None

    def touches(self, sight: Sight) -> Iterator[Seen]:
        """Yield the gift of each month in sight in which somebody is drawn; else look again when it is over."""
        since = sight.person.first_bought_at or sight.person.ambassador_since
        if since is None or len(sight.orders) < self.least_orders:
            return
        found = False
        first = month_after(f"{sight.now:%Y-%m}", -1)
        for n in range(MONTHS_AHEAD + 1):
            month = month_after(first, n)
            if self.is_drawn(month, sight.person.id):
                starts = moment_in(month, sight.person.id)
                if starts >= since + timedelta(days=self.known_days):
                    found = found or starts > sight.now
                    yield self.touch(month, starts, timedelta(days=self.within_days))
        if not found:
            yield LookAgain(begins(month_after(first, MONTHS_AHEAD)))

    def draw_of(self, month: str) -> Draw | None:
        """Return by what the gifts of a month are drawn."""
        held = [it for it in self.draws if it.since <= month]
        return max(held, key=lambda it: it.since, default=None)

    def is_drawn(self, month: str, person_id: str) -> bool:
        """Whether somebody gets a gift in a month, as far as there is budget."""
        by = self.draw_of(month)
        return by is not None and draw(f"surprise:{month}", person_id, OF) < by.chance


def moment_in(month: str, person_id: str) -> datetime:
    """Return when in a month somebody's gift is due, in UTC: drawn as well, so that they don't all come at once."""
    minutes = draw(f"surprise-moment:{month}", person_id, _LAST_START * 24 * 60)
    return begins(month) + timedelta(minutes=minutes)


def begins(month: str) -> datetime:
    """Return the first moment of a month, in UTC: by it months of surprises are reckoned, for everybody alike."""
    return datetime.combine(date(int(month[:4]), int(month[5:]), 1), time(), UTC)


def month_after(month: str, months: int) -> str:
    """Return the month so many later."""
    year, number = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 + months, 12)
    return f"{year}-{number + 1:02}"
