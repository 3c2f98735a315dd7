"""Things that somebody has to send."""

from chalice.app import Response

from chalicelib.edge.client import path
from chalicelib.edge.forms import Fields
from chalicelib.site.console import ambassadors
from chalicelib.site.screens import Page


def show(page: Page) -> Response:
    """Show what waits, the oldest first."""
    told = page.client.get("/v1/gifts", limit=20, cursor=page.query.get("cursor")).body
    return page.render(
        "gifts.html",
        shown=told["items"],
        next_cursor=told["next_cursor"],
        found=ambassadors.named(page, (it["ambassador_id"] for it in told["items"])),
    )


def act(page: Page, form: Fields) -> Response:
    """Say that one is on its way.

    Raises:
        Problem: as the API answers it.
    """
    note = form.text("note")
    page.client.send("POST", path("v1", "gifts", form.text("id"), "sent"), {"note": note} if note else {})
    return page.done("sent", did=form.text("id"))
