"""When unspent rewards may expire: so long after something was last earned or spent. The account itself asks for it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from chalicelib.domain.calendar import months_after
from chalicelib.domain.ledger import gains
from chalicelib.domain.model import Account, LedgerEntry
from chalicelib.domain.program import GIFT, Program


def renewed(account: Account, entries: Iterable[LedgerEntry], *, now: datetime) -> Account:
    """Let the time begin anew if these entries make something available: whoever gets it has all of that time."""
    if any(map(gains, entries)):
        return replace(account, active_at=max(now, account.active_at or now))
    return account


def watched(account: Account, program: Program) -> Account:
    """Ask to look at the account when what it holds may have expired; only the first such time is asked for."""
    holds = any(account.balance(unit, "available") > 0 for unit in account.balances if not unit.startswith(GIFT))
    if program.expiry_months is None or not holds or account.due_at or account.active_at is None:
        return account
    return replace(account, due_at=months_after(account.active_at, program.expiry_months))
