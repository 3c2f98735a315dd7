"""Find a person: one field for whatever somebody has said on the phone."""

from chalice.app import Response

from chalicelib.site.console.finding import find
from chalicelib.site.screens import Page
from chalicelib.web.console import people


def show(page: Page) -> Response:
    """Show the field, and who was found."""
    typed = page.query.get("q", "").strip()
    found = find(page.client, typed, page.query.get("cursor")) if typed else None
    return page.render(
        "people.html",
        typed=typed,
        found=found,
        tried=people.tried(found.tried, page.language) if found else "",
    )
