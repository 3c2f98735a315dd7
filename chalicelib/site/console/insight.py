"""What the program brings and costs in a period: figures with what they mean, charts, and all of it as a table."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from chalice.app import Response

from chalicelib.edge.sheets import sheet
from chalicelib.site.screens import Page
from chalicelib.web.console import figures, times
from chalicelib.web.console.insight import FEW, Insight
from chalicelib.web.numbers import major_units

DAYS = ("7", "30", "90", "365")
BY = ("time", "channel", "tier", "campaign", "cohort")
MONTHS = 12
"""So many months can be chosen beside the last days."""

BY_DAY_MAX = 92
"""A longer period is divided by months."""


class Chosen(NamedTuple):
    """The period that somebody looks at: its name, its days, and by what it is divided."""

    period: str
    first: date
    last: date
    by: str

    @property
    def divided(self) -> str:
        """What the API calls that."""
        if self.by != "time":
            return self.by
        return "day" if (self.last - self.first).days < BY_DAY_MAX else "month"

    @property
    def query(self) -> dict[str, str]:
        """How the API is asked for its figures."""
        return {"from": f"{self.first}", "to": f"{self.last}"}

    @property
    def before(self) -> dict[str, str]:
        """How it is asked for those of the period before, which is as long."""
        last = self.first - timedelta(days=1)
        return {"from": f"{last - (self.last - self.first)}", "to": f"{last}"}


def show(page: Page) -> Response:
    """Show the figures of a period."""
    counted = page.client.get("/v1/stats", by="channel").body["last"]
    if counted is None:
        return page.render("insight.html", chosen=None)
    chosen = chosen_in(page.query, date.fromisoformat(counted), BY)
    found = page.client.get("/v1/stats", by=chosen.divided, **chosen.query).body
    if page.query.get("file"):
        return _table(found, f"figures-{chosen.first}-{chosen.last}.csv")
    before = page.client.get("/v1/stats", by="channel", **chosen.before).body["total"]
    told = Insight(page.language)
    total, cohorts = found["total"], found.get("cohorts")
    return page.render(
        "insight.html",
        chosen=chosen,
        months=months_before(counted),
        month=lambda it: times.month(it, page.language),
        total=total,
        tiles=told.tiles(total, before if before["ambassadors"] else None),
        drawn=told.cohorts(cohorts) if cohorts is not None else told.charts(chosen.divided, found["parts"]),
        cohorts=cohorts,
        expected_at=found.get("expected_at"),
        amount=told.amount,
        few=total["new_customers"] < FEW,
        words=figures.figures(page.language),
        meanings=figures.meanings(page.language),
    )


def chosen_in(query: Mapping[str, str], counted: date, by: tuple[str, ...]) -> Chosen:
    """Read what was chosen; what is none is the last 30 days."""
    period, divided = query.get("period", ""), query.get("by", "")
    divided = divided if divided in by else by[0]
    if period in months_before(f"{counted}"):
        first = date.fromisoformat(f"{period}-01")
        return Chosen(period, first, min(_last_of(first), counted), divided)
    period = period if period in DAYS else "30"
    return Chosen(period, counted - timedelta(days=int(period) - 1), counted, divided)


def months_before(counted: str) -> list[str]:
    """Return the last months up to the day that was counted last, the newest first."""
    number = int(counted[:4]) * 12 + int(counted[5:7]) - 1
    return [f"{it // 12}-{it % 12 + 1:02d}" for it in range(number, number - MONTHS, -1)]


def _last_of(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _table(figures: Any, name: str) -> Response:
    """What is shown as CSV: amounts in major units, a column for each of their currencies."""
    rows = [dict(_cells(it)) for it in figures.get("parts") or figures.get("cohorts") or ()]
    columns = sorted({name for row in rows for name in row}, key=_place)
    return sheet(columns, rows, Content_Disposition=f'attachment; filename="{name}"')


def _cells(part: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in part.items():
        sums = [value] if isinstance(value, dict) else value
        if not isinstance(sums, list):
            yield name, value
            continue
        for it in sums:
            unit = it.get("currency") or it["unit"]
            yield f"{name} {unit}", major_units(it["amount"], unit)


def _place(column: str) -> tuple[bool, str]:
    """The name of a part comes first."""
    return column not in {"name", "month"}, column
