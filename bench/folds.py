"""Whether a viral ambassador is settled faster, the more workers there are: the stream's batches, all of one account.

The workers are the program's own code over the engine in memory. Their time is simulated: a call takes what it takes on
DynamoDB, and what a worker computes takes the CPU time that it took here (`bench.timed`).
"""

from collections import deque
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from bench.progress import Say
from bench.timed import Timed
from chalicelib.domain.money import Money
from chalicelib.domain.orders.admit import Ask
from chalicelib.operations.orders.friends import Contact
from chalicelib.operations.orders.redeem import redeem
from chalicelib.operations.orders.settle import settle_orders
from chalicelib.operations.outlook import Outlook
from chalicelib.operations.people.enrol import Enrolment, enrol
from chalicelib.operations.program import publication
from chalicelib.store.table import Table
from memory.shop import PROGRAM

WORKERS = (1, 4, 8, 16)
BATCHES = (100, 20)
ORDERS = 1600
AIM = 1.5
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def run(say: Say) -> dict[str, Any]:
    """Settle the same orders by more and more workers, in large batches and in small ones."""
    found = []
    for batch in BATCHES:
        for workers in WORKERS:
            it = measure(Timed(computing=True), ORDERS, workers, batch)
            say(f"{workers:2} workers, batches of {batch}: {it['per_second']:.0f} orders/s, {it['left']} left due")
            found.append(it)
    return {"orders": ORDERS, "aim": AIM, "runs": found}


def measure(timed: Timed, orders: int, workers: int, batch: int) -> dict[str, Any]:
    """Let so many workers take batch after batch until none is left; what stays due is counted."""
    table, order_ids = timed.table, redeemed(timed.table, orders)
    waiting = deque(order_ids)

    def work() -> None:
        while waiting:
            taken = [waiting.popleft() for _ in range(min(batch, len(waiting)))]
            postponed = settle_orders(table, taken, now=NOW + timedelta(seconds=timed.now))
            assert not postponed, postponed

    for _ in range(workers):
        timed.start(work)
    timed.run()
    left = sum(redemption.standing is None for redemption in table.read_redemptions(order_ids))
    calls = timed.calls
    return {
        "workers": workers,
        "batch": batch,
        "seconds": timed.now,
        "per_second": (orders - left) / timed.now,
        "left": left,
        "transactions": calls["taken"],
        "fold": (orders - left) / calls["taken"],
        "lost": calls["unmet"],
        "conflicts": calls["conflict"],
    }


def redeemed(table: Table, number: int) -> list[str]:
    """Redeem so many orders with one code; returns their ids."""
    program = publication.publish(table, PROGRAM, author="bench", now=NOW)
    chance = Random(1)  # noqa: S311 - the same each time
    told = Enrolment("maya@example.com", "Maya")
    code = enrol(table, told, program, Outlook(program, b"bench"), now=NOW, chance=chance).code
    order_ids = [f"{5_123_456_000_001 + place}" for place in range(number)]
    for place, order_id in enumerate(order_ids):
        ask = Ask(order_id, code, (f"{place:032x}",), Money(4500, program.currency), NOW)
        redeem(table, ask, Contact(f"f{place}@example.com", None, "Fay", "en"), program, now=NOW)
    return order_ids
