"""The occasions of a program, in the order in which one comes before another."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Annotated

from chalicelib.domain.care.occasion import Occasion
from chalicelib.domain.care.occasions.anniversary import Anniversary
from chalicelib.domain.care.occasions.birthday import Birthday
from chalicelib.domain.care.occasions.check_in import CheckIn
from chalicelib.domain.care.occasions.how_to import HowTo
from chalicelib.domain.care.occasions.interests import Interests
from chalicelib.domain.care.occasions.invitation import Invitation
from chalicelib.domain.care.occasions.miss_you import MissYou
from chalicelib.domain.care.occasions.social import Social
from chalicelib.domain.care.occasions.surprise import Surprise


@dataclass(frozen=True, slots=True)
class Care:
    """What the shop does for its customers beyond their orders; what is left out is not done.

    Of two that fall together the first one here goes, and the other waits.
    """

    birthday: Annotated[Birthday | None, "A wish on the birthday."] = None
    check_in: Annotated[CheckIn | None, "Whether somebody is happy with what they have bought."] = None
    how_to: Annotated[HowTo | None, "What a product can do."] = None
    invitation: Annotated[Invitation | None, "Whether they want to become an ambassador."] = None
    anniversary: Annotated[Anniversary | None, "Thanks for another year."] = None
    surprise: Annotated[Surprise | None, "A gift that nobody has asked for."] = None
    miss_you: Annotated[MissYou | None, "That somebody is missed, by their own rhythm."] = None
    interests: Annotated[Interests | None, "What somebody cares for, asked once."] = None
    social: Annotated[Social | None, "A visit to somebody's own pages, as a task for the shop."] = None

    def occasions(self) -> Iterator[Occasion]:
        """Yield those that are on, by rank."""
        yield from (it for field in fields(self) if (it := getattr(self, field.name)) is not None)
