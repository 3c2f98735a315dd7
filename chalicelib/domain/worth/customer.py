"""What one customer is worth: what they have brought so far, what that has cost, and how they buy."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from chalicelib.domain.calendar import day_of
from chalicelib.domain.model.offers import Offer
from chalicelib.domain.program.program import Program
from chalicelib.domain.worth.history import History, history, rhythm
from chalicelib.domain.worth.sales import Sale

Totals = dict[str, int]
"""By currency or other unit: minor units, or how many."""


@dataclass(frozen=True, slots=True)
class Customer:
    """What somebody has brought until a day, by the program's clocks.

    Attributes:
        orders: How many of their orders stand.
        gap: The median of the days between two purchases; None for fewer than two.
        value: What they have paid, by currency.
        discounts: What codes took off, by currency.
        rewards: What ambassadors have of their orders, by unit.
        offers: What offers of their own took off, by currency.
        referred: Whether their first order used a code.
        seen: What the models go by: purchases in the program's currency; None without any.
    """

    until: date
    orders: int = 0
    first: date | None = None
    last: date | None = None
    gap: float | None = None
    value: Totals = field(default_factory=dict)
    discounts: Totals = field(default_factory=dict)
    rewards: Totals = field(default_factory=dict)
    offers: Totals = field(default_factory=dict)
    referred: bool = False
    seen: History | None = None


def customer_of(sales: Sequence[Sale], program: Program, now: datetime, offers: Iterable[Offer] = ()) -> Customer:
    """Sum up somebody's orders, in the order of time, and the offers of their own that they have used."""
    until = day_of(now, program)
    used = _totals((it.currency, it.discount) for it in offers if it.discount)
    days = [day_of(it.at, program) for it in sales]
    if not days:
        return Customer(until, offers=used)
    counted = [(day, it.amount) for day, it in zip(days, sales, strict=True) if it.currency == program.currency]
    return Customer(
        until=until,
        orders=len(sales),
        first=days[0],
        last=days[-1],
        gap=rhythm(days),
        value=_totals((it.currency, it.amount) for it in sales),
        discounts=_totals((it.currency, it.discount) for it in sales if it.discount),
        rewards=_totals((it.unit, it.reward) for it in sales if it.unit and it.reward),
        offers=used,
        referred=sales[0].is_referred,
        seen=history(counted, until),
    )


def _totals(amounts: Iterable[tuple[str, int]]) -> Totals:
    totals: Totals = defaultdict(int)
    for unit, amount in amounts:
        totals[unit] += amount
    return dict(totals)
