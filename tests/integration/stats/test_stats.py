"""GET /v1/stats: what the program brings and costs, with definitions beside it, from a few items."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from chalicelib import deps
from chalicelib.domain.effects import Create, Replace
from chalicelib.domain.model.messages import Cause, Letter, Message, Recipient
from chalicelib.domain.model.people import Touched
from chalicelib.domain.model.stats import Figures
from chalicelib.operations.stats.view import Span, pieces
from chalicelib.store.reads.stats import Stats
from infra import manage
from memory.shop import Body, Shop, eur
from tests.integration.stats.test_fold import a_day, a_first_day, recomputed, report, visit


def stats(shop: Shop, query: str = "") -> Body:
    """The figures as an admin reads them."""
    answer = shop.call("GET", f"/v1/stats{query}", scope="admin:read")
    assert answer.status_code == 200, answer.body
    return Shop.read(answer)


def test_a_period_is_summed_up_with_what_each_figure_means(shop: Shop) -> None:
    """The funnel, what it costs beside what the shop pays elsewhere, and how the program spreads."""
    shop.publish(acquisition_cost=2500)
    a_first_day(shop)
    a_day(shop)
    found = stats(shop)
    total = found["total"]
    assert (found["last"], found["by"]) == ("2026-03-01", "day")
    funnel = ("visits", "quotes", "redemptions", "released", "refunded", "new_customers")
    assert [total[it] for it in funnel] == [2, None, 1, 0, 1, 1]
    assert (total["revenue"], total["rewards"], total["discounts"]) == ([eur(4500)], [eur(350)], [eur(500)])
    assert (total["cost_per_new_customer"], total["acquisition_cost"]) == (eur(850), eur(2500))
    assert (total["visits_per_ambassador"], total["conversion"], total["k"]) == (2.0, 0.5, 1.0)
    assert total["mails"] == 3
    unexplained = {"offers_used", "sales", "ambassadors", "visits_per_ambassador"}
    assert set(total) - unexplained <= set(found["definitions"])
    (day,) = found["parts"]
    assert day["name"] == "2026-03-01"
    assert {name: total[name] for name in day if name != "name"} == {n: it for n, it in day.items() if n != "name"}


@pytest.mark.parametrize(
    ("by", "parts"),
    [
        ("channel", [("link", 1, None), ("whatsapp", 1, None)]),
        ("tier", [("Starter", None, 1)]),
        ("campaign", [("", 2, 1)]),
    ],
)
def test_a_period_is_divided(shop: Shop, by: str, parts: list[tuple[Any, ...]]) -> None:
    """Each part has what is known by it: of a channel the visits, of a tier what orders came to, of a campaign both."""
    a_first_day(shop)
    a_day(shop)
    found = stats(shop, f"?by={by}")["parts"]
    assert [(it["name"], it.get("visits"), it.get("redemptions")) for it in found] == parts


def test_customers_are_shown_by_cohort_to_date(shop: Shop) -> None:
    """Who was referred against who was not, with all that they have bought since, also after the period."""
    a_first_day(shop)
    shop.days(40)
    report(shop, "p2", 1500, "p1@mail.example")
    a_day(shop)
    found = stats(shop, "?by=cohort&from=2026-03-01&to=2026-03-31")
    assert found["cohorts_until"] == f"{shop.now.date() - timedelta(days=1)}"
    other, referred = found["cohorts"]
    assert (other["referred"], other["customers"], other["orders"], other["value"]) == (False, 1, 2, [eur(5500)])
    assert (referred["referred"], referred["value"], referred["refunds"]) == (True, [eur(4500)], [eur(1000)])
    assert "cohort_value" in found["definitions"]


def test_before_anything_was_counted_there_are_no_figures(shop: Shop) -> None:
    """The answer says so, in the same shape."""
    found = stats(shop)
    assert (found["last"], found["parts"], found["total"]["visits"]) == (None, [], 0)
    assert stats(shop, "?by=cohort")["cohorts"] == []
    assert stats(shop, "?by=occasion")["occasions"] == []


@pytest.mark.parametrize(
    "query",
    [
        "from=2026-03-02&to=2026-03-01",
        "from=2024-01-01&to=2026-03-01",
        "from=yesterday",
        "to=2026-02-30",
        "to=1800-01-01",
        "by=weather",
        "form=2026-03-01",
    ],
)
def test_a_period_that_is_none_is_refused(shop: Shop, query: str) -> None:
    """Days in their order, at most 400 of them, by something that is counted."""
    answer = shop.call("GET", f"/v1/stats?{query}", scope="admin:read")
    assert (answer.status_code, Shop.read(answer)["reason"]) == (400, "invalid_request")


def test_figures_are_for_admins(shop: Shop) -> None:
    """A checkout's key opens none of them."""
    assert shop.call("GET", "/v1/stats", scope="checkout").status_code == 403


def test_a_view_reads_a_few_items_whatever_the_size_of_the_shop(shop: Shop) -> None:
    """By day it reads 400 days in two queries; by anything else months, and the days at both ends."""
    for number in range(400):
        day = shop.now.date() - timedelta(days=number)
        rows = {"": {"visits": 1}}
        for dimension, period in (("all", f"{day}"), ("tier", f"{day}"), ("letters", f"{day}")):
            here = rows if dimension == "all" else {"Gold": {"redemptions": 1, "sent": 1}}
            deps.table().commit([Create(Figures(dimension, period, shop.now, shop.now, here))])  # type: ignore[arg-type]
    first = shop.now.date() - timedelta(days=399)
    stats(shop)
    before = len(shop.faults.calls)
    stats(shop, f"?by=day&from={first}&to={shop.now.date()}")
    by_day = len(shop.faults.calls) - before
    stats(shop, f"?by=tier&from={first}&to={shop.now.date()}")
    assert (by_day, len(shop.faults.calls) - before - by_day) == (9, 10)


@pytest.mark.parametrize(
    ("first", "last", "cut"),
    [
        ("2026-03-05", "2026-03-20", [("2026-03-05", "2026-03-20")]),
        ("2026-03-05", "2026-04-20", [("2026-03-05", "2026-04-20")]),
        ("2026-03-01", "2026-03-31", [("2026-03", "2026-03")]),
        (
            "2026-02-28",
            "2026-05-02",
            [("2026-02-28", "2026-02-28"), ("2026-03", "2026-04"), ("2026-05-01", "2026-05-02")],
        ),
        ("2026-12-31", "2027-01-31", [("2026-12-31", "2026-12-31"), ("2027-01", "2027-01")]),
    ],
)
def test_whole_months_are_read_as_such(first: str, last: str, cut: list[tuple[str, str]]) -> None:
    """Days before and after them are read one by one; nothing twice, nothing left out."""
    assert list(pieces(Span(date.fromisoformat(first), date.fromisoformat(last)))) == cut


def touched(shop: Shop, number: int, *, held_out: bool, variant: str | None = None) -> str:
    """A person who got a letter, or was held out; the entities are those that care would have stored."""
    email = f"t{number}@mail.example"
    answer = shop.call("PUT", "/v1/people", {"email": email}, scope="people")
    person = deps.table().read_person(Shop.read(answer)["id"])
    assert person is not None
    touch = Touched("miss_you", "1", shop.now, variant, held_out)
    message = Message(
        Cause("touch", f"{person.id}:miss_you:1", 1),
        Recipient("person", person.id),
        Letter("miss_you", variant=variant),
        1,
        shop.now,
        state="done",
        outcome="closed" if held_out else "sent",
        why=("hold_out",) if held_out else (),
        done_at=shop.now,
    )
    after = replace(person, touches=(touch,), version=person.version + 1)
    assert not deps.table().commit([Replace(after), Create(message)])
    return email


@pytest.mark.parametrize(("share", "clear"), [(0.5, True), (0.15, False)])
def test_an_uplift_that_was_planted_is_found_and_none_where_none_was(shop: Shop, share: float, clear: bool) -> None:
    """15 % of those who were held out buy. Half of the others do, or as many: their orders go through the API."""
    chance = Random(11)
    people = [(touched(shop, n, held_out=n % 3 == 0), share if n % 3 else 0.15) for n in range(120)]
    shop.days(2)
    for number, (email, likely) in enumerate(people):
        if chance.random() < likely:
            report(shop, f"o{number}", chance.randrange(3000, 6000), email)
    shop.days(31)
    a_day(shop)
    a_day(shop)
    (found,) = stats(shop, "?by=occasion&from=2026-03-01")["occasions"]
    assert (found["occasion"], found["sent"]["touches"], found["held_out"]["touches"]) == ("miss_you", 80, 40)
    assert found["sent"]["compared"] == 80
    assert found["share"]["low"] < share - 0.15 < found["share"]["high"]
    assert found["share"]["clear"] is clear
    assert found["value"]["clear"] is clear
    assert all(it.is_same for it in recomputed(shop))


def test_a_variant_is_shown_with_what_came_of_it(shop: Shop) -> None:
    """Before all of its days have passed it is shown, and not compared yet."""
    touched(shop, 1, held_out=False, variant="short")
    touched(shop, 2, held_out=False)
    touched(shop, 3, held_out=True)
    a_day(shop)
    usual, short = stats(shop, "?by=variant")["occasions"]
    assert ("variant" not in usual, short["variant"]) == (True, "short")
    assert [it["sent"]["touches"] for it in (usual, short)] == [1, 1]
    assert (short["held_out"]["touches"], short["sent"]["compared"], short["share"]) == (1, 0, None)


def test_an_order_is_one_that_came_after_a_touch_once_only(shop: Shop) -> None:
    """Reported and redeemed, or told again: its value is counted once, and orders after a month not at all."""
    maya, email = shop.enrol(), touched(shop, 1, held_out=False)
    shop.days(3)
    report(shop, "o1", 4000, email)
    shop.redeem(maya["code"], "o1", 4000, customer={"email": email})
    shop.stream()
    shop.stream()
    shop.days(30)
    report(shop, "o2", 900, email)
    a_day(shop)
    (found,) = stats(shop, "?by=occasion&from=2026-03-01")["occasions"]
    assert (found["sent"]["bought"], found["sent"]["spent"]) == (1, eur(4000))


def test_the_operator_compares_figures_with_the_facts(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`make recompute` says what differs, and with MEND=1 stores what the facts come to."""
    visit(shop, a_first_day(shop)["code"])
    a_day(shop)
    monkeypatch.setattr(manage, "_table", lambda _: deps.table())
    monkeypatch.setattr(manage, "_now", lambda _: shop.now)
    assert manage.main(["recompute"]) == 0
    assert "0 differ." in capsys.readouterr().out
    found = deps.table().also(Stats).read_these([("all", "2026-03-01")])[("all", "2026-03-01")]
    deps.table().commit([Replace(replace(found, rows={"": {"visits": 99}}, version=found.version + 1))])
    assert manage.main(["recompute"]) == 1
    assert "'visits': 99" in capsys.readouterr().out
    assert manage.main(["recompute", "--mend"]) == 0
    assert manage.main(["recompute"]) == 0
