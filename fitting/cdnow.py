"""The purchases of 2,357 customers of CDNOW, and what the package `lifetimes` makes of them (`reference.py`)."""

import csv
import json
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from chalicelib.domain.worth.buying import Buying
from chalicelib.domain.worth.expectation import Models
from chalicelib.domain.worth.spending import Spending

HERE = Path(__file__).parent
FIRST = date(2025, 1, 1)
"""The data begin in 1997; 28 years later each date falls on the same day of the week, and a shop may report it."""

QUARTER_3, LAST = date(2025, 9, 30), date(2026, 6, 30)
YEARLY = round((1.01 ** (365 / 30) - 1) * 10_000)
"""The one per cent by which `lifetimes` discounts each month of 30 days, as basis points a year."""


class Customer(NamedTuple):
    """One line: the purchases as day and cents, and what `lifetimes` says of them until `LAST`."""

    id: str
    purchases: tuple[tuple[date, int], ...]
    frequency: int
    recency: int
    age: int
    mean: float
    alive: float
    expected: float
    per_purchase: float
    value: float


@cache
def customers() -> tuple[Customer, ...]:
    """All of them."""
    with (HERE / "cdnow.csv").open(newline="") as file:
        return tuple(_customer(row) for row in csv.DictReader(file))


@cache
def reference(until: date) -> dict[str, Any]:
    """What `lifetimes` has fitted to the purchases until a day."""
    told: dict[str, Any] = json.loads((HERE / "cdnow.json").read_text())
    return dict(told[str(until.replace(year=until.year - 28))])


@cache
def models() -> Models:
    """Its models until `LAST`."""
    told = reference(LAST)
    return Models(Buying(**told["buying"]), Spending(**told["spending"]), "EUR")


def _customer(row: dict[str, str]) -> Customer:
    bought = (it.partition(":") for it in row["bought"].split())
    return Customer(
        row["customer"],
        tuple((FIRST + timedelta(days=int(day)), int(cents)) for day, _, cents in bought),
        int(row["frequency"]),
        int(row["recency"]),
        int(row["T"]),
        *(float(row[name]) for name in ("mean", "alive", "purchases", "per_purchase", "value")),
    )
