"""Signals of abuse: each is raised by what it is named for, and by nothing that honest people do."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib import deps
from chalicelib.domain.orders.fraud import safe_to_tell
from chalicelib.domain.program.signals import SIGNALS
from chalicelib.operations.orders.evidence import is_disposable
from chalicelib.operations.orders.settle import settle_orders
from memory.faults import meanwhile
from memory.shop import Body, Shop

CARD: Body = {"payment_fingerprint": "pm_4242"}
OTHER_CARD: Body = {"payment_fingerprint": "pm_1111"}
HOME: Body = {"shipping_address": "12 Mill Lane, Leeds LS1 4AB"}
PHONE = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile"


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """A shop that watches from a weight of 50 on."""
    shop.publish(watch={"review_at": 50})
    return shop


def settled(shop: Shop, code: str, order_id: str, **more: Any) -> list[str]:
    """Sell with a code, settle, and answer the names of the signals that an admin sees."""
    assert shop.redeem(code, order_id, **more).status_code == 201
    settle_orders(deps.table(), [order_id], now=shop.now)
    return [signal["name"] for signal in shop.order(order_id)["signals"]]


def visit(shop: Shop, code: str) -> None:
    """Let a person open the share link."""
    assert shop.call("GET", f"/r/{code}", User_Agent=PHONE).status_code == 200


# --- cards and addresses ----------------------------------------------------------------------------------------------


def test_another_friends_card_makes_the_reward_wait(shop: Shop) -> None:
    """The second friend who pays with the same card is asked about; the first was, and stays, in order."""
    code = shop.enrol()["code"]
    assert settled(shop, code, "o1", **CARD) == []
    assert settled(shop, code, "o2", **CARD) == ["shared_payment"]
    assert settled(shop, code, "o3", **OTHER_CARD) == []
    assert [shop.order(name).get("reason") for name in ("o1", "o2", "o3")] == [None, "review_pending", None]
    assert shop.order("o2")["position"]["held"] == {"amount": 450, "currency": "EUR"}


def test_a_card_however_it_is_spelt(shop: Shop) -> None:
    """An address is the same with other case, blanks and punctuation."""
    code = shop.enrol()["code"]
    settled(shop, code, "o1", **HOME)
    assert settled(shop, code, "o2", shipping_address="12, MILL lane - Leeds, ls14ab") == ["shared_address"]


def test_room_mates_are_shown_and_not_held(shop: Shop) -> None:
    """Two friends at one address are ordinary: an admin sees it, the reward takes its way."""
    maya = shop.enrol()
    settled(shop, maya["code"], "o1", **HOME, **CARD)
    assert settled(shop, maya["code"], "o2", **HOME, **OTHER_CARD) == ["shared_address"]
    assert "reason" not in shop.order("o2")
    shop.days(31)
    assert shop.order("o2")["position"]["state"] == "available"


def test_an_address_and_a_throwaway_mailbox_together_wait(shop: Shop) -> None:
    """What is ordinary by itself may not be together: weights add up."""
    code = shop.enrol()["code"]
    settled(shop, code, "o1", **HOME)
    found = settled(shop, code, "o2", customer={"email": "fay@mailinator.com"}, **HOME)
    assert found == ["shared_address", "disposable_email"]
    assert shop.order("o2")["reason"] == "review_pending"


def test_the_same_friend_again_is_no_signal(shop: Shop) -> None:
    """A friend whose every order counts uses their own card and address each time."""
    shop.publish(watch={"review_at": 50}, friend_days=60, new_friends_only=False)
    code, fay = shop.enrol()["code"], {"email": "fay@example.com"}
    assert [settled(shop, code, name, customer=fay, **CARD, **HOME) for name in ("o1", "o2", "o3")] == [[], [], []]


def test_friends_of_two_ambassadors_may_share(shop: Shop) -> None:
    """A parcel shop is everybody's address: what counts is who else used it with the same ambassador."""
    codes = [shop.enrol(email)["code"] for email in ("maya@example.com", "asha@example.com")]
    assert [settled(shop, code, code, **CARD, **HOME) for code in codes] == [[], []]


def test_the_ambassadors_own_card_and_address(shop: Shop) -> None:
    """What the ambassador bought with somebody's code tells their card: a friend who pays with it may be themselves."""
    asha, maya = shop.enrol("asha@example.com"), shop.enrol()
    bought = {"customer": {"email": "Maya@example.com"}, **CARD, **HOME}
    assert settled(shop, asha["code"], "o1", **bought) == []
    assert settled(shop, maya["code"], "o2", **CARD, **HOME) == ["shared_payment", "shared_address"]
    assert settled(shop, maya["code"], "o3", **OTHER_CARD) == []


def test_orders_settled_together_see_each_other(shop: Shop) -> None:
    """A fold of many orders is as watchful as one after the other, and notes each card once."""
    code = shop.enrol()["code"]
    for number in range(4):
        assert shop.redeem(code, f"o{number:02d}", **CARD, **HOME).status_code == 201
    settle_orders(deps.table(), [f"o{number:02d}" for number in range(4)], now=shop.now)
    signals = [[it["name"] for it in shop.order(f"o{number:02d}")["signals"]] for number in range(4)]
    assert signals[0] == []
    assert all({"shared_payment", "shared_address"} <= set(found) for found in signals[1:])
    assert len([item for item in shop.everything() if item["PK"]["S"].startswith("TRAIT#")]) == 2


def test_a_race_hides_no_card(shop: Shop) -> None:
    """Two workers settle two orders with one card at the same moment: the one that comes second sees the first."""
    code = shop.enrol()["code"]
    for name in ("o1", "o2"):
        shop.redeem(code, name, **CARD)
    table, now = deps.table(), shop.now
    shop.faults.before("TransactWriteItems", meanwhile(lambda: settle_orders(table, ["o2"], now=now)))
    settle_orders(table, ["o1"], now=now)
    signals = {name: [it["name"] for it in shop.order(name)["signals"]] for name in ("o1", "o2")}
    assert signals == {"o2": [], "o1": ["shared_payment"]}


def test_what_was_sold_before_the_program_watched_is_known(shop: Shop) -> None:
    """Cards are remembered whenever the checkout sends them, and shown; only waiting takes a threshold."""
    shop.publish()
    code = shop.enrol()["code"]
    assert settled(shop, code, "o1", **CARD) == []
    assert settled(shop, code, "o2", **CARD) == ["shared_payment"]
    assert "reason" not in shop.order("o2")
    shop.publish(watch={"review_at": 50})
    assert settled(shop, code, "o3", **CARD) == ["shared_payment"]
    assert shop.order("o3")["reason"] == "review_pending"


# --- people -----------------------------------------------------------------------------------------------------------


def test_a_ring(shop: Shop) -> None:
    """Two who bring each other are a ring, whoever began; a friend who becomes an ambassador and goes on is none."""
    maya, asha = shop.enrol(), shop.enrol("asha@example.com", "Asha")
    assert settled(shop, maya["code"], "o1", customer={"email": "asha@example.com"}) == []
    assert settled(shop, asha["code"], "o2", customer={"email": "ravi@example.com"}) == []
    ravi = shop.enrol("ravi@example.com", "Ravi")
    assert settled(shop, ravi["code"], "o3", customer={"email": "lin@example.com"}) == []
    assert settled(shop, asha["code"], "o4", customer={"email": "maya@example.com"}) == ["ring"]


@pytest.mark.parametrize("brought_by", ["maya@example.com", "may@example.com"])
def test_a_ring_of_one_who_was_two(shop: Shop, brought_by: str) -> None:
    """Whoever brought the ambassador is found in a friend under any id that they have had."""
    people = {email: shop.enrol(email) for email in ("maya@example.com", "may@example.com", "asha@example.com")}
    assert settled(shop, people[brought_by]["code"], "o1", customer={"email": "asha@example.com"}) == []
    told = {"other": people["may@example.com"]["id"], "note": "One person"}
    path = f"/v1/ambassadors/{people['maya@example.com']['id']}/merge"
    assert shop.call("POST", path, told, scope="admin:write").status_code == 201
    code = people["asha@example.com"]["code"]
    assert settled(shop, code, "o2", customer={"email": "fay@example.com"}) == []
    assert settled(shop, code, "o3", customer={"email": "maya@example.com"}) == ["ring"]


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        ("fay@mailinator.com", True),
        ("Fay@Inbox.MAILINATOR.com", True),
        ("fay@mailinator.com.", True),
        ("fay@gmail.com", False),
        ("fay@privaterelay.appleid.com", False),
        ("fay@duck.com", False),
        ("fay@mailinator.example", False),
        ("mailinator.com@example.com", False),
        ("", False),
        (None, False),
    ],
)
def test_throwaway_mailboxes(email: str | None, expected: bool) -> None:
    """A host on the kept list, or a part of one. Relays that hide an address for good are not on it."""
    assert is_disposable(email) is expected


# --- numbers ----------------------------------------------------------------------------------------------------------


def test_a_burst_waits(shop: Shop) -> None:
    """Whoever sold one a week and now sells five in a day is asked about, from the order on that is too many."""
    shop.publish(watch={"review_at": 40, "velocity_orders": 3})
    code = shop.enrol()["code"]
    for week in range(2):
        assert settled(shop, code, f"w{week}") == []
        shop.now += timedelta(days=7)
    visit(shop, code)
    assert [settled(shop, code, f"b{number}") for number in range(5)] == [[]] * 2 + [["velocity"]] * 3


def test_orders_that_nobody_clicked_for(shop: Shop) -> None:
    """A code on a coupon site brings orders and no visits; one visit in 30 days is enough."""
    shop.publish(watch={"review_at": 20, "clickless_orders": 2})
    code = shop.enrol()["code"]
    assert [settled(shop, code, f"o{number}") for number in range(2)] == [[], ["no_clicks"]]
    visit(shop, code)
    assert settled(shop, code, "o2") == []
    shop.now += timedelta(days=32)
    assert settled(shop, code, "o3") == ["no_clicks"]
    assert [shop.order(f"o{number}").get("reason") for number in range(4)] == [None] * 4  # a guess holds no reward
    assert settled(shop, code, "o4", customer={"email": "fay@mailinator.com"}) == ["disposable_email", "no_clicks"]
    assert shop.order("o4")["reason"] == "review_pending"


def test_friends_who_send_everything_back(shop: Shop) -> None:
    """When half of an ambassador's orders were sent back, the next are asked about."""
    shop.publish(watch={"review_at": 40, "refunded_orders": 2})
    code = shop.enrol()["code"]
    assert [settled(shop, code, f"o{number}") for number in range(2)] == [[], []]
    shop.refund("o0", "r1", 1000)
    settle_orders(deps.table(), ["o0"], now=shop.now)
    assert settled(shop, code, "o2") == []  # one of three
    shop.refund("o1", "r1", 1000)
    settle_orders(deps.table(), ["o1"], now=shop.now)
    assert settled(shop, code, "o3") == ["refund_rate"]  # two of four


# --- who sees what ----------------------------------------------------------------------------------------------------


def test_signals_are_for_admins_only(shop: Shop) -> None:
    """The checkout, the ambassador's list and the mails tell nothing that would teach how not to be noticed."""
    maya = shop.enrol()
    settled(shop, maya["code"], "o1", **CARD)
    settled(shop, maya["code"], "o2", **CARD)
    shop.stream()
    admin = shop.order("o2")
    assert admin["signals"] == [{"name": "shared_payment", "weight": 60, "text": SIGNALS["shared_payment"].text}]
    checkout = shop.call("GET", "/v1/redemptions/o2", scope="checkout")
    assert shop.read(checkout)["reason"] == "review_pending"
    path = f"/v1/ambassadors/{maya['id']}/referrals"
    listed = shop.call("GET", path, scope="admin:read")
    told = [checkout.body.decode(), listed.body.decode(), *(mail.subject + mail.body for mail in shop.sent())]
    words = (*SIGNALS, *(signal.text for signal in SIGNALS.values()), "signal", "deadline")
    assert [word for word in words if any(word in text for text in told)] == []


def test_what_is_safe_to_tell() -> None:
    """Orders with signals of two kinds get the text that says least."""
    assert safe_to_tell(()) == safe_to_tell(("velocity", "ring")) == safe_to_tell(("refund_rate", "ring")) == "routine"
    assert safe_to_tell(("refund_rate",)) == "returns"


# --- what they must not touch -----------------------------------------------------------------------------------------


def test_no_signal_ever_touches_the_checkout(shop: Shop) -> None:
    """A shop that watches and one that does not give the checkout the same answers, whatever is suspicious."""
    answers: list[list[Body]] = []
    for watch in ({}, {"review_at": 1, "velocity_orders": 1, "clickless_orders": 1}):
        shop.publish(watch=watch)
        given = [
            shop.redeem(maya["code"], f"{maya['id']}-{number}", customer={"email": mail}, **CARD, **HOME)
            for maya in [shop.enrol(f"maya{len(answers)}@example.com")]
            for number, mail in enumerate([f"a{len(answers)}@mailinator.com", f"b{len(answers)}@yopmail.com"])
        ]
        shop.stream()
        assert [answer.status_code for answer in given] == [201, 201]
        answers.append([{**shop.read(answer), "order_id": "", "code": "", "ambassador_id": ""} for answer in given])
    told = [[{**it, "program_version": 0, "placed_at": ""} for it in each] for each in answers]
    assert told[0] == told[1]


def test_what_watching_costs(shop: Shop) -> None:
    """A plain order is settled in three trips, one with a card in four. Watching takes one more.

    Two are for what the ambassador has bought, where a card can tell. A checkout waits for nothing of it.
    """
    shop.publish()
    other, code = shop.enrol("asha@example.com")["code"], shop.enrol()["code"]
    trips: dict[str, int] = {}

    def count(name: str, **more: Any) -> None:
        shop.faults.calls.clear()
        assert shop.redeem(more.pop("code", code), name, **more).status_code == 201
        assert "TRAIT#" not in str(shop.faults.calls)
        shop.faults.calls.clear()
        settle_orders(deps.table(), [name], now=shop.now)
        trips[name] = len(shop.faults.calls)

    count("warm")
    count("plain")
    count("card", **CARD)
    shop.publish(watch={"review_at": 50, "clickless_orders": 5})
    count("warm-again", code=other, customer={"email": "maya@example.com"}, **CARD)
    count("watched")
    count("watched-card", **CARD)
    expected = {"plain": 3, "card": 4, "watched": 4, "watched-card": 6 + 1}  # from the fifth order on also the clicks
    assert {name: trips[name] for name in expected} == expected


def test_a_throwaway_mailbox_is_noticed_by_the_workers_as_well(shop: Shop) -> None:
    """They hand the friend's address over to the person before they settle: it is looked up there then."""
    shop.publish(watch={"review_at": 30})
    code = shop.enrol()["code"]
    assert shop.redeem(code, "o1", customer={"email": "fay@mailinator.com"}).status_code == 201
    shop.stream()
    assert [it["name"] for it in shop.order("o1")["signals"]] == ["disposable_email"]
