"""Where a month's budget lies: in a partition for each shard, unless an older build has begun the month in one."""

from typing import Any

from chalicelib import deps
from chalicelib.domain.effects import BUDGET_SHARDS
from chalicelib.operations.audit.audit import audit_all
from chalicelib.operations.orders.settle import settle_orders
from memory.faults import meanwhile
from memory.shop import Shop

MONTH = "2026-03"
BUDGET = 800
REWARD = 450


def drawn(shop: Shop) -> dict[str, int]:
    """What is drawn of budgets, by partition; of an old one by all its shards together."""
    found: dict[str, int] = {}
    for row in shop.everything():
        pk = row["PK"]["S"]
        if pk.startswith("BUDGET#"):
            found[pk] = found.get(pk, 0) + int(row["drawn"]["N"])
    return found


def put(shop: Shop, pk: str, shard: int, amount: int) -> None:
    """What a build has left behind."""
    item: dict[str, Any] = {"PK": {"S": pk}, "SK": {"S": f"SHARD#{shard}"}, "drawn": {"N": str(amount)}}
    shop.dynamodb.put_item(TableName=deps.settings().table, Item=item)


def sell(shop: Shop, code: str, *order_ids: str) -> None:
    """Redeem orders one after the other, each with its friend, and settle them."""
    for order_id in order_ids:
        assert shop.redeem(code, order_id).status_code == 201
        shop.stream()


def test_each_shard_of_a_month_lies_in_a_partition_of_its_own(shop: Shop) -> None:
    """However many draw at once, no partition has to take all of them; and the budget is one."""
    shop.publish(budget_month=BUDGET)
    sell(shop, shop.enrol()["code"], "o1", "o2")
    assert drawn(shop) == {f"BUDGET#{MONTH}#{shard}": BUDGET // BUDGET_SHARDS for shard in range(BUDGET_SHARDS)}
    assert deps.table().read_used(MONTH) == (BUDGET // BUDGET_SHARDS,) * BUDGET_SHARDS
    assert sum(shop.order(name)["position"]["held"]["amount"] for name in ("o1", "o2")) == BUDGET


def test_a_month_that_an_older_build_has_begun_stays_where_it_lies(shop: Shop) -> None:
    """What was drawn counts, what is drawn and given back lies beside it, and the next month lies apart."""
    shop.publish(budget_month=BUDGET)
    for shard in range(BUDGET_SHARDS):
        put(shop, f"BUDGET#{MONTH}", shard, 90)
    maya = shop.enrol()
    sell(shop, maya["code"], "o1")
    assert shop.order("o1")["position"]["held"]["amount"] == BUDGET - 90 * BUDGET_SHARDS
    assert drawn(shop) == {f"BUDGET#{MONTH}": BUDGET}
    shop.refund("o1", "r1", 4500)
    shop.days(0.1)
    assert drawn(shop) == {f"BUDGET#{MONTH}": 90 * BUDGET_SHARDS}
    shop.days(31)
    sell(shop, maya["code"], "o2")
    assert {pk.count("#") for pk in drawn(shop) if "2026-04" in pk} == {2}
    assert sum(deps.table().read_used("2026-04")) == REWARD
    assert list(audit_all(deps.table(), now=shop.now)) == []


def test_a_month_of_both_forms_is_one_budget(shop: Shop) -> None:
    """Rolled back and upgraded again: what both builds have drawn counts together, also for who draws at once."""
    shop.publish(budget_month=BUDGET)
    for shard in range(BUDGET_SHARDS):
        put(shop, f"BUDGET#{MONTH}", shard, 40)
        put(shop, f"BUDGET#{MONTH}#{shard}", shard, 50)
    maya, asha = shop.enrol(), shop.enrol("asha@example.com")
    assert shop.redeem(maya["code"], "o1").status_code == shop.redeem(asha["code"], "o2").status_code == 201
    table = deps.table()
    assert table.read_used(MONTH) == (90,) * BUDGET_SHARDS
    shop.faults.before("TransactWriteItems", meanwhile(lambda: settle_orders(table, ["o2"], now=shop.now)))
    settle_orders(table, ["o1"], now=shop.now)
    assert [shop.order(name)["position"]["held"]["amount"] for name in ("o1", "o2")] == [0, BUDGET - 90 * BUDGET_SHARDS]
    assert table.read_used(MONTH) == (BUDGET // BUDGET_SHARDS,) * BUDGET_SHARDS
