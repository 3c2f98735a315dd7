"""Bugs of one line, planted on purpose: each must be caught by the simulator, or the simulator is blind to it.

`python -m tests.simulator.planted` plants them one by one in a copy of the program and plays histories there.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
HISTORIES_MAX = 3000


@dataclass(frozen=True, slots=True)
class Bug:
    """What stands in a file, once, and what to put in its place."""

    name: str
    file: str
    before: str
    after: str


def bugs() -> list[Bug]:
    """Read `bugs.txt`: a name, a file, the lines that stand there (-) and those to put in their place (+)."""
    return [_bug(block.splitlines()) for block in (ROOT / "tests/simulator/bugs.txt").read_text().split("\n\n")]


def _bug(lines: list[str]) -> Bug:
    told = {mark: [line[1:] for line in lines if line.startswith(mark)] for mark in "#@-+"}
    (name,), (file,) = told["#"], told["@"]
    return Bug(name.strip(), file.strip(), "\n".join(told["-"]), "\n".join(told["+"]))


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


def try_bug(bug: Bug) -> tuple[int | None, str]:
    """Play histories with a bug: after how many the first one failed (None: none did), and with what words."""
    with planted(bug) as folder:
        command = [sys.executable, "-m", "tests.simulator", "--histories", str(HISTORIES_MAX)]
        ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    seed = re.search(r"^Seed (\d+) fails", ran.stdout, re.MULTILINE)
    if seed is None:
        return None, ran.stderr.strip()[-200:]
    return int(seed[1]) + 1, next(
        reversed(re.findall(r"^\w*(?:Error|Exception): (.{0,70})", ran.stdout, re.MULTILINE)), ""
    )


@contextmanager
def planted(bug: Bug) -> Iterator[Path]:
    """A copy of the program with a bug in it."""
    with tempfile.TemporaryDirectory(prefix="planted-") as folder:
        for part in ("chalicelib", "tests", "bench"):
            shutil.copytree(ROOT / part, Path(folder, part), ignore=shutil.ignore_patterns("__pycache__"))
        file = Path(folder, "chalicelib", bug.file)
        text = file.read_text()
        assert text.count(bug.before) == 1, f"{bug.name}: its place is not there, or not only once"
        file.write_text(text.replace(bug.before, bug.after))
        yield Path(folder)


if __name__ == "__main__":
    sys.exit(main())
