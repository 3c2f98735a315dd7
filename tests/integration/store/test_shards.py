"""Lists are split further while there is something in them: whatever was written before, between and after is found."""

from datetime import date, timedelta

import pytest

from chalicelib import deps
from chalicelib.operations.stats.count import Counting
from chalicelib.store import keys
from chalicelib.store.shards import FEW, Shards
from chalicelib.store.table import Table
from infra import manage
from memory.shop import Shop, restart

MANY = 16
ORDERS = 6


@pytest.fixture
def grown(shop: Shop) -> tuple[Shop, list[str]]:
    """A shop whose lists are split on the second day; answers its orders, of which some are of each day.

    Some of the first day are due after it, as their holds end then, and some have been settled on it.
    """
    shop.publish(hold_days=1)
    code, ids = shop.enrol()["code"], list[str]()
    assert deps.table().split((shop.now + timedelta(days=1)).date(), MANY)
    restart()
    for day in range(3):
        for number in range(ORDERS):
            ids.append(f"d{day}-{number}")
            assert shop.redeem(code, ids[-1]).status_code == 201
            if number % 2:
                shop.refund(ids[-1], "r1", 500)
        shop.stream()
        shop.now += timedelta(days=1)
        shop.minute()
    return shop, ids


def test_lists_are_split_from_the_day_on(grown: tuple[Shop, list[str]]) -> None:
    """What is of an earlier day lies in one of few shards, and stays there; what is of a later one in one of many."""
    shop, _ = grown
    used: dict[str, set[int]] = {}
    for row in shop.everything():
        if row["SK"]["S"].startswith("ENTRY#"):
            _, day, shard = row["day_pk"]["S"].split("#")
            used.setdefault(day, set()).add(int(shard))
    days = sorted(used)
    assert all(max(used[day]) < FEW for day in days[:1])
    placed = {
        row["day_pk"]["S"] for row in shop.everything() if row.get("day_pk", {"S": ""})["S"].startswith("ORDERS#")
    }
    assert max(int(pk.rpartition("#")[2]) for pk in placed) >= FEW


def test_everything_is_found_wherever_it_lies(grown: tuple[Shop, list[str]]) -> None:
    """In listings by day, in the ledger, by the audit, and in the figures."""
    shop, ids = grown
    table, days = deps.table(), [(shop.now - timedelta(days=back)).date() for back in range(6)]
    assert sorted(it for day in days for it in table.list_orders(day)) == sorted(ids)
    entries = [entry for _, entry in table.list_days(days, " ", "~", 500)]
    lying = [row for row in shop.everything() if row["SK"]["S"].startswith("ENTRY#")]
    assert len(entries) == len(lying) > len(ids)
    for entry in entries:
        assert entry.id in {getattr(it.entity, "id", None) for it in table.find_posted(entry.ambassador_id, entry.at)}
    assert shop.findings(entries[0].ambassador_id) == []


def test_nothing_is_left_due_when_lists_are_split(grown: tuple[Shop, list[str]]) -> None:
    """What waits keeps the shard that it was given: its hold ends after the split, and it is released."""
    shop, ids = grown
    shop.days(2)
    released = {entry["order_id"] for entry in shop.entries(kind="release")}
    assert released == set(ids)
    assert list(deps.table().list_due(shop.now)) == []


def test_what_waited_before_its_list_was_split_is_sound(shop: Shop) -> None:
    """It keeps the shard of the number that held when it was written: an audit finds nothing, and it is released."""
    shop.publish(hold_days=3)
    maya = shop.enrol()
    for number in range(ORDERS):
        assert shop.redeem(maya["code"], f"o{number}").status_code == 201
    shop.stream()
    assert deps.table().split((shop.now + timedelta(days=1)).date(), MANY)
    restart()
    due = {row["PK"]["S"]: row["due_pk"]["S"] for row in shop.everything() if row["PK"]["S"].startswith("ORDER#")}
    assert any(keys.due_shard(pk, MANY) != shard for pk, shard in due.items())
    assert shop.findings(maya["id"]) == []
    shop.days(4)
    assert len(shop.entries(kind="release")) == ORDERS
    assert shop.findings(maya["id"]) == []


def test_an_item_that_is_listed_where_it_never_was_is_astray(grown: tuple[Shop, list[str]]) -> None:
    """A shard of another day's number is wrong, and so is one that no number leads to."""
    shop, _ = grown
    first = min(row["day_pk"]["S"] for row in shop.everything() if row["SK"]["S"].startswith("ENTRY#"))
    row = next(row for row in shop.everything() if row.get("day_pk", {"S": ""})["S"] == first)
    shop.dynamodb.update_item(
        TableName=deps.settings().table,
        Key={"PK": row["PK"], "SK": row["SK"]},
        UpdateExpression="SET day_pk = :wrong",
        ExpressionAttributeValues={":wrong": {"S": f"{first.rpartition('#')[0]}#{MANY}"}},
    )
    (found,) = deps.table().find([keys.Key(row["PK"]["S"], row["SK"]["S"])]).values()
    assert found.astray == ("day_pk",)


def test_figures_count_what_lies_in_any_shard(grown: tuple[Shop, list[str]]) -> None:
    """All orders of all days, and the entries of the ledger."""
    shop, ids = grown
    days = [(shop.now - timedelta(days=back)).date() for back in range(6)]
    tallies = [Counting(deps.table(), deps.program(), "day", day, shop.now).all() for day in days]
    orders = sum(row.get("orders", 0) for tally in tallies for row in tally.sheets.get("all", {}).values())
    posted = sum(len(tally.sheets.get("ledger", {})) for tally in tallies)
    assert orders == len(ids)
    assert posted > 0


def test_shards_of_a_day_never_change() -> None:
    """From its day on each number holds until the next one begins."""
    shards = Shards({"2026-03-03": 16, "2026-06-01": 32})
    days = [date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3), date(2026, 5, 31), date(2026, 6, 1)]
    assert [shards.on(day) for day in days] == [FEW, FEW, 16, 16, 32]
    assert keys.due_shards(shards) == [f"DUE#{n}" for n in range(32)]


@pytest.mark.parametrize("arguments", [["0"], ["65"], ["16", "--since", "2026-03-02"], ["16", "--since", "2026-04-01"]])
def test_a_number_that_would_lose_something_is_refused(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    """A day that some process may not know of, or about which something is decided already."""
    monkeypatch.setattr(manage, "_table", lambda _: deps.table())
    monkeypatch.setattr(manage, "_now", lambda _: shop.now)
    assert deps.table().split((shop.now + timedelta(days=60)).date(), MANY)
    restart()
    assert manage.main(["shards", *arguments]) == 1
    assert deps.table().shards().counts == [FEW, MANY]
    assert capsys.readouterr().err


def test_an_operator_splits_lists(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the day after tomorrow on, if nothing else is said."""

    def anew(_: object) -> Table:
        restart()
        return deps.table()

    monkeypatch.setattr(manage, "_table", anew)
    monkeypatch.setattr(manage, "_now", lambda _: shop.now)
    assert manage.main(["shards", "16"]) == 0
    assert capsys.readouterr().out.split() == ["from", "the", "start", "4", "2026-03-03", "16"]
