"""When unspent rewards may expire: months after something was last earned or spent. The account itself asks for it.

Some days before, their ambassador is told the day, once for each. What was told is kept: nothing expires sooner,
whatever the rules have become, and nothing without having been told, unless the program tells of none.

What has expired stays so. What is taken back of a reward comes out of `expired` as far as it has gone there, and goes
back there when it comes back: whoever cancels, reverses and cancels again ends where the first cancellation ended.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.accounts.ledger import add, gains, legs
from chalicelib.domain.accounts.messages import expiring
from chalicelib.domain.calendar import day_of, months_after
from chalicelib.domain.model.accounts import Account, LedgerEntry
from chalicelib.domain.model.messages import Message
from chalicelib.domain.model.orders import Age
from chalicelib.domain.program.program import GIFT, Program


def renewed(account: Account, entries: Iterable[LedgerEntry], *, now: datetime) -> Account:
    """Let the time begin anew if these entries make something available: whoever gets it has all of that time."""
    if any(map(gains, entries)):
        return replace(account, active_at=max(now, account.active_at or now))
    return account


_LATE = timedelta(days=1)
"""By so much the look that tells may be late without moving the day that it tells."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at an account leaves: the account with its next look, what has expired, and what is to be told."""

    account: Account
    entries: tuple[LedgerEntry, ...] = ()
    message: Message | None = None


def watched(account: Account, program: Program) -> Account:
    """Ask to look at the account when it has to be told that what it holds expires; the first such time stands.

    While the account is suspended nothing expires: its ambassador could not use it.
    """
    ends = expires_at(account, program)
    if ends is None or account.due_at:
        return account
    return replace(account, due_at=ends if _is_told(account, ends, program) else ends - program.expiry_notice)


def look(account: Account, program: Program, *, now: datetime) -> Looked:
    """Tell what will expire, or let it expire, or look again later: whoever was active has all the time anew.

    Where there was no look in time, or the rules have become stricter, the notice begins with the letter.
    """
    version, ends, notice = account.version + 1, expires_at(account, program), program.expiry_notice
    looked = replace(account, version=version, due_at=ends)
    if ends is None:
        return Looked(looked)
    if not _is_told(account, ends, program):
        if now < ends - notice:
            return Looked(replace(looked, due_at=ends - notice))
        until = max(ends, now + notice - _LATE)
        told = replace(looked, due_at=until, expiry_told=until)
        return Looked(told, message=expiring(told, program, now=now))
    if now < ends:
        return Looked(looked)
    entries = _expiries(account, ends, program, now)
    return Looked(
        replace(looked, balances=add(account.balances, entries), expired_in=version, due_at=None), tuple(entries)
    )


def expires_at(account: Account, program: Program) -> datetime | None:
    """Return when what the account holds expires, by the rules or as was told for that day or a later one."""
    if program.expiry_months is None or account.active_at is None or account.suspended or not _left(account):
        return None
    ends, told = months_after(account.active_at, program.expiry_months, program), account.expiry_told
    return told if told is not None and day_of(told, program) >= day_of(ends, program) else ends


def _is_told(account: Account, ends: datetime, program: Program) -> bool:
    return ends == account.expiry_told or not program.expiry_notice_days


def _left(account: Account) -> dict[str, int]:
    """Return what can expire, by unit: gifts wait to be sent."""
    units = sorted(unit for unit in account.balances if not unit.startswith(GIFT))
    return {unit: amount for unit in units if (amount := account.balance(unit, "available")) > 0}


def _expiries(account: Account, ends: datetime, program: Program, now: datetime) -> tuple[LedgerEntry, ...]:
    assert account.active_at is not None
    since, told = day_of(account.active_at, program), ends == account.expiry_told
    return tuple(
        LedgerEntry(
            ambassador_id=account.ambassador_id,
            number=f"{account.version + 1:08d}-{place:03d}",
            kind="expiry",
            at=now,
            cause=f"inactive_since:{since}",
            legs=legs("expiry", amount, unit),
            program_version=program.version,
            reason=f"told:{day_of(ends, program)}" if told else None,
        )
        for place, (unit, amount) in enumerate(_left(account).items(), start=1)
    )


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
