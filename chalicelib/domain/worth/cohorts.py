"""What all customers are worth, by the month of their first order, and whether a code brought them."""

from dataclasses import replace

from chalicelib.domain.model.worth import Cohort, Cohorts
from chalicelib.domain.worth.customer import Customer
from chalicelib.domain.worth.expectation import Models, expect

THOUSAND = 1000


def joined(cohorts: Cohorts, customer: Customer, models: Models | None) -> Cohorts:
    """Count one more customer; who has bought nothing is none."""
    if customer.first is None:
        return cohorts
    months, month = cohorts.referred if customer.referred else cohorts.others, f"{customer.first:%Y-%m}"
    counted = {**months, month: _with(months.get(month, Cohort()), customer, models, cohorts.currency)}
    return replace(cohorts, referred=counted) if customer.referred else replace(cohorts, others=counted)


def _with(cohort: Cohort, customer: Customer, models: Models | None, currency: str) -> Cohort:
    after = replace(
        cohort,
        customers=cohort.customers + 1,
        orders=cohort.orders + customer.orders,
        value=cohort.value + customer.value.get(currency, 0),
        discounts=cohort.discounts + customer.discounts.get(currency, 0),
        rewards=cohort.rewards + customer.rewards.get(currency, 0),
        offers=cohort.offers + customer.offers.get(currency, 0),
    )
    if models is None or customer.seen is None:
        return after
    expected = expect(models, customer.seen)
    return replace(
        after,
        expecting=cohort.expecting + 1,
        purchases=cohort.purchases + round(expected.purchases * THOUSAND),
        expected=cohort.expected + round(expected.value),
    )
