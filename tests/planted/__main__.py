"""Plant each fault of the lists in a copy of the program, and see the tests that keep its promise notice.

`python -m tests.planted` tells of each fault which test caught it, and at the end how many were caught, by room.

Libraries are imported once: each fault is tried in a fork of this process, which then imports the changed program.
"""

import argparse
import os
import signal
import sys
from collections import Counter
from collections.abc import Mapping
from multiprocessing import get_context
from pathlib import Path
from types import FrameType

import boto3  # noqa: F401 - as what follows: for the forks
import chalice.test  # noqa: F401
import hypothesis  # noqa: F401
import jinja2  # noqa: F401
import pytest

from tests.planted.change import Change, planted_copy, read_changes

ROOT = Path(__file__).parents[2]
OURS = {"app", "bench", "chalicelib", "contract", "examples", "fitting", "infra", "memory", "tests"}
CPU_SECONDS_MAX = 40
SECONDS_MAX = 300
"""A fault that lets a test go on for ever has been noticed: by the CPU that it takes, or by the clock if it sleeps."""


def faults() -> dict[str, list[Change]]:
    """All faults, by room."""
    return {path.stem: read_changes(path) for path in sorted(Path(__file__).parent.glob("*.txt"))}


def main() -> int:
    """Plant the faults of all rooms, or of one, or those whose name holds a word."""
    parser = argparse.ArgumentParser(prog="python -m tests.planted", description=__doc__)
    parser.add_argument("word", nargs="?", default="", help="only faults whose room or name holds it")
    parser.add_argument("--processes", type=int, default=2, help="how many at the same time")
    asked = parser.parse_args()
    chosen = [(room, it) for room, found in faults().items() for it in found if asked.word in f"{room}: {it.name}"]
    planted, caught, excused = Counter[str](), Counter[str](), Counter[str]()
    with get_context("fork").Pool(asked.processes, maxtasksperchild=1) as pool:
        found = pool.imap(_tried, [it for _, it in chosen], chunksize=1)
        for (room, fault), by in zip(chosen, found, strict=True):
            planted[room] += 1
            caught[room] += by is not None
            excused[room] += by is None and bool(fault.excuse)
            print(f"{by or fault.excuse or 'NOT CAUGHT'}  {room}: {fault.name}", flush=True)
    print("\n".join(table(planted, caught, excused)))
    return int(planted.total() > caught.total() + excused.total())


def table(planted: Mapping[str, int], caught: Mapping[str, int], excused: Mapping[str, int]) -> list[str]:
    """The score by room, in Markdown."""
    rows = [(room, planted[room], caught[room], excused[room]) for room in planted]
    rows.append(("**all**", sum(planted.values()), sum(caught.values()), sum(excused.values())))
    head = ["", "| room | planted | caught | told why not | score |", "| --- | ---: | ---: | ---: | ---: |"]
    return head + [f"| {name} | {there} | {seen} | {told} | {seen / there:.0%} |" for name, there, seen, told in rows]


class First:
    """Hears which test fails first."""

    def __init__(self) -> None:
        self.failed: str | None = None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note it."""
        if report.failed and self.failed is None:
            self.failed = report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a file that can't even be imported."""
        if report.failed and self.failed is None:
            self.failed = report.nodeid


def _tried(fault: Change) -> str | None:
    with planted_copy(ROOT, fault) as folder:
        return _noticed(folder, fault.tests)


def _noticed(folder: Path, tests: tuple[str, ...]) -> str | None:
    """The first test that fails; a run that hangs has been noticed as well."""
    for name in [name for name in sys.modules if name.partition(".")[0] in OURS]:
        del sys.modules[name]
    sys.path[:] = [str(folder), *(path for path in sys.path if Path(path or ".").resolve() != ROOT)]
    os.chdir(folder)
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    for number in (signal.SIGALRM, signal.SIGPROF):
        signal.signal(number, _give_up)
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS_MAX)
    signal.alarm(SECONDS_MAX)
    first = First()
    options = ["-x", "-n", "0", "-p", "no:cacheprovider", "--tb=no", "--deselect=tests/planted"]
    options += [
        "-W",
        "ignore::pytest.PytestAssertRewriteWarning",
        "-p",
        "no:unraisableexception",
        "-p",
        "no:threadexception",
    ]
    try:
        ended = pytest.main([*options, *tests], plugins=[first])
    except TimeoutError:
        return "the time limit"
    finally:
        signal.alarm(0)
        signal.setitimer(signal.ITIMER_PROF, 0)
    return first.failed or (None if ended == pytest.ExitCode.OK else f"pytest itself: {ended!r}")


def _give_up(number: int, frame: FrameType | None) -> None:
    raise TimeoutError


if __name__ == "__main__":
    sys.exit(main())
