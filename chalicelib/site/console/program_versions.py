"""All versions of the rules, each with what it changed, and the way back to it."""

from chalice.app import Response

from chalicelib.edge.client import path
from chalicelib.edge.forms import Fields
from chalicelib.site.console.rules import plain_document, rules_form, tried, version_in_force
from chalicelib.site.screens import Page
from chalicelib.web.console.difference import told_change

_SHOWN = 10


def show(page: Page) -> Response:
    """List them, the newest first."""
    listed = page.client.get("/v1/program/versions", limit=_SHOWN, cursor=page.query.get("cursor")).body
    made, told = rules_form(page), {}
    documents = {it["version"]: page.client.get(f"/v1/program/versions/{it['version']}").body for it in listed["items"]}
    for it in listed["items"]:
        after = documents[it["version"]]
        before = documents.get(it["version"] - 1, after)
        told[it["version"]] = [told_change(made, one, before, after, page.language) for one in it["changes"]]
    newest = version_in_force(page)
    return page.render("program_versions.html", listed=listed, told=told, newest=newest)


def act(page: Page, form: Fields) -> Response:
    """Try the rules of an earlier version, to put them in force again."""
    document = page.client.get(path("v1", "program", "versions", form.text("version"))).body
    return tried(page, plain_document(document), over=str(version_in_force(page)))
