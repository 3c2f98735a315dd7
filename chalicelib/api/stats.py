"""What the program brings and costs, and what its letters are good for: figures of closed days."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal, Self, get_args

from chalice.app import Response
from msgspec import Meta

from chalicelib import deps
from chalicelib.domain.model.stats import Dimension, Rows
from chalicelib.domain.model.worth import Cohorts
from chalicelib.domain.stats import summary
from chalicelib.domain.stats.definitions import COHORTS, FIGURES, RESULTS
from chalicelib.domain.stats.intervals import Difference
from chalicelib.edge.answers import Answer, Sum, json, money, money_if
from chalicelib.edge.call import Call
from chalicelib.edge.days import Day, day_in
from chalicelib.edge.problems import bad_field
from chalicelib.edge.views import view
from chalicelib.operations.stats.view import DAYS_MAX, Span, by_day, by_month, last_counted, rows_of, whole
from chalicelib.store.table import Table

By = Literal["day", "month", "channel", "tier", "campaign", "occasion", "variant", "cohort"]
DAYS = 30

_QUERY = {
    "from": Day,
    "to": Day,
    "by": Annotated[By, Meta(description="By what the period is divided; `day` if left out.")],
}
_SIMPLE: Mapping[str, Dimension] = {"channel": "channel", "tier": "tier", "campaign": "campaign"}


class Counts(Answer):
    """Figures of a period, or of a part of it; what is not known by this part is left out, and nothing is 0 or empty.

    Attributes:
        name: The day, month, channel, tier or campaign. Empty: of no tier, or of no campaign.
        revenue: What friends paid on redemptions.
        refunds: What came back of that.
        discounts: What codes took off.
        rewards: What ambassadors were promised, less what was taken back.
        sales: What was paid on all orders.
    """

    name: str | None = None
    visits: int | None = None
    quotes: int | None = None
    redemptions: int | None = None
    released: int | None = None
    refunded: int | None = None
    revenue: list[Sum] | None = None
    refunds: list[Sum] | None = None
    discounts: list[Sum] | None = None
    rewards: list[Sum] | None = None
    gifts: list[Sum] | None = None
    offers: list[Sum] | None = None
    offers_used: int | None = None
    adjustments: list[Sum] | None = None
    expired: list[Sum] | None = None
    mails: int | None = None
    orders: int | None = None
    sales: list[Sum] | None = None
    customers: int | None = None
    new_customers: int | None = None
    enrolled: int | None = None
    ambassadors: int | None = None

    @classmethod
    def of(cls, measures: Mapping[str, int], measured: frozenset[str], name: str | None = None) -> Self:
        """Show the measures that are known by a part."""
        told: dict[str, Any] = {}
        for it in measured:
            told[it] = _sums(measures, it) if it in _WITH_UNIT else measures.get(it, 0)
        if "quotes" in measured:
            told["quotes"] = measures.get("quotes")
        return cls(name=name, **told)


_WITH_UNIT = frozenset(
    {"revenue", "refunds", "discounts", "rewards", "gifts", "offers", "adjustments", "expired", "sales"}
)
_ALL = frozenset(FIGURES) - {"cost_per_new_customer", "acquisition_cost", "conversion", "k"} | {
    "offers_used", "sales", "ambassadors",
}  # fmt: skip
_BY_ORDER = frozenset(
    {"redemptions", "released", "refunded", "revenue", "refunds", "discounts", "rewards", "new_customers"}
)
_KNOWN: Mapping[str, frozenset[str]] = {
    "day": _ALL,
    "month": _ALL,
    "channel": frozenset({"visits"}),
    "tier": _BY_ORDER | {"gifts", "adjustments", "expired"},
    "campaign": _BY_ORDER | {"visits"},
}


class Interval(Answer):
    """A difference, and between what it lies with a chance of 95 in 100.

    Attributes:
        clear: Whether that leaves out zero.
    """

    difference: float
    low: float
    high: float
    clear: bool

    @classmethod
    def of(cls, estimate: Difference | None, digits: int) -> Self | None:
        """Show a difference, if there is any."""
        if estimate is None:
            return None
        rounded = (round(it, digits) for it in (estimate.value, estimate.low, estimate.high))
        difference, low, high = rounded
        return cls(difference=difference, low=low, high=high, clear=estimate.is_clear)


class Touches(Answer):
    """Some touches, and what came after those of which all days have passed.

    Attributes:
        compared: How many these are.
        spent: In the program's currency.
    """

    touches: int
    compared: int
    bought: int
    spent: Sum


class Occasion(Answer, kw_only=True):
    """What an occasion was good for, or a variant of it, beside those who are held out.

    Attributes:
        variant: Left out for all of an occasion, and for those of the usual wording.
        share: How much more often somebody bought; null as long as a group is empty.
        value: How much more somebody spent, in minor units; null as long as a group has fewer than two.
        not_sent_why: How many were not sent for which reason, as a message says it in `why`: for the first, of several.
    """

    occasion: str
    variant: str | None = None
    sent: Touches
    answered: int
    clicked: int
    not_sent: int
    not_sent_why: dict[str, int]
    held_out: Touches
    share: Interval | None
    value: Interval | None

    @classmethod
    def of(cls, result: summary.Result, currency: str) -> Self:
        """Show a result."""
        return cls(
            occasion=result.occasion,
            variant=result.variant,
            sent=_touches(result.went, currency),
            answered=result.went.answered,
            clicked=result.went.clicked,
            not_sent=result.not_sent,
            not_sent_why=dict(result.not_sent_why),
            held_out=_touches(result.held_out, currency),
            share=Interval.of(result.share, 6),
            value=Interval.of(result.value, 2),
        )


class Cohort(Answer):
    """Customers whose first order was in the same month, all with a code or all without.

    Attributes:
        month: Such as `2026-03`.
        referred: Whether it was with a code.
        expected: What they will bring in twelve months, if there are models.
    """

    month: str
    referred: bool
    customers: int
    orders: int
    value: list[Sum]
    refunds: list[Sum]
    expected: Sum | None = None


class Total(Counts, kw_only=True):
    """The figures of the whole period.

    Attributes:
        quotes: Null where nobody has counted them.
        cost_per_new_customer: Null if there is none.
        acquisition_cost: By other channels, as the program says; null if it does not.
        visits_per_ambassador: Null without ambassadors.
        conversion: Null without visits.
        k: Null without ambassadors.
    """

    quotes: int | None
    cost_per_new_customer: Sum | None
    acquisition_cost: Sum | None
    visits_per_ambassador: float | None
    conversion: float | None
    k: float | None


class Figures(Answer, kw_only=True):
    """Figures of a period, and by one thing; `definitions` says what each means.

    Attributes:
        first: The first day of the period.
        last: The last day of it that has been counted; null if none has.
        total: Of the whole period.
        parts: By day, month, channel, tier or campaign.
        occasions: By occasion or variant.
        cohorts: By the month of a customer's first order, if that is within the period.
        cohorts_until: Up to which day their orders are counted; that may be after the period.
        expected_at: As of when worth was expected.
        definitions: What each figure means, by its name.
    """

    first: date
    last: date | None
    by: By
    total: Total
    parts: list[Counts] | None = None
    occasions: list[Occasion] | None = None
    cohorts: list[Cohort] | None = None
    cohorts_until: date | None = None
    expected_at: datetime | None = None
    definitions: dict[str, str]


@view({200: Figures}, query=_QUERY)
def get_stats(call: Call) -> Response:
    """Show what the program brings and costs in a period of up to 400 days: the last 30 that were counted, unless said.

    A day is counted some hours after its end, and again when something comes in late for it. Nothing but a few sums is
    read for it, whatever the size of the shop.
    """
    query, table = call.query(), deps.table()
    by = next((it for it in get_args(By) if it == query.get("by", "day")), None)
    if by is None:
        raise bad_field("?by", f"is one of {', '.join(get_args(By))}")
    counted = last_counted(table)
    asked = _span(query, counted or deps.now().date())
    span = Span(asked.first, min(asked.last, counted)) if counted and counted >= asked.first else None
    program = deps.program()
    measures = whole(table, span) if span else {}
    spread = summary.spread(measures)
    total = Total(
        **{it: getattr(shown, it) for shown in [Counts.of(measures, _ALL)] for it in Counts.__struct_fields__},
        cost_per_new_customer=money_if(summary.cost_of_customer(measures, program.currency), program.currency),
        acquisition_cost=money_if(program.acquisition_cost, program.currency),
        visits_per_ambassador=_rounded(spread.visits_per_ambassador),
        conversion=_rounded(spread.conversion),
        k=_rounded(spread.k),
    )
    parts = _parts(table, by, span, counted, program.currency)
    return json(200, Figures(first=asked.first, last=span.last if span else None, by=by, total=total, **parts))


def _parts(table: Table, by: By, span: Span | None, counted: date | None, currency: str) -> dict[str, Any]:
    """What a period is divided into, and what the figures mean."""
    if by in {"occasion", "variant"}:
        rows = rows_of(table, "occasion", span) if span else {}
        found = summary.results(rows, by_variant=by == "variant")
        return {"occasions": [Occasion.of(it, currency) for it in found], "definitions": {**FIGURES, **RESULTS}}
    if by == "cohort":
        return _cohorts(table, span, counted, currency)
    rows = _rows(table, by, span) if span else {}
    parts = [Counts.of(measures, _KNOWN[by], name) for name, measures in sorted(rows.items())]
    return {"parts": parts, "definitions": FIGURES}


def _rows(table: Table, by: By, span: Span) -> Rows:
    if by in {"day", "month"}:
        return by_day(table, span) if by == "day" else by_month(table, span)
    return rows_of(table, _SIMPLE[by], span)


def _cohorts(table: Table, span: Span | None, counted: date | None, currency: str) -> dict[str, Any]:
    """The customers of each month: up to the last day that was counted, since they go on buying."""
    definitions = {**FIGURES, **{f"cohort_{name}": it for name, it in COHORTS.items()}}
    if span is None or counted is None:
        return {"cohorts": [], "definitions": definitions}
    rows = rows_of(table, "cohort", Span(span.first.replace(day=1), counted))
    worth = table.read_cohorts()
    months = (f"{span.first:%Y-%m}", f"{span.last:%Y-%m}")
    shown = [
        _cohort(row, rows, worth if worth and worth.currency == currency else None)
        for row in sorted(rows)
        if months[0] <= row.partition("|")[0] <= months[1]
    ]
    at = {"expected_at": worth.at} if worth and worth.fit else {}
    return {"cohorts": shown, "cohorts_until": counted, **at, "definitions": definitions}


def _cohort(row: str, rows: Rows, worth: Cohorts | None) -> Cohort:
    month, _, kind = row.partition("|")
    measures, referred = rows[row], kind == "referred"
    summed = (worth.referred if referred else worth.others).get(month) if worth else None
    return Cohort(
        month=month,
        referred=referred,
        customers=measures.get("customers", 0),
        orders=measures.get("orders", 0),
        value=_sums(measures, "value"),
        refunds=_sums(measures, "refunds"),
        expected=money(summed.expected, worth.currency) if worth and summed and summed.expecting else None,
    )


def _span(query: dict[str, str], counted: date) -> Span:
    """Read the period.

    Raises:
        Problem: 400.
    """
    last = day_in(query, "to") or max(counted, day_in(query, "from") or counted)
    first = day_in(query, "from") or last - timedelta(days=DAYS - 1)
    if first > last:
        raise bad_field("?from", "lies after ?to")
    if (last - first).days >= DAYS_MAX:
        raise bad_field("?from", f"spans more than {DAYS_MAX} days")
    return Span(first, last)


def _touches(group: summary.Group, currency: str) -> Touches:
    spent = money(group.spent, currency)
    return Touches(touches=group.touches, compared=group.compared, bought=group.bought, spent=spent)


def _sums(measures: Mapping[str, int], name: str) -> list[Sum]:
    return [money(amount, unit) for unit, amount in summary.amounts(measures, name).items()]


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 6)
