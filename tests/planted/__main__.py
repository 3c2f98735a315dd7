"""Plant each fault of the lists in a copy of the program, and see the tests that keep its promise notice.

`python -m tests.planted` tells of each fault which test caught it, and at the end how many were caught, by room.
`--widely` shows a fault that its own tests have missed to all that run in one process.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from tests.planted.change import Change, read_changes

ROOT = Path(__file__).parents[2]
WIDELY = ("tests/unit", "tests/integration", "tests/deployed/test_policies.py")
SECONDS_MAX = 900
_CAUGHT = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)


def faults() -> dict[str, list[Change]]:
    """All faults, by room."""
    return {path.stem: read_changes(path) for path in sorted(Path(__file__).parent.glob("*.txt"))}


def main() -> int:
    """Plant the faults of all rooms, or of one, or those whose name holds a word."""
    parser = argparse.ArgumentParser(prog="python -m tests.planted", description=__doc__)
    parser.add_argument("word", nargs="?", default="", help="only faults whose room or name holds it")
    parser.add_argument("--processes", type=int, default=2, help="how many at the same time")
    parser.add_argument("--widely", action="store_true", help="show what was missed to more tests")
    asked = parser.parse_args()
    chosen = [(room, it) for room, found in faults().items() for it in found if asked.word in f"{room}: {it.name}"]
    planted, caught, excused = Counter[str](), Counter[str](), Counter[str]()
    with ThreadPoolExecutor(asked.processes) as pool:
        found = pool.map(lambda it: try_fault(it[1], widely=asked.widely), chosen)
        for (room, fault), by in zip(chosen, found, strict=True):
            planted[room] += 1
            caught[room] += by is not None
            excused[room] += by is None and bool(fault.excuse)
            print(f"{by or fault.excuse or 'NOT CAUGHT'}  {room}: {fault.name}", flush=True)
    print("\n".join(table(planted, caught, excused)))
    return int(planted.total() > caught.total() + excused.total())


def table(planted: Counter[str], caught: Counter[str], excused: Counter[str]) -> list[str]:
    """The score by room, in Markdown."""
    rows = [(room, planted[room], caught[room], excused[room]) for room in planted]
    whole = ("**all**", planted.total(), caught.total(), excused.total())
    head = ["", "| room | planted | caught | told why not | score |", "| --- | ---: | ---: | ---: | ---: |"]
    return head + [
        f"| {name} | {all_} | {seen} | {told} | {seen / all_:.0%} |" for name, all_, seen, told in [*rows, whole]
    ]


def try_fault(fault: Change, *, widely: bool = False) -> str | None:
    """Which test has noticed a fault, if any has."""
    with planted_copy(fault) as folder:
        by = _noticed(folder, fault.tests)
        return by if by or not widely else _noticed(folder, WIDELY)


def _noticed(folder: Path, tests: tuple[str, ...]) -> str | None:
    """The first test that fails; a run that hangs has noticed as well."""
    command = [sys.executable, "-m", "pytest", "-x", "-n", "0", "-p", "no:cacheprovider", "--tb=no", *tests]
    command += ["--deselect=tests/planted", "--deselect=tests/simulator/test_planted.py"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    try:
        ran = subprocess.run(
            command, cwd=folder, env=clean, capture_output=True, text=True, check=False, timeout=SECONDS_MAX
        )
    except subprocess.TimeoutExpired:
        return "the time limit"
    if ran.returncode == 0:
        return None
    found = _CAUGHT.search(ran.stdout)
    return found[1] if found else f"pytest itself: {(ran.stdout + ran.stderr).strip()[-300:]}"


@contextmanager
def planted_copy(fault: Change) -> Iterator[Path]:
    """A copy of the program with a fault in it."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    with tempfile.TemporaryDirectory(prefix="planted-") as folder:
        for name in listed.splitlines():
            if (ROOT / name).is_file():
                Path(folder, name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, Path(folder, name))
        Path(folder, ".venv").symlink_to(ROOT / ".venv")
        fault.plant(Path(folder))
        yield Path(folder)


if __name__ == "__main__":
    sys.exit(main())
