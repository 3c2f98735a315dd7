"""Whether a code that goes viral slows its own friends down: 64 at once on one code, beside 64 codes.

A redemption reads its code and writes only what is keyed by its order and its friend, so the two should not differ.
That no two transactions have a key in common is checked here too: an engine on one machine never tells of a conflict.
"""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

from bench.progress import Say
from bench.world import World, at_once, local_cloud
from chalicelib.aws.lines import Reply
from memory.tap import GoOn, tapped

AT_ONCE = 64
ROUNDS = 10
WARM_ROUNDS = 1
CALLS = 192
AIM = 0.9


def run(say: Say) -> dict[str, Any]:
    """Measure both in turns; the ratio is that of the throughputs within a round."""
    with local_cloud() as world:
        say(f"enrolling {AT_ONCE} ambassadors")
        codes = [world.enrol(f"ambassador.{number}@mail.example") for number in range(AT_ONCE)]
        choices = {"one code": codes[:1], f"{AT_ONCE} codes": codes}
        say(f"{ROUNDS} rounds of {CALLS} redemptions for each of {' and '.join(choices)}, {AT_ONCE} at once")
        rates: dict[str, list[float]] = {name: [] for name in choices}
        with _listened() as written:
            for turn in range(-WARM_ROUNDS, ROUNDS):
                for name in sorted(choices, reverse=turn % 2 == 1):
                    rate = _throughput(world, choices[name])
                    if turn >= 0:
                        rates[name].append(rate)
    shared = [key for key, times in written.items() if times > 1]
    one, many = rates.values()
    return {
        "aim": AIM,
        "at_once": AT_ONCE,
        "rounds": ROUNDS,
        "calls": CALLS,
        "per_second": {name: median(measured) for name, measured in rates.items()},
        "rates": rates,
        "ratio": median(a / b for a, b in zip(one, many, strict=True)),
        "transactions": (ROUNDS + WARM_ROUNDS) * CALLS * len(choices),
        "keys_in_common": len(shared),
    }


def _throughput(world: World, codes: list[str]) -> float:
    """Redemptions per second over one round."""
    events = [world.redemption(codes[number % len(codes)], world.order_id()) for number in range(CALLS)]
    start = time.perf_counter()
    at_once(world.redeem, events, AT_ONCE)
    return CALLS / (time.perf_counter() - start)


@contextmanager
def _listened() -> Iterator[Counter[str]]:
    """Count from now on how many transactions write each key."""
    written = Counter[str]()

    def note(operation: str, params: Any, go_on: GoOn) -> Reply:
        for action in params["TransactItems"] if operation == "TransactWriteItems" else ():
            item = action["Put"]["Item"]
            written[f"{item['PK']['S']} {item['SK']['S']}"] += 1
        return go_on()

    with tapped(note):
        yield written
