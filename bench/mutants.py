"""What became of the mutants, by module: `mutmut results --all true | python -m bench.mutants`.

The score is the share that tests have noticed: those killed, and those that ran into the time limit.
"""

import sys
from collections import Counter
from collections.abc import Iterable

KILLED = ("killed", "timeout")
OTHER = ("survived", "no tests")


def table(lines: Iterable[str]) -> list[str]:
    """Make a table in Markdown of lines such as `chalicelib.domain.money.x_share__mutmut_1: killed`."""
    counts: dict[str, Counter[str]] = {}
    for line in filter(str.strip, lines):
        mutant, _, became = line.strip().partition(": ")
        counts.setdefault("/".join(mutant.split(".")[2:-1]), Counter())[became] += 1
    rows = [_row(f"{module}.py", found) for module, found in sorted(counts.items())]
    whole = _row("**all**", sum(counts.values(), Counter()))
    return ["| module | mutants | killed | survived | without tests | score |", "| --- |" + " ---: |" * 5, *rows, whole]


def _row(name: str, found: Counter[str]) -> str:
    whole, killed = found.total(), sum(found[it] for it in KILLED)
    survived, untested = (found[it] for it in OTHER)
    if killed + survived + untested != whole:
        raise ValueError(f"{name} has mutants that were not run to the end: {dict(found)}")
    return f"| {name} | {whole} | {killed} | {survived} | {untested} | {killed / whole:.1%} |"


if __name__ == "__main__":
    print("\n".join(table(sys.stdin)))  # noqa: T201 - that is what it is for
