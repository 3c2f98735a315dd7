"""Fifty at once, over HTTP, against an engine whose transactions are exact."""

import json
from collections import Counter
from dataclasses import replace
from typing import Any

from chalicelib import deps
from chalicelib.domain.accounts.ledger import legs
from chalicelib.domain.effects import Create
from chalicelib.store.table import Failure
from memory.faults import Faults
from tests.path.live import Live

AT_ONCE = 50

WELCOME = 1
"""The mail that every new ambassador gets."""


def written_keys(params: Any) -> set[str]:
    """The keys that a transaction touches."""
    actions = [next(iter(item.values())) for item in params["TransactItems"]]
    return {
        json.dumps({name: (action.get("Item") or action["Key"])[name] for name in ("PK", "SK")}) for action in actions
    }


def test_the_same_order_fifty_times_at_once_is_one_order(wired: tuple[Live, Faults]) -> None:
    """One 201 and 49 marked replays of it, each with where the reward stands by then; one entry, one mail to each."""
    live, _ = wired
    maya = live.enrol("same@example.com").body
    answers = live.at_once([lambda: live.redeem(maya["code"], "same-1", "fay@same.example")] * AT_ONCE)
    assert Counter(answer.status for answer in answers) == {201: 1, 200: AT_ONCE - 1}
    marks = Counter(answer.headers.get("Idempotent-Replayed") for answer in answers)
    assert marks == {None: 1, "true": AT_ONCE - 1}
    told = [{name: value for name, value in answer.body.items() if name != "position"} for answer in answers]
    assert told == [told[0]] * AT_ONCE
    live.settled()
    assert live.postings(order_id="same-1") == [("hold", 450)]
    assert live.balances(maya["id"]) == (450, 0)
    assert len(live.mails("fay@same.example")) == 1
    assert len(live.mails("same@example.com")) == 1 + WELCOME


def test_fifty_friends_on_one_code_touch_nothing_in_common(wired: tuple[Live, Faults]) -> None:
    """A code that goes viral has no hot item: 50 redemptions, and the keys of their transactions pairwise disjoint."""
    live, wire = wired
    maya = live.enrol("viral@example.com").body
    wire.calls.clear()
    answers = live.at_once(
        [lambda n=n: live.redeem(maya["code"], f"viral-{n}", f"friend{n}@viral.example") for n in range(AT_ONCE)]  # type: ignore[misc]
    )
    assert Counter(answer.status for answer in answers) == {201: AT_ONCE}
    admitted = [
        written_keys(params) for name, params in wire.calls if name == "TransactWriteItems" and is_redemption(params)
    ]
    assert len(admitted) == AT_ONCE
    assert len(set.union(*admitted)) == sum(len(keys) for keys in admitted)
    live.settled()
    assert live.balances(maya["id"]) == (AT_ONCE * 450, 0)
    assert len(live.mails("viral@example.com")) == AT_ONCE + WELCOME


def is_redemption(params: Any) -> bool:
    """Whether a transaction admits an order: it creates a redemption and the friend's guard."""
    created = [item["Put"] for item in params["TransactItems"] if "Put" in item]
    kinds = [put["Item"]["SK"]["S"] for put in created if put.get("ConditionExpression") == "attribute_not_exists(PK)"]
    return kinds == ["#REDEMPTION", "FRIEND"]


def test_one_order_sent_with_many_contents_is_the_first_of_them(wired: tuple[Live, Faults]) -> None:
    """Twenty different amounts under one order id: one is taken, the others are told that they conflict."""
    live, _ = wired
    maya = live.enrol("conflict@example.com").body
    answers = live.at_once(
        [lambda n=n: live.redeem(maya["code"], "conflict-1", "fay@conflict.example", 5000 + n) for n in range(20)]  # type: ignore[misc]
    )
    assert Counter(answer.status for answer in answers) == {201: 1, 409: 19}


def test_a_friend_who_uses_twenty_codes_at_once_is_referred_once(wired: tuple[Live, Faults]) -> None:
    """The friend's guard decides the race: one redemption, 19 refusals with their reason."""
    live, _ = wired
    codes = [live.enrol(f"many{n}@example.com").body["code"] for n in range(20)]
    answers = live.at_once(
        [lambda n=n, code=code: live.redeem(code, f"many-{n}", "Fay@many.example") for n, code in enumerate(codes)]  # type: ignore[misc]
    )
    reasons = Counter(answer.body.get("reason", "taken") for answer in answers)
    assert reasons == {"taken": 1, "friend_already_referred": 19}


def test_one_person_enrolled_twenty_times_at_once_is_one_ambassador(wired: tuple[Live, Faults]) -> None:
    """Whatever the race, one mailbox has one ambassador and one code."""
    live, _ = wired
    spellings = [f"may.a+{n}@gmail.com" for n in range(20)]
    answers = live.at_once([lambda email=email: live.enrol(email) for email in spellings])  # type: ignore[misc]
    assert Counter(answer.status for answer in answers) == {201: 1, 200: 19}
    assert len({answer.body["code"] for answer in answers}) == 1


def test_a_refund_reported_thirty_times_at_once_counts_once(wired: tuple[Live, Faults]) -> None:
    """One 201 and 29 replays; the reward falls once."""
    live, _ = wired
    maya = live.enrol("refund@example.com").body
    live.redeem(maya["code"], "refund-1", "fay@refund.example")
    answers = live.at_once([lambda: live.refund("refund-1", "r1", 1500)] * 30)
    assert Counter(answer.status for answer in answers) == {201: 1, 200: 29}
    live.settled()
    assert live.balances(maya["id"]) == (300, 0)


def test_thirty_refunds_at_once_all_count(wired: tuple[Live, Faults]) -> None:
    """Different refunds of one order never overwrite each other: thirty parts leave exactly nothing."""
    live, _ = wired
    maya = live.enrol("parts@example.com").body
    live.redeem(maya["code"], "parts-1", "fay@parts.example")
    live.at_once([lambda n=n: live.refund("parts-1", f"r{n}", 150) for n in range(30)])  # type: ignore[misc]
    live.settled()
    assert live.balances(maya["id"]) == (0, 0)


def test_a_key_asked_for_thirty_times_at_once_is_made_once(wired: tuple[Live, Faults]) -> None:
    """Under one Idempotency-Key one request makes the key and alone sees its secret; the others are told of it."""
    live, _ = wired
    told = {"name": "once", "owner": "Bea", "scopes": ["admin:read"]}
    ask = [lambda: live.call("POST", "/v1/keys", told, key="admin", Idempotency_Key="once")] * 30
    answers = live.at_once(ask)
    assert Counter(answer.status for answer in answers) == {201: 1, 200: 29}
    assert Counter("secret" in answer.body for answer in answers) == {True: 1, False: 29}
    listed = live.call("GET", "/v1/keys", key="admin").body["items"]
    assert {answer.body["id"] for answer in answers} == {key["id"] for key in listed if key["name"] == "once"}


def test_of_two_keys_that_revoke_each_other_one_stays(wired: tuple[Live, Faults]) -> None:
    """Whoever comes second is no key any more: ten duels, each with one winner."""
    live, _ = wired
    for duel in range(10):
        told = {"owner": "Bea", "scopes": ["admin:keys"]}
        one, two = (
            live.call("POST", "/v1/keys", {**told, "name": name}, key="admin", Idempotency_Key=f"{duel} {name}").body
            for name in ("one", "two")
        )
        answers = live.at_once(
            [
                lambda by=by, of=of: live.call(  # type: ignore[misc]
                    "DELETE", f"/v1/keys/{of['id']}", Authorization=f"Bearer {by['secret']}"
                )
                for by, of in ((one, two), (two, one))
            ]
        )
        assert sorted(answer.status for answer in answers) == [200, 401]


def test_twenty_puts_over_an_entry_at_once_are_all_stopped(wired: tuple[Live, Faults]) -> None:
    """The condition holds on an exact engine too: alone and in transactions, each is told what stands there."""
    live, _ = wired
    maya = live.enrol("forged@example.com").body
    live.redeem(maya["code"], "forged-1", "fay@forged.example")
    live.settled()
    (stored,) = deps.table().list_ledger(maya["id"], None, 10)
    forged = Create(replace(stored, legs=legs("hold", 99900, "EUR")))
    others = [Create(replace(stored, number=f"9-{n:03d}")) for n in range(20)]
    puts = [[forged] if n % 2 else [other, forged] for n, other in enumerate(others)]
    answers = live.at_once([lambda put=put: deps.table().commit(put) for put in puts])  # type: ignore[misc]
    assert answers == [(Failure(forged, stored),)] * 20
    assert deps.table().list_ledger(maya["id"], None, 30) == [stored]
