"""Live a year of a shop under faults, and judge it: `python -m tests.year --people 2000 --days 365 --seed 1`."""

import argparse
import sys
import time
from contextlib import redirect_stdout
from datetime import UTC, date, datetime
from io import StringIO
from itertools import islice

from chalicelib.telemetry import logger
from tests.simulator.history import tally
from tests.year.judge import Judge
from tests.year.town import DAYS, HOMES, PEOPLE, START, Size, Town

TOLD_MAX = 20


def live(seed: int, size: Size, *, show: bool = False) -> Judge:
    """Live a year, without the program's own log, and return who judges it."""
    logger.setLevel("CRITICAL")
    town, told = Town(seed, size), sys.stderr if show else StringIO()
    with redirect_stdout(StringIO()):
        town.live(lambda day: print(day, file=told, flush=True))
    return Judge(town)


def table(judge: Judge) -> str:
    """Say what came of each letter and task, in Markdown."""
    lines = ["| | sent | moved | twice | held out | not sent, and why |", "| --- | ---: | ---: | ---: | ---: | --- |"]
    for name, told in sorted(judge.figures().items()):
        others = {why: n for why, n in told.items() if why not in {"sent", "moved", "twice", "hold_out"} and n}
        why = "; ".join(f"{why or 'for no reason'} {n:,}" for why, n in sorted(others.items(), key=lambda it: -it[1]))
        numbers = " | ".join(f"{told[it]:,}" for it in ("sent", "moved", "twice", "hold_out"))
        lines.append(f"| {name} | {numbers} | {why} |")
    return "\n".join(lines)


def main() -> int:
    """Print the days as they pass, what came of it, and what is wrong; the exit code is then 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.year", description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE, help="how many live there")
    parser.add_argument("--days", type=int, default=DAYS, help="for how long")
    parser.add_argument("--start", type=date.fromisoformat, default=START.date(), help="the first day")
    parser.add_argument("--seed", type=int, default=1, help="the same one lives the same year")
    parser.add_argument("--seeds", type=int, default=1, help="so many years, one after the other")
    asked, began = parser.parse_args(), time.monotonic()
    start = datetime(asked.start.year, asked.start.month, asked.start.day, 12, tzinfo=UTC)
    for seed in range(asked.seed, asked.seed + asked.seeds):
        judge = live(seed, Size(asked.people, asked.days, start=start), show=asked.seeds == 1)
        wrong = list(islice(judge.violations(), TOLD_MAX))
        if wrong:
            print("\n".join(wrong), f"\nYear {seed} fails.")
            return 1
        homes, tongues = len(HOMES), len(judge.town.rules["languages"])
        print(f"{asked.people} people in {homes} zones and {tongues} languages, {asked.days} days, seed {seed}")
        print(table(judge))
        print(f"What happened: {tally(judge.town.done)}")
        print(f"Offers: {tally(judge.tried())}")
        print(f"Birthdays: {tally(judge.birthdays())}")
        print("Surprises, of the budget: " + "; ".join(f"{it} {a} of {b}" for it, (a, b) in judge.spent().items()))
        print(f"{judge.silent()} people were silent, and cost 0 reads and 0 writes")
        print(f"Faults: {tally(judge.world.fired)}")
    print(f"0 violations, {time.monotonic() - began:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
