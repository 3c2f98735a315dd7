"""How many orders the schedule releases a second, as it is deployed: runs side by side, each with threads.

Each run of the schedule is a process with the program's own wire, and has a table in another process whose calls take
as long as DynamoDB's. In a deployment the runs share one table, but no key beside accounts and budgets, so one table
each says the same, as far as the machine's cores go.
"""

import multiprocessing
import os
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from random import Random
from typing import Any

from bench.port import calling, serve
from bench.progress import Say
from chalicelib import config, deps
from chalicelib.domain.money import Money
from chalicelib.domain.orders.admit import Ask
from chalicelib.operations.orders.friends import Contact
from chalicelib.operations.orders.redeem import redeem
from chalicelib.operations.orders.settle import settle_orders
from chalicelib.operations.outlook import Outlook
from chalicelib.operations.people.enrol import Enrolment, enrol
from chalicelib.operations.program import publication
from chalicelib.store.table import Table
from chalicelib.store.wire import Wire
from chalicelib.workers.schedule import every_minute
from infra.local.clock import scheduled
from memory.engine import Engine
from memory.shop import PROGRAM

READ, WRITE = 0.004, 0.012
"""What a call that reads and one that writes take at least, in seconds."""

ORDERS, AMBASSADORS = 400, 100
WORKERS = (1, 2, 4)
AIM = 500
PARTS = 8
START = datetime(2026, 3, 1, 8, tzinfo=UTC)
END = START + timedelta(days=31)


def run(say: Say) -> dict[str, Any]:
    """Release the orders of one, two and four runs of the schedule; then those of one run with a single thread."""
    rounds = {}
    for workers, threads in (*((number, config.THREADS) for number in WORKERS), (1, 1)):
        say(f"{workers} runs of {ORDERS} releases each, with {threads} threads")
        rounds[f"{workers} x {threads}"] = _round(workers, threads)
        say(f"{rounds[f'{workers} x {threads}']['per_second']:.0f} a second")
    return {"orders": ORDERS, "read": READ, "write": WRITE, "aim": AIM, "parts": PARTS, "rounds": rounds}


def _round(workers: int, threads: int) -> dict[str, Any]:
    """Let so many runs begin together; their rates are added."""
    spawned, context = [], multiprocessing.get_context("spawn")
    go = context.Event()
    for _ in range(workers):
        mine, its = context.Pipe()
        process = context.Process(target=_work, args=(its, go, threads))
        process.start()
        spawned.append((process, mine))
    for _, mine in spawned:
        assert mine.recv() == "ready"
    go.set()
    told = [mine.recv() for _, mine in spawned]
    for process, _ in spawned:
        process.join()
    return {
        "workers": workers,
        "threads": threads,
        "per_second": sum(ORDERS / it["seconds"] for it in told),
        "cpu_ms": sum(it["cpu"] for it in told) * 1000 / ORDERS / workers,
        "calls": {name: number / ORDERS for name, number in told[0]["calls"].items()},
    }


def _work(told: Connection, go: Any, threads: int) -> None:
    """Be one run of the schedule: say when there is a table, begin when told, and say how long it took."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    mine, its = multiprocessing.Pipe()
    engine = multiprocessing.get_context("spawn").Process(target=_serve, args=(its,), daemon=True)
    engine.start()
    calls = Counter[str]()
    table = Table(Wire(calling(mine.recv(), calls), "simulated", threads=threads))
    vars(deps).update(table=lambda: table, settings=lambda: config.Settings("", "", "", "", str.encode))
    deps.use_clock(lambda: END)
    deps.program()
    list(table.list_due(END))
    calls.clear()
    told.send("ready")
    go.wait()
    start, cpu = time.perf_counter(), time.process_time()
    every_minute(scheduled(END), None)
    took = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu, "calls": dict(calls)}
    left = [key.pk for key in table.list_due(END) if key.pk.startswith("ORDER#")]
    assert not left, f"{len(left)} orders are left"
    told.send(took)
    engine.terminate()


def _serve(told: Connection) -> None:
    """Serve a table in which each order's hold has ended, not too fast."""
    engine = Engine(Random(1))  # noqa: S311 - the same shop each time
    _live(Table(Wire(engine.call, "simulated")))
    engine.settle_indexes()
    serve(engine, told, lambda operation: READ if operation in {"GetItem", "BatchGetItem", "Query"} else WRITE)


def _live(table: Table) -> None:
    """Let orders come in on one day, and settle them: a month later all of them wait to be released."""
    program = publication.publish(table, PROGRAM, author="bench", now=START)
    chance, outlook = Random(1), Outlook(program, b"bench")  # noqa: S311 - as above
    told = [Enrolment(f"a{number}@example.com", "Maya") for number in range(AMBASSADORS)]
    people = [enrol(table, it, program, outlook, now=START, chance=chance) for it in told]
    for number in range(ORDERS):
        order_id, code = f"{5_123_456_000_001 + number}", people[number % AMBASSADORS].code
        ask = Ask(order_id, code, (f"{number:032x}",), Money(5000, program.currency), START)
        redeem(table, ask, Contact(f"f{number}@example.com", None, "Fay", "en"), program, now=START)
        settle_orders(table, [order_id], now=START)
