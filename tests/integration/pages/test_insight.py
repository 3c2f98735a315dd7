"""Figures in the console: what the API tells, drawn, said and to be had as a table, and no more than can be said."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import deps
from chalicelib.domain.effects import Create
from chalicelib.domain.model.stats import Dimension, Figures, Rows
from chalicelib.domain.stats.figures import total
from chalicelib.web.console.insight import is_clear
from memory.browser import Browser, Seen
from memory.shop import Body, Shop
from tests.integration.pages.tables import tables_of

DAYS = 40


def told(shop: Shop, query: str) -> Body:
    """Figures as the API tells them."""
    return Shop.read(shop.call("GET", f"/v1/stats?{query}", scope="admin:read"))


def seen(shop: Shop, screen: str) -> Seen:
    """A screen of the console, as somebody sees it who may read."""
    return Browser(shop).as_admin("admin:read").get(f"/console/{screen}")


@pytest.fixture
def counted(shop: Shop) -> Shop:
    """A shop of which forty days were counted, each with other figures; the last ones are much better."""
    kept: list[Figures] = []
    for number in range(DAYS):
        day = f"{shop.now.date() - timedelta(days=DAYS - number)}"
        better, month = 5 if number > 30 else 1, day[:7]
        whole = {
            "visits": better * (number % 7), "redemptions": number % 3, "new_customers": better * (number % 2),
            "revenue:EUR": 100 * number + 5, "refunds:EUR": number, "rewards:EUR": 12 * number, "rewards:points": 3,
            "orders": number % 3, "sales:EUR": 100 * number + 5, "ambassadors": 9,
        }  # fmt: skip
        tiers = {it: {"redemptions": number % 3, "revenue:EUR": 7 * number} for it in ("", "Gold")}
        cohort = {"customers": 2, "orders": 3, "value:EUR": 50}
        kept += [
            figures(shop, "all", day, {"": whole}),
            figures(shop, "channel", day, {"whatsapp": {"visits": number}, "link": {"visits": 2}}),
            figures(shop, "tier", day, tiers),
            figures(shop, "cohort", day, {f"{month}|{it}": cohort for it in ("referred", "other")}),
        ]
    keep(shop, *kept)
    return shop


def figures(shop: Shop, dimension: Dimension, day: str, rows: Rows) -> Figures:
    """The figures of a day."""
    return Figures(dimension, day, shop.now, shop.now, rows)


def keep(shop: Shop, *kept: Figures) -> None:
    """Keep the figures of days, and the sums of their months."""
    months = {(it.dimension, it.period[:7]) for it in kept}
    sums = [
        figures(shop, of, month, total(it.rows for it in kept if (it.dimension, it.period[:7]) == (of, month)))
        for of, month in sorted(months)
    ]
    whole = [*kept, *sums]
    for start in range(0, len(whole), 50):
        assert deps.table().commit([Create(it) for it in whole[start : start + 50]]) == ()


def euros(amount: int) -> str:
    """An amount as an English page says it."""
    return f"{'-' if amount < 0 else ''}€{abs(amount) / 100:,.2f}"


def test_the_table_of_each_chart_has_the_figures_of_the_api(counted: Shop) -> None:
    """Day by day, each number and each amount, in the currency that stands above it."""
    page, parts = seen(counted, "insight?period=30"), told(counted, "by=day")["parts"]
    tables = tables_of(page)
    assert len(parts) == 30
    assert [it["Visits"] for it in tables["Visits"].rows] == [str(it["visits"]) for it in parts]
    money = tables["Revenue referred · Refunds (EUR)"].rows
    assert [it["Revenue referred"] for it in money] == [euros(it["revenue"][0]["amount"]) for it in parts]
    assert [it["Refunds"] for it in money] == [
        euros(it["refunds"][0]["amount"] if it["refunds"] else 0) for it in parts
    ]
    assert [it["Rewards"] for it in tables["Rewards (points)"].rows] == ["3"] * 30
    assert page.html.count('role="img"') == len(tables)


@pytest.mark.parametrize(
    ("by", "named"), [("channel", {"whatsapp": "WhatsApp", "link": "The bare link"}), ("tier", {"": "No tier"})]
)
def test_parts_are_compared(counted: Shop, by: str, named: dict[str, str]) -> None:
    """By channel and tier: the most first, and each named as people call it."""
    tables, parts = tables_of(seen(counted, f"insight?by={by}")), told(counted, f"by={by}")["parts"]
    title, name = ("Visits", "visits") if by == "channel" else ("Orders with a code", "redemptions")
    label = {"channel": "Channel", "tier": "Tier"}[by]
    rows = {it[label]: it[title] for it in tables[title].rows}
    assert rows == {named.get(it["name"], it["name"]): str(it[name]) for it in parts}
    assert list(rows.values()) == sorted(rows.values(), key=int, reverse=True)


def test_a_long_period_goes_by_months(counted: Shop) -> None:
    """A year by days would be a wall: it is divided by months, as the API does it."""
    first = counted.now.date() - timedelta(days=365)
    tables, parts = tables_of(seen(counted, "insight?period=365")), told(counted, f"from={first}&by=month")["parts"]
    rows = tables["Visits"].rows
    assert [(it["Month"], it["Visits"]) for it in rows] == [
        ("January 2026", str(parts[0]["visits"])),
        ("February 2026", str(parts[1]["visits"])),
    ]


def test_a_month_can_be_chosen(counted: Shop) -> None:
    """A month is a period like any other, and stays chosen."""
    page = seen(counted, "insight?period=2026-02")
    assert len(tables_of(page)["Visits"].rows) == 28
    assert '<option value="2026-02" selected>February 2026' in page.html
    assert "From 1 February 2026 to 28 February 2026" in page.text


def test_cohorts_are_shown_to_date(counted: Shop) -> None:
    """Customers by the month of their first order, referred and others, with what they have paid."""
    page = seen(counted, "insight?by=cohort&period=365")
    cohorts = told(counted, f"by=cohort&from={counted.now.date() - timedelta(days=365)}")["cohorts"]
    rows = tables_of(page)["What they have paid up to the last day that was counted"].rows
    assert [(it["Customers"], it["By a code"], it["Paid"]) for it in rows] == [
        (str(it["customers"]), "yes" if it["referred"] else "no", euros(it["value"][0]["amount"])) for it in cohorts
    ]


@pytest.mark.parametrize("by", ["time", "tier", "cohort"])
def test_what_is_shown_is_to_be_had_as_a_table(counted: Shop, by: str) -> None:
    """The link gives a file with a line for each part, amounts in euros, and a name that says what it is."""
    browser = Browser(counted).as_admin("admin:read")
    page = browser.get(f"/console/insight?by={by}")
    answer = counted.call("GET", page.link("CSV"), Cookie=f"__Host-console={browser.cookies['__Host-console']}")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "figures-2026-01-30-2026-02-28.csv" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.body.decode())))
    found: Any = told(counted, f"by={'day' if by == 'time' else by}")
    parts = found.get("cohorts") if by == "cohort" else found["parts"]
    name = "value" if by == "cohort" else "revenue"
    assert [it[f"{name} EUR"] for it in rows] == [f"{it[name][0]['amount'] / 100:.2f}" for it in parts]


def test_the_period_before_stands_beside(counted: Shop) -> None:
    """Each figure has what it was; where chance alone may have moved it, that is said."""
    page = seen(counted, "insight?period=7")
    total = told(counted, "from=2026-02-22&to=2026-02-28")["total"]
    before = told(counted, "from=2026-02-15&to=2026-02-21")["total"]
    assert is_clear(total["visits"], before["visits"])
    assert not is_clear(total["redemptions"], before["redemptions"])
    assert re.search(rf"\b{total['visits']}before: {before['visits']}\s", page.text)
    assert re.search(rf"\b{total['redemptions']}before: {before['redemptions']}, which may be chance", page.text)


def test_no_comparison_with_a_time_before_the_program(counted: Shop) -> None:
    """Where the period before had no ambassadors there is nothing to compare with, and nothing is said."""
    assert "before:" not in seen(counted, "insight?period=90").text


def test_what_is_too_little_is_said(counted: Shop) -> None:
    """With a handful of new customers, shares of them are no news."""
    assert "say next to nothing" in seen(counted, "insight?period=2026-01").text
    assert "say next to nothing" not in seen(counted, "insight?period=30").text


def test_each_figure_is_explained(counted: Shop) -> None:
    """What the figures mean stands on the page."""
    text = seen(counted, "insight").text
    assert "It counts openings, not people." in text
    assert "New customers for each visit." in text


@pytest.mark.parametrize("screen", ["insight", "touches", "liability"])
def test_before_anything_was_counted_a_page_says_so(shop: Shop, screen: str) -> None:
    """Nothing is drawn of nothing."""
    page = seen(shop, screen)
    assert page.status == 200
    assert "Nothing has been counted yet" in page.text


@pytest.mark.parametrize("query", ["period=fortnight", "by=weather", "period=2026-13", "period=1999-01&by="])
def test_what_is_no_choice_is_the_usual_one(counted: Shop, query: str) -> None:
    """An address that somebody has typed wrongly shows the last 30 days by time."""
    page = seen(counted, f"insight?{query}")
    assert page.status == 200
    assert '<option value="30" selected>' in page.html


# --- touches ----------------------------------------------------------------------------------------------------------

TOUCHES: Rows = {
    "birthday|": {
        "touches": 400, "clicked": 60, "compared": 380, "bought": 91, "spent": 402300, "squares": 402300 * 6000,
        "held_touches": 100, "held_compared": 96, "held_bought": 12, "held_spent": 51800, "held_squares": 51800 * 5000,
        "not_sent": 14, "not_sent:no_consent": 11, "not_sent:cap": 3,
    },
    "miss_you|a": {
        "touches": 60, "compared": 50, "bought": 6, "held_touches": 30, "held_compared": 26, "held_bought": 2,
    },
    "miss_you|b": {"touches": 61, "compared": 50, "bought": 4, "not_sent": 1, "not_sent:late": 1},
    "check_in|": {"touches": 12, "answered": 5},
}  # fmt: skip


@pytest.fixture
def touched(counted: Shop) -> Shop:
    """A shop that has written to people, and to some has not."""
    keep(counted, figures(counted, "occasion", "2026-02-20", TOUCHES))
    return counted


def test_results_are_said_as_far_as_they_can_be(touched: Shop) -> None:
    """What is clear, what is not yet, and what cannot be compared: in words, with the bounds of the API."""
    page = seen(touched, "touches")
    assert "Of 100, between 2 and 18 more bought than without it." in page.text
    assert (
        "Of 100, between 16 fewer and 13 more bought: nothing can be said yet." in page.text or "fewer and" in page.text
    )
    assert "Nobody to compare with yet" in page.text
    assert "1 result leaves out that nothing changed." in page.text
    assert page.html.count('class="whisker"') == 2 * len(["line", "end", "end"])


def test_the_table_of_results_has_the_figures_of_the_api(touched: Shop) -> None:
    """By variant: what was sent, what came of it, and who is held out."""
    rows = tables_of(seen(touched, "touches?by=variant"))["The same as a table"].rows
    found = told(touched, "by=variant")["occasions"]
    assert [(it["Sent"], it["Bought"], it["Bought without it"], it["Not sent"]) for it in rows] == [
        (
            str(it["sent"]["touches"]),
            f"{it['sent']['bought']} of {it['sent']['compared']}",
            f"{it['held_out']['bought']} of {it['held_out']['compared']}",
            str(it["not_sent"]),
        )
        for it in found
    ]
    assert [it["Occasion"] for it in rows][-2:] == ["We miss you (a)", "We miss you (b)"]


def test_what_was_not_sent_has_its_reason(touched: Shop) -> None:
    """Reason by reason, in words, the most frequent first."""
    rows = tables_of(seen(touched, "touches"))["What was not sent, and why"].rows
    assert [(it["Occasion"], it["Why"], it["Letters"]) for it in rows] == [
        ("Birthday", "they have not agreed", "11"),
        ("Birthday", "too many letters in those days", "3"),
        ("We miss you", "its time was over before it could go", "1"),
    ]


def test_without_touches_there_are_no_results(counted: Shop) -> None:
    """A shop that writes to nobody is told where that is switched on."""
    assert "No letter of care has gone out in this period." in seen(counted, "touches").text
