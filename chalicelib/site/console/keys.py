"""The keys of the shop's servers: made, shown once, revoked."""

from typing import Any

from chalice.app import Response

from chalicelib.edge.client import path
from chalicelib.edge.forms import Fields
from chalicelib.site.screens import Page
from chalicelib.web.console import decide


def show(page: Page) -> Response:
    """Show all keys of servers, the newest first."""
    return _shown(page, None)


def act(page: Page, form: Fields) -> Response:
    """Make a key, and show its secret this once; or revoke one.

    Raises:
        Problem: as the API answers it.
    """
    if form.text("do") == "revoke":
        page.client.send("DELETE", path("v1", "keys", form.text("id")))
        return page.done("revoked")
    told = {"name": form.text("name"), "owner": form.text("owner"), "scopes": form.all("scopes")}
    return _shown(page, page.client.send("POST", "/v1/keys", told, key=form.once).body)


def _shown(page: Page, made: dict[str, Any] | None) -> Response:
    told = page.client.get("/v1/keys", limit=50, cursor=page.query.get("cursor")).body
    meanings = decide.scopes(page.language)
    held = page.call.key.scopes
    return page.render(
        "keys.html",
        made=made,
        shown=[it for it in told["items"] if "email" not in it],
        next_cursor=told["next_cursor"],
        scopes=[(it, meaning, it in held) for it, meaning in meanings.items()],
    )
