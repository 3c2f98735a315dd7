"""Bugs of one line, planted on purpose: each must be caught by the simulator, or the simulator is blind to it.

`python -m tests.simulator.planted` plants them one by one in a copy of the program and plays histories there.
"""

import argparse
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.planted.change import Change, planted_copy, read_changes

ROOT = Path(__file__).parents[2]
HISTORIES_MAX = 3000


def bugs() -> list[Change]:
    """Read `bugs.txt`."""
    return read_changes(ROOT / "tests/simulator/bugs.txt")


def main() -> int:
    """Plant each bug, or those whose name holds a word, and say after how many histories it was caught."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulator.planted", description=__doc__)
    parser.add_argument("word", nargs="?", default="", help="only bugs whose name holds it")
    parser.add_argument("--processes", type=int, default=2, help="how many at the same time")
    asked = parser.parse_args()
    chosen = [bug for bug in bugs() if asked.word in bug.name]
    missed = 0
    with ThreadPoolExecutor(asked.processes) as pool:
        for bug, (caught, sign) in zip(chosen, pool.map(try_bug, chosen), strict=True):
            missed += caught is None
            told = f"caught after {caught:4}" if caught else f"NOT CAUGHT in {HISTORIES_MAX}"
            print(f"{told}  {bug.name}: {sign}", flush=True)
    print(f"\n{len(chosen) - missed} of {len(chosen)} planted bugs were caught, each within {HISTORIES_MAX} histories.")
    return int(missed > 0)


def try_bug(bug: Change) -> tuple[int | None, str]:
    """Play histories with a bug: after how many the first one failed (None: none did), and with what words."""
    with planted_copy(ROOT, bug) as folder:
        command = [sys.executable, "-m", "tests.simulator", "--histories", str(HISTORIES_MAX)]
        ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    seed = re.search(r"^Seed (\d+) fails", ran.stdout, re.MULTILINE)
    if seed is None:
        return None, ran.stderr.strip()[-200:]
    return int(seed[1]) + 1, next(
        reversed(re.findall(r"^\w*(?:Error|Exception): (.{0,70})", ran.stdout, re.MULTILINE)), ""
    )


if __name__ == "__main__":
    sys.exit(main())
