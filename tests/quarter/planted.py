"""Bugs of policy and delivery, planted on purpose: each must be seen in the mails of a quarter.

`python -m tests.quarter.planted` plants them one by one in a copy of the program and lives quarters there.
"""

import argparse
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.planted.change import Change, planted_copy, read_changes

ROOT = Path(__file__).parents[2]
QUARTERS = ["--people", "80", "--days", "20", "--seeds", "12"]


def bugs() -> list[Change]:
    """Read `bugs.txt`."""
    return read_changes(ROOT / "tests/quarter/bugs.txt")


def main() -> int:
    """Plant each bug, or those whose name holds a word, and say in which quarter it was seen, and by what."""
    parser = argparse.ArgumentParser(prog="python -m tests.quarter.planted", description=__doc__)
    parser.add_argument("word", nargs="?", default="", help="only bugs whose name holds it")
    parser.add_argument("--processes", type=int, default=2, help="how many at the same time")
    asked = parser.parse_args()
    chosen = [bug for bug in bugs() if asked.word in bug.name]
    missed = 0
    with ThreadPoolExecutor(asked.processes) as pool:
        for bug, (caught, sign) in zip(chosen, pool.map(try_bug, chosen), strict=True):
            missed += caught is None
            told = f"caught in quarter {caught}" if caught else "NOT CAUGHT"
            print(f"{told}  {bug.name}: {sign}", flush=True)
    print(f"\n{len(chosen) - missed} of {len(chosen)} planted bugs were caught.")
    return int(missed > 0)


def try_bug(bug: Change) -> tuple[int | None, str]:
    """Live quarters with a bug: which one went wrong (None: none did), and with what words."""
    with planted_copy(ROOT, bug) as folder:
        command = [sys.executable, "-m", "tests.quarter", *QUARTERS]
        ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    seed = re.search(r"^Quarter (\d+) fails", ran.stdout, re.MULTILINE)
    if seed is None:
        return None, ran.stderr.strip()[-200:]
    wrong = ran.stdout[: seed.start()].strip().rpartition("\n")[2]
    return int(seed[1]), wrong[:110]


if __name__ == "__main__":
    sys.exit(main())
