"""Orders that are redeemed before they are paid for: nothing is earned, promised or blocked until they are."""

from datetime import timedelta
from typing import Any

import pytest
from chalice.test import HTTPResponse

from chalicelib import deps
from chalicelib.domain.audit.audit import Finding
from chalicelib.operations.audit.audit import audit_all
from memory.faults import meanwhile
from memory.shop import START, Body, Shop, eur, refusal

FAY = {"email": "fay@example.com", "first_name": "Fay"}
OPEN: Body = {"payment": "pending"}


def buy(shop: Shop, code: str | None, order_id: str = "o1", amount: int = 5000, **more: Any) -> HTTPResponse:
    """Let Fay use a code on an order that is not paid for yet, unless `payment` says otherwise."""
    told = {"order_id": order_id, "code": code, "customer": FAY, "amount": eur(amount), **OPEN, **more}
    return shop.call("POST", "/v1/redemptions", told, scope="checkout")


def pay(shop: Shop, order_id: str = "o1", payment_id: str = "p1", **more: Any) -> HTTPResponse:
    """Report that an order is paid for."""
    told = {"payment_id": payment_id, "paid_at": f"{shop.now:%Y-%m-%dT%H:%M:%SZ}", **more}
    return shop.call("POST", f"/v1/orders/{order_id}/payments", told, scope="checkout")


def worth(shop: Shop, order_id: str = "o1") -> int:
    """What an order has, held or available; nothing before it is settled."""
    position = shop.order(order_id)["position"]
    return sum(position[name]["amount"] for name in ("held", "available") if name in position)


def wrong(shop: Shop) -> list[Finding]:
    """What the program's own audit finds."""
    return audit_all(deps.table(), now=shop.now)


# --- payment ----------------------------------------------------------------------------------------------------------


def test_nothing_is_earned_or_promised_before_an_order_is_paid_for(shop: Shop) -> None:
    """A bank transfer takes days: until then nobody is thanked; from the payment on the hold runs and letters go."""
    maya = shop.enrol()
    first = buy(shop, maya["code"])
    assert (first.status_code, shop.read(first)["payment"]) == (201, "pending")
    shop.stream()
    shop.days(5)
    assert shop.account(maya["id"]) == {"held": 0, "available": 0, "reserved": 0, "spent": 0, "counted": 0}
    assert shop.mails() == []
    assert [it["outcome"] for it in shop.order()["trace"] if it["rule"] == "payment"] == ["pending"]
    assert pay(shop).status_code == 201
    shop.stream()
    assert worth(shop) == 450
    assert {to for to, _ in shop.mails()} == {"fay@example.com", "maya@example.com"}
    assert shop.order()["release_at"] == f"{START + timedelta(days=35):%Y-%m-%dT%H:%M:%SZ}"
    shop.days(31)
    assert shop.account(maya["id"])["available"] == 450
    assert wrong(shop) == []


def test_a_payment_may_be_reported_first(shop: Shop) -> None:
    """Messages of a shop overtake each other; the order counts from when it was paid all the same."""
    code = shop.enrol()["code"]
    pay(shop)
    shop.stream()
    shop.days(1)
    buy(shop, code)
    shop.stream()
    assert (worth(shop), shop.order()["payment"]) == (450, "paid")


def test_an_order_is_paid_for_once(shop: Shop) -> None:
    """The same report again is a replay; another payment of the same order is a conflict, and changes nothing."""
    code = shop.enrol()["code"]
    buy(shop, code)
    assert [pay(shop).status_code, pay(shop).status_code] == [201, 200]
    before = shop.everything()
    assert refusal(pay(shop, payment_id="p2")) == (409, "conflicting_repeat")
    assert shop.everything() == before


def test_the_same_order_without_pending_says_that_it_is_paid_for(shop: Shop) -> None:
    """The simplest shop needs no second call; sent again, the answer is the same."""
    code = shop.enrol()["code"]
    buy(shop, code)
    shop.stream()
    for _ in range(2):
        answer = buy(shop, code, payment="paid")
        assert (answer.status_code, shop.read(answer)["payment"]) == (200, "paid")
        assert answer.headers["Idempotent-Replayed"] == "true"
    late = buy(shop, code)
    assert (late.status_code, shop.read(late)["payment"]) == (200, "paid")
    shop.stream()
    assert worth(shop) == 450
    assert wrong(shop) == []


def test_who_says_nothing_of_payment_has_paid(shop: Shop) -> None:
    """As it always was: and a payment that is reported besides changes nothing."""
    code = shop.enrol()["code"]
    shop.redeem(code)
    shop.stream()
    before = shop.order()
    shop.now += timedelta(days=3)
    assert pay(shop).status_code == 201
    shop.stream()
    after = shop.order()
    assert (after["position"], after["release_at"]) == (before["position"], before["release_at"])
    assert "payment" not in after
    assert wrong(shop) == []


def test_an_order_that_nobody_pays_for_comes_to_nothing_by_itself(shop: Shop) -> None:
    """After the program's days it has lapsed, and nothing waits for it any more; a late payment revives it."""
    code = shop.enrol()["code"]
    buy(shop, code)
    shop.stream()
    shop.days(15)
    assert shop.order()["payment"] == "lapsed"
    assert not [item for item in shop.everything() if item["PK"]["S"] == "ORDER#o1" and "due_at" in item]
    pay(shop)
    shop.stream()
    assert (worth(shop), shop.order()["payment"]) == (450, "paid")
    assert wrong(shop) == []


def test_caps_and_hold_go_by_the_month_in_which_an_order_is_paid_for(shop: Shop) -> None:
    """Placed in March and paid in April: it takes of April's cap."""
    cap = {"per": "month", "amount": 450}
    shop.publish(caps=[cap], pending_days=60)
    deps.use_clock(lambda: shop.now)
    code = shop.enrol()["code"]
    buy(shop, code, "o1")
    shop.stream()
    shop.now += timedelta(days=40)
    pay(shop, "o1")
    shop.redeem(code, "march", placed_at=f"{START:%Y-%m-%dT%H:%M:%SZ}")
    shop.redeem(code, "april")
    shop.stream()
    assert sorted([worth(shop, "o1"), worth(shop, "april")]) == [0, 450]
    assert worth(shop, "march") == 450
    assert wrong(shop) == []


# --- the friend's place -----------------------------------------------------------------------------------------------


def test_a_failed_payment_costs_no_friend_the_offer(shop: Shop) -> None:
    """Tried again under another order id, nothing reported of the first: the one that is paid for is rewarded."""
    code = shop.enrol()["code"]
    assert [buy(shop, code, f"o{number}").status_code for number in (1, 2)] == [201, 201]
    pay(shop, "o2")
    shop.stream()
    assert worth(shop, "o2") == 450
    assert wrong(shop) == []


def test_an_unpaid_order_keeps_nobody_from_a_paid_one(shop: Shop) -> None:
    """And if it is paid for after all, it finds the place taken: one reward in all, and the trace says why."""
    code = shop.enrol()["code"]
    buy(shop, code, "o1")
    assert buy(shop, code, "o2", payment="paid").status_code == 201
    shop.stream()
    pay(shop, "o1")
    shop.stream()
    assert (worth(shop, "o1"), worth(shop, "o2")) == (0, 450)
    assert shop.order("o1")["reason"] == "friend_already_referred"
    assert [to for to, _ in shop.mails()].count("fay@example.com") == 1
    assert wrong(shop) == []


def test_of_two_orders_that_are_paid_for_one_is_rewarded(shop: Shop) -> None:
    """Whichever is settled first; the other stays without, whatever becomes of it later."""
    code = shop.enrol()["code"]
    buy(shop, code, "o1")
    buy(shop, code, "o2")
    pay(shop, "o1")
    pay(shop, "o2")
    shop.stream()
    shop.days(40)
    assert sorted([worth(shop, "o1"), worth(shop, "o2")]) == [0, 450]
    assert wrong(shop) == []


def test_of_two_orders_that_turn_out_to_be_of_one_friend_one_is_rewarded(shop: Shop) -> None:
    """The second tells its friend's id while both are unpaid: the first that is paid for earns, and the books agree."""
    code = shop.enrol()["code"]
    by_id, both = {"email": None, "id": "c-1"}, {"email": "fay@example.com", "id": "c-1"}
    buy(shop, code, "o1", customer=by_id)
    buy(shop, code, "o2", customer={"email": "fay@example.com"})
    assert buy(shop, code, "o2", customer=both, revision=2).status_code == 201
    for order_id in ("o1", "o2"):
        pay(shop, order_id, f"p-{order_id}")
        shop.stream()
    assert (worth(shop, "o1"), worth(shop, "o2")) == (450, 0)
    for customer in ({"email": "fay@example.com"}, by_id, both):
        assert refusal(buy(shop, code, "o3", customer=customer, payment="paid")) == (422, "friend_already_referred")
    assert wrong(shop) == []


def test_a_refunded_order_of_a_friend_who_turns_out_to_be_known_leaves_no_place(shop: Shop) -> None:
    """Told apart no more, the friend has the place of the order that stands, and a refund taken back gives no other."""
    code = shop.enrol()["code"]
    fay, by_id = {"email": "fay@example.com"}, {"email": None, "id": "c-1"}
    for order_id in ("o1", "o2"):
        buy(shop, code, order_id, customer=fay)
    buy(shop, code, "o3", customer=by_id, payment="paid")
    refund = {"refund_id": "r1", "kind": "cancellation"}
    shop.call("POST", "/v1/orders/o3/refunds", refund, scope="checkout")
    shop.stream()
    assert buy(shop, code, "o2", customer={**fay, "id": "c-1"}, revision=2).status_code == 201
    for order_id in ("o1", "o2"):
        pay(shop, order_id, f"p-{order_id}")
        shop.stream()
    assert refusal(buy(shop, code, "o4", customer=by_id, payment="paid")) == (422, "friend_already_referred")
    undone = shop.read(shop.call("POST", "/v1/orders/o3/refunds/r1/reversal", {}, scope="checkout"))
    assert (undone["counts"], undone["by"]) == (False, "o1")
    shop.stream()
    assert [worth(shop, order_id) for order_id in ("o1", "o2", "o3")] == [450, 0, 0]
    assert wrong(shop) == []


def test_unpaid_orders_take_turns_three_times_in_a_row(shop: Shop) -> None:
    """Each has had the discount; a fourth waits until one is paid for, or until the days of the row are over."""
    code = shop.enrol()["code"]
    assert [buy(shop, code, f"o{number}").status_code for number in (1, 2, 3, 4)] == [201, 201, 201, 422]
    shop.now += timedelta(days=14)
    assert buy(shop, code, "o5").status_code == 201
    assert buy(shop, code, "o6", payment="paid").status_code == 201
    shop.stream()
    assert worth(shop, "o6") == 450
    assert wrong(shop) == []


@pytest.mark.parametrize("off", [{"code": None}, {"amount": 1000}], ids=["taken off", "refused"])
def test_a_cart_without_its_code_gives_its_turn_back(shop: Shop, off: Body) -> None:
    """It has no discount any more, so another cart may have it: as many as three at a time, whichever they are."""
    code = shop.enrol()["code"]
    for number in (1, 2, 3):
        assert buy(shop, code, f"o{number}").status_code == 201
    for order_id, another in (("o1", "o4"), ("o4", "o5")):
        assert refusal(buy(shop, code, another)) == (422, "friend_already_referred")
        buy(shop, **{"code": code, "order_id": order_id, "revision": 2, **off})
        assert buy(shop, code, another).status_code == 201
    assert refusal(buy(shop, code, "o6")) == (422, "friend_already_referred")
    pay(shop, "o5")
    shop.stream()
    assert (worth(shop, "o5"), wrong(shop)) == (450, [])


def test_a_code_that_is_put_on_again_takes_a_turn(shop: Shop) -> None:
    """Or carts without a code could be kept in store, and have it all at once; off and on is no turn more."""
    code = shop.enrol()["code"]
    buy(shop, code, "o1")
    for revision in range(2, 12):
        assert (
            buy(shop, code if revision % 2 else None, "o1", amount=5000 + revision, revision=revision).status_code
            == 201
        )
    buy(shop, None, "o1", revision=12)
    assert [buy(shop, code, f"o{number}").status_code for number in (2, 3, 4)] == [201, 201, 201]
    assert refusal(buy(shop, code, "o1", amount=6000, revision=13)) == (422, "friend_already_referred")
    assert shop.order("o1")["reason"] == "friend_already_referred"
    buy(shop, None, "o3", revision=2)
    assert buy(shop, code, "o1", amount=7000, revision=14).status_code == 201
    assert refusal(buy(shop, code, "o3", amount=6000, revision=3)) == (422, "friend_already_referred")
    pay(shop, "o1")
    shop.stream()
    assert (worth(shop, "o1"), wrong(shop)) == (630, [])


def test_a_code_that_is_put_on_again_finds_the_place_taken(shop: Shop) -> None:
    """Another order was paid for meanwhile: the friend hears it at once, and not by a reward that nobody gets."""
    code = shop.enrol()["code"]
    buy(shop, code, "o1")
    buy(shop, None, "o1", revision=2)
    assert buy(shop, code, "o2", payment="paid").status_code == 201
    assert refusal(buy(shop, code, "o1", amount=6000, revision=3)) == (422, "friend_already_referred")
    shop.refund("o2", "r1", 4500)
    assert buy(shop, code, "o1", amount=7000, revision=4, payment="paid").status_code == 201
    shop.stream()
    assert (worth(shop, "o1"), worth(shop, "o2"), wrong(shop)) == (630, 0, [])


def test_a_cart_of_an_earlier_row_gives_no_turn_of_this_one_back(shop: Shop) -> None:
    """Its row has ended, and it counts no more: else taking its code off would let in one too many."""
    code = shop.enrol()["code"]
    buy(shop, code, "old")
    shop.now += timedelta(days=14)
    assert [buy(shop, code, f"o{number}").status_code for number in (1, 2, 3)] == [201, 201, 201]
    assert buy(shop, None, "old", revision=2).status_code == 201
    assert refusal(buy(shop, code, "o4")) == (422, "friend_already_referred")


def test_two_carts_give_their_turns_back_at_once(shop: Shop) -> None:
    """Both have read the same root: the second one looks again, and neither turn is lost."""
    code = shop.enrol()["code"]
    for number in (1, 2, 3):
        buy(shop, code, f"o{number}")
    shop.faults.before("TransactWriteItems", meanwhile(lambda: buy(shop, None, "o2", revision=2)))
    assert buy(shop, None, "o1", revision=2).status_code == 201
    assert [buy(shop, code, f"o{number}").status_code for number in (4, 5, 6)] == [201, 201, 422]


def test_a_payment_and_a_new_order_race_for_the_place(shop: Shop) -> None:
    """The root is written even if it names the order: whoever has read it before looks again, and one is rewarded."""
    code = shop.enrol()["code"]
    buy(shop, code, "o1")
    shop.stream()
    pay(shop, "o1")

    def settled() -> None:
        shop.stream()

    shop.faults.before("TransactWriteItems", None, meanwhile(settled))
    assert refusal(buy(shop, code, "o2", payment="paid")) == (422, "friend_already_referred")
    shop.stream()
    assert worth(shop, "o1") == 450
    assert wrong(shop) == []


# --- revisions --------------------------------------------------------------------------------------------------------


def test_the_highest_revision_counts_until_the_order_is_paid_for(shop: Shop) -> None:
    """The cart changed: whatever arrives last, the highest number holds, and once paid for it stands."""
    code = shop.enrol()["code"]
    buy(shop, code)
    shop.stream()
    more = buy(shop, code, amount=8000, revision=3)
    assert (more.status_code, shop.read(more)["amount"]["amount"]) == (201, 8000)
    late = buy(shop, code, amount=6000, revision=2)
    assert (late.status_code, shop.read(late)["superseded"], shop.read(late)["amount"]["amount"]) == (200, True, 8000)
    assert refusal(buy(shop, code, amount=7000, revision=3)) == (409, "conflicting_repeat")
    pay(shop)
    shop.stream()
    assert worth(shop) == 720
    assert refusal(buy(shop, code, amount=9000, revision=4)) == (409, "already_paid")
    assert buy(shop, code, amount=8000, revision=3).status_code == 200
    assert worth(shop) == 720
    assert wrong(shop) == []


def test_a_revision_is_judged_by_the_rules_that_the_order_began_under(shop: Shop) -> None:
    """What a friend was promised holds for the cart, however the program changes before it is paid for."""
    maya = shop.enrol()
    first = shop.read(buy(shop, maya["code"]))
    shop.publish(offer={"basis_points": 5000})
    second = shop.read(buy(shop, maya["code"], amount=6000, revision=2))
    assert (first["friend_discount"], second["friend_discount"]) == (eur(500), eur(600))
    assert second["program_version"] == first["program_version"]


def test_a_revision_that_is_paid_for_is_one_request(shop: Shop) -> None:
    """The last content of the cart and its payment come together."""
    code = shop.enrol()["code"]
    buy(shop, code)
    shop.stream()
    answer = buy(shop, code, amount=8000, revision=2, payment="paid")
    assert (answer.status_code, shop.read(answer)["payment"]) == (201, "paid")
    shop.stream()
    assert worth(shop) == 720
    assert refusal(buy(shop, code, amount=9000, revision=3)) == (409, "already_paid")


def test_what_was_refused_last_earns_nothing(shop: Shop) -> None:
    """Edited below the minimum and then paid for: the amount before must not earn; edited back, it does."""
    maya = shop.enrol()
    buy(shop, maya["code"])
    shop.stream()
    for _ in range(2):
        assert refusal(buy(shop, maya["code"], amount=1000, revision=2)) == (422, "below_minimum")
    shown = shop.order()
    assert (shown["status"], shown["reason"]) == ("withdrawn", "below_minimum")
    assert shown["position"] == {"state": "void"}
    assert (shown["friend_discount"], shown["reward_estimate"]) == (eur(0), eur(0))
    assert shown["explanation"] == [
        "Before it was paid for, it changed so that the code is not used on it: below_minimum."
    ]
    buy(shop, maya["code"], amount=6000, revision=3)
    assert refusal(buy(shop, maya["code"], amount=1000, revision=4)) == (422, "below_minimum")
    pay(shop)
    shop.stream()
    shop.days(40)
    assert (worth(shop), shop.account(maya["id"])["available"], shop.mails()) == (0, 0, [])
    assert wrong(shop) == []


def test_a_code_can_be_taken_off_a_cart(shop: Shop) -> None:
    """`code: null` withdraws the order until another revision brings a code again."""
    code = shop.enrol()["code"]
    buy(shop, code)
    off = buy(shop, None, revision=2)
    assert (off.status_code, shop.read(off)["status"], shop.read(off)["reason"]) == (201, "withdrawn", "code_removed")
    assert shop.read(off)["friend_discount"] == eur(0)
    assert buy(shop, None, revision=2).status_code == 200
    assert buy(shop, code, amount=5100, revision=3).status_code == 201
    pay(shop)
    shop.stream()
    assert worth(shop) == 459
    first = buy(shop, None, "o9", payment="paid")
    assert (first.status_code, shop.read(first)["errors"][0]["pointer"]) == (400, "/code")
    assert refusal(buy(shop, None, "o9")) == (422, "unknown_code")


OFF = pytest.mark.parametrize(
    ("off", "reason"),
    [({"code": None}, "unknown_code"), ({"amount": 1000}, "below_minimum")],
    ids=["taken off", "refused"],
)


@OFF
def test_a_refusal_that_comes_first_is_remembered(shop: Shop, off: Body, reason: str) -> None:
    """The cart as it was before comes late: it is superseded, takes no turn, and earns nothing when it is paid for."""
    code = shop.enrol()["code"]
    for _ in range(2):
        assert refusal(buy(shop, **{"code": code, "revision": 3, **off})) == (422, reason)
    for number in (1, 2):
        late = buy(shop, code, amount=6000 + number, revision=number)
        shown = shop.read(late)
        assert (late.status_code, shown["superseded"], shown["revision"], shown["status"]) == (
            200,
            True,
            3,
            "withdrawn",
        )
        assert (shown["friend_discount"], shown["reward_estimate"]) == (eur(0), eur(0))
    again = buy(shop, **{"code": code, "revision": 3, **off})
    assert again.status_code == (422 if "amount" in off else 200)
    assert [buy(shop, code, f"o{number}").status_code for number in (2, 3, 4)] == [201, 201, 201]
    pay(shop)
    shop.stream()
    shop.days(40)
    assert (worth(shop), shop.mails(), wrong(shop)) == (0, [], [])


@OFF
@pytest.mark.parametrize("came", [True, False], ids=["after the late one", "before it"])
def test_a_code_may_come_after_a_refusal_that_came_first(shop: Shop, off: Body, reason: str, came: bool) -> None:
    """The highest revision counts: with a code it is admitted, under whatever the friend is known by."""
    code = shop.enrol()["code"]
    known = {**FAY, "id": "c-9"}
    assert refusal(buy(shop, **{"code": code, "revision": 2, **off})) == (422, reason)
    if came:
        assert buy(shop, code, revision=1).status_code == 200
        assert buy(shop, None, revision=3, customer=known).status_code == 201
    assert buy(shop, code, amount=6000, revision=4, customer=known).status_code == 201
    late = buy(shop, code, revision=1)
    assert (late.status_code, shop.read(late)["superseded"]) == (200, True)
    pay(shop)
    shop.stream()
    assert (worth(shop), wrong(shop)) == (540, [])
    assert refusal(buy(shop, code, "o2", customer={"email": "b@example.com", "id": "c-9"})) == (
        422,
        "friend_already_referred",
    )


def test_a_number_has_one_content_from_the_first_refusal_on(shop: Shop) -> None:
    """As of an order that is stored; and the highest refusal is the one that is remembered."""
    code = shop.enrol()["code"]
    for number in (2, 4):
        assert refusal(buy(shop, code, amount=1000, revision=number)) == (422, "below_minimum")
    assert refusal(buy(shop, code, amount=5000, revision=4)) == (409, "conflicting_repeat")
    assert refusal(buy(shop, code, amount=900, revision=3)) == (422, "below_minimum")
    assert shop.read(buy(shop, code, revision=3))["revision"] == 4


def test_a_first_revision_that_is_refused_leaves_nothing(shop: Shop) -> None:
    """There is none below it that could come late."""
    code = shop.enrol()["code"]
    before = shop.everything()
    assert refusal(buy(shop, code, amount=1000)) == (422, "below_minimum")
    assert shop.everything() == before
    assert buy(shop, code).status_code == 201


def test_what_comes_paid_for_stands(shop: Shop) -> None:
    """It says no number, so none is above it."""
    code = shop.enrol()["code"]
    refusal(buy(shop, None, revision=2))
    assert buy(shop, code, payment="paid").status_code == 201
    shop.stream()
    assert (worth(shop), wrong(shop)) == (450, [])


def test_a_refusal_and_the_cart_of_before_come_at_once(shop: Shop) -> None:
    """Whichever is stored first: the settlement finds the higher revision, and nothing is earned."""
    code = shop.enrol()["code"]
    shop.faults.before("TransactWriteItems", meanwhile(lambda: buy(shop, None, revision=2)))
    assert buy(shop, code).status_code == 201
    pay(shop)
    shop.stream()
    shown = shop.order()
    assert (shown["status"], shown["reason"], shown["revision"]) == ("withdrawn", "code_removed", 2)
    shop.faults.before("TransactWriteItems", meanwhile(lambda: buy(shop, code, "o2")))
    off = buy(shop, None, "o2", revision=2)
    assert (off.status_code, shop.read(off)["status"]) == (201, "withdrawn")
    pay(shop, "o2")
    shop.stream()
    shop.days(40)
    assert (worth(shop), worth(shop, "o2"), shop.mails(), wrong(shop)) == (0, 0, [], [])


def test_two_refusals_come_at_once(shop: Shop) -> None:
    """The higher one stands, whichever is stored first."""
    code = shop.enrol()["code"]
    shop.faults.before("TransactWriteItems", meanwhile(lambda: buy(shop, None, revision=3)))
    assert refusal(buy(shop, code, amount=1000, revision=2)) == (422, "below_minimum")
    shop.faults.before("TransactWriteItems", meanwhile(lambda: buy(shop, None, revision=4)))
    assert refusal(buy(shop, code, amount=1000, revision=5)) == (422, "below_minimum")
    shop.faults.before("TransactWriteItems", meanwhile(lambda: buy(shop, None, revision=7)))
    assert shop.read(buy(shop, code))["revision"] == 7
    assert shop.read(buy(shop, code, revision=6))["superseded"] is True


def test_an_order_that_is_not_paid_for_is_taken_in_two_calls(shop: Shop) -> None:
    """The code and a refusal that came first are read in one trip; the transaction is that of any other order."""
    code, costs = shop.enrol()["code"], []
    buy(shop, code, "o0", customer={"email": "o0@example.com"})
    for order_id, told in (("o1", "paid"), ("o2", "pending")):
        before = len(shop.faults.calls)
        assert buy(shop, code, order_id, payment=told, customer={"email": f"{order_id}@example.com"}).status_code == 201
        costs.append([(name, len(sent.get("TransactItems", ()))) for name, sent in shop.faults.calls[before:]])
    assert costs == [
        [("GetItem", 0), ("TransactWriteItems", 2)],
        [("BatchGetItem", 0), ("TransactWriteItems", 2)],
    ]


def test_another_code_is_judged_as_of_now_and_the_same_one_is_not(shop: Shop) -> None:
    """The program is the one of the first request; a code that was good when it was used stays good on this order."""
    maya, asha = shop.enrol(), shop.enrol("asha@example.com", "Asha")
    buy(shop, maya["code"])
    for person in (maya, asha):
        path = f"/v1/codes/{person['code']}"
        assert shop.call("PATCH", path, {"state": "paused"}, scope="admin:write").status_code == 200
    assert buy(shop, maya["code"], amount=6000, revision=2).status_code == 201
    assert refusal(buy(shop, asha["code"], amount=6000, revision=3)) == (422, "paused_code")
    shop.call("PATCH", f"/v1/codes/{asha['code']}", {"state": "active"}, scope="admin:write")
    assert buy(shop, asha["code"], amount=7000, revision=4).status_code == 201
    pay(shop)
    shop.stream()
    assert shop.account(asha["id"])["held"] == 630
    assert shop.account(maya["id"])["held"] == 0
    assert wrong(shop) == []


def test_an_order_that_changes_hands_while_it_is_settled_is_its_new_ambassadors(shop: Shop) -> None:
    """A worker has begun with it for one ambassador when it is paid for with another's code: it is settled there."""
    maya, asha = shop.enrol(), shop.enrol("asha@example.com", "Asha")
    buy(shop, maya["code"])
    last: Body = {"amount": 6000, "revision": 2, "payment": "paid"}
    shop.faults.before("PutItem", meanwhile(lambda: buy(shop, asha["code"], **last)))
    shop.stream()
    assert shop.account(maya["id"])["held"] == 0
    shop.days(1)
    assert (shop.account(maya["id"])["held"], shop.account(asha["id"])["held"]) == (0, 540)
    assert wrong(shop) == []


def test_a_cart_stays_its_friends(shop: Shop) -> None:
    """Another customer under the same order id is a conflict; a mended address of the same one is not."""
    code = shop.enrol()["code"]
    buy(shop, code, customer={**FAY, "id": "c-1"})
    stranger = {"email": "stranger@example.com"}
    assert refusal(buy(shop, code, revision=2, customer=stranger)) == (409, "conflicting_repeat")
    mended = {"email": "fay.mended@example.com", "id": "c-1", "first_name": "Fay"}
    assert buy(shop, code, revision=3, customer=mended).status_code == 201
    pay(shop)
    shop.stream()
    assert {to for to, _ in shop.mails()} == {"fay.mended@example.com", "maya@example.com"}
    assert refusal(buy(shop, code, "o2", payment="paid")) == (422, "friend_already_referred")
    assert wrong(shop) == []


def test_a_cart_that_is_as_it_was_again_keeps_its_number(shop: Shop) -> None:
    """First 50, then 90, then 50 once more: if the middle one comes last, it is superseded all the same."""
    code = shop.enrol()["code"]
    buy(shop, code)
    again = buy(shop, code, revision=3)
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
    for late in (buy(shop, code, amount=9000, revision=2), buy(shop, None, revision=2)):
        assert (late.status_code, shop.read(late)["superseded"]) == (200, True)
    assert buy(shop, code, revision=5, payment="paid").status_code == 200
    assert shop.read(buy(shop, code, amount=9000, revision=4))["superseded"] is True
    shop.stream()
    assert (worth(shop), wrong(shop)) == (450, [])


def test_a_payment_for_what_was_refused_is_answered_like_its_repeat(shop: Shop) -> None:
    """Refused, and paid for like this: the answer says so the first time as well, and nothing is earned."""
    code = shop.enrol()["code"]
    buy(shop, code)
    buy(shop, code, amount=1000, revision=2)
    for _ in range(2):
        assert refusal(buy(shop, code, amount=1000, revision=2, payment="paid")) == (422, "below_minimum")
    shop.stream()
    assert (worth(shop), shop.order()["payment"], wrong(shop)) == (0, "paid", [])


def test_a_cart_that_turns_out_to_be_a_known_friends_is_refused(shop: Shop) -> None:
    """With the address of a friend whose order is rewarded there is no second discount; mended once more, there is."""
    code = shop.enrol()["code"]
    buy(shop, code, "first", payment="paid")
    buy(shop, code, customer={"email": "f@example.com", "id": "c-9"})
    shop.stream()
    known = buy(shop, code, revision=2, customer={**FAY, "id": "c-9"})
    assert refusal(known) == refusal(buy(shop, code, "o2", customer=FAY)) == (422, "friend_already_referred")
    assert shop.order()["status"] == "withdrawn"
    assert buy(shop, code, revision=3, customer={"email": "g@example.com", "id": "c-9"}).status_code == 201
    pay(shop)
    shop.stream()
    assert (worth(shop), worth(shop, "first"), wrong(shop)) == (450, 450, [])


@pytest.mark.parametrize("off", [{"code": None}, {"amount": 1000}])
def test_an_address_that_is_mended_while_the_code_is_off_stays_known(shop: Shop, off: Body) -> None:
    """Mended in the revision that withdraws the order: the next one, which names that address alone, is theirs."""
    code = shop.enrol()["code"]
    buy(shop, code, customer={"email": "typo@example.com", "id": "c-9"})
    buy(shop, **{"code": code, "revision": 2, "customer": {**FAY, "id": "c-9"}, **off})
    assert buy(shop, code, revision=3).status_code == 201
    pay(shop)
    shop.stream()
    assert (worth(shop), wrong(shop)) == (450, [])
    assert {to for to, _ in shop.mails()} == {"fay@example.com", "maya@example.com"}


def test_an_address_of_the_ambassadors_own_does_not_stay_at_a_cart(shop: Shop) -> None:
    """Typed by mistake and mended: the friend keeps the offer, and the ambassador may still be another one's friend."""
    code, asha = shop.enrol()["code"], shop.enrol("asha@example.com", "Asha")["code"]
    buy(shop, code, customer={**FAY, "id": "c-9"})
    assert refusal(buy(shop, code, revision=2, customer={"email": "maya@example.com", "id": "c-9"})) == (
        422,
        "own_code",
    )
    assert buy(shop, code, revision=3, amount=6000, customer={**FAY, "id": "c-9"}, payment="paid").status_code == 201
    assert buy(shop, asha, "o2", customer={"email": "maya@example.com"}, payment="paid").status_code == 201
    shop.stream()
    assert (worth(shop), worth(shop, "o2"), wrong(shop)) == (540, 450, [])


def test_edits_put_off_no_lapse(shop: Shop) -> None:
    """The first time at which the order was placed stays, or a cart that is touched once a week would wait for ever."""
    code = shop.enrol()["code"]
    first = shop.read(buy(shop, code))["placed_at"]
    shop.stream()
    for number in range(2, 5):
        shop.days(4)
        told = shop.read(buy(shop, code, amount=5000 + number, revision=number))
        assert told["placed_at"] == first
    shop.days(3)
    assert shop.order()["payment"] == "lapsed"


def test_a_payment_that_is_faster_than_an_edit_fixes_what_was_paid_for(shop: Shop) -> None:
    """The edit meets the payment in its transaction, and is told."""
    code = shop.enrol()["code"]
    buy(shop, code)
    shop.stream()
    shop.faults.before("TransactWriteItems", None, meanwhile(lambda: pay(shop)))
    assert refusal(buy(shop, code, amount=8000, revision=2)) == (409, "already_paid")
    shop.stream()
    assert worth(shop) == 450


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"payment": "soon"}, "/payment"),
        ({"revision": 0}, "/revision"),
        ({"revision": 1.5}, "/revision"),
    ],
)
def test_what_is_no_payment_or_revision_is_refused(shop: Shop, more: Body, pointer: str) -> None:
    """It decides money, so it is taken as it is or not at all."""
    answer = buy(shop, shop.enrol()["code"], **more)
    assert answer.status_code == 400
    assert shop.read(answer)["errors"][0]["pointer"] == pointer
