"""What each operation takes of the table: calls, read units, write units, in a warm function.

The program runs over a cloud in memory, in this process and thread; the units are computed from the items
(see `memory.sizes`), because no engine on one machine bills as AWS does.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import reduce
from operator import add
from typing import Any, TypeVar

from bench.progress import Say
from bench.recorder import Cost, Recorder
from chalicelib import deps
from chalicelib.domain.effects import Create
from chalicelib.operations.stats import fold
from chalicelib.operations.stats.count import ALL_DIMENSIONS
from chalicelib.store.reads.stats import Stats
from chalicelib.workers.due import attend
from chalicelib.workers.jobs import carry_on
from chalicelib.workers.mail import send
from memory.shop import Body, Shop, eur, open_shop

T = TypeVar("T")

AIMS = {"redeem, friend known by address": 5, "redeem, friend known by address and customer id": 7, "whole life": 70}
"""Most write units that an operation should take."""

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
LIFE = ("redeem, friend known by address", "settle", "deliver thanks and news", "release", "deliver release")

Costs = dict[str, Cost]


def run(say: Say) -> dict[str, Any]:
    """Measure every operation and the whole life of a referral."""
    say("the program over a table in memory, items counted at the wire")
    costs = measure()
    return {"aims": AIMS, "life": LIFE, "operations": {name: cost.as_json() for name, cost in costs.items()}}


def measure() -> Costs:
    """Return the cost of each operation by its name, and of a whole life as their sum."""
    with open_shop(seed=1) as shop:
        costs = counted_in(shop)
    return {**costs, "whole life": reduce(add, (costs[name] for name in LIFE))}


def counted_in(shop: Shop) -> Costs:
    """Return the cost of each operation by its name, in a shop that has done nothing yet."""
    recorder = Recorder(shop.dynamodb, deps.settings().table)
    with recorder.heard():
        deps.table.cache_clear()
        return _Counted(shop, recorder).all()


class _Counted:
    """A shop whose operations are counted one by one, on orders numbered as shops number them."""

    def __init__(self, shop: Shop, recorder: Recorder) -> None:
        self._shop = shop
        self._recorder = recorder
        self._costs: Costs = {}

    def all(self) -> Costs:
        """Go through all operations once, after a referral that has warmed up what the program keeps."""
        shop, count = self._shop, self._count
        shop.publish(letters={"welcome": True}, spend_minimum=100)
        maya = shop.enrol()
        code = maya["code"]
        send([f"MSG#account:{maya['id']}#0"])
        self._live(code, "5123456780000")
        enrolled: list[Body] = []
        customer = {"customer_id": "7001234567890"}
        count("enrol, with a welcome", lambda: enrolled.append(shop.enrol("nia@example.com", "Nia", **customer)))
        count("deliver a welcome", lambda: send([f"MSG#account:{enrolled[0]['id']}#0"]))
        count("quote", lambda: self._post("/v1/quotes", {"code": code, "order": {"amount": eur(5000)}}))
        self._redeem(code)
        self._settle(code)
        self._spend(maya["id"])
        self._know()
        self._look(code)
        self._sum_up()
        self._care()
        return self._costs

    def _redeem(self, code: str) -> None:
        redeem = self._order
        known = {"id": "7001234567891"}
        self._count("redeem, friend known by address", lambda: redeem(code, "5123456780001"))
        self._count("redeem, replay", lambda: redeem(code, "5123456780001"))
        self._count("redeem, refused: unknown code", lambda: redeem("NBCDFGHJ", "5123456780002"))
        self._count("redeem, refused: friend came before", lambda: redeem(code, "5123456780003", "5123456780001"))
        both = "redeem, friend known by address and customer id"
        self._count(both, lambda: redeem(code, "5123456780004", customer=known))

    def _settle(self, code: str) -> None:
        order, shop, count = "ORDER#5123456780001", self._shop, self._count
        message = "MSG#order:5123456780001#"
        count("settle", lambda: attend([order]))
        count("deliver thanks and news", lambda: send([f"{message}2@friend", f"{message}2"]))
        self._order(code, "5123456780005")
        attend(["ORDER#5123456780005"])
        count("refund", lambda: shop.refund("5123456780005", "9001", 1500))
        count("settle a refund", lambda: attend(["ORDER#5123456780005"]))
        count("refund of an unknown order", lambda: shop.refund("5123456789999", "9002", 1500))
        count("settle: no redemption yet", lambda: attend(["ORDER#5123456789999"]))
        count("schedule, looking for what is due", lambda: list(deps.table().list_due(shop.now)))
        shop.now = shop.now.replace(month=shop.now.month + 1, day=15)
        deps.program()
        count("release", lambda: attend([order]))
        count("deliver release", lambda: send([f"{message}3"]))

    def _spend(self, ambassador_id: str) -> None:
        shop, amount = self._shop, {"amount": eur(200)}
        headers = {"Authorization": f"Bearer {shop.session(ambassador_id)}", "Idempotency_Key": "s-1"}
        path = "/v1/ambassadors/me/spends"
        self._count("spend, with its letter", lambda: shop.call("POST", path, amount, **headers))
        account = deps.table().read_account(ambassador_id)
        assert account is not None
        self._count("deliver what was spent", lambda: send([f"MSG#account:{ambassador_id}#{account.version}"]))

    def _know(self) -> None:
        """What the shop tells of people, and of an order that used no code."""
        shop, cleo = self._shop, {"email": "cleo@example.com", "id": "7001234567892", "first_name": "Cleo"}
        order = {"order_id": "5123456780030", "customer": cleo, "amount": eur(4200)}
        self._count("order without a code", lambda: shop.call("POST", "/v1/orders", order, scope="checkout"))
        self._count("meet its buyer", lambda: attend(["ORDER#5123456780030"]))
        told = {"email": "dora@example.com", "first_name": "Dora", "time_zone": "Asia/Kolkata", "birthday": "04-01"}
        self._count("person told, new", lambda: shop.call("PUT", "/v1/people", told, scope="people"))
        told["birthday"] = "04-02"
        self._count("person told, known", lambda: shop.call("PUT", "/v1/people", told, scope="people"))

    def _look(self, code: str) -> None:
        shop = self._shop
        for number in range(6, 24):
            self._order(code, f"51234567800{number:02d}")
            attend([f"ORDER#51234567800{number:02d}"])
        ambassador = shop.order("5123456780001")["ambassador_id"]
        day = "from=2026-04-15T00:00:00Z&to=2026-04-16T00:00:00Z"
        get = self._get
        self._count("landing page, with its click", lambda: shop.call("GET", f"/r/{code}", User_Agent=BROWSER))
        self._count("GET redemption, two entries", lambda: get("/v1/redemptions/5123456780001"))
        self._count("ledger page, one ambassador", lambda: get(f"/v1/ledger?ambassador_id={ambassador}"))
        self._count("ledger page, one day", lambda: get(f"/v1/ledger?{day}"))

    def _sum_up(self) -> None:
        """Fold the days so far, and look at 400 days as a dashboard does, all as long as one with twenty orders."""
        shop, get = self._shop, self._get
        shop.now += timedelta(days=1)
        shop.day()
        shop.now += timedelta(days=1)
        self._count("fold a day without orders", self._fold)
        last = shop.now.date() - timedelta(days=1)
        stats, day = deps.table().also(Stats), f"{last - timedelta(days=1)}"
        known = {it.dimension: it for it in stats.read_these((it, day) for it in ALL_DIMENSIONS).values()}
        days = [f"{last - timedelta(days=n)}" for n in range(400)]
        for period in (*days, *sorted({it[:7] for it in days})):
            for figures in known.values():
                deps.table().commit([Create(replace(figures, period=period, version=1))])
        span = f"from={days[-1]}&to={days[0]}"
        self._count("dashboard, 30 days by day", lambda: get("/v1/stats"))
        self._count("dashboard, 400 days by day", lambda: get(f"/v1/stats?{span}"))
        self._count("dashboard, 400 days by tier", lambda: get(f"/v1/stats?{span}&by=tier"))
        self._count("dashboard, 400 days by cohort", lambda: get(f"/v1/stats?{span}&by=cohort"))

    def _fold(self) -> None:
        """Do a day's round of figures."""
        job = fold.begin_daily(deps.table(), deps.quotes(), now=deps.now())
        assert job is not None, "it is the first of its day"
        carry_on([f"JOB#{job.id}"], 40.0)

    def _care(self) -> None:
        """What it takes to look after people: somebody is told of, buys, and gets what is due."""
        shop, day = self._shop, timedelta(days=1)
        gift = {"rate": {"amount": 500}}
        shop.publish(care={"birthday": {"gift": gift}, "check_in": {}, "miss_you": {}}, letters={"quiet": None})
        agreed = {purpose: {"given": True} for purpose in ("care", "wishes", "offers")}
        birthday = f"{shop.now + 40 * day:%m-%d}"
        told = {"email": "elif@example.com", "first_name": "Elif", "birthday": birthday, "consents": agreed}
        put = self._count(
            "care: person told, with a birthday", lambda: shop.call("PUT", "/v1/people", told, scope="people")
        )
        elif_id, eve = shop.read(put)["id"], {**told, "email": "eve@example.com", "consents": {}}
        order = {"order_id": "5123456780040", "customer": {"email": told["email"]}, "amount": eur(4200)}
        self._count("care: order without a code", lambda: shop.call("POST", "/v1/orders", order, scope="checkout"))
        self._count("care: meet its buyer", lambda: attend(["ORDER#5123456780040"]))
        quiet = shop.read(shop.call("PUT", "/v1/people", eve, scope="people"))["id"]
        shop.now += 22 * day
        self._count("care: a touch, begun and sent", lambda: send([f"PERSON#{elif_id}"]))
        shop.now += 19 * day
        self._count("care: a touch with a gift", lambda: send([f"PERSON#{elif_id}"]))
        self._count("care: what lies ahead of a person", lambda: self._get(f"/v1/people/{elif_id}/care"))
        shop.now += 365 * day
        looks = [key for key in deps.table().list_due(shop.now) if key.pk == f"PERSON#{quiet}"]
        assert looks == [], "nobody looks at somebody of whom nothing is due"

    def _live(self, code: str, order_id: str) -> None:
        """Let a referral live from the redemption to the last mail."""
        shop = self._shop
        self._order(code, order_id)
        shop.call("GET", f"/r/{code}", User_Agent=BROWSER)
        attend([f"ORDER#{order_id}"])
        send([f"MSG#order:{order_id}#2@friend", f"MSG#order:{order_id}#2"])
        shop.order(order_id)

    def _order(self, code: str, order_id: str, friend: str = "", **more: Any) -> None:
        customer = {
            "email": f"friend.{friend or order_id}@mail.example",
            "first_name": "Fay",
            **more.pop("customer", {}),
        }
        self._shop.redeem(code, order_id, 5000, customer=customer, **more)

    def _post(self, path: str, body: Body) -> None:
        assert self._shop.call("POST", path, body, scope="checkout").status_code == 200

    def _get(self, path: str) -> None:
        answer = self._shop.call("GET", path, scope="admin:read")
        assert answer.status_code == 200, answer.body

    def _count(self, name: str, work: Callable[[], T]) -> T:
        with self._recorder.counting() as cost:
            done = work()
        assert cost.trips, f"{name} made no call"
        self._costs[name] = cost
        return done


def missed(operations: dict[str, dict[str, float]], aims: dict[str, int] = AIMS) -> Sequence[str]:
    """The operations that take more than they should."""
    return [name for name, most in aims.items() if operations[name]["write_units"] > most]
