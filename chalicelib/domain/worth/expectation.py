"""What is to be expected of a customer: both models together, over a time and discounted."""

from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Self

from chalicelib.domain.model.worth import Fit
from chalicelib.domain.worth.buying import Buying
from chalicelib.domain.worth.history import History
from chalicelib.domain.worth.spending import Spending

YEAR = 365
MONTH = 30
"""Days. Values are discounted month by month, as the package `lifetimes` does."""

WHOLE = 10_000


@dataclass(frozen=True, slots=True)
class Models:
    """What was fitted to a shop's customers.

    Attributes:
        discount: By how much less a value counts that comes a year later, in basis points.
    """

    buying: Buying
    spending: Spending
    currency: str
    discount: int = 0

    @classmethod
    def of(cls, fit: Fit) -> Self:
        """Return the models as they were fitted."""
        buying = Buying(*(float(fit.buying[it.name]) for it in fields(Buying)))
        spending = Spending(*(float(fit.spending[it.name]) for it in fields(Spending)))
        return cls(buying, spending, fit.currency, fit.discount)


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is to be expected of a customer.

    Attributes:
        alive: The chance that they are still a customer.
        purchases: On how many days they will buy within `days`.
        per_purchase: What they will spend on each of them, in minor units.
        value: What they will spend within `days`, discounted to today, in minor units.
    """

    days: int
    alive: float
    purchases: float
    per_purchase: float
    value: float


def expect(models: Models, seen: History, days: int = YEAR) -> Expectation:
    """Return what is to be expected of a customer within so many days."""
    ends = [*range(0, days, MONTH), days]
    reached = models.buying.purchases(seen, *ends)
    worth = 1 + models.discount / WHOLE
    discounted = sum(
        (after - before) / worth ** (end / YEAR)
        for end, (before, after) in zip(ends[1:], pairwise(reached), strict=True)
    )
    per_purchase = models.spending.value(seen)
    return Expectation(days, models.buying.alive(seen), reached[-1], per_purchase, per_purchase * discounted)
