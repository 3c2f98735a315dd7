"""Double entry: every posting moves an amount from one account to another, and balances are nothing but their sum."""

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.model.accounts import Account, Balances, LedgerEntry, Leg
from chalicelib.domain.program.program import Program

REWARDS = "program:rewards"
ADJUSTMENTS = "program:adjustments"
MERGE = "program:merge"
HELD = "ambassador:held"
AVAILABLE = "ambassador:available"
RESERVED = "ambassador:reserved"
SPENT = "ambassador:spent"
PAID = "ambassador:paid"
EXPIRED = "ambassador:expired"

_MOVES = {
    "hold": (REWARDS, HELD),
    "release": (HELD, AVAILABLE),
    "void": (HELD, REWARDS),
    "clawback": (AVAILABLE, REWARDS),
    "reinstate": (REWARDS, AVAILABLE),
    "bonus": (REWARDS, AVAILABLE),
    "bonus_lost": (AVAILABLE, REWARDS),
    "spend": (AVAILABLE, RESERVED),
    "spend_confirmed": (RESERVED, SPENT),
    "spend_cancelled": (RESERVED, AVAILABLE),
    "spend_returned": (SPENT, AVAILABLE),
    "payout": (AVAILABLE, RESERVED),
    "payout_confirmed": (RESERVED, PAID),
    "payout_cancelled": (RESERVED, AVAILABLE),
    "payout_returned": (PAID, AVAILABLE),
    "gift": (REWARDS, AVAILABLE),
    "gift_sent": (AVAILABLE, SPENT),
    "gift_returned": (SPENT, AVAILABLE),
    "task": (REWARDS, AVAILABLE),
    "task_undone": (AVAILABLE, REWARDS),
    "expiry": (AVAILABLE, EXPIRED),
    "adjustment": (ADJUSTMENTS, AVAILABLE),
}

_MAY_COME_BACK = frozenset({"reinstate", "bonus"})
"""What may go to two accounts: a part of it to what has expired."""

KINDS = (*_MOVES, "merge")
"""What an entry can be."""


def legs(kind: str, amount: int, unit: str, *, expired: int = 0) -> tuple[Leg, ...]:
    """Return the sides of an entry: what its kind takes the amount from, and where it puts it.

    `expired` is the part that has expired, and so is not available: it is taken from there, or goes back there. An
    adjustment may be negative, and then goes the other way.
    """
    giver, taker = _MOVES[kind]
    if expired and taker == AVAILABLE:
        back = (Leg(taker, amount - expired, unit),) if amount != expired else ()
        return Leg(giver, -amount, unit), Leg(EXPIRED, expired, unit), *back
    from_expired = (Leg(EXPIRED, -expired, unit),) if expired else ()
    from_giver = (Leg(giver, expired - amount, unit),) if amount != expired else ()
    return *from_expired, *from_giver, Leg(taker, amount, unit)


def merge_legs(balances: Balances, currency: str) -> tuple[Leg, ...]:
    """Return the sides of an entry that takes all balances out of an account, each unit for itself.

    Where there are none, nothing of a `currency` is moved: that two accounts became one is in both ledgers.
    """
    taken: list[Leg] = []
    for unit, accounts in sorted(balances.items()):
        out = [Leg(f"ambassador:{name}", -amount, unit) for name, amount in sorted(accounts.items()) if amount]
        taken += [*out, Leg(MERGE, -sum(leg.amount for leg in out), unit)] if out else []
    return tuple(taken) or (Leg(AVAILABLE, 0, currency), Leg(MERGE, 0, currency))


def moved(entry: LedgerEntry) -> int:
    """Return the amount of an entry: what its kind moves. Below zero only for an adjustment that takes."""
    if not entry.legs:
        return 0
    return -entry.legs[0].amount if entry.kind in _MAY_COME_BACK else entry.legs[-1].amount


def gains(entry: LedgerEntry) -> set[str]:
    """Return the units of which an entry makes something available."""
    return {leg.currency for leg in entry.legs if leg.account == AVAILABLE and leg.amount > 0}


@dataclass(frozen=True, slots=True)
class Posting:
    """An entry of no order, to be: what moves and why, the reason that a person gave, and who that was."""

    kind: str
    amount: int
    unit: str
    cause: str
    reason: str | None = None
    author: str | None = None


def post(account: Account, posting: Posting, program: Program, *, now: datetime) -> tuple[Account, LedgerEntry]:
    """Post one entry in a version of the account's own. Return the account after it, and the entry."""
    version = account.version + 1
    entry = LedgerEntry(
        ambassador_id=account.ambassador_id,
        number=f"{version:08d}-001",
        kind=posting.kind,
        at=now,
        cause=posting.cause,
        legs=legs(posting.kind, posting.amount, posting.unit),
        program_version=program.version,
        reason=posting.reason,
        author=posting.author,
    )
    return replace(account, version=version, balances=add(account.balances, (entry,))), entry


def add(balances: Balances, entries: tuple[LedgerEntry, ...]) -> Balances:
    """Return an ambassador's balances after these entries: the one place where a balance moves."""
    after = {unit: dict(accounts) for unit, accounts in balances.items()}
    for entry in entries:
        for leg in entry.legs:
            owner, _, account = leg.account.partition(":")
            if owner == "ambassador":
                accounts = after.setdefault(leg.currency, {})
                accounts[account] = accounts.get(account, 0) + leg.amount
    return after
