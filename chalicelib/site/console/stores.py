"""How shops are connected: by keys of their own servers, and when each has called last."""

from datetime import date
from typing import Any

from chalice.app import Response

from chalicelib import deps
from chalicelib.site.console.screens import KEYS
from chalicelib.site.screens import Page

OF_SHOPS = frozenset({"enrol", "sessions", "checkout", "people"})
QUIET_DAYS = 3
"""A key that has not called for longer is pointed out."""


def show(page: Page) -> Response:
    """Show the keys with which shops call, and what each of them can tell the program."""
    return page.render("stores.html", shown=_keys(page), may_see=page.may(KEYS))


def _keys(page: Page) -> list[dict[str, Any]]:
    """The keys of shops that are not revoked, with how many days ago each has called; None if never, or nobody says."""
    if not page.may(KEYS):
        return []
    found: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        told = page.client.get("/v1/keys", limit=100, cursor=cursor).body
        found += [it for it in told["items"] if OF_SHOPS & set(it["scopes"]) and not it["revoked_at"]]
        cursor = told["next_cursor"]
    return [{**it, "quiet": _quiet(it["last_used"])} for it in found]


def _quiet(last_used: str | None) -> bool:
    return last_used is None or (deps.now().date() - date.fromisoformat(last_used)).days > QUIET_DAYS
