"""Read an ambassador's statements: the account, and of its ledger what was posted since the month began.

The account says up to which version its entries go, so both are of one moment whatever is posted meanwhile.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from chalicelib.domain.accounts.statements import MonthEnd, Statement, months, statement
from chalicelib.domain.calendar import midnight
from chalicelib.domain.model.accounts import Account
from chalicelib.domain.program.program import Program
from chalicelib.operations.people.merged import account_of
from chalicelib.store.table import Table

APART = timedelta(hours=1)
"""How far the orders of posting and of time may differ: a request that was overtaken keeps the time it came at."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Until when, as far as is known, what an order has earned waits; if `reviewed`, an admin looks at it as well."""

    until: datetime
    reviewed: bool


@dataclass(frozen=True, slots=True)
class MonthStatement:
    """A month's statement, and by order what of its rewards still waits."""

    statement: Statement
    holds: dict[str, Hold]


def list_months(table: Table, ambassador_id: str, program: Program) -> list[MonthEnd]:
    """Return each month in which something moved in an ambassador's account, the first one first. Reads all entries.

    Raises:
        BusyError: the table did not answer in time.
    """
    account = account_of(table, ambassador_id)
    return months((it for name, until in _ledgers(account) for it in table.read_ledger(name, until)), program)


def read_statement(table: Table, ambassador_id: str, month: str, program: Program) -> MonthStatement:
    """Return the statement of a month, written as `2026-03`. Reads nothing that was posted before it.

    Raises:
        BusyError: the table did not answer in time.
    """
    account = account_of(table, ambassador_id)
    start = midnight(date.fromisoformat(f"{month}-01"), program) - APART
    since = [it for name, until in _ledgers(account) for it in table.read_ledger_back(name, until, start)]
    found = statement(month, since, account.balances, program)
    orders = {it.order_id: None for it in found.entries if it.kind == "hold" and it.order_id}
    holds = {
        it.order_id: Hold(it.standing.release_at, it.standing.review_open)
        for it in table.read_redemptions(orders)
        if it.standing and it.standing.held
    }
    return MonthStatement(found, holds)


def _ledgers(account: Account) -> Iterator[tuple[str, int]]:
    """The ledgers of an ambassador under all their ids, each with the version up to which it goes.

    One that went into another ledger ends with the entry that took all out of it, the version after its last own one.
    """
    for name, merger in account.absorbed.items():
        yield name, merger.until + 1
    yield account.ambassador_id, account.version
