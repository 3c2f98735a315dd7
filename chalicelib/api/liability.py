"""What the program owes, as an accountant books it: balances at the end of a day, what changed them, and a journal."""

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self, get_args

from chalice.app import Response
from msgspec import Meta, structs

from chalicelib import deps
from chalicelib.domain.accounts.ledger import KINDS
from chalicelib.domain.calendar import day_of, midnight, month_of
from chalicelib.domain.model.accounts import LedgerEntry
from chalicelib.domain.money import share
from chalicelib.domain.program.program import Program
from chalicelib.domain.stats import liability as books
from chalicelib.domain.stats.definitions import LIABILITY
from chalicelib.edge.answers import Answer, Sum, json, money
from chalicelib.edge.call import Call
from chalicelib.edge.days import Day, day_in
from chalicelib.edge.paging import PAGE, cursor_of, limit_of, link, position_of
from chalicelib.edge.problems import bad_field
from chalicelib.edge.sheets import sheet, wants_sheet
from chalicelib.edge.views import Media, view
from chalicelib.operations.accounts import ledger
from chalicelib.operations.stats import liability
from chalicelib.operations.stats.view import Span
from chalicelib.web.numbers import major_units

Each = Literal["day", "entry"]

_MONTH = re.compile(r"2\d\d\d-(0[1-9]|1[0-2])", re.ASCII)

WORDS: Mapping[str, str] = {
    "hold": "Reward promised",
    "release": "Reward released",
    "void": "Promised reward lost",
    "clawback": "Reward taken back",
    "reinstate": "Reward given back",
    "bonus": "Bonus of a tier or milestone",
    "bonus_lost": "Bonus taken back",
    "spend": "Coupon made",
    "spend_confirmed": "Coupon used",
    "spend_cancelled": "Coupon not used",
    "spend_returned": "Coupon came back",
    "payout": "Payout begun",
    "payout_confirmed": "Payout made",
    "payout_cancelled": "Payout not made",
    "payout_returned": "Payout came back",
    "gift": "Gift promised",
    "gift_sent": "Gift sent",
    "gift_returned": "Gift came back",
    "task": "Reward for a task",
    "task_undone": "Reward for a task taken back",
    "expiry": "Rewards expired",
    "adjustment": "Correction by hand",
    "merge": "Moved between accounts of one person",
}
"""What each kind of entry is called in the text of a journal."""


class Owed(Answer):
    """What is owed to ambassadors, in minor units or of a unit. A debt of one of them lessens it.

    Attributes:
        held: Promised; it may yet be lost.
        available: Theirs to use.
        reserved: On its way out: in a coupon, or a payout.
        total: All three.
    """

    held: int
    available: int
    reserved: int
    total: int

    @classmethod
    def of(cls, owed: books.Owed) -> Self:
        """Show what is owed."""
        return cls(held=owed.held, available=owed.available, reserved=owed.reserved, total=owed.total)


class Movement(Answer):
    """By how much entries of one kind changed what is owed.

    Attributes:
        entries: How many there were.
    """

    kind: str
    entries: int
    held: int
    available: int
    reserved: int
    total: int

    @classmethod
    def of(cls, movement: books.Movement) -> Self:
        """Show a movement."""
        owed = movement.owed
        return cls(
            kind=movement.kind,
            entries=movement.entries,
            held=owed.held,
            available=owed.available,
            reserved=owed.reserved,
            total=owed.total,
        )


class Counterpart(Answer):
    """Where what is owed came from or went to: an account of the ledger, and by how much the period credited it."""

    account: str
    amount: int


class MonthEnd(Answer):
    """What was owed at the end of a month, or of the last day of the period if that is before."""

    month: str
    held: int
    available: int
    reserved: int
    total: int


class Expiring(Answer):
    """What expires in a month, unless it is used before, or its ambassador earns or spends anything."""

    month: str
    amount: int


class OwedOf(Answer, kw_only=True):
    """What is owed of one currency or unit.

    Attributes:
        opening: What was owed before the period; left out if there is none, as `movements`, `counterparts` and `months`
            are.
        movements: What changed it in the period, by kind of entry.
        closing: What is owed at the end.
        counterparts: Where that came from and went to. With the change of what is owed it sums to zero.
        months: What was owed at the end of each month of the period.
        worth: What the total is worth in the program's currency, of a unit with a price.
        expiring: What expires by month; null where nobody has looked, as while nothing expires by
            the program.
        entries: How many entries there have been up to the end.
        difference: The sum of all their legs. It is 0, or something is wrong with the books.
    """

    currency: str | None = None
    unit: str | None = None
    opening: Owed | None = None
    movements: list[Movement] | None = None
    closing: Owed
    counterparts: list[Counterpart] | None = None
    months: list[MonthEnd] | None = None
    worth: Sum | None = None
    expiring: list[Expiring] | None
    entries: int
    difference: int


class Liability(Answer, kw_only=True):
    """What the program owes at the end of a day, by the program's `time_zone`.

    Attributes:
        first: The first day of the period, if one was asked for.
        at: The day that was asked for.
        last: The last day that is in it: before `at` as long as that has not been counted; null if none has.
        owed: By currency and unit.
        expiring_on: At the end of which day `expiring` was so; null where nobody has looked.
        definitions: What each figure means, by its name.
    """

    first: date | None = None
    at: date
    last: date | None
    owed: list[OwedOf]
    expiring_on: date | None
    definitions: dict[str, str]


@view({200: [Liability, Media("text/csv")]}, query={"at": Day, "from": Day, "to": Day})
def get_liability(call: Call) -> Response:
    """Show what the program owes at the end of a day: that of `at`, or of `to` with all that changed it since `from`.

    Without a day it is the last that was counted. It is summed up from the ledger's entries of closed days, so it is
    what all accounts had then, whatever has happened since. With `Accept: text/csv` the same comes as a table in major
    units of the currency, one line for each opening, movement and closing.
    """
    first, at = _period(call.query())
    found, program = liability.owed(deps.table(), first, at), deps.program()
    if wants_sheet(call):
        columns = ("currency", "line", "entries", "held", "available", "reserved", "total")
        return sheet(columns, _lines(found, period=first is not None), **_file(f"liability-{found.last or at}"))
    shown = Liability(
        first=first,
        at=at or found.last or day_of(deps.now(), program),
        last=found.last,
        owed=[_owed(it, found, program, period=first is not None) for it in found.statements],
        expiring_on=found.expiring_on,
        definitions=LIABILITY,
    )
    return json(200, shown)


_QUERY = {
    "month": Annotated[
        str, Meta(pattern=rf"^{_MONTH.pattern}\Z", description="The month, such as `2026-10`; this one if left out.")
    ],
    "by": Annotated[
        Each,
        Meta(description="`day`: a posting for each day and kind of entry, if left out. `entry`: one for each entry."),
    ],
    **PAGE,
}


@view({200: Media("text/csv")}, query=_QUERY)
def get_journal(call: Call) -> Response:
    """Give the journal of a month, for a bookkeeper to import: of each posting the sides, which sum to zero.

    `by=day` sums up what each kind of entry moved on a day that was counted, and comes as a whole. `by=entry` has every
    entry of the ledger, a page per answer; the header `Link` leads to the next one. Amounts are in major units of their
    currency, one column for debit and one for credit; a reward that is promised debits the program and credits the
    ambassador.
    """
    query = call.query()
    month, by = query.get("month") or month_of(deps.now(), deps.program()), query.get("by", "day")
    if not _MONTH.fullmatch(month):
        raise bad_field("?month", "is a month such as 2026-10")
    if by not in get_args(Each):
        raise bad_field("?by", f"is one of {', '.join(get_args(Each))}")
    span = Span(date.fromisoformat(f"{month}-01"), _last_of(month))
    if by == "entry":
        return _entries(call, query, span)
    limit_of(query)
    return sheet(_JOURNAL, _days(span), **_file(f"journal-{month}"))


_JOURNAL = ("date", "entry", "account", "debit", "credit", "currency", "text")


def _entries(call: Call, query: dict[str, str], span: Span) -> Response:
    """One page of the journal by entry."""
    program, listing = deps.program(), f"/v1/liability/journal?{span.first}"
    start, end = midnight(span.first, program), midnight(_after(span.last), program)
    period = ledger.Period(start, end)
    found = ledger.by_day(deps.table(), period, position_of(query, listing), limit_of(query), now=deps.now())
    cursor = cursor_of(found.after, listing)
    rows = (row for it in found.entries for row in _sides(it, program))
    return sheet(_JOURNAL, rows, **link("/v1/liability/journal", query, cursor), **_file(f"journal-{span.first:%Y-%m}"))


def _sides(entry: LedgerEntry, program: Program) -> Iterator[dict[str, Any]]:
    about = f"{WORDS[entry.kind]}, order {entry.order_id}" if entry.order_id else WORDS[entry.kind]
    for leg in entry.legs:
        if leg.amount:
            yield _side(day_of(entry.at, program), entry.id, leg.account, leg.amount, leg.currency, about)


def _days(span: Span) -> Iterator[dict[str, Any]]:
    for figures in liability.by_day(deps.table(), span):
        day = date.fromisoformat(figures.period)
        for it in books.statements({}, figures.rows):
            for movement in it.movements:
                entry, number = f"{day}-{movement.kind}", movement.entries
                text = f"{WORDS[movement.kind]}: {number} {'entry' if number == 1 else 'entries'}"
                for account, amount in sorted(movement.amounts.items()):
                    yield _side(day, entry, account, amount, it.unit, text)


def _side(day: date, entry: str, account: str, amount: int, unit: str, text: str) -> dict[str, Any]:
    moved = major_units(abs(amount), unit)
    sides = {"credit": moved} if amount > 0 else {"debit": moved}
    return {"date": day, "entry": entry, "account": account, **sides, "currency": unit, "text": text}


def _owed(statement: books.Statement, report: liability.Liability, program: Program, *, period: bool) -> OwedOf:
    named, changes = money(0, statement.unit), dict[str, Any]()
    price = program.units.get(statement.unit)
    if period:
        changes["opening"] = Owed.of(statement.opening)
        changes["movements"] = [Movement.of(movement) for movement in _in_order(statement)]
        months = report.months.get(statement.unit, {})
        changes["months"] = [MonthEnd(month=name, **structs.asdict(Owed.of(owed))) for name, owed in months.items()]
        changes["counterparts"] = [
            Counterpart(account=name, amount=amount) for name, amount in statement.others.items()
        ]
    expiring = None if report.expiring is None else report.expiring.get(statement.unit, {})
    return OwedOf(
        currency=named.currency,
        unit=named.unit,
        **changes,
        closing=Owed.of(statement.closing),
        worth=money(share(statement.closing.total, price.value, price.per), program.currency) if price else None,
        expiring=None if expiring is None else [Expiring(month=name, amount=n) for name, n in sorted(expiring.items())],
        entries=statement.entries,
        difference=statement.difference,
    )


def _in_order(statement: books.Statement) -> list[books.Movement]:
    """Movements in the order in which a reward goes through them."""
    return sorted(statement.movements, key=lambda movement: KINDS.index(movement.kind))


def _lines(report: liability.Liability, *, period: bool) -> Iterator[dict[str, Any]]:
    for it in report.statements:
        if period:
            yield _line(it.unit, "opening", it.opening)
            for movement in _in_order(it):
                yield _line(it.unit, movement.kind, movement.owed) | {"entries": movement.entries}
        yield _line(it.unit, "closing", it.closing)


def _line(unit: str, line: str, owed: books.Owed) -> dict[str, Any]:
    amounts = {"held": owed.held, "available": owed.available, "reserved": owed.reserved, "total": owed.total}
    return {"currency": unit, "line": line, **{name: major_units(amount, unit) for name, amount in amounts.items()}}


def _file(name: str) -> dict[str, str]:
    return {"Content_Disposition": f'attachment; filename="{name}.csv"'}


def _period(query: dict[str, str]) -> tuple[date | None, date | None]:
    """Read the period.

    Raises:
        Problem: 400.
    """
    first, last, at = (day_in(query, name) for name in ("from", "to", "at"))
    if at and (first or last):
        raise bad_field("?at", "is a single day, and goes without from and to")
    if last and not first:
        raise bad_field("?from", "is the first day, where there is a last one")
    if first and last and first > last:
        raise bad_field("?from", "lies after ?to")
    return first, at or last


def _last_of(month: str) -> date:
    year, number = int(month[:4]), int(month[5:])
    return date(year, number, monthrange(year, number)[1])


def _after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)
