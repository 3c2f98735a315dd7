"""What the program owes is what all accounts had at the end of that day, whatever has happened since."""

import csv
import io
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import msgspec
import pytest

from chalicelib import deps
from chalicelib.domain.effects import Create
from chalicelib.domain.model.work import Job
from chalicelib.operations.program import programs
from chalicelib.operations.stats import fold
from chalicelib.operations.stats.recompute import recompute
from chalicelib.store import keys
from memory.shop import Body, Shop, eur, open_shop
from tests.integration.stats.test_fold import FAR, a_day, differing

OWED = ("held", "available", "reserved")
Sums = dict[str, dict[str, int]]


def owed(shop: Shop, query: str = "") -> Body:
    """What is owed, as an admin reads it."""
    answer = shop.call("GET", f"/v1/liability{query}", scope="admin:read")
    assert answer.status_code == 200, answer.body
    return Shop.read(answer)


def rows(shop: Shop, path: str) -> list[dict[str, str]]:
    """A table as a spreadsheet reads it; pages are followed."""
    found: list[dict[str, str]] = []
    while path:
        answer = shop.call("GET", path, scope="admin:read", Accept="text/csv")
        assert answer.status_code == 200, answer.body
        assert answer.headers["Content-Type"].startswith("text/csv")
        found += csv.DictReader(io.StringIO(answer.body.decode()))
        link = str(answer.headers.get("Link", ""))
        path = link.partition(">")[0].removeprefix("<").removeprefix("https://friends.shop.example")
    return found


def unit_of(found: Body) -> str:
    """The currency or the unit of something owed."""
    return str(found.get("currency") or found["unit"])


def sums(found: list[Body], which: str = "closing") -> Sums:
    """Amounts by unit and account, where there are any."""
    told = {unit_of(it): {name: it[which][name] for name in OWED if it[which][name]} for it in found}
    return {unit: amounts for unit, amounts in told.items() if amounts}


def accounts() -> Sums:
    """What all accounts have together: each is read."""
    found: Sums = defaultdict(lambda: defaultdict(int))
    table = deps.table()
    for ambassador_id, _ in table.list_keys(keys.AMBASSADORS, None, 1000):
        account = table.read_account(ambassador_id)
        for unit, balances in account.balances.items() if account else ():
            for name in OWED:
                found[unit][name] += balances.get(name, 0)
    told = {unit: {name: it for name, it in balances.items() if it} for unit, balances in found.items()}
    return {unit: balances for unit, balances in told.items() if balances}


# --- deeds of a history -----------------------------------------------------------------------------------------------

Deed = Callable[[Shop, Random, Body], object]


def _enrol(shop: Shop, chance: Random, held: Body) -> None:
    number = len(held["people"])
    held["people"].append(shop.enrol(f"amb{number}@example.com", f"Amb{number}"))


def _redeem(shop: Shop, chance: Random, held: Body) -> None:
    own = f"o{len(held['orders'])}"
    if shop.redeem(chance.choice(held["people"])["code"], own, chance.randrange(2000, 30000)).status_code == 201:
        held["orders"].append(own)
    shop.stream()


def _refund(shop: Shop, chance: Random, held: Body) -> None:
    if held["orders"]:
        order, own = chance.choice(held["orders"]), f"r{len(held['refunds'])}"
        shop.refund(order, own, chance.randrange(1, 9000), kind=chance.choice(["refund", "chargeback"]))
        held["refunds"].append((order, own))
        shop.stream()


def _reverse(shop: Shop, chance: Random, held: Body) -> None:
    if held["refunds"]:
        order, own = chance.choice(held["refunds"])
        shop.call("POST", f"/v1/orders/{order}/refunds/{own}/reversal", {}, scope="checkout")
        shop.stream()


def _adjust(shop: Shop, chance: Random, held: Body) -> None:
    amount = {"amount": chance.choice([-300, 200, 900]), **chance.choice([{"currency": "EUR"}, {"unit": "points"}])}
    path = f"/v1/ambassadors/{chance.choice(held['people'])['id']}/adjustments"
    told, key = {"amount": amount, "reason": "For the test."}, f"a{chance.random()}"
    shop.call("POST", path, told, scope="admin:write", Idempotency_Key=key)


def _spend(shop: Shop, chance: Random, held: Body) -> None:
    token = shop.session(chance.choice(held["people"])["id"])
    more = {"Authorization": f"Bearer {token}", "Idempotency_Key": f"s{chance.random()}"}
    answer = shop.call("POST", "/v1/ambassadors/me/spends", {"amount": eur(chance.randrange(1, 500))}, **more)
    if answer.status_code == 201 and chance.random() < 0.6:
        code = Shop.read(answer)["code"]
        shop.call("POST", f"/v1/coupons/{code}/confirm", {"order_id": "o-coupon"}, scope="checkout")


def _pay(shop: Shop, chance: Random, held: Body) -> None:
    path = f"/v1/ambassadors/{chance.choice(held['people'])['id']}/payouts"
    told, key = {"amount": eur(chance.randrange(1, 500))}, f"p{chance.random()}"
    answer = shop.call("POST", path, told, scope="admin:write", Idempotency_Key=key)
    for step in (
        chance.choice([[], ["cancel"], ["confirm"], ["confirm", "return"]]) if answer.status_code == 201 else []
    ):
        note = {"note": "It came back."} if step != "confirm" else {"reference": "bank"}
        shop.call("POST", f"/v1/payouts/{Shop.read(answer)['id']}/{step}", note, scope="admin:write")


def _merge(shop: Shop, chance: Random, held: Body) -> None:
    if len(held["people"]) > 2:
        one, other = chance.sample(held["people"], 2)
        told = {"other": other["id"], "note": "The same person."}
        answer = shop.call("POST", f"/v1/ambassadors/{one['id']}/merge", told, scope="admin:write")
        if answer.status_code in {200, 201}:
            held["people"].remove(other)


def _hours(shop: Shop, chance: Random, held: Body) -> None:
    shop.now += timedelta(minutes=chance.randrange(1, 90))
    shop.minute()


DEEDS: tuple[tuple[Deed, int], ...] = (
    (_enrol, 2), (_redeem, 6), (_refund, 2), (_reverse, 1), (_adjust, 2), (_spend, 3), (_pay, 3), (_merge, 1),
    (_hours, 2),
)  # fmt: skip


@pytest.mark.parametrize("seed", range(2))
def test_what_is_owed_is_what_all_accounts_had_on_any_day(seed: int) -> None:
    """Orders, refunds, coupons, payouts, mergers, corrections, points, expiry: at the end of each day, and for good."""
    chance = Random(seed)
    held: Body = {"people": [], "orders": [], "refunds": []}
    zone = chance.choice(["UTC", "Asia/Kolkata", "America/New_York"])
    wanted: dict[date, Sums] = {}
    with open_shop(seed=seed) as shop:
        prizes = [{"name": "Each", "every": 1, "reward": {"amount": 30, "unit": "points"}},
                  {"name": "Third", "every": 3, "reward": {"gift": "Tea mug"}}]  # fmt: skip
        expiry = {"expiry_months": 1, "expiry_notice_days": 0, "spend_days": 2}
        shop.publish(time_zone=zone, hold_days=2, milestones=prizes, **expiry)
        for _ in range(3):
            _enrol(shop, chance, held)
        for number in range(9):
            for deed in chance.choices([it for it, _ in DEEDS], [often for _, often in DEEDS], k=5):
                deed(shop, chance, held)
            day, there = _end_of_day(shop)
            wanted[day] = there
            shop.now += timedelta(hours=3)
            shop.days(34 if number == 6 else 0)
        a_day(shop)
        for day, there in wanted.items():
            found = owed(shop, f"?at={day}")
            assert found["last"] == f"{day}"
            assert sums(found["owed"]) == there, day
            assert [it["difference"] for it in found["owed"]] == [0] * len(found["owed"])
        days = sorted(wanted)
        _adds_up(owed(shop, f"?from={days[3] + timedelta(days=1)}&to={days[-2]}"), wanted[days[3]], wanted[days[-2]])
        assert {it["kind"] for one in owed(shop, f"?from={days[0]}")["owed"] for it in one["movements"]} >= {
            *("hold", "release", "clawback", "spend", "spend_confirmed", "payout", "expiry", "adjustment"),
        }


def _end_of_day(shop: Shop) -> tuple[date, Sums]:
    """Let the day end, and say what all accounts had then."""
    today = shop.now.astimezone(programs.current(deps.table()).zone)
    last = today.replace(hour=23, minute=59, second=58)
    shop.now = last.astimezone(shop.now.tzinfo)
    for _ in range(2):
        shop.minute()
    return today.date(), accounts()


def _adds_up(found: Body, before: Sums, after: Sums) -> None:
    """Opening, movements and closing; and what came in came from somewhere."""
    assert sums(found["owed"], "opening") == before
    assert sums(found["owed"]) == after
    for it in found["owed"]:
        for name in (*OWED, "total"):
            assert it["opening"][name] + sum(line[name] for line in it["movements"]) == it["closing"][name]
        change = it["closing"]["total"] - it["opening"]["total"]
        assert change + sum(line["amount"] for line in it["counterparts"]) == 0
        assert {name: it["months"][-1][name] for name in it["closing"]} == it["closing"]


# --- a month of one ambassador ----------------------------------------------------------------------------------------


@pytest.fixture
def month(shop: Shop) -> Body:
    """March: two orders, one of which came back, a reward released, a part of it in a coupon; then a round."""
    shop.publish(hold_days=3, expiry_months=6)
    maya = shop.enrol()
    shop.redeem(maya["code"], "o1", 10000)
    shop.redeem(maya["code"], "=o2", 20000)
    shop.stream()
    shop.refund("=o2", "r1", 20000)
    shop.stream()
    shop.now += timedelta(days=4)
    shop.minute()
    more = {"Authorization": f"Bearer {shop.session(maya['id'])}", "Idempotency_Key": "s1"}
    assert shop.call("POST", "/v1/ambassadors/me/spends", {"amount": eur(400)}, **more).status_code == 201
    shop.now += timedelta(days=27)
    _count(shop, "2026-03-01", "2026-03-05", "2026-03-31")
    return maya


def _count(shop: Shop, *days: str) -> None:
    """Do what a round of the night does, of these days of a month alone: on the others nothing happened."""
    month, last = days[-1][:7], days[-1]
    books = [(book, it) for book in ("day", "letters") for it in days]
    pieces = [*books, ("month", month), (fold.EXPIRING, last)]
    task = msgspec.json.encode(fold.Task(before=f"{shop.now.date()}")).decode()
    cursor = msgspec.json.encode(fold.Progress(pieces)).decode()
    job = Job("job_stats-test", fold.KIND, "test", created_at=shop.now, task=task, cursor=cursor)
    assert deps.table().commit([Create(job)]) == ()
    assert fold.step(deps.table(), job, FAR, now=shop.now).state == "done"


def test_a_month_has_an_opening_movements_and_a_closing(shop: Shop, month: Body) -> None:
    """Each kind of entry is a line; the other sides say where it came from; months that expire are told."""
    found = owed(shop, "?from=2026-03-01&to=2026-03-31")
    assert (found["first"], found["at"], found["last"]) == ("2026-03-01", "2026-03-31", "2026-03-31")
    (euros,) = found["owed"]
    nothing = {"held": 0, "available": 0, "reserved": 0, "total": 0}
    assert euros["opening"] == nothing
    assert euros["movements"] == [
        {"kind": "hold", "entries": 2, **nothing, "held": 2700, "total": 2700},
        {"kind": "release", "entries": 1, **nothing, "held": -900, "available": 900},
        {"kind": "void", "entries": 1, **nothing, "held": -1800, "total": -1800},
        {"kind": "spend", "entries": 1, **nothing, "available": -400, "reserved": 400},
    ]
    assert euros["closing"] == {"held": 0, "available": 500, "reserved": 400, "total": 900}
    assert euros["months"] == [{"month": "2026-03", **euros["closing"]}]
    assert euros["counterparts"] == [{"account": "program:rewards", "amount": -900}]
    assert euros["expiring"] == [{"month": "2026-09", "amount": 500}]
    assert (euros["entries"], euros["difference"], found["expiring_on"]) == (5, 0, "2026-03-31")
    assert {*euros, "held", "available"} - {"currency", "entries"} <= {*found["definitions"]}


def test_a_table_of_it_has_the_same_figures(shop: Shop, month: Body) -> None:
    """With `Accept: text/csv` each line is a row in euros; numbers are numbers, also below zero."""
    found = rows(shop, "/v1/liability?from=2026-03-01&to=2026-03-31")
    assert [(it["currency"], it["line"], it["entries"], it["held"], it["total"]) for it in found] == [
        ("EUR", "opening", "", "0.00", "0.00"),
        ("EUR", "hold", "2", "27.00", "27.00"),
        ("EUR", "release", "1", "-9.00", "0.00"),
        ("EUR", "void", "1", "-18.00", "-18.00"),
        ("EUR", "spend", "1", "0.00", "0.00"),
        ("EUR", "closing", "", "0.00", "9.00"),
    ]


@pytest.mark.parametrize("by", ["day", "entry&limit=2"])
def test_a_journal_can_be_imported(shop: Shop, month: Body, by: str) -> None:
    """Each posting sums to zero, all of them come to what is owed, and no cell is a formula."""
    found = rows(shop, f"/v1/liability/journal?month=2026-03&by={by}")
    postings: dict[str, Decimal] = defaultdict(Decimal)
    balances: dict[str, Decimal] = defaultdict(Decimal)
    for it in found:
        assert bool(it["debit"]) != bool(it["credit"])
        amount = Decimal(it["credit"] or 0) - Decimal(it["debit"] or 0)
        postings[it["entry"]] += amount
        balances[it["account"]] += amount
        assert it["date"].startswith("2026-03-")
        assert it["currency"] == "EUR"
        assert it["text"][0].isalpha()
    assert set(postings.values()) == {Decimal(0)}
    assert len(postings) == {"day": 4, "entry&limit=2": 5}[by]
    assert (balances["ambassador:available"], balances["program:rewards"]) == (Decimal("5.00"), Decimal("-9.00"))


def test_a_journal_of_another_month_is_empty(shop: Shop, month: Body) -> None:
    """A month in which nothing was posted has the names of the columns only."""
    assert rows(shop, "/v1/liability/journal?month=2026-02") == []


def test_points_have_their_worth_beside_them(shop: Shop) -> None:
    """A unit of the program's own is owed as such, and what it would be worth stands beside it."""
    prize = {"name": "Each", "every": 1, "reward": {"amount": 100, "unit": "points"}}
    shop.publish(units={"points": {"value": 100, "per": 40}}, milestones=[prize], hold_days=0)
    maya = shop.enrol()
    shop.redeem(maya["code"])
    shop.stream()
    shop.days(1)
    a_day(shop)
    points = next(it for it in owed(shop)["owed"] if "unit" in it)
    assert (points["unit"], points["closing"]["total"], points["worth"]) == ("points", 100, eur(250))
    assert points["expiring"] is None
    assert "currency" not in points


def test_before_anything_was_counted_nothing_is_known(shop: Shop) -> None:
    """The answer says so, in the same shape."""
    found = owed(shop)
    assert (found["last"], found["owed"], found["expiring_on"]) == (None, [], None)
    assert rows(shop, "/v1/liability") == []


def test_a_day_that_is_not_over_is_said_to_be_missing(shop: Shop, month: Body) -> None:
    """Who asks for a day to come is told up to which day the figures are."""
    found = owed(shop, "?at=2026-12-31")
    assert (found["at"], found["last"]) == ("2026-12-31", "2026-03-31")
    assert sums(found["owed"]) == accounts()


def test_a_fold_that_went_wrong_is_mended(shop: Shop, month: Body) -> None:
    """Working all figures out anew finds what was tampered with, and stores what the entries come to."""
    before = owed(shop, "?from=2026-03-02&to=2026-03-31")
    for item in shop.everything():
        if item["PK"]["S"] == "STATS#ledger":
            shop.dynamodb.delete_item(TableName=deps.settings().table, Key={it: item[it] for it in ("PK", "SK")})
    assert owed(shop)["owed"] == []
    table = deps.table()
    assert {it.dimension for it in differing(shop)} == {"ledger"}
    list(recompute(table, programs.current(table), now=shop.now, mend=True))
    assert owed(shop, "?from=2026-03-02&to=2026-03-31") == before
    assert differing(shop) == []


def test_in_the_midst_of_a_round_it_is_right(shop: Shop, month: Body) -> None:
    """A round stores days before the months that they are summed up in: what is owed does not wait for these."""
    before = owed(shop, "?from=2026-03-01&to=2026-03-31")
    for item in shop.everything():
        if item["PK"]["S"] == "STATS#ledger" and item["SK"]["S"].startswith("FIGURES#MONTH"):
            shop.dynamodb.delete_item(TableName=deps.settings().table, Key={it: item[it] for it in ("PK", "SK")})
    assert owed(shop, "?from=2026-03-01&to=2026-03-31") == before


def test_the_size_of_the_shop_costs_nothing(shop: Shop, month: Body) -> None:
    """What is owed is read from the sums of days and months: not one account, and a few queries."""
    started = len(shop.faults.calls)
    owed(shop, "?from=2026-03-01&to=2026-03-31")
    calls = shop.faults.calls[started:]
    assert len(calls) <= 8, calls


@pytest.mark.parametrize(
    "query",
    [
        "?at=2026-02-30",
        "?at=2026-03-01&from=2026-03-01",
        "?to=2026-03-01",
        "?from=2026-03-02&to=2026-03-01",
        "/journal?month=2026-13",
        "/journal?month=2026-03&by=hour",
        "/journal?month=2026-03&limit=0",
    ],
)
def test_a_period_that_is_none_is_refused(shop: Shop, query: str) -> None:
    """Days in their order, months that there are."""
    answer = shop.call("GET", f"/v1/liability{query}", scope="admin:read")
    assert (answer.status_code, Shop.read(answer)["reason"]) == (400, "invalid_request")


def test_a_month_that_is_to_come_has_an_empty_journal(shop: Shop, month: Body) -> None:
    """Its first line says what the columns are, as on the first day of each month."""
    answer = shop.call("GET", "/v1/liability/journal?month=2031-01", scope="admin:read")
    assert (answer.status_code, answer.body.decode().count("\n")) == (200, 1)
