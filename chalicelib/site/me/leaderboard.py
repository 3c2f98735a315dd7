"""Among others: who wants to be on the list sees whom they are next to."""

from typing import Any

from chalice.app import Response

from chalicelib.edge.forms import Fields
from chalicelib.edge.problems import Problem
from chalicelib.site.me.refusals import at_field
from chalicelib.site.screens import Page
from chalicelib.web.me import leaderboard

OWN = "/v1/ambassadors/me/leaderboard"


def show(page: Page) -> Response:
    """Show the neighbours, and how to go on the list or leave it. Where there is none, that is what is said."""
    return page.render("leaderboard.html", board=_board(page))


def act(page: Page, form: Fields) -> Response:
    """Go on the list under a name, change that, or leave it."""
    if form.text("leave"):
        page.client.send("DELETE", OWN)
        return page.done("left")
    with at_field(page, "name", leaderboard.no_name(page.language), "name_not_allowed"):
        page.client.send("PUT", OWN, {"name": form.text("name")})
    return page.done("entered")


def _board(page: Page) -> dict[str, Any] | None:
    try:
        board: dict[str, Any] = page.client.get(OWN).body
    except Problem as problem:
        if problem.reason != "not_found":
            raise
        return None
    return board
