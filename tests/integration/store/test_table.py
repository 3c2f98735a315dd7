"""The table as it is when it is large or busy: pages that end early, keys left over, conflicts, indexes behind.

That each read asks for consistency is watched over by `Faults`, which hears the calls of every test.
"""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib import deps
from chalicelib.aws.lines import LostError
from chalicelib.aws.services import RefusedError
from chalicelib.domain.effects import Create, Revoked, Valid
from chalicelib.domain.model.access import IdempotencyKey
from chalicelib.operations.access import api_keys
from chalicelib.store.table import Failure
from chalicelib.store.wire import BusyError
from memory.faults import cancelled, refused
from memory.shop import Shop, eur, refusal

PASSING = {
    "a transaction on the same item": refused("TransactionConflictException"),
    "a throttle": refused("ThrottlingException"),
    "too much at once": refused("ProvisionedThroughputExceededException"),
    "more than the account may": refused("RequestLimitExceeded"),
    "a server error": refused("InternalServerError", 500),
    "no service": refused("ServiceUnavailable", 503),
    "an unknown error of the server": refused("Unheard", 500),
}
FULL = {
    "another transaction": cancelled("None", "TransactionConflict"),
    "a throttle": cancelled("ThrottlingError", "None"),
    "too much at once": cancelled("None", "ProvisionedThroughputExceeded"),
    "the same one, still running": refused("TransactionInProgressException"),
}


def sell(shop: Shop, *order_ids: str) -> str:
    """Sell on one code, and let the stream settle; answers the ambassador's id."""
    maya = shop.enrol()
    for order_id in order_ids:
        assert shop.redeem(maya["code"], order_id).status_code == 201
    shop.stream()
    return str(maya["id"])


# --- writing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("trouble", PASSING.values(), ids=PASSING)
def test_a_put_that_meets_passing_trouble_is_tried_again(shop: Shop, trouble: Any) -> None:
    """A single put has other names for its troubles than a transaction: the shop hears of none of them."""
    shop.faults.calls.clear()
    shop.faults.before("PutItem", trouble, trouble)
    assert shop.refund("o1", "r1", 900).status_code == 201
    assert shop.faults.count("PutItem") == 3


@pytest.mark.parametrize("trouble", FULL.values(), ids=FULL)
def test_a_transaction_that_meets_passing_trouble_is_tried_again(shop: Shop, trouble: Any) -> None:
    """With the same token, so that one whose answer was lost is not carried out twice."""
    code = shop.enrol()["code"]
    shop.faults.calls.clear()
    shop.faults.before("TransactWriteItems", trouble, trouble)
    assert shop.redeem(code).status_code == 201
    tokens = [params["ClientRequestToken"] for name, params in shop.faults.calls if name == "TransactWriteItems"]
    assert (len(tokens), len(set(tokens))) == (3, 1)


def test_a_condition_that_failed_beside_a_conflict_is_an_answer(shop: Shop) -> None:
    """Whoever has lost for good is told at once, whatever else spoke against the transaction."""
    wanted = [Create(IdempotencyKey(name * 64, "f", shop.now)) for name in "ab"]
    shop.faults.calls.clear()
    shop.faults.before("TransactWriteItems", cancelled("TransactionConflict", "ConditionalCheckFailed"))
    assert deps.table().commit(wanted) == (Failure(wanted[1], None),)
    assert shop.faults.count("TransactWriteItems") == 1


def test_what_can_never_succeed_is_not_tried_again(shop: Shop) -> None:
    """A request that is wrong stays wrong: it is an error of ours, told once."""
    shop.faults.calls.clear()
    shop.faults.before("PutItem", refused("ValidationException"))
    assert shop.refund("o1", "r1", 900).status_code == 500
    assert shop.faults.count("PutItem") == 1


def test_one_lasting_reason_among_passing_ones_ends_it(shop: Shop) -> None:
    """What is wrong with one item of a transaction stays wrong, whoever else was in the way."""
    wanted = [Create(IdempotencyKey(name * 64, "f", shop.now)) for name in "ab"]
    shop.faults.calls.clear()
    shop.faults.before("TransactWriteItems", cancelled("TransactionConflict", "ValidationError"))
    with pytest.raises(RefusedError):
        deps.table().commit(wanted)
    assert shop.faults.count("TransactWriteItems") == 1


def test_a_table_that_stays_silent_is_busy(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write ends within its time with an error that says: send it again, and when."""
    monkeypatch.setattr("chalicelib.store.wire.WRITE_SECONDS", 0.0)
    shop.cloud.outage["PutItem"] = LostError("planned")
    answer = shop.refund("o1", "r1", 900)
    assert refusal(answer) == (503, "busy")
    assert answer.headers["Retry-After"] == "1"


def test_a_single_put_costs_no_transaction(shop: Shop) -> None:
    """A fact is one item: put by itself, at half the price."""
    shop.faults.calls.clear()
    shop.refund("o1", "r1", 900)
    assert [name for name, _ in shop.faults.calls if name in {"PutItem", "TransactWriteItems"}] == ["PutItem"]


def test_a_code_that_does_not_exist_is_not_made_by_a_change(shop: Shop) -> None:
    """An update makes what is not there, unless told not to."""
    before = shop.everything()
    answer = shop.call("PATCH", "/v1/codes/NBCDFGHJ", {"state": "paused"}, scope="admin:write")
    assert answer.status_code == 404
    assert shop.everything() == before


def test_a_key_that_is_gone_stays_gone(shop: Shop) -> None:
    """A key that somebody has taken from the table is not made again, half, by the note that it was used."""
    secret = api_keys.issue(deps.table(), "till", ["checkout"], shop.now)
    key = deps.table().read_api_key(api_keys.digest_of(secret))
    assert key is not None
    place = {"PK": {"S": f"KEY#{key.digest}"}, "SK": {"S": "KEY"}}
    shop.dynamodb.delete_item(TableName=deps.settings().table, Key=place)
    deps.table().note_key_used(key, shop.now, shop.now)
    assert deps.table().read_api_key(key.digest) is None
    assert not [row for row in shop.everything() if row["PK"] == place["PK"]]


def test_a_revoked_key_is_revoked_once_and_vouches_for_nothing(shop: Shop) -> None:
    """When it was revoked stays what it was, and nothing is stored on its word."""
    secret = api_keys.issue(deps.table(), "till", ["checkout"], shop.now)
    key = deps.table().read_api_key(api_keys.digest_of(secret))
    assert key is not None
    object.__setattr__(key, "revoked_at", shop.now)
    assert deps.table().commit([Revoked(key)]) == ()
    object.__setattr__(key, "revoked_at", shop.now + timedelta(days=1))
    (failure,) = deps.table().commit([Revoked(key)])
    assert getattr(failure.stored, "revoked_at", None) == shop.now
    other = deps.table().read_api_key(api_keys.digest_of(shop.keys["enrol"]))
    assert other is not None
    object.__setattr__(other, "digest", "f" * 64)
    assert len(deps.table().commit([Create(other), Valid(key)])) == 1
    assert deps.table().read_api_key("f" * 64) is None


# --- reading ----------------------------------------------------------------------------------------------------------


def test_what_a_batch_left_unread_is_asked_for_until_all_is_there(shop: Shop) -> None:
    """A large answer comes in parts: the same items in the same order as in one."""
    orders = [f"o{n}" for n in range(5)]
    sell(shop, *orders)
    whole = deps.table().read_redemptions(orders)
    assert [it.order_id for it in whole] == orders
    shop.cloud.batch_max = 2
    shop.faults.calls.clear()
    assert deps.table().read_redemptions(orders) == whole
    assert shop.faults.count("BatchGetItem") == 3


def test_a_batch_of_which_nothing_is_read_is_busy(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends in time, and never with less than was asked for."""
    monkeypatch.setattr("chalicelib.store.wire.WRITE_SECONDS", 0.05)
    sell(shop, "o1")
    shop.cloud.batch_max = 0
    with pytest.raises(BusyError):
        deps.table().read_redemptions(["o1"])


def test_more_keys_than_fit_into_a_batch_are_read_in_several(shop: Shop) -> None:
    """AWS takes a hundred keys at a time."""
    sell(shop, "o1")
    wanted = [f"nothing{n}" for n in range(250)]
    assert [it.order_id for it in deps.table().read_redemptions([*wanted, "o1"])] == ["o1"]
    asked = [params["RequestItems"] for name, params in shop.faults.calls if name == "BatchGetItem"]
    assert max(len(request["Keys"]) for it in asked for request in it.values()) == 100


def test_a_query_reads_page_after_page_to_its_end(shop: Shop) -> None:
    """What does not fit into one page (1 MB) counts all the same: facts, entries, what is due, lists and counts."""
    ambassador_id = sell(shop, *(f"o{n}" for n in range(6)))
    shop.enrol("ravi@example.com", "Ravi")
    for number in range(5):
        shop.refund("o1", f"r{number}", 10)
    shop.now += timedelta(minutes=1)

    def looks() -> list[Any]:
        table = deps.table()
        return [
            table.read_order("o1"),
            table.list_ledger(ambassador_id, None, 100),
            table.list_days([shop.now.date()], " ", "~", 100),
            list(table.list_due(shop.now)),
            table.list_orders(shop.now.date()),
            table.list_referrals([ambassador_id], None, 4),
            table.count_ambassadors(),
            list(table.list_api_keys(None)),
        ]

    whole = looks()
    assert [len(it) for it in whole[1:6]] == [6, 6, 5, 6, 4]
    assert (len(whole[0].refunds), whole[6]) == (5, 2)
    shop.cloud.page_max = 1
    assert looks() == whole


def test_more_is_read_than_was_skipped(shop: Shop) -> None:
    """A page goes on right behind the one before, and is as long as it was asked to be."""
    ambassador_id = sell(shop, *(f"o{n}" for n in range(6)))
    first = deps.table().list_ledger(ambassador_id, None, 2)
    shop.faults.calls.clear()
    second = deps.table().list_ledger(ambassador_id, first[-1].number, 2)
    assert shop.faults.count("Query") == 1, "what is skipped is asked for beside what is wanted"
    numbers = [entry.number for entry in deps.table().list_ledger(ambassador_id, None, 100)]
    assert [entry.number for entry in (*first, *second)] == numbers[:4]


def test_what_is_listed_by_day_or_time_is_found_in_every_shard(shop: Shop) -> None:
    """Lists are spread over shards: many orders of many people lie in all of them, and none is missed."""
    for number in range(12):
        code = shop.enrol(f"maya{number}@example.com")["code"]
        shop.redeem(code, f"o{number}")
    shop.now += timedelta(minutes=1)
    assert len(list(deps.table().list_due(shop.now))) == deps.table().count_due(shop.now) == 12
    shop.stream()
    assert len(deps.table().list_days([shop.now.date()], " ", "~", 100)) == 12
    assert len(deps.table().list_orders(shop.now.date())) == 12
    shards = {row[name]["S"][-1] for row in shop.everything() for name in ("day_pk",) if name in row}
    assert shards == set("0123")


# --- an index that is behind ------------------------------------------------------------------------------------------


def test_an_adjustment_decided_a_moment_ago_is_left_out(shop: Shop) -> None:
    """The list of what waits is a moment behind: what a second admin has decided is not shown to the next one."""
    maya = shop.enrol()
    rules = shop.read(shop.call("GET", "/v1/program", scope="admin:read"))
    rules = {name: value for name, value in rules.items() if name not in {"version", "author", "created_at"}}
    put = shop.call("PUT", "/v1/program", {**rules, "adjustment_limit": 100}, scope="admin:write", If_Match="*")
    assert put.status_code == 200, put.body
    shop.keys["bea"] = api_keys.issue(deps.table(), "desk", ["admin:write"], shop.now, owner="Bea")
    told = {"amount": eur(500), "reason": "A parcel was lost."}
    path = f"/v1/ambassadors/{maya['id']}/adjustments"
    asked = shop.read(shop.call("POST", path, told, scope="admin:write", Idempotency_Key="a-1"))
    assert asked["status"] == "waiting"
    shop.cloud.is_behind = True
    decided = f"/v1/adjustments/{asked['id']}/decision"
    answer = shop.call("POST", decided, {"decision": "approve", "note": "Yes."}, scope="bea")
    assert answer.status_code == 201, answer.body
    assert len(deps.table().list_adjustments(None, 10)) == 1, "the index has it still"
    assert shop.read(shop.call("GET", "/v1/adjustments", scope="admin:read"))["items"] == []


def test_a_payout_reported_a_moment_ago_is_left_out(shop: Shop) -> None:
    """Nobody is told to pay what has been paid."""
    ambassador_id = sell(shop, "o1")
    shop.days(31)
    path = f"/v1/ambassadors/{ambassador_id}/payouts"
    asked = shop.call("POST", path, {"amount": eur(400)}, scope="admin:write", Idempotency_Key="p-1")
    assert asked.status_code == 201, asked.body
    shop.cloud.is_behind = True
    done = f"/v1/payouts/{shop.read(asked)['id']}/confirm"
    assert shop.call("POST", done, {"reference": "bank 7"}, scope="admin:write").status_code == 201
    assert shop.read(shop.call("GET", "/v1/payouts", scope="admin:read"))["items"] == []


def test_a_claim_decided_a_moment_ago_is_left_out(shop: Shop) -> None:
    """Nor is a claim that was denied shown to the next admin."""
    maya = shop.enrol()
    shop.keys["maya"] = shop.session(maya["id"])
    claim = {"order_id": "o1"}
    asked = shop.call("POST", "/v1/ambassadors/me/claims", claim, scope="maya", Idempotency_Key="c-1")
    shop.cloud.is_behind = True
    decided = f"/v1/claims/{shop.read(asked)['id']}"
    answer = shop.call("POST", decided, {"decision": "deny", "note": "No."}, scope="admin:write")
    assert answer.status_code == 201, answer.body
    assert len(deps.table().list_claims(None, 10)) == 1, "the index has it still"
    assert shop.read(shop.call("GET", "/v1/claims", scope="admin:read"))["items"] == []
