"""A shop's rich history, made once through the routes, and tables of the engine with a copy of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from random import Random
from typing import Any
from unittest.mock import patch

from chalice.test import HTTPResponse

from chalicelib import deps
from chalicelib.domain.audit.audit import Finding
from chalicelib.domain.model.work import Job
from chalicelib.operations import jobs
from chalicelib.operations.access import api_keys
from chalicelib.operations.program import publication
from chalicelib.store.table import Table
from chalicelib.store.wire import Wire
from chalicelib.workers.jobs import STEPS
from memory.engine import Engine
from memory.faults import KilledError
from memory.shop import PROGRAM, Body, Shop, eur, open_shop

Item = dict[str, Any]
Items = dict[tuple[str, str], Item]
CARD: Body = {"payment_fingerprint": "pm_4242"}
RULES: Body = {
    "tiers": [
        {"name": "Starter", "threshold": 0, "reward": {"basis_points": 1000}},
        {"name": "Silver", "threshold": 3, "reward": {"basis_points": 1200}, "bonus": 300},
    ],
    "milestones": [{"name": "each second", "every": 2, "reward": {"gift": "Tea mug"}}],
    "campaigns": [
        {
            "name": "spring",
            "starts_at": "2026-03-01T00:00:00Z",
            "ends_at": "2026-04-01T00:00:00Z",
            "reward": {"basis_points": 2000},
        }
    ],
    "caps": [{"per": "month", "amount": 3000}],
    "budget_month": 100_000,
    "watch": {"review_at": 50},
    "review_days": 10,
    "expiry_months": 6,
    "letters": {"welcome": True},
    "adjustment_limit": 1000,
    "tasks": [{"name": "A picture", "kind": "picture", "words": {"en": "."}, "reward": {"amount": 500}, "times": 9}],
    "care": {
        "birthday": {"gift": {"rate": {"amount": 400}}},
        "surprise": {
            "rounds": [{"since": "2026-03", "chance": 9000, "budget": 2000, "gift": {"amount": 250}}],
            "known_days": 0,
            "least_orders": 0,
            "within_days": 60,
        },
    },
}
MUG = "gift:Tea mug"


@dataclass(frozen=True, slots=True)
class Story:
    """What a shop has come to: every item, the time, and the ids of some things."""

    items: Items
    now: datetime
    ids: dict[str, str]

    def copy(self) -> Items:
        """The items, to be tampered with."""
        return deepcopy(self.items)


class Desk:
    """A shop with all kinds of rules, and those who work there."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.numbers = count()
        shop.publish(**RULES)
        shop.now += timedelta(minutes=3)
        self.maya, self.asha = shop.enrol(), shop.enrol("asha@example.com", "Asha")
        scopes = ["admin:write"]
        self.secrets = {it: api_keys.issue(deps.table(), it, scopes, shop.now, owner=it) for it in ("Bea", "Cem")}
        self.guests = self.celebrated()

    def celebrated(self) -> dict[str, str]:
        """Tell of two who have their birthday a month later and like to be surprised: an ambassador and a customer."""
        wishes = {"wishes": {"given": True, "source": "checkout", "text": "v1"}}
        ids = {"uma": str(self.shop.enrol("uma@example.com", "Uma")["id"])}
        for name, email in (("uma_person", "uma@example.com"), ("zoe", "zoe@example.com")):
            told = {"email": email, "birthday": "04-02", "consents": wishes}
            ids[name] = str(self.done(self.shop.call("PUT", "/v1/people", told, scope="people"))["id"])
        return ids

    def post(self, path: str, told: object, who: str = "Bea", **more: str) -> Body:
        """Write as an admin, or with another key."""
        sent = {"Authorization": f"Bearer {self.secrets.get(who, who)}", "Idempotency_Key": f"n{next(self.numbers)}"}
        return self.done(self.shop.call("POST", path, told, **{**sent, **more}))

    def checkout(self, path: str, told: object) -> Body:
        """Write as the checkout."""
        return self.done(self.shop.call("POST", path, told, scope="checkout"))

    def sell(self, *order_ids: str, code: str = "", **more: Any) -> None:
        """Sell orders on Maya's code, one settlement each."""
        for order_id in order_ids:
            self.done(self.shop.redeem(code or self.maya["code"], order_id, **more))
            self.shop.stream()
            self.shop.now += timedelta(minutes=7)

    def adjust(self, amount: int) -> str:
        """Correct Maya's balance."""
        told = {"amount": eur(amount), "reason": "A parcel was lost."}
        return str(self.post(f"/v1/ambassadors/{self.maya['id']}/adjustments", told)["id"])

    def decide(self, adjustment_id: str, decision: str) -> None:
        """Decide as the second admin."""
        self.post(f"/v1/adjustments/{adjustment_id}/decision", {"decision": decision, "note": "ok"}, "Cem")

    def spend(self, amount: int) -> Body:
        """Take a coupon as Maya."""
        return self.post("/v1/ambassadors/me/spends", {"amount": eur(amount)}, self.shop.session(self.maya["id"]))

    def payout(self, amount: int) -> str:
        """Pay out to Maya."""
        path = f"/v1/ambassadors/{self.maya['id']}/payouts"
        return str(self.post(path, {"amount": eur(amount), "reference": "2026-05"})["id"])

    def claim(self, order_id: str) -> str:
        """Claim an order as Maya."""
        told, session = {"order_id": order_id}, self.shop.session(self.maya["id"])
        return str(self.post("/v1/ambassadors/me/claims", told, session)["id"])

    def refund(self, order_id: str, amount: int, refund_id: str = "r1") -> None:
        """Pay money back."""
        self.done(self.shop.refund(order_id, refund_id, amount))
        self.shop.stream()

    def dispute(self, *order_ids: str) -> None:
        """Lose all of some orders and win them back; lose the last one once more."""
        for order_id in order_ids:
            self.refund(order_id, 8000)
            self.checkout(f"/v1/orders/{order_id}/refunds/r1/reversal", {})
            self.shop.stream()
        self.refund(order_ids[-1], 8000, "r2")

    def correct(self, order_id: str, delivered_at: str) -> None:
        """Correct a delivery, and find out that a refund in dollars was worth nothing."""
        for revision in (2, 1):
            told = {"fulfilment_id": "f1", "revision": revision, "delivered_at": delivered_at, "more": revision == 1}
            self.checkout(f"/v1/orders/{order_id}/fulfilments", told)
        dollars = {"refund_id": "usd", "amount": {"amount": 500, "currency": "USD"}}
        self.checkout(f"/v1/orders/{order_id}/refunds", dollars)
        self.shop.stream()
        self.post(f"/v1/reviews/{order_id}", {"decision": "approve", "note": "A slip.", "values": {"usd": eur(0)}})
        self.shop.stream()

    def done(self, answer: HTTPResponse) -> Body:
        """What a request has answered that had to succeed."""
        assert answer.status_code in {200, 201, 202}, answer.body
        return self.shop.read(answer)


def live(shop: Shop) -> Story:
    """Let everything happen that can happen to a balance, and leave something open of every kind."""
    desk, ids = Desk(shop), dict[str, str]()
    placed = f"{shop.now - timedelta(days=3):%Y-%m-%dT%H:%M:%SZ}"
    order = {"customer": {"email": "c1@friends.example"}, "amount": eur(5000), "placed_at": placed}
    desk.sell("o1", "o2")
    desk.sell("o3", "o4", "o5", **CARD)
    deps.table().change_code(desk.asha["code"], {"campaign": "spring"})
    desk.sell("a1", code=desk.asha["code"])
    desk.refund("o9", 1000, "early")
    desk.sell("o6", "o7", "o8", "o9", "o10", amount=8000)
    desk.post("/v1/reviews/o4", {"decision": "approve", "note": "Aunt and niece."})
    desk.post("/v1/reviews/o5", {"decision": "deny", "note": "One person."})
    desk.refund("o2", 5000)
    desk.refund("o1", 1000)
    desk.correct("o10", placed)
    for name in ("c1", "c2"):
        ids[name] = desk.claim(name)
    desk.post(f"/v1/claims/{ids['c1']}", {"decision": "approve", "note": "Fay wrote.", "order": order})
    desk.post(f"/v1/claims/{ids['c2']}", {"decision": "deny", "note": "Nobody knows of it."})
    shop.stream()
    shop.days(32)
    desk.refund("o3", 5000)
    gifts = shop.read(shop.call("GET", "/v1/gifts", scope="admin:read"))["items"]
    ids["sent"], ids["open_gift"] = gifts[0]["id"], gifts[1]["id"]
    desk.post(f"/v1/gifts/{ids['sent']}/sent", {"note": "By post."})
    first, second, third = desk.spend(300), desk.spend(200), desk.spend(100)
    desk.checkout(f"/v1/coupons/{first['code']}/confirm", {"order_id": "s1"})
    desk.checkout(f"/v1/coupons/{second['code']}/cancel", {})
    ids["spent"], ids["expired"] = first["id"], third["id"]
    paid, kept = desk.payout(150), desk.payout(120)
    desk.post(f"/v1/payouts/{paid}/confirm", {"reference": "SEPA 1"})
    desk.post(f"/v1/payouts/{kept}/cancel", {"note": "No account."})
    desk.post(f"/v1/coupons/{first['code']}/return", {"note": "Cancelled.", "amount": eur(60)})
    desk.post(f"/v1/payouts/{paid}/return", {"note": "Sent back."})
    ids["small"], ids["large"], ids["denied"] = desk.adjust(500), desk.adjust(5000), desk.adjust(4000)
    desk.decide(ids["large"], "approve")
    desk.decide(ids["denied"], "deny")
    desk.post(f"/v1/ambassadors/{desk.maya['id']}/suspend", {"note": "Five orders from one address."})
    shop.days(31)
    desk.post(f"/v1/ambassadors/{desk.maya['id']}/reinstate", {"note": "A family."})
    _wait(shop, 170, 30)
    desk.refund("a1", 5000)
    desk.dispute("o6", "o7")
    desk.sell("o20", "o21")
    desk.sell("o22", **CARD)
    ids["waiting"], ids["paid"] = desk.adjust(3000), paid
    desk.adjust(900)
    ids["reserved"], ids["pending"] = desk.spend(250)["id"], desk.payout(110)
    ids |= {"c3": desk.claim("c3"), **_done_for_people(desk)}
    shop.now += timedelta(minutes=5)
    ids |= {**desk.guests, "maya": desk.maya["id"], "asha": desk.asha["id"], "code": desk.maya["code"]}
    return Story({(it["PK"]["S"], it["SK"]["S"]): it for it in shop.everything()}, shop.now, ids)


def _done_for_people(desk: Desk) -> dict[str, str]:
    """Let Uma show pictures, of which one is approved, one denied and one looked at by nobody; and let Zoe write."""
    session, ids = desk.shop.session(desk.guests["uma"]), dict[str, str]()
    for name in ("approved", "denied_proof", "open_proof"):
        proof = {"task": "A picture", "link": f"https://pictures.example/{name}"}
        ids[name] = str(desk.post("/v1/ambassadors/me/proofs", proof, session)["id"])
    for name, decision in (("approved", "approve"), ("denied_proof", "deny")):
        desk.post(f"/v1/tasks/{ids[name]}/done", {"note": "Seen.", "decision": decision})
    letter = {"note_id": "T-1", "text": "The pot leaks."}
    path = f"/v1/people/{desk.guests['zoe']}/notes"
    ids["note"] = str(desk.done(desk.shop.call("POST", path, letter, scope="people"))["id"])
    return ids


class Client:
    """The engine, called as DynamoDB is. `die_at` is the number of the call at which the process ends."""

    def __init__(self, items: Items) -> None:
        self.engine = Engine(Random(0))
        self.calls, self.die_at, self.made = 0, -1, list[str]()
        for item in items.values():
            self.engine.put_item(Item=item)
        self.engine.settle_indexes()

    def call(self, operation: str, request: Item) -> Item:
        self.calls += 1
        self.made.append(operation)
        if self.calls == self.die_at:
            raise KilledError
        answer = self.engine.call(operation, request)
        self.engine.settle_indexes()
        return answer


def _wait(shop: Shop, *days: int) -> None:
    """Let time pass, and the schedule work after each of these."""
    for number in days:
        shop.days(number)


def table_of(items: Items) -> Table:
    """A table with these items."""
    return over(Client(items))


def over(client: Client) -> Table:
    """A table over a client, which nobody waits for."""
    return Table(Wire(client.call, "engine", sleep=lambda _: None))


class EngineShop(Shop):
    """A shop whose table is the engine's, which plays it in a tenth of the time."""

    client: Client

    def everything(self) -> list[Body]:
        """All items of the table."""
        return [deepcopy(item) for _, item in sorted(self.client.engine.items.items())]


@cache
def a_story() -> Story:
    """Make it once for a process, and for all that fork from it."""
    client = Client({})
    table = over(client)
    EngineShop.client = client
    with open_shop(seed=1) as shop, patch.object(deps, "table", lambda: table):
        publication.publish(table, PROGRAM, author="test", now=shop.now)
        return live(EngineShop(shop.cloud, shop.faults))


def kinds_in(found: list[Finding]) -> set[tuple[str, str]]:
    """Kind and place of each finding."""
    return {(finding.kind, finding.where) for finding in found}


def carried_on(table: Table, job_id: str, now: datetime, *, seconds: float = 600) -> Job:
    """Let workers carry a job on until it is done, as long as each has."""
    for _ in range(500):
        list(jobs.work(table, job_id, STEPS, table.deadline(seconds), now=now))
        job = table.read_job(job_id)
        assert job is not None
        if job.state in {"done", "failed"}:
            return job
    raise AssertionError("it never ends")


@contextmanager
def reopened(story: Story, items: Items) -> Iterator[EngineShop]:
    """A shop that goes on with these items."""
    client = Client(items)
    table = over(client)
    EngineShop.client = client
    with open_shop(seed=2) as shop, patch.object(deps, "table", lambda: table):
        opened = EngineShop(shop.cloud, shop.faults)
        opened.now = story.now
        opened.stream()
        yield opened
