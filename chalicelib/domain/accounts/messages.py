"""Which mails a change of an account causes: each is owed in the transaction of that change, and never again.

What they are about comes with them; a name, an address, a coupon's code never does.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from chalicelib.domain.accounts.ledger import AVAILABLE
from chalicelib.domain.accounts.tiers import newly_reached, told_of
from chalicelib.domain.calendar import day_of, month_of
from chalicelib.domain.model.accounts import Account, Gift, LedgerEntry, Withdrawal
from chalicelib.domain.model.messages import Cause, Letter, Message, Name, Recipient
from chalicelib.domain.model.tasks import Task
from chalicelib.domain.program.program import Program


def welcome(account: Account, program: Program, *, now: datetime) -> Message:
    """To a new ambassador: their code."""
    return _of_version(account, Letter("welcome"), program, now)


def spent(withdrawal: Withdrawal, account: Account, program: Program, *, now: datetime) -> Message:
    """To whoever something of was taken out, whoever asked for it: so that nobody else does it unnoticed.

    `account` is the one after it.
    """
    return _of_version(account, Letter("spent", withdrawal.amount, withdrawal.currency), program, now)


def gift_sent(gift: Gift, account: Account, program: Program, *, now: datetime) -> Message:
    """To whom a gift was sent. `account` is the one after it."""
    return _of_version(account, Letter("gift_sent", gift.sent or 0, gift.unit), program, now)


def proof_approved(task: Task, account: Account, program: Program, *, now: datetime) -> Message:
    """To whose proof earned something. `account` is the one after it."""
    return _of_version(account, _of_proof("proof_approved", task), program, now)


def proof_denied(task: Task, account: Account, program: Program, *, now: datetime) -> Message:
    """To whose proof earned nothing."""
    return _owed(account, Cause("task", task.id, len(task.earlier) + 1), _of_proof("proof_denied", task), program, now)


def tier_reached(
    before: Account, after: Account, entries: Iterable[LedgerEntry], program: Program, *, now: datetime
) -> tuple[Account, Message | None]:
    """To who has reached a tier, with the bonus that was posted for it; who is suspended hears of it with the next one.

    Return the account `after` what has moved its count, with what it has been told of tiers by then.
    """
    month = month_of(now, program)
    tier = None if after.suspended else newly_reached(before, after, program, month)
    if tier is None:
        return after, None
    told = replace(after, tiers_told=told_of(after.tiers_told, tier, month))
    bonuses = [leg.amount for it in entries if _is_bonus(it) for leg in it.legs if leg.account == AVAILABLE]
    letter = Letter("tier_reached", sum(bonuses), program.currency if bonuses else "", tier=tier.name)
    name = f"{after.ambassador_id}:{tier.threshold}"
    return told, _owed(told, Cause("tier", name, int(month.replace("-", ""))), letter, program, now)


def expiring(account: Account, program: Program, *, now: datetime) -> Message:
    """To whom something is left that expires: once for each day on which it does."""
    until = account.expiry_told
    assert until is not None, "the account knows what is told"
    day = int(f"{day_of(until, program):%Y%m%d}")
    return _owed(account, Cause("expiry", account.ambassador_id, day), Letter("expiring", until=until), program, now)


def _of_proof(name: Name, task: Task) -> Letter:
    assert task.reward is not None, "a proof says what it earns"
    return Letter(name, task.reward.amount, task.reward.unit, about=task.about)


def _is_bonus(entry: LedgerEntry) -> bool:
    return entry.kind == "bonus" and entry.cause.startswith("tier:")


def _of_version(account: Account, letter: Letter, program: Program, now: datetime) -> Message:
    """What one version of an account owes: that is one letter at most."""
    return _owed(account, Cause("account", account.ambassador_id, account.version), letter, program, now)


def _owed(account: Account, cause: Cause, letter: Letter, program: Program, now: datetime) -> Message:
    ambassador = Recipient("ambassador", account.ambassador_id)
    return Message(cause, ambassador, letter, program.version, now, due_at=now)
