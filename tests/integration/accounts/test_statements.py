"""Monthly statements: they add up, month after month, whatever happened; over HTTP, to the wire."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

import pytest

from chalicelib.domain.accounts.ledger import KINDS
from memory.faults import meanwhile
from memory.shop import PROGRAM, Body, Shop, eur
from tests.quick_shop import QuickShop, open_quick_shop

ZONE = "America/Bogota"
RICH: Body = {
    **PROGRAM,
    "time_zone": ZONE,
    "hold_days": 9,
    "spend_minimum": 100,
    "adjustment_limit": 10**6,
    "expiry_months": 4,
    "tiers": [
        {"name": "Starter", "threshold": 0, "reward": {"basis_points": 1000}},
        {"name": "Silver", "threshold": 3, "reward": {"amount": 40, "unit": "points"}, "bonus": 250},
    ],
    "milestones": [{"name": "Second friend", "every": 2, "reward": {"gift": "Tea mug"}}],
    "units": {"points": {"per": 10, "value": 100, "minimum": 10}},
}
ACCOUNTS = ("held", "available", "reserved", "spent", "paid", "expired")


class Story:
    """A shop in which by chance everything happens that an account may know."""

    def __init__(self, shop: QuickShop, seed: int) -> None:
        self.shop, self.chance, self.number = shop, Random(seed), 0
        self.maya = shop.enrol()
        self.orders: list[str] = []

    @property
    def path(self) -> str:
        """Where she is found."""
        return f"/v1/ambassadors/{self.maya['id']}"

    def key(self) -> str:
        """A name that was not used before."""
        self.number += 1
        return f"k-{self.number}"

    def live(self, steps: int) -> None:
        """Let some things happen, with time between."""
        every = (self.order, self.order, self.order, self.refund, self.coupon, self.payout, self.correct, self.wait)
        for _ in range(steps):
            self.chance.choice(every)()
            self.shop.days(self.chance.choice((0, 0.1, 1, 4, 11)))
            self.shop.stream()

    def order(self) -> None:
        """A friend buys."""
        self.orders.append(self.key())
        amount = self.chance.randrange(2000, 20000)
        assert self.shop.redeem(self.maya["code"], self.orders[-1], amount).status_code == 201
        self.shop.stream()

    def refund(self) -> None:
        """Some of an order, or all of it, comes back."""
        if self.orders:
            order_id = self.chance.choice(self.orders)
            self.shop.refund(order_id, self.key(), self.chance.choice((500, 3000, 18000)))
            self.shop.stream()

    def coupon(self) -> None:
        """She makes a coupon, which is used, cancelled, or forgotten."""
        headers = {"Authorization": f"Bearer {self.shop.session(self.maya['id'])}", "Idempotency_Key": self.key()}
        wanted = self.chance.choice((eur(self.chance.randrange(100, 900)), {"amount": 20, "unit": "points"}))
        made = self.shop.call("POST", "/v1/ambassadors/me/spends", {"amount": wanted}, **headers)
        if made.status_code == 201:
            step = self.chance.choice(("confirm", "cancel", "forget"))
            if step != "forget":
                path = f"/v1/coupons/{self.shop.read(made)['code']}/{step}"
                body = {"order_id": self.key()} if step == "confirm" else {}
                assert self.shop.call("POST", path, body, scope="checkout").status_code == 201

    def payout(self) -> None:
        """Money is paid out, or not after all."""
        told = {"amount": eur(self.chance.randrange(100, 600))}
        asked = self.shop.call("POST", f"{self.path}/payouts", told, scope="admin:write", Idempotency_Key=self.key())
        if asked.status_code == 201:
            step, body = self.chance.choice((("confirm", {"reference": "bank"}), ("cancel", {"note": "no account"})))
            path = f"/v1/payouts/{self.shop.read(asked)['id']}/{step}"
            assert self.shop.call("POST", path, body, scope="admin:write").status_code in {200, 201}

    def correct(self) -> None:
        """An admin puts something right."""
        told = {"amount": eur(self.chance.choice((-70, 90, 400))), "reason": "=a correction"}
        self.shop.call("POST", f"{self.path}/adjustments", told, scope="admin:write", Idempotency_Key=self.key())

    def wait(self) -> None:
        """Nothing happens for a long time."""
        self.shop.days(self.chance.choice((20, 45, 130)))

    def merge(self) -> None:
        """Somebody turns out to be her as well."""
        other = Story(self.shop, self.number)
        other.maya = self.shop.enrol("lea@example.com")
        other.number = 10_000
        other.live(15)
        told = {"other": other.maya["id"], "note": "One person."}
        assert self.shop.call("POST", f"{self.path}/merge", told, scope="admin:write").status_code == 201


def read(shop: Shop, path: str) -> Body:
    """Read as an admin."""
    answer = shop.call("GET", path, scope="admin:read")
    assert answer.status_code == 200, answer.body
    return shop.read(answer)


def ledger(shop: Shop, path: str) -> list[Body]:
    """All entries of an ambassador."""
    items: list[Body] = []
    following = f"{path}/ledger?limit=100"
    while following:
        page = read(shop, following)
        items += page["items"]
        following = f"{path}/ledger?limit=100&cursor={page['next_cursor']}" if page["next_cursor"] else ""
    return items


def sums(amounts: list[Body]) -> Counter[tuple[str, str]]:
    """Amounts by unit and account, without those that are zero."""
    found: Counter[tuple[str, str]] = Counter()
    for it in amounts:
        for name in ACCOUNTS:
            found[it.get("currency") or it["unit"], name] += it.get(name, 0)
    return Counter({key: amount for key, amount in found.items() if amount})


def plus(one: Counter[tuple[str, str]], other: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    """The sum of both, below zero as well."""
    both = {key: one[key] + other[key] for key in {**one, **other}}
    return Counter({key: amount for key, amount in both.items() if amount})


def months(first: str, last: str) -> Iterator[str]:
    """Each month from the one to the other."""
    day = datetime.fromisoformat(f"{first}-01")
    while f"{day:%Y-%m}" <= last:
        yield f"{day:%Y-%m}"
        day = (day + timedelta(days=32)).replace(day=1)


def posted(entries: list[Body]) -> Counter[tuple[str, str]]:
    """What some entries of the ledger add up to, worked out from their legs."""
    found: Counter[tuple[str, str]] = Counter()
    for entry in entries:
        for leg in entry["legs"]:
            owner, _, name = leg["account"].partition(":")
            if owner == "ambassador":
                found[leg.get("currency") or leg["unit"], name] += leg["amount"]
    return Counter({key: amount for key, amount in found.items() if amount})


@pytest.mark.parametrize("seed", range(4))
def test_every_month_adds_up(seed: int, subtests: pytest.Subtests) -> None:
    """Opening and movements are the closing, which opens the next month; the last one holds what the account holds.

    Each entry is in the month of its time, by the program's clocks and once, also those of somebody who was merged.
    """
    with open_quick_shop(RICH, seed + 1) as shop:
        story = Story(shop, seed)
        story.live(30)
        if seed % 2:
            story.merge()
            story.live(10)
        entries = ledger(shop, story.path)
        zone = ZoneInfo(ZONE)
        by_month: dict[str, list[Body]] = {}
        for entry in entries:
            by_month.setdefault(f"{datetime.fromisoformat(entry['at']).astimezone(zone):%Y-%m}", []).append(entry)
        assert len(by_month) >= 3
        listed = read(shop, f"{story.path}/statements")["items"]
        assert [it["month"] for it in listed] == sorted(by_month, reverse=True)
        ends = {it["month"]: sums(it["closing"]) for it in listed}
        before: Counter[tuple[str, str]] = Counter()
        for month in months("2026-01", f"{shop.now.astimezone(zone):%Y-%m}"):
            with subtests.test(month):
                shown = read(shop, f"{story.path}/statements/{month}")
                own = by_month.get(month, [])
                assert Counter(it["id"] for it in shown["movements"]) == Counter(it["id"] for it in own)
                assert sums(shown["opening"]) == before
                moved = sums([change for it in shown["movements"] for change in it["changes"]])
                assert moved == posted(own)
                before = plus(before, moved)
                assert sums(shown["closing"]) == before
                if own:
                    assert ends[month] == before
        account = read(shop, story.path)["account"]
        now = Counter(
            {
                (it.get("currency") or it["unit"], name): it["amount"]
                for name in ACCOUNTS
                for it in account.get(name, [])
                if it["amount"]
            }
        )
        assert before == now


def test_the_story_knows_all_that_an_account_knows() -> None:
    """The months above are made of nearly every kind of entry."""
    kinds: set[str] = set()
    for seed in range(4):
        with open_quick_shop(RICH, seed + 1) as shop:
            story = Story(shop, seed)
            story.live(30)
            kinds |= {it["kind"] for it in ledger(shop, story.path)}
    rare = {"merge", "gift", "task", "gift_sent", "spend_returned", "payout_returned", "reinstate"}
    rare |= {"task_undone", "gift_returned"}
    assert kinds >= set(KINDS) - rare


@pytest.fixture
def maya(shop: Shop) -> Body:
    """An ambassador with an order on hold since March, the program's clocks in Berlin."""
    shop.publish(time_zone="Europe/Berlin", spend_minimum=100)
    maya = shop.enrol()
    shop.redeem(maya["code"])
    shop.stream()
    return maya


def own(shop: Shop, maya: Body, month: str, query: str = "", **headers: str) -> Body:
    """A month as the ambassador reads it."""
    token = {"Authorization": f"Bearer {shop.session(maya['id'])}", **headers}
    answer = shop.call("GET", f"/v1/ambassadors/me/statements/{month}{query}", **token)
    assert answer.status_code == 200, answer.body
    return shop.read(answer)


def test_what_waits_says_until_when(shop: Shop, maya: Body) -> None:
    """A reward that is on hold has the day of its release; once it is released, the release has its own line."""
    (held,) = own(shop, maya, "2026-03")["movements"]
    assert (held["kind"], held["day"], held["release_on"]) == ("hold", "2026-03-01", "2026-03-31")
    assert held["changes"] == [{"currency": "EUR", "held": 450}]
    assert "reviewed" not in held
    shop.days(31)
    (held,) = own(shop, maya, "2026-03")["movements"]
    assert "release_on" not in held
    (released,) = own(shop, maya, "2026-04")["movements"]
    assert released["changes"] == [{"currency": "EUR", "held": -450, "available": 450}]


def test_a_month_begins_by_the_programs_clocks(shop: Shop, maya: Body) -> None:
    """Half past eleven in the evening in UTC is the next month in Berlin in summer."""
    shop.days(40)
    shop.now = datetime.fromisoformat("2026-06-30T22:30:00+00:00")
    told = {"amount": eur(-50), "reason": "Too much."}
    path = f"/v1/ambassadors/{maya['id']}/adjustments"
    assert shop.call("POST", path, told, scope="admin:write", Idempotency_Key="a").status_code == 201
    assert own(shop, maya, "2026-06")["movements"] == []
    july = own(shop, maya, "2026-07")
    assert [(it["day"], it["note"]) for it in july["movements"]] == [("2026-07-01", "Too much.")]
    assert (july["starts_at"], july["ends_at"]) == ("2026-06-30T22:00:00Z", "2026-07-31T22:00:00Z")


def test_each_movement_says_why_and_nothing_of_the_friend(shop: Shop, maya: Body) -> None:
    """The sentence is in the language that was asked for, else the ambassador's; it names no friend."""
    english, spanish = (own(shop, maya, "2026-03", f"?lang={it}")["movements"][0]["why"] for it in ("en", "es"))
    assert english == "A friend ordered with your code."
    assert spanish
    assert "Fay" not in english + spanish


def test_the_table_adds_up_and_is_safe(shop: Shop, maya: Body) -> None:
    """As CSV it has the opening first, the closing last and a decimal point; text that is a formula is text."""
    told = {"amount": eur(125), "reason": "=HYPERLINK(1)"}
    path = f"/v1/ambassadors/{maya['id']}/adjustments"
    assert shop.call("POST", path, told, scope="admin:write", Idempotency_Key="a").status_code == 201
    shop.days(31)
    answer = shop.call("GET", f"/v1/ambassadors/{maya['id']}/statements/2026-04", scope="admin:read", Accept="text/csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    first, *lines, last = csv.DictReader(io.StringIO(answer.body.decode(), newline=""))
    assert (first["kind"], first["held"], first["available"]) == ("opening", "4.50", "1.25")
    assert [it["kind"] for it in lines] == ["release"]
    for name in ACCOUNTS:
        assert Decimal(first[name]) + sum(Decimal(it[name]) for it in lines) == Decimal(last[name])
    assert (last["kind"], last["held"], last["available"]) == ("closing", "0.00", "5.75")
    march = shop.call("GET", f"/v1/ambassadors/{maya['id']}/statements/2026-03", scope="admin:read", Accept="text/csv")
    notes = {it["note"] for it in csv.DictReader(io.StringIO(march.body.decode(), newline=""))}
    assert notes == {"", "'=HYPERLINK(1)"}


@pytest.mark.parametrize(
    ("month", "status"), [("2026-02", 200), ("2026-04", 404), ("2026-13", 400), ("2026-3", 400), ("march", 400)]
)
def test_which_months_there_are(shop: Shop, maya: Body, month: str, status: int) -> None:
    """One without movements is empty, one that has not begun is not there, and what is no month is named."""
    answer = shop.call("GET", f"/v1/ambassadors/{maya['id']}/statements/{month}", scope="admin:read")
    assert answer.status_code == status


def test_nobody_reads_anothers(shop: Shop, maya: Body) -> None:
    """To another ambassador there is no such account."""
    token = {"Authorization": f"Bearer {shop.session(shop.enrol('lea@example.com')['id'])}"}
    for path in ("statements", "statements/2026-03"):
        assert shop.call("GET", f"/v1/ambassadors/{maya['id']}/{path}", **token).status_code == 404


def test_the_running_month_does_not_read_what_was_before(shop: Shop) -> None:
    """A month costs as many trips as it has hundreds of entries, however long the ledger is."""
    maya = shop.enrol()
    path = f"/v1/ambassadors/{maya['id']}"
    for number in range(105):
        told = {"amount": eur(1), "reason": "One more."}
        assert shop.call("POST", f"{path}/adjustments", told, scope="admin:write", Idempotency_Key=f"{number}")
    shop.now += timedelta(days=40)
    read(shop, path)
    shop.faults.calls.clear()
    assert read(shop, f"{path}/statements/2026-04")["opening"] == [{"currency": "EUR", "available": 105}]
    assert shop.faults.count("Query") == 1
    assert len(shop.faults.calls) == 4
    shop.faults.calls.clear()
    assert len(read(shop, f"{path}/statements/2026-03")["movements"]) == 105
    assert shop.faults.count("Query") == 2


def test_what_is_posted_meanwhile_is_in_none_of_it(shop: Shop, maya: Body) -> None:
    """Balances and entries are of one moment, although they are read one after the other."""
    told = {"amount": eur(125), "reason": "While she looks."}
    path = f"/v1/ambassadors/{maya['id']}/adjustments"
    token = {"Authorization": f"Bearer {shop.session(maya['id'])}"}

    def post() -> None:
        assert shop.call("POST", path, told, scope="admin:write", Idempotency_Key="a").status_code == 201

    shop.faults.before("Query", meanwhile(post))
    seen = shop.read(shop.call("GET", "/v1/ambassadors/me/statements/2026-03", **token))
    assert (len(seen["movements"]), seen["closing"]) == (1, [{"currency": "EUR", "held": 450}])
    seen = shop.read(shop.call("GET", "/v1/ambassadors/me/statements/2026-03", **token))
    assert (len(seen["movements"]), seen["closing"]) == (2, [{"currency": "EUR", "held": 450, "available": 125}])


def test_an_entry_that_came_late_is_in_the_month_of_its_time(shop: Shop, maya: Body) -> None:
    """A request that was overtaken keeps the time at which it came: its entry lies behind one of the next month."""
    path = f"/v1/ambassadors/{maya['id']}/adjustments"
    for number, time in enumerate(("2026-03-31T22:00:01+00:00", "2026-03-31T21:59:59+00:00")):
        shop.now = datetime.fromisoformat(time)
        told = {"amount": eur(1 + number), "reason": "x"}
        assert shop.call("POST", path, told, scope="admin:write", Idempotency_Key=f"{number}").status_code == 201
    shop.now = datetime.fromisoformat("2026-04-02T12:00:00+00:00")
    assert [it["changes"][0].get("available") for it in own(shop, maya, "2026-03")["movements"]] == [None, 2]
    april = own(shop, maya, "2026-04")
    assert april["opening"] == own(shop, maya, "2026-03")["closing"]
    assert "available" in april["opening"][0]
