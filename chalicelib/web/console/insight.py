"""What the figures of a period look like: charts with their sentences, and how they changed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, Literal, NamedTuple

from chalicelib.domain.money import is_currency
from chalicelib.web.console import charts, figures, times
from chalicelib.web.console.charts import Bars, Line, Point, Series, Stack
from chalicelib.web.language import Language, format_amount
from chalicelib.web.numbers import format_number, format_percent

Body = Mapping[str, Any]
Kind = Literal["line", "bars", "stack"]

FEW = 10
"""Below so many new customers a share of them says next to nothing."""

_SURE = 1.96
"""So many standard deviations chance alone exceeds once in twenty times."""

_TILES = (
    "visits", "redemptions", "new_customers", "conversion", "revenue", "rewards", "cost_per_new_customer",
    "acquisition_cost", "enrolled", "k", "mails", "sales",
)  # fmt: skip

_OVER_TIME = (
    ("visits",),
    ("redemptions", "new_customers"),
    ("revenue", "refunds"),
    ("rewards", "discounts"),
    ("mails",),
)
_COMPARED: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "channel": (("visits",),),
    "tier": (("redemptions",), ("revenue",), ("rewards",)),
    "campaign": (("visits",), ("redemptions",), ("revenue",), ("rewards",)),
}


class Drawn(NamedTuple):
    """A chart, with what is said of it; `name` is unique on the page."""

    kind: Kind
    name: str
    title: str
    sentence: str
    chart: Line | Bars | Stack


class Tile(NamedTuple):
    """A figure of the whole period, and how it was before; what may be chance says so."""

    label: str
    text: str
    before: str


@dataclass(frozen=True, slots=True)
class Insight:
    """Says and draws the figures of a period in a language. Money of several currencies has a chart for each."""

    language: Language

    def tiles(self, total: Body, before: Body | None) -> list[Tile]:
        """Return the figures of the whole period, each with how it was in the period before, if that can be said."""
        names = figures.figures(self.language)
        return [
            Tile(names[it], text, self._before(it, total, before))
            for it in _TILES
            if (text := self._total(it, total)) is not None
        ]

    def charts(self, by: str, parts: Sequence[Body]) -> list[Drawn]:
        """Return what is drawn of a period that is divided by days, months, channels, tiers or campaigns."""
        over_time = by in {"day", "month"}
        groups = _OVER_TIME if over_time else _COMPARED[by]
        found = [(names, unit) for names in groups for unit in _units(names, parts)]
        return [
            self._over_time(it, unit, parts) if over_time else self._bars(it[0], unit, parts, by) for it, unit in found
        ]

    def cohorts(self, cohorts: Sequence[Body]) -> list[Drawn]:
        """Return what is drawn of customers by the month of their first order, referred and others."""
        if not cohorts:
            return []
        _ = self.language.translations.gettext
        months = sorted({it["month"] for it in cohorts})
        numbers = {(it["month"], it["referred"]): it["customers"] for it in cohorts}
        series = [
            Series(name, [self._count(times.month(it, self.language), numbers.get((it, referred), 0)) for it in months])
            for referred, name in ((True, _("By a code")), (False, _("Without one")))
        ]
        referred, whole = sum(n for (_m, by), n in numbers.items() if by), sum(numbers.values())
        told = self.language.translations.ngettext(
            "%(referred)s of %(number)s customer came by a code.",
            "%(referred)s of %(number)s customers came by a code.",
            whole,
        ) % {"referred": self.number(referred), "number": self.number(whole)}
        chart = charts.stack(series, self.number, _("Month"))
        return [Drawn("stack", "cohorts", _("Customers by the month of their first order"), told, chart)]

    def number(self, value: int) -> str:
        """Say a number."""
        return format_number(value, self.language.tag)

    def amount(self, sums: Sequence[Body]) -> str:
        """Say what may be of several currencies and units."""
        return ", ".join(self._money(it["amount"], _unit(it)) for it in sums) or self.number(0)

    # --- figures ------------------------------------------------------------------------------------------------------

    def _total(self, name: str, total: Body) -> str | None:
        """Say a figure of the whole period; None where it is not known."""
        value = total.get(name)
        if value is None:
            return None
        if name == "conversion":
            return format_percent(round(value * 10_000), self.language.tag)
        if name == "k":
            return self.number(round(value * 100))
        if isinstance(value, Mapping):
            return self._money(value["amount"], _unit(value))
        return self.amount(value) if isinstance(value, Sequence) else self.number(value)

    def _before(self, name: str, total: Body, before: Body | None) -> str:
        if before is None or name == "acquisition_cost":
            return ""
        was = self._total(name, before)
        if was is None:
            return ""
        _ = self.language.translations.gettext
        now, then = total.get(name), before.get(name)
        if isinstance(now, int) and isinstance(then, int) and now != then and not is_clear(now, then):
            return _("before: %(figure)s, which may be chance") % {"figure": was}
        return _("before: %(figure)s") % {"figure": was}

    # --- charts -------------------------------------------------------------------------------------------------------

    def _over_time(self, names: tuple[str, ...], unit: str, parts: Sequence[Body]) -> Drawn:
        words, _ = figures.figures(self.language), self.language.translations.gettext
        labels = [times.time(it["name"], self.language) for it in parts]
        series = [
            Series(words[name], [self._point(label, it, name, unit) for label, it in zip(labels, parts, strict=True)])
            for name in names
            if not unit or name == names[0] or any(_unit(money) == unit for it in parts for money in it[name])
        ]
        label = _("Month") if parts and len(parts[0]["name"]) == len("2026-10") else _("Day")
        chart = charts.line(series, self._say(unit), label)
        title = " · ".join(it.name for it in series)
        return Drawn("line", _id(names[0], unit), self._titled(title, unit), self._peak(series[0], unit), chart)

    def _bars(self, name: str, unit: str, parts: Sequence[Body], by: str) -> Drawn:
        words, _ = figures.figures(self.language), self.language.translations.gettext
        points = [self._point(self._part(it["name"], by), it, name, unit) for it in parts]
        points.sort(key=lambda it: -(it.value or 0))
        label = {"channel": _("Channel"), "tier": _("Tier"), "campaign": _("Campaign")}[by]
        whole = sum(it.value or 0 for it in points)
        told = _("Nothing in this period.")
        if whole > 0:
            most = {"label": points[0].label, "figure": points[0].text, "whole": self._say(unit)(whole)}
            told = _("%(label)s has the most: %(figure)s of %(whole)s.") % most
        chart = charts.bars(points, label, words[name])
        return Drawn("bars", _id(name, unit), self._titled(words[name], unit), told, chart)

    def _peak(self, series: Series, unit: str) -> str:
        """Say how much it was in all, and when most."""
        _ = self.language.translations.gettext
        known = [it for it in series.points if it.value is not None]
        if not any(it.value for it in known):
            return _("Nothing in this period.")
        most = max(known, key=lambda it: it.value or 0)
        whole = self._say(unit)(sum(it.value or 0 for it in known))
        told = {"name": series.name, "whole": whole, "figure": most.text, "time": most.label}
        return _("%(name)s: %(whole)s in all, at most %(figure)s (%(time)s).") % told

    def _point(self, label: str, part: Body, name: str, unit: str) -> Point:
        value = part.get(name)
        if not unit:
            return self._count(label, value)
        amount = next((it["amount"] for it in value or () if _unit(it) == unit), 0)
        return Point(label, amount, self._money(amount, unit) if is_currency(unit) else self.number(amount))

    def _count(self, label: str, value: int | None) -> Point:
        return Point(label, value, "–" if value is None else self.number(value))

    def _part(self, name: str, by: str) -> str:
        _ = self.language.translations.gettext
        if by == "channel":
            return figures.channels(self.language).get(name, name)
        return name or (_("No tier") if by == "tier" else _("No campaign"))

    def _titled(self, title: str, unit: str) -> str:
        return f"{title} ({unit.removeprefix('gift:')})" if unit else title

    def _say(self, unit: str) -> Callable[[int], str]:
        """Say figures of an axis: without cents where there are none; what is no money, by its number."""
        if not is_currency(unit):
            return self.number
        return lambda value: format_amount(value, unit, self.language, is_limit=True)

    def _money(self, amount: int, unit: str) -> str:
        return format_amount(amount, unit, self.language)


def is_clear(one: int, other: int) -> bool:
    """Whether two numbers of cases differ by more than chance makes them differ in nineteen of twenty times.

    Cases that come by themselves vary by the root of their number (Poisson).
    """
    return abs(one - other) > _SURE * sqrt(one + other)


def _units(names: tuple[str, ...], parts: Sequence[Body]) -> list[str]:
    """The currencies and units in which figures are, or one empty one if they are numbers."""
    if not any(isinstance(it.get(name), list) for it in parts for name in names):
        return [""] if any(name in it for it in parts for name in names) else []
    return sorted({_unit(money) for it in parts for name in names for money in it.get(name) or ()})


def _unit(money: Body) -> str:
    return str(money.get("currency") or money["unit"])


def _id(name: str, unit: str) -> str:
    """An id for a chart: of the letters and digits of what it shows."""
    return "-".join(filter(None, (name, "".join(it for it in unit.lower() if it.isalnum() and it.isascii()))))
