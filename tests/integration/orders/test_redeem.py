"""Redeeming and reporting: the first answer stands, a repeat repeats it, and nothing shared is touched."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from typing import Any, get_args

import pytest
from chalice.test import HTTPResponse

from chalicelib import deps
from chalicelib.api.checkout import REFUSALS
from chalicelib.aws.lines import Reply
from chalicelib.domain.effects import Create
from chalicelib.domain.model.people import Code
from chalicelib.domain.orders.admit import Reason
from memory.shop import Body, Shop, eur, refusal
from memory.tap import GoOn, tapped

FRIEND: Body = {"email": "fay.friend@gmail.com", "id": "c-7", "first_name": "Faybelle", "locale": "en"}
MINUTES_2 = 2 / 24 / 60


def order(code: str, **changes: object) -> Body:
    """An order of Fay's."""
    return {
        "order_id": "o-1",
        "code": code,
        "customer": FRIEND,
        "amount": eur(5000),
        "items": [{"sku": "cup", "quantity": 2}],
        "placed_at": "2026-03-01T11:00:00Z",
        **changes,
    }


def send(shop: Shop, body: Body) -> HTTPResponse:
    """Redeem."""
    return shop.call("POST", "/v1/redemptions", body, scope="checkout")


def used_before(shop: Shop, code: str) -> None:
    """Let Fay use a code on an earlier order."""
    assert send(shop, order(code, order_id="o-0")).status_code == 201


def ask(shop: Shop, body: Body) -> Body:
    """Quote the same order; a quote is always 200."""
    code, rest = body["code"], {name: value for name, value in body.items() if name != "code"}
    answer = shop.call("POST", "/v1/quotes", {"code": code, "order": rest}, scope="checkout")
    assert answer.status_code == 200
    return shop.read(answer)


def assert_replayed(answer: HTTPResponse, first: HTTPResponse) -> None:
    """The first answer again, marked as a replay; only where the reward stands by now may have changed."""
    assert (first.status_code, answer.status_code) == (201, 200)
    said, says = Shop.read(first), Shop.read(answer)
    assert says == ({**said, "position": says["position"]} if "position" in said else said)
    assert answer.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers


def pause(shop: Shop, code: str) -> None:
    """Pause a code as an admin does."""
    answer = shop.call("PATCH", f"/v1/codes/{code}", {"state": "paused"}, scope="admin:write")
    assert answer.status_code == 200


def expire(code: str) -> None:
    """Give the ambassador of a code a further one, EXPRD234, that has expired."""
    stored = deps.table().read_code(code)
    assert stored is not None
    short = Code("EXPRD234", stored.ambassador_id, stored.owners, stored.created_at, expires_at=stored.created_at)
    assert not deps.table().commit([Create(short)])


def new_items(shop: Shop, before: list[Body]) -> list[Body]:
    """What has been added to the table, given that nothing in it was changed."""
    after = shop.everything()
    assert [item for item in before if item not in after] == []
    return [item for item in after if item not in before]


# --- a repeat ---------------------------------------------------------------------------------------------------------


def test_the_answer_to_a_redemption(shop: Shop) -> None:
    """The checkout learns what to take off, and what the ambassador will earn about."""
    maya = shop.enrol()
    answer = send(shop, order(maya["code"]))
    assert answer.status_code == 201
    body = shop.read(answer)
    expected = {
        "order_id": "o-1",
        "status": "accepted",
        "code": maya["code"],
        "ambassador_id": maya["id"],
        "amount": eur(5000),
        "friend_discount": eur(500),
        "reward_estimate": eur(450),
    }
    assert {name: body[name] for name in expected} == expected


def spellings(code: str) -> list[Body]:
    """The same order, as another till or another day might send it."""
    return [
        order(code),
        order(code.lower()),
        order(f" {code[:4]}-{code[4:]} "),
        order(code, customer={**FRIEND, "email": "FAY.Friend@gmail.com"}),
        order(code, customer={**FRIEND, "email": "fayfriend+shop@googlemail.com"}),
        order(code, placed_at="2026-03-01T12:00:00+01:00"),
        order(code, placed_at="2026-03-01T11:00:00.000Z"),
        order(code, customer={**FRIEND, "first_order": None}),
    ]


@pytest.mark.parametrize("number", range(8))
def test_the_same_order_again(shop: Shop, number: int) -> None:
    """A repeat gets the first answer, however code, address and time are spelled, and stores nothing."""
    maya = shop.enrol()
    first = send(shop, order(maya["code"]))
    before = shop.everything()
    assert_replayed(send(shop, spellings(maya["code"])[number]), first)
    assert shop.everything() == before


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": eur(5001)},
        {"amount": {"amount": 5000, "currency": "USD"}},
        {"customer": {**FRIEND, "email": "else@example.com"}},
        {"customer": {**FRIEND, "id": "c-8"}},
        {"customer": {**FRIEND, "first_order": False}},
        {"items": [{"sku": "cup", "quantity": 3}]},
        {"items": []},
        {"placed_at": "2026-03-01T11:00:01Z"},
        {"code": "other"},
    ],
    ids=lambda changes: "-".join(f"{name}" for name in changes),
)
def test_another_order_under_the_same_id(shop: Shop, changes: Body) -> None:
    """Other content under a known order id is a mistake to hear of: 409, and the first redemption stands."""
    maya, other = shop.enrol(), shop.enrol("other@example.com")
    assert send(shop, order(maya["code"])).status_code == 201
    before = shop.everything()
    code = other["code"] if changes.get("code") == "other" else maya["code"]
    assert refusal(send(shop, {**order(maya["code"]), **changes, "code": code})) == (409, "conflicting_repeat")
    assert shop.everything() == before


@pytest.mark.parametrize(
    "happens",
    [
        lambda shop: pause(shop, shop.order("o-1")["code"]),
        lambda shop: shop.publish(open=False),
        lambda shop: shop.publish(minimum=9999),
        lambda shop: shop.publish(offer={"basis_points": 5000}),
        lambda shop: (shop.stream(), shop.refund("o-1", "r-1", 4500), shop.stream()),
        lambda shop: shop.days(400),
    ],
    ids=["paused", "closed", "minimum-raised", "offer-raised", "settled-and-refunded", "a-year-later"],
)
def test_a_repeat_after_the_world_has_changed(shop: Shop, happens: Callable[[Shop], object]) -> None:
    """A checkout that lost the answer and asks again later gets its first answer, whatever was decided since."""
    maya = shop.enrol()
    first = send(shop, order(maya["code"]))
    happens(shop)
    before = shop.everything()
    assert_replayed(send(shop, order(maya["code"])), first)
    assert shop.everything() == before


# --- reasons and quotes -----------------------------------------------------------------------------------------------

REASONS: dict[str, tuple[Callable[[Shop, str], object] | None, Body]] = {
    "unknown_code": (None, {"code": "NSVCHCDE"}),
    "paused_code": (pause, {}),
    "expired_code": (lambda _, code: expire(code), {"code": "EXPRD234"}),
    "own_code": (None, {"customer": {"email": "maya@example.com"}}),
    "friend_already_referred": (used_before, {}),
    "not_first_order": (None, {"customer": {**FRIEND, "first_order": False}}),
    "below_minimum": (None, {"amount": eur(1999)}),
    "currency_mismatch": (None, {"amount": {"amount": 5000, "currency": "INR"}}),
    "program_closed": (lambda shop, _: shop.publish(open=False), {}),
    "nothing_counts": (None, {"items": [{"sku": "card", "gift_card": True}]}),
}
"""What happens before, and what is said of the order, for each documented reason."""


def test_every_reason_has_its_words() -> None:
    """Whatever the rules refuse an order for, the checkout is told in words, and it is tried here."""
    assert set(REFUSALS) == set(REASONS) == set(get_args(Reason))


@pytest.mark.parametrize("expected", REASONS)
def test_every_reason(shop: Shop, expected: str) -> None:
    """Each documented refusal is reached, a quote gives the same reason, and neither stores anything."""
    maya = shop.enrol()
    happens, changes = REASONS[expected]
    if happens:
        happens(shop, maya["code"])
    body = {**order(maya["code"], placed_at="2026-03-01T12:00:00Z"), **changes}
    before = shop.everything()
    quoted = ask(shop, body)
    assert quoted == {"usable": False, "reason": expected, "friend_discount": eur(0), "reward_estimate": eur(0)}
    assert refusal(send(shop, body)) == (422, expected)
    assert shop.everything() == before


@pytest.mark.parametrize("amount", [2000, 2001, 2009, 4999, 123_456, 10**12])
def test_a_quote_is_what_redeeming_gives(shop: Shop, amount: int) -> None:
    """A quote promises exactly what the redemption grants, and stores nothing."""
    maya = shop.enrol()
    body = order(maya["code"], amount=eur(amount))
    before = shop.everything()
    quoted = ask(shop, body)
    assert shop.everything() == before
    redeemed = shop.read(send(shop, body))
    assert quoted["usable"] is True
    assert "reason" not in quoted
    for name in ("friend_discount", "reward_estimate"):
        assert quoted[name] == redeemed[name]
    assert redeemed["friend_discount"] == eur(amount // 10)


def test_a_quote_without_a_friend(shop: Shop) -> None:
    """A shop's basket page may ask before it knows the customer or has an order id."""
    maya = shop.enrol()
    answer = shop.call("POST", "/v1/quotes", {"code": maya["code"], "order": {"amount": eur(5000)}}, scope="checkout")
    assert shop.read(answer) == {"usable": True, "friend_discount": eur(500), "reward_estimate": eur(450)}


def test_a_quote_of_a_redeemed_order_is_still_usable(shop: Shop) -> None:
    """The friend's own order doesn't count as an earlier one."""
    maya = shop.enrol()
    send(shop, order(maya["code"]))
    assert ask(shop, order(maya["code"]))["usable"] is True
    assert ask(shop, order(maya["code"], order_id="o-2"))["reason"] == "friend_already_referred"


def test_the_days_of_a_friend_end_under_every_name(shop: Shop) -> None:
    """Another mailbox with the same customer id, and that mailbox alone, count from the first order all the same."""
    maya = shop.enrol()
    shop.publish(friend_days=30, new_friends_only=False)
    fay, other, known = {"email": "fay@x.example"}, {"email": "fay@y.example"}, {"id": "gid://shop/Customer/1"}
    visits = ((0, fay), (19, {**fay, **known}), (9, {**other, **known}), (2, {**other, **known}), (20, other))
    answers: list[int] = []
    for day, customer in visits:
        shop.now += timedelta(days=day)
        answers.append(shop.redeem(maya["code"], f"o{len(answers)}", customer=customer).status_code)
    assert answers == [201, 201, 201, 422, 422]


# --- what is stored ---------------------------------------------------------------------------------------------------


@pytest.fixture
def wire(shop: Shop) -> Iterator[list[str]]:
    """The names of the calls that the app's client makes to DynamoDB, in order."""
    del shop
    calls: list[str] = []

    def note(operation: str, _: Any, go_on: GoOn) -> Reply:
        calls.append(operation)
        return go_on()

    with tapped(note):
        deps.forget()
        yield calls


def test_one_read_and_one_transaction(shop: Shop, wire: list[str]) -> None:
    """The checkout waits for one read and one transaction, no more: everything else comes later."""
    maya = shop.enrol()
    assert shop.redeem(maya["code"], "o-warm").status_code == 201
    wire.clear()
    assert send(shop, order(maya["code"])).status_code == 201
    assert wire == ["GetItem", "TransactWriteItems"]


def test_a_redemption_writes_only_its_own_items(shop: Shop) -> None:
    """Of a viral code nothing is written: only items of this order and of this friend, so orders never collide."""
    maya = shop.enrol()
    assert shop.redeem(maya["code"], "o-0").status_code == 201
    before = shop.everything()
    assert send(shop, order(maya["code"])).status_code == 201
    added = new_items(shop, before)
    kinds = sorted((item["PK"]["S"].partition("#")[0], item["SK"]["S"]) for item in added)
    assert kinds == [("ORDER", "#REDEMPTION"), ("PERSON", "FRIEND"), ("PERSON", "FRIEND")]
    order_row, *guards = sorted(added, key=lambda item: item["PK"]["S"])
    (root,) = [item for item in guards if "root" not in item]
    assert order_row["order_id"]["S"] == root["order_id"]["S"] == "o-1"
    assert [item["root"]["S"] for item in guards if item != root] == [root["person"]["S"]]
    assert len({item["PK"]["S"] for item in added}) == 3


PRIVATE = ("gmail", "fay", "maya", "patel", "example.com", "friends.example")


def life(shop: Shop) -> Body:
    """Everything that happens to an order: quoted, redeemed, settled, refunded, delivered, paid, refused again."""
    maya = shop.enrol("maya.patel@example.com", "Mayabelle", last_name="Patel")
    body = order(maya["code"])
    ask(shop, body)
    send(shop, body)
    shop.stream()
    shop.refund("o-1", "r-1", 1000)
    told = {"fulfilment_id": "f-1", "delivered_at": "2026-03-01T11:30:00Z"}
    shop.call("POST", "/v1/orders/o-1/fulfilments", told, scope="checkout")
    shop.stream()
    shop.days(31)
    send(shop, order(maya["code"], order_id="o-2"))
    send(shop, order("MAYABELLE", order_id="o-3", customer={"email": "bad"}))
    shop.call("GET", f"/r/{maya['code']}?ch=fay", User_Agent="Mozilla/5.0 (X11; rv:133.0) Gecko/20100101 Firefox/133.0")
    shop.call("GET", f"/v1/ambassadors/{maya['id']}", scope="admin:read")
    assert len(shop.mails()) >= 3
    return maya


def test_names_and_addresses_live_in_person_items_only(shop: Shop) -> None:
    """Erasing a person's items erases the person: no other item names them, not even in a key."""
    life(shop)
    for item in shop.everything():
        if not item["PK"]["S"].startswith("PERSON#") and item["SK"]["S"] != "PROFILE":
            text = json.dumps(item, ensure_ascii=False).lower()
            assert not [part for part in PRIVATE if part in text], text
        assert "fay.friend" not in item["PK"]["S"]


def test_logs_tell_nothing_personal(shop: Shop, log: StringIO, capfd: pytest.CaptureFixture[str]) -> None:
    """A log can be given to anyone: it holds no address, no name, no key and no code."""
    maya = life(shop)
    key = f"Bearer {shop.keys['checkout']}"
    shop.call("GET", "/v1/redemptions/o-1", Authorization=key.replace("rk_", "rk_wrong"))
    shop.call("POST", "/v1/ambassadors", {"email": "fay@fay..ü", "first_name": "Fay"}, scope="enrol")
    printed = capfd.readouterr()
    written = f"{log.getvalue()}{printed.out}{printed.err}".lower()
    assert written.count('"route":"/v1/redemptions"') >= 3
    assert not [part for part in (*PRIVATE, maya["code"].lower(), "rk_") if part in written], written
    assert not [secret for secret in shop.keys.values() if secret.lower() in log]


# --- later facts ------------------------------------------------------------------------------------------------------

REFUND: Body = {"refund_id": "r-1", "amount": eur(1000), "refunded_at": "2026-03-01T11:00:00Z"}
DELIVERY: Body = {
    "fulfilment_id": "f-1",
    "delivered_at": "2026-03-01T11:00:00Z",
    "return_by": "2026-03-31T00:00:00Z",
}
FACTS: dict[str, tuple[str, Body, list[Body]]] = {
    "refund": (
        "/v1/orders/o-1/refunds",
        REFUND,
        [
            {**REFUND, "amount": eur(1001)},
            {**REFUND, "amount": {"amount": 1000, "currency": "USD"}},
            {**REFUND, "kind": "chargeback"},
            {**REFUND, "tax": eur(160)},
            {**REFUND, "shipping": eur(0)},
            {**REFUND, "refunded_at": "2026-03-01T11:00:01Z"},
        ],
    ),
    "cancellation": (
        "/v1/orders/o-1/refunds",
        {"refund_id": "r-1", "kind": "cancellation"},
        [{"refund_id": "r-1", "kind": "cancellation", "refunded_at": "2026-03-01T11:00:01Z"}, REFUND],
    ),
    "refund-with-tax": (
        "/v1/orders/o-1/refunds",
        {**REFUND, "tax": eur(160), "shipping": eur(0)},
        [REFUND, {**REFUND, "tax": eur(161), "shipping": eur(0)}],
    ),
    "chargeback": ("/v1/orders/o-1/refunds", {**REFUND, "kind": "chargeback"}, [REFUND]),
    "reversal": ("/v1/orders/o-1/refunds/r-1/reversal", {}, []),
    "fulfilment": (
        "/v1/orders/o-1/fulfilments",
        DELIVERY,
        [
            {**DELIVERY, "delivered_at": "2026-03-01T11:00:01Z"},
            {**DELIVERY, "return_by": "2026-04-01T00:00:00Z"},
            {"fulfilment_id": "f-1", "delivered_at": DELIVERY["delivered_at"]},
            {**DELIVERY, "more": True},
            {**DELIVERY, "void": True},
        ],
    ),
    "void-fulfilment": (
        "/v1/orders/o-1/fulfilments",
        {"fulfilment_id": "f-1", "revision": 7, "void": True},
        [{**DELIVERY, "revision": 7}, {**DELIVERY, "revision": 7, "void": True}],
    ),
}


@pytest.mark.parametrize("redeemed", [True, False], ids=["redeemed", "before-the-redemption"])
@pytest.mark.parametrize("kind", FACTS)
def test_a_fact_and_its_repeats(shop: Shop, kind: str, redeemed: bool) -> None:
    """A fact is 201 once, then 200 with the stored body, also much later; other content under its key is 409."""
    path, body, others = FACTS[kind]
    if redeemed:
        send(shop, order(shop.enrol()["code"]))
        shop.stream()
    before = shop.everything()
    first = shop.call("POST", path, body, scope="checkout")
    assert first.status_code == 201
    shown = shop.read(first)
    assert {name: shown[name] for name in body} == body
    assert {item["PK"]["S"] for item in new_items(shop, before)} == {"ORDER#o-1"}
    shop.days(MINUTES_2)
    before = shop.everything()
    assert_replayed(shop.call("POST", path, body, scope="checkout"), first)
    for other in others:
        assert refusal(shop.call("POST", path, other, scope="checkout")) == (409, "conflicting_repeat"), other
    assert shop.everything() == before


@pytest.mark.parametrize("kind", ["refund", "fulfilment"])
def test_the_same_id_on_another_order_is_another_fact(shop: Shop, kind: str) -> None:
    """Shops number refunds within an order: r-1 of another order has nothing to do with this one."""
    path, body, others = FACTS[kind]
    assert shop.call("POST", path, body, scope="checkout").status_code == 201
    assert shop.call("POST", path.replace("o-1", "o-2"), others[0], scope="checkout").status_code == 201


def test_a_refund_that_came_first_counts(shop: Shop) -> None:
    """The order of arrival doesn't matter: a refund before the redemption takes its part of the reward all the same."""
    maya = shop.enrol()
    assert shop.refund("o1", "r-1", 900).status_code == 201
    shop.stream()
    shop.redeem(maya["code"])
    shop.stream()
    assert shop.order()["position"] == {"state": "held", "held": eur(360), "available": eur(0)}


def test_a_reversal_that_came_first_counts(shop: Shop) -> None:
    """A dispute that was won before the chargeback itself arrived leaves the reward whole."""
    maya = shop.enrol()
    shop.redeem(maya["code"])
    assert shop.call("POST", "/v1/orders/o1/refunds/r-1/reversal", {}, scope="checkout").status_code == 201
    assert shop.refund("o1", "r-1", 4500, kind="chargeback").status_code == 201
    shop.stream()
    assert shop.order()["position"]["held"] == eur(450)


def test_a_cancellation_leaves_no_reward(shop: Shop) -> None:
    """A cancelled order earns nothing, although no amount was told."""
    maya = shop.enrol()
    shop.redeem(maya["code"])
    shop.stream()
    cancelled = {"refund_id": "r-1", "kind": "cancellation"}
    assert shop.call("POST", "/v1/orders/o1/refunds", cancelled, scope="checkout").status_code == 201
    shop.stream()
    assert shop.order()["position"] == {"state": "void", "held": eur(0), "available": eur(0)}
    assert shop.account(maya["id"])["held"] == 0


def test_a_field_named_twice_is_refused(shop: Shop) -> None:
    """Readers of JSON disagree which of two equal names counts; where money is meant neither does."""
    code = shop.enrol()["code"]
    customer = '{"email": "fay@example.com"}'
    twice = '"amount": {"amount": 5000, "currency": "EUR"}, "amount": {"amount": 9000, "currency": "EUR"}'
    body = f'{{"order_id": "o-1", "code": "{code}", "customer": {customer}, {twice}}}'
    answer = shop.call("POST", "/v1/redemptions", body.encode(), scope="checkout")
    assert refusal(answer) == (400, "malformed_json")
