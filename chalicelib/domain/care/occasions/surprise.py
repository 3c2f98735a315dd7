"""A small gift that nobody has asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, ClassVar

from chalicelib.domain.care import draws
from chalicelib.domain.care.occasion import LookAgain, Occasion, Seen
from chalicelib.domain.care.offers import Terms
from chalicelib.domain.care.sight import Sight
from chalicelib.domain.model.messages import Name
from chalicelib.domain.money import BASIS
from chalicelib.domain.program.program import DAYS_MAX, LIST_MAX, Amount, Days, Rate, WorthOf
from chalicelib.domain.program.shape import Called, Form, In, Within

MONTHS_AHEAD = 12
"""The draw looks so many months ahead, so that nobody has to wake up each month to find that they were not drawn."""

GIVEN_LATE = 3
"""So many months after its own a gift is surely over: it is good for 60 days at most."""

Month = Annotated[str, Form("20[0-9]{2}-(0[1-9]|1[0-2])", "is a month such as 2027-01")]


@dataclass(frozen=True, slots=True)
class Round:
    """By what gifts are drawn from a month on, until another round says otherwise. One that has begun stays so."""

    since: Annotated[
        Month,
        Called("From the month"),
        "The first month, such as 2027-01; what holds in a month stays once that has begun.",
    ]
    chance: Annotated[
        int, Within(0, BASIS), In("basis_points"), "How many of all people are drawn in a month, as a percentage."
    ]
    budget: Annotated[WorthOf, "The most that is given in a month, counted as the gift is."]
    gift: Annotated[Rate, "What an ambassador gets credited, and everybody else as an offer of their own."]
    days: Annotated[int, Within(1, DAYS_MAX), In("days"), Called("Good for"), "For so many days the offer is good."] = (
        30
    )
    minimum: Annotated[Amount, Called("Smallest order"), "The smallest order on which the offer can be used."] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Surprise(Occasion):
    """Give something to people who are drawn, month by month, as anybody can draw again."""

    NAME: ClassVar[str] = "surprise"
    LETTER: ClassVar[Name | None] = "surprise"

    rounds: Annotated[
        tuple[Round, ...],
        Within(1, LIST_MAX),
        "The chance, budget and gift of a draw, from a month on until the next round.",
    ]
    known_days: Annotated[
        Days, Called("Customers for"), "Only people are drawn who have been customers for so many days."
    ] = 180
    least_orders: Annotated[
        int, Within(0, 8), In("orders"), Called("Orders at least"), "Only people are drawn who have bought so often."
    ] = 1
    within_days: Annotated[
        int, Within(1, 60), In("days"), Called("Makes sense for"), "For so many days a gift can still be given."
    ] = 14

    def touches(self, sight: Sight) -> Iterator[Seen]:
        """Yield the gift of each month in sight in which somebody is drawn; else look again when that is over."""
        since = sight.person.first_bought_at or sight.person.ambassador_since
        if since is None or len(sight.orders) < self.least_orders:
            return
        found, gone, this = False, sight.gone(self.NAME), f"{sight.now:%Y-%m}"
        for n in range(-GIVEN_LATE, MONTHS_AHEAD):
            month = month_after(this, n)
            terms = self.round_of(month)
            if terms and draws.is_drawn(sight.person.id, month, terms.chance):
                starts = draws.moment(sight.person.id, month, sight.zone)
                if starts >= since + timedelta(days=self.known_days):
                    found = found or (starts > sight.now and month not in gone)
                    yield self.touch(month, starts, timedelta(days=self.within_days))
        if not found:
            last = month_after(this, MONTHS_AHEAD - 1)
            yield LookAgain(datetime(int(last[:4]), int(last[5:]), 1, tzinfo=UTC))

    def round_of(self, month: str) -> Round | None:
        """Return by what the gifts of a month are drawn."""
        held = [it for it in self.rounds if it.since <= month]
        return max(held, key=lambda it: it.since, default=None)

    def keeps(self, former: "Surprise", begun: str) -> bool:
        """Whether what has begun is as in a former program: a month, and those before whose gifts are still good."""
        months = (month_after(begun, -n) for n in range(GIVEN_LATE + 1))
        return all(self.round_of(month) == former.round_of(month) for month in months)

    def terms_of(self, month: str, currency: str, version: int) -> draws.MonthTerms | None:
        """Return the terms of a month, as the program's `version` says them."""
        it = self.round_of(month)
        if it is None:
            return None
        gift = Terms(it.gift, it.days, it.minimum)
        return draws.MonthTerms(month, it.chance, it.budget, gift, it.gift.unit_in(currency), version)


def month_after(month: str, months: int) -> str:
    """Return the month so many later."""
    year, number = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 + months, 12)
    return f"{year}-{number + 1:02}"
