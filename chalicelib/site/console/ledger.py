"""What was posted, narrowed by whom, what and when, each entry with the way to its cause; and the same as a table."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from chalice.app import Response

from chalicelib.edge.problems import Problem
from chalicelib.site.console import ambassadors
from chalicelib.site.screens import Page
from chalicelib.web.console import decide

FILTERS = ("ambassador_id", "kind", "order_id", "from", "to")
PAGE = 50
SHEET = 100
SHEETS_MAX = 50
"""So many pages of the API, of so many entries, make up a file at most; whoever wants more narrows the dates."""

_SCREENS = {
    "adjustment": "adjustments?id={}",
    "gift": "tasks/{}",
    "task": "tasks/{}",
    "payout": "payouts",
}
"""Where the causes of entries are shown, by how they begin."""


def show(page: Page) -> Response:
    """Show the ledger, or give it as a file."""
    query = {name: page.query[name] for name in FILTERS if page.query.get(name)}
    if page.query.get("as") == "csv":
        return page.file("ledger.csv", "text/csv; charset=utf-8", _sheet(page, query))
    try:
        told = page.client.get("/v1/ledger", **query, limit=PAGE, cursor=page.query.get("cursor")).body
    except Problem as problem:
        if problem.status != 400:
            raise
        return _shown(page, query, {"items": [], "next_cursor": None}, problem)
    return _shown(page, query, told, None)


def _shown(page: Page, query: dict[str, str], listing: Mapping[str, Any], refused: Problem | None) -> Response:
    found = ambassadors.named(page, (it["ambassador_id"] for it in listing["items"]))
    return page.render(
        "ledger.html",
        refused=refused,
        shown=[{**it, "where": _where(it), "moves": _moves(it), "whys": _whys(page, it)} for it in listing["items"]],
        next_cursor=listing["next_cursor"],
        narrowed=query,
        found=found,
        kinds=decide.entries(page.language),
        accounts=decide.accounts(page.language),
    )


def _sheet(page: Page, query: dict[str, str]) -> str:
    """All pages of the API's own table, one after the other, with one head."""
    sheets: list[str] = []
    cursor = ""
    for _ in range(SHEETS_MAX):
        reply = page.client.get("/v1/ledger", accept="text/csv", **query, limit=SHEET, cursor=cursor)
        text = reply.body if isinstance(reply.body, str) else reply.body.decode()
        sheets.append(text if not sheets else text.partition("\n")[2])
        cursor = _next(reply.headers)
        if not cursor:
            break
    return "".join(sheets)


def _next(headers: Mapping[str, str]) -> str:
    """The cursor of the next page, as the header `Link` names it."""
    address = headers.get("Link", "").partition("<")[2].partition(">")[0]
    return parse_qs(urlsplit(address).query).get("cursor", [""])[0]


def _where(entry: dict[str, Any]) -> str:
    """Where the cause of an entry is shown, below the console; "" if nowhere."""
    if entry.get("order_id"):
        return ""
    kind, _, named = entry["cause"].partition(":")
    return _SCREENS.get(kind, "").format(named)


def _whys(page: Page, entry: dict[str, Any]) -> list[str]:
    """What caused an entry, in words."""
    words = decide.causes(page.language)
    return list(dict.fromkeys(words.get(it.partition(":")[0], it) for it in entry["cause"].split(",")))


def _moves(entry: dict[str, Any]) -> list[dict[str, Any]]:
    """From where an entry takes what, and where it puts it, for each currency or unit."""
    units = dict.fromkeys(leg.get("currency") or leg["unit"] for leg in entry["legs"])
    moves = []
    for unit in units:
        legs = [leg for leg in entry["legs"] if (leg.get("currency") or leg["unit"]) == unit]
        taken = [leg["account"] for leg in legs if leg["amount"] < 0]
        given = [leg["account"] for leg in legs if leg["amount"] > 0]
        amount = sum(leg["amount"] for leg in legs if leg["amount"] > 0)
        moves.append({"amount": {"amount": amount, "currency": unit}, "taken": taken, "given": given})
    return moves
