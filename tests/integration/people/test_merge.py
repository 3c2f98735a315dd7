"""Two ambassadors who are one person become one: what either had, whoever names the one, and what goes on meanwhile."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from chalice.test import HTTPResponse

from chalicelib import deps
from chalicelib.domain.effects import Create
from chalicelib.operations.people.merge import merge_ambassadors
from memory.shop import PROGRAM, Body, eur, refusal
from tests.quick_shop import QuickShop, open_quick_shop

Items = dict[tuple[str, str], Any]
"""The items of a table as they lie there, by key."""

RULES: Body = {**PROGRAM, "hold_days": 10, "expiry_months": 1, "expiry_notice_days": 0, "spend_minimum": 100}
TIERED: Body = {
    **RULES,
    "tiers": [
        {"name": "Starter", "threshold": 0, "reward": {"basis_points": 1000}},
        {"name": "Silver", "threshold": 2, "reward": {"basis_points": 1000}, "bonus": 500},
        {"name": "Gold", "threshold": 4, "reward": {"basis_points": 1000}, "bonus": 900},
    ],
    "milestones": [
        {"name": "thirds", "every": 3, "reward": {"amount": 70}},
        {"name": "first", "at": 1, "reward": {"amount": 10}},
    ],
}


@pytest.fixture
def shop() -> Iterator[QuickShop]:
    """A shop in which rewards are held for ten days and expire after a month without anything earned or spent."""
    with open_quick_shop(RULES) as opened:
        yield opened


class Two:
    """Lea, who stays, and Mia, who turns out to be Lea. Each order is of 45.00 after the discount and earns 4.50."""

    def __init__(self, shop: QuickShop) -> None:
        self.shop = shop
        self.lea = shop.enrol("lea@example.com", "Lea", customer_id="c-1")
        self.mia = shop.enrol("mia@example.com", "Mia", customer_id="c-2")

    def sell(self, who: Body, *order_ids: str, days: float = 0) -> None:
        """Redeem orders with somebody's code, settle them, and let time pass."""
        for order_id in order_ids:
            answer = self.shop.redeem(who["code"], order_id)
            assert answer.status_code == 201, answer.body
        self.shop.stream()
        if days:
            self.shop.days(days)

    def merge(self, into: str = "", other: str = "", note: str = "She wrote to us") -> HTTPResponse:
        """Merge Mia into Lea, unless told otherwise."""
        told = {"other": other or self.mia["id"], "note": note}
        return self.shop.call("POST", f"/v1/ambassadors/{into or self.lea['id']}/merge", told, scope="admin:write")

    def merged(self, **asked: Any) -> Body:
        """Merge, which works, and leaves sound books."""
        answer = self.merge(**asked)
        assert answer.status_code == 201, answer.body
        self.settle_indexes()
        assert self.findings() == []
        return self.shop.read(answer)

    @property
    def items(self) -> Items:
        """The items of the table, for somebody who writes into it."""
        return self.shop.items

    def settle_indexes(self) -> None:
        """Let what is listed be listed."""
        self.shop.stream()

    def cancel(self, order_id: str, refund_id: str = "r") -> None:
        """Cancel an order."""
        told = {"refund_id": refund_id, "kind": "cancellation"}
        assert self.shop.call("POST", f"/v1/orders/{order_id}/refunds", told, scope="checkout").status_code == 201
        self.shop.stream()

    def reverse(self, order_id: str, refund_id: str = "r") -> None:
        """Take a cancellation back."""
        path = f"/v1/orders/{order_id}/refunds/{refund_id}/reversal"
        assert self.shop.call("POST", path, {}, scope="checkout").status_code == 201
        self.shop.stream()

    def get(self, path: str = "", who: str = "", scope: str = "admin:read") -> Body:
        """Read something of Lea, or of whom a path names."""
        answer = self.shop.call("GET", f"/v1/ambassadors/{who or self.lea['id']}{path}", scope=scope)
        assert answer.status_code == 200, answer.body
        return self.shop.read(answer)

    def account(self) -> tuple[int, int, int]:
        """What Lea has: held, available, expired."""
        shown = self.shop.account(self.lea["id"])
        return shown["held"], shown["available"], shown.get("expired", 0)

    def spend(self, who: str, amount: int, key: str) -> HTTPResponse:
        """Turn money into a coupon, in a session."""
        signed_in = {"Authorization": f"Bearer {self.shop.session(who)}"}
        path = "/v1/ambassadors/me/spends"
        return self.shop.call("POST", path, {"amount": eur(amount)}, Idempotency_Key=key, **signed_in)

    def findings(self, who: str = "") -> list[Body]:
        """What an audit finds."""
        return self.shop.findings(who or self.mia["id"])


def kept(two: Two) -> list[Body]:
    """All items of the table; that a key was used is not worth a word."""
    return [{name: it for name, it in item.items() if name != "last_used_at"} for item in two.shop.everything()]


@pytest.fixture
def two(shop: QuickShop) -> Two:
    """Lea and Mia."""
    return Two(shop)


# --- what there is afterwards -----------------------------------------------------------------------------------------


def test_one_has_what_both_had(two: Two) -> None:
    """Balances, counters and lists are those of both; entries and orders stay where they are, and nothing is lost."""
    two.sell(two.lea, "l1", days=11)
    two.sell(two.mia, "m1", "m2", days=11)
    two.sell(two.mia, "m3")
    assert two.spend(two.mia["id"], 300, "s").status_code == 201
    before = {(it["PK"]["S"], it["SK"]["S"]): it for it in two.shop.everything() if it["SK"]["S"].startswith("ENTRY#")}
    told = two.merged()
    assert told["merged"] == two.mia["id"]
    assert told["absorbed"] == [two.mia["id"]]
    assert two.account() == (450, 450 + 900 - 300, 0)
    assert two.shop.account(two.lea["id"])["counted"] == 3
    assert {it["order_id"] for it in two.get("/referrals")["items"]} == {"l1", "m1", "m2", "m3"}
    assert [it["amount"]["amount"] for it in two.get("/spends")["items"]] == [300]
    after = {(it["PK"]["S"], it["SK"]["S"]): it for it in two.shop.everything()}
    assert all(after[at] == it for at, it in before.items())
    kinds = [(it["ambassador_id"], it["kind"]) for it in two.get("/ledger")["items"]]
    assert kinds.count((two.mia["id"], "merge")) == kinds.count((two.lea["id"], "merge")) == 1
    out, came = (it for it in two.get("/ledger")["items"] if it["kind"] == "merge")
    assert [(leg["account"], -leg["amount"]) for leg in out["legs"]] == [
        (leg["account"], leg["amount"]) for leg in came["legs"]
    ]
    assert (out["reason"], came["cause"]) == ("She wrote to us", f"merge:{two.mia['id']}")


def test_lists_of_two_are_one_list(two: Two) -> None:
    """Referrals are the newest first across both, page by page, none twice and none left out; so is the ledger."""
    for number in range(3):
        for who, order_id in ((two.lea, f"l{number}"), (two.mia, f"m{number}")):
            two.sell(who, order_id)
            two.shop.now += timedelta(minutes=1)
    two.merged()
    whole = [it["order_id"] for it in two.get("/referrals")["items"]]
    assert whole == ["m2", "l2", "m1", "l1", "m0", "l0"]
    for name in ("/referrals", "/ledger"):
        all_of_it = two.get(f"{name}?limit=100")["items"]
        paged: list[Body] = []
        page = two.get(f"{name}?limit=2")
        while True:
            paged += page["items"]
            if page["next_cursor"] is None:
                break
            page = two.get(f"{name}?limit=2&cursor={page['next_cursor']}")
        assert paged == all_of_it


def test_an_id_leads_on(two: Two) -> None:
    """By the former id, in a session of it, with its codes and addresses: it is Lea that is met."""
    two.sell(two.mia, "m1", days=11)
    session = {"Authorization": f"Bearer {two.shop.session(two.mia['id'])}"}
    two.merged()
    lea = two.get()
    assert two.get(who=two.mia["id"]) == {**lea, "merged_into": two.lea["id"]}
    for named in ("me", two.mia["id"], two.lea["id"]):
        own = two.shop.call("GET", f"/v1/ambassadors/{named}", **session)
        assert two.shop.read(own)["id"] == two.lea["id"]
    spent = two.shop.call("POST", "/v1/ambassadors/me/spends", {"amount": eur(200)}, Idempotency_Key="s", **session)
    assert (spent.status_code, two.shop.read(spent)["ambassador_id"]) == (201, two.lea["id"])
    for query in ("email=MIA@example.com", "customer_id=c-2", f"code={two.mia['code']}"):
        (found,) = two.shop.read(two.shop.call("GET", f"/v1/ambassadors?{query}", scope="admin:read"))["items"]
        assert (found["id"], found["merged_into"]) == (two.lea["id"], two.lea["id"])
    (found,) = two.shop.read(two.shop.call("GET", "/v1/ambassadors?customer_id=c-1", scope="admin:read"))["items"]
    assert "merged_into" not in found
    enrolled = two.shop.enrol("mia@example.com", "Mia", customer_id="c-1")
    assert (enrolled["id"], enrolled["code"]) == (two.lea["id"], two.mia["code"])
    assert "customer_id_taken" not in enrolled
    given = {"amount": eur(100), "reason": "A parcel was lost"}
    path = f"/v1/ambassadors/{two.mia['id']}/adjustments"
    assert two.shop.call("POST", path, given, scope="admin:write", Idempotency_Key="a").status_code == 201
    assert two.account() == (0, 350, 0)
    assert two.findings() == []


def test_sessions_of_both_end(two: Two) -> None:
    """They are listed together, and all end at once."""
    tokens = [two.shop.session(it["id"]) for it in (two.lea, two.mia)]
    two.merged()
    assert len(two.get("/sessions")["items"]) == 2
    ended = two.shop.call("DELETE", f"/v1/ambassadors/{two.mia['id']}/sessions", scope="sessions")
    assert two.shop.read(ended) == {"ended": 2}
    for token in tokens:
        answer = two.shop.call("GET", "/v1/ambassadors/me", Authorization=f"Bearer {token}")
        assert answer.status_code == 401


def test_codes_of_both_are_nobodys_own(two: Two) -> None:
    """With none of the codes, made before or after, any address or id of the two becomes a friend."""
    path = f"/v1/ambassadors/{two.mia['id']}/codes"
    made = two.shop.call("POST", path, {}, scope="admin:write", Idempotency_Key="a")
    two.merged()
    later = two.shop.call("POST", path, {}, scope="admin:write", Idempotency_Key="b")
    codes = [it["code"] for it in two.get("/codes")["items"]]
    assert codes == [two.lea["code"], two.mia["code"], *(two.shop.read(it)["code"] for it in (made, later))]
    for number, code in enumerate(codes):
        for person in ({"email": "lea@example.com"}, {"email": "mia@example.com"}, {"id": "c-1"}, {"id": "c-2"}):
            answer = two.shop.redeem(code, f"o{number}", customer=person)
            assert two.shop.read(answer)["reason"] == "own_code"
        assert two.shop.redeem(code, f"o{number}").status_code == 201
    two.shop.stream()
    assert two.account() == (4 * 450, 0, 0)
    assert two.findings() == []


def test_orders_of_one_with_the_other(two: Two) -> None:
    """The answer names orders on which one was the other's friend, for an admin to look at; no reward is touched."""
    two.shop.redeem(two.lea["code"], "own", customer={"email": "mia@example.com"})
    two.sell(two.lea, "other")
    told = two.merged()
    assert [(it["order_id"], it["ambassador_id"]) for it in told["own_orders"]] == [("own", two.lea["id"])]
    assert two.account() == (900, 0, 0)


# --- what goes on -----------------------------------------------------------------------------------------------------


def test_orders_go_on(two: Two) -> None:
    """What Mia's orders do later is posted to Lea: they are released, refunded, cancelled, and explained as before."""
    two.sell(two.mia, "m1", "m2")
    two.merged()
    two.shop.days(11)
    assert two.account() == (0, 900, 0)
    two.cancel("m1")
    assert two.account() == (0, 450, 0)
    two.reverse("m1")
    assert two.account() == (0, 900, 0)
    order = two.shop.order("m1")
    assert [it["kind"] for it in order["entries"]] == ["hold", "release", "clawback", "reinstate"]
    assert [it["ambassador_id"] for it in order["entries"]] == [two.mia["id"], *[two.lea["id"]] * 3]
    assert [it["kind"] for it in two.shop.entries(order_id="m1")] == ["hold", "release", "clawback", "reinstate"]
    assert two.findings() == []


def test_versions_of_two_accounts_may_be_alike(two: Two) -> None:
    """An order that was held in a version of Mia's account and released in the same one of Lea's was told of both."""
    two.sell(two.mia, "m1")
    two.sell(two.mia, "m2", "m3")
    two.merged()
    versions = {it["id"].rpartition("_")[2] for it in two.shop.order("m3")["entries"]}
    two.shop.days(11)
    after = {it["id"].rpartition("_")[2] for it in two.shop.order("m3")["entries"]} - versions
    assert {it.partition("-")[0] for it in after} == {it.partition("-")[0] for it in versions}
    assert two.findings() == []


def test_an_order_that_was_not_settled_yet(two: Two) -> None:
    """An order with Mia's code that is settled after the merger is Lea's by its terms: the next place, her account."""
    two.sell(two.lea, "l1")
    two.shop.redeem(two.mia["code"], "m1")
    two.merged()
    two.sell(two.lea, "l2")
    assert two.account() == (3 * 450, 0, 0)
    assert two.findings() == []


def test_withdrawals_go_on(two: Two) -> None:
    """A coupon and a payout that Mia had asked for end in Lea's account, confirmed or cancelled."""
    two.sell(two.mia, "m1", days=11)
    coupon = two.shop.read(two.spend(two.mia["id"], 200, "s"))
    path = f"/v1/ambassadors/{two.mia['id']}/payouts"
    asked = two.shop.call("POST", path, {"amount": eur(100)}, scope="admin:write", Idempotency_Key="p")
    two.merged()
    cancelled = two.shop.call("POST", f"/v1/coupons/{coupon['code']}/cancel", {}, scope="checkout")
    assert cancelled.status_code == 201
    confirmed = two.shop.call(
        "POST", f"/v1/payouts/{two.shop.read(asked)['id']}/confirm", {"reference": "b"}, scope="admin:write"
    )
    assert confirmed.status_code == 201
    assert two.account() == (0, 350, 0)
    assert two.findings() == []


@pytest.mark.parametrize("present", [True, False], ids=["of the other one", "of the present one"])
def test_a_repeat_is_known_under_any_id(two: Two, present: bool) -> None:
    """A tap whose answer was lost, repeated after a merger in a session of another id: the coupon and code of then."""
    two.sell(two.mia, "m1")
    two.sell(two.lea, "l1", days=11)
    before, later = (two.mia, two.lea) if present else (two.lea, two.mia)
    sessions = [{"Authorization": f"Bearer {two.shop.session(it['id'])}"} for it in (before, later)]

    def ask(session: Body, what: str, body: Body) -> HTTPResponse:
        path = f"/v1/ambassadors/me/{what}"
        return two.shop.call("POST", path, body, Idempotency_Key="tap", **session)

    wishes: dict[str, Body] = {"spends": {"amount": eur(200)}, "codes": {}}
    first = {what: two.shop.read(ask(sessions[0], what, body)) for what, body in wishes.items()}
    two.merged()
    for what, body in wishes.items():
        again = ask(sessions[1], what, body)
        assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
        assert two.shop.read(again)["code"] == first[what]["code"]
    assert refusal(ask(sessions[1], "spends", {"amount": eur(300)})) == (422, "idempotency_key_reused")
    assert two.account() == (0, 700, 0)
    assert two.findings() == []


def test_two_taps_at_once_under_two_ids(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has looked and found nothing; one makes the coupon, the other is answered as its repeat."""
    two.sell(two.mia, "m1", days=11)
    session = {"Authorization": f"Bearer {two.shop.session(two.mia['id'])}"}
    two.merged()
    answers: list[HTTPResponse] = []

    def other() -> None:
        path = "/v1/ambassadors/me/spends"
        answers.append(two.shop.call("POST", path, {"amount": eur(200)}, Idempotency_Key="tap", **session))

    overtake(monkeypatch, other)
    answers.append(two.spend(two.lea["id"], 200, "tap"))
    monkeypatch.undo()
    assert [it.status_code for it in answers] == [201, 200]
    assert two.account() == (0, 250, 0)


def test_prizes_are_for_one_person(shop: QuickShop) -> None:
    """Of a prize that both have one is lost, what only the sum reaches is granted, and later orders go on there."""
    shop.publish(**TIERED)
    two = Two(shop)
    two.sell(two.lea, "l1", "l2", days=11)
    two.sell(two.mia, "m1", "m2", days=11)
    assert two.account() == (0, 2 * 450 + 500 + 10, 0)
    two.merged()
    # Silver and the first referral were granted twice; four make Gold, and three the milestone.
    assert two.account() == (0, 4 * 450 + 500 + 10 + 900 + 70, 0)
    assert two.get()["tier"]["name"] == "Gold"
    two.sell(two.lea, "l3", "l4", days=11)
    assert two.account() == (0, 6 * 450 + 500 + 10 + 900 + 2 * 70, 0)
    for order_id in ("l1", "l2", "l3", "l4", "m1", "m2"):
        two.cancel(order_id)
    assert two.account() == (0, 0, 0)
    assert two.findings() == []


@pytest.mark.parametrize("cap", [{"amount": 1200}, {"count": 2}])
def test_caps_are_for_one_person(shop: QuickShop, cap: Body) -> None:
    """What both have taken of a cap is taken."""
    shop.publish(**{**RULES, "caps": [{"per": "month", **cap}]})
    two = Two(shop)
    two.sell(two.lea, "l1")
    two.sell(two.mia, "m1")
    two.merged()
    two.sell(two.lea, "l2")
    two.sell(two.mia, "m2")
    assert two.account() == (1200 if "amount" in cap else 900, 0, 0)
    assert two.findings() == []


def test_friends_days_are_with_one_person(shop: QuickShop) -> None:
    """A friend whom Mia has brought comes again with a code of Lea's: it is the same ambassador."""
    shop.publish(**{**RULES, "friend_days": 30})
    two = Two(shop)
    fay = {"email": "fay@example.com"}
    assert shop.redeem(two.mia["code"], "m1", customer=fay).status_code == 201
    assert two.shop.read(shop.redeem(two.lea["code"], "l1", customer=fay))["reason"] == "friend_already_referred"
    two.merged()
    assert shop.redeem(two.lea["code"], "l1", customer=fay).status_code == 201
    assert shop.redeem(two.mia["code"], "m2", customer=fay).status_code == 201
    shop.stream()
    assert two.account() == (3 * 450, 0, 0)
    assert two.findings() == []


# --- what has expired -------------------------------------------------------------------------------------------------


def test_what_had_expired_of_the_other_one_stays_so(two: Two) -> None:
    """Versions of two accounts don't compare: Mia's reward that has expired is gone, however young Lea's account is."""
    two.sell(two.mia, "m1", days=11)
    two.shop.days(35)
    two.sell(two.lea, "l1", days=11)
    two.merged()
    assert two.account() == (0, 450, 450)
    two.cancel("m1")
    assert two.account() == (0, 450, 0)
    two.reverse("m1")
    assert two.account() == (0, 450, 450)
    assert two.findings() == []


def test_what_had_not_expired_is_as_good_as_before(two: Two) -> None:
    """Mia's reward is available, although Lea's rewards have expired in a later version of her account."""
    for number in range(4):
        two.sell(two.lea, f"l{number}")
    two.shop.days(11)
    two.shop.days(35)
    two.sell(two.mia, "m1", days=11)
    two.merged()
    assert two.account() == (0, 450, 1800)
    two.cancel("m1")
    assert two.account() == (0, 0, 1800)
    two.reverse("m1")
    assert two.account() == (0, 450, 1800)
    assert two.findings() == []


def test_both_expire_together(two: Two) -> None:
    """After a month in which neither was active all is gone, and stays so; who is active keeps both alive."""
    two.sell(two.mia, "m1", days=11)
    two.sell(two.lea, "l1", days=11)
    two.merged()
    two.shop.days(15)
    assert two.account() == (0, 900, 0)
    two.shop.days(35)
    assert two.account() == (0, 0, 900)
    two.cancel("m1")
    assert two.account() == (0, 0, 450)
    two.reverse("m1")
    two.cancel("l1")
    assert two.account() == (0, 0, 450)
    assert two.findings() == []


def test_a_merger_of_mergers(two: Two) -> None:
    """Who was merged twice is led on twice, and what had expired two accounts ago still has."""
    ida = two.shop.enrol("ida@example.com", "Ida")
    two.sell(ida, "i1", days=11)
    two.shop.days(35)
    two.sell(ida, "i2", days=11)
    two.merged(into=two.mia["id"], other=ida["id"])
    two.sell(two.mia, "m1", days=11)
    two.sell(two.lea, "l1", days=11)
    told = two.merged()
    assert told["absorbed"] == [ida["id"], two.mia["id"]]
    assert two.account() == (0, 1350, 450)
    two.cancel("i1")
    two.cancel("i2")
    assert two.account() == (0, 900, 0)
    two.reverse("i1")
    two.reverse("i2")
    assert two.account() == (0, 1350, 450)
    assert two.get(who=ida["id"])["merged_into"] == two.lea["id"]
    assert two.findings() == two.findings(ida["id"]) == []
    two.sell(ida, "i3")
    assert two.account() == (450, 1350, 450)
    assert two.findings() == []


def test_what_expired_between_two_mergers(two: Two) -> None:
    """Ida's reward expired when she was Mia already: that Mia is Lea now does not make it young again."""
    ida = two.shop.enrol("ida@example.com", "Ida")
    two.sell(ida, "i1", days=11)
    two.merged(into=two.mia["id"], other=ida["id"])
    two.shop.days(35)
    two.sell(two.lea, "l1", days=11)
    two.merged()
    assert two.account() == (0, 450, 450)
    two.cancel("i1")
    assert two.account() == (0, 450, 0)
    two.reverse("i1")
    assert two.account() == (0, 450, 450)
    assert two.findings() == []


def test_prizes_that_had_expired_stay_so(shop: QuickShop) -> None:
    """A bonus that had expired in Mia's account comes out of what has expired, for whichever order it is lost."""
    shop.publish(**{**TIERED, "milestones": []})
    two = Two(shop)
    two.sell(two.mia, "m1", "m2", days=11)
    two.shop.days(35)
    assert two.shop.account(two.mia["id"])["expired"] == 900 + 500
    two.sell(two.lea, "l1", days=11)
    two.merged()
    assert two.account() == (0, 450, 1400)
    two.cancel("m1")
    two.cancel("l1")
    assert two.account() == (0, 0, 450)
    assert two.findings() == []


# --- what is refused, repeated, and happens at the same time ----------------------------------------------------------


def test_a_merger_is_once(two: Two) -> None:
    """The same again, from either side and by any id, is a replay that changes nothing."""
    two.sell(two.mia, "m1", days=11)
    first = two.merged()
    before = two.shop.everything()
    for into, other in ((two.lea, two.mia), (two.mia, two.lea)):
        again = two.merge(into["id"], other["id"], note="Once more")
        assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
        assert {**two.shop.read(again), "merged": ""} == {**first, "merged": ""}
    assert two.shop.everything() == before


def test_what_is_no_merger(two: Two) -> None:
    """Nobody with themselves, nobody with nobody, never without a note: and nothing is changed."""
    before = kept(two)
    lea = f"/v1/ambassadors/{two.lea['id']}/merge"
    for path, told, status in (
        (lea, {"other": two.lea["id"], "note": "x"}, 409),
        (lea, {"other": "amb_none", "note": "x"}, 404),
        ("/v1/ambassadors/amb_none/merge", {"other": two.lea["id"], "note": "x"}, 404),
        (lea, {"other": two.mia["id"]}, 400),
        (lea, {"note": "x"}, 400),
    ):
        assert two.shop.call("POST", path, told, scope="admin:write").status_code == status
    assert kept(two) == before


def test_eighty_codes(two: Two) -> None:
    """As many codes as fit into one transaction can be merged, one more can't, and then nothing is."""
    for who, number in ((two.lea, 38), (two.mia, 41)):
        for key in range(number):
            path = f"/v1/ambassadors/{who['id']}/codes"
            two.shop.call("POST", path, {}, scope="admin:write", Idempotency_Key=f"{who['id']}{key}")
    before = two.shop.everything()
    answer = two.merge()
    assert (answer.status_code, two.shop.read(answer)["reason"]) == (409, "too_many_codes")
    assert two.shop.everything() == before
    zoe = two.shop.enrol("zoe@example.com", "Zoe")
    for key in range(37):
        path = f"/v1/ambassadors/{zoe['id']}/codes"
        two.shop.call("POST", path, {}, scope="admin:write", Idempotency_Key=f"zoe{key}")
    assert two.merge(two.mia["id"], zoe["id"]).status_code == 201
    assert len(two.get("/codes", zoe["id"])["items"]) == 80


def test_one_with_nothing(two: Two) -> None:
    """Who has never earned anything is merged as well, and both ledgers say so."""
    two.merged()
    kinds = [(it["ambassador_id"], it["kind"]) for it in two.get("/ledger")["items"]]
    assert kinds == [(two.mia["id"], "merge"), (two.lea["id"], "merge")]


def test_a_debt_comes_along(two: Two) -> None:
    """What Mia had spent and then lost is owed by Lea."""
    two.sell(two.mia, "m1", days=11)
    two.spend(two.mia["id"], 450, "s")
    two.cancel("m1")
    two.sell(two.lea, "l1", days=11)
    two.merged()
    assert two.account() == (0, 0, 0)


def overtake(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Let something happen once, just before the next transaction is carried out."""
    table, real = deps.table(), deps.table().commit
    left = [act]

    def commit(effects: Any, **more: Any) -> Any:
        if left:
            left.pop()()
        return real(effects, **more)

    monkeypatch.setattr(table, "commit", commit)


@pytest.mark.parametrize("what", ["settlement", "spend", "code", "correction", "enrolment"])
def test_what_happens_at_the_same_moment(two: Two, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """Who has read either one before the merger loses, reads again, and is led on; nothing is half of it."""
    two.sell(two.mia, "m1", days=11)
    two.shop.redeem(two.mia["code"], "m2")
    token = two.shop.session(two.mia["id"])

    def merge() -> None:
        merge_ambassadors(
            deps.table(),
            two.lea["id"],
            two.mia["id"],
            deps.program(),
            deps.outlook(),
            note="She wrote",
            author="key",
            now=two.shop.now,
        )

    overtake(monkeypatch, merge)
    path, wanted = f"/v1/ambassadors/{two.mia['id']}", 201
    if what == "settlement":
        two.shop.stream()
        answer = two.shop.call("GET", path, scope="admin:read")
        wanted = 200
    elif what == "spend":
        signed_in = {"Authorization": f"Bearer {token}"}
        told = {"amount": eur(300)}
        answer = two.shop.call("POST", "/v1/ambassadors/me/spends", told, Idempotency_Key="s", **signed_in)
    elif what == "code":
        answer = two.shop.call("POST", f"{path}/codes", {}, scope="admin:write", Idempotency_Key="c")
    elif what == "correction":
        answer, wanted = two.shop.call("PATCH", path, {"email": "neu@example.com"}, scope="admin:write"), 200
    else:
        newcomer = {"email": "mia@example.com", "first_name": "Mia", "customer_id": "c-9"}
        answer, wanted = two.shop.call("POST", "/v1/ambassadors", newcomer, scope="enrol"), 200
    monkeypatch.undo()
    assert answer.status_code == wanted, answer.body
    two.shop.stream()
    two.shop.days(0.01)
    assert two.account() == (450, 150 if what == "spend" else 450, 0)
    shown = two.get()
    assert shown["absorbed"] == [two.mia["id"]]
    if what == "code":
        assert two.shop.read(answer)["code"] in [it["code"] for it in two.get("/codes")["items"]]
    owners = {str(code["owners"]) for code in two.shop.everything() if code["SK"]["S"] == "CODE"}
    assert len(owners) == 1
    assert {it["ambassador_id"]["S"] for it in two.items.values() if it["SK"]["S"] == "CODE"} == {two.lea["id"]}
    assert two.findings() == []


def suspend(two: Two, who: Body) -> None:
    """Suspend somebody."""
    path = f"/v1/ambassadors/{who['id']}/suspend"
    assert two.shop.call("POST", path, {"note": "Looking into it"}, scope="admin:write").status_code == 201


@pytest.mark.parametrize("which", ["lea", "mia", "both"])
def test_suspended_stays_suspended(two: Two, which: str) -> None:
    """If either was, the sum is: nothing leaves it by any id until it is reinstated, and then all of it may."""
    two.sell(two.lea, "l1", days=11)
    two.sell(two.mia, "m1", days=11)
    for name, who in (("lea", two.lea), ("mia", two.mia)):
        if which in {name, "both"}:
            suspend(two, who)
    two.merged()
    for who in (two.lea, two.mia):
        refused = two.spend(who["id"], 200, who["id"])
        assert (refused.status_code, two.shop.read(refused)["reason"]) == (409, "not_available_now")
        codes = f"/v1/ambassadors/{who['id']}/codes"
        assert two.shop.call("POST", codes, {}, scope="admin:write", Idempotency_Key=who["id"]).status_code == 409
    assert two.get()["suspension"]["state"] == "suspended"
    two.shop.days(40)
    assert two.account() == (0, 900, 0)
    path = f"/v1/ambassadors/{two.mia['id']}/reinstate"
    assert two.shop.call("POST", path, {"note": "All is well"}, scope="admin:write").status_code == 201
    assert two.spend(two.mia["id"], 200, "s").status_code == 201
    assert two.findings() == []


# --- what an audit finds ----------------------------------------------------------------------------------------------


def less_arrives(items: Items, lea: str, mia: str) -> str:
    """What left the one ledger arrives in the other but for a cent."""
    (entry,) = (it for (pk, _), it in items.items() if pk == f"LEDGER#{lea}" and it["kind"]["S"] == "merge")
    entry["legs"]["L"][0]["M"]["amount"]["N"] = "449"
    return "legs"


def not_empty(items: Items, lea: str, mia: str) -> str:
    """Whoever was merged still has something."""
    items[f"AMB#{mia}", "ACCOUNT"]["balances"]["M"]["EUR"]["M"]["available"] = {"N": "450"}
    return "balance"


def leads_nowhere(items: Items, lea: str, mia: str) -> str:
    """The account of whoever was merged does not say into whom."""
    del items[f"AMB#{mia}", "ACCOUNT"]["merged_into"]
    return "account"


def is_not_known(items: Items, lea: str, mia: str) -> str:
    """Whoever they are now does not know of them, so their orders would be in no list."""
    del items[f"AMB#{lea}", "PROFILE"]["absorbed"]
    return "account"


def forgets_places(items: Items, lea: str, mia: str) -> str:
    """The account has forgotten how many orders the other one had settled."""
    items[f"AMB#{lea}", "ACCOUNT"]["absorbed"]["M"][mia]["M"]["settled"] = {"N": "7"}
    return "counter"


def is_not_added(items: Items, lea: str, mia: str) -> str:
    """The months of the other one are not among those that caps go by."""
    items[f"AMB#{lea}", "ACCOUNT"]["months"]["M"]["2026-03"]["M"]["room"] = {"N": "450"}
    return "counter"


def goes_on(items: Items, lea: str, mia: str) -> str:
    """Something is posted to whoever was merged, after that."""
    first = deps.table().list_ledger(mia, None, 1)[0]
    deps.table().commit([Create(replace(first, number="00000099-001"))])
    items[f"AMB#{mia}", "ACCOUNT"]["version"] = {"N": "99"}
    return "balance"


def code_of_the_former(items: Items, lea: str, mia: str) -> str:
    """A code earns for whoever was merged."""
    code = items[f"AMB#{mia}", "PROFILE"]["code"]["S"]
    (found,) = (it for it in items.values() if it["SK"]["S"] == "CODE" and it["code"]["S"] == code)
    found["ambassador_id"] = {"S": mia}
    return "account"


PLANTS = [
    *(less_arrives, not_empty, leads_nowhere, is_not_known),
    *(forgets_places, is_not_added, goes_on, code_of_the_former),
]


@pytest.mark.parametrize("plant", PLANTS)
def test_an_audit_finds_a_merger_that_is_none(two: Two, plant: Callable[[Items, str, str], str]) -> None:
    """What does not agree between two who are one is found, from either id."""
    two.sell(two.lea, "l1", days=11)
    two.sell(two.mia, "m1", days=11)
    two.merged()
    kind = plant(two.items, two.lea["id"], two.mia["id"])
    found = {it["kind"] for who in (two.lea, two.mia) for it in two.findings(who["id"])}
    assert kind in found, found
