"""What customers are worth by the month of their first order, in words and as a picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from chalicelib.web.console import charts, times
from chalicelib.web.console.charts import Line, Point, Series
from chalicelib.web.language import Language, format_amount

Body = Mapping[str, Any]

FEW = 30
"""The mean of fewer customers than that is moved by one of them."""

OLD_DAYS = 100
"""Models that saw nothing of so many days are to be fitted anew."""


class Side(NamedTuple):
    """All who were referred, or all others: how many, what they have paid, and what each has on the average."""

    customers: int
    value: str
    each: str
    cents: int
    expected: str


@dataclass(frozen=True, slots=True)
class Worths:
    """Tells what cohorts are worth, in a language and a currency."""

    language: Language
    currency: str

    def side(self, cohorts: Sequence[Body], *, referred: bool) -> Side:
        """Sum up all who were referred, or all others."""
        own = [it for it in cohorts if it["referred"] == referred]
        customers, value = sum(it["customers"] for it in own), sum(it["value"]["amount"] for it in own)
        expecting, expected = sum(it["expecting"] for it in own), sum(it["expected"]["amount"] for it in own)
        return Side(
            customers,
            self._money(value),
            self._money(value // customers) if customers else "–",
            value // customers if customers else 0,
            self._money(expected // expecting) if expecting else "–",
        )

    def sentence(self, referred: Side, others: Side) -> str:
        """Say what may be said of both beside each other."""
        _ = self.language.translations.gettext
        if not referred.customers or not others.customers:
            return _("There is nobody to compare with yet.")
        told = {"referred": referred.each, "others": others.each}
        if min(referred.customers, others.customers) < FEW:
            few = _(
                "Who came by a code has paid %(referred)s on the average, others %(others)s. They are so few that one "
                "more may turn it round."
            )
            return few % told
        if referred.cents >= others.cents:
            return _("Who came by a code has paid %(referred)s on the average, more than others: %(others)s.") % told
        return _("Who came by a code has paid %(referred)s on the average, less than others: %(others)s.") % told

    def picture(self, cohorts: Sequence[Body]) -> Line:
        """Draw what a customer of each month has paid on the average, referred and others."""
        _ = self.language.translations.gettext
        months = sorted({it["month"] for it in cohorts})
        known = {(it["month"], it["referred"]): it for it in cohorts if it["customers"]}
        series = [
            Series(name, [self._point(it, known.get((it, referred))) for it in months])
            for referred, name in ((True, _("By a code")), (False, _("Without one")))
            if any((it, referred) in known for it in months)
        ]
        return charts.line(series, self._axis, _("Month of the first order"))

    def _point(self, month: str, cohort: Body | None) -> Point:
        label = times.month(month, self.language)
        if cohort is None:
            return Point(label, None, "–")
        each = cohort["value"]["amount"] // cohort["customers"]
        return Point(label, each, self._money(each))

    def _money(self, amount: int) -> str:
        return format_amount(amount, self.currency, self.language)

    def _axis(self, amount: int) -> str:
        return format_amount(amount, self.currency, self.language, is_limit=True)


def is_old(fit: Body, at: str) -> bool:
    """Whether models have seen nothing of the last months before a moment."""
    return (date.fromisoformat(at[:10]) - date.fromisoformat(fit["until"])).days > OLD_DAYS
