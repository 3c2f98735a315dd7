"""A friend has one place: one order of theirs is rewarded, and one that came to nothing leaves it to the next."""

from typing import Any

import pytest
from chalice.test import HTTPResponse

from chalicelib import deps
from chalicelib.domain.audit.audit import Finding
from chalicelib.operations import once
from chalicelib.operations.audit.audit import audit_all
from memory.faults import meanwhile
from memory.shop import Body, Shop, eur, refusal

FAY = {"email": "fay@example.com"}
RELEASE = "/v1/orders/o1/release-friend"


def buy(shop: Shop, code: str | None, order_id: str, **more: Any) -> HTTPResponse:
    """Let Fay use a code on an order."""
    return shop.redeem(code, order_id, **{"customer": FAY, **more})


def cancel(shop: Shop, order_id: str, refund_id: str = "cancel") -> HTTPResponse:
    """Cancel an order."""
    told = {"refund_id": refund_id, "kind": "cancellation"}
    return shop.call("POST", f"/v1/orders/{order_id}/refunds", told, scope="checkout")


def undo(shop: Shop, order_id: str, refund_id: str = "cancel") -> HTTPResponse:
    """Say that a refund no longer counts."""
    return shop.call("POST", f"/v1/orders/{order_id}/refunds/{refund_id}/reversal", {}, scope="checkout")


def worths(shop: Shop, *order_ids: str) -> list[int]:
    """What each order has, held or available."""
    positions = [shop.order(order_id)["position"] for order_id in order_ids]
    return [it["held"]["amount"] + it["available"]["amount"] for it in positions]


def wrong(shop: Shop) -> list[Finding]:
    """What the program's own audit finds."""
    return audit_all(deps.table(), now=shop.now)


# --- the place is given back ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("settled_between", [True, False], ids=["settled", "at-once"])
def test_an_order_that_came_to_nothing_frees_its_friend(shop: Shop, settled_between: bool) -> None:
    """The payment failed and was tried again under another order id: that order is taken, one reward in all."""
    code = shop.enrol()["code"]
    buy(shop, code, "o1")
    if settled_between:
        shop.stream()
    cancel(shop, "o1")
    if settled_between:
        shop.stream()
    assert buy(shop, code, "o2").status_code == 201
    shop.stream()
    assert worths(shop, "o1", "o2") == [0, 450]
    assert shop.order("o1")["freed"]["by"] == "o2"
    assert wrong(shop) == []


def test_a_friend_whose_order_went_back_whole_may_come_by_another_ambassador(shop: Shop) -> None:
    """Whoever brings the order that stands is thanked for it."""
    maya, asha = shop.enrol(), shop.enrol("asha@example.com", "Asha")
    buy(shop, maya["code"], "o1")
    shop.refund("o1", "r1", 4000)
    shop.refund("o1", "r2", 500)
    assert buy(shop, asha["code"], "o2").status_code == 201
    shop.stream()
    assert worths(shop, "o1", "o2") == [0, 450]
    assert wrong(shop) == []


@pytest.mark.parametrize(
    "came_back",
    [
        {"refund_id": "r1", "amount": eur(4499)},
        {"refund_id": "r1", "amount": eur(4500), "kind": "chargeback"},
        {"refund_id": "r1", "amount": {"amount": 4500, "currency": "USD"}},
    ],
    ids=["a-part", "a-chargeback", "in-another-currency"],
)
def test_goods_that_may_have_been_kept_free_nobody(shop: Shop, came_back: Body) -> None:
    """Or buying, charging back and buying again would be two discounts, and a part kept two rewards."""
    code = shop.enrol()["code"]
    buy(shop, code, "o1")
    shop.call("POST", "/v1/orders/o1/refunds", came_back, scope="checkout")
    shop.stream()
    before = shop.everything()
    assert refusal(buy(shop, code, "o2")) == (422, "friend_already_referred")
    assert shop.everything() == before


def test_a_denied_order_frees_nobody(shop: Shop) -> None:
    """An admin who denies a reward has not said that the friend may be brought once more."""
    code = shop.enrol()["code"]
    buy(shop, code, "o1")
    shop.stream()
    shop.call("POST", "/v1/reviews/o1", {"decision": "deny", "note": "Looks odd."}, scope="admin:write")
    shop.stream()
    assert refusal(buy(shop, code, "o2")) == (422, "friend_already_referred")


def test_a_replaced_order_never_comes_back(shop: Shop) -> None:
    """A reversal that comes after the place was taken is kept, and says that it does not count, and why."""
    code = shop.enrol()["code"]
    buy(shop, code, "o1")
    cancel(shop, "o1")
    buy(shop, code, "o2")
    told = shop.read(undo(shop, "o1"))
    assert (told["counts"], told["reason"], told["by"]) == (False, "replaced", "o2")
    shop.stream()
    shop.days(40)
    assert worths(shop, "o1", "o2") == [0, 450]
    assert shop.order("o1")["reason"] == "replaced"
    assert wrong(shop) == []


def test_a_reversal_that_comes_first_keeps_the_place(shop: Shop) -> None:
    """Then the first order stands after all, and the second one is refused."""
    code = shop.enrol()["code"]
    buy(shop, code, "o1")
    cancel(shop, "o1")
    told = shop.read(undo(shop, "o1"))
    assert "counts" not in told
    assert refusal(buy(shop, code, "o2")) == (422, "friend_already_referred")


def test_whoever_takes_a_place_relies_on_refunds_that_still_count(shop: Shop) -> None:
    """A reversal between reading and writing is met in the transaction: no two orders of a friend are rewarded."""
    code = shop.enrol()["code"]
    buy(shop, code, "o1")
    cancel(shop, "o1")
    shop.faults.before("TransactWriteItems", None, meanwhile(lambda: undo(shop, "o1")))
    assert refusal(buy(shop, code, "o2")) == (422, "friend_already_referred")
    shop.stream()
    assert worths(shop, "o1") == [450]
    assert wrong(shop) == []


def test_a_place_can_be_given_back_again_and_again(shop: Shop) -> None:
    """Each order that comes to nothing leaves it to the next, however often payments fail."""
    code = shop.enrol()["code"]
    for number in range(1, 6):
        assert buy(shop, code, f"o{number}").status_code == 201
        cancel(shop, f"o{number}")
    assert buy(shop, code, "o6").status_code == 201
    shop.stream()
    assert worths(shop, "o5", "o6") == [0, 450]
    assert wrong(shop) == []


def test_a_quote_says_what_redeeming_would(shop: Shop) -> None:
    """A friend who is free again hears so before anything is stored."""
    code = shop.enrol()["code"]
    asked = {"code": code, "order": {"amount": eur(5000), "customer": FAY, "order_id": "o2"}}
    buy(shop, code, "o1")
    answers = [shop.read(shop.call("POST", "/v1/quotes", asked, scope="checkout"))]
    cancel(shop, "o1")
    answers.append(shop.read(shop.call("POST", "/v1/quotes", asked, scope="checkout")))
    assert [it["usable"] for it in answers] == [False, True]
    assert answers[0]["reason"] == "friend_already_referred"


def test_a_shop_that_counts_cancelled_orders_loses_no_friend(shop: Shop) -> None:
    """To it the second try is no first order; to the program it is the first that stands."""
    code = shop.enrol()["code"]
    buy(shop, code, "o1")
    cancel(shop, "o1")
    again = {**FAY, "first_order": False}
    assert buy(shop, code, "o2", customer=again).status_code == 201
    assert refusal(buy(shop, code, "o3", customer={"email": "new@example.com", "first_order": False})) == (
        422,
        "not_first_order",
    )


# --- one person, known in two ways ------------------------------------------------------------------------------------


def test_a_friend_known_by_address_and_id_has_one_place(shop: Shop) -> None:
    """Whichever of both they come by, the second order is refused, and free once the first came to nothing."""
    code = shop.enrol()["code"]
    buy(shop, code, "o1", customer={**FAY, "id": "c-1"})
    for known in ({"email": "other@example.com", "id": "c-1"}, {**FAY, "id": "c-2"}):
        assert refusal(buy(shop, code, "o2", customer=known)) == (422, "friend_already_referred")
    cancel(shop, "o1")
    assert buy(shop, code, "o3", customer={"email": "other@example.com", "id": "c-1"}).status_code == 201
    assert refusal(buy(shop, code, "o4")) == (422, "friend_already_referred")
    shop.stream()
    assert worths(shop, "o1", "o3") == [0, 450]
    assert wrong(shop) == []


def test_two_friends_who_are_one_have_one_place_from_then_on(shop: Shop) -> None:
    """Known once by the address and once by the id: both orders must have come to nothing, and none comes back."""
    code = shop.enrol()["code"]
    buy(shop, code, "o1")
    buy(shop, code, "o2", customer={"email": "other@example.com", "id": "c-1"})
    both = {**FAY, "id": "c-1"}
    cancel(shop, "o1")
    assert refusal(buy(shop, code, "o3", customer=both)) == (422, "friend_already_referred")
    cancel(shop, "o2")
    assert buy(shop, code, "o3", customer=both).status_code == 201
    undo(shop, "o1")
    undo(shop, "o2")
    for known in (FAY, {"email": "other@example.com"}, {"email": "third@example.com", "id": "c-1"}):
        assert refusal(buy(shop, code, "o4", customer=known)) == (422, "friend_already_referred")
    shop.stream()
    assert worths(shop, "o1", "o2", "o3") == [0, 0, 450]
    assert wrong(shop) == []


# --- an admin ---------------------------------------------------------------------------------------------------------


def test_an_admin_frees_a_friend(shop: Shop) -> None:
    """Who charged back by mistake and really buys: with a note, and the order that had the place is worth nothing."""
    code = shop.enrol()["code"]
    buy(shop, code, "o1")
    shop.stream()
    told: Body = {"note": "Paid twice by mistake.", "void_reward": True}
    first = shop.call("POST", RELEASE, told, scope="admin:write")
    assert (first.status_code, shop.read(first)["note"]) == (201, told["note"])
    again = shop.call("POST", RELEASE, told, scope="admin:write")
    assert (again.status_code, again.body) == (200, first.body)
    assert refusal(shop.call("POST", RELEASE, {**told, "note": "Other."}, scope="admin:write")) == (
        409,
        "already_released",
    )
    assert buy(shop, code, "o2").status_code == 201
    shop.stream()
    assert worths(shop, "o1", "o2") == [0, 450]
    assert shop.order("o1")["freed"]["note"] == told["note"]
    assert wrong(shop) == []


def test_a_reward_is_not_given_up_by_accident(shop: Shop) -> None:
    """While it stands, freeing the friend takes a word more; and there is nothing to free before it is settled."""
    code = shop.enrol()["code"]
    assert refusal(shop.call("POST", RELEASE, {"note": "Why not."}, scope="admin:write")) == (404, "not_found")
    buy(shop, code, "o1")
    early = shop.call("POST", RELEASE, {"note": "Why not."}, scope="admin:write")
    assert refusal(early) == (409, "not_settled_yet")
    assert early.headers["Retry-After"]
    shop.stream()
    before = shop.everything()
    assert refusal(shop.call("POST", RELEASE, {"note": "Why not."}, scope="admin:write")) == (409, "reward_stands")
    assert shop.everything() == before


def test_a_reward_that_comes_back_meanwhile_is_not_given_up(shop: Shop) -> None:
    """The admin saw an order that was worth nothing; won back and settled a moment before, it stands again."""
    code = shop.enrol()["code"]
    buy(shop, code, "o1")
    shop.refund("o1", "r1", 4500, kind="chargeback")
    shop.stream()

    def won_back() -> None:
        undo(shop, "o1", "r1")
        shop.stream()

    shop.faults.before("TransactWriteItems", meanwhile(won_back))
    assert refusal(shop.call("POST", RELEASE, {"note": "Gone."}, scope="admin:write")) == (409, "reward_stands")
    assert worths(shop, "o1") == [450]
    assert wrong(shop) == []


def test_only_the_order_that_has_the_place_gives_it_back(shop: Shop) -> None:
    """Freeing the friend of another order would do nothing, and the admin hears so."""
    code = shop.enrol()["code"]
    buy(shop, code, "o1")
    cancel(shop, "o1")
    buy(shop, code, "o2")
    shop.stream()
    shop.publish(friend_days=30)
    buy(shop, code, "o3")
    shop.stream()
    path = "/v1/orders/o3/release-friend"
    assert refusal(shop.call("POST", path, {"note": "Why not."}, scope="admin:write")) == (409, "holds_no_place")


# --- further orders ---------------------------------------------------------------------------------------------------


def further(shop: Shop, **later: Any) -> str:
    """Take further orders of a friend for a month, under rules of their own; answers Maya's code."""
    shop.publish(friend_days=30, later=later)
    deps.use_clock(lambda: shop.now)
    return str(shop.enrol()["code"])


def test_a_further_order_is_worth_what_the_program_says(shop: Shop) -> None:
    """Renewals may earn another rate, and give the friend nothing off, or all of that as before."""
    code = further(shop, reward={"amount": 100}, offer={"amount": 0})
    answers = [shop.read(buy(shop, code, f"o{number}")) for number in (1, 2, 3)]
    assert [it["friend_discount"]["amount"] for it in answers] == [500, 0, 0]
    assert [it["reward_estimate"]["amount"] for it in answers] == [450, 100, 100]
    shop.stream()
    assert worths(shop, "o1", "o2", "o3") == [450, 100, 100]
    assert wrong(shop) == []


@pytest.mark.parametrize(
    ("later", "thanked"), [({"offer": {"amount": 0}}, 1), ({"offer": {"amount": 100}}, 3), ({}, 3)]
)
def test_a_further_order_that_saves_nothing_is_no_mail(shop: Shop, later: Body, thanked: int) -> None:
    """Nobody is told at each renewal that they gave the shop a try; what a code took off is told each time."""
    code = further(shop, reward={"amount": 100}, **later)
    for order_id in ("o1", "o2", "o3"):
        buy(shop, code, order_id)
    shop.stream()
    assert [to for to, _ in shop.mails()].count(FAY["email"]) == thanked
    assert wrong(shop) == []


def test_only_so_many_further_orders_are_taken(shop: Shop) -> None:
    """As many as the program says, whatever became of them: their places are not given back."""
    code = further(shop, orders=2)
    assert [buy(shop, code, f"o{number}").status_code for number in (1, 2, 3, 4)] == [201, 201, 201, 422]
    cancel(shop, "o3")
    shop.stream()
    assert refusal(buy(shop, code, "o5")) == (422, "friend_already_referred")
    assert wrong(shop) == []


PENDING: Body = {"payment": "pending"}


def pay(shop: Shop, order_id: str) -> None:
    """Report that an order is paid for."""
    told = {"payment_id": "p1", "paid_at": f"{shop.now:%Y-%m-%dT%H:%M:%SZ}"}
    assert shop.call("POST", f"/v1/orders/{order_id}/payments", told, scope="checkout").status_code == 201


def test_a_further_order_that_nobody_pays_for_lets_another_one_in(shop: Shop) -> None:
    """While it may be paid for it is one of them; once it has lapsed it is none, and finds its place taken later."""
    code = further(shop, orders=1)
    assert [buy(shop, code, "o1").status_code, buy(shop, code, "o2", **PENDING).status_code] == [201, 201]
    shop.days(13.9)
    assert refusal(buy(shop, code, "o3")) == (422, "friend_already_referred")
    shop.days(0.1)
    assert buy(shop, code, "o3").status_code == 201
    shop.stream()
    assert refusal(buy(shop, code, "o4")) == (422, "friend_already_referred")
    pay(shop, "o2")
    shop.stream()
    assert worths(shop, "o1", "o2", "o3") == [450, 0, 450]
    assert shop.order("o2")["reason"] == "friend_already_referred"
    assert wrong(shop) == []


@pytest.mark.parametrize("days", [1, 15], ids=["in-time", "late"])
def test_a_further_order_that_is_paid_for_is_one_of_them(shop: Shop, days: int) -> None:
    """In time, or late where nobody has taken its place: it is rewarded, and lets no other one in."""
    code = further(shop, orders=1)
    buy(shop, code, "o1")
    buy(shop, code, "o2", **PENDING)
    shop.days(days)
    pay(shop, "o2")
    shop.stream()
    assert refusal(buy(shop, code, "o3")) == (422, "friend_already_referred")
    shop.days(14)
    assert refusal(buy(shop, code, "o3")) == (422, "friend_already_referred")
    assert worths(shop, "o1", "o2") == [450, 450]
    assert wrong(shop) == []


@pytest.mark.parametrize("days", [1, 15], ids=["in-time", "late"])
def test_a_further_order_tells_who_a_friend_is(shop: Shop, days: int) -> None:
    """An unpaid first order by the other name is a further one from then on, whether that one found room or not."""
    code = further(shop, reward={"amount": 100}, orders=1 if days > 1 else 2)
    by_id, both = {"id": "c-1"}, {**FAY, "id": "c-1"}
    buy(shop, code, "o1")
    buy(shop, code, "o2", **PENDING)
    buy(shop, code, "o3", **PENDING, customer=by_id)
    assert buy(shop, code, "o2", **PENDING, customer=both, revision=2).status_code == 201
    shop.days(days)
    if days > 1:
        buy(shop, code, "o4")
    for order_id in ("o2", "o3"):
        pay(shop, order_id)
        shop.stream()
    assert worths(shop, "o1", "o2", "o3") == ([450, 0, 0] if days > 1 else [450, 100, 100])
    assert wrong(shop) == []


def test_a_further_order_without_its_code_lets_another_one_in(shop: Shop) -> None:
    """At once; put on again, the code is refused while the others are as many as the program takes."""
    code = further(shop, orders=1)
    buy(shop, code, "o1")
    buy(shop, code, "o2", **PENDING)
    for revision in range(2, 8):
        told = {**PENDING, "revision": revision, "amount": 5000 + revision}
        assert buy(shop, code if revision % 2 else None, "o2", **told).status_code == 201
    buy(shop, None, "o2", **PENDING, revision=8)
    assert buy(shop, code, "o3", **PENDING).status_code == 201
    assert refusal(buy(shop, code, "o4")) == (422, "friend_already_referred")
    assert refusal(buy(shop, code, "o2", **PENDING, revision=9)) == (422, "friend_already_referred")
    assert buy(shop, code, "o3", **PENDING, revision=2, amount=5100).status_code == 201
    buy(shop, None, "o3", **PENDING, revision=3)
    assert buy(shop, code, "o2", revision=10, amount=6000).status_code == 201
    shop.stream()
    assert (worths(shop, "o1", "o2"), wrong(shop)) == ([450, 540], [])


def test_a_further_order_lapses_by_the_rules_that_it_began_under(shop: Shop) -> None:
    """A later version of the program does not end its time."""
    code = further(shop, orders=1)
    buy(shop, code, "o1")
    buy(shop, code, "o2", **PENDING)
    shop.publish(friend_days=30, later={"orders": 1}, pending_days=1)
    shop.days(2)
    assert refusal(buy(shop, code, "o3")) == (422, "friend_already_referred")


def test_who_never_had_the_place_has_none_to_give_back(shop: Shop) -> None:
    """Of an order that nothing will be settled of, an admin hears that for good, and not to look again in a moment."""
    code = further(shop, orders=2)
    buy(shop, code, "o1")
    buy(shop, code, "o2", **PENDING)
    buy(shop, code, "lapses", customer={"email": "lin@example.com"}, **PENDING)
    buy(shop, code, "taken-off", customer={"email": "ravi@example.com"}, **PENDING)
    buy(shop, None, "taken-off", customer={"email": "ravi@example.com"}, **PENDING, revision=2)
    pay(shop, "taken-off")

    def reasons() -> list[tuple[int, str]]:
        paths = [f"/v1/orders/{order_id}/release-friend" for order_id in ("o2", "lapses", "taken-off")]
        return [refusal(shop.call("POST", path, {"note": "Why not."}, scope="admin:write")) for path in paths]

    assert reasons() == [(409, "holds_no_place"), (409, "not_settled_yet"), (409, "holds_no_place")]
    shop.days(14)
    assert reasons() == [(409, "holds_no_place")] * 3
    for order_id in ("o2", "lapses"):
        pay(shop, order_id)
    assert reasons() == [(409, "not_settled_yet")] * 2 + [(409, "holds_no_place")]
    shop.stream()
    assert reasons() == [(409, "holds_no_place"), (409, "reward_stands"), (409, "holds_no_place")]
    assert wrong(shop) == []


def test_the_first_place_is_given_back_beside_further_orders(shop: Shop) -> None:
    """To the same ambassador alone: nobody else takes over a friend who has come again."""
    code = further(shop, reward={"amount": 100})
    asha = shop.enrol("asha@example.com", "Asha")["code"]
    buy(shop, code, "o1")
    buy(shop, code, "o2")
    cancel(shop, "o1")
    assert refusal(buy(shop, asha, "o3")) == (422, "friend_already_referred")
    assert buy(shop, code, "o4").status_code == 201
    shop.stream()
    assert worths(shop, "o1", "o2", "o4") == [0, 100, 450]
    assert wrong(shop) == []


# --- races ------------------------------------------------------------------------------------------------------------


def test_who_never_wins_the_place_is_not_refused(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """An outage is no reason to lose an offer: the checkout is told to try again."""
    monkeypatch.setattr(once, "SECONDS", 0.1)
    code = shop.enrol()["code"]
    buy(shop, code, "o1")
    cancel(shop, "o1")
    root = next(key for key, item in shop.cloud.engine.items.items() if key[1] == "FRIEND" and "root" not in item)

    def others_are_faster() -> None:
        item = shop.cloud.engine.items[root]
        item["version"] = {"N": str(int(item["version"]["N"]) + 1)}

    shop.faults.before("TransactWriteItems", None, *[meanwhile(others_are_faster)] * 99)
    answer = buy(shop, code, "o2")
    assert refusal(answer) == (503, "busy")
    assert answer.headers["Retry-After"]


def test_a_checkout_with_a_place_to_give_back_makes_few_calls(shop: Shop) -> None:
    """The first try is as cheap as ever; then the order that has the place is read, and the next try succeeds."""
    code = shop.enrol()["code"]
    buy(shop, code, "o1")
    cancel(shop, "o1")
    before = len(shop.faults.calls)
    assert buy(shop, code, "o2").status_code == 201
    calls = [name for name, _ in shop.faults.calls[before:]]
    assert calls == ["GetItem", "TransactWriteItems", "Query", "TransactWriteItems"]


def test_a_guard_says_no_more_than_it_must(shop: Shop) -> None:
    """The address stands with one guard alone; the others lead to it."""
    code = shop.enrol()["code"]
    buy(shop, code, "o1", customer={**FAY, "id": "c-1", "first_name": "Fay"})
    guards = [item for item in shop.everything() if item["SK"]["S"] == "FRIEND"]
    assert sorted("email" in item for item in guards) == [False, True]
    assert sorted("root" in item for item in guards) == [False, True]
