"""The statement: the months in which something moved, and each of them, also as a table to keep."""

from typing import Any

from chalice.app import Response

from chalicelib import deps
from chalicelib.domain.calendar import month_of
from chalicelib.site.screens import Page
from chalicelib.web.me import statement

OWN = "/v1/ambassadors/me/statements"
_TABLE = ".csv"


def show(page: Page) -> Response:
    """Show the list of months, a month, or that month as a file."""
    if not page.subject:
        months: list[Any] = page.client.get(OWN).body["items"]
        return page.render("statements.html", months=months, now=month_of(deps.now(), deps.program()), **_words(page))
    month = page.subject.removesuffix(_TABLE)
    if page.subject.endswith(_TABLE):
        reply = page.client.get(f"{OWN}/{month}", accept="text/csv", lang=page.language.plain)
        return page.file(f"{month}{_TABLE}", reply.headers["Content-Type"], reply.body)
    shown = page.client.get(f"{OWN}/{month}", lang=page.language.plain).body
    return page.render("statement.html", it=shown, **_words(page))


def _words(page: Page) -> dict[str, Any]:
    """What the parts of an account and months are called."""
    return {
        "parts": statement.parts(page.language),
        "month_name": lambda month: statement.month_name(month, page.language),
    }
