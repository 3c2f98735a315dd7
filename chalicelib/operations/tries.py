"""An account has many writers: an operation that loses against another one reads again and decides anew."""

from collections.abc import Iterator
from itertools import count

from chalicelib.domain.model import Account
from chalicelib.store.table import Table

SECONDS = 8.0


def tries(table: Table) -> Iterator[None]:
    """Yield for each attempt, with growing pauses between, until the caller is done or the time is up.

    Raises:
        BusyError: others were faster for `SECONDS`; nothing was done, and the same request may be sent again.
    """
    deadline = table.deadline(SECONDS)
    for attempt in count(1):
        yield
        table.pause(attempt, deadline)


def account_of(table: Table, ambassador_id: str) -> Account:
    """Read the account of an ambassador who exists.

    Raises:
        BusyError: the table did not answer in time.
    """
    account = table.read_account(ambassador_id)
    if account is None:
        raise LookupError(f"{ambassador_id} has no account")
    return account
