"""What an occasion is: settings in the program, and from what is known of a person the touches that it has for them.

A new one is a file in `occasions/`, a field of `Care` in `settings.py`, a letter, and a test.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Annotated, ClassVar

from chalicelib.domain.care.sight import Sight
from chalicelib.domain.model.messages import Name as LetterName
from chalicelib.domain.model.people import Bought
from chalicelib.domain.people.policy import draw
from chalicelib.domain.program.brand import VariantName
from chalicelib.domain.program.program import DAYS_MAX, Amount, Days, Number, Rate
from chalicelib.domain.program.shape import Called, In, Within

Percent = Annotated[int, Within(0, 100), In("percent")]

SOON = timedelta(days=300)
"""Between two touches for a day of the year lie so many days: a date that is told anew earns no second gift."""

_HUNDRED = 100


@dataclass(frozen=True, slots=True)
class Touch:
    """Something that may be done for a person, once.

    Attributes:
        occasion: What for.
        subject: What tells it from the others of its occasion: the id of an order, a year, a month.
        starts: From when on it makes sense.
        ends: From when on it makes none any more.
        letter: Which letter it is; None if it is a task for the shop.
        firm: Whether others make room for it, since it can't be put off.
    """

    occasion: str
    subject: str
    starts: datetime
    ends: datetime
    letter: LetterName | None
    firm: bool = False

    @property
    def key(self) -> str:
        """What tells it from all others of a person."""
        return f"{self.occasion}:{self.subject}"


@dataclass(frozen=True, slots=True)
class LookAgain:
    """Nothing is in sight, but there may be something from then on."""

    at: datetime


Seen = Touch | LookAgain


@dataclass(frozen=True, slots=True)
class Present:
    """What comes with a touch: for an ambassador in the ledger, for anybody else as an offer of their own.

    A share of an order is an offer for everybody.
    """

    rate: Annotated[Rate, Called("Gift"), "What is given: an amount, a thing, or a percentage of an order."]
    days: Annotated[int, Within(1, DAYS_MAX), In("days"), Called("Good for"), "For so many days an offer is good."] = 30
    minimum: Annotated[Amount, Called("Smallest order"), "The smallest order on which an offer can be used."] = 0


@dataclass(frozen=True, slots=True)
class Variant:
    """Another way of doing the same for a share of the people, always the same ones, to see what does better.

    Its words are those sentences of the brand that name it. What it leaves out is as the occasion has it.
    """

    name: Annotated[VariantName, "A short name in small letters, by which sentences of your own and figures name it."]
    percent: Annotated[Percent, Called("Share of people"), "How many percent of the people get this variant."]
    gift: Annotated[Present | None, "What comes with this variant, instead of the usual gift."] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """An occasion of the program. It is on as long as the program names it."""

    NAME: ClassVar[str]
    LETTER: ClassVar[LetterName | None]

    hold_out_percent: Annotated[
        int,
        Within(0, 50),
        In("percent"),
        Called("Hold-out"),
        "So many percent of all people, always the same, get none of it, to learn what it is worth.",
    ] = 0
    variants: Annotated[
        tuple[Variant, ...],
        Within(0, 5),
        "Other wordings and gifts for a share of the people, to see which does better.",
    ] = ()

    def touches(self, sight: Sight) -> Iterator[Seen]:
        """Yield what may be done for somebody, or when to look again. What is over may be among it."""
        raise NotImplementedError

    def touch(self, subject: str, starts: datetime, lasts: timedelta, *, firm: bool = False) -> Touch:
        """Return a touch of this occasion."""
        return Touch(self.NAME, subject, starts, starts + lasts, self.LETTER, firm)

    def gift_for(self, variant: str | None) -> Present | None:
        """Return what comes with it."""
        chosen = next((it for it in self.variants if it.name == variant), None)
        return (chosen and chosen.gift) or getattr(self, "gift", None)

    def variant_of(self, person_id: str) -> str | None:
        """Return which variant somebody always gets; None for the usual one."""
        place = draw(f"variant:{self.NAME}", person_id, _HUNDRED)
        for variant in self.variants:
            if place < variant.percent:
                return variant.name
            place -= variant.percent
        return None

    def holds_out(self, person_id: str) -> bool:
        """Whether somebody is of those who get none of it; who is so at a share is so at each that is larger."""
        return draw(f"hold-out:{self.NAME}", person_id, _HUNDRED) < self.hold_out_percent


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterOrder(Occasion):
    """An occasion some days after an order: from its delivery on, or from the purchase on if none is reported."""

    after_delivery_days: Annotated[
        Days, Called("After the delivery"), "It begins so many days after the delivery of an order."
    ] = 14
    after_purchase_days: Annotated[
        Days, Called("After the purchase"), "It begins so many days after the purchase if no delivery is reported."
    ] = 21
    within_days: Annotated[
        Number, In("days"), Called("Makes sense for"), "For so many days from then on it still makes sense."
    ] = 14

    def touches(self, sight: Sight) -> Iterator[Seen]:
        """Yield one for each order that was not paid back."""
        for order in sight.orders:
            if self.fits(order, sight):
                yield self.touch(order.order_id, self.starts(order), timedelta(days=self.within_days))

    def fits(self, order: Bought, sight: Sight) -> bool:
        """Whether there is one for an order."""
        del order, sight
        return True

    def starts(self, order: Bought) -> datetime:
        """When the time for it begins."""
        if order.delivered_at:
            return order.delivered_at + timedelta(days=self.after_delivery_days)
        return order.placed_at + timedelta(days=self.after_purchase_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Yearly(Occasion):
    """An occasion on a day of each year, by the clocks that somebody lives by."""

    def yearly(
        self, sight: Sight, day: str, since: datetime, lasts: timedelta, *, name: str = "", firm: bool = False
    ) -> Iterator[Touch]:
        """Yield that of last year, which may not be over, and on to the first that is to come.

        Args:
            sight: Of whom.
            day: The day, `MM-DD` or `YYYY-MM-DD`.
            since: None begins before.
            lasts: How long it makes sense.
            name: What tells it from other days of the occasion.
            firm: Whether others make room for it.
        """
        gone = {subject: at for subject, at in sight.gone(self.NAME).items() if subject.startswith(name)}
        for year in count(sight.day(sight.now).year - 1):
            subject, starts = f"{name}{year}", sight.begins(in_year(day, year))
            if starts >= since and subject not in gone and all(starts >= at + SOON for at in gone.values()):
                yield self.touch(subject, starts, lasts, firm=firm)
                if starts > sight.now:
                    return


def in_year(day: str, year: int) -> date:
    """Return a day of the year, `MM-DD` or `YYYY-MM-DD`, in a year; 29 February is the last day of February."""
    month, number = int(day[-5:-3]), int(day[-2:])
    try:
        return date(year, month, number)
    except ValueError:
        return date(year, month + 1, 1) - timedelta(days=1)
