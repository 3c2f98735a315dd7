"""What customers are worth: what they have brought, and what the field's models expect of them."""

from dataclasses import fields as fields_of
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from chalice.app import Response
from msgspec import Meta, structs

from chalicelib import deps
from chalicelib.api.subject import known_person
from chalicelib.domain.model import worth
from chalicelib.domain.model.people import Person
from chalicelib.domain.worth import expectation
from chalicelib.domain.worth.customer import Customer, Totals
from chalicelib.domain.worth.definitions import COHORTS, CUSTOMER
from chalicelib.edge.answers import Answer, Sum, json, money
from chalicelib.edge.call import Call
from chalicelib.edge.fields import Currency, Shape
from chalicelib.edge.paging import PAGE, Page, cursor_of, limit_of, page, position_of
from chalicelib.edge.problems import bad_field, not_found
from chalicelib.edge.views import view
from chalicelib.operations import jobs
from chalicelib.operations.worth import cohorts, customers, fits

DAILY_MAX, MEAN_MAX = 10, 10**9
"""More than so many purchases a day, or minor units on each, are no customer's mean."""

Parameter = Annotated[float, Meta(ge=1e-3, le=1e4)]
AboveOne = Annotated[float, Meta(gt=1, le=1e4)]
Scale = Annotated[float, Meta(ge=1e-3, le=1e9)]
Likelihood = Annotated[float, Meta(ge=-1e15, le=1e15)]
Count = Annotated[int, Meta(ge=0, le=10**9)]
Discount = Annotated[int, Meta(ge=0, le=10_000)]


class BuyingFit(Shape):
    """The parameters of BG/NBD (Fader, Hardie and Lee, 2005). The unit of time is a day.

    Attributes:
        r: The shape of the distribution of buying rates.
        alpha: Its scale, in days: the mean rate is `r / alpha` a day.
        a: With `b`: the mean chance to be gone for good after a purchase is `a / (a + b)`.
        log_likelihood: How likely these parameters made what was observed.
    """

    r: Parameter
    alpha: Scale
    a: Parameter
    b: Parameter
    log_likelihood: Likelihood


class SpendingFit(Shape):
    """The parameters of gamma-gamma (Fader and Hardie, 2013).

    Attributes:
        p: How alike the purchases of one customer are.
        q: How alike customers are. All customers' mean is `p * v / (q - 1)`.
        v: In minor units of the currency.
        log_likelihood: How likely these parameters made what was observed.
    """

    p: Parameter
    q: AboveOne
    v: Scale
    log_likelihood: Likelihood


class NewFit(Shape):
    """What the models were fitted to be. The command `make fit` sends this.

    Attributes:
        until: The last day that was observed.
        customers: To how many customers the model of purchases was fitted.
        repeating: To how many of them, who had bought again, the model of values was.
        currency: What they had paid in: the program's currency.
        discount: By how much less a value counts that comes a year later, in basis points.
    """

    until: date
    customers: Count
    repeating: Count
    currency: Currency
    buying: BuyingFit
    spending: SpendingFit
    discount: Discount = 1000


class Fit(Answer):
    """What the models are by now.

    Attributes:
        version: Each fit is the next version.
        author: The id of the key that stored it.
        until: The last day that was observed.
        customers: To how many customers the model of purchases was fitted.
        repeating: To how many of them, who had bought again, the model of values was.
        buying: The parameters of BG/NBD, and their log-likelihood.
        spending: Those of gamma-gamma.
        discount: By how much less a value counts that comes a year later, in basis points.
        horizon_days: For so many days worth is expected.
    """

    version: int
    author: str
    created_at: datetime
    until: date
    customers: int
    repeating: int
    currency: str
    discount: int
    buying: dict[str, float]
    spending: dict[str, float]
    horizon_days: int

    @classmethod
    def of(cls, fit: worth.Fit) -> Self:
        """Show a fit."""
        told = {it.name: getattr(fit, it.name) for it in fields_of(fit)}
        told["buying"], told["spending"] = (_numbers(it) for it in (fit.buying, fit.spending))
        return cls(**told, horizon_days=expectation.YEAR)


class Expected(Answer):
    """What the models expect of a customer.

    Attributes:
        days: Within so many days from today.
        alive: The chance that they are still a customer.
        purchases: On how many days they will buy.
        per_purchase: What they will spend on each of them.
        value: What they will spend in all, discounted to today.
        fit: The version of the fit.
    """

    days: int
    alive: float
    purchases: float
    per_purchase: Sum
    value: Sum
    fit: int

    @classmethod
    def of(cls, expected: expectation.Expectation, fit: worth.Fit) -> Self:
        """Show what is expected, in whole minor units."""
        return cls(
            days=expected.days,
            alive=round(expected.alive, 4),
            purchases=round(expected.purchases, 4),
            per_purchase=money(round(expected.per_purchase), fit.currency),
            value=money(round(expected.value), fit.currency),
            fit=fit.version,
        )


class Worth(Answer, kw_only=True):
    """What a customer is worth; `definitions` says what each figure means.

    Attributes:
        until: Today, by the program's clocks.
        first_order: The day of the first.
        last_order: The day of the last.
        days_between: The median of the days between two purchases; null for whoever has bought on one day only.
        value: What they have paid, by currency.
        discounts: What codes took off their orders.
        rewards: What ambassadors have of their orders.
        offers: What offers that were made for them alone took off.
        referred: Whether their first order used a code.
        expected: Null where nothing is expected; `unexpected` says why.
        unexpected: `no_orders`: they have bought nothing in the program's currency. `no_fit`: the models have not been
            fitted. `restricted`: they want nothing made of what is known of them. `erased`: they were forgotten, and
            have bought nothing since.
        more: They have more orders than were looked at: the figures are about the newest.
        definitions: What each figure means, by its name.
    """

    person_id: str
    until: date
    orders: int
    first_order: date | None
    last_order: date | None
    days_between: float | None
    value: list[Sum]
    discounts: list[Sum]
    rewards: list[Sum]
    offers: list[Sum]
    referred: bool
    expected: Expected | None
    unexpected: Literal["no_orders", "no_fit", "restricted", "erased"] | None
    more: bool
    definitions: dict[str, str]


class CustomerHistory(Answer, kw_only=True):
    """A customer's purchases as the models are fitted to them, by days and in the program's currency.

    Attributes:
        first_order: The day of the first.
        frequency: On how many days they have bought after the first.
        recency: How many days lie between the first and the last.
        age: How many days lie between the first and today.
        value: What they have spent on average on a day after the first, in minor units: a fraction.
        referred: Whether their first order used a code.
    """

    person_id: str
    first_order: date
    frequency: int
    recency: int
    age: int
    value: float
    currency: str
    referred: bool


class WorthCohort(Answer, kw_only=True):
    """Customers whose first order was in the same month, all with a code or all without; `definitions` says the rest.

    Attributes:
        month: By the program's clocks, such as `2026-03`.
        referred: Whether their first orders used a code.
        purchases: On how many days they are expected to buy within a year, of as many customers as `expecting` says.
        expected: What these are expected to bring within a year.
    """

    month: str
    referred: bool
    customers: int
    orders: int
    value: Sum
    discounts: Sum
    rewards: Sum
    offers: Sum
    expecting: int
    purchases: float
    expected: Sum


class WorthCohorts(Answer, kw_only=True):
    """What all customers are worth, by the month of their first order.

    Attributes:
        at: As of when.
        fit: The version of the fit by which worth was expected; null where nothing was.
        definitions: What each figure means, by its name.
    """

    at: datetime
    fit: int | None
    cohorts: list[WorthCohort]
    definitions: dict[str, str]


_HISTORIES = "/v1/worth/histories"


@view({200: Worth}, problems={404: ["not_found"]})
def get_worth(call: Call, person_id: str) -> Response:
    """Show what a customer has brought so far, and what is to be expected of them in the next twelve months.

    Their own orders are read: those that you have reported, and those with a code as far as they are known (the last
    eight). So report every order. Each counts once.
    """
    call.query()
    table, program, now = deps.table(), deps.program(), deps.now()
    person = known_person(person_id)
    known = customers.customer(table, person, program, now=now)
    fit = table.read_newest_fit()
    why = _unexpected(person, known.customer, fit)
    expected = None
    if why is None and fit is not None and known.customer.seen is not None:
        expected = Expected.of(expectation.expect(expectation.Models.of(fit), known.customer.seen), fit)
    return json(200, _shown(person, known, expected, why))


@view({200: Page[CustomerHistory]}, query=PAGE)
def get_histories(call: Call) -> Response:
    """List how all customers buy, for whoever fits models: `make fit` does.

    Left out are those who bought nothing in the program's currency, those with more than 500 orders, and whoever wants
    nothing made of what is known of them.
    """
    query, program = call.query(), deps.program()
    limit, position = limit_of(query), position_of(query, _HISTORIES)
    found = customers.list_customers(deps.table(), position, limit, program, now=deps.now())
    items = [it for _, known in found if known and (it := _history(*known, program.currency))]
    after = found[-1][0] if len(found) == limit else None
    return page(_HISTORIES, query, items, cursor_of(after, _HISTORIES))


@view({200: Fit}, problems={404: ["not_found"]})
def get_fit(call: Call) -> Response:
    """Show what the models were fitted to be."""
    call.query()
    fit = deps.table().read_newest_fit()
    if fit is None:
        raise not_found("The models have not been fitted yet: `make fit` does it.")
    return json(200, Fit.of(fit))


@view({200: Fit}, body=NewFit)
def put_fit(call: Call, body: NewFit) -> Response:
    """Store what the models were fitted to be; from now on worth is expected by that.

    The same again changes nothing. What all customers are worth is then summed up anew.
    """
    table, now = deps.table(), deps.now()
    _check_fit(body)
    told = structs.asdict(body)
    told["buying"], told["spending"] = (_texts(it) for it in (body.buying, body.spending))
    fit = fits.keep(table, worth.Fit(version=0, author=call.key.id, created_at=now, **told))
    if fit.created_at == now:
        jobs.start(table, cohorts.KIND, "{}", author=call.key.id, now=now, chance=deps.chance())
    return json(200, Fit.of(fit))


@view({200: WorthCohorts}, problems={404: ["not_found"]})
def get_cohorts(call: Call) -> Response:
    """Show what all customers are worth, referred or not, by the month of their first order.

    They are gone through once a week, and after each fit. People who want nothing made of what is known of them are
    left out.
    """
    call.query()
    found = deps.table().read_cohorts()
    if found is None:
        raise not_found("Nothing has been summed up yet: it is once a week, and when the models have been fitted.")
    shown = [
        _cohort(month, referred, it, found.currency)
        for referred, months in ((True, found.referred), (False, found.others))
        for month, it in months.items()
    ]
    shown.sort(key=lambda it: (it.month, it.referred))
    return json(200, WorthCohorts(at=found.at, fit=found.fit or None, cohorts=shown, definitions=COHORTS))


def _check_fit(body: NewFit) -> None:
    """Refuse a fit by which nobody's worth could be told.

    Raises:
        Problem: 400.
    """
    buying, spending = body.buying, body.spending
    if body.currency != deps.program().currency:
        raise bad_field("/currency", "is not the program's currency, in which worth is expected")
    if buying.r / buying.alpha > DAILY_MAX:
        raise bad_field("/buying/alpha", f"makes customers buy more than {DAILY_MAX} times a day: its unit is the day")
    if spending.p * spending.v / (spending.q - 1) > MEAN_MAX:
        raise bad_field("/spending/q", f"makes customers spend more than {MEAN_MAX} minor units on average")


def _unexpected(person: Person, customer: Customer, fit: worth.Fit | None) -> Any:
    """Why nothing is expected of somebody."""
    if not customers.is_profiled(person):
        return "restricted"
    if customer.orders == 0 and person.erased_at is not None:
        return "erased"
    if customer.seen is None:
        return "no_orders"
    return "no_fit" if fit is None or fit.currency != deps.program().currency else None


def _shown(person: Person, summary: customers.Summary, expected: Expected | None, why: Any) -> Worth:
    found = summary.customer
    return Worth(
        person_id=person.id,
        until=found.until,
        orders=found.orders,
        first_order=found.first,
        last_order=found.last,
        days_between=found.gap if customers.is_profiled(person) else None,
        value=_sums(found.value),
        discounts=_sums(found.discounts),
        rewards=_sums(found.rewards),
        offers=_sums(found.offers),
        referred=found.referred,
        expected=expected,
        unexpected=why,
        more=summary.more,
        definitions=CUSTOMER,
    )


def _history(person: Person, summary: customers.Summary, currency: str) -> CustomerHistory | None:
    seen, first = summary.customer.seen, summary.customer.first
    if seen is None or first is None or summary.more:
        return None
    return CustomerHistory(
        person_id=person.id,
        first_order=first,
        frequency=seen.frequency,
        recency=seen.recency,
        age=seen.age,
        value=seen.value,
        currency=currency,
        referred=summary.customer.referred,
    )


def _cohort(month: str, referred: bool, cohort: worth.Cohort, currency: str) -> WorthCohort:
    return WorthCohort(
        month=month,
        referred=referred,
        customers=cohort.customers,
        orders=cohort.orders,
        value=money(cohort.value, currency),
        discounts=money(cohort.discounts, currency),
        rewards=money(cohort.rewards, currency),
        offers=money(cohort.offers, currency),
        expecting=cohort.expecting,
        purchases=cohort.purchases / 1000,
        expected=money(cohort.expected, currency),
    )


def _sums(totals: Totals) -> list[Sum]:
    return [money(amount, unit) for unit, amount in sorted(totals.items())]


def _texts(fitted: BuyingFit | SpendingFit) -> dict[str, str]:
    """Fractions as the table keeps them."""
    return {name: repr(float(value)) for name, value in structs.asdict(fitted).items()}


def _numbers(kept: dict[str, str]) -> dict[str, float]:
    return {name: float(value) for name, value in kept.items()}
