"""Tell that unspent rewards expire, and let them, months after something was last earned or spent."""

from datetime import datetime

from chalicelib.domain.accounts import expiry
from chalicelib.domain.effects import Create, Effect, Replace
from chalicelib.domain.model.accounts import LedgerEntry
from chalicelib.domain.program.program import Program
from chalicelib.store.table import Table


def expire(table: Table, ambassador_id: str, program: Program, *, now: datetime) -> tuple[LedgerEntry, ...]:
    """Look at an account whose time has come, and return what has expired.

    A race with another writer leaves the account due.

    Raises:
        BusyError: the table did not answer in time.
    """
    account = table.read_account(ambassador_id)
    if account is None or account.due_at is None or account.due_at > now:
        return ()
    looked = expiry.look(account, program, now=now)
    effects: list[Effect] = [*map(Create, looked.entries), Replace(looked.account)]
    effects += [Create(looked.message)] if looked.message else []
    failures = table.commit(effects)
    return () if failures else looked.entries
