"""What waits, and how it goes."""

from chalice.app import Response

from chalicelib.site.screens import Page


def show(page: Page) -> Response:
    """Show what waits."""
    return page.render("today.html")
