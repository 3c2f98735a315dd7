"""What an accountant reads and takes along: the figures of the API, a sentence for each line, files that add up."""

import csv
import io
from collections import defaultdict
from decimal import Decimal

import pytest
from chalice.test import HTTPResponse

from chalicelib import deps
from chalicelib.api.liability import WORDS
from chalicelib.domain.accounts.ledger import ADJUSTMENTS, EXPIRED, KINDS, MERGE, PAID, REWARDS, SPENT
from chalicelib.domain.people.channels import CHANNELS
from chalicelib.web.console import figures, liability
from chalicelib.web.console.decide import entries
from chalicelib.web.language import choose
from memory.browser import Browser, Seen
from memory.shop import Body, Shop
from tests.integration.pages.tables import tables_of
from tests.integration.pages.test_insight import euros
from tests.integration.stats.test_fold import a_day
from tests.integration.stats.test_liability import month as month  # noqa: PLC0414 - a fixture
from tests.integration.stats.test_liability import owed


def seen(shop: Shop, query: str = "") -> Seen:
    """The screen, as somebody sees it who may read."""
    return Browser(shop).as_admin("admin:read").get(f"/console/liability{query}")


def file(shop: Shop, text: str, query: str = "") -> HTTPResponse:
    """What a link of the screen gives."""
    browser = Browser(shop).as_admin("admin:read")
    link = browser.get(f"/console/liability{query}").link(text)
    answer = shop.call("GET", link, Cookie=f"__Host-console={browser.cookies['__Host-console']}")
    assert answer.status_code == 200, answer.body
    assert answer.headers["Content-Type"].startswith("text/csv")
    return answer


def test_each_line_has_the_figures_of_the_api(shop: Shop, month: Body) -> None:
    """Opening, each kind of entry, closing: as the API tells them, and with a sentence that says what it means."""
    page, (told,) = seen(shop, "?month=2026-03"), owed(shop, "?from=2026-03-01&to=2026-03-31")["owed"]
    rows = tables_of(page)["What changed it in March 2026 (EUR)"].rows
    wanted = [told["opening"], *told["movements"], told["closing"]]
    assert [[it[name] for name in ("Held", "Available", "Reserved", "Owed")] for it in rows] == [
        [euros(it[name]) for name in ("held", "available", "reserved", "total")] for it in wanted
    ]
    meant = liability.meanings(choose("en"))
    kinds = ["opening", *(it["kind"] for it in told["movements"]), "closing"]
    assert all(it["What happened"].endswith(meant[kind]) for it, kind in zip(rows, kinds, strict=True))


def test_the_months_are_drawn_with_their_table(shop: Shop, month: Body) -> None:
    """What is owed at the end of each month, the chosen one last, and a sentence that says how it went."""
    for _ in range(2):
        a_day(shop)
    page = seen(shop, "?month=2026-04")
    (told,) = owed(shop, "?from=2026-01-01&to=2026-04-30")["owed"]
    rows = tables_of(page)["Owed at the end of each month (EUR)"].rows
    assert [(it["End of the month"], it["Held"], it["Available"], it["Reserved"]) for it in rows] == [
        (name, *(euros(it[part]) for part in ("held", "available", "reserved")))
        for name, it in zip(("March 2026", "April 2026"), told["months"], strict=True)
    ]
    assert "at the end of April 2026" in page.text


def test_what_expires_is_shown_by_month(shop: Shop, month: Body) -> None:
    """As the API tells it, and as of when that was so."""
    page = seen(shop, "?month=2026-03")
    rows = tables_of(page)["Expires, if nobody earns or spends until then (EUR)"].rows
    assert rows == [{"Month": "September 2026", "Expires": euros(500)}]
    assert "First of all €5.00 in September 2026." in page.text
    assert "As of the end of 31 March 2026." in page.text


def test_the_files_are_those_of_the_api(shop: Shop, month: Body) -> None:
    """The statement and the journal by day, as the API gives them, with names that say what they are."""
    for text, path in (
        ("This statement", "/v1/liability?from=2026-03-01&to=2026-03-31"),
        ("Journal by day", "/v1/liability/journal?month=2026-03"),
    ):
        given = file(shop, text, "?month=2026-03")
        assert given.body == shop.call("GET", path, scope="admin:read", Accept="text/csv").body
        assert "2026-03.csv" in given.headers["Content-Disposition"]


def test_the_journal_by_entry_is_whole(shop: Shop, month: Body, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many pages the API gives it in: one file with one line of names, in which each entry sums to zero."""
    monkeypatch.setattr("chalicelib.site.console.liability.PAGE", 2)
    rows = list(csv.DictReader(io.StringIO(file(shop, "Journal by entry", "?month=2026-03").body.decode())))
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for it in rows:
        sums[it["entry"]] += Decimal(it["credit"] or 0) - Decimal(it["debit"] or 0)
    assert set(sums) == {it["id"] for it in shop.entries(**{"from": "2026-03-01", "to": "2026-03-31"})}
    assert set(sums.values()) == {Decimal(0)}


def test_a_journal_that_is_too_long_is_not_cut(shop: Shop, month: Body, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of a journal would be booked as a whole: so it is refused, and not offered either."""
    monkeypatch.setattr("chalicelib.site.console.liability.ENTRIES_MAX", 2)
    monkeypatch.setattr("chalicelib.site.console.liability.PAGE", 1)
    page = seen(shop, "?month=2026-03")
    assert "Journal by entry" not in [text for _, text in page.links]
    assert "the API gives it in pages" in page.text
    assert seen(shop, "?month=2026-03&file=entries").status == 422


def test_a_month_that_is_not_over_says_so(shop: Shop, month: Body) -> None:
    """Nobody books half a month unwarned."""
    a_day(shop)
    assert "This month is not over" in seen(shop).text
    assert "This month is not over" not in seen(shop, "?month=2026-03").text


def test_books_that_do_not_add_up_are_an_alarm(shop: Shop, month: Body) -> None:
    """Where sides are missing the screen says that something is wrong, before anybody books it."""
    assert "something is wrong with the books" not in seen(shop, "?month=2026-03").text
    for item in shop.everything():
        if item["PK"]["S"] == "STATS#ledger":
            del item["rows"]["M"]["hold"]["M"]["program:rewards:EUR"]
            shop.dynamodb.put_item(TableName=deps.settings().table, Item=item)
            break
    else:
        raise AssertionError("no figures of the ledger")
    assert "something is wrong with the books" in seen(shop, "?month=2026-03").text


def test_there_is_a_word_for_everything() -> None:
    """Each kind of entry, each account of the ledger, each figure and each channel has its name and its meaning."""
    english = choose("en")
    assert set(liability.meanings(english)) == {"opening", "closing", *KINDS}
    assert set(WORDS) == set(KINDS) == set(entries(english))
    assert set(liability.counterparts(english)) == {REWARDS, ADJUSTMENTS, MERGE, SPENT, PAID, EXPIRED}
    assert set(liability.parts(english)) == set(liability.names(english))
    assert set(figures.figures(english)) == set(figures.meanings(english))
    assert set(CHANNELS) <= set(figures.channels(english))
