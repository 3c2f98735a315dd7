"""Measure: `python -m bench` for everything, `python -m bench units cpu …` for parts of it.

Each part runs in an interpreter of its own, so that none carries another's imports, and keeps its figures in
results.json; the report and the plot are drawn anew from all that is there.
"""

import argparse
import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

from bench import machine
from bench.progress import speaker

PARTS = (
    "units",
    "imports",
    "zip",
    "cpu",
    "viral",
    "folds",
    "backlog",
    "releases",
    "load",
    "ambassador",
    "preview",
    "worth",
    "known",
    "pages",
)
LONG = ("growth",)
"""Measured only when they are named: it takes 20 minutes to fill the table."""

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"


def main() -> int:
    """Measure what was asked for; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure what a redemption costs.")
    parser.add_argument(
        "parts", nargs="*", metavar="part", help=f"any of: {', '.join(PARTS)} (default: all), {', '.join(LONG)}"
    )
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    parts = options.parts or PARTS
    if unknown := set(parts) - {*PARTS, *LONG}:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    if options.inside:
        measure(parts[0])
        return 0
    for part in parts:
        subprocess.run([sys.executable, "-W", "ignore", "-m", "bench", part, "--inside"], cwd=HERE.parent, check=True)  # noqa: S603
    report()
    return 0


def measure(part: str) -> None:
    """Run one part in this process and keep its figures. What the program logs costs time, and goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    say = speaker(part)
    figures = importlib.import_module(f"bench.{part}").run(say)
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    RESULTS.write_text(json.dumps({**kept, part: {**figures, "machine": machine.described()}}, indent=1) + "\n")
    say("done")


def report() -> None:
    """Draw the report and the plot."""
    from bench import plot, text

    results = json.loads(RESULTS.read_text())
    (HERE / "RESULTS.md").write_text(text.report(results))
    (HERE / "results.svg").write_text(plot.draw(results))
    speaker("report")("bench/RESULTS.md, bench/results.svg")


if __name__ == "__main__":
    sys.exit(main())
