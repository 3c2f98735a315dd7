"""The audit finds nothing in books that are sound, and whatever is planted in them it finds and names.

A rich history is made once, through the routes. Each inconsistency is planted in a copy of its table. The table is the
simulator's engine, which is exact.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from random import Random
from typing import Any, get_args
from unittest.mock import patch

import pytest
from chalice.test import HTTPResponse

from chalicelib import deps
from chalicelib.domain.audit.audit import Finding, Kind
from chalicelib.domain.model.work import Job
from chalicelib.operations import jobs
from chalicelib.operations.access import keys
from chalicelib.operations.audit import audit
from chalicelib.operations.jobs import LEASE
from chalicelib.operations.program import programs
from chalicelib.store import keys as table_keys
from chalicelib.store.keys import due_shard
from chalicelib.store.table import Table
from chalicelib.store.wire import Wire
from chalicelib.workers import schedule
from chalicelib.workers.jobs import STEPS
from infra.local.home import ROOT
from memory.engine import Engine
from memory.shop import PROGRAM, Body, Shop, eur, open_shop
from tests.simulator.history import History

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
    "adjustment_limit": 1000,
}
MUG = "gift:Tea mug"


class KilledError(BaseException):
    """The worker's process is gone."""


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
        programs.publish(deps.table(), {**PROGRAM, **RULES}, author="test", now=shop.now)
        shop.now += timedelta(minutes=2)
        self.maya, self.asha = shop.enrol(), shop.enrol("asha@example.com", "Asha")
        scopes = ["admin:write"]
        self.secrets = {it: keys.issue(deps.table(), it, scopes, shop.now, owner=it) for it in ("Bea", "Cem")}

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
    shop.days(200)
    desk.refund("a1", 5000)
    desk.dispute("o6", "o7")
    desk.sell("o20", "o21")
    desk.sell("o22", **CARD)
    ids["waiting"], ids["paid"] = desk.adjust(3000), paid
    desk.adjust(900)
    ids["reserved"], ids["pending"] = desk.spend(250)["id"], desk.payout(110)
    ids["c3"] = desk.claim("c3")
    shop.now += timedelta(minutes=5)
    ids |= {"maya": desk.maya["id"], "asha": desk.asha["id"], "code": desk.maya["code"]}
    return Story({(it["PK"]["S"], it["SK"]["S"]): it for it in shop.everything()}, shop.now, ids)


class Client:
    """The engine as a client of DynamoDB. `die_at` is the number of the call at which the process ends."""

    def __init__(self, items: Items) -> None:
        self.engine = Engine(Random(0))
        self.calls, self.die_at, self.made = 0, -1, list[str]()
        for item in items.values():
            self.engine.put_item(Item=item)
        self.engine.settle_indexes()

    def __getattr__(self, operation: str) -> Callable[..., Item]:
        def call(**request: Any) -> Item:
            self.calls += 1
            self.made.append(operation)
            if self.calls == self.die_at:
                raise KilledError
            answer: Item = getattr(self.engine, operation)(**request)
            self.engine.settle_indexes()
            return answer

        return call


def table_of(items: Items) -> Table:
    """A table with these items."""
    return over(Client(items))


def over(client: Client) -> Table:
    """A table over a client, which nobody waits for."""
    return Table(Wire(client, "engine", sleep=lambda _: None))


class QuickShop(Shop):
    """A shop whose table is the engine's, which plays it in a tenth of the time."""

    client: Client

    def everything(self) -> list[Body]:
        """All items of the table."""
        return [deepcopy(item) for _, item in sorted(self.client.engine.items.items())]


@pytest.fixture
def story() -> Story:
    """A rich history; nobody changes it."""
    return a_story()


@cache
def a_story() -> Story:
    """Make it once for a process, and for all that fork from it."""
    client = Client({})
    table = over(client)
    QuickShop.client = client
    with open_shop(seed=1) as shop, patch.object(deps, "table", lambda: table):
        programs.publish(table, PROGRAM, author="test", now=shop.now)
        return live(QuickShop(shop.cloud, shop.faults))


def kinds_in(found: list[Finding]) -> set[tuple[str, str]]:
    """Kind and place of each finding."""
    return {(finding.kind, finding.where) for finding in found}


# --- sound books ------------------------------------------------------------------------------------------------------


def test_the_story_is_rich(story: Story) -> None:
    """It has every kind of entry, and something open of every kind, or the next test would prove little."""
    entries = [it for (pk, _), it in story.items.items() if pk.startswith("LEDGER#")]
    assert {it["kind"]["S"] for it in entries} >= {
        *("hold", "release", "void", "clawback", "bonus", "expiry", "adjustment", "gift_sent"),
        *("spend", "spend_confirmed", "spend_cancelled", "payout", "payout_confirmed", "payout_cancelled"),
        *("reinstate", "spend_returned", "payout_returned"),
    }
    assert any(leg["M"]["account"]["S"] == "ambassador:expired" for it in entries for leg in it["legs"]["L"])
    lists = {it["owner_pk"]["S"] for it in story.items.values() if "owner_pk" in it}
    assert lists >= {"AMBASSADORS", "CASES", "CLAIMS", "GIFTS", "ADJUSTMENTS", "PAYOUTS#reserved", "PAYOUTS#confirmed"}
    terms = [it["standing"]["M"]["terms"]["M"] for it in story.items.values() if "standing" in it]
    assert any("campaign" in it for it in terms)
    assert any("limit" in it for it in terms)


def test_sound_books(story: Story) -> None:
    """After everything that happens in a shop the audit finds nothing, at any moment from then on."""
    table = table_of(story.items)
    assert audit.audit_all(table, now=story.now) == []
    assert audit.audit_all(table, now=story.now + timedelta(days=400)) == []


# --- what is planted is found -----------------------------------------------------------------------------------------


class Tampered:
    """A copy of the story's items, and the ways of somebody who writes into the table."""

    def __init__(self, story: Story) -> None:
        self.items = story.copy()
        self.ids = story.ids
        self.maya, self.asha = story.ids["maya"], story.ids["asha"]

    def at(self, pk: str, sk: str) -> Item:
        """An item."""
        return self.items[pk, sk]

    def order(self, order_id: str) -> Item:
        """A redemption."""
        return self.items[f"ORDER#{order_id}", "#REDEMPTION"]

    def account(self) -> Item:
        """Maya's account."""
        return self.items[f"AMB#{self.maya}", "ACCOUNT"]

    def entries(self, kind: str, whose: str = "maya") -> list[Item]:
        """The entries of a kind in order of posting."""
        found = [it for (pk, _), it in self.items.items() if pk == f"LEDGER#{self.ids[whose]}"]
        return [it for it in sorted(found, key=lambda it: it["number"]["S"]) if it["kind"]["S"] == kind]

    def last(self, kind: str) -> Item:
        """The last entry of a kind."""
        return self.entries(kind)[-1]

    def put(self, item: Item, pk: str = "", sk: str = "", **fields: Any) -> Item:
        """Put a changed copy of an item somewhere else."""
        copied = deepcopy(item)
        for name, value in fields.items():
            put_into(copied, name, value)
        copied["PK"], copied["SK"] = {"S": pk or item["PK"]["S"]}, {"S": sk or item["SK"]["S"]}
        self.items[copied["PK"]["S"], copied["SK"]["S"]] = copied
        return copied

    def post(self, entry: Item, number: str, **fields: Any) -> str:
        """Put a copy of an entry under another number; answers its id."""
        self.put(entry, sk=f"ENTRY#{number}", number=number, **fields)
        copied = self.items[entry["PK"]["S"], f"ENTRY#{number}"]
        copied["day_sk"] = {"S": f"{copied['at']['S']}#{entry_id(copied)}"}
        return entry_id(copied)

    def free(self) -> str:
        """A number that follows on the account's last, of a version that it has then had."""
        version = int(self.account()["version"]["N"]) + 1
        put_into(self.account(), "version", version)
        return f"{version:08d}-001"


def put_into(item: Item, path: str, value: Any) -> None:
    """Set a field of an item, or with None take it away; `__` leads into maps, a number into a list."""
    *way, last = path.split("__")
    place: Any = item
    for step in way:
        inner = place[int(step)] if isinstance(place, list) else place[step]
        place = next(iter(inner.values()))
    if value is None:
        del place[last]
    else:
        place[last] = (
            value if isinstance(value, dict) else {"N": str(value)} if isinstance(value, int) else {"S": value}
        )


def entry_id(entry: Item) -> str:
    """An entry's public id."""
    return f"ent_{entry['ambassador_id']['S'].removeprefix('amb_')}_{entry['number']['S']}"


Plant = Callable[[Tampered], str]
PLANTS: list[tuple[str, Plant]] = []


def plants(kind: str) -> Callable[[Plant], Plant]:
    """What is planted by a function, and how the audit has to call it; the function answers where."""

    def note(plant: Plant) -> Plant:
        PLANTS.append((kind, plant))
        return plant

    return note


@plants("account")
def no_account(it: Tampered) -> str:
    """A profile without an account."""
    del it.items[f"AMB#{it.maya}", "ACCOUNT"]
    return f"{it.maya}/account"


@plants("account")
def code_of_another(it: Tampered) -> str:
    """A code that earns for somebody else."""
    code = it.ids["code"]
    put_into(it.at(*table_keys.code(code)), "ambassador_id", it.asha)
    return f"{it.maya}/code/{code}"


@plants("account")
def no_membership(it: Tampered) -> str:
    """A person who could enrol once more."""
    owner = it.at(*table_keys.code(it.ids["code"]))["owners"]["L"][0]["S"]
    del it.items[f"PERSON#{owner}", "AMBASSADOR"]
    return f"{it.maya}/membership"


@plants("account")
def code_without_a_former_owner(it: Tampered) -> str:
    """A further code that its ambassador could use under a former address."""
    first = it.at(*table_keys.code(it.ids["code"]))
    it.put(first, pk=table_keys.code("22222222").pk, code="22222222", owners={"L": [{"S": "somebody-else"}]})
    listed = {"ambassador_id": {"S": it.maya}, "codes": {"L": [{"S": "22222222"}]}, "version": {"N": "1"}}
    it.put(listed, pk=f"AMB#{it.maya}", sk="CODES")
    return f"{it.maya}/code/22222222/owners"


@plants("adjustment")
def posted_without_a_second_admin(it: Tampered) -> str:
    """An adjustment is in the books and still waits."""
    put_into(it.at(f"ADJUSTMENT#{it.ids['large']}", "ADJUSTMENT"), "state", "waiting")
    return f"adjustment/{it.ids['large']}/state"


@plants("adjustment")
def adjusted_by_more(it: Tampered) -> str:
    """More was posted than was asked for."""
    put_into(it.at(f"ADJUSTMENT#{it.ids['small']}", "ADJUSTMENT"), "amount", 400)
    return f"adjustment/{it.ids['small']}/amount"


@plants("adjustment")
def adjustment_of_nobody(it: Tampered) -> str:
    """An adjustment waits for an ambassador who does not exist."""
    put_into(it.at(f"ADJUSTMENT#{it.ids['waiting']}", "ADJUSTMENT"), "ambassador_id", "amb_none")
    return f"adjustment/{it.ids['waiting']}"


@plants("cause")
def adjusted_twice(it: Tampered) -> str:
    """An adjustment is posted again, and the balance with it."""
    again = it.post(it.entries("adjustment")[0], it.free())
    was = int(it.account()["balances"]["M"]["EUR"]["M"]["available"]["N"])
    put_into(it.account(), "balances__EUR__available", was + 500)
    return f"{again}/cause"


@plants("balance")
def a_richer_account(it: Tampered) -> str:
    """A balance that no entry explains."""
    was = int(it.account()["balances"]["M"]["EUR"]["M"]["available"]["N"])
    put_into(it.account(), "balances__EUR__available", was + 1)
    return f"{it.maya}/balances/EUR/available"


@plants("balance")
def another_unit(it: Tampered) -> str:
    """A unit that was never earned."""
    put_into(it.account(), "balances__points", {"M": {"available": {"N": "7"}}})
    return f"{it.maya}/balances/points/available"


@plants("case")
def no_case(it: Tampered) -> str:
    """A reward waits for an admin, and no admin is shown it."""
    del it.items["ORDER#o22", "CASE"]
    return "order/o22/case"


@plants("case")
def case_of_no_order(it: Tampered) -> str:
    """An admin is shown a reward that does not exist."""
    it.put(it.at("ORDER#o22", "CASE"), "ORDER#o99", order_id="o99", owner_sk="2026-12-01T00:00:00.000Z#o99")
    it.items["ORDER#o99", "CASE"]["owner_sk"] = {"S": it.at("ORDER#o22", "CASE")["deadline"]["S"] + "#o99"}
    return "order/o99/case"


@plants("cause")
def no_withdrawal(it: Tampered) -> str:
    """Money went out for nothing."""
    del it.items[f"WITHDRAWAL#{it.ids['paid']}", "WITHDRAWAL"]
    return f"{entry_id(it.entries('payout')[0])}/cause"


@plants("cause")
def an_unknown_program(it: Tampered) -> str:
    """An entry by rules that were never published."""
    put_into(it.last("hold"), "program_version", 99)
    return f"{entry_id(it.last('hold'))}/program_version"


@plants("cause")
def closed_before_the_end(it: Tampered) -> str:
    """A confirmation is posted for a spend that is still open."""
    spend = it.at(f"WITHDRAWAL#{it.ids['reserved']}", "WITHDRAWAL")
    cause = f"spend:{it.ids['reserved']}"
    legs = {"legs__0__amount": -250, "legs__1__amount": 250}
    return f"{it.post(it.last('spend_confirmed'), it.free(), cause=cause, at=spend['created_at']['S'], **legs)}/cause"


@plants("cause")
def a_bonus_that_no_program_grants(it: Tampered) -> str:
    """A milestone that does not exist."""
    put_into(it.last("bonus"), "cause", "milestone:each third")
    return f"{entry_id(it.last('bonus'))}/cause"


@plants("cause")
def caused_by_a_refund_that_is_not_there(it: Tampered) -> str:
    """A void names a fact that its order does not have."""
    put_into(it.entries("void")[0], "cause", "refund:r7")
    return f"{entry_id(it.entries('void')[0])}/cause"


@plants("cause")
def an_expiry_by_nothing(it: Tampered) -> str:
    """Rewards that expired for no reason."""
    put_into(it.last("expiry"), "cause", "because")
    return f"{entry_id(it.last('expiry'))}/cause"


@plants("claim")
def an_order_of_a_denied_claim(it: Tampered) -> str:
    """An order was admitted although its claim was denied."""
    put_into(it.at(f"CLAIM#{it.ids['c1']}", "CLAIM"), "state", "denied")
    return "order/c1/claim/state"


@plants("claim")
def a_claim_that_counts_no_more(it: Tampered) -> str:
    """A claim waits, but is not counted among those that do."""
    put_into(it.at(f"CLAIMS#{it.maya}", "OPEN"), "claims", {"L": []})
    return f"claim/{it.ids['c3']}"


@plants("claim")
def a_claim_that_is_gone(it: Tampered) -> str:
    """A claim is counted among those that wait, and is not there."""
    del it.items[f"CLAIM#{it.ids['c3']}", "CLAIM"]
    return f"claim/{it.ids['c3']}"


def counter(path: str, where: str) -> None:
    """A counter of the account that its orders don't explain."""

    @plants("counter")
    def miscount(it: Tampered) -> str:
        account, *way = it.account(), *path.split("__")
        for step in way:
            account = account["M"][step] if "M" in account else account[step]
        put_into(it.account(), path, int(account["N"]) + 1)
        return f"{it.maya}/{where}"

    miscount.__name__ = f"miscounted_{where.replace('/', '_')}"


for name in ("settled", "counted", "refunded", "expired_in"):
    counter(name, name)
for name in ("room", "uses", "counted"):
    counter(f"months__2026-03__{name}", f"months/2026-03/{name}")


@plants("counter")
def a_place_taken_twice(it: Tampered) -> str:
    """Two orders are the same in the order of settlement."""
    put_into(it.order("o2"), "standing__terms__place", 1)
    return f"{it.maya}/places"


@plants("entry")
def an_entry_is_gone(it: Tampered) -> str:
    """An order names an entry that is not there."""
    gone = it.entries("hold")[0]
    del it.items[gone["PK"]["S"], gone["SK"]["S"]]
    return f"order/o1/entries/{gone['number']['S']}"


@plants("entry")
def an_entry_that_its_order_does_not_name(it: Tampered) -> str:
    """A hold is posted once more, and the balance with it."""
    put_into(it.account(), "balances__EUR__held", int(it.account()["balances"]["M"]["EUR"]["M"]["held"]["N"]) + 450)
    return it.post(it.entries("hold")[0], it.free())


@plants("entry")
def an_order_of_another(it: Tampered) -> str:
    """An order is in the wrong books."""
    put_into(it.order("o20"), "ambassador_id", it.asha)
    return "order/o20/ambassador_id"


@plants("fact")
def a_refund_of_less_than_its_tax(it: Tampered) -> str:
    """Goods of less than nothing came back."""
    it.at("ORDER#o1", "REFUND#r1")["tax"] = {"N": "1001"}
    return "order/o1/refund:r1/amount"


@plants("fact")
def a_value_of_nothing(it: Tampered) -> str:
    """An admin is said to have valued a refund that there is not."""
    put_into(it.at("ORDER#o10", "REVIEW#000001"), "values", {"M": {"eur": {"N": "400"}}})
    return "order/o10/review:1/values"


@plants("friend")
def no_guard(it: Tampered) -> str:
    """A friend who could be referred again."""
    del it.items[f"PERSON#{it.order('o1')['friend']['S']}", "FRIEND"]
    return "order/o1/friend"


@plants("friend")
def a_friend_twice(it: Tampered) -> str:
    """A friend's second order was taken, though the program takes one."""
    put_into(it.order("o2"), "friend", it.order("o1")["friend"]["S"])
    return "order/o2/friend"


@plants("gift")
def no_task(it: Tampered) -> str:
    """A gift that nobody will send."""
    del it.items[f"GIFT#{it.ids['open_gift']}", "GIFT"]
    return f"gift/{it.ids['open_gift']}"


@plants("gift")
def a_gift_sent_without_an_entry(it: Tampered) -> str:
    """A task is closed, and the account still has the gift."""
    put_into(it.at(f"GIFT#{it.ids['open_gift']}", "GIFT"), "state", "sent")
    return f"gift/{it.ids['open_gift']}"


@plants("gift")
def more_gifts(it: Tampered) -> str:
    """A task says more than its entry."""
    put_into(it.at(f"GIFT#{it.ids['open_gift']}", "GIFT"), "amount", 3)
    return f"gift/{it.ids['open_gift']}/amount"


@plants("gift")
def a_gift_for_nothing(it: Tampered) -> str:
    """A task that comes with no entry."""
    task = it.at(f"GIFT#{it.ids['open_gift']}", "GIFT")
    made_up = f"{task['id']['S'][:-3]}099"
    it.put(task, f"GIFT#{made_up}", id=made_up)
    it.items[f"GIFT#{made_up}", "GIFT"]["owner_sk"] = {"S": f"{task['created_at']['S']}#{made_up}"}
    return f"gift/{made_up}"


@plants("cause")
def a_gift_that_was_not_sent(it: Tampered) -> str:
    """An entry says that a gift was sent; its task is open."""
    put_into(it.at(f"GIFT#{it.ids['sent']}", "GIFT"), "state", "open")
    return f"{entry_id(it.last('gift_sent'))}/cause"


@plants("legs")
def legs_that_do_not_sum_to_zero(it: Tampered) -> str:
    """Money from nowhere."""
    put_into(it.entries("hold")[0], "legs__1__amount", 460)
    return f"{entry_id(it.entries('hold')[0])}/EUR"


@plants("legs")
def legs_of_another_kind(it: Tampered) -> str:
    """A hold that is available at once."""
    put_into(it.entries("hold")[0], "legs__1__account", "ambassador:available")
    return entry_id(it.entries("hold")[0])


@plants("legs")
def a_kind_that_there_is_not(it: Tampered) -> str:
    """An entry of no kind that the program knows."""
    put_into(it.entries("hold")[0], "kind", "present")
    return f"{entry_id(it.entries('present')[0])}/kind"


@plants("listing")
def an_order_that_nobody_finds_when_it_is_due(it: Tampered) -> str:
    """An order's hold would end, and the schedule would not see it."""
    put_into(it.order("o20"), "due_pk", None)
    return "ORDER#o20/#REDEMPTION/due_pk"


@plants("listing")
def an_order_that_is_not_listed(it: Tampered) -> str:
    """An order that its ambassador does not see."""
    put_into(it.order("o1"), "owner_pk", None)
    return "ORDER#o1/#REDEMPTION/owner_pk"


@plants("message")
def nobody_was_told(it: Tampered) -> str:
    """A settlement without its message."""
    del it.items["MSG#o1#2", "MSG"]
    return "order/o1/messages/2/friend_thanks"


@plants("message")
def a_message_for_nothing(it: Tampered) -> str:
    """A message of a settlement that has not been."""
    version = int(it.order("o1")["version"]["N"]) + 1
    it.put(it.at("MSG#o1#2", "MSG"), f"MSG#o1#{version}", version=version)
    return f"order/o1/messages/{version}"


@plants("message")
def told_of_another_amount(it: Tampered) -> str:
    """A letter with a wrong amount."""
    put_into(it.at("MSG#o20#2", "MSG"), "letters__1__amount", 9)
    return "order/o20/messages/2/reward_held"


@plants("message")
def a_release_that_was_not_told(it: Tampered) -> str:
    """A reward was released, and the ambassador does not know."""
    (told,) = [pk for pk, _ in it.items if pk.startswith("MSG#o4#") and pk != "MSG#o4#2"]
    del it.items[told, "MSG"]
    return "order/o4/standing/told"


@plants("number")
def a_number_left_out(it: Tampered) -> str:
    """A second entry of a version that has no first."""
    return it.post(it.entries("hold")[0], it.free()[:-3] + "002")


@plants("number")
def a_version_that_has_not_been(it: Tampered) -> str:
    """An entry from the future."""
    it.post(it.entries("hold")[0], "00009999-001")
    return f"LEDGER#{it.maya}/ENTRY#00009999-001"


@plants("overdrawn")
def more_than_there_was(it: Tampered) -> str:
    """A spend of money that was not there."""
    spend = it.entries("spend")[0]
    put_into(spend, "legs__0__amount", -(10**30))
    put_into(spend, "legs__1__amount", 10**30)
    return f"{entry_id(spend)}/available/EUR"


@plants("overdrawn")
def released_twice(it: Tampered) -> str:
    """More leaves the hold than is held."""
    for kind in ("void", "hold"):
        for entry in it.entries(kind)[1:]:
            del it.items[entry["PK"]["S"], entry["SK"]["S"]]
    return f"{entry_id(it.entries('release')[1])}/held/EUR"


@plants("position")
def worth_more(it: Tampered) -> str:
    """An order stands elsewhere than its facts put it."""
    put_into(it.order("o1"), "standing__worth", 451)
    return "order/o1/standing/worth"


@plants("position")
def worth_more_than_was_posted(it: Tampered) -> str:
    """An order stands elsewhere than its entries say."""
    put_into(it.order("o20"), "standing__worth", 451)
    return "order/o20/held"


@plants("position")
def a_refund_that_was_overlooked(it: Tampered) -> str:
    """A fact that nobody will look at any more."""
    refund = it.put(it.at("ORDER#o1", "REFUND#r1"), "ORDER#o20", "REFUND#r1", order_id="o20")
    refund.pop("due_at", None)
    return "order/o20/standing/facts"


@plants("prize")
def a_prize_that_was_not_posted(it: Tampered) -> str:
    """The account holds a bonus that the ledger does not know."""
    put_into(it.account(), "prizes__tier:3__0__amount", 400)
    return f"{it.maya}/prizes/tier:3/EUR"


@plants("prize")
def too_many_prizes(it: Tampered) -> str:
    """A milestone was granted for referrals that do not count."""
    put_into(it.account(), "counted", 1)
    return f"{it.maya}/prizes/every:2"


@plants("terms")
def better_terms(it: Tampered) -> str:
    """The terms are not those of the program."""
    put_into(it.order("o1"), "standing__terms__full", 500)
    return "order/o1/terms/full"


@plants("terms")
def another_tier(it: Tampered) -> str:
    """The tier is not that of the referrals."""
    put_into(it.order("o1"), "standing__terms__tier", "Silver")
    return "order/o1/terms/tier"


@plants("terms")
def granted_beyond_the_rate(it: Tampered) -> str:
    """More was granted than the rate gives."""
    put_into(it.order("o1"), "standing__terms__granted", 900)
    return "order/o1/terms/granted"


@plants("trait")
def a_card_that_was_forgotten(it: Tampered) -> str:
    """A card that would raise no signal any more."""
    del it.items[f"TRAIT#{it.order('o3')['payment']['S']}", f"USED#{it.maya}"]
    return "order/o3/payment"


@plants("unreadable")
def no_account_of_ours(it: Tampered) -> str:
    """An account that is nothing the program writes."""
    put_into(it.account(), "balances", "a lot")
    return f"AMB#{it.maya}/ACCOUNT"


@plants("unreadable")
def an_entry_of_another(it: Tampered) -> str:
    """An entry in somebody else's ledger."""
    entry = it.entries("hold")[0]
    put_into(entry, "ambassador_id", it.asha)
    return f"LEDGER#{it.maya}/{entry['SK']['S']}"


@plants("unreadable")
def an_order_of_no_shape(it: Tampered) -> str:
    """An order with an amount that is none."""
    put_into(it.order("o2"), "amount", "50,00")
    return "ORDER#o2/#REDEMPTION"


@plants("wake_up")
def an_order_that_sleeps(it: Tampered) -> str:
    """An order is held and never looked at again."""
    for name in ("due_at", "due_pk"):
        put_into(it.order("o20"), name, None)
    return "order/o20/due_at"


@plants("wake_up")
def a_message_that_sleeps(it: Tampered) -> str:
    """A message that nobody will send."""
    put_into(it.at("MSG#o1#2", "MSG"), "state", "pending")
    return "order/o1/messages/2/due_at"


@plants("wake_up")
def a_coupon_that_never_ends(it: Tampered) -> str:
    """A coupon keeps its money for ever."""
    for name in ("due_at", "due_pk"):
        put_into(it.at(f"WITHDRAWAL#{it.ids['reserved']}", "WITHDRAWAL"), name, None)
    return f"withdrawal/{it.ids['reserved']}/due_at"


@plants("suspension")
def suspended_by_nobody(it: Tampered) -> str:
    """An account lets nothing out, and nobody has decided that."""
    put_into(it.account(), "suspended_in", 3)
    return f"{it.maya}/suspended_in"


@plants("suspension")
def spent_while_suspended(it: Tampered) -> str:
    """A decision that a spend has passed over."""
    spend = it.entries("spend")[0]
    version = int(spend["number"]["S"][:8]) - 1
    decided = next(item for (_, sk), item in it.items.items() if sk.startswith("SUSPENSION#"))
    it.put(decided, sk=f"SUSPENSION#{version:08d}", version=version)
    return entry_id(spend)


@plants("message")
def reinstated_without_a_word(it: Tampered) -> str:
    """The ambassador was never told where things stand."""
    (pk,) = (pk for pk, _ in it.items if pk.startswith(f"MSG#{it.maya}@"))
    del it.items[pk, "MSG"]
    return f"{it.maya}/messages/{pk}"


@plants("position")
def expired_and_risen(it: Tampered) -> str:
    """What had expired came back as available."""
    entry = next(e for e in it.entries("reinstate") if e["legs"]["L"][1]["M"]["account"]["S"].endswith("expired"))
    put_into(entry, "legs__1__account", "ambassador:available")
    return f"order/{entry['order_id']['S']}/standing/age/gone"


@plants("position")
def made_available_twice(it: Tampered) -> str:
    """An order gave more than it was ever granted, by what was taken out of what had expired."""
    entry = next(e for e in it.entries("reinstate") if e["legs"]["L"][1]["M"]["account"]["S"].endswith("expired"))
    put_into(entry, "legs__1__account", "ambassador:available")
    return f"order/{entry['order_id']['S']}/reinstated"


@plants("position")
def an_age_that_was_not(it: Tampered) -> str:
    """An order says of its reward that it came back in a version in which nothing did."""
    entry = it.entries("reinstate")[0]
    put_into(it.order(entry["order_id"]["S"]), "standing__age__since", 99_999)
    return f"order/{entry['order_id']['S']}/standing/age/since"


@plants("prize")
def a_prize_that_expired_more(it: Tampered) -> str:
    """An account says of a prize that more of it is gone than its bonuses say."""
    prize = next(iter(it.account()["ages"]["M"]))
    put_into(it.account(), f"ages__{prize}__gone", 7)
    return f"{it.maya}/ages/{prize}/gone"


@plants("cause")
def returned_twice(it: Tampered) -> str:
    """A payout has come back once more than it was paid."""
    return f"{it.post(it.last('payout_returned'), it.free())}/cause"


@plants("withdrawal")
def returned_without_an_entry(it: Tampered) -> str:
    """A payout says that more came back than its entries do."""
    put_into(it.at(f"WITHDRAWAL#{it.ids['spent']}", "WITHDRAWAL"), "returned", 90)
    return f"withdrawal/{it.ids['spent']}"


@plants("withdrawal")
def a_coupon_worth_more(it: Tampered) -> str:
    """A coupon is worth more than was reserved for it."""
    put_into(it.at(f"WITHDRAWAL#{it.ids['reserved']}", "WITHDRAWAL"), "amount", 9000)
    return f"withdrawal/{it.ids['reserved']}/amount"


@plants("withdrawal")
def a_coupon_with_a_price(it: Tampered) -> str:
    """A coupon for money is worth other money than was reserved for it."""
    worth = {"M": {"amount": {"N": "9000"}, "currency": {"S": "EUR"}}}
    it.at(f"WITHDRAWAL#{it.ids['reserved']}", "WITHDRAWAL")["worth"] = worth
    return f"withdrawal/{it.ids['reserved']}/worth"


@plants("withdrawal")
def confirmed_without_an_entry(it: Tampered) -> str:
    """A payout is closed, and its money still reserved."""
    payout = it.at(f"WITHDRAWAL#{it.ids['pending']}", "WITHDRAWAL")
    put_into(payout, "state", "confirmed")
    put_into(payout, "owner_pk", "PAYOUTS#confirmed")
    return f"withdrawal/{it.ids['pending']}"


@plants("withdrawal")
def a_coupon_that_leads_elsewhere(it: Tampered) -> str:
    """A coupon's code opens another spend."""
    code = it.at(f"WITHDRAWAL#{it.ids['reserved']}", "WITHDRAWAL")["code"]["S"]
    put_into(it.at(f"COUPON#{code}", "COUPON"), "withdrawal_id", it.ids["spent"])
    return f"withdrawal/{it.ids['reserved']}/code"


@plants("withdrawal")
def a_coupon_for_nothing(it: Tampered) -> str:
    """A coupon for which nothing was reserved."""
    spend = it.at(f"WITHDRAWAL#{it.ids['reserved']}", "WITHDRAWAL")
    copied = it.put(spend, "WITHDRAWAL#spd_made_up", id="spd_made_up", created_at="2026-05-05T00:00:00.000Z")
    copied["owner_sk"] = {"S": "SPEND#2026-05-05T00:00:00.000Z#spd_made_up"}
    copied["due_pk"] = {"S": due_shard("WITHDRAWAL#spd_made_up")}
    return "withdrawal/spd_made_up"


@plants("withdrawal")
def a_payout_for_nothing(it: Tampered) -> str:
    """A payout for which nothing was reserved."""
    payout = it.at(f"WITHDRAWAL#{it.ids['pending']}", "WITHDRAWAL")
    copied = it.put(payout, "WITHDRAWAL#pay_made_up", id="pay_made_up", created_at="2026-05-05T00:00:00.000Z")
    copied["owner_sk"] = {"S": "2026-05-05T00:00:00.000Z#pay_made_up"}
    return "withdrawal/pay_made_up"


@plants("withdrawal")
def reserved_for_nothing(it: Tampered) -> str:
    """More is reserved than coupons and payouts that are open."""
    put_into(it.account(), "balances__EUR__reserved", 9999)
    return f"{it.maya}/reserved/EUR"


@pytest.mark.parametrize(("kind", "plant"), PLANTS, ids=[plant.__name__ for _, plant in PLANTS])
def test_what_is_planted_is_found(story: Story, kind: str, plant: Plant) -> None:
    """Each inconsistency is found, and named by its kind and its place."""
    tampered = Tampered(story)
    where = plant(tampered)
    assert (kind, where) in kinds_in(audit.audit_all(table_of(tampered.items), now=story.now))


def test_every_kind_of_finding_is_planted() -> None:
    """There is no kind that no test has seen."""
    assert {kind for kind, _ in PLANTS} == set(get_args(Kind))


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_written_into_the_table_the_audit_answers(story: Story, seed: int) -> None:
    """A field of any item is taken away, or becomes anything: the audit names what it sees and goes on to the end."""
    items, chance = story.copy(), Random(seed)
    item = items[chance.choice(sorted(items))]
    name = chance.choice(sorted(item.keys() - {"PK", "SK"}))
    strange: list[Any] = [{"S": "0"}, {"S": "~"}, {"N": str(-(10**37))}, {"NULL": True}, {"L": []}, {"M": {}}, None]
    put_into(item, name, chance.choice(strange))
    listed = ("due_pk", "due_at", "owner_pk", "owner_sk", "day_pk", "day_sk")
    if any(attribute in item and "S" not in item[attribute] for attribute in listed):
        return  # DynamoDB refuses such an index key
    table, report, walk = table_of(items), audit.Report(), audit.of_all()
    audit.go_on(table, walk, report, table.deadline(600), now=story.now)
    assert walk.done
    assert audit.written(report)


# --- beside a shop at work --------------------------------------------------------------------------------------------


def beside(history: History) -> Table:
    """The table of a history as an auditor sees it, who lets others go on at every call."""

    class Auditor:
        def __getattr__(self, operation: str) -> Callable[..., Item]:
            def call(**request: Any) -> Item:
                history.world.switch()
                history.world.engine.settle_indexes()
                answer: Item = getattr(history.world.engine, operation)(**request)
                return answer

            return call

    return Table(Wire(Auditor(), "beside", sleep=lambda _: history.world.switch()))


def test_what_is_on_its_way_is_no_difference() -> None:
    """While orders, refunds and settlements go on at every call of the audit it finds nothing, nor when all is done.

    But for what was decided by a clock that jumps days ahead, as these do, and was looked at by one that does not.
    """
    for seed in range(30):
        history, found = History(seed), list[Finding]()
        table = beside(history)

        def look(history: History = history, table: Table = table, found: list[Finding] = found) -> None:
            for _ in range(3):
                found += audit.audit_all(table, now=history.world.now)

        history.world.start(look)
        history.play()
        history.world.engine.settle_indexes()
        assert audit.audit_all(history.world.table, now=history.world.now) == [], seed
        assert {finding.kind for finding in found} <= {"position", "case"}, seed


class Restless(Client):
    """An account that moves whenever its orders are listed."""

    at = ("", "")

    def __getattr__(self, operation: str) -> Callable[..., Item]:
        def call(**request: Any) -> Item:
            if str(request.get("ExpressionAttributeValues", {}).get(":low", {}).get("S")).startswith("REFERRAL#"):
                (account,) = [it for (pk, sk), it in self.engine.items.items() if (pk, sk) == self.at]
                moved = deepcopy(account)
                for name in ("version", "settled"):
                    put_into(moved, name, int(account[name]["N"]) + 1)
                self.engine.put_item(Item=moved)
            answer: Item = getattr(self.engine, operation)(**request)
            return answer

        return call


def test_who_never_stands_still_is_said_to_move(story: Story) -> None:
    """Counters that move all the time while orders are counted are no difference: the report says whose they are."""
    client = Restless(story.items)
    client.at = f"AMB#{story.ids['maya']}", "ACCOUNT"
    table, report = over(client), audit.Report()
    audit.go_on(table, audit.of_all(), report, table.deadline(600), now=story.now)
    assert report.moving == [story.ids["maya"]]
    assert report.findings == []


def test_an_audit_only_reads(story: Story) -> None:
    """Nothing is written, whatever is found."""
    client = Client(story.items)
    before = deepcopy(client.engine.items)
    audit.audit_all(over(client), now=story.now)
    assert set(client.made) == {"get_item", "batch_get_item", "query"}
    assert client.engine.items == before


# --- as a job ---------------------------------------------------------------------------------------------------------


def spoiled(story: Story) -> Items:
    """Books with a few differences, of both ambassadors and of what waits."""
    tampered = Tampered(story)
    for plant in (a_richer_account, worth_more, no_case, nobody_was_told, a_payout_for_nothing, no_guard):
        plant(tampered)
    put_into(tampered.at(f"AMB#{tampered.asha}", "ACCOUNT"), "settled", 5)
    return tampered.items


def carried_on(table: Table, job_id: str, now: datetime, *, seconds: float = 600) -> Job:
    """Let workers carry a job on until it is done, as long as each has."""
    for _ in range(500):
        list(jobs.work(table, job_id, STEPS, table.deadline(seconds), now=now))
        job = table.read_job(job_id)
        assert job is not None
        if job.state in {"done", "failed"}:
            return job
    raise AssertionError("it never ends")


def begin(table: Table, now: datetime) -> str:
    """Begin an audit of everything."""
    return jobs.start(table, "audit", audit.written(audit.of_all()), author="key_1", now=now, chance=Random(1)).id


def test_page_by_page_is_as_good_as_at_once(story: Story) -> None:
    """However short the slices are, the report is the same: each finding once, each ambassador once."""
    table = table_of(spoiled(story))
    at_once = audit.audit_all(table, now=story.now)
    job = carried_on(table, begin(table, story.now), story.now, seconds=0)
    report = audit.found_in(job)
    assert (job.state, job.failure, job.progress, job.total) == ("done", None, 2, 2)
    assert report.findings == at_once
    assert report.differences == len(at_once) >= 7
    assert (report.ambassadors, report.moving) == (2, [])


@pytest.mark.parametrize("call", range(3, 120, 13))
def test_a_killed_worker_costs_nothing(story: Story, call: int) -> None:
    """Whoever dies at any call, another goes on after the lease: nothing is told twice, and nothing is left out."""
    client = Client(spoiled(story))
    table = over(client)
    at_once = audit.audit_all(table, now=story.now)
    job_id, now = begin(table, story.now), story.now
    for later in (call, 2 * call):
        client.die_at = client.calls + later
        with suppress(KilledError):
            carried_on(table, job_id, now, seconds=0)
        now += LEASE
    client.die_at = -1
    report = audit.found_in(carried_on(table, job_id, now))
    assert report.findings == at_once
    assert (report.differences, report.ambassadors) == (len(at_once), 2)


def test_only_so_many_findings_are_kept(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """All differences are counted, whatever their number, and the first are kept."""
    monkeypatch.setattr(audit, "FINDINGS_MAX", 2)
    table = table_of(spoiled(story))
    at_once = audit.audit_all(table, now=story.now)
    report = audit.found_in(carried_on(table, begin(table, story.now), story.now))
    assert report.findings == at_once[:2]
    assert report.differences == len(at_once)


# --- over HTTP, and every day -----------------------------------------------------------------------------------------


@contextmanager
def reopened(story: Story, items: Items) -> Iterator[QuickShop]:
    """A shop that goes on with these items."""
    client = Client(items)
    table = over(client)
    QuickShop.client = client
    with open_shop(seed=2) as shop, patch.object(deps, "table", lambda: table):
        opened = QuickShop(shop.cloud, shop.faults)
        opened.now = story.now
        opened.stream()
        yield opened


def asked(shop: Shop, query: str) -> Body:
    """An audit at once."""
    answer = shop.call("GET", f"/v1/ledger/audit?{query}", scope="admin:read")
    assert answer.status_code == 200, answer.body
    return shop.read(answer)


def job_of(shop: Shop, told: Body) -> Body:
    """An audit as a job, as it is shown when the schedule has run for a minute."""
    answer = shop.call("POST", "/v1/ledger/audit", told, scope="admin:write")
    assert answer.status_code == 202, answer.body
    path = answer.headers["Location"].removeprefix("https://friends.shop.example")
    shop.minute()
    return shop.read(shop.call("GET", path, scope="admin:read"))


def test_an_audit_over_http(story: Story) -> None:
    """One ambassador and a sample are audited within the request; a sample can be drawn again."""
    with reopened(story, story.items) as shop:
        one = asked(shop, f"ambassador_id={story.ids['maya']}")
        assert (one["complete"], one["result"]["differences"], one["result"]["findings"]) == (True, 0, [])
        assert (one["result"]["ambassadors"], one["result"]["moving"]) == (1, [])
        assert one["result"]["entries"] == sum(pk == f"LEDGER#{story.ids['maya']}" for pk, _ in story.items)
        both = asked(shop, "sample=5")
        assert (both["sample"], both["seed"], both["result"]["ambassadors"]) == (5, f"{story.now:%Y-%m-%d}", 2)
        assert asked(shop, "sample=1&seed=a") == asked(shop, "sample=1&seed=a")


def test_a_finding_over_http(story: Story) -> None:
    """A finding says of what kind it is, where, and what was expected and found; a job says the same."""
    with reopened(story, spoiled(story)) as shop:
        told = {"ambassador_id": story.ids["asha"]}
        findings = asked(shop, f"ambassador_id={told['ambassador_id']}")["result"]["findings"]
        assert {"kind": "counter", "where": f"{story.ids['asha']}/settled", "expected": 1, "found": 5} in findings
        job = job_of(shop, told)
        assert (job["state"], job["kind"], job["progress"]) == ("done", "audit", {"done": 1, "total": 1})
        assert job["result"]["findings"] == findings


def test_what_does_not_fit_into_a_request_becomes_a_job(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the time is up the answer says so, and what to send for a job that does the whole of it."""
    monkeypatch.setattr(audit, "SECONDS", 0)
    with reopened(story, story.items) as shop:
        for query in (f"ambassador_id={story.ids['maya']}", "sample=2&seed=x"):
            cut = asked(shop, query)
            assert (cut["complete"], cut["continue"]["method"]) == (False, "POST")
            job = job_of(shop, cut["continue"]["body"])
            assert (job["state"], job["result"]["differences"]) == ("done", 0)
            assert job["result"]["ambassadors"] == cut.get("sample", 1)
        everything = job_of(shop, {"all": True})
        assert (everything["state"], everything["progress"]) == ("done", {"done": 2, "total": 2})


def a_day(shop: Shop) -> None:
    """The schedule's daily call, and the minutes after it."""
    event = {"id": "1", "account": "0", "region": "r", "detail": {}, "detail-type": "t", "source": "s", "time": "t"}
    schedule.every_day({**event, "version": "0", "resources": []}, None)
    shop.minute()


def counted(capsys: pytest.CaptureFixture[str]) -> list[float]:
    """The values of the metric that the alarm watches."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "AuditDifferences" in line]
    assert all(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["service"]] for line in lines)
    assert all(line["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Referrals" for line in lines)
    return [value for line in lines for value in line["AuditDifferences"]]


def test_the_daily_audit_raises_its_metric(story: Story, capsys: pytest.CaptureFixture[str]) -> None:
    """A difference is counted where the alarm looks, on the day of its part of the table; without one nothing is."""
    with reopened(story, story.items) as shop:
        a_day(shop)
        job = deps.table().read_job(f"job_audit-{shop.now:%Y-%m-%d}")
        assert job is not None
        assert (job.state, job.author, job.progress) == ("done", "schedule", 2)
        assert counted(capsys) == []
    with reopened(story, spoiled(story)) as shop:
        a_day(shop)
        a_day(shop)
        assert sum(counted(capsys)) == len(audit.audit_all(deps.table(), now=shop.now)) > 0


def test_the_alarm_watches_that_metric() -> None:
    """By the namespace, name and dimension by which it is raised."""
    alarm = json.loads((ROOT / "infra" / "resources.json").read_text())["Resources"]["AuditDifferences"]["Properties"]
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Threshold"]) == ("Referrals", "AuditDifferences", 1)
    assert alarm["Dimensions"] == [{"Name": "service", "Value": "referrals"}]


def test_day_by_day_nobody_is_left_out(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each day goes on where the last one ended, days without an audit or not, and begins anew behind the last list."""
    monkeypatch.setattr(audit, "PART_MIN", 1)
    table, now, findings = table_of(spoiled(story)), story.now, list[list[Finding]]()
    wanted = audit.audit_all(table, now=now)
    for day in range(40):
        now += timedelta(days=5 if day == 3 else 1)
        job = audit.begin_daily(table, now=now)
        assert job is not None
        assert audit.begin_daily(table, now=now) is None
        done = carried_on(table, job.id, now)
        findings.append(audit.found_in(done).findings)
        if not json.loads(done.cursor or "{}")["name"]:
            break
    assert day > 6
    assert kinds_in([it for part in findings for it in part]) == kinds_in(wanted)
    assert sum(len(part) for part in findings) == len(wanted)
    again = audit.begin_daily(table, now=now + timedelta(days=1))
    assert again is not None
    assert audit.found_in(carried_on(table, again.id, now + timedelta(days=1))).ambassadors == 1


@pytest.mark.parametrize(
    ("told", "pointer"),
    [
        ({}, ""),
        ({"seed": "x"}, ""),
        ({"all": True, "sample": 3}, ""),
        ({"ambassador_id": "amb_1", "sample": 3}, ""),
        ({"all": True, "seed": "x"}, "/seed"),
    ],
)
def test_an_audit_is_of_one_a_sample_or_all(shop: Shop, told: Body, pointer: str) -> None:
    """One of the three, and a seed goes with a sample."""
    answer = shop.call("POST", "/v1/ledger/audit", told, scope="admin:write")
    assert answer.status_code == 400
    assert [it["pointer"] for it in shop.read(answer)["errors"]] == [pointer]


def test_an_audit_that_is_at_work_is_not_overtaken(story: Story) -> None:
    """While yesterday's audit is not done, today has none; it begins tomorrow, where yesterday's will have ended."""
    table = table_of(story.items)
    assert audit.begin_daily(table, now=story.now) is not None
    assert audit.begin_daily(table, now=story.now + timedelta(days=1)) is None
    carried_on(table, f"job_audit-{story.now:%Y-%m-%d}", story.now)
    assert audit.begin_daily(table, now=story.now + timedelta(days=1)) is not None
