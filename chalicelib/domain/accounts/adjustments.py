"""An admin corrects a balance by hand, with a reason; a large correction takes a second admin."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from chalicelib.domain.accounts.expiry import watched
from chalicelib.domain.accounts.gifts import tasks
from chalicelib.domain.accounts.ledger import Posting, post
from chalicelib.domain.model.accounts import Account, Adjustment, Gift, LedgerEntry
from chalicelib.domain.model.facts import Decision
from chalicelib.domain.program.program import Program, units


@dataclass(frozen=True, slots=True)
class Posted:
    """An adjustment that counts: the account with it, its entry, and gifts to send if it grants some."""

    adjustment: Adjustment
    account: Account
    entry: LedgerEntry
    gifts: tuple[Gift, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """An adjustment above the program's limit: nothing is posted before a second admin approves."""

    adjustment: Adjustment


@dataclass(frozen=True, slots=True)
class Denied:
    """An adjustment that a second admin has turned down."""

    adjustment: Adjustment


@dataclass(frozen=True, slots=True)
class UnknownUnit:
    """Neither does the program grant this unit, nor does the ambassador have any of it."""


@dataclass(frozen=True, slots=True)
class AlreadyDecided:
    """The adjustment was decided before: in this very way (`repeated`), or otherwise, and that stands."""

    adjustment: Adjustment
    repeated: bool


def adjust(
    adjustment: Adjustment, account: Account, program: Program, limit: int | None, *, now: datetime
) -> Posted | Waiting | UnknownUnit:
    """Post an adjustment, or let it wait when its amount, of whatever unit, is above a limit.

    It may take more than there is: what is missing is a debt that later rewards pay off.
    """
    if adjustment.unit not in units(program) | account.balances.keys():
        return UnknownUnit()
    if limit is not None and abs(adjustment.amount) > limit:
        return Waiting(adjustment)
    return _posted(replace(adjustment, state="posted"), account, program, now=now)


def decide(
    was: Adjustment,
    account: Account,
    program: Program,
    decision: Decision,
    *,
    by: str,
    note: str,
    now: datetime,
) -> Posted | Denied | AlreadyDecided:
    """Let a second admin approve or deny what waits. Who that may be has been asked before."""
    state: Literal["posted", "denied"] = "posted" if decision == "approve" else "denied"
    if was.state != "waiting":
        return AlreadyDecided(was, repeated=(was.state, was.decided_by, was.note) == (state, by, note))
    decided = replace(was, state=state, decided_at=now, decided_by=by, note=note, version=was.version + 1)
    return _posted(decided, account, program, now=now) if decision == "approve" else Denied(decided)


def _posted(adjustment: Adjustment, account: Account, program: Program, *, now: datetime) -> Posted:
    """What an ambassador is given counts as activity: it must not expire the moment it is there."""
    active = replace(account, active_at=now) if adjustment.amount > 0 else account
    cause = f"adjustment:{adjustment.id}"
    posting = Posting("adjustment", adjustment.amount, adjustment.unit, cause, adjustment.reason, adjustment.author)
    after, entry = post(active, posting, program, now=now)
    return Posted(adjustment, watched(after, program), entry, tasks([entry]))
