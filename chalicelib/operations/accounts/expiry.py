"""Let unspent rewards expire when nothing was earned or spent for as many months as the program says."""

from dataclasses import replace
from datetime import datetime

from chalicelib.domain.accounts.ledger import add, legs
from chalicelib.domain.calendar import day_of, months_after
from chalicelib.domain.effects import Create, Replace
from chalicelib.domain.model.accounts import Account, LedgerEntry
from chalicelib.domain.program.program import GIFT, Program
from chalicelib.store.table import Table


def expire(table: Table, ambassador_id: str, program: Program, *, now: datetime) -> tuple[LedgerEntry, ...]:
    """Look at an account whose time has come, and return what has expired. Gifts do not.

    Whoever was active meanwhile is looked at again later. A race with another writer leaves the account due.

    Raises:
        BusyError: the table did not answer in time.
    """
    account = table.read_account(ambassador_id)
    if account is None or account.due_at is None or account.due_at > now:
        return ()
    since, months = account.active_at, program.expiry_months
    ends = since and months and months_after(since, months, program)
    entries = _expiries(account, program, now) if ends and ends <= now else ()
    after = replace(
        account,
        version=account.version + 1,
        balances=add(account.balances, entries),
        expired_in=account.version + 1 if entries else account.expired_in,
        due_at=ends if ends and ends > now else None,
    )
    failures = table.commit([*map(Create, entries), Replace(after)])
    return () if failures else entries


def _expiries(account: Account, program: Program, now: datetime) -> tuple[LedgerEntry, ...]:
    assert account.active_at is not None
    since = day_of(account.active_at, program)
    left = {unit: account.balance(unit, "available") for unit in account.balances if not unit.startswith(GIFT)}
    return tuple(
        LedgerEntry(
            ambassador_id=account.ambassador_id,
            number=f"{account.version + 1:08d}-{place:03d}",
            kind="expiry",
            at=now,
            cause=f"inactive_since:{since}",
            legs=legs("expiry", amount, unit),
            program_version=program.version,
        )
        for place, (unit, amount) in enumerate(((u, n) for u, n in sorted(left.items()) if n > 0), start=1)
    )
