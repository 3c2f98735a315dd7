"""When unspent rewards may expire: the account itself asks to be looked at."""

from dataclasses import replace

from chalicelib.domain.calendar import months_after
from chalicelib.domain.model import Account
from chalicelib.domain.program import GIFT, Program


def watched(account: Account, program: Program) -> Account:
    """Ask to look at the account when what it holds may have expired; only the first such time is asked for."""
    holds = any(account.balance(unit, "available") > 0 for unit in account.balances if not unit.startswith(GIFT))
    if program.expiry_months is None or not holds or account.due_at or account.active_at is None:
        return account
    return replace(account, due_at=months_after(account.active_at, program.expiry_months))
