"""A customer's purchases in the four figures that the field's models go by.

They are those of Fader, Hardie and Lee, "Counting Your Customers the Easy Way" (Marketing Science 24, 2005), by days as
the package `lifetimes` reckons them: all purchases of a day are one, and the first day is no repeat.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from statistics import fmean, median


@dataclass(frozen=True, slots=True)
class History:
    """What a customer has done until a day.

    Attributes:
        frequency: On how many days they have bought, after the first.
        recency: How many days lie between their first and their last purchase.
        age: How many days lie between their first purchase and the day until which they were observed: `T`.
        value: What they have spent on average on a day after the first, in minor units; 0 if there is none.
    """

    frequency: int
    recency: int
    age: int
    value: float = 0.0


def history(purchases: Iterable[tuple[date, int]], until: date) -> History | None:
    """Sum up purchases, each a day and an amount, in any order. Those after `until` are left out; None if none is left.

    The age counts `until` as the last day observed.
    """
    days = _by_day(purchases, until)
    if not days:
        return None
    first, last = min(days), max(days)
    repeats = [amount for day, amount in days.items() if day != first]
    return History(
        frequency=len(repeats),
        recency=(last - first).days,
        age=(until - first).days,
        value=fmean(repeats) if repeats else 0.0,
    )


def rhythm(days: Iterable[date]) -> float | None:
    """Return the median of the days between two purchases; None for whoever has bought on fewer than two days."""
    gaps = [(after - before).days for before, after in pairwise(sorted(set(days)))]
    return float(median(gaps)) if gaps else None


def _by_day(purchases: Iterable[tuple[date, int]], until: date) -> dict[date, int]:
    days: dict[date, int] = defaultdict(int)
    for day, amount in purchases:
        if day <= until:
            days[day] += amount
    return days
