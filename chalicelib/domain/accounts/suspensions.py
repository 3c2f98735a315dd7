"""An admin stops what leaves an account, and lets it go on: no spends, payouts, gifts or further codes, no expiry.

It is a flag of the account, so the account's version decides every race. Settling goes on, and no order waits. The
ambassador is told nothing meanwhile; one letter afterwards says where things stand.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.accounts.expiry import watched
from chalicelib.domain.model.accounts import Account, Suspension
from chalicelib.domain.model.messages import Cause, Letter, Message, Recipient
from chalicelib.domain.program.program import Program


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision, the account with it, and what is to be told."""

    suspension: Suspension
    account: Account
    message: Message | None = None


@dataclass(frozen=True, slots=True)
class Stopped:
    """Nothing may leave the account for now."""


def suspend(account: Account, *, by: str, note: str, now: datetime) -> Decided | None:
    """Stop what leaves an account; None if it is stopped already."""
    if account.suspended:
        return None
    version = account.version + 1
    decision = Suspension(account.ambassador_id, version, "suspended", by, note, now)
    return Decided(decision, replace(account, version=version, suspended_in=version, due_at=None))


def reinstate(account: Account, program: Program, *, by: str, note: str, now: datetime) -> Decided | None:
    """Let go on what leaves an account; None if nothing stops it. Whatever is available has all its time to be used."""
    if not account.suspended:
        return None
    version = account.version + 1
    free = replace(account, version=version, suspended_in=None, active_at=now)
    decision = Suspension(account.ambassador_id, version, "reinstated", by, note, now)
    message = Message(
        cause=Cause("account", account.ambassador_id, version),
        to=Recipient("ambassador", account.ambassador_id),
        letter=Letter("balances"),
        program_version=program.version,
        owed_at=now,
        due_at=now,
    )
    return Decided(decision, watched(free, program), message)


def was_suspended(decisions: Iterable[Suspension], version: int) -> bool:
    """Whether an account was suspended when it got a version, by all decisions about it in their order."""
    before = [it for it in decisions if it.version < version]
    return bool(before) and before[-1].state == "suspended"
