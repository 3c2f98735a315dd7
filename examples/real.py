"""Plays the orders of a real online store: 2,357 customers of CDNOW, 6,919 purchases of 1997 and 1998.

    make run                                                    # in one terminal
    python examples/real.py --run-json .local/run.json          # in another

The data come inside the Python package `lifetimes` (0.11.3), of which only that one file is read. The orders
are real; who recommended the store to whom is not known, and is made up by the rules below. README.md describes
them, and what limits the length of a play. The result is checked by totals.sql, as the demonstration's is.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that it runs as a script, from any folder

from examples.make_history import Line as Row
from examples.make_history import as_texts
from examples.play import Api, Line, PlayError, play, read_run, report

YEARS_LATER = 28  # after 28 years each date falls on the same day of the week again
MINIMUM = 2000
MONDAY, THURSDAY = 0, 3
PLAYING_SHARE = 0.85  # of the time allowed; the rest is for the last day begun and for reading the result


@dataclass(frozen=True)
class Purchase:
    """One line of the data: a customer paid some cents on a day."""

    number: int
    customer: str
    day: date
    cents: int


def find_data() -> Path:
    """The file inside the installed package, which is found but not imported: its imports are not needed."""
    found = importlib.util.find_spec("lifetimes")
    if found is None or found.origin is None:
        raise PlayError("The data are not installed: pip install --no-deps lifetimes==0.11.3")
    return Path(found.origin).parent / "datasets" / "CDNOW_sample.txt"


def read_purchases(path: Path) -> list[Purchase]:
    """Columns: number in the full data, customer, day, number of CDs, dollars. Gifts of 0.00 are left out."""
    purchases = []
    for number, text in enumerate(path.read_text(encoding="ascii").splitlines(), 1):
        _, customer, day, _, dollars = text.split()
        bought = date(int(day[:4]) + YEARS_LATER, int(day[4:6]), int(day[6:]))
        purchases.append(Purchase(number, customer, bought, int(Decimal(dollars) * 100)))
    return [purchase for purchase in purchases if purchase.cents > 0]


def drawn(text: str) -> int:
    """A number from 0 up to 2**32 that looks drawn by chance and is the same for ever."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")


def referrers(firsts: list[Purchase]) -> dict[str, str]:
    """Who recommended the store to each customer: somebody whose first purchase lies on an earlier day.

    Of n such, the one numbered floor(n * u * u), u between 0 and 1: the longer somebody has been there, the
    more friends. Customers of the first day were recommended by nobody.
    """
    found: dict[str, str] = {}
    earlier: list[str] = []
    for _, group in groupby(firsts, key=lambda purchase: purchase.day):
        today = [purchase.customer for purchase in group]
        for customer in today if earlier else ():
            found[customer] = earlier[len(earlier) * drawn(f"referrer of {customer}") ** 2 >> 64]
        earlier += today
    return found


def following(day: date, weekday: int) -> date:
    """The next such day of the week, never the day itself."""
    return day + timedelta(days=(weekday - day.weekday() - 1) % 7 + 1)


def enrolments(firsts: list[Purchase], sharing: set[str]) -> Iterator[Row]:
    """Whoever will recommend the store joins the program with their first purchase."""
    for bought in firsts:
        if bought.customer in sharing:
            yield Row(
                day=str(following(bought.day, MONDAY)),
                at=f"{bought.day}T08:00:00Z",
                event="enrol",
                person=bought.customer,
                first_name="Customer",
                last_name=bought.customer,
                email=f"customer-{bought.customer}@example.com",
                locale="en",
            )


def orders(purchases: list[Purchase], firsts: list[Purchase], referred_by: dict[str, str]) -> Iterator[Row]:
    """All orders of everybody who was referred; only the first can earn something."""
    first_numbers = {purchase.number for purchase in firsts}
    for bought in purchases:
        if bought.customer not in referred_by:
            continue
        is_first = bought.number in first_numbers
        enough = "accepted" if bought.cents >= MINIMUM else "below_minimum"
        yield Row(
            day=str(following(bought.day, MONDAY)),
            at=f"{bought.day}T10:00:00Z",
            event="order",
            person=bought.customer,
            first_name="Customer",
            email=f"customer-{bought.customer}@example.com",
            locale="en",
            order_id=f"CD-{bought.number:04}",
            code_of=referred_by[bought.customer],
            code_style="as-is",
            amount=str(bought.cents),
            currency="EUR",
            first_order=str(is_first).lower(),
            expect=enough if is_first else "not_first_order",
        )


def refunds(sent: list[Row]) -> Iterator[Row]:
    """One order in ten goes back after 10 to 59 days: wholly, by half, or called off; a third each."""
    for order in sent:
        chance = drawn(f"refund of {order.order_id}")
        if chance % 10 == 0:
            back = date.fromisoformat(order.at[:10]) + timedelta(days=10 + chance // 10 % 50)
            paid = int(order.amount) - int(order.amount) // 10
            way = chance // 500 % 3
            yield Row(
                day=str(following(back, THURSDAY)),
                at=f"{back}T11:00:00Z",
                event="refund",
                order_id=order.order_id,
                amount=str(paid // 2 if way == 1 else paid),
                currency="EUR",
                refund_id=f"RF-{order.order_id}",
                kind="cancellation" if way == 2 else "refund",
            )


def make_lines(purchases: list[Purchase], customers: int | None) -> list[Line]:
    """The play as lines of a history: everything of a week is sent on the Monday after, refunds on Thursdays.

    So no refund shares its day with an order, and it is clear which orders the ambassador's tier has seen.
    """
    by_time = sorted(purchases, key=lambda purchase: (purchase.day, purchase.customer, purchase.number))
    seen: dict[str, Purchase] = {}
    for purchase in by_time:
        seen.setdefault(purchase.customer, purchase)
    firsts = list(seen.values())[:customers]
    chosen = {purchase.customer for purchase in firsts}
    by_time = [purchase for purchase in by_time if purchase.customer in chosen]
    referred_by = referrers(firsts)
    sent = list(orders(by_time, firsts, referred_by))
    rows = [*enrolments(firsts, set(referred_by.values())), *sent, *refunds(sent)]
    rows.sort(key=lambda row: (row.day, row.event != "enrol", row.at))
    return as_texts(rows)


def tell_length(lines: list[Line], last_day: date, seconds: float) -> None:
    """Says how much was played, and what kept it from being more."""
    done = [line for line in lines if line["day"] <= str(last_day)]
    buyers = {line["person"] for line in done if line["event"] == "order"}
    everybody = {line["person"] for line in lines if line["event"] == "order"}
    print(
        f"{len(done)} of {len(lines)} lines played in {seconds:.0f} s, up to {last_day}: first orders of "
        f"{len(buyers)} of {len(everybody)} referred customers."
    )
    if len(done) < len(lines):
        print(
            "The time ran out: each order is a transaction of its own, one after the other, in an emulated "
            "database on this machine. More time (--seconds) plays more weeks, and so do fewer --customers."
        )


def arguments(given: list[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Plays the orders of a real store through a running instance.")
    parser.add_argument("--run-json", type=Path, default=Path(".local/run.json"), help="left by `make run`")
    parser.add_argument("--seconds", type=float, default=300, help="begin no further week after this time")
    parser.add_argument("--customers", type=int, help="only the first customers of the store")
    return parser.parse_args(given)


def demonstrate(options: argparse.Namespace) -> int:
    """Plays and compares; answers the exit code."""
    lines = make_lines(read_purchases(find_data()), options.customers)
    run = read_run(options.run_json)
    days = sorted({date.fromisoformat(line["day"]) for line in lines})
    with closing(Api(run.api)) as api:
        began = time.monotonic()
        played = play(api, run, lines, days, options.seconds * PLAYING_SHARE)
        spent = time.monotonic() - began
        code = report(api, run, lines, played)
    tell_length(lines, played.last_day, spent)
    return code


def main(given: list[str] | None = None) -> int:
    """Answers 0 if all is as it should be, 1 if something differs, 2 if it could not be played."""
    try:
        return demonstrate(arguments(given))
    except PlayError as trouble:
        print(f"\n{trouble}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
