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

    birthday: Annotated[Birthday | None, "A wish on somebody’s birthday."] = None
    check_in: Annotated[CheckIn | None, "A question whether somebody is happy with what they have bought."] = None
    how_to: Annotated[HowTo | None, "A guide that shows what a product can do."] = None
    invitation: Annotated[Invitation | None, "A question whether somebody wants to become an ambassador."] = None
    anniversary: Annotated[Anniversary | None, "Thanks for another year as a customer or ambassador."] = None
    surprise: Annotated[Surprise | None, "A gift that nobody has asked for."] = None
    miss_you: Annotated[
        MissYou | None, "A letter to somebody who has been quiet for longer than is usual for them."
    ] = None
    interests: Annotated[Interests | None, "A question, asked once, what somebody is interested in."] = None
    social: Annotated[Social | None, "A visit to somebody’s own pages elsewhere, as a task for your team."] = None

    def occasions(self) -> Iterator[Occasion]:
        """Yield those that are on, by rank."""
        yield from (it for field in fields(self) if (it := getattr(self, field.name)) is not None)
