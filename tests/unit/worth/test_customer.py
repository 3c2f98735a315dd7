"""What one customer has brought, and what all have, month by month."""

from dataclasses import replace
from datetime import date, datetime
from functools import reduce
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.model.offers import Offer
from chalicelib.domain.model.worth import Cohort, Cohorts, Fit
from chalicelib.domain.program.program import Rate
from chalicelib.domain.worth.cohorts import joined
from chalicelib.domain.worth.customer import Customer, customer_of
from chalicelib.domain.worth.expectation import Models, expect
from chalicelib.domain.worth.history import History
from chalicelib.domain.worth.sales import Sale
from fitting import cdnow
from tests.unit.book import START, at, program

RULES = program(time_zone="America/New_York")
NOTHING = Cohorts(START, "EUR")


def sale(order_id: str, day: float, amount: int, currency: str = "EUR", **more: Any) -> Sale:
    """An order that stands."""
    return replace(Sale(order_id, at(day), currency, amount), **more)


def test_a_customer_is_the_sum_of_their_orders() -> None:
    """Amounts by currency, rewards by unit, days by the program's clocks; the first order says who brought them."""
    sales = [
        sale("o1", 0.6, 4500, discount=500, reward=450, unit="EUR"),  # still the first day in New York
        sale("o2", 10, 3000, discount=300, reward=30, unit="points"),
        sale("o3", 40, 2000, reward=0, unit="EUR"),
        sale("o4", 50, 700, "USD"),
    ]
    plain = Offer("CPN1", "per_1", "touch:x", Rate(amount=600), "EUR", at(1), at(30))
    used = [replace(plain, discount=600), replace(plain, discount=50), replace(plain, discount=None)]
    found = customer_of(sales, RULES, at(60), used)
    assert found == Customer(
        until=date(2026, 4, 30),
        orders=4,
        first=date(2026, 3, 1),
        last=date(2026, 4, 20),
        gap=10.0,
        value={"EUR": 9500, "USD": 700},
        discounts={"EUR": 800},
        rewards={"EUR": 450, "points": 30},
        offers={"EUR": 650},
        referred=True,
        seen=History(2, 40, 60, 2500.0),
    )


def test_who_has_bought_nothing_is_none() -> None:
    """No day, no amount, nothing that a model could go by; what nobody has earned or bought in euros is not there."""
    assert customer_of([], RULES, at(60)) == Customer(date(2026, 4, 30))
    unearned = customer_of([sale("o1", 0, 700, unit="EUR")], RULES, at(60))
    assert (unearned.rewards, unearned.referred) == ({}, True)
    abroad = customer_of([sale("o1", 0, 700, "USD")], RULES, at(60))
    assert (abroad.orders, abroad.seen, abroad.referred) == (1, None, False)


def customer(day: datetime, **more: Any) -> Customer:
    """Somebody with an order of 45.00 with a code, and one of 20.00 in dollars."""
    plain = Customer(
        until=date(2026, 6, 30),
        orders=2,
        first=day.date(),
        last=day.date(),
        value={"EUR": 4500, "USD": 2000},
        discounts={"EUR": 500},
        rewards={"EUR": 450, "points": 9},
        offers={"EUR": 60},
        referred=True,
        seen=History(0, 0, 30),
    )
    return replace(plain, **more)


def test_customers_are_counted_by_month_and_by_how_they_came() -> None:
    """What counts is in the program's currency; something is expected where there are models and a history."""
    models = cdnow.models()
    expected = expect(models, History(0, 0, 30))
    alone = Cohort(1, 2, 4500, 500, 450, 1, round(expected.purchases * 1000), round(expected.value), 60)
    people = [customer(START), customer(START), customer(at(40), referred=False), Customer(date(2026, 6, 30))]
    found = reduce(lambda sums, it: joined(sums, it, models), people, NOTHING)
    assert found.referred == {"2026-03": Cohort(*(2 * getattr(alone, it) for it in Cohort.__dataclass_fields__))}
    assert found.others == {"2026-04": alone}
    without = joined(NOTHING, customer(START), None)
    assert without.referred == {"2026-03": Cohort(1, 2, 4500, 500, 450, offers=60)}
    assert joined(NOTHING, customer(START, seen=None), models) == without
    abroad = joined(NOTHING, customer(START, value={"USD": 1}, discounts={}, rewards={}, offers={}), None)
    assert abroad.referred == {"2026-03": Cohort(1, 2)}


@given(st.permutations([0, 1, 2, 33, 34, 70]))
def test_the_order_in_which_customers_are_counted_is_nothing(days: list[int]) -> None:
    """The sums are the same, whoever comes first."""
    people = [customer(at(day), referred=day % 2 == 0, orders=day) for day in days]
    found = reduce(lambda sums, it: joined(sums, it, None), people, NOTHING)
    assert found == reduce(lambda sums, it: joined(sums, it, None), sorted(people, key=lambda it: it.orders), NOTHING)


def test_models_are_those_of_the_fit() -> None:
    """Each parameter in its place, whatever else a fit says of itself."""
    buying = {"log_likelihood": "-1.5", "b": "4.0", "a": "3.0", "alpha": "2.0", "r": "1.0"}
    spending = {"log_likelihood": "-2.5", "v": "7.0", "q": "6.0", "p": "5.0"}
    fit = Fit(3, "key_1", START, date(2026, 3, 1), 9, 4, "EUR", 700, buying, spending)
    models = Models.of(fit)
    assert [getattr(models.buying, it) for it in ("r", "alpha", "a", "b")] == [1.0, 2.0, 3.0, 4.0]
    assert [getattr(models.spending, it) for it in ("p", "q", "v")] == [5.0, 6.0, 7.0]
    assert (models.currency, models.discount) == ("EUR", 700)


def test_a_year_is_discounted_month_by_month() -> None:
    """Each thirty days are worth less by their share of a year, the last five days as well."""
    models, seen = replace(cdnow.models(), discount=2000), History(3, 200, 230, 4000.0)
    ends = [*range(30, 361, 30), 365]
    reached = models.buying.purchases(seen, *ends)
    each = [after - before for before, after in zip([0.0, *reached], reached, strict=False)]
    worth = sum(number / 1.2 ** (end / 365) for number, end in zip(each, ends, strict=True))
    assert expect(models, seen).value == pytest.approx(worth * models.spending.value(seen))
