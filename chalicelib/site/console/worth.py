"""What customers are worth: what they have paid, what is expected of them, and how old that expectation is."""

from typing import Any

from chalice.app import Response

from chalicelib.edge.problems import Problem
from chalicelib.site.screens import Page
from chalicelib.web.console import times
from chalicelib.web.console.worth import Worths, is_old


def show(page: Page) -> Response:
    """Show all customers by the month of their first order, those who came by a code and others."""
    found, fit = _known(page, "/v1/worth/cohorts"), _known(page, "/v1/worth/model")
    if found is None or not found["cohorts"]:
        return page.render("worth.html", found=None, fit=fit)
    cohorts = found["cohorts"]
    told = Worths(page.language, cohorts[0]["value"]["currency"])
    referred, others = told.side(cohorts, referred=True), told.side(cohorts, referred=False)
    return page.render(
        "worth.html",
        found=found,
        fit=fit,
        old=fit is not None and is_old(fit, found["at"]),
        referred=referred,
        others=others,
        sentence=told.sentence(referred, others),
        picture=told.picture(cohorts),
        month=lambda it: times.month(it, page.language),
    )


def _known(page: Page, path: str) -> Any:
    """What the API knows, or None where it has nothing yet."""
    try:
        return page.client.get(path).body
    except Problem as problem:
        if problem.status != 404:
            raise
        return None
