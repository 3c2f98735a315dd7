"""All codes of an ambassador: a further one by wish or by chance, each with its links, and paused at will."""

from chalice.app import Response

from chalicelib.edge.client import path
from chalicelib.edge.forms import Fields
from chalicelib.site.me.refusals import at_field
from chalicelib.site.screens import Page
from chalicelib.web.me import codes

OWN = "/v1/ambassadors/me/codes"


def show(page: Page) -> Response:
    """Show all codes, the first one first, and the form for another one."""
    found = page.client.get(OWN).body["items"]
    return page.render("codes.html", codes=found, places=codes.places(page.language))


def act(page: Page, form: Fields) -> Response:
    """Make a code, pause one, or let one work again."""
    if form.text("pause"):
        page.client.send("PATCH", OWN + path(form.text("pause")), {"state": "paused"})
        return page.done("paused")
    if form.text("resume"):
        page.client.send("PATCH", OWN + path(form.text("resume")), {"state": "active"})
        return page.done("resumed")
    wished = {"code": form.text("code")} if form.text("code") else {}
    wrong = codes.no_code(page.language)
    with at_field(page, "code", wrong, "code_taken", "code_not_allowed"):
        page.client.send("POST", OWN, wished, key=form.once)
    return page.done("made")
