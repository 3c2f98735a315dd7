"""A poster of an ambassador's code, to be printed and put up."""

from chalice.app import Response

from chalicelib.site.screens import Page
from chalicelib.web import share


def show(page: Page) -> Response:
    """Show the sheet as it will be printed: what a friend gets, the code, and its QR."""
    me = page.client.get("/v1/ambassadors/me").body
    terms = share.terms(page.program, page.language)
    return page.render("poster.html", me=me, bare_link=me["share_url"].partition("://")[2], terms=terms)
