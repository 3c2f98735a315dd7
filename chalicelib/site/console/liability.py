"""What an accountant books: what is owed at the end of a month, what changed it, and the files to import."""

from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

from chalice.app import Response

from chalicelib.edge.client import Client
from chalicelib.edge.problems import Problem
from chalicelib.site.screens import Page
from chalicelib.web.console import times
from chalicelib.web.console.liability import Books, names, parts

MONTHS = 12
"""So many months are drawn, the chosen one last."""

CHOICE = 36
"""So many months can be chosen."""

ENTRIES_MAX = 5000
"""So many entries a journal by entry has at most when it is fetched here; the API gives any number, in pages."""

PAGE = 100
"""So many the API gives at once."""

CSV = "text/csv; charset=utf-8"


def show(page: Page) -> Response:
    """Show the statement of a month, or give one of its files."""
    counted = page.client.get("/v1/stats", by="channel").body["last"]
    if counted is None:
        return page.render("liability.html", month=None)
    choice = _months_to(counted[:7], CHOICE)
    month = page.query.get("month", "")
    month = month if month in choice else counted[:7]
    span = {"from": f"{month}-01", "to": f"{_last_of(month)}"}
    if file := page.query.get("file"):
        return _file(page, file, month, span)
    found = page.client.get("/v1/liability", **span).body
    first = _months_to(month, MONTHS)[-1]
    year = page.client.get("/v1/liability", **{**span, "from": f"{first}-01"}).body
    books = Books(page.language)
    owing = books.tell(found["owed"], year["owed"])
    return page.render(
        "liability.html",
        month=month,
        choice=choice,
        said=lambda it: times.month(it, page.language),
        found=found,
        owing=owing,
        by_entry=sum(it.entries for it in owing) <= ENTRIES_MAX,
        words=names(page.language),
        parts=parts(page.language),
    )


def _file(page: Page, file: str, month: str, span: dict[str, str]) -> Response:
    if file == "statement":
        body = page.client.get("/v1/liability", accept="text/csv", **span).body
    elif file == "journal":
        body = page.client.get("/v1/liability/journal", month=month).body
    elif file == "entries":
        body = "".join(_pages(page.client, month))
    else:
        raise Problem(404, "not_found", "There is no such file.")
    return page.file(f"{file}-{month}.csv", CSV, body)


def _pages(client: Client, month: str) -> Iterator[str]:
    """The journal by entry, page after page as one: its line of names comes once."""
    cursor = ""
    for number in range(ENTRIES_MAX // PAGE + 1):
        reply = client.get("/v1/liability/journal", month=month, by="entry", limit=PAGE, cursor=cursor)
        yield reply.body if not number else reply.body.partition("\r\n")[2]
        link = reply.headers.get("Link", "").partition(">")[0].removeprefix("<")
        cursor = parse_qs(urlsplit(link).query).get("cursor", [""])[0]
        if not cursor:
            return
    raise Problem(422, "too_many", "This month has too many entries for one file: ask the API for them, in pages.")


def _months_to(month: str, number: int) -> list[str]:
    """So many months up to one, the newest first."""
    last = int(month[:4]) * 12 + int(month[5:]) - 1
    return [f"{it // 12:04d}-{it % 12 + 1:02d}" for it in range(last, last - number, -1)]


def _last_of(month: str) -> date:
    return (date.fromisoformat(f"{month}-01") + timedelta(days=31)).replace(day=1) - timedelta(days=1)
