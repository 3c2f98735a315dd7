"""What customers are worth and who was surprised: the figures of the API, and how far to trust them."""

from datetime import timedelta

import pytest

from chalicelib.domain.stats.definitions import COHORTS, FIGURES
from chalicelib.web.console import figures
from chalicelib.web.language import choose
from memory.browser import Browser, Seen
from memory.shop import Shop
from tests.integration.care.test_surprises import opened
from tests.integration.pages.tables import tables_of
from tests.integration.pages.test_insight import euros
from tests.integration.stats.test_fold import report

FIT = {
    "until": "2026-02-28", "customers": 2357, "repeating": 1172, "currency": "EUR", "discount": 1000,
    "buying": {"r": 0.2536, "alpha": 38.13, "a": 0.6074, "b": 2.647, "log_likelihood": -16432.2},
    "spending": {"p": 4.683, "q": 4.19, "v": 2439.1, "log_likelihood": -10411.9},
}  # fmt: skip


def seen(shop: Shop, screen: str) -> Seen:
    """A screen of the console, as somebody sees it who may read."""
    return Browser(shop).as_admin("admin:read").get(f"/console/{screen}")


@pytest.fixture
def worth(shop: Shop) -> Shop:
    """A shop with customers of two months, one of whom came by a code; all have been gone through."""
    maya = shop.enrol()
    shop.redeem(maya["code"], "o1", 5000)
    shop.stream()
    report(shop, "p1", 4000)
    shop.days(31)
    report(shop, "p2", 9000)
    report(shop, "p3", 1000, "p2@mail.example")
    assert shop.call("PUT", "/v1/worth/model", FIT, scope="admin:write").status_code == 200
    shop.stream()
    for _ in range(2):
        shop.minute()
    return shop


def test_cohorts_have_the_figures_of_the_api(worth: Shop) -> None:
    """Month by month, referred or not: customers, what they have paid, and what is expected."""
    found = Shop.read(worth.call("GET", "/v1/worth/cohorts", scope="admin:read"))["cohorts"]
    rows = tables_of(seen(worth, "worth"))["All customers by the month of their first order"].rows
    assert [(it["By a code"], it["Customers"], it["Orders"], it["Paid"], it["Expected"]) for it in rows] == [
        (
            "yes" if it["referred"] else "no",
            str(it["customers"]),
            str(it["orders"]),
            euros(it["value"]["amount"]),
            euros(it["expected"]["amount"]),
        )
        for it in found
    ]
    assert len(rows) == 3


def test_few_customers_prove_nothing(worth: Shop) -> None:
    """With three customers the averages are told, and that they are worth little."""
    page = seen(worth, "worth")
    assert "Who came by a code has paid €45.00 on the average, others €70.00." in page.text
    assert "They are so few that one more may turn it round." in page.text


def test_a_fit_says_how_old_it_is(worth: Shop) -> None:
    """From how many customers the models have learned, up to when; after three months they are to be fitted anew."""
    page = seen(worth, "worth")
    assert "The models have learned from 2,357 customers up to 28 February 2026" in page.text
    assert "have them fitted anew" not in page.text
    worth.call("PUT", "/v1/worth/model", {**FIT, "until": "2025-12-01"}, scope="admin:write")
    worth.stream()
    worth.minute()
    assert "have them fitted anew" in seen(worth, "worth").text


def test_without_a_fit_nothing_is_expected(shop: Shop) -> None:
    """What they have paid is shown all the same, and what is missing is said."""
    report(shop, "p1", 4000)
    shop.now += timedelta(days=7 - shop.now.weekday())
    shop.day()
    page = seen(shop, "worth")
    (row,) = tables_of(page)["All customers by the month of their first order"].rows
    assert (row["Paid"], row["Expected"]) == ("€40.00", "–")
    assert "the models have not been fitted" in page.text


def test_before_anybody_was_gone_through_a_page_says_so(shop: Shop) -> None:
    """Nothing is summed up before the first round."""
    assert "All customers are gone through once a week." in seen(shop, "worth").text


def test_a_month_of_surprises_is_shown(shop: Shop) -> None:
    """By what it was drawn, what was given, and to whom: each with the way to the person, and drawn again."""
    opened(shop)
    page = seen(shop, "surprises?month=2026-04")
    gifts = Shop.read(shop.call("GET", "/v1/surprises/2026-04/gifts", scope="admin:read"))["items"]
    rows = tables_of(page)["Who was surprised in April 2026"].rows
    assert [(it["Person"], it["Gift"], it["Drawn again"]) for it in rows] == [
        (it["person_id"], euros(it["amount"]["amount"]), "meets them") for it in gifts
    ]
    assert page.link(gifts[0]["person_id"]) == f"/console/people/{gifts[0]['person_id']}"
    assert "100%" in page.text
    assert page.text.count("€10.00") == 2


def test_a_month_without_surprises_says_so(shop: Shop) -> None:
    """Where they are switched on stands beside it."""
    assert "There are no surprises in this month." in seen(shop, "surprises").text


def test_each_figure_of_the_api_has_a_name() -> None:
    """What the API defines has its name and its meaning in the console, in the admin's language."""
    known = figures.meanings(choose("en"))
    assert set(FIGURES) <= set(known)
    assert {f"cohort_{it}" for it in COHORTS} - {"cohort_month", "cohort_referred"} <= set(known)
