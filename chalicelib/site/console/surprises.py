"""The surprises of a month: by what they are drawn, and who was met."""

from typing import Any

from chalice.app import Response

from chalicelib import deps
from chalicelib.domain.calendar import month_of
from chalicelib.edge.problems import Problem
from chalicelib.site.console.insight import months_before
from chalicelib.site.screens import Page
from chalicelib.web.console import times


def show(page: Page) -> Response:
    """Show a month: the present one, unless another is chosen."""
    now = month_of(deps.now(), deps.program())
    choice = months_before(now)
    month = page.query.get("month", "")
    month = month if month in choice else now
    shared: dict[str, Any] = {"month": month, "choice": choice, "said": lambda it: times.month(it, page.language)}
    try:
        terms = page.client.get(f"/v1/surprises/{month}").body
    except Problem as problem:
        if problem.status != 404:
            raise
        return page.render("surprises.html", terms=None, **shared)
    given = page.client.get(f"/v1/surprises/{month}/gifts", limit=50, cursor=page.query.get("cursor")).body
    return page.render("surprises.html", terms=terms, given=given, **shared)
