"""What is known of an ambassador: seen, kept as a file, limited, or forgotten."""

import msgspec
from chalice.app import Response

from chalicelib.edge import doors
from chalicelib.edge.forms import Fields
from chalicelib.edge.problems import not_found
from chalicelib.edge.scopes import ME as DOOR
from chalicelib.site.preferences import frame_of, html
from chalicelib.site.screens import Page
from chalicelib.web import rights
from chalicelib.web.me import data, statement

ME = "/v1/people/me"
FILE, DELETE = "data.json", "delete"
"""What stands behind the page: all of it as a file, and the question whether it shall be forgotten."""


def show(page: Page) -> Response:
    """Show the main things in words, all of it as a file, or what a deletion takes and leaves."""
    if page.subject == FILE:
        exported = page.client.get(f"{ME}/export").body
        whole = msgspec.json.format(msgspec.json.encode(exported), indent=2)
        return page.file(FILE, "application/json", whole.decode())
    person = page.client.get(ME).body
    if page.subject == DELETE:
        me = page.client.get("/v1/ambassadors/me").body
        named = statement.parts(page.language)
        left = [(named[it], sum_) for it in ("available", "held") for sum_ in me["account"][it] if sum_["amount"] > 0]
        return page.render("delete.html", left=left, days=rights.BACKUP_DAYS)
    if page.subject:
        raise not_found("There is no such page.")
    return page.render("data.html", facts=data.facts(person, page.language), restricted=person.get("restricted_at"))


def act(page: Page, form: Fields) -> Response:
    """Limit what is done with it, or forget it: that is asked twice, and ends every session."""
    if page.subject == DELETE:
        page.client.send("DELETE", ME)
        forgotten = html(200, rights.forgotten_page(frame_of(page.language)), page.language)
        forgotten.headers["Set-Cookie"] = doors.kept(DOOR, "", doors.LASTS[DOOR])
        return forgotten
    limited = form.text("limit") == "yes"
    page.client.send("POST", f"{ME}/restrict", {"restricted": limited})
    return page.done("limited" if limited else "unlimited")
