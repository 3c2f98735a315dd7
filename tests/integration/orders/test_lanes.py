"""Many workers at one account, in simulated time: they go one after the other, and nobody who is killed blocks them."""

from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

from bench.folds import NOW, measure, redeemed
from bench.timed import Timed
from chalicelib.domain.model.accounts import Account, LedgerEntry
from chalicelib.operations.audit.audit import audit_all
from chalicelib.operations.orders.lanes import HELD
from chalicelib.operations.orders.settle import settle_orders
from chalicelib.store.items import entity_of
from memory.faults import KilledError

REWARD = 405
"""A tenth of the 40.50 that a friend pays for an order of 45.00."""


class Fatal(Timed):
    """A worker is killed as soon as the lane is theirs."""

    fatal = True

    def call(self, operation: str, request: Any) -> Any:
        """Carry out a call, and kill the first one who has taken a lane."""
        answer = super().call(operation, request)
        if self.fatal and operation == "UpdateItem" and request["Key"]["SK"]["S"] == "LANE":
            self.fatal = False
            raise KilledError
        return answer


def stored(timed: Timed, kind: Any) -> list[Any]:
    """What is stored of a kind that has one item in each place."""
    marks = {Account: "ACCOUNT", LedgerEntry: "ENTRY#"}
    return [entity_of(item) for (_, sk), item in timed.engine.items.items() if sk.startswith(marks[kind])]


def lane(timed: Timed) -> dict[str, Any]:
    """The one lane as it lies in the table."""
    (found,) = (item for (_, sk), item in timed.engine.items.items() if sk == "LANE")
    return found


def exact(timed: Timed, orders: int) -> bool:
    """Whether each order is held once, under a number of its own, and the program's audit finds nothing."""
    timed.engine.settle_indexes()
    (account,), entries = stored(timed, Account), stored(timed, LedgerEntry)
    assert account.balance("EUR", "held") == orders * REWARD
    assert len({it.number for it in entries}) == len({it.order_id for it in entries}) == len(entries) == orders
    assert list(audit_all(timed.table, now=NOW)) == []
    return True


def test_a_viral_ambassador_is_settled_faster_by_more_workers() -> None:
    """Eight settle at least half as much again a second as one, in full folds, and leave nothing and nobody behind."""
    one, eight = Timed(), Timed()
    alone, together = measure(one, 60, 1, 30), measure(eight, 240, 8, 30)
    assert together["left"] == 0
    assert together["per_second"] >= 1.5 * alone["per_second"]
    assert together["transactions"] == 4 * alone["transactions"]
    assert together["lost"] <= 8
    assert exact(eight, 240)
    assert "held_until" not in lane(eight)


def test_a_worker_who_meets_nobody_takes_no_lane() -> None:
    """The lane costs only those who need one."""
    timed = Timed()
    measure(timed, 60, 1, 30)
    assert timed.calls["UpdateItem"] == 0


def test_a_worker_who_is_killed_in_the_lane_blocks_nobody_for_long() -> None:
    """The lane opens by itself; what the dead worker had is settled by whoever comes next, and all of it once."""
    timed = Fatal()
    order_ids = redeemed(timed.table, 80)

    def work(mine: list[str]) -> None:
        with suppress(KilledError):
            settle_orders(timed.table, mine, now=NOW + timedelta(seconds=timed.now))

    for start in range(0, 80, 20):
        timed.start(lambda start=start: work(order_ids[start : start + 20]))  # type: ignore[misc]
    timed.run()
    assert not timed.fatal
    assert HELD.total_seconds() < timed.now < 2 * HELD.total_seconds()
    left = [it.order_id for it in timed.table.read_redemptions(order_ids) if it.standing is None]
    assert len(left) == 20
    work(order_ids)
    assert exact(timed, 80)


def test_a_wrong_clock_keeps_nobody_out() -> None:
    """A lane that is taken for longer than anybody may is not heeded, and can be taken."""
    timed = Timed()
    order_ids = redeemed(timed.table, 40)
    (account,) = stored(timed, Account)
    far = NOW + timedelta(days=30)
    assert timed.table.take_lane(account.ambassador_id, "lost in time", far, far + HELD, far + 2 * HELD)
    timed.start(partial(settle_orders, timed.table, order_ids, now=NOW))
    timed.run()
    assert timed.now < HELD.total_seconds()
    assert exact(timed, 40)
    assert timed.table.take_lane(account.ambassador_id, "well", NOW, NOW + HELD, NOW + 2 * HELD)


def test_who_waits_at_a_lane_that_stays_closed_leaves_the_orders_due() -> None:
    """Somebody else has it all the time: the worker gives up in time, and nothing is lost or marked as failed."""
    timed = Timed()
    order_ids = redeemed(timed.table, 2)
    (account,) = stored(timed, Account)
    done: list[float] = []

    def hold() -> None:
        while not done:
            now = NOW + timedelta(seconds=timed.now)
            timed.table.take_lane(account.ambassador_id, "busy", now, now + HELD, now + 2 * HELD)
            timed.wait(1)

    def work() -> None:
        timed.wait(0.1)
        assert settle_orders(timed.table, order_ids, now=NOW + timedelta(seconds=timed.now)) == []
        done.append(timed.now)

    timed.start(hold)
    timed.start(work)
    timed.run()
    assert 19 < done[0] < 21
    assert all(it.due_at is not None and it.standing is None for it in timed.table.read_redemptions(order_ids))
