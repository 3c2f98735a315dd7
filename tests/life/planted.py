"""Bugs of policy, delivery and care, planted on purpose: each must be seen in the mails of a quarter or a year.

`python -m tests.life.planted` plants them one by one in a copy of the program and lives quarters and years there.
"""

import argparse
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tests.planted.change import Change, planted_copy, read_changes

ROOT = Path(__file__).parents[2]
LIVES = {
    "quarter": ["--people", "80", "--days", "20", "--seeds", "12"],
    "year": ["--people", "60", "--days", "90", "--start", "2026-12-15", "--seeds", "8"],
}


def bugs(life: str) -> list[Change]:
    """Read the `bugs.txt` of the quarter or of the year."""
    return read_changes(ROOT / f"tests/{life}/bugs.txt")


def main() -> int:
    """Plant each bug, or those whose name holds a word, and say in which life it was seen, and by what."""
    parser = argparse.ArgumentParser(prog="python -m tests.life.planted", description=__doc__)
    parser.add_argument("word", nargs="?", default="", help="only bugs whose name holds it")
    parser.add_argument("--life", choices=LIVES, action="append", help="only those of one of both")
    parser.add_argument("--processes", type=int, default=2, help="how many at the same time")
    asked, missed, number = parser.parse_args(), 0, 0
    for life in asked.life or LIVES:
        chosen = [bug for bug in bugs(life) if asked.word in bug.name]
        number += len(chosen)
        with ThreadPoolExecutor(asked.processes) as pool:
            for bug, (caught, sign) in zip(chosen, pool.map(partial(try_bug, life), chosen), strict=True):
                missed += caught is None
                told = f"caught in {life} {caught}" if caught else "NOT CAUGHT"
                print(f"{told}  {bug.name}: {sign}", flush=True)
    print(f"\n{number - missed} of {number} planted bugs were caught.")
    return int(missed > 0)


def try_bug(life: str, bug: Change) -> tuple[int | None, str]:
    """Live with a bug: in which life it went wrong (None: in none), and with what words."""
    with planted_copy(ROOT, bug) as folder:
        command = [sys.executable, "-m", f"tests.{life}", *LIVES[life]]
        ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    seed = re.search(r"^(?:Quarter|Year) (\d+) fails", ran.stdout, re.MULTILINE)
    if seed is None:
        return None, ran.stderr.strip()[-200:]
    wrong = ran.stdout[: seed.start()].strip().rpartition("\n")[2]
    return int(seed[1]), wrong[:110]


if __name__ == "__main__":
    sys.exit(main())
