"""The schedule in parts: side by side, overlapping, killed or with a shard that can't be read, all is settled, once."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from chalice.app import CloudWatchEvent

from chalicelib import deps
from chalicelib.store.table import BusyError, Table
from chalicelib.store.wire import Wire
from chalicelib.workers import due, schedule
from infra.local.clock import scheduled
from memory.faults import KilledError, meanwhile, refused
from memory.shop import Body, Shop, restart
from memory.tap import GoOn, tapped

PARTS, ORDERS = 8, 8


def part_of(shop: Shop, part: int, parts: int = PARTS) -> Body:
    """The event of one part's run."""
    return scheduled(shop.now) | {"detail": {"part": part, "of": parts}}


def run(shop: Shop, part: int) -> None:
    """Let one part run."""
    schedule.every_minute(part_of(shop, part), None)


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """A shop with orders of several ambassadors whose holds have just ended, in many shards."""
    codes = [shop.enrol(f"maya{number}@example.com")["code"] for number in range(3)]
    assert deps.table().split((shop.now + timedelta(days=2)).date(), PARTS)
    restart()
    for number in range(ORDERS):
        assert shop.redeem(codes[number % 3], f"o{number}").status_code == 201
    shop.stream()
    shop.now += timedelta(days=31)
    return shop


def released(shop: Shop) -> list[str]:
    """The order of each release."""
    return sorted(entry["order_id"] for entry in shop.entries(kind="release"))


ALL = sorted(f"o{number}" for number in range(ORDERS))


def test_the_parts_are_the_whole_and_share_nothing(shop: Shop) -> None:
    """Each order is in one part, however many there are, and after all of them nothing is left."""
    waiting = sorted({key.pk for key in deps.table().list_due(shop.now)})
    for parts in (1, 2, 3, 4, PARTS, 16):
        each = [due.due_in(CloudWatchEvent(part_of(shop, part, parts), None)) for part in range(parts)]
        assert sorted(pk for batches in each for batch in batches for pk in batch) == waiting
    for part in range(PARTS):
        run(shop, part)
    assert released(shop) == ALL


def test_runs_that_overlap_release_nothing_twice(shop: Shop) -> None:
    """In the midst of one run another one of the same part does all its work, and one of the whole does."""
    shop.faults.before("TransactWriteItems", meanwhile(shop.minute))
    for part in range(PARTS):
        run(shop, part)
    assert released(shop) == ALL


def test_a_run_that_is_killed_leaves_its_work_to_the_next_one(shop: Shop) -> None:
    """At any call: what was not done is due."""
    for place in count():
        shop.faults.kill(place, "after" if place % 2 else "before", KilledError)
        try:
            for part in range(PARTS):
                run(shop, part)
        except KilledError:
            restart()
        else:
            break
    shop.faults.kill(10**9, "before", KilledError)
    assert place > ORDERS
    assert released(shop) == ALL


def test_a_shard_that_cannot_be_read_keeps_no_other_waiting(shop: Shop) -> None:
    """What is due in the others is settled; the run ends in an error, so that somebody hears of it."""
    broken = {key.pk for key in deps.table().list_due(shop.now, ["DUE#0"])}

    def shut(operation: str, params: Any, go_on: GoOn) -> Any:
        wanted = params.get("ExpressionAttributeValues", {}).get(":pk", {}).get("S") if operation == "Query" else None
        return refused("ThrottlingException")() if wanted == "DUE#0" else go_on()

    with tapped(shut), pytest.raises(BusyError):
        schedule.every_minute(scheduled(shop.now), None)
    assert released(shop) == sorted(set(ALL) - {pk.removeprefix("ORDER#") for pk in broken})
    schedule.every_minute(scheduled(shop.now), None)
    assert released(shop) == ALL


def test_the_same_is_done_by_several_threads_as_by_one(shop: Shop) -> None:
    """Answers come in the order of what was asked, one that breaks is told when all are done, nothing is nested."""
    wire = Wire(lambda *_: {}, "t", threads=4)
    assert wire.each(lambda it: it * it, range(50)) == [it * it for it in range(50)]
    assert wire.each(lambda it: sum(wire.each(int, [it] * 3)), range(8)) == [it * 3 for it in range(8)]
    done: list[int] = []

    def breaks(it: int) -> None:
        done.append(it)
        if it == 0:
            raise ValueError(shop.now)

    with pytest.raises(ValueError, match="2026"):
        wire.each(breaks, range(20))
    assert sorted(done) == list(range(20))
    assert Table(wire).each(str, [1]) == ["1"]
