"""The people of the shop who sign in here."""

from chalice.app import Response

from chalicelib.edge.client import path
from chalicelib.edge.forms import Fields
from chalicelib.site.screens import Page
from chalicelib.web.console import decide

OF_ADMINS = ("admin:read", "admin:write", "admin:keys")


def show(page: Page) -> Response:
    """Show all of them, the newest first."""
    meanings = decide.scopes(page.language)
    shown = page.client.get("/v1/admins").body["items"]
    return page.render(
        "admins.html",
        shown=shown,
        sessions={it["id"]: page.client.get(_sessions_of(it["id"])).body["items"] for it in shown},
        scopes=[(it, meanings[it], it in page.call.key.scopes) for it in OF_ADMINS],
    )


def act(page: Page, form: Fields) -> Response:
    """Invite somebody, sign an admin out everywhere, or revoke them.

    Raises:
        Problem: as the API answers it.
    """
    if form.text("do") == "revoke":
        page.client.send("DELETE", path("v1", "admins", form.text("id")))
        return page.done("revoked")
    if form.text("do") == "sign-out":
        page.client.send("DELETE", _sessions_of(form.text("id")))
        return page.done("signed_out_there")
    told = {"email": form.text("email"), "name": form.text("name"), "scopes": form.all("scopes")}
    page.client.send("POST", "/v1/admins", told)
    return page.done("invited")


def _sessions_of(admin_id: str) -> str:
    return path("v1", "admins", admin_id, "sessions")
