"""Let a shop live through a week of trouble at SES, and judge it: `python -m tests.week --orders 100 --seed 1`."""

import argparse
import sys
import time
from itertools import islice

from chalicelib.telemetry import logger
from tests.week.judge import Judge
from tests.week.shop import Shop, Size

TOLD_MAX = 20


def live(seed: int, size: Size) -> Judge:
    """Live the same days twice, with trouble and without, and return who compares them."""
    logger.setLevel("CRITICAL")
    shop, calm = Shop(seed, size), Shop(seed, size, calm=True)
    shop.live()
    calm.live()
    return Judge(shop, calm)


def main() -> int:
    """Print what came of it, and what is wrong; the exit code is then 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.week", description=__doc__)
    parser.add_argument("--minutes", type=int, default=Size().minutes, help="how long each trouble lasts")
    parser.add_argument("--orders", type=int, default=Size().orders, help="how many are placed in an hour")
    parser.add_argument("--seed", type=int, default=1, help="the same one lives the same week")
    asked, began = parser.parse_args(), time.monotonic()
    judge = live(asked.seed, Size(asked.minutes, asked.orders))
    print("\n".join(f"{number:8,} {name}" for name, number in judge.figures().items()))
    wrong = list(islice(judge.violations(), TOLD_MAX))
    print("\n".join(wrong), f"{len(wrong)} violations, {time.monotonic() - began:.0f} s.", sep="\n" * bool(wrong))
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
