"""Closed days are folded into figures, whatever happens to the worker, and the facts come to the same again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from chalicelib import deps
from chalicelib.domain.model.stats import Dimension, Figures
from chalicelib.operations.program import programs
from chalicelib.operations.stats import fold
from chalicelib.operations.stats.recompute import Compared, recompute
from chalicelib.store.reads.stats import Stats
from memory.faults import KilledError
from memory.shop import Body, Shop, eur, open_shop, restart

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
FAR = 10**9


def a_day(shop: Shop) -> None:
    """Let a day pass, and its figures be folded."""
    shop.days(1)
    shop.day()
    for _ in range(3):
        shop.minute()


def visit(shop: Shop, code: str, channel: str = "") -> None:
    """Open a share link as a person does."""
    query = f"?ch={channel}" if channel else ""
    assert shop.call("GET", f"/r/{code}{query}", User_Agent=BROWSER).status_code == 200


def report(shop: Shop, order_id: str, amount: int = 4000, email: str = "", **more: object) -> None:
    """Report an order without a code."""
    order: Body = {"order_id": order_id, "customer": {"email": email or f"{order_id}@mail.example"}, **more}
    answer = shop.call("POST", "/v1/orders", {**order, "amount": eur(amount)}, scope="checkout")
    assert answer.status_code == 201, answer.body
    shop.stream()


def ago(shop: Shop, **span: float) -> str:
    """A time before now, as a request writes it."""
    return f"{shop.now - timedelta(**span):%Y-%m-%dT%H:%M:%SZ}"


def recomputed(shop: Shop) -> list[Compared]:
    """All figures, beside what the facts come to."""
    return list(recompute(deps.table(), programs.current(deps.table()), now=shop.now))


def differing(shop: Shop) -> list[Compared]:
    """The figures that the facts don't come to."""
    found = recomputed(shop)
    assert found
    return [it for it in found if not it.is_same]


def kept(dimension: Dimension = "all", period: str = "2026-03-01") -> dict[str, dict[str, int]]:
    """The figures of a day as they are kept."""
    found = deps.table().also(Stats).read_these([(dimension, period)])
    return found[(dimension, period)].rows if found else {}


def everything() -> list[Figures]:
    """All figures that are kept, as if they had been stored once and at the same time."""
    stats = deps.table().also(Stats)
    names: tuple[Dimension, ...] = ("all", "channel", "tier", "campaign", "cohort", "ledger", "occasion", "letters")
    found = [it for name in names for it in stats.read_figures(name, "0001-01-01", "9999-12-31")]
    found += [it for name in names for it in stats.read_figures(name, "0001-01", "9999-12")]
    return [replace(it, version=1, folded_at=it.until) for it in found]


def a_first_day(shop: Shop) -> Body:
    """Two visits, a redemption, a report, and a refund."""
    maya = shop.enrol()
    visit(shop, maya["code"])
    visit(shop, maya["code"], "whatsapp")
    shop.redeem(maya["code"], "o1", 5000)
    shop.stream()
    report(shop, "p1")
    shop.refund("o1", "r1", 1000)
    shop.stream()
    return maya


def test_a_day_is_folded(shop: Shop) -> None:
    """What happened on a day is in its figures once it is closed, and the facts come to the same again."""
    a_first_day(shop)
    a_day(shop)
    assert kept()[""] == {
        "visits": 2, "redemptions": 1, "revenue:EUR": 4500, "discounts:EUR": 500, "rewards:EUR": 350,
        "refunded": 1, "refunds:EUR": 1000, "orders": 2, "sales:EUR": 8500, "customers": 2, "new_customers": 1,
        "enrolled": 1, "ambassadors": 1,
    }  # fmt: skip
    assert kept("channel") == {"link": {"visits": 1}, "whatsapp": {"visits": 1}}
    assert kept("cohort") == {
        "2026-03|other": {"customers": 1, "orders": 1, "value:EUR": 4000},
        "2026-03|referred": {"customers": 1, "orders": 1, "value:EUR": 4500, "refunds:EUR": 1000},
    }
    assert kept("letters")["friend_thanks"] == {"sent": 1}
    assert kept("all", "2026-03") == kept()
    assert differing(shop) == []


def test_a_day_that_is_open_is_not_counted(shop: Shop) -> None:
    """An hour after midnight orders of the evening may still be settled; the figures begin with the next round."""
    a_first_day(shop)
    shop.now = shop.now.replace(day=2, hour=1)
    shop.day()
    assert everything() == []


def test_days_go_by_the_programs_clocks(shop: Shop) -> None:
    """In Kolkata it is tomorrow from half past six in the evening on, by UTC."""
    shop.publish(time_zone="Asia/Kolkata")
    maya = shop.enrol()
    for number, (hour, minute) in enumerate(((18, 29), (18, 31))):
        shop.now = shop.now.replace(hour=hour, minute=minute)
        visit(shop, maya["code"])
        shop.redeem(maya["code"], f"o{number}")
        shop.stream()
    a_day(shop)
    a_day(shop)
    days = [kept("all", f"2026-03-0{n}")[""] for n in (1, 2)]
    assert [(it["visits"], it["redemptions"], it["orders"]) for it in days] == [(1, 1, 1), (1, 1, 1)]
    assert differing(shop) == []


def test_what_comes_in_late_is_counted_on_its_day(shop: Shop) -> None:
    """An order that is reported days later, and one with a code: their days are counted again the next night."""
    maya = a_first_day(shop)
    for _ in range(5):
        a_day(shop)
    report(shop, "late", placed_at=ago(shop, days=5, hours=1))
    shop.redeem(maya["code"], "o2", placed_at=ago(shop, days=4))
    shop.stream()
    assert kept()[""]["orders"] == 2
    assert {(it.period, it.is_same) for it in recomputed(shop) if it.waits} == {
        ("2026-03-01", True),
        ("2026-03-02", True),
    }
    a_day(shop)
    assert kept()[""]["orders"] == 3
    assert kept("all", "2026-03-02")[""]["redemptions"] == 1
    assert kept("all", "2026-03")[""]["orders"] == 4
    assert differing(shop) == []
    before = everything()
    a_day(shop)
    later = {(it.dimension, it.period): it.rows for it in everything()}
    assert all(later[(it.dimension, it.period)] == it.rows for it in before if len(it.period) > 7)


def test_a_refund_that_came_before_its_order_is_counted(shop: Shop) -> None:
    """The order is reported two days later: the day of the refund is counted again as well."""
    shop.refund("p9", "r1", 700)
    shop.stream()
    a_day(shop)
    a_day(shop)
    report(shop, "p9", placed_at=ago(shop, days=2, hours=1))
    a_day(shop)
    assert kept("cohort")["2026-03|other"] == {"customers": 1, "orders": 1, "value:EUR": 4000, "refunds:EUR": 700}
    assert differing(shop) == []


def test_an_order_long_before_there_was_a_program_is_counted(shop: Shop) -> None:
    """A shop that brings its history sees it by day, and its customers in the months of their first orders."""
    report(shop, "old", email="cleo@example.com", placed_at="2024-12-24T10:00:00Z")
    report(shop, "new", email="cleo@example.com")
    a_day(shop)
    a_day(shop)
    assert kept("all", "2024-12-24")[""]["orders"] == 1
    assert kept("cohort", "2026-03-01") == {"2024-12|other": {"orders": 1, "value:EUR": 4000}}
    assert differing(shop) == []


def test_visits_that_are_kept_no_longer_stay_in_the_figures(shop: Shop) -> None:
    """The program lets them go after a month; a day of then is counted again without losing them."""
    shop.publish(retention={"clicks_months": 1})
    maya = a_first_day(shop)
    for _ in range(3):
        a_day(shop)
    shop.days(32)
    (row,) = [it for it in shop.everything() if it["SK"]["S"].startswith("CLICKS#2026-03-01")]
    shop.dynamodb.delete_item(TableName=deps.settings().table, Key={name: row[name] for name in ("PK", "SK")})
    shop.redeem(maya["code"], "o2", placed_at="2026-03-01T13:00:00Z")
    shop.stream()
    a_day(shop)
    assert (kept()[""]["visits"], kept()[""]["redemptions"]) == (2, 2)
    assert kept("channel")["whatsapp"] == {"visits": 1}
    assert differing(shop) == []


def test_quotes_are_those_that_the_gateway_has_counted(shop: Shop) -> None:
    """Nothing is stored of a quote. Where nobody counts there is no figure, rather than a wrong one."""
    asked: list[tuple[datetime, datetime]] = []

    def quotes(start: datetime, end: datetime) -> int:
        asked.append((start, end))
        return 17

    a_first_day(shop)
    shop.days(1)
    assert fold.begin_daily(deps.table(), quotes, now=shop.now) is not None
    assert fold.begin_daily(deps.table(), quotes, now=shop.now) is None
    shop.minute()
    assert kept()[""]["quotes"] == 17
    assert (datetime.fromisoformat("2026-03-01T00:00Z"), datetime.fromisoformat("2026-03-02T00:00Z")) in asked
    a_day(shop)
    assert kept()[""]["quotes"] == 17
    assert "quotes" not in kept("all", "2026-03-02").get("", {})


def test_a_round_survives_being_killed_anywhere(shop: Shop) -> None:
    """Whichever call the worker dies at, before or after it took effect: the next one comes to the same."""
    a_first_day(shop)
    shop.days(3)
    for _ in range(4):
        shop.minute()
    saved = shop.saved()
    shop.day()
    wanted = everything()
    shop.restore(saved)
    started = len(shop.faults.calls)
    shop.day()
    calls = len(shop.faults.calls) - started
    chance = Random(5)
    for place in sorted(chance.sample(range(calls), 8)):
        shop.restore(saved)
        shop.faults.kill(place, chance.choice(["before", "after"]), KilledError)
        try:
            shop.day()
        except KilledError:
            restart()
            deps.use_clock(lambda: shop.now)
        shop.now += timedelta(minutes=10)
        shop.day()
        shop.minute()
        found = [replace(it, until=wanted[0].until, folded_at=wanted[0].folded_at) for it in everything()]
        assert found == [replace(it, until=wanted[0].until, folded_at=wanted[0].folded_at) for it in wanted], place


def test_what_there_is_to_do_is_stored_before_any_of_it_is_done(shop: Shop) -> None:
    """It is found by what is stored: a worker that died in the midst would have changed that."""
    a_first_day(shop)
    shop.days(2)
    assert fold.begin_daily(deps.table(), lambda *_: None, now=shop.now)
    job = deps.table().read_job(f"job_stats-{shop.now:%Y-%m-%d}")
    assert job is not None
    planned = fold.step(deps.table(), job, FAR, now=shop.now)
    assert (planned.state, planned.progress, everything()) == ("running", 0, [])
    assert planned.total is not None
    done = fold.step(deps.table(), planned, FAR, now=shop.now)
    assert (done.state, done.progress) == ("done", planned.total)


def test_days_are_counted_page_by_page(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A round that stops after each page of one comes to what one comes to that never stops."""
    maya = a_first_day(shop)
    for number in range(5):
        shop.redeem(maya["code"], f"more{number}")
        report(shop, f"some{number}")
    shop.stream()
    shop.days(2)
    saved = shop.saved()
    shop.day()
    whole = everything()
    shop.restore(saved)
    monkeypatch.setattr("chalicelib.operations.stats.count.PAGE", 1)
    assert fold.begin_daily(deps.table(), lambda *_: None, now=shop.now)
    job = deps.table().read_job(f"job_stats-{shop.now:%Y-%m-%d}")
    assert job is not None
    steps = 0
    while job.state != "done":
        job, steps = fold.step(deps.table(), job, 0.0, now=shop.now), steps + 1
    assert steps > 50
    assert everything() == whole


Deed = Callable[[Shop, Random, Body], object]


def _enrol(shop: Shop, chance: Random, held: Body) -> None:
    number = len(held["codes"])
    held["codes"].append(shop.enrol(f"amb{number}@example.com", f"Amb{number}")["code"])


def _visit(shop: Shop, chance: Random, held: Body) -> None:
    visit(shop, chance.choice(held["codes"]), chance.choice(["", "qr", "email"]))


def _redeem(shop: Shop, chance: Random, held: Body) -> None:
    own = f"o{len(held['orders'])}"
    placed = {} if chance.random() < 0.7 else {"placed_at": ago(shop, hours=chance.randrange(1, 200))}
    if shop.redeem(chance.choice(held["codes"]), own, chance.randrange(2000, 9000), **placed).status_code == 201:
        held["orders"].append(own)


def _report(shop: Shop, chance: Random, held: Body) -> None:
    own = f"p{len(held['orders'])}"
    email = f"c{chance.randrange(8)}@mail.example"
    report(shop, own, chance.randrange(100, 9000), email, placed_at=ago(shop, hours=chance.choice([0, 1, 30, 100])))
    held["orders"].append(own)


def _refund(shop: Shop, chance: Random, held: Body) -> None:
    if held["orders"]:
        order, own = chance.choice(held["orders"]), f"r{len(held['refunds'])}"
        kind = chance.choice(["refund", "refund", "chargeback", "cancellation"])
        more = {} if kind == "cancellation" else {"amount": eur(chance.randrange(1, 3000))}
        told = {"refund_id": own, "kind": kind, **more}
        shop.call("POST", f"/v1/orders/{order}/refunds", told, scope="checkout")
        held["refunds"].append((order, own))


def _reverse(shop: Shop, chance: Random, held: Body) -> None:
    if held["refunds"]:
        order, own = chance.choice(held["refunds"])
        shop.call("POST", f"/v1/orders/{order}/refunds/{own}/reversal", {}, scope="checkout")


def _stream(shop: Shop, chance: Random, held: Body) -> None:
    shop.stream()


def _hours(shop: Shop, chance: Random, held: Body) -> None:
    shop.now += timedelta(hours=chance.randrange(1, 12))
    shop.minute()


DEEDS: tuple[tuple[Deed, int], ...] = (
    (_enrol, 1), (_visit, 4), (_redeem, 4), (_report, 4), (_refund, 3), (_reverse, 1), (_stream, 3), (_hours, 2),
)  # fmt: skip


@pytest.mark.parametrize("seed", range(2))
def test_the_facts_of_any_history_come_to_its_figures(seed: int) -> None:
    """Whatever a shop did in what order, with late orders and killed workers: recomputed, each figure is the same."""
    chance = Random(seed)
    held: Body = {"codes": [], "orders": [], "refunds": []}
    zone = chance.choice(["UTC", "Asia/Kolkata", "America/New_York", "Pacific/Auckland"])
    with open_shop(seed=seed) as shop:
        shop.publish(time_zone=zone, hold_days=3)
        _enrol(shop, chance, held)
        for _ in range(6):
            for deed in chance.choices([it for it, _ in DEEDS], [often for _, often in DEEDS], k=8):
                deed(shop, chance, held)
            shop.now += timedelta(hours=chance.randrange(8, 30))
            if chance.random() < 0.5:
                shop.faults.kill(chance.randrange(400), chance.choice(["before", "after"]), KilledError)
            try:
                shop.day()
            except KilledError:
                restart()
                deps.use_clock(lambda: shop.now)
                shop.now += timedelta(minutes=10)
                shop.minute()
            shop.faults.kill(FAR, "before", KilledError)
        assert differing(shop) == []
        for _ in range(2):
            a_day(shop)
        found = recomputed(shop)
        assert [it for it in found if it.kept != it.fresh] == []
        _adds_up(shop, held)


def _adds_up(shop: Shop, held: Body) -> None:
    """The figures of all days together are what the orders and the ledger say in the end."""
    stats = deps.table().also(Stats)
    days = stats.read_figures("all", "0001-01-01", "9999-12-31")
    sums: dict[str, int] = {}
    for it in days:
        for name, amount in it.rows.get("", {}).items():
            sums[name] = sums.get(name, 0) + amount
    orders = [deps.table().read_order(own) for own in held["orders"]]
    last = date.fromisoformat(days[-1].period)
    redemptions: list[Any] = [getattr(it, "redemption", None) for it in orders]
    settled = [it for it in redemptions if it and it.standing and it.placed_at.date() < last]
    assert sums["redemptions"] >= len(settled) > 0
    assert sums["orders"] == len(held["orders"])
    assert sums["visits"] == sum(
        sum(day.channels.values()) for code in held["codes"] for day in deps.table().read_clicks(code, date.min)
    )
    promised = sum(
        -leg["amount"] for entry in _ledger(shop) for leg in entry["legs"] if leg["account"] == "program:rewards"
    )
    assert sums.get("rewards:EUR", 0) == promised


def _ledger(shop: Shop) -> list[Body]:
    entries: list[Body] = []
    cursor = ""
    while True:
        path = f"/v1/ledger?limit=100{cursor}"
        answer = Shop.read(shop.call("GET", path, scope="admin:read"))
        entries += answer["items"]
        if not answer["next_cursor"]:
            return entries
        cursor = f"&cursor={answer['next_cursor']}"
