"""Play many histories: `python -m tests.simulator --histories 20000 --first 0`."""

import argparse
import sys
import time
import traceback
from collections import Counter

from tests.simulator.history import History

TELL_EVERY = 500


def main() -> int:
    """Play, and print the seed of the first history that goes wrong; the exit code is then 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulator", description="Play histories under faults.")
    parser.add_argument("--histories", type=int, default=2000, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first seed; with --histories 1 it replays one")
    asked = parser.parse_args()
    began, fired = time.monotonic(), Counter[str]()
    for number, seed in enumerate(range(asked.first, asked.first + asked.histories), start=1):
        history = History(seed)
        try:
            history.play()
            history.check()
        except Exception:  # noqa: BLE001 - whatever it is, it is told with its seed, and ends the run
            traceback.print_exc(limit=-4)
            print(f"\nSeed {seed} fails. Replay it: python -m tests.simulator --histories 1 --first {seed}")
            return 1
        fired += history.world.fired
        if number % TELL_EVERY == 0:
            print(f"{number} histories, {number / (time.monotonic() - began):.0f} a second", flush=True)
    print(f"{asked.histories} histories, no violation. Faults: {dict(fired.most_common())}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
