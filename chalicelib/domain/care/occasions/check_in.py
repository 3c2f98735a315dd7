"""Asking whether somebody is happy with what they have bought."""

from dataclasses import dataclass
from typing import ClassVar

from chalicelib.domain.care.occasion import AfterOrder
from chalicelib.domain.care.sight import Sight
from chalicelib.domain.model.messages import Name
from chalicelib.domain.model.people import Bought


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn(AfterOrder):
    """Ask how it went, with answers of one tap, once for each order that nobody has spoken of yet."""

    NAME: ClassVar[str] = "check_in"
    LETTER: ClassVar[Name | None] = "check_in"

    def fits(self, order: Bought, sight: Sight) -> bool:
        """Whether nobody has answered before being asked."""
        return sight.answer(f"{self.NAME}:{order.order_id}") is None
