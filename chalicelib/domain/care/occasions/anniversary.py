"""Thanks for another year."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, ClassVar

from chalicelib.domain.care.occasion import SOON, Present, Seen, Yearly
from chalicelib.domain.care.sight import Sight
from chalicelib.domain.model.messages import Name
from chalicelib.domain.program.shape import Within


@dataclass(frozen=True, slots=True, kw_only=True)
class Anniversary(Yearly):
    """Say each year what came of it: of the day on which somebody became an ambassador, and of the first purchase."""

    NAME: ClassVar[str] = "anniversary"
    LETTER: ClassVar[Name | None] = "anniversary"

    joining: Annotated[bool, "Whether there is one of becoming an ambassador."] = True
    purchase: Annotated[bool, "Whether there is one of the first purchase."] = True
    within_days: Annotated[int, Within(1, 60), "It is still good so many days, the day itself among them."] = 7
    gift: Annotated[Present | None, "What comes with it."] = None

    def touches(self, sight: Sight) -> Iterator[Seen]:
        """Yield those of last year, which may not be over, and on to the first that is to come."""
        days = {
            "joining": sight.person.ambassador_since if self.joining else None,
            "purchase": sight.person.first_bought_at if self.purchase else None,
        }
        for name, at in days.items():
            if at:
                day, lasts = f"{sight.day(at):%m-%d}", timedelta(days=self.within_days)
                yield from self.yearly(sight, day, at + SOON, lasts, name=f"{name}-")
