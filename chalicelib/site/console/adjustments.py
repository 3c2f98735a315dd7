"""Corrections of balances that wait for a second admin, and one correction to look at or to take back."""

from typing import Any

from chalice.app import Response

from chalicelib.edge.client import path
from chalicelib.edge.forms import Fields
from chalicelib.site.console import ambassadors
from chalicelib.site.screens import Page
from chalicelib.web.console import decide


def show(page: Page) -> Response:
    """Show what waits, or the one that the address names by `id`."""
    named = page.typed.text("one") or page.query.get("id")
    if named:
        told: dict[str, Any] = {"items": [page.client.get(path("v1", "adjustments", named)).body], "next_cursor": None}
    else:
        told = page.client.get("/v1/adjustments", limit=20, cursor=page.query.get("cursor")).body
    return page.render(
        "adjustments.html",
        one=bool(named),
        shown=told["items"],
        next_cursor=told["next_cursor"],
        found=ambassadors.named(page, (it["ambassador_id"] for it in told["items"])),
        states=decide.states(page.language),
    )


def act(page: Page, form: Fields) -> Response:
    """Decide as the second admin, or take one back.

    Raises:
        Problem: as the API answers it.
    """
    about, note = path("v1", "adjustments", form.text("id")), form.text("note")
    if form.text("do") == "undo":
        made = page.client.send("POST", f"{about}/undo", {"note": note}).body
        return page.done("undone" if made["status"] == "posted" else "asked", id=made["id"])
    told = {"decision": form.text("do"), "note": note}
    page.client.send("POST", f"{about}/decision", told)
    return page.done("decided", id=form.text("id"))
