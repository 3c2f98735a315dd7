"""How long what-if takes for as many orders as a request may play, on a table that answers as DynamoDB does.

The engine is the one in memory, in a process of its own behind DynamoDB's JSON protocol: it has real indexes, which the
emulators lack, and lets each call wait for `LATENCY`.
"""

import json
import multiprocessing
import resource
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from multiprocessing.connection import Connection
from random import Random
from typing import Any

from bench.port import calling, serve
from bench.progress import Say
from chalicelib.domain.model.facts import Refund
from chalicelib.domain.money import Money
from chalicelib.domain.orders.admit import Ask
from chalicelib.operations.orders.facts import report
from chalicelib.operations.orders.friends import Contact
from chalicelib.operations.orders.redeem import redeem
from chalicelib.operations.orders.settle import settle_orders
from chalicelib.operations.outlook import Outlook
from chalicelib.operations.people.enrol import Enrolment, enrol
from chalicelib.operations.program import publication
from chalicelib.operations.program.document import read
from chalicelib.operations.whatif import preview
from chalicelib.store.table import Table
from chalicelib.store.wire import Wire
from memory.engine import Engine
from memory.shop import PROGRAM, Body

ORDERS = preview.ORDERS_MAX
AMBASSADORS = 800
DAYS = 92
REFUNDED = 5
"""One order in so many has a refund."""

LATENCY = 0.005
"""What a call takes at least, in seconds: a single-digit number of milliseconds, as AWS says of DynamoDB."""

AIM_SECONDS = 20
ROUNDS = 3
PATIENCE = 120
"""For how long may be read here, so that a slow run is measured and not left to a job."""

FIRST = date(2026, 3, 1)
END = datetime(2026, 8, 1, 12, tzinfo=UTC)
CANDIDATE: Body = {
    **PROGRAM,
    "offer": {"amount": 500},
    "tiers": [
        {"name": "Starter", "threshold": 0, "reward": {"basis_points": 800, "maximum": 800}},
        {"name": "Silver", "threshold": 3, "reward": {"basis_points": 1200}, "bonus": 500},
    ],
    "tier_months": 6,
    "caps": [{"per": "month", "amount": 4000}, {"per": "life", "count": 50}],
    "budget_month": 1_500_000,
    "hold_days": 14,
}


def run(say: Say) -> dict[str, Any]:
    """Build a shop with so many orders, and preview another program for all of them, however long that takes."""
    vars(preview)["READING_SECONDS"] = PATIENCE
    say(f"a shop with {ORDERS} orders of {AMBASSADORS} ambassadors in {DAYS} days, one in {REFUNDED} with a refund")
    with _engine() as port:
        calls = Counter[str]()
        table, candidate = Table(Wire(calling(port, calls), "simulated")), read(CANDIDATE)
        period = preview.Period(FIRST, FIRST + timedelta(days=DAYS - 1), candidate)
        table.read_newest_program()
        memory, rounds = _memory(), list[tuple[float, float]]()
        for number in range(ROUNDS):
            say(f"the preview, {number + 1} of {ROUNDS}")
            calls.clear()
            start, cpu = time.perf_counter(), time.process_time()
            found = preview.preview(table, candidate, period, now=END)
            assert found is not None, "it did not fit"
            assert found.comparison.orders == ORDERS
            rounds.append((time.perf_counter() - start, time.process_time() - cpu))
            say(f"{rounds[-1][0]:.1f} s, {rounds[-1][1]:.1f} s of CPU")
            if number == 0:
                memory = _memory() - memory
        seconds, cpu = min(rounds)
        return {
            "orders": ORDERS,
            "ambassadors": AMBASSADORS,
            "days": DAYS,
            "latency_ms": LATENCY * 1000,
            "rounds": [spent for spent, _ in rounds],
            "seconds": seconds,
            "cpu_seconds": cpu,
            "calls": dict(calls),
            "memory_mb": memory,
            "answer_kb": len(json.dumps(found, default=str)) / 1024,
            "aim": AIM_SECONDS,
        }


def _memory() -> float:
    """The most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# --- the engine, in a process of its own ------------------------------------------------------------------------------


@contextmanager
def _engine() -> Iterator[int]:
    """Build the shop and serve its table until the block is left; yields the port."""
    mine, its = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(its,), daemon=True)
    process.start()
    try:
        yield mine.recv()
    finally:
        process.terminate()
        process.join()


def _serve(told: Connection) -> None:
    engine = Engine(Random(1))  # noqa: S311 - the same shop each time
    _live(Table(Wire(engine.call, "simulated")))
    engine.settle_indexes()
    serve(engine, told, lambda _: LATENCY)


def _live(table: Table) -> None:
    """Let the orders come in, day by day; each day's are settled, and those whose hold has ended are released."""
    chance = Random(1)  # noqa: S311 - the same shop each time
    start = datetime(FIRST.year, FIRST.month, FIRST.day, 8, tzinfo=UTC)
    program = publication.publish(table, PROGRAM, author="bench", now=start)
    people = [
        enrol(
            table, Enrolment(f"a{n}@example.com", "Maya"), program, Outlook(program, b"bench"), now=start, chance=chance
        )
        for n in range(AMBASSADORS)
    ]
    for number in range(ORDERS):
        now = start + timedelta(days=number * DAYS // ORDERS, seconds=number % 30_000)
        order_id = f"{5_123_456_000_001 + number}"
        code = people[min(int(chance.random() ** 2 * AMBASSADORS), AMBASSADORS - 1)].code
        amount = Money(2000 + number * 37 % 18_000, program.currency)
        ask = Ask(order_id, code, (f"{number:032x}",), amount, now)
        redeem(table, ask, Contact(f"f{number}@example.com", None, "Fay", "en"), program, now=now)
        if number % REFUNDED == 0:
            later = now + timedelta(hours=1)
            report(table, Refund(order_id, "r1", "refund", 1000, program.currency, recorded_at=later))
        settle_orders(table, [order_id], now=now)
    for start_at in range(0, ORDERS, 500):
        ids = [f"{5_123_456_000_001 + number}" for number in range(start_at, min(start_at + 500, ORDERS))]
        settle_orders(table, ids, now=END)
