"""Where somebody is signed in, and how they sign out there: the same for ambassadors and admins."""

from typing import Any

from chalice.app import Response

from chalicelib.edge import doors
from chalicelib.edge.client import path
from chalicelib.edge.forms import Fields
from chalicelib.edge.scopes import ME
from chalicelib.site.screens import Page, leads_to

OTHERS, ALL = "others", "all"
"""What a form ends, beside one session by its id."""


def listed(page: Page, root: str) -> Response:
    """Show the sessions below a path of the API, this browser's marked."""
    mine = doors.session_at(page.call.request, page.area.door)
    found: list[dict[str, Any]] = page.client.get(root).body["items"]
    items = sorted(found, key=lambda it: it["id"] != mine)
    return page.render("sessions.html", items=items, mine=mine)


def ended(page: Page, form: Fields, root: str) -> Response:
    """End one of them, all others, or all. Whoever ends their own is out, and comes to where one signs in."""
    mine, wanted = doors.session_at(page.call.request, page.area.door), form.text("session")
    if wanted in {ALL, mine}:
        page.client.send("DELETE", root if wanted == ALL else root + path(wanted))
        away = doors.kept(page.area.door, "", doors.LASTS[ME])
        return leads_to(f"/sign-in?to={page.area.door}&out=yes", away)
    if wanted == OTHERS:
        for it in page.client.get(root).body["items"]:
            if it["id"] != mine:
                page.client.send("DELETE", root + path(it["id"]))
        return page.done("signed_out_elsewhere")
    page.client.send("DELETE", root + path(wanted))
    return page.done("signed_out_there")
