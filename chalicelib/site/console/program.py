"""The rules in force, in plain words."""

from chalice.app import Response

from chalicelib.edge.problems import Problem
from chalicelib.site.console.rules import rules_form
from chalicelib.site.screens import Page
from chalicelib.web.console import rules


def show(page: Page) -> Response:
    """Show what a friend gets, what an ambassador earns and when, and who has said so."""
    try:
        document = page.client.get("/v1/program").body
    except Problem as problem:
        if problem.status != 404:
            raise
        return page.render("program.html", rules=None, version=None)
    (newest,) = page.client.get("/v1/program/versions", limit=1).body["items"]
    return page.render(
        "program.html",
        rules=rules_form(page).filled(document),
        version=newest,
        letters=rules.letters(page.language),
        choices=rules.choices(page.language),
    )
