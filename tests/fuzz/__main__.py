"""Try all operations: `python -m tests.fuzz --examples 1000 --seed 0`."""

import argparse
import os
import sys
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, redirect_stdout
from functools import cache
from itertools import repeat
from pathlib import Path
from time import process_time

from chalicelib.edge.routes import ROUTES
from chalicelib.telemetry import logger
from tests.fuzz.odd import oddities
from tests.fuzz.town import Town, open_town
from tests.fuzz.trial import Outcome, attempt
from tests.fuzz.walk import walk

WALKS = "walks"
_OPEN = ExitStack()
STEPS = 30
"""How many requests a walk has at most."""


def main() -> int:
    """Try, and say for each operation how it went; the exit code is 1 if anything was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Try whatever the contract allows.")
    parser.add_argument("--examples", type=int, default=1000, help="how many requests to each operation")
    parser.add_argument("--walks", type=int, default=None, help="how many walks along the links; else as many")
    parser.add_argument("--seed", type=int, default=0, help="another one makes other requests")
    parser.add_argument("--processes", type=int, default=1, help="how many at the same time")
    parser.add_argument("operations", nargs="*", help="only these, and `walks`; else all")
    asked = parser.parse_args()
    walks = asked.examples if asked.walks is None else asked.walks
    names = asked.operations or [*(route.name for route in ROUTES), *([WALKS] if walks else [])]
    began, outcomes = time.monotonic(), list[Outcome]()
    work = names, repeat(asked.examples), repeat(walks), repeat(asked.seed)
    with ProcessPoolExecutor(asked.processes) as pool:
        for outcome in pool.map(tried, *work):
            outcomes.append(outcome)
            done = f"{len(outcomes)} of {len(names)}, {time.monotonic() - began:.0f} s"
            print(f"{done}: {outcome.name}, {outcome.examples} requests, {len(outcome.failures)} failures", flush=True)
            for what, example in outcome.failures.items():
                print(f"\n{outcome.name}: {what}\n    {example}\n", flush=True)
    print("\n".join(["", *_table(outcomes), ""]))
    requests, wrong = sum(it.examples for it in outcomes), sum(len(it.failures) for it in outcomes)
    cpu = sum(it.cpu for it in outcomes)
    print(f"{requests:,} requests, {wrong} failures, {time.monotonic() - began:.0f} s, {cpu:.0f} s of CPU.")
    return 1 if wrong else 0


def tried(name: str, examples: int, walks: int, chance: int) -> Outcome:
    """Try one operation, or the walks. What the program logs is not worth a line each."""
    logger.setLevel("CRITICAL")
    outcome, began = Outcome(name), process_time()
    try:
        with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
            if name == WALKS:
                walk(walks, STEPS, town(), outcome, chance)
            else:
                route = next(it for it in ROUTES if it.name == name)
                attempt(route, examples, town(), outcome, chance)
                oddities(route, max(1, examples // 5), town(), outcome, chance)
    except Exception:  # noqa: BLE001 - whatever it is, the others go on
        outcome.failures["the trial itself breaks"] = traceback.format_exc(limit=-3)
    outcome.cpu = process_time() - began
    return outcome


@cache
def town() -> Town:
    """The town of this process, open until it ends."""
    return _OPEN.enter_context(open_town())


def _table(outcomes: list[Outcome]) -> Iterator[str]:
    yield f"{'operation':26} {'requests':>8} {'CPU s':>6} {'failures':>8}  statuses"
    for it in outcomes:
        statuses = ", ".join(f"{status} {count}" for status, count in sorted(it.statuses.items()))
        yield f"{it.name:26} {it.examples:8} {it.cpu:6.1f} {len(it.failures):8}  {statuses}"


if __name__ == "__main__":
    sys.exit(main())
