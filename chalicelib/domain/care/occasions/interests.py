"""Asking once what somebody cares for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, ClassVar

from chalicelib.domain.care.occasion import Occasion, Seen
from chalicelib.domain.care.sight import Sight
from chalicelib.domain.model.messages import Name as LetterName
from chalicelib.domain.program.program import LIST_MAX, Days, Name, Number
from chalicelib.domain.program.shape import Called, In, Within


@dataclass(frozen=True, slots=True, kw_only=True)
class Interests(Occasion):
    """Ask somebody of whom no interests are known, once in a life."""

    NAME: ClassVar[str] = "interests"
    LETTER: ClassVar[LetterName | None] = "interests"

    choices: Annotated[tuple[Name, ...], Within(1, LIST_MAX), "The interests that people can choose from."]
    after_days: Annotated[
        Days,
        Called("After"),
        "People are asked so many days after their first purchase, or after becoming an ambassador.",
    ] = 30
    within_days: Annotated[
        Number, In("days"), Called("Makes sense for"), "For so many days from then on it still makes sense."
    ] = 60

    def touches(self, sight: Sight) -> Iterator[Seen]:
        """Yield the one question."""
        person = sight.person
        since = person.first_bought_at or person.ambassador_since
        if since and not person.interests:
            yield self.touch("once", since + timedelta(days=self.after_days), timedelta(days=self.within_days))
