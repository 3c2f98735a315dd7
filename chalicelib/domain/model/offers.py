"""What a person is given of their own: an offer that nobody else can use, and what a surprise has taken."""

from datetime import datetime
from typing import Literal

from chalicelib.domain.frozen import frozen
from chalicelib.domain.program.program import Rate


@frozen
class Offer:
    """Something off one order, for one person alone: whoever they are by now, after a merger or under a new address.

    Attributes:
        code: What they type at the checkout. It looks like a coupon, and can be guessed as little.
        cause: What it was given for, as `touch:per_1:miss_you:1001`.
        rate: What it takes off: an amount or a share of the order, in `currency`.
        minimum: The smallest order on which it can be used.
        until: The last moment at which it can be used: the end of a day by the program's clocks.
        order_id: The order on which it was used; then `amount` is what that cost, and `discount` what it took off.
        used_by: The key of the checkout that used it.
    """

    code: str
    person_id: str
    cause: str
    rate: Rate
    currency: str
    created_at: datetime
    until: datetime
    minimum: int = 0
    state: Literal["open", "used"] = "open"
    order_id: str | None = None
    amount: int | None = None
    discount: int | None = None
    used_at: datetime | None = None
    used_by: str | None = None
    version: int = 1


@frozen
class SurpriseGift:
    """What one person's surprise has taken of a month's budget: once, whatever becomes of its letter.

    Attributes:
        month: Such as `2026-03`, by the program's clocks.
        unit: In what the `amount` is: of the program's currency, or another unit.
        taken: From which slices of the budget, and how much of each.
        given: The id of the ledger's entry, or the code of the offer.
        program_version: The program by whose terms it was drawn.
    """

    person_id: str
    month: str
    amount: int
    unit: str
    taken: tuple[tuple[int, int], ...]
    given: str
    program_version: int
    at: datetime
