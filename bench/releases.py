"""How many orders the schedule releases a second, as it is deployed: runs side by side, each with threads.

Each run of the schedule is a process with the program's own wire, and has a table in another process whose calls take
as long as DynamoDB's. In a deployment the runs share one table, but no key beside accounts and budgets, so one table
each says the same, as far as the machine's cores go.
"""

import json
import multiprocessing
import os
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from random import Random
from threading import Lock
from typing import Any

from bench.progress import Say
from chalicelib import config, deps
from chalicelib.aws.credentials import Credentials
from chalicelib.aws.services import DYNAMODB, Answer, Call, RefusedError, Service
from chalicelib.domain.money import Money
from chalicelib.domain.orders.admit import Ask
from chalicelib.operations.orders.friends import Contact
from chalicelib.operations.orders.redeem import redeem
from chalicelib.operations.orders.settle import settle_orders
from chalicelib.operations.outlook import Outlook
from chalicelib.operations.people.enrol import Told, enrol
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
    table = Table(Wire(_call(mine.recv(), calls), "simulated", threads=threads))
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


def _call(port: int, calls: Counter[str]) -> Call:
    """What carries out the calls to the table at a port, and counts them."""
    url, who = f"http://127.0.0.1:{port}", Credentials("none", "none")
    service = Service(DYNAMODB, connect=5, answer=10, region="eu-central-1", url=url, who=lambda: who)

    def call(operation: str, request: dict[str, Any]) -> Answer:
        calls[operation] += 1
        return service.call(operation, request)

    return call


def _serve(told: Connection) -> None:
    """Serve a table in which each order's hold has ended, over DynamoDB's JSON protocol, not too fast."""
    engine, lock = Engine(Random(1)), Lock()  # noqa: S311 - the same shop each time
    _live(Table(Wire(engine.call, "simulated")))
    engine.settle_indexes()

    class Handler(BaseHTTPRequestHandler):
        """One call after the other on each connection."""

        protocol_version = "HTTP/1.1"
        wbufsize = -1  # an answer in one piece
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            """Answer one call."""
            start = time.monotonic()
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            operation = self.headers["X-Amz-Target"].partition(".")[2]
            status = 200
            with lock:
                try:
                    answer = engine.call(operation, request)
                except RefusedError as error:
                    status, answer = error.status, error.answer
                engine.settle_indexes()
            body = json.dumps(answer).encode()
            takes = READ if operation in {"GetItem", "BatchGetItem", "Query"} else WRITE
            time.sleep(max(0.0, start + takes - time.monotonic()))
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.send(server.server_port)
    server.serve_forever()


def _live(table: Table) -> None:
    """Let orders come in on one day, and settle them: a month later all of them wait to be released."""
    program = publication.publish(table, PROGRAM, author="bench", now=START)
    chance, outlook = Random(1), Outlook(program, b"bench")  # noqa: S311 - as above
    told = [Told(f"a{number}@example.com", "Maya") for number in range(AMBASSADORS)]
    people = [enrol(table, it, program, outlook, now=START, chance=chance) for it in told]
    for number in range(ORDERS):
        order_id, code = f"{5_123_456_000_001 + number}", people[number % AMBASSADORS].code
        ask = Ask(order_id, code, (f"{number:032x}",), Money(5000, program.currency), START)
        redeem(table, ask, Contact(f"f{number}@example.com", None, "Fay", "en"), program, now=START)
        settle_orders(table, [order_id], now=START)
