"""Offers that were made for this person alone."""

from chalice.app import Response

from chalicelib.site.screens import Page
from chalicelib.web.me import offers


def show(page: Page) -> Response:
    """Show them, the newest first."""
    found = page.client.get("/v1/people/me/offers", cursor=page.query.get("cursor")).body
    return page.render(
        "offers.html",
        offers=found["items"],
        next_cursor=found["next_cursor"],
        states=offers.states(page.language),
    )
