"""Statements: what an ambassador's account held when a month began, what moved in it, and what it held at the end."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, Self

from chalice.app import Response
from msgspec import structs

from chalicelib import deps
from chalicelib.api.subject import known_ambassador
from chalicelib.domain.accounts import statements as domain
from chalicelib.domain.accounts.ledger import KINDS, add
from chalicelib.domain.calendar import day_of, midnight, month_after, month_of
from chalicelib.domain.model.accounts import Balances, LedgerEntry
from chalicelib.domain.program.program import Program
from chalicelib.edge.answers import Answer, json, money
from chalicelib.edge.call import Call
from chalicelib.edge.language import LANG, SPOKEN, language_of
from chalicelib.edge.paging import Page
from chalicelib.edge.problems import bad_field, not_found
from chalicelib.edge.sheets import sheet, wants_sheet
from chalicelib.edge.views import Media, leads_to, view
from chalicelib.operations.accounts import statements
from chalicelib.operations.people.merged import person_of
from chalicelib.web.language import Language
from chalicelib.web.numbers import decimals_of
from chalicelib.web.statements import tell_entry

_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])", re.ASCII)
_COLUMNS = (
    *("day", "at", "kind", "why", "note", "order_id", "currency", "unit"),
    *("held", "available", "reserved", "spent", "paid", "expired", "release_on"),
)
_UNITS = {"currency", "unit"}


class Amounts(Answer, kw_only=True):
    """What of one currency or unit the account has, or what moved. What is zero is left out.

    Attributes:
        currency: ISO 4217: the amounts are minor units. There is either this or `unit`.
        unit: Such as `points` or `gift:Tea mug`.
        held: Rewards that wait until goods can no longer come back.
        available: What can be spent or paid out.
        reserved: What is in coupons that are not used yet, and in payouts that are pending.
        spent: What went into coupons that were used, and gifts that were sent.
        paid: What was paid out.
        expired: What nobody spent in time.
    """

    currency: str | None = None
    unit: str | None = None
    held: int = 0
    available: int = 0
    reserved: int = 0
    spent: int = 0
    paid: int = 0
    expired: int = 0

    @classmethod
    def those_of(cls, balances: Balances, currency: str) -> list[Self]:
        """Show balances, the program's currency first."""
        units = sorted(balances, key=lambda unit: (unit != currency, unit))
        named = ((money(0, unit), balances[unit]) for unit in units)
        return [cls(currency=it.currency, unit=it.unit, **accounts) for it, accounts in named]


class Movement(Answer, kw_only=True):
    """An entry of the ledger, as the ambassador is told of it.

    Attributes:
        id: Of the entry.
        day: By the program's clocks.
        why: In a sentence, in the reader's language.
        changes: By currency and unit, what it adds to each part of the account, or takes from it.
        order_id: The order that earned or lost it.
        note: What somebody of the shop wrote about it.
        release_on: If all or some of it still waits: the first day on which that can be released, as far as is known.
        reviewed: Whether somebody has to look at the order as well before anything is released.
    """

    id: str
    at: datetime
    day: date
    kind: Literal[KINDS]  # type: ignore[valid-type]
    why: str
    changes: list[Amounts]
    order_id: str | None = None
    note: str | None = None
    release_on: date | None = None
    reviewed: bool = False

    @classmethod
    def of(cls, entry: LedgerEntry, hold: statements.Hold | None, program: Program, language: Language) -> Self:
        """Tell of an entry; `hold` is of what it has put there and still waits."""
        return cls(
            id=entry.id,
            at=entry.at,
            day=day_of(entry.at, program),
            kind=entry.kind,
            why=tell_entry(entry, language),
            changes=Amounts.those_of(add({}, (entry,)), program.currency),
            order_id=entry.order_id,
            note=entry.reason if entry.kind == "adjustment" else None,
            release_on=day_of(hold.until, program) if hold else None,
            reviewed=hold.reviewed if hold else False,
        )


class Statement(Answer, kw_only=True):
    """A month of an account: what it held at first and the movements add up to what it held at last.

    Attributes:
        time_zone: By whose clocks the month is reckoned.
        starts_at: The first moment of the month.
        ends_at: The first moment of the next one.
        opening: What the account held at the start: the `closing` of the month before.
        movements: In the order of time.
        closing: What it held at the end; in the running month what it holds now.
    """

    ambassador_id: str
    month: str
    time_zone: str
    starts_at: datetime
    ends_at: datetime
    opening: list[Amounts]
    movements: list[Movement]
    closing: list[Amounts]


class StatementMonth(Answer, kw_only=True):
    """A month in which something moved.

    Attributes:
        movements: How many entries it has.
        closing: What the account held at its end.
    """

    month: str
    movements: int
    closing: list[Amounts]

    @classmethod
    def of(cls, month: domain.MonthEnd, currency: str) -> Self:
        """Show a month."""
        return cls(month=month.month, movements=month.entries, closing=Amounts.those_of(month.closing, currency))


@view(
    {200: Page[StatementMonth]},
    problems={404: ["not_found"]},
    links=leads_to("get_statement", calendar_month="$response.body#/items/0/month"),
)
def get_statements(call: Call, ambassador_id: str) -> Response:
    """List the months in which something moved in an ambassador's account, the newest first."""
    call.query()
    profile, program = known_ambassador(ambassador_id), deps.program()
    found = statements.list_months(deps.table(), profile.ambassador_id, program)
    items = [StatementMonth.of(it, program.currency) for it in reversed(found)]
    return json(200, Page(items=items, next_cursor=None))


@view({200: [Statement, Media("text/csv")]}, query=LANG, gives=SPOKEN, problems={404: ["not_found"]})
def get_statement(call: Call, ambassador_id: str, calendar_month: str) -> Response:
    """Show a month of an ambassador's account: opening, each movement with a sentence why, closing.

    With `Accept: text/csv` it comes as a table, safe to open in a spreadsheet, whose lines between `opening` and
    `closing` add up. Amounts of money have a decimal point there.
    """
    program, table = deps.program(), deps.table()
    if not _MONTH.fullmatch(calendar_month):
        raise bad_field("/calendar_month", "is a month such as 2026-03")
    if calendar_month > month_of(deps.now(), program):
        raise not_found("This month has not begun.")
    profile = known_ambassador(ambassador_id)
    language = language_of(call.query(), person_of(table, profile).locale or "")
    month = statements.read_statement(table, profile.ambassador_id, calendar_month, program)
    found = month.statement
    shown = Statement(
        ambassador_id=profile.ambassador_id,
        month=calendar_month,
        time_zone=program.time_zone,
        starts_at=midnight(date.fromisoformat(f"{calendar_month}-01"), program),
        ends_at=midnight(date.fromisoformat(f"{month_after(calendar_month)}-01"), program),
        opening=Amounts.those_of(found.opening, program.currency),
        movements=[Movement.of(it, _hold(it, month.holds), program, language) for it in found.entries],
        closing=Amounts.those_of(found.closing, program.currency),
    )
    if wants_sheet(call):
        return sheet(_COLUMNS, _lines(shown), Content_Language=language.tag)
    return json(200, shown, Content_Language=language.tag)


def _hold(entry: LedgerEntry, holds: Mapping[str, statements.Hold]) -> statements.Hold | None:
    return holds.get(entry.order_id or "") if entry.kind == "hold" else None


def _lines(shown: Statement) -> Iterator[dict[str, Any]]:
    """One line for each currency or unit of the opening, of each movement, of the closing."""
    for held in shown.opening:
        yield {"at": shown.starts_at, "kind": "opening", **_line(held)}
    for movement in shown.movements:
        for change in movement.changes:
            yield {**structs.asdict(movement), **_line(change)}
    for held in shown.closing:
        yield {"at": shown.ends_at, "kind": "closing", **_line(held)}


def _line(amounts: Amounts) -> dict[str, Any]:
    line, unit = structs.asdict(amounts), amounts.currency or amounts.unit or ""
    return {name: it if name in _UNITS else Decimal(it).scaleb(-decimals_of(unit)) for name, it in line.items()}
