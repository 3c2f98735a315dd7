"""Thanks for another year."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, ClassVar

from chalicelib.domain.care.occasion import SOON, Present, Seen, Yearly
from chalicelib.domain.care.sight import Sight
from chalicelib.domain.model.messages import Name
from chalicelib.domain.program.shape import Called, In, Within


@dataclass(frozen=True, slots=True, kw_only=True)
class Anniversary(Yearly):
    """Say each year what came of it: of the day on which somebody became an ambassador, and of the first purchase."""

    NAME: ClassVar[str] = "anniversary"
    LETTER: ClassVar[Name | None] = "anniversary"

    joining: Annotated[bool, Called("Of joining"), "Whether each year of being an ambassador is thanked for."] = True
    purchase: Annotated[
        bool, Called("Of the first purchase"), "Whether each year since the first purchase is thanked for."
    ] = True
    within_days: Annotated[
        int,
        Within(1, 60),
        In("days"),
        Called("Makes sense for"),
        "For so many days, the day itself among them, it still makes sense.",
    ] = 7
    gift: Annotated[Present | None, "What comes with the letter."] = None

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
