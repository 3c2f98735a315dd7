"""What the terms of an order rest on beside the order, its account and the program."""

from dataclasses import dataclass, field

from chalicelib.domain.accounts.limits import Used


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known when the terms of an order are decided.

    Attributes:
        found: The signals that people and other orders give (see `fraud.noticed`).
        clicks: Visits of the code's link in the last 30 days; None if nobody counted them.
        used: How much of the budget is used, by month.
        taken: Whether another order has the place among its friend's that this one wants now that it is paid for.
    """

    found: tuple[str, ...] = ()
    clicks: int | None = None
    used: Used = field(default_factory=dict)
    taken: bool = False
