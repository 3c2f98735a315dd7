"""What admins do to an account by hand: adjustments, alone or with a second admin, and gifts that they send."""

from datetime import timedelta
from typing import Any

import pytest
from chalice.test import HTTPResponse

from chalicelib import deps
from chalicelib.operations.access import api_keys
from chalicelib.operations.program import publication
from memory.shop import PROGRAM, Body, Shop, eur

MUG = {"amount": 1, "unit": "gift:Tea mug"}


class Desk:
    """A shop with a limit of 10 euro, where every referral earns a mug. Bea, her help Dora, and Cem may write."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        rules = {"adjustment_limit": 1000, "milestones": [{"name": "each", "every": 1, "reward": {"gift": "Tea mug"}}]}
        shop.publish(**rules)
        self.maya = shop.enrol()
        self.id = self.maya["id"]
        scopes = ["admin:write", "admin:keys"]
        self.secrets = {
            owner: api_keys.issue(deps.table(), owner, scopes, shop.now, owner=owner)
            for owner in ("Bea", " BEA ", "Cem")
        }
        told = {"name": "help", "owner": "Dora", "scopes": ["admin:write"]}
        made = shop.call("POST", "/v1/keys", told, Authorization=f"Bearer {self.secrets['Bea']}", Idempotency_Key="k")
        self.secrets["Dora"] = shop.read(made)["secret"]

    def call(self, who: str, path: str, told: object, **more: str) -> HTTPResponse:
        """Write as somebody."""
        return self.shop.call("POST", path, told, Authorization=f"Bearer {self.secrets[who]}", **more)

    def adjust(self, amount: object, key: str = "a-1", who: str = "Bea") -> HTTPResponse:
        """Ask for an adjustment."""
        told = {"amount": eur(amount) if isinstance(amount, int) else amount, "reason": "A parcel was lost."}
        return self.call(who, f"/v1/ambassadors/{self.id}/adjustments", told, Idempotency_Key=key)

    def waiting(self, amount: object = 5000, key: str = "a-1") -> str:
        """Ask for one above the limit; answers its id."""
        answer = self.adjust(amount, key)
        assert answer.status_code == 202, answer.body
        return str(self.shop.read(answer)["id"])

    def decide(self, who: str, adjustment_id: str, decision: str = "approve", note: str = "ok") -> HTTPResponse:
        """Decide as somebody."""
        told = {"decision": decision, "note": note}
        return self.call(who, f"/v1/adjustments/{adjustment_id}/decision", told)

    def read(self, path: str) -> Body:
        """Read as an admin."""
        return self.shop.read(self.shop.call("GET", path, scope="admin:read"))

    def available(self, unit: str = "EUR") -> int:
        """What Maya has of a unit."""
        account = deps.table().read_account(self.id)
        assert account is not None
        return account.balance(unit, "available")


@pytest.fixture
def desk(shop: Shop) -> Desk:
    """Admins at work."""
    return Desk(shop)


def outcome(answer: HTTPResponse) -> tuple[int, Any]:
    """The status of an answer, with its problem or whether it is a replay."""
    body = Shop.read(answer)
    problem = body["reason"] if answer.status_code >= 400 else None
    return answer.status_code, problem or answer.headers.get("Idempotent-Replayed")


# --- adjustments ------------------------------------------------------------------------------------------------------


def test_a_small_adjustment_counts_at_once(shop: Shop, desk: Desk) -> None:
    """In both directions and below zero, with its reason and its author in the ledger."""
    first = desk.adjust(300)
    assert outcome(first) == (201, None)
    made = shop.read(first)
    assert (made["status"], made["amount"], made["reason"]) == ("posted", eur(300), "A parcel was lost.")
    assert outcome(desk.adjust(-1000, "a-2")) == (201, None)
    assert desk.available() == -700
    one, two = shop.entries(ambassador_id=desk.id)
    assert (one["kind"], one["reason"], one["author"]) == ("adjustment", "A parcel was lost.", made["author"])
    assert two["legs"][1] == {"account": "ambassador:available", **eur(-1000)}
    assert desk.read(f"/v1/adjustments/{made['id']}") == made
    assert desk.read("/v1/adjustments")["items"] == []


def test_a_large_adjustment_posts_nothing_before_a_second_admin_approves(shop: Shop, desk: Desk) -> None:
    """202 and it waits, in the list of those that wait; approved it counts, with the author's name."""
    large = desk.waiting(5000)
    assert (desk.available(), shop.entries(ambassador_id=desk.id)) == (0, [])
    assert [it["id"] for it in desk.read("/v1/adjustments")["items"]] == [large]
    approved = desk.decide("Cem", large, note="I saw the parcel.")
    assert outcome(approved) == (201, None)
    shown = shop.read(approved)
    assert (shown["status"], shown["note"]) == ("posted", "I saw the parcel.")
    assert desk.available() == 5000
    (entry,) = shop.entries(ambassador_id=desk.id)
    assert entry["author"] == shown["author"] != shown["decided_by"]
    assert desk.read("/v1/adjustments")["items"] == []


def test_the_second_admin_is_a_second_person(shop: Shop, desk: Desk) -> None:
    """Not the same key, not another key of the same owner however it is spelt, not a key that the owner has made."""
    large = desk.waiting(-5000)
    before = [it for it in shop.everything() if it["SK"]["S"] != "KEY"]
    for who in ("Bea", " BEA ", "Dora"):
        for decision in ("approve", "deny"):
            assert outcome(desk.decide(who, large, decision)) == (403, "second_admin_required")
    assert [it for it in shop.everything() if it["SK"]["S"] != "KEY"] == before
    assert outcome(desk.decide("Cem", large)) == (201, None)
    assert desk.available() == -5000


def test_who_lifts_the_limit_is_bound_by_it_for_a_day(shop: Shop, desk: Desk) -> None:
    """A looser one holds a day later, a stricter one at once; in between the strictest of the day does."""
    for limit in (None, 9000):
        publication.publish(deps.table(), {**PROGRAM, "adjustment_limit": limit}, author="key", now=shop.now)
        shop.days(0.1)
    desk.waiting(5000)
    shop.days(0.9)
    assert outcome(desk.adjust(5000, "a-2")) == (201, None)
    assert outcome(desk.adjust(9001, "a-3")) == (202, None)
    publication.publish(deps.table(), {**PROGRAM, "adjustment_limit": 10}, author="key", now=shop.now)
    shop.days(0.1)
    assert outcome(desk.adjust(11, "a-4")) == (202, None)


def test_the_maker_of_a_key_may_second_its_owner(desk: Desk) -> None:
    """The other way round it is allowed: Bea sees what Dora asks for."""
    answer = desk.adjust(5000, who="Dora")
    assert outcome(desk.decide("Bea", Shop.read(answer)["id"])) == (201, None)


def test_what_was_denied_is_never_posted(shop: Shop, desk: Desk) -> None:
    """A denial closes it; who denied and why stays."""
    large = desk.waiting()
    denied = shop.read(desk.decide("Cem", large, "deny", "No parcel was lost."))
    assert (denied["status"], denied["note"]) == ("denied", "No parcel was lost.")
    assert outcome(desk.decide("Cem", large, "approve")) == (409, "conflicting_repeat")
    assert desk.available() == 0
    assert desk.read(f"/v1/adjustments/{large}") == denied


def test_a_decision_is_made_once(desk: Desk) -> None:
    """The same decision again is a replay; a second one, or one on what never waited, is a conflict."""
    large = desk.waiting()
    assert outcome(desk.decide("Cem", large)) == (201, None)
    assert outcome(desk.decide("Cem", large)) == (200, "true")
    assert outcome(desk.decide("Cem", large, "deny")) == (409, "conflicting_repeat")
    assert outcome(desk.decide("Cem", large, note="other words")) == (409, "conflicting_repeat")
    small = Shop.read(desk.adjust(1, "a-2"))["id"]
    assert outcome(desk.decide("Cem", small)) == (409, "conflicting_repeat")
    assert desk.available() == 5001


def test_an_adjustment_under_one_key_is_one(desk: Desk) -> None:
    """At once or waiting: a repeat shows it as it is now, and another request under the key is refused."""
    desk.adjust(300)
    assert outcome(desk.adjust(300)) == (200, "true")
    assert outcome(desk.adjust(301)) == (422, "idempotency_key_reused")
    large = desk.waiting(5000, "a-2")
    again = desk.adjust(5000, "a-2")
    assert outcome(again) == (200, "true")
    assert Shop.read(again)["id"] == large
    assert Shop.read(again)["status"] == "waiting"
    assert desk.available() == 300


def test_only_units_that_somebody_knows(desk: Desk) -> None:
    """What the program grants can be given, a misspelt unit can't."""
    assert desk.adjust(MUG).status_code == 201
    assert outcome(desk.adjust({"amount": 1, "unit": "gift:Tea cup"}, "a-2")) == (422, "unknown_unit")
    assert outcome(desk.adjust({"amount": 1, "currency": "USD"}, "a-3")) == (422, "unknown_unit")


def test_a_settlement_beside_a_decision_is_not_lost(shop: Shop, desk: Desk) -> None:
    """A reward is settled between reading and writing: both count."""
    large = desk.waiting()
    shop.redeem(desk.maya["code"])

    def meanwhile() -> None:
        shop.stream()
        shop.days(31)

    shop.faults.before("TransactWriteItems", meanwhile)
    assert outcome(desk.decide("Cem", large)) == (201, None)
    assert desk.available() == 5450


# --- gifts ------------------------------------------------------------------------------------------------------------


def earned(desk: Desk, order_id: str = "o1") -> str:
    """Let Maya earn a mug; answers the id of the task."""
    desk.shop.redeem(desk.maya["code"], order_id)
    desk.shop.stream()
    desk.shop.days(31)
    return str(desk.read("/v1/gifts")["items"][-1]["id"])


def sent(desk: Desk, gift_id: str, note: str | None = None) -> HTTPResponse:
    """Say that a gift was sent."""
    return desk.call("Bea", f"/v1/gifts/{gift_id}/sent", {"note": note} if note else {})


def test_a_gift_from_reward_to_parcel(shop: Shop, desk: Desk) -> None:
    """It is on the list until it is sent; then the ledger says so, and who did it."""
    task = earned(desk)
    (listed,) = desk.read("/v1/gifts")["items"]
    assert (listed["gift"], listed["amount"], listed["covered"]) == ("Tea mug", MUG, True)
    assert (listed["ambassador_id"], listed["order_id"]) == (desk.id, "o1")
    answer = sent(desk, task, "by post")
    assert outcome(answer) == (201, None)
    assert shop.read(answer)["status"] == "sent"
    assert desk.available("gift:Tea mug") == 0
    entry = shop.entries(ambassador_id=desk.id, kind="gift_sent")[0]
    assert entry["cause"] == f"gift:{task}"
    assert "reason" not in entry, "a note in the ledger could not be taken back"
    assert entry["legs"] == [
        {"account": "ambassador:available", "amount": -1, "unit": "gift:Tea mug"},
        {"account": "ambassador:spent", **MUG},
    ]
    assert desk.read("/v1/gifts")["items"] == []


def test_a_gift_is_sent_once(desk: Desk) -> None:
    """The same word again is a replay, other words are a conflict; one mug has left."""
    task = earned(desk)
    sent(desk, task, "by post")
    assert outcome(sent(desk, task, "by post")) == (200, "true")
    assert outcome(sent(desk, task)) == (409, "conflicting_repeat")
    assert len(desk.shop.entries(ambassador_id=desk.id, kind="gift_sent")) == 1


def test_a_gift_that_was_sent_a_moment_ago_is_left_out(shop: Shop, desk: Desk) -> None:
    """The list is a moment behind: nobody is asked to send a second mug."""
    task = earned(desk)
    shop.cloud.is_behind = True
    assert outcome(sent(desk, task)) == (201, None)
    assert len(deps.table().list_gifts(None, 10)) == 1, "the index has it still"
    assert desk.read("/v1/gifts")["items"] == []


def test_a_gift_of_an_order_that_came_back_is_not_sent(shop: Shop, desk: Desk) -> None:
    """The list says that it is not covered; whoever tries is told not to send it, now and later."""
    task = earned(desk)
    shop.refund("o1", "r1", 4500)
    shop.days(0.1)
    (listed,) = desk.read("/v1/gifts")["items"]
    assert listed["covered"] is False
    before = len(shop.entries(ambassador_id=desk.id))
    assert outcome(sent(desk, task)) == (409, "gift_withdrawn")
    assert outcome(sent(desk, task)) == (409, "gift_withdrawn")
    assert len(shop.entries(ambassador_id=desk.id)) == before
    assert desk.read("/v1/gifts")["items"] == []


def test_a_gift_that_is_earned_again_is_a_new_task(shop: Shop, desk: Desk) -> None:
    """The dispute is won: of the two tasks one can be done, the other is withdrawn."""
    old = earned(desk)
    shop.refund("o1", "r1", 4500)
    shop.days(0.1)
    shop.call("POST", "/v1/orders/o1/refunds/r1/reversal", {}, scope="checkout")
    shop.days(0.1)
    one, two = desk.read("/v1/gifts")["items"]
    assert (one["id"], one["covered"], two["covered"]) == (old, True, True)
    assert outcome(sent(desk, one["id"])) == (201, None)
    assert outcome(sent(desk, two["id"])) == (409, "gift_withdrawn")
    assert desk.available("gift:Tea mug") == 0


def test_a_gift_given_by_hand_is_a_task_too(desk: Desk) -> None:
    """An adjustment of a gift puts it on the list, and taking it away makes it uncovered."""
    desk.adjust(MUG)
    (listed,) = desk.read("/v1/gifts")["items"]
    assert (listed["gift"], listed["covered"]) == ("Tea mug", True)
    assert "order_id" not in listed
    desk.adjust({**MUG, "amount": -1}, "a-2")
    (listed,) = desk.read("/v1/gifts")["items"]
    assert (listed["covered"], listed["pieces"]) == (False, 0)


def test_of_several_gifts_those_are_sent_that_are_left(shop: Shop, desk: Desk) -> None:
    """None is lost and none too many: the task says how many there are, and the answer how many are sent."""
    desk.adjust({**MUG, "amount": 3})
    desk.adjust({**MUG, "amount": -1}, "a-2")
    (listed,) = desk.read("/v1/gifts")["items"]
    assert (listed["amount"], listed["covered"], listed["pieces"]) == ({**MUG, "amount": 3}, False, 2)
    answer = sent(desk, listed["id"])
    assert (outcome(answer), shop.read(answer)["sent"]) == ((201, None), 2)
    assert desk.available("gift:Tea mug") == 0


def test_a_gift_goes_back_with_its_order_whatever_else_there_is(desk: Desk) -> None:
    """Mugs that were given by hand are not sent for an order that is void, and all of them are sent for themselves."""
    tiers = [{"name": "Starter", "threshold": 0, "reward": {"gift": "Tea mug"}}]
    desk.shop.publish(tiers=tiers)
    task = earned(desk)
    desk.adjust({**MUG, "amount": 3})
    desk.shop.refund("o1", "r1", 4500)
    desk.shop.days(0.1)
    assert {it["amount"]["amount"]: it["pieces"] for it in desk.read("/v1/gifts")["items"]} == {1: 0, 3: 3}
    assert outcome(sent(desk, task)) == (409, "gift_withdrawn")
    (listed,) = desk.read("/v1/gifts")["items"]
    assert outcome(sent(desk, listed["id"])) == (201, None)
    assert desk.available("gift:Tea mug") == 0


@pytest.mark.parametrize("reads", range(4))
def test_a_gift_whose_order_comes_back_meanwhile(desk: Desk, reads: int) -> None:
    """Whenever that is while its task is being closed: what is sent is never what was taken back."""
    tiers = [{"name": "Starter", "threshold": 0, "reward": {"gift": "Tea mug"}}]
    desk.shop.publish(tiers=tiers)
    task = earned(desk)
    desk.adjust({**MUG, "amount": 3})

    def comes_back() -> None:
        desk.shop.refund("o1", "r1", 4500)
        desk.shop.stream()

    desk.shop.faults.before(*(["GetItem", *[None] * reads] if reads < 3 else ["TransactWriteItems"]), comes_back)
    answer = sent(desk, task)
    assert (outcome(answer), desk.available("gift:Tea mug")) == ((409, "gift_withdrawn"), 3)


def test_gifts_page_by_page(shop: Shop, desk: Desk) -> None:
    """The oldest first: whoever has waited longest comes first."""
    for n in range(3):
        shop.now += timedelta(seconds=1)
        desk.adjust(MUG, f"a-{n}")
    first = desk.read("/v1/gifts?limit=2")
    rest = desk.read(f"/v1/gifts?limit=2&cursor={first['next_cursor']}")
    ids = [it["id"] for it in first["items"] + rest["items"]]
    assert len(ids) == 3
    assert ids == sorted(ids)
    assert rest["next_cursor"] is None
