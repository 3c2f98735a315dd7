"""When unspent rewards may expire: months after something was last earned or spent. The account itself asks for it.

What has expired stays so. What is taken back of a reward comes out of `expired` as far as it has gone there, and goes
back there when it comes back: whoever cancels, reverses and cancels again ends where the first cancellation ended.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from chalicelib.domain.accounts.ledger import gains
from chalicelib.domain.calendar import months_after
from chalicelib.domain.model.accounts import Account, LedgerEntry
from chalicelib.domain.model.orders import Age
from chalicelib.domain.program.program import GIFT, Program


def renewed(account: Account, entries: Iterable[LedgerEntry], *, now: datetime) -> Account:
    """Let the time begin anew if these entries make something available: whoever gets it has all of that time."""
    if any(map(gains, entries)):
        return replace(account, active_at=max(now, account.active_at or now))
    return account


def watched(account: Account, program: Program) -> Account:
    """Ask to look at the account when what it holds may have expired; only the first such time is asked for.

    While the account is suspended nothing expires: its ambassador could not use it.
    """
    holds = any(account.balance(unit, "available") > 0 for unit in account.balances if not unit.startswith(GIFT))
    if program.expiry_months is None or not holds or account.due_at or account.active_at is None or account.suspended:
        return account
    return replace(account, due_at=months_after(account.active_at, program.expiry_months, program))


def taken_back(age: Age, amount: int, account: Account, expired: int) -> tuple[int, Age]:
    """Say what part of a reward that is taken back comes out of what has `expired`, and how old the reward is then.

    What is fresh goes first, because it is available still. The rest was there when rewards last expired.
    """
    fresh = fresh_of(age, account)
    young = min(amount, fresh)
    part = min(amount - young, expired)
    return part, replace(age, gone=age.gone + part, fresh=fresh - young, back=max(0, age.back - part))


def given_back(age: Age, amount: int, account: Account) -> tuple[int, Age]:
    """Say what part of a reward that comes back, or comes, goes to `expired`, and how old it is then.

    That is what was taken out of there; the rest is as fresh as the account's next version, in which it comes.
    """
    part, version = min(amount, age.gone), account.version + 1
    fresh = fresh_of(age, account) + amount - part
    since = version if amount > part else age.since
    return part, Age(age.gone - part, fresh, since, age.back + part)


def carried(age: Age, ledger: str, account: Account) -> Age:
    """Return how old a reward is that was last posted in a ledger, in the versions of the account that has it now.

    Of an account that went into this one only that merger's version compares with others of this one.
    """
    merger = account.absorbed.get(ledger)
    if merger is None:
        return age
    return replace(age, fresh=age.fresh if age.since > merger.expired_in else 0, since=merger.version)


def fresh_of(age: Age, account: Account) -> int:
    """Return what of a reward became available after the account's rewards last expired."""
    return age.fresh if age.since > account.expired_in else 0
