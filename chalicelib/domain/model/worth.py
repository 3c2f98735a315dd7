"""What was fitted to the purchases of all customers, and what these are worth, month by month."""

from dataclasses import field
from datetime import date, datetime

from chalicelib.domain.frozen import frozen


@frozen
class Fit:
    """Parameters of the models by which customers' worth is expected. Each fit is a version; the newest is applied.

    Attributes:
        author: The key that stored it.
        until: The last day that was observed.
        customers: To how many customers the model of purchases was fitted.
        repeating: To how many who had bought again the model of values was.
        currency: What they had paid in; `v` is in its minor units.
        discount: By how much less a value counts that comes a year later, in basis points.
        buying: The parameters of BG/NBD by their names, and the `log_likelihood`, as text: there are no fractions in
            the table.
        spending: Those of gamma-gamma likewise.
    """

    version: int
    author: str
    created_at: datetime
    until: date
    customers: int
    repeating: int
    currency: str
    discount: int
    buying: dict[str, str] = field(default_factory=dict)
    spending: dict[str, str] = field(default_factory=dict)


@frozen
class Cohort:
    """Customers who bought first in the same month, all brought by a code, or none.

    Amounts are minor units of the program's currency.

    Attributes:
        orders: Their orders that stand, the first among them.
        value: What these have brought.
        discounts: What codes took off them.
        rewards: What ambassadors have of them.
        expecting: Of how many something is expected: of all, if there are models.
        purchases: Of these, how many purchases are expected within a year, in thousandths.
        expected: What these are expected to bring within a year, discounted to the day.
        offers: What offers of their own took off.
    """

    customers: int = 0
    orders: int = 0
    value: int = 0
    discounts: int = 0
    rewards: int = 0
    expecting: int = 0
    purchases: int = 0
    expected: int = 0
    offers: int = 0


@frozen
class Cohorts:
    """What all customers are worth, as they were gone through last.

    Attributes:
        at: When that was begun.
        fit: The version of the fit by which worth was expected; 0 without one.
        referred: By month, such as `2026-03`: those whose first order used a code.
        others: By month: those whose first order did not.
    """

    at: datetime
    currency: str
    fit: int = 0
    referred: dict[str, Cohort] = field(default_factory=dict)
    others: dict[str, Cohort] = field(default_factory=dict)
    version: int = 1
