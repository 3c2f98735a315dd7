"""Where an ambassador is signed in."""

from chalice.app import Response

from chalicelib.edge.forms import Fields
from chalicelib.site import ending
from chalicelib.site.screens import Page

ROOT = "/v1/ambassadors/me/sessions"


def show(page: Page) -> Response:
    """List the browsers, this one first."""
    return ending.listed(page, ROOT)


def act(page: Page, form: Fields) -> Response:
    """Sign out in one of them, in all others, or everywhere."""
    return ending.ended(page, form, ROOT)
