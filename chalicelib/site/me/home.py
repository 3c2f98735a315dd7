"""An ambassador's first page."""

from chalice.app import Response

from chalicelib.site.screens import Page


def show(page: Page) -> Response:
    """Show code, link, and how rewards grow."""
    return page.render("home.html")
