"""An ambassador's rewards for orders of friends, each with why."""

from chalice.app import Response

from chalicelib.site.screens import Page
from chalicelib.web.language import plain_tag

PER_PAGE = 20


def show(page: Page) -> Response:
    """List them, the newest order first."""
    found = page.client.get(
        "/v1/ambassadors/me/referrals",
        lang=plain_tag(page.language),
        limit=PER_PAGE,
        cursor=page.query.get("cursor"),
    ).body
    return page.render("rewards.html", rewards=found["items"], next_cursor=found["next_cursor"])
