"""Play many histories: `python -m tests.simulator --histories 20000 --first 0`."""

import argparse
import sys
import time
import traceback
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from itertools import starmap

from chalicelib.telemetry import logger
from tests.simulator.history import History, tally

CHUNK = 100


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run of histories went: the faults that fired, and the first seed that failed, with what was wrong."""

    fired: Counter[str]
    failed: int | None = None
    wrong: str = ""


def play(first: int, histories: int) -> Outcome:
    """Play histories until one fails."""
    logger.setLevel("CRITICAL")
    fired = Counter[str]()
    for seed in range(first, first + histories):
        try:
            history = History(seed)
            with redirect_stdout(StringIO()):
                history.play()
            history.check()
        except Exception:  # noqa: BLE001 - whatever it is, it is told with its seed, and ends the run
            return Outcome(fired, seed, traceback.format_exc(limit=-4))
        fired += history.world.fired
    return Outcome(fired)


def main() -> int:
    """Play, and print the seed of the first history that goes wrong; the exit code is then 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulator", description="Play histories under faults.")
    parser.add_argument("--histories", type=int, default=2000, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first seed; with --histories 1 it replays one")
    parser.add_argument("--processes", type=int, default=1, help="how many at the same time")
    asked = parser.parse_args()
    ends = asked.first + asked.histories
    chunks = [(first, min(CHUNK, ends - first)) for first in range(asked.first, ends, CHUNK)]
    began, fired, played = time.monotonic(), Counter[str](), 0
    with ProcessPoolExecutor(asked.processes) as pool:
        outcomes = pool.map(play, *zip(*chunks, strict=True)) if asked.processes > 1 else starmap(play, chunks)
        for (_, histories), outcome in zip(chunks, outcomes, strict=True):
            if outcome.failed is not None:
                print(f"{outcome.wrong}\nSeed {outcome.failed} fails. ", end="")
                print(f"Replay it: python -m tests.simulator --histories 1 --first {outcome.failed}")
                pool.shutdown(cancel_futures=True)
                return 1
            fired, played = fired + outcome.fired, played + histories
            rate = played / (time.monotonic() - began)
            print(f"{played} of {asked.histories} histories, {rate:.0f} a second", flush=True)
    print(f"\n{played} histories, 0 violations, {time.monotonic() - began:.0f} s.\nFaults: {tally(fired)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
