"""Coupons: from an ambassador's page to the checkout, and back when nobody uses them."""

import csv
import io
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from chalice.test import HTTPResponse

from chalicelib import deps
from chalicelib.aws.services import DYNAMODB, Service
from chalicelib.domain.model.access import IdempotencyKey
from chalicelib.domain.money import Money
from chalicelib.operations.accounts.withdrawals import Wanted, withdraw
from chalicelib.store.table import BusyError, Table
from chalicelib.store.wire import Wire
from chalicelib.workers.due import attend
from memory.faults import cancelled, lost, refused
from memory.shop import PROGRAM, Body, Shop, eur, refusal

SPENDS = "/v1/ambassadors/me/spends"


class Purse:
    """An ambassador with 13.50 euro available, signed in at the shop."""

    def __init__(self, shop: Shop, **rules: object) -> None:
        self.shop = shop
        shop.publish(spend_minimum=200, **rules)
        maya = shop.enrol()
        self.id = maya["id"]
        shop.redeem(maya["code"], "o1", 15000)
        shop.stream()
        shop.days(31)
        self.again()

    def again(self) -> None:
        """Sign in anew: a session lasts an hour."""
        self.session = self.shop.session(self.id)

    def spend(self, amount: object = 500, key: str = "s-1") -> HTTPResponse:
        """Ask for a coupon."""
        told = {"amount": eur(amount) if isinstance(amount, int) else amount}
        headers = {"Authorization": f"Bearer {self.session}", "Idempotency_Key": key}
        return self.shop.call("POST", SPENDS, told, **headers)

    def coupon(self, amount: int = 500, key: str = "s-1") -> Body:
        """Get a coupon."""
        answer = self.spend(amount, key)
        assert answer.status_code == 201, answer.body
        return self.shop.read(answer)

    @property
    def balances(self) -> tuple[int, int, int]:
        """Available, reserved, spent."""
        account = self.shop.account(self.id)
        return account["available"], account["reserved"], account["spent"]

    def listed(self) -> list[Body]:
        """The coupons as the ambassador sees them."""
        answer = self.shop.call("GET", SPENDS, Authorization=f"Bearer {self.session}")
        return list(self.shop.read(answer)["items"])


POINTS = {
    "tiers": [{"name": "All", "threshold": 0, "reward": {"amount": 750, "unit": "points"}}],
    "units": {"points": {"value": 1, "per": 10, "minimum": 500}},
}
"""750 points for each order; ten are worth a cent, from 500 on."""


def points(amount: int) -> Body:
    """A number of points as a request carries it."""
    return {"amount": amount, "unit": "points"}


@pytest.fixture
def purse(shop: Shop) -> Purse:
    """An ambassador with something to spend."""
    return Purse(shop)


def confirm(shop: Shop, code: str, order_id: str = "o7") -> HTTPResponse:
    """Use a coupon on an order."""
    return shop.call("POST", f"/v1/coupons/{code}/confirm", {"order_id": order_id}, scope="checkout")


def cancel(shop: Shop, code: str) -> HTTPResponse:
    """Give a coupon back."""
    return shop.call("POST", f"/v1/coupons/{code}/cancel", {}, scope="checkout")


def outcome(answer: HTTPResponse) -> tuple[int, Any]:
    """The status of an answer, with its reason or whether it is a replay."""
    body = Shop.read(answer)
    return answer.status_code, body.get("reason", answer.headers.get("Idempotent-Replayed"))


def test_a_coupon_from_wish_to_use(shop: Shop, purse: Purse) -> None:
    """Reserved when it is asked for, spent when the checkout confirms it; the ledger says both, without the code."""
    made = purse.coupon(500)
    assert made["status"] == "reserved"
    assert made["amount"] == eur(500)
    assert made["expires_at"] == (shop.now + timedelta(days=30)).isoformat().replace("+00:00", "Z")
    assert made["code"].startswith("CPN")
    assert purse.balances == (850, 500, 0)
    shown = shop.read(shop.call("GET", f"/v1/coupons/{made['code']}", scope="checkout"))
    assert shown == made
    used = confirm(shop, made["code"])
    assert used.status_code == 201
    assert shop.read(used)["status"] == "confirmed"
    assert shop.read(used)["order_id"] == "o7"
    assert purse.balances == (850, 0, 500)
    entries = shop.entries(ambassador_id=purse.id)
    assert [entry["kind"] for entry in entries] == ["hold", "release", "spend", "spend_confirmed"]
    assert {entry["cause"] for entry in entries[2:]} == {f"spend:{made['id']}"}
    assert made["code"] not in str(entries)
    assert [entry["kind"] for entry in shop.entries(kind="spend_confirmed")] == ["spend_confirmed"]


def test_a_cancelled_coupon_gives_all_back(shop: Shop, purse: Purse) -> None:
    """The money is available again, and may be spent again."""
    made = purse.coupon(1350)
    assert purse.balances == (0, 1350, 0)
    assert shop.read(cancel(shop, made["code"]))["status"] == "cancelled"
    assert purse.balances == (1350, 0, 0)
    assert purse.coupon(1350, "s-2")["code"] != made["code"]


@pytest.mark.parametrize(
    ("amount", "reason"),
    [
        (eur(1351), "insufficient_balance"),
        (eur(10**12), "insufficient_balance"),
        (eur(199), "below_minimum"),
        (eur(0), "below_minimum"),
        ({"amount": 500, "currency": "USD"}, "currency_mismatch"),
    ],
)
def test_what_cannot_be_spent(shop: Shop, purse: Purse, amount: Body, reason: str) -> None:
    """422 with its reason; nothing is stored, and the key may be used for another wish."""
    before = shop.everything()
    assert outcome(purse.spend(amount)) == (422, reason)
    assert shop.everything() == before
    assert purse.spend(200).status_code == 201


def test_held_money_cannot_be_spent(shop: Shop, purse: Purse) -> None:
    """Goods may still come back: only what the hold has left behind counts."""
    shop.redeem(shop.enrol()["code"], "o2", 90000)
    shop.stream()
    assert shop.account(purse.id)["held"] == 8100
    assert outcome(purse.spend(1351)) == (422, "insufficient_balance")


def test_a_repeat_of_a_wish_is_one_coupon(shop: Shop, purse: Purse) -> None:
    """The same key with the same body shows the coupon again, even when nothing is left; with another body 422."""
    made = purse.coupon(1350)
    again = purse.spend(1350)
    assert outcome(again) == (200, "true")
    assert shop.read(again) == made
    assert outcome(purse.spend(400)) == (422, "idempotency_key_reused")
    assert outcome(purse.spend(400, "s-2")) == (422, "insufficient_balance")
    assert purse.balances == (0, 1350, 0)


def test_without_a_key_nothing_is_spent(shop: Shop, purse: Purse) -> None:
    """The header is required: without it a lost answer would cost the ambassador twice."""
    answer = shop.call("POST", SPENDS, {"amount": eur(500)}, Authorization=f"Bearer {purse.session}")
    assert answer.status_code == 400
    assert purse.balances == (1350, 0, 0)


def test_only_the_ambassador_spends(shop: Shop, purse: Purse) -> None:
    """No key of the shop makes coupons in their name, and another ambassador's session meets nobody."""
    key = {"Idempotency_Key": "s-1"}
    for scope in shop.keys:
        answer = shop.call("POST", f"/v1/ambassadors/{purse.id}/spends", {"amount": eur(500)}, scope=scope, **key)
        assert answer.status_code == 403
    ravi = shop.session(shop.enrol("ravi@example.com", "Ravi")["id"])
    for method, body in (("POST", {"amount": eur(500)}), ("GET", None)):
        path = f"/v1/ambassadors/{purse.id}/spends"
        assert shop.call(method, path, body, Authorization=f"Bearer {ravi}", **key).status_code == 404
    assert purse.balances == (1350, 0, 0)


def test_what_the_checkout_says_twice_counts_once(shop: Shop, purse: Purse) -> None:
    """Confirming or cancelling again is a replay with the same body; a coupon on two orders is a conflict."""
    one, two = purse.coupon(500, "s-1")["code"], purse.coupon(500, "s-2")["code"]
    first = confirm(shop, one)
    assert outcome(confirm(shop, one)) == (200, "true")
    assert shop.read(confirm(shop, f"{one[:5].lower()}-{one[5:]}")) == shop.read(first)
    assert outcome(confirm(shop, one, "o8")) == (409, "conflicting_repeat")
    assert outcome(cancel(shop, one)) == (409, "coupon_confirmed")
    first = cancel(shop, two)
    assert outcome(first) == (201, None)
    assert outcome(cancel(shop, two)) == (200, "true")
    assert shop.read(cancel(shop, two)) == shop.read(first)
    assert outcome(confirm(shop, two)) == (409, "coupon_cancelled")
    assert purse.balances == (850, 0, 500)
    assert len(shop.entries(ambassador_id=purse.id)) == 6


def test_an_unused_coupon_cancels_itself(shop: Shop, purse: Purse) -> None:
    """From its end on it can't be used, also before the schedule has come by; then the money is back, once."""
    made = purse.coupon(500)
    shop.now += timedelta(days=30)
    assert outcome(confirm(shop, made["code"])) == (409, "coupon_cancelled")
    shown = shop.read(shop.call("GET", f"/v1/coupons/{made['code']}", scope="admin:read"))
    assert shown["status"] == "expired"
    assert purse.balances == (850, 500, 0)
    shop.days(0)
    assert purse.balances == (1350, 0, 0)
    assert shop.read(shop.call("GET", f"/v1/coupons/{made['code']}", scope="admin:read"))["status"] == "expired"
    assert outcome(confirm(shop, made["code"])) == (409, "coupon_cancelled")
    assert outcome(cancel(shop, made["code"])) == (200, "true")
    assert shop.entries(ambassador_id=purse.id)[-1]["reason"] == "expired"
    assert deps.table().count_due(shop.now + timedelta(days=999)) == 0


def test_a_coupon_that_is_looked_at_too_early_stays(shop: Shop, purse: Purse) -> None:
    """What is due is only a hint: a worker whose list is old finds a coupon whose time is not over, and leaves it."""
    made = purse.coupon(500)
    shop.now += timedelta(days=30, seconds=-1)
    attend([f"WITHDRAWAL#{made['id']}"])
    assert purse.balances == (850, 500, 0)
    assert outcome(confirm(shop, made["code"])) == (201, None)


def test_a_used_coupon_is_not_looked_at_again(shop: Shop, purse: Purse) -> None:
    """Once it is confirmed or cancelled, nothing of it is due."""
    for key, end in (("s-1", confirm), ("s-2", cancel)):
        end(shop, purse.coupon(500, key)["code"])
    shop.stream()
    assert deps.table().count_due(shop.now + timedelta(days=999)) == 0
    shop.days(31)
    assert purse.balances == (850, 0, 500)


def test_a_coupon_that_expires_at_the_same_moment_as_it_is_confirmed_ends_one_way(shop: Shop, purse: Purse) -> None:
    """The schedule has read the coupon when the checkout confirms it: the schedule looks again, and leaves it."""
    code = purse.coupon(500)["code"]
    moment = shop.now
    shop.now += timedelta(days=30)

    def a_moment_before() -> None:
        now, shop.now = shop.now, moment + timedelta(days=29)
        assert confirm(shop, code).status_code == 201
        shop.now = now

    shop.faults.before("TransactWriteItems", a_moment_before)
    shop.minute()
    assert purse.balances == (850, 0, 500)
    assert [kind for kind, _ in shop.postings(ambassador_id=purse.id)][2:] == ["spend", "spend_confirmed"]


def test_a_clawback_may_leave_a_debt_beside_a_coupon(shop: Shop, purse: Purse) -> None:
    """What is reserved stays reserved: the debt lies in what is available, and the next reward pays it off."""
    code = purse.coupon(1350)["code"]
    shop.refund("o1", "r1", 13500)
    shop.days(0.1)
    assert purse.balances == (-1350, 1350, 0)
    purse.again()
    assert outcome(purse.spend(200, "s-2")) == (422, "insufficient_balance")
    confirm(shop, code)
    assert purse.balances == (-1350, 0, 1350)


def test_a_spend_beside_a_settlement_tries_again(shop: Shop, purse: Purse) -> None:
    """A refund is settled between reading and writing: the spend decides anew, on what is really there."""

    def meanwhile() -> None:
        shop.refund("o1", "r1", 12000)
        shop.days(0.01)

    shop.faults.before("TransactWriteItems", meanwhile)
    assert outcome(purse.spend(1350)) == (422, "insufficient_balance")
    assert purse.balances == (150, 0, 0)


def test_two_like_wishes_for_all_the_money_are_one_coupon(shop: Shop, purse: Purse) -> None:
    """The other one took it all between the look and the account: both hear of the one coupon, and none is refused."""
    first: list[HTTPResponse] = []

    def meanwhile() -> None:
        assert shop.faults.calls[-1][1]["Key"]["SK"] == {"S": "IDEM"}
        shop.faults.before("GetItem")
        first.append(purse.spend(1350))

    looks = 2  # the session of the request and its key are read first, then whether it was sent before
    shop.faults.after("GetItem", *[None] * looks, meanwhile)
    second = purse.spend(1350)
    assert [answer.status_code for answer in (*first, second)] == [201, 200]
    assert second.headers["Idempotent-Replayed"] == "true"
    assert shop.read(second) == shop.read(first[0])
    assert purse.balances == (0, 1350, 0)


def test_a_spend_that_never_gets_its_turn_gives_up(shop: Shop, purse: Purse) -> None:
    """Whether others hold the items or are always faster: after some seconds that is said, and nothing is done."""
    moment = [0.0]
    wire = Wire(
        Service(DYNAMODB, connect=1, answer=3).call,
        deps.settings().table,
        sleep=lambda seconds: moment.__setitem__(0, moment[0] + seconds),
        clock=lambda: moment[0],
    )
    for trouble in (cancelled("None", "TransactionConflict"), cancelled("None", "ConditionalCheckFailed")):
        before, moment[0] = shop.everything(), 0.0
        shop.faults.before("TransactWriteItems", *[trouble] * 500)
        with pytest.raises(BusyError):
            withdraw(
                Table(wire),
                Wanted("spend", purse.id, Money(500, "EUR")),
                deps.program(),
                idempotency_key=IdempotencyKey("a" * 64, "b" * 32, shop.now),
                now=shop.now,
                chance=deps.chance(),
            )
        assert 4 < moment[0] < 15
        assert shop.everything() == before
    shop.faults.before("TransactWriteItems")


def test_who_was_never_merged_pays_nothing_for_mergers(shop: Shop, purse: Purse) -> None:
    """A tap reads the session with the key that began it, the request's key and the account, and writes once.

    Other ids are looked for where there are.
    """
    before = len(shop.faults.calls)
    assert purse.spend(500).status_code == 201
    assert [name for name, _ in shop.faults.calls[before:]] == ["GetItem"] * 4 + ["TransactWriteItems"]


def test_a_table_without_time_is_a_503(shop: Shop, purse: Purse) -> None:
    """Retry-After says when to come again, and then the same request works."""
    shop.faults.before("GetItem", None, *[refused("ThrottlingException")] * 3)
    answer = purse.spend(500)
    assert outcome(answer) == (503, "busy")
    assert answer.headers["Retry-After"] == "1"
    assert purse.balances == (1350, 0, 0)
    assert purse.spend(500).status_code == 201


def test_a_lost_answer_spends_nothing_twice(shop: Shop, purse: Purse) -> None:
    """The transaction took effect and nobody heard of it: it is sent again, and its key says that it was done."""
    shop.faults.after("TransactWriteItems", lost)
    assert purse.spend(500).status_code in {200, 201}
    assert purse.balances == (850, 500, 0)
    code = purse.listed()[0]["code"]
    shop.faults.after("TransactWriteItems", lost)
    assert confirm(shop, code).status_code in {200, 201}
    assert purse.balances == (850, 0, 500)


def test_spending_counts_as_activity(shop: Shop) -> None:
    """What is left would have expired; the spend gives it as long again, and money of an unused coupon expires too."""
    purse = Purse(shop, expiry_months=3, expiry_notice_days=0)
    shop.days(50)
    purse.again()
    purse.coupon(500)
    shop.days(45)
    assert purse.balances == (1350, 0, 0)
    shop.days(60)
    assert shop.account(purse.id)["expired"] == 1350
    assert shop.postings(kind="expiry", ambassador_id=purse.id) == [("expiry", 1350)]


def test_the_list_of_coupons(shop: Shop, purse: Purse) -> None:
    """The newest first, page after page, for the ambassador and for an admin."""
    codes = []
    for n in range(5):
        shop.now += timedelta(seconds=1)
        codes.append(purse.coupon(200, f"s-{n}")["code"])
    confirm(shop, codes[1])
    assert [it["code"] for it in purse.listed()] == codes[::-1]
    assert Counter(it["status"] for it in purse.listed()) == {"reserved": 4, "confirmed": 1}
    path, found = f"/v1/ambassadors/{purse.id}/spends", []
    following: str | None = ""
    while following is not None:
        page = shop.read(shop.call("GET", f"{path}?limit=2{following}", scope="admin:read"))
        found += page["items"]
        following = page["next_cursor"] and f"&cursor={page['next_cursor']}"
    assert found == purse.listed()


def test_a_coupon_is_no_code_to_share(shop: Shop, purse: Purse) -> None:
    """Typed into the wrong field it is unknown there, and a code to share is no coupon."""
    code = purse.coupon()["code"]
    assert outcome(shop.redeem(code, "o9")) == (422, "unknown_code")
    assert confirm(shop, shop.enrol()["code"]).status_code == 404
    assert shop.call("GET", "/v1/coupons/💥", scope="checkout").status_code == 404


def test_the_ambassadors_page_shows_what_is_reserved(shop: Shop, purse: Purse) -> None:
    """Beside held, available and spent, also while it is nothing."""
    session = {"Authorization": f"Bearer {purse.session}"}
    shown = shop.read(shop.call("GET", "/v1/ambassadors/me", **session))["account"]
    assert shown["reserved"] == [eur(0)]
    purse.coupon(500)
    shown = shop.read(shop.call("GET", "/v1/ambassadors/me", **session))["account"]
    assert (shown["available"], shown["reserved"], shown["spent"]) == ([eur(850)], [eur(500)], [eur(0)])


# --- points -----------------------------------------------------------------------------------------------------------


def test_points_buy_a_coupon_that_is_worth_money(shop: Shop) -> None:
    """It shows both; its entries are in points, the checkout confirms it as any other, and the books are sound."""
    purse = Purse(shop, **POINTS)
    answer = purse.spend(points(700))
    coupon = shop.read(answer)
    assert (answer.status_code, coupon["amount"], coupon["spent"]) == (201, eur(70), points(700))
    assert shop.read(shop.call("GET", f"/v1/coupons/{coupon['code']}", scope="checkout"))["amount"] == eur(70)
    assert confirm(shop, coupon["code"]).status_code == 201
    assert purse.listed() == [
        {**coupon, "status": "confirmed", "order_id": "o7", "closed_at": purse.listed()[0]["closed_at"]}
    ]
    moved = [
        leg
        for kind in ("spend", "spend_confirmed")
        for it in shop.entries(ambassador_id=purse.id, kind=kind)
        for leg in it["legs"]
    ]
    assert {leg["unit"] for leg in moved} == {"points"}
    sheet = shop.call(
        "GET", f"/v1/ledger?ambassador_id={purse.id}", scope="admin:read", Accept="text/csv"
    ).body.decode()
    assert {(row["currency"], row["unit"]) for row in csv.DictReader(io.StringIO(sheet))} == {("", "points")}
    assert [leg["amount"] for leg in moved] == [-700, 700, -700, 700]
    assert shop.findings(purse.id) == []


@pytest.mark.parametrize(
    ("amount", "reason"),
    [
        (points(705), "not_divisible"),
        (points(490), "below_minimum"),
        (points(760), "insufficient_balance"),
        ({"amount": 500, "unit": "stars"}, "not_spendable"),
        (eur(500), "insufficient_balance"),
    ],
)
def test_points_that_are_not_spent(shop: Shop, amount: Body, reason: str) -> None:
    """Half steps, too few, more than there are, of another unit, or as the money that they are not: nothing moves."""
    purse = Purse(shop, **POINTS)
    before = shop.everything()
    answer = purse.spend(amount)
    assert refusal(answer) == (422, reason)
    assert shop.everything() == before


def test_points_that_nobody_has_put_a_worth_on_stay(shop: Shop) -> None:
    """Until the program says what they are worth; a payout of points there is never."""
    purse = Purse(shop, **{**POINTS, "units": {}})
    assert shop.read(purse.spend(points(700)))["reason"] == "not_spendable"
    payout = shop.call(
        "POST", f"/v1/ambassadors/{purse.id}/payouts", {"amount": points(700)}, scope="admin:write", Idempotency_Key="p"
    )
    assert payout.status_code == 400


def test_a_worth_is_that_of_the_moment(shop: Shop) -> None:
    """A coupon that is out keeps its worth when the rules change, the next has the new one; the audit knows both."""
    purse = Purse(shop, **POINTS)
    coupon = shop.read(purse.spend(points(500)))
    rules = {**PROGRAM, **POINTS, "units": {"points": {"value": 2, "per": 10}}}
    shop.publish(**rules)
    assert shop.read(shop.call("GET", f"/v1/coupons/{coupon['code']}", scope="checkout"))["amount"] == eur(50)
    assert shop.read(purse.spend(points(250), "s-2"))["amount"] == eur(50)
    assert shop.findings(purse.id) == []


def test_a_coupon_for_points_is_returned_in_points_or_in_money(shop: Shop) -> None:
    """The money that an order did not need is as many points as it cost; what is left comes back whole."""
    purse = Purse(shop, **POINTS)
    code = shop.read(purse.spend(points(700)))["code"]
    confirm(shop, code)
    for n, (amount, left) in enumerate(((eur(30), 400), (points(5), 395), (None, 0))):
        told = {"note": "sent back", **({"amount": amount} if amount else {})}
        answer = shop.call("POST", f"/v1/coupons/{code}/return", told, scope="checkout", Idempotency_Key=f"r-{n}")
        assert answer.status_code == 201, answer.body
        assert shop.read(answer)["returned"] == points(700 - left)
    again = {"note": "again", "amount": eur(1)}
    answer = shop.call("POST", f"/v1/coupons/{code}/return", again, scope="checkout", Idempotency_Key="r-9")
    assert refusal(answer) == (409, "more_than_left")


def test_an_ambassador_is_told_what_can_be_spent(shop: Shop) -> None:
    """Money and points, from how many on, and what they are worth."""
    purse = Purse(shop, **POINTS)
    told = shop.read(shop.call("GET", "/v1/ambassadors/me", Authorization=f"Bearer {purse.session}"))["spending"]
    assert told == [{"minimum": eur(200)}, {"minimum": points(500), "per": points(10), "value": eur(1)}]


def take_back(shop: Shop, purse: Purse, spend_id: str) -> HTTPResponse:
    """Take a coupon back as the ambassador."""
    return shop.call("POST", f"{SPENDS}/{spend_id}/cancel", {}, Authorization=f"Bearer {purse.session}")


def test_an_ambassador_takes_back_a_coupon(shop: Shop, purse: Purse) -> None:
    """What it took is available again, once, and the checkout takes it no more; the books agree."""
    coupon = purse.coupon(500)
    assert [take_back(shop, purse, coupon["id"]).status_code for _ in range(2)] == [201, 200]
    assert purse.balances == (1350, 0, 0)
    assert refusal(confirm(shop, coupon["code"])) == (409, "coupon_cancelled")
    assert shop.findings(purse.id) == []


def test_a_used_coupon_is_not_taken_back(shop: Shop, purse: Purse) -> None:
    """Whatever the ambassador's page has shown a moment ago."""
    coupon = purse.coupon(500)
    confirm(shop, coupon["code"])
    assert refusal(take_back(shop, purse, coupon["id"])) == (409, "coupon_confirmed")


def test_nobody_takes_back_anothers_coupon(shop: Shop, purse: Purse) -> None:
    """Nor a payout: to them there is no such coupon."""
    coupon = purse.coupon(500)
    path = f"/v1/ambassadors/{purse.id}/payouts"
    payout = shop.read(shop.call("POST", path, {"amount": eur(200)}, scope="admin:write", Idempotency_Key="p"))
    assert refusal(take_back(shop, purse, payout["id"])) == (404, "not_found")
    lea = shop.enrol("lea@example.com")["id"]
    told = {"Authorization": f"Bearer {shop.session(lea)}"}
    answer = shop.call("POST", f"{SPENDS}/{coupon['id']}/cancel", {}, **told)
    assert refusal(answer) == (404, "not_found")
    assert purse.balances == (650, 700, 0)
