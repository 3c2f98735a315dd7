"""How long the schedule takes for what a broken stream has left behind: many orders of one ambassador.

All of them move one account, the worst case for a settlement. The engine is MiniStack, whose index queries look through
the whole table, so the seconds say little about AWS; the transactions and attempts do not depend on it. DynamoDB Local
would be nearer to AWS, but must be fetched and wants a Java runtime.
"""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from bench.progress import Say
from bench.world import World, at_once, local_cloud
from chalicelib import deps
from chalicelib.aws.lines import Reply
from memory.tap import GoOn, tapped

ORDERS = 2000
THREADS = 16
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
            settled = _minute(world, calls)
            assert settled["left"] == ORDERS, "each order leaves one message"
            say(f"the schedule sends the {2 * ORDERS} mails that follow")
            delivered = _minute(world, calls)
            assert delivered["left"] == 0, "all mails are sent"
    return {"orders": ORDERS, "settle": settled, "deliver": delivered}


def _minute(world: World, calls: Counter[str]) -> dict[str, Any]:
    """Let the schedule run once, until it finds no more of what was due when it began."""
    calls.clear()
    start, cpu = time.perf_counter(), time.process_time()
    world.minute()
    seconds = time.perf_counter() - start
    return {
        "seconds": seconds,
        "cpu_seconds": time.process_time() - cpu,
        "per_second": ORDERS / seconds,
        "attempts": calls["TransactWriteItems"],
        "transactions": calls["TransactWriteItems 200"],
        "calls": {name: times for name, times in calls.items() if not name.endswith("200")},
        "left": deps.table().count_due(deps.now()),
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
