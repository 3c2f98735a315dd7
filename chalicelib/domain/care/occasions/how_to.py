"""Showing one thing that a product can do."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from chalicelib.domain.care.occasion import AfterOrder
from chalicelib.domain.care.sight import Sight
from chalicelib.domain.model.messages import Name
from chalicelib.domain.model.people import Bought
from chalicelib.domain.program.program import Days, Number
from chalicelib.domain.program.shape import Called, In


@dataclass(frozen=True, slots=True, kw_only=True)
class HowTo(AfterOrder):
    """Show a guide for what somebody has bought, if there is one in a language that they read."""

    NAME: ClassVar[str] = "how_to"
    LETTER: ClassVar[Name | None] = "how_to"

    after_delivery_days: Annotated[
        Days, Called("After the delivery"), "It begins so many days after the delivery of an order."
    ] = 4
    after_purchase_days: Annotated[
        Days, Called("After the purchase"), "It begins so many days after the purchase if no delivery is reported."
    ] = 10
    within_days: Annotated[
        Number, In("days"), Called("Makes sense for"), "For so many days from then on it still makes sense."
    ] = 30

    def fits(self, order: Bought, sight: Sight) -> bool:
        """Whether it is known what was bought."""
        del sight
        return bool(order.skus or order.categories)
