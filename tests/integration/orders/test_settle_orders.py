"""Settling against a table: what is read and written together, what wakes up again, and what gets in between."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib import deps
from chalicelib.operations.orders.buyers import meet_buyers
from chalicelib.operations.orders.settle import settle_orders
from chalicelib.operations.program import programs
from chalicelib.store import keys
from memory.faults import cancelled, lost, refused
from memory.shop import PROGRAM, Shop, eur, refusal


def item(shop: Shop, pk: str, sk: str) -> dict[str, Any]:
    """One item as it lies in the table."""
    return next(row for row in shop.everything() if (row["PK"]["S"], row["SK"]["S"]) == (pk, sk))


def sell(shop: Shop, *order_ids: str) -> str:
    """Redeem orders on one ambassador's code; answers the ambassador's id."""
    maya = shop.enrol()
    for order_id in order_ids:
        assert shop.redeem(maya["code"], order_id).status_code == 201
    return str(maya["id"])


def poison(shop: Shop, **more: Any) -> None:
    """Make the order `poisoned` one that cannot be read, with `more` attributes as they are stored."""
    attributes = {"amount": {"S": "a lot"}, **more}
    shop.dynamodb.update_item(
        TableName=deps.settings().table,
        Key={"PK": {"S": "ORDER#poisoned"}, "SK": {"S": "#REDEMPTION"}},
        UpdateExpression="SET " + ", ".join(f"{name} = :{name}" for name in attributes),
        ExpressionAttributeValues={f":{name}": it for name, it in attributes.items()},
    )


def test_a_new_program_does_not_touch_orders_admitted_before(shop: Shop) -> None:
    """An order keeps the version pinned when it was admitted, even when it is settled after the rules changed."""
    sell(shop, "o1")
    generous = {**PROGRAM, "tiers": [{"name": "Starter", "threshold": 0, "reward": {"basis_points": 9000}}]}
    shop.publish(**generous)
    shop.stream()
    assert shop.order()["position"]["held"] == eur(450)


def test_two_refunds_at_the_same_moment_both_count(shop: Shop) -> None:
    """Each fact is its own item: neither report can overwrite the other."""
    sell(shop, "o1")
    shop.stream()
    shop.refund("o1", "r1", 1500)
    shop.refund("o1", "r2", 1500)
    shop.days(0.1)
    assert shop.order()["position"]["held"] == eur(150)


def test_a_refund_that_arrives_during_a_settlement_stays_due(shop: Shop) -> None:
    """A settlement clears only the facts it has read: what came in between is settled next."""
    sell(shop, "o1")
    shop.stream()
    shop.refund("o1", "r1", 900)
    shop.faults.before("TransactWriteItems", lambda: shop.refund("o1", "r2", 900) and None)
    settle_orders(deps.table(), ["o1"], now=shop.now)
    assert "due_at" not in item(shop, "ORDER#o1", "REFUND#r1")
    assert "due_at" in item(shop, "ORDER#o1", "REFUND#r2")
    shop.days(0.1)
    assert shop.order()["position"]["held"] == eur(270)


def test_a_fact_whose_due_at_was_moved_meanwhile_is_not_cleared(shop: Shop) -> None:
    """Clearing is on the condition that `due_at` is still the value that was read: else it is read again."""
    sell(shop, "o1")
    shop.stream()
    shop.refund("o1", "r1", 900)
    later = shop.now + timedelta(hours=1)
    shop.faults.calls.clear()
    shop.faults.before(
        "TransactWriteItems", lambda: deps.table().postpone(keys.order("o1"), later, "somebody was here")
    )
    settle_orders(deps.table(), ["o1"], now=shop.now)
    assert shop.faults.count("TransactWriteItems") == 2
    assert shop.order()["position"]["held"] == eur(360)
    assert "due_at" not in item(shop, "ORDER#o1", "REFUND#r1")


def test_a_settlement_that_posts_nothing_cannot_undo_another(shop: Shop) -> None:
    """No entry of its own could collide: the redemption's version alone keeps it from writing back what it read."""
    shop.publish(caps=[{"per": "month", "amount": 0}])
    sell(shop, "o1")
    shop.stream()
    shop.now += timedelta(days=30)

    def meanwhile() -> None:
        shop.refund("o1", "r1", 900)
        settle_orders(deps.table(), ["o1"], now=shop.now)

    shop.faults.before("PutItem", meanwhile)
    settle_orders(deps.table(), ["o1"], now=shop.now)
    (refunds,) = [step for step in shop.order()["trace"] if step["rule"] == "refunds"]
    assert refunds["detail"]["refunded"] == 900


def test_an_unchanged_settlement_still_rests_on_the_version_it_read(shop: Shop) -> None:
    """A fact that changes nothing is cleared together with a check that the redemption has not moved since."""
    sell(shop, "o1")
    shop.stream()
    shop.refund("o1", "r1", 900)
    settle_orders(deps.table(), ["o1"], now=shop.now)
    shop.dynamodb.update_item(
        TableName=deps.settings().table,
        Key={"PK": {"S": "ORDER#o1"}, "SK": {"S": "REFUND#r1"}},
        UpdateExpression="SET due_at = :at",
        ExpressionAttributeValues={":at": {"S": "2026-03-01T12:00:00.000Z"}},
    )
    shop.faults.calls.clear()
    settle_orders(deps.table(), ["o1"], now=shop.now)
    (written,) = [params["TransactItems"] for name, params in shop.faults.calls if name == "TransactWriteItems"]
    assert [next(iter(action)) for action in written] == ["ConditionCheck", "Update"]
    assert written[0]["ConditionCheck"]["ConditionExpression"] == "version = :version"


@pytest.mark.parametrize("kind", ["refunds", "reversal", "fulfilments"])
def test_facts_of_an_unknown_order_ask_once_and_wait(shop: Shop, kind: str) -> None:
    """Shops report all their orders: a fact without a redemption is looked at once, then left alone until one comes."""
    bodies: dict[str, Any] = {
        "refunds": {"refund_id": "r1", "amount": eur(900)},
        "reversal": {},
        "fulfilments": {"fulfilment_id": "f1", "delivered_at": "2026-03-01T12:00:00Z"},
    }
    path = "refunds/r1/reversal" if kind == "reversal" else kind
    assert shop.call("POST", f"/v1/orders/o1/{path}", bodies[kind], scope="checkout").status_code == 201
    assert deps.table().count_due(shop.now + timedelta(days=1)) == 1
    shop.days(0.1)
    assert deps.table().count_due(shop.now + timedelta(days=365)) == 0


def test_a_redemption_that_comes_during_the_look_at_its_fact_is_not_missed(shop: Shop) -> None:
    """The fact is put to rest only in a transaction which checks that there still is no redemption."""
    maya = shop.enrol()
    shop.refund("o1", "r1", 900)
    shop.faults.before("TransactWriteItems", lambda: shop.redeem(maya["code"]) and None)
    settle_orders(deps.table(), ["o1"], now=shop.now)
    assert "due_at" in item(shop, "ORDER#o1", "REFUND#r1")
    shop.days(0.1)
    assert shop.order()["position"]["held"] == eur(360)


def test_more_facts_than_fit_are_all_counted_and_cleared_in_turns(shop: Shop) -> None:
    """150 refunds: the first transaction counts all, clears what fits into 100 items, and the rest stays due."""
    sell(shop, "o1")
    shop.stream()
    for number in range(150):
        shop.refund("o1", f"r{number}", 10)
    settle_orders(deps.table(), ["o1"], now=shop.now)
    assert shop.order()["position"]["held"] == eur(300)
    due = [row for row in shop.everything() if row["SK"]["S"].startswith("REFUND#") and "due_at" in row]
    assert 0 < len(due) < 100
    shop.days(0.1)
    assert not [row for row in shop.everything() if row["SK"]["S"].startswith("REFUND#") and "due_at" in row]
    assert shop.postings() == [("hold", 450), ("void", 150)]


def test_150_facts_of_an_unknown_order_are_put_to_rest(shop: Shop) -> None:
    """More facts than fit into one transaction wait for a redemption as quietly as one."""
    for number in range(150):
        shop.refund("o1", f"r{number}", 10)
    shop.days(0.1)
    assert deps.table().count_due(shop.now + timedelta(days=365)) == 0


def test_one_poisoned_order_does_not_block_the_others(shop: Shop) -> None:
    """An item that cannot be read is postponed with its reason and growing gaps; its neighbours are settled."""
    sell(shop, "good", "poisoned")
    poison(shop)
    gaps = []
    for _ in range(3):
        shop.now += timedelta(days=1)
        shop.minute()
        row = item(shop, "ORDER#poisoned", "#REDEMPTION")
        gaps.append(row["due_at"]["S"])
        assert "Expected `int`" in row["failure"]["S"]
    assert shop.order("good")["position"]["held"] == eur(450)
    waits = [f"{shop.now + timedelta(days=day - 2, minutes=2 ** (day + 1)):%H:%M}" for day in range(3)]
    assert [gap[11:16] for gap in gaps] == waits


def test_an_order_that_cannot_be_read_is_told_and_stops_no_other(shop: Shop) -> None:
    """Also where nobody has met its buyer first, who would have put it off."""
    sell(shop, "good", "poisoned")
    poison(shop)
    (left,) = settle_orders(deps.table(), ["poisoned", "good"], now=shop.now)
    assert left.order_id == "poisoned"
    assert "Expected `int`" in left.reason
    assert shop.order("good")["position"]["held"] == eur(450)


@pytest.mark.parametrize("tries", [{"S": "many"}, {"NULL": True}, {"N": "1.5"}])
def test_an_order_whose_tries_cannot_be_read_blocks_nobody_either(shop: Shop, tries: dict[str, Any]) -> None:
    """Whatever is wrong with an item, to put it off is the last thing that may break by it."""
    sell(shop, "good", "poisoned")
    poison(shop, tries=tries)
    shop.now += timedelta(days=1)
    shop.minute()
    assert shop.order("good")["position"]["held"] == eur(450)
    assert item(shop, "ORDER#poisoned", "#REDEMPTION")["tries"] == {"N": "1"}


def test_rules_that_contradict_themselves_settle_nothing(shop: Shop) -> None:
    """A stored program that is not sound by the limits of this day posts nothing; the order waits, and says why."""
    sell(shop, "o1")
    shop.dynamodb.update_item(
        TableName=deps.settings().table,
        Key={"PK": {"S": "PROGRAM"}, "SK": {"S": "V#000001"}},
        UpdateExpression="SET hold_days = :wrong",
        ExpressionAttributeValues={":wrong": {"N": "-1"}},
    )
    shop.days(0.1)
    assert "/hold_days: lies between 0 and 3650" in item(shop, "ORDER#o1", "#REDEMPTION")["failure"]["S"]
    assert shop.postings() == []


def test_a_transaction_that_the_table_rejects_is_taken_apart(shop: Shop) -> None:
    """When a fold of many orders fails by a bug, each is tried alone, so that one cannot take the others with it."""
    sell(shop, "o1", "o2", "o3")
    shop.faults.before("TransactWriteItems", refused("ValidationException"), None, refused("ValidationException"))
    postponed = settle_orders(deps.table(), ["o1", "o2", "o3"], now=shop.now)
    assert [order.order_id for order in postponed] == ["o2"]
    shop.days(0.1)
    assert shop.postings() == [("hold", 450)] * 3


def test_orders_of_one_ambassador_fold_into_one_transaction(shop: Shop) -> None:
    """Twenty orders of a popular ambassador settle in one transaction on the account, with entries in order."""
    maya = sell(shop, *(f"o{number:02d}" for number in range(20)))
    shop.faults.calls.clear()
    settle_orders(deps.table(), [f"o{number:02d}" for number in range(20)], now=shop.now)
    assert shop.faults.count("TransactWriteItems") == 1
    entries = shop.entries(ambassador_id=maya)
    assert [entry["order_id"] for entry in entries] == [f"o{number:02d}" for number in range(20)]
    assert len({entry["id"] for entry in entries}) == 20
    assert shop.account(maya)["held"] == 20 * 450


def test_a_fold_never_exceeds_a_transaction(shop: Shop) -> None:
    """Orders that are first seen after their hold write five items each: what does not fit goes into the next."""
    maya = sell(shop, *(f"o{number:02d}" for number in range(25)))
    shop.now += timedelta(days=31)
    shop.faults.calls.clear()
    settle_orders(deps.table(), [f"o{number:02d}" for number in range(25)], now=shop.now)
    sizes = [len(params["TransactItems"]) for name, params in shop.faults.calls if name == "TransactWriteItems"]
    assert max(sizes) <= 100
    assert (shop.account(maya)["held"], shop.account(maya)["counted"]) == (0, 25)
    assert deps.table().count_due(shop.now + timedelta(minutes=-1)) == 0


def test_tiers_rise_within_a_fold_as_they_would_one_by_one(shop: Shop) -> None:
    """The account passes from order to order inside a fold, so the sixth order sees the five counted before it."""
    maya = sell(shop, *(f"o{number}" for number in range(7)))
    shop.now += timedelta(days=31)
    settle_orders(deps.table(), [f"o{number}" for number in range(7)], now=shop.now)
    tiers = [shop.order(f"o{number}")["trace"][1]["outcome"] for number in range(7)]
    assert tiers == ["Starter"] * 5 + ["Silver"] * 2
    assert shop.account(maya)["available"] == 5 * 450 + 2 * 540


def test_an_account_that_moved_is_read_again(shop: Shop) -> None:
    """Another settlement of the same ambassador in between costs a second attempt, and nothing else."""
    maya = sell(shop, "o1", "o2")
    table = deps.table()
    shop.faults.before("TransactWriteItems", lambda: settle_orders(table, ["o2"], now=shop.now) and None)
    settle_orders(table, ["o1"], now=shop.now)
    assert shop.account(maya)["held"] == 900
    assert len(shop.entries()) == 2


@pytest.mark.parametrize(
    "trouble",
    [
        cancelled("None", "TransactionConflict", "None", "None", "None"),
        cancelled("ThrottlingError", "None", "None", "None", "None"),
        refused("ThrottlingException"),
        refused("InternalServerError", 500),
        refused("TransactionInProgressException"),
        lost,
    ],
)
def test_passing_trouble_is_tried_again(shop: Shop, trouble: Any) -> None:
    """Conflicts, throttles, server errors and broken connections are overcome within the call, with one token."""
    sell(shop, "o1")
    shop.faults.calls.clear()
    shop.faults.before("TransactWriteItems", trouble, trouble)
    assert settle_orders(deps.table(), ["o1"], now=shop.now) == []
    assert shop.postings() == [("hold", 450)]
    tokens = {params["ClientRequestToken"] for name, params in shop.faults.calls if name == "TransactWriteItems"}
    assert len(tokens) == 1


def test_an_answer_that_was_lost_is_not_carried_out_twice(shop: Shop) -> None:
    """The settlement took effect but nobody heard: trying again finds it done."""
    sell(shop, "o1")
    meet_buyers(deps.table(), ["o1"], deps.outlook(), now=shop.now)
    shop.faults.after("TransactWriteItems", lost)
    settle_orders(deps.table(), ["o1"], now=shop.now)
    shop.days(0.1)
    assert shop.postings() == [("hold", 450)]
    assert len(shop.mails()) == 2


def test_a_table_that_does_not_answer_leaves_everything_due(shop: Shop) -> None:
    """When the time is up the order keeps its `due_at`, is not marked as failed, and is settled later."""
    sell(shop, "o1", "o2")
    shop.faults.before("TransactWriteItems", *[refused("InternalServerError", 500)] * 60)
    shop.faults.before("Query", refused("InternalServerError", 500))
    assert settle_orders(deps.table(), ["o1", "o2"], now=shop.now) == []
    assert "tries" not in item(shop, "ORDER#o1", "#REDEMPTION")
    shop.faults.before("TransactWriteItems")
    shop.days(0.1)
    assert shop.postings() == [("hold", 450)] * 2


def test_an_outage_in_the_midst_is_no_failure_of_the_order(shop: Shop) -> None:
    """When the program's version can't be read for a moment, the order is left due, not marked as failed."""
    sell(shop, "o1")
    programs.version.cache_clear()
    shop.faults.before("GetItem", *[refused("InternalServerError", 500)] * 3)
    assert settle_orders(deps.table(), ["o1"], now=shop.now) == []
    assert "tries" not in item(shop, "ORDER#o1", "#REDEMPTION")


def test_an_outage_while_an_order_is_read_is_no_failure_of_it_either(shop: Shop) -> None:
    """It is left due, and the next one is settled meanwhile."""
    sell(shop, "o1", "o2")
    shop.faults.before("Query", *[refused("InternalServerError", 500)] * 3)
    assert settle_orders(deps.table(), ["o1", "o2"], now=shop.now) == []
    assert "tries" not in item(shop, "ORDER#o1", "#REDEMPTION")
    assert shop.postings() == [("hold", 450)]


def test_the_stream_may_be_off_for_a_day(shop: Shop) -> None:
    """Without a single stream record the schedule finds facts and messages, and arrives at the same end."""
    maya = sell(shop, "o1")
    shop.now += timedelta(days=1)
    shop.minute()
    shop.minute()
    assert shop.account(maya)["held"] == 450
    assert len(shop.mails()) == 2


def test_doubled_and_reordered_stream_records_change_nothing(shop: Shop) -> None:
    """A batch that comes twice, and backwards, leaves one entry and one mail each."""
    from chalicelib.workers import stream

    sell(shop, "o1", "o2")
    keys = [
        {"PK": {"S": row["PK"]["S"]}, "SK": {"S": row["SK"]["S"]}}
        for row in shop.everything()
        if row["PK"]["S"].startswith("ORDER#")
    ]
    records = [{"eventName": "INSERT", "dynamodb": {"Keys": key}} for key in keys]
    for batch in (records, records[::-1], records + records):
        assert stream.on_table_change({"Records": batch}, None) == {"batchItemFailures": []}
    shop.stream()
    shop.stream()
    assert shop.postings() == [("hold", 450)] * 2
    assert len(shop.mails()) == 4


def test_a_review_waits_for_terms(shop: Shop) -> None:
    """Before the first settlement there is no reward to decide on; afterwards each decision is numbered and counts."""
    sell(shop, "o1")
    deny = {"decision": "deny", "note": "known family"}
    early = shop.call("POST", "/v1/reviews/o1", deny, scope="admin:write")
    assert refusal(early) == (409, "not_settled_yet")
    shop.stream()
    assert shop.read(shop.call("POST", "/v1/reviews/o1", deny, scope="admin:write"))["number"] == 1
    shop.days(0.1)
    assert shop.order()["position"]["state"] == "void"
    assert shop.order()["reason"] == "denied_by_review"
    approve = {"decision": "approve", "note": "not family after all"}
    assert shop.read(shop.call("POST", "/v1/reviews/o1", approve, scope="admin:write"))["number"] == 2
    shop.days(0.1)
    assert shop.order()["position"]["state"] == "held"


def test_two_admins_cannot_cross(shop: Shop) -> None:
    """Each review is posted against the number before it: the second of two at once is told to look again."""
    sell(shop, "o1")
    shop.stream()
    deny = {"decision": "deny", "note": "one"}
    other = {"decision": "approve", "note": "other"}
    shop.faults.before("PutItem", lambda: shop.call("POST", "/v1/reviews/o1", other, scope="admin:write") and None)
    crossed = shop.call("POST", "/v1/reviews/o1", deny, scope="admin:write")
    assert refusal(crossed) == (409, "conflicting_review")


def test_the_caps_of_two_orders_at_once_are_one_cap(shop: Shop) -> None:
    """Two orders that decide their terms at the same moment collide on the account: they can't both take the room."""
    shop.publish(caps=[{"per": "month", "amount": 500}])
    maya = sell(shop, "o1", "o2", "o3")
    table = deps.table()
    shop.faults.before("TransactWriteItems", lambda: settle_orders(table, ["o2"], now=shop.now) and None)
    settle_orders(table, ["o1"], now=shop.now)
    settle_orders(table, ["o3"], now=shop.now)
    assert shop.account(maya)["held"] == 500
    assert [shop.order(name).get("reason") for name in ("o2", "o1", "o3")] == [None, *["cap_ambassador"] * 2]
