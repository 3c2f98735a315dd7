"""How long the schedule takes for what a broken stream has left behind: many orders of one ambassador.

All of them move one account, the worst case for a settlement. The engine is MiniStack, whose index queries look through
the whole table, so the seconds say little about AWS; the transactions and attempts do not depend on it. DynamoDB Local
would be nearer to AWS, but must be fetched and wants a Java runtime.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from bench.progress import Say
from bench.world import at_once, local_cloud
from chalicelib import deps
from chalicelib.aws.lines import Reply
from memory.tap import GoOn, tapped

ORDERS = 2000
THREADS = 16
RUNS_MAX = 10
"""A run of the schedule ends after some time, and the next one goes on."""

LATE = timedelta(minutes=1)
"""By how much the schedule comes after the last order: later than the stream's time of grace."""


def run(say: Say) -> dict[str, Any]:
    """Redeem with the stream off, then let the schedule work until nothing is due."""
    with local_cloud() as world:
        say(f"redeeming {ORDERS} orders with one code, the stream off")
        code = world.enrol("maya@example.com")
        at_once(world.redeem, [world.redemption(code, world.order_id()) for _ in range(ORDERS)], THREADS)
        world.ahead += LATE
        with _listened() as calls:
            say("the schedule settles them")
            settled = _worked_off(world.settle, calls, "ORDER#")
            say(f"the schedule sends the {2 * ORDERS} mails that follow")
            delivered = _worked_off(world.deliver, calls, "MSG#")
    return {"orders": ORDERS, "settle": settled, "deliver": delivered}


def _worked_off(run: Callable[[], None], calls: Counter[str], kind: str) -> dict[str, Any]:
    """Let a function of the schedule run until nothing of a kind is due."""
    calls.clear()
    start, cpu, runs = time.perf_counter(), time.process_time(), 0
    while any(key.pk.startswith(kind) for key in deps.table().list_due(deps.now())):
        assert runs < RUNS_MAX, f"something is left of {kind}"
        run()
        runs += 1
    seconds = time.perf_counter() - start
    return {
        "seconds": seconds,
        "cpu_seconds": time.process_time() - cpu,
        "per_second": ORDERS / seconds,
        "attempts": calls["TransactWriteItems"],
        "transactions": calls["TransactWriteItems 200"],
        "calls": {name: times for name, times in calls.items() if not name.endswith("200")},
    }


@contextmanager
def _listened() -> Iterator[Counter[str]]:
    """Count the calls from now on, and the transactions that were taken."""
    calls = Counter[str]()

    def note(operation: str, _: Any, go_on: GoOn) -> Reply:
        reply = go_on()
        calls[operation] += 1
        if operation == "TransactWriteItems" and reply.status == 200:
            calls[f"{operation} 200"] += 1
        return reply

    with tapped(note):
        yield calls
