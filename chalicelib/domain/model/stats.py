"""What the figures of a shop are made of and kept in. Nothing here names a person, nor leads to one."""

from dataclasses import field
from datetime import datetime
from typing import Literal

from chalicelib.domain.frozen import frozen

Dimension = Literal["all", "channel", "tier", "campaign", "letters", "occasion", "cohort", "ledger", "expiring"]
"""By what figures are kept apart: not at all, or by one thing each. No view needs two of these at once.

`ledger` has the legs of entries by their kind. `expiring` is no count of a day: it is what all accounts had after its
end, by the month in which that expires.
"""

Rows = dict[str, dict[str, int]]
"""By row of a dimension (a channel, a tier, …) and name of a measure: a sum, or a number of cases."""


@frozen
class Receipt:
    """An order as the figures count it, from when its buyer was met on.

    What is known of the buyer changes later; that they were new, and by a code, does not. So a day can be counted again
    whenever one likes, and comes to the same.

    Attributes:
        amount: What was paid for goods, in minor units, after the discount of a code and without tax where the shop has
            told it.
        since: When the buyer's first order was placed, as far as it was known then.
        is_first: Whether it is the first that is known of them.
        is_coded: Whether a code was used on it.
        is_referred: Whether one was used on their first.
        followed: The messages of those touches of care that it came after within the days that count, held-out ones
            among them.
    """

    order_id: str
    placed_at: datetime
    amount: int
    currency: str
    since: datetime
    met_at: datetime
    is_first: bool = False
    is_coded: bool = False
    is_referred: bool = False
    followed: tuple[str, ...] = ()
    version: int = 1


@frozen
class Figures:
    """The figures of one day, or of one month as the sum of its days, by one dimension.

    Attributes:
        period: Such as `2026-03-01` or `2026-03`, by the program's clocks.
        until: What came to be known from then on does not count in it yet.
        folded_at: When they were counted: what is noted as late since then asks for another time.
        span: Of which time by UTC the entries of a day are, from its first moment to the one after it: the program's
            clocks may be changed. Days that were counted before this was noted have none, nor has anything else.
    """

    dimension: Dimension
    period: str
    until: datetime
    folded_at: datetime
    rows: Rows = field(default_factory=dict)
    span: tuple[datetime, datetime] | None = None
    version: int = 1

    @property
    def is_month(self) -> bool:
        """Whether it is a month's."""
        return len(self.period) == len("2026-03")
