"""How a measurement says what it does, and which figures it makes of many."""

import sys
import time
from collections.abc import Callable, Sequence
from math import ceil

Say = Callable[[str], None]

_START = time.monotonic()


def speaker(part: str) -> Say:
    """A way to report progress for one part, on standard error with the seconds since the start."""

    def say(text: str) -> None:
        sys.stderr.write(f"{time.monotonic() - _START:6.0f} s  {part:8} {text}\n")
        sys.stderr.flush()

    return say


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least `percent` of all values do not exceed."""
    ranked = sorted(values)
    return ranked[max(0, ceil(len(ranked) * percent / 100) - 1)]
