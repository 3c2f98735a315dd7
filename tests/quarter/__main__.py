"""Live a quarter of a shop under faults, and judge it: `python -m tests.quarter --people 2000 --days 90 --seed 1`."""

import argparse
import sys
import time
from contextlib import redirect_stdout
from io import StringIO
from itertools import islice

from chalicelib.telemetry import logger
from tests.quarter.judge import Judge
from tests.quarter.town import DAYS, HOMES, PEOPLE, RULES, Size, Town
from tests.simulator.history import tally

TOLD_MAX = 20


def live(seed: int, size: Size, *, show: bool = False) -> Judge:
    """Live a quarter, without the program's own log, and return who judges it."""
    logger.setLevel("CRITICAL")
    town, told = Town(seed, size), sys.stderr if show else StringIO()
    with redirect_stdout(StringIO()):
        town.live(lambda day: print(day, file=told, flush=True))
    return Judge(town)


def main() -> int:
    """Print the days as they pass, what came of it, and what is wrong; the exit code is then 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.quarter", description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE, help="how many live there")
    parser.add_argument("--days", type=int, default=DAYS, help="for how long")
    parser.add_argument("--seed", type=int, default=1, help="the same one lives the same quarter")
    parser.add_argument("--seeds", type=int, default=1, help="so many quarters, one after the other")
    asked, began = parser.parse_args(), time.monotonic()
    for seed in range(asked.seed, asked.seed + asked.seeds):
        judge = live(seed, Size(asked.people, asked.days), show=asked.seeds == 1)
        wrong = list(islice(judge.violations(), TOLD_MAX))
        if wrong:
            print("\n".join(wrong), f"\nQuarter {seed} fails.")
            return 1
        homes, tongues = len(HOMES), len(RULES["languages"])
        print(f"{asked.people} people in {homes} zones and {tongues} languages, {asked.days} days, seed {seed}")
        print("\n".join(f"{number:8,} {name}" for name, number in judge.figures().items()))
        print(f"Faults: {tally(judge.world.fired)}")
    print(f"0 violations, {time.monotonic() - began:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
