"""Keeps the books of the demonstration shop by hand, as an accountant would: day by day, with the rules written out.

    python examples/book.py tiered               # the totals, as they stand in tiered.md
    python examples/book.py tiered --of asha     # one ambassador's statement
    python examples/book.py tiered --limits      # where a cap left less than the rate gives

It knows nothing of the program that it checks, nor of its documents of rules: each set of rules is said here once more.
Only the standard library is used. README.md tells how a day goes.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
KINDS = ("hold", "release", "void", "clawback", "reinstate", "bonus", "bonus_lost")
COLUMNS = ("person", "name", "tier", "counted", "orders", "saved", "held", "available", *KINDS)
MAY = {"maya", "lucia", "jignesh", "asha"}
"""Whose codes belong to the campaign in May."""

MINIMUM = 2000
CRUMBS = 5
"""So many cents may be left over when an order is paid back refund by refund."""

Line = dict[str, str]


# --- the rules, each said once more ---------------------------------------------------------------


@dataclass(frozen=True)
class Rules:
    """What the friend saves on an order, what the ambassador earns with what is paid, and for how long it waits.

    `earns` sees what is paid, how many referrals count, and whether it is an order of the campaign; `prizes` says what
    so many referrals are worth in all; `month` and `year` are the most in cents and in orders.
    """

    saves: Callable[[int, bool], int]
    earns: Callable[[int, int, bool], int]
    tier: Callable[[int], str]
    hold: int
    prizes: Callable[[int], int] = lambda _: 0
    month: int | None = None
    year: int | None = None
    keeps_small: bool = True


def tiered(paid: int, counted: int) -> int:
    """Starter 8 % up to 8.00, Silver 10 % up to 12.00, Gold 12 % up to 20.00."""
    if counted >= 10:
        return min(paid * 12 // 100, 2000)
    return min(paid * 10 // 100, 1200) if counted >= 3 else min(paid * 8 // 100, 800)


RULES = {
    "flat": Rules(
        saves=lambda amount, may: 0,
        earns=lambda paid, counted, may: 400,
        tier=lambda counted: "Everybody",
        hold=30,
    ),
    "tiered": Rules(
        saves=lambda amount, may: amount // 10,
        earns=lambda paid, counted, may: tiered(paid, counted),
        tier=lambda counted: "Gold" if counted >= 10 else "Silver" if counted >= 3 else "Starter",
        hold=14,
        prizes=lambda counted: 500 * (counted >= 3) + 1500 * (counted >= 10),
        month=4000,
        year=30,
    ),
    "double-sided": Rules(
        saves=lambda amount, may: min(amount * 20 // 100, 1500) if may else 500,
        earns=lambda paid, counted, may: 900 if may else 500,
        tier=lambda counted: "Everybody",
        hold=21,
        prizes=lambda counted: counted // 10 * 2500,
        keeps_small=False,
    ),
    "program": Rules(
        saves=lambda amount, may: amount * 10 // 100,
        earns=lambda paid, counted, may: paid * (15 if counted >= 15 else 12 if counted >= 5 else 10) // 100,
        tier=lambda counted: "Gold" if counted >= 15 else "Silver" if counted >= 5 else "Starter",
        hold=30,
    ),
}


# --- the books ------------------------------------------------------------------------------------


@dataclass
class Order:
    """A page of the book: an order, what was promised on it, and what is left."""

    order_id: str
    placed: str
    amount: int
    saved: int
    granted: int
    full: int
    release: date
    worth: int = 0
    released: bool = False

    @property
    def paid(self) -> int:
        """What the friend pays."""
        return self.amount - self.saved

    @property
    def counts(self) -> bool:
        """A referral counts when it is released and still worth something."""
        return self.released and self.worth > 0


@dataclass
class Ambassador:
    """The sheet of one ambassador. `room` is what each month's orders take of the cap."""

    person: str
    name: str
    mail: str
    orders: list[Order] = field(default_factory=list)
    sums: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    entries: list[tuple[str, str, str, int, int]] = field(default_factory=list)

    @property
    def counted(self) -> int:
        """How many referrals count."""
        return sum(order.counts for order in self.orders)


class Book:
    """All sheets, and every fact that was reported."""

    def __init__(self, rules: Rules, *, may: bool = True) -> None:
        """An empty book."""
        self.rules = rules
        self.may = MAY if may else set[str]()
        self.sheets: dict[str, Ambassador] = {}
        self.friends: set[str] = set()
        self.where: dict[str, tuple[Ambassador, Order]] = {}
        self.refunds: dict[str, dict[str, tuple[int, str]]] = defaultdict(dict)
        self.won: set[tuple[str, str]] = set()

    def keep(self, lines: Iterable[Line], until: date) -> None:
        """Go through the days: what falls due at noon, then the lines of the day."""
        by_day = defaultdict(list)
        for line in lines:
            by_day[date.fromisoformat(line["day"])].append(line)
        day = min(by_day)
        while day <= until:
            for sheet in self.sheets.values():
                for order in sorted(sheet.orders, key=lambda it: it.placed):
                    if not order.released and order.release <= day:
                        self.look(sheet, order, str(day))
            for line in by_day[day]:
                getattr(self, line["event"])(line)
            day += timedelta(days=1)

    def enrol(self, line: Line) -> None:
        """The first enrolment of a person opens a sheet."""
        mail = folded(line["email"])
        if all(sheet.mail != mail for sheet in self.sheets.values()):
            name = f"{line['first_name']} {line['last_name']}".strip()
            self.sheets[line["person"]] = Ambassador(line["person"], name, mail)

    def order(self, line: Line) -> None:
        """An order within the rules, the first of its friend, gets a page."""
        sheet, mail, amount = self.sheets.get(line["code_of"]), folded(line["email"]), int(line["amount"])
        usable = sheet and line["currency"] == "EUR" and amount >= MINIMUM and line["first_order"] != "false"
        if not sheet or not usable or mail in {sheet.mail, *self.friends}:
            return
        self.friends.add(mail)
        may = sheet.person in self.may and line["at"].startswith("2026-05")
        saved = self.rules.saves(amount, may)
        full = self.rules.earns(amount - saved, sheet.counted, may)
        granted = min(full, self.left(sheet, line["at"]))
        release = date.fromisoformat(line["at"][:10]) + timedelta(days=self.rules.hold)
        order = Order(line["order_id"], line["at"], amount, saved, granted, full, release)
        sheet.orders.append(order)
        self.where[order.order_id] = sheet, order
        self.look(sheet, order, line["day"])

    def refund(self, line: Line) -> None:
        """Money goes back; the first report of a refund counts."""
        if line["currency"] == "EUR":
            self.refunds[line["order_id"]].setdefault(line["refund_id"], (int(line["amount"]), line["kind"]))
        self.again(line)

    def reversal(self, line: Line) -> None:
        """A dispute is won: that refund no longer counts."""
        self.won.add((line["order_id"], line["refund_id"]))
        self.again(line)

    def again(self, line: Line) -> None:
        """Look at an order of which something was reported, if there is a page for it."""
        if line["order_id"] in self.where:
            self.look(*self.where[line["order_id"]], line["day"])

    def left(self, sheet: Ambassador, at: str) -> int:
        """What the caps leave: of the month's cents, and of the year's orders."""
        rewarded = sum(self.room(it) > 0 for it in sheet.orders if it.placed[:4] == at[:4])
        if self.rules.year is not None and rewarded >= self.rules.year:
            return 0
        taken = sum(self.room(it) for it in sheet.orders if it.placed[:7] == at[:7])
        return 10**9 if self.rules.month is None else max(0, self.rules.month - taken)

    def net(self, order: Order) -> tuple[int, int]:
        """What is left of what was paid, and what has gone back."""
        counting = [it for name, it in self.refunds[order.order_id].items() if (order.order_id, name) not in self.won]
        back = sum(amount for amount, _ in counting)
        off = any(kind == "cancellation" for _, kind in counting)
        left = max(0, order.paid - back)
        crumbs = min(len(counting) - 1, CRUMBS)
        return (0 if off or left <= crumbs else left), back

    def room(self, order: Order) -> int:
        """What an order takes of the caps: its reward in the proportion of what is left."""
        return order.granted * self.net(order)[0] // order.paid

    def look(self, sheet: Ambassador, order: Order, day: str) -> None:
        """Bring the page up to date: post the difference, release what is due, hand out prizes or take them back."""
        before = sheet.counted
        net, back = self.net(order)
        small = back > 0 and order.amount * net < MINIMUM * order.paid and not self.rules.keeps_small
        worth = 0 if small else self.room(order)
        change, order.worth = worth - order.worth, worth
        if change:
            kinds = ("reinstate", "clawback") if order.released else ("hold", "void")
            self.post(sheet, order, day, kinds[change < 0], abs(change))
        if not order.released and str(order.release) <= day:
            order.released = True
            if worth:
                self.post(sheet, order, day, "release", worth)
        prize = self.rules.prizes(sheet.counted) - self.rules.prizes(before)
        if prize:
            self.post(sheet, order, day, "bonus" if prize > 0 else "bonus_lost", abs(prize))

    @staticmethod
    def post(sheet: Ambassador, order: Order, day: str, kind: str, amount: int) -> None:
        """One entry."""
        sheet.sums[kind] += amount
        sheet.entries.append((day, order.order_id, kind, amount, sheet.counted))


def folded(mail: str) -> str:
    """The form of an address that tells people apart."""
    name, _, host = mail.lower().partition("@")
    return f"{name.partition('+')[0].replace('.', '')}@{host}" if host == "gmail.com" else f"{name}@{host}"


# --- writing it down ------------------------------------------------------------------------------


def kept(name: str, lines: list[Line], until: date) -> Book:
    """The books under one of the sets of rules."""
    book = Book(RULES[name], may=name != "program")
    book.keep(lines, until)
    return book


def is_certain(name: str, lines: list[Line], until: date) -> bool:
    """Tell whether the totals are the same when refunds come before or after the orders of their day.

    The player sees to it that orders of a day are settled one after the other. A refund may be faster, or slower.
    """
    first = sorted(lines, key=lambda it: (it["day"], it["event"] == "order"))
    last = sorted(lines, key=lambda it: (it["day"], it["event"] != "enrol", it["event"] != "order"))
    answers = [totals(kept(name, given, until)) for given in (lines, first, last)]
    return all(answer == answers[0] for answer in answers)


def totals(book: Book) -> list[dict[str, str | int]]:
    """One row per ambassador, and a last one for the shop."""
    rows: list[dict[str, str | int]] = []
    for sheet in book.sheets.values():
        held = sum(order.worth for order in sheet.orders if not order.released)
        prizes = sheet.sums["bonus"] - sheet.sums["bonus_lost"]
        available = sum(order.worth for order in sheet.orders if order.released) + prizes
        head = {"person": sheet.person, "name": sheet.name, "tier": book.rules.tier(sheet.counted)}
        saved = sum(order.saved for order in sheet.orders)
        sums = {"counted": sheet.counted, "orders": len(sheet.orders), "saved": saved, "held": held}
        rows.append({**head, **sums, "available": available, **sheet.sums})
    last = {column: sum(int(row[column]) for row in rows) for column in COLUMNS[3:]}
    return [*rows, {"person": "TOTAL", "name": "", "tier": "", **last}]


def cents(amount: int) -> str:
    """Cents as people write them."""
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100}.{abs(amount) % 100:02}"


def as_table(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """A table of Markdown; the first row is its head."""
    for number, row in enumerate(rows):
        cells = [str(cell) for cell in row]
        yield f"| {' | '.join(cells)} |"
        if number == 0:
            yield f"|{'---|' * len(cells)}"


def totals_table(book: Book) -> list[str]:
    """The totals as they stand in the document."""
    money = COLUMNS[5:]
    rows = [[cents(int(row[it])) if it in money else row[it] for it in COLUMNS] for row in totals(book)]
    return list(as_table([COLUMNS, *rows]))


def statement(book: Book, person: str) -> list[str]:
    """Every entry of one ambassador, with the order's figures."""
    sheet = book.sheets[person]
    pages = {order.order_id: order for order in sheet.orders}
    rows: list[list[object]] = [["day", "order", "amount", "saved", "paid", "granted", "counted", "entry"]]
    for day, order_id, kind, amount, counted in sheet.entries:
        order = pages[order_id]
        figures = [cents(it) for it in (order.amount, order.saved, order.paid, order.granted)]
        rows.append([day, order_id, *figures, counted, f"{kind} {cents(amount)}"])
    return list(as_table(rows))


def limits(book: Book) -> list[str]:
    """The orders of which a cap left less than the rate gives."""
    rows: list[list[object]] = [["order", "placed", "of", "by the rate", "granted"]]
    for sheet in book.sheets.values():
        capped = (order for order in sheet.orders if order.granted < order.full)
        rows += [[it.order_id, it.placed[:10], sheet.person, cents(it.full), cents(it.granted)] for it in capped]
    return list(as_table(rows))


def read_lines() -> list[Line]:
    """The history."""
    with (HERE / "history.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def main(given: list[str] | None = None) -> int:
    """Prints what was asked for; 1 when the answer would hang on luck."""
    parser = argparse.ArgumentParser(description="Keeps the books of the demonstration shop by hand.")
    parser.add_argument("rules", choices=RULES)
    parser.add_argument("--of", metavar="PERSON", help="one ambassador's statement")
    parser.add_argument("--limits", action="store_true", help="what caps took away")
    parser.add_argument("--until", type=date.fromisoformat, default=date(2026, 8, 15))
    asked = parser.parse_args(given)
    lines = read_lines()
    if not is_certain(asked.rules, lines, asked.until):
        print("The answer would hang on which of two lines of a day comes first.", file=sys.stderr)
        return 1
    book = kept(asked.rules, lines, asked.until)
    shown = statement(book, asked.of) if asked.of else limits(book) if asked.limits else totals_table(book)
    print(*shown, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
