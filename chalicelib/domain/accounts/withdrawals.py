"""Money leaves an account in two steps: it is reserved, and then it is gone, or comes back.

A spend and a payout are the same thing here. They differ in where the money ends, and in that a coupon which nobody
uses cancels itself, while a payout waits until somebody says how it went. What is gone may still be returned: the order
that a coupon was used on is cancelled or needs less of it, the bank sends a payout back.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from chalicelib.domain.accounts.expiry import watched
from chalicelib.domain.accounts.ledger import Posting, post
from chalicelib.domain.accounts.messages import spent
from chalicelib.domain.accounts.suspensions import Stopped
from chalicelib.domain.model.accounts import Account, LedgerEntry, Withdrawal
from chalicelib.domain.model.messages import Message
from chalicelib.domain.money import Money, is_currency, share
from chalicelib.domain.program.program import Program, least_spent

Obstacle = Literal["insufficient_balance", "below_minimum", "currency_mismatch", "not_spendable", "not_divisible"]
Ending = Literal["confirmed", "cancelled", "expired"]


@dataclass(frozen=True, slots=True)
class Moved:
    """What a step leaves: the withdrawal and the account as they shall be, the entry between them, what is told."""

    withdrawal: Withdrawal
    account: Account
    entry: LedgerEntry
    message: Message | None = None


@dataclass(frozen=True, slots=True)
class NotMoved:
    """Everything stays where it is, for a stable reason: there is not enough, or that can't be taken out."""

    reason: Obstacle


@dataclass(frozen=True, slots=True)
class AlreadyClosed:
    """The withdrawal was closed before: by this very request (`repeated`), or otherwise, and that stands."""

    withdrawal: Withdrawal
    repeated: bool


@dataclass(frozen=True, slots=True)
class TooLate:
    """A coupon has expired, and waits only for its money to go back."""

    withdrawal: Withdrawal


@dataclass(frozen=True, slots=True)
class NotConfirmed:
    """Nothing can be returned of a withdrawal that was never confirmed."""

    withdrawal: Withdrawal


@dataclass(frozen=True, slots=True)
class TooMuch:
    """More is to be returned than is left of the withdrawal, or in what it never was."""

    withdrawal: Withdrawal


def reserve(withdrawal: Withdrawal, account: Account, program: Program, *, now: datetime) -> Moved | NotMoved | Stopped:
    """Take the amount of a withdrawal from what is available, never more than there is.

    A payout is of the program's currency, and more than nothing. A coupon is of that too, or of a unit that the program
    gives a worth; and no less than the least that can be spent. The ambassador is told, whoever asked.
    """
    if account.suspended:
        return Stopped()
    priced = _priced(withdrawal, program) if withdrawal.currency != program.currency else withdrawal
    if isinstance(priced, NotMoved):
        return priced
    least = least_spent(program, withdrawal.currency) if withdrawal.kind == "spend" else None
    if withdrawal.amount < (least or 1):
        return NotMoved("below_minimum")
    if withdrawal.amount > account.balance(withdrawal.currency, "available"):
        return NotMoved("insufficient_balance")
    expires_at = now + timedelta(days=program.spend_days) if withdrawal.kind == "spend" else None
    reserved = replace(priced, expires_at=expires_at, due_at=expires_at)
    posting = _posting(reserved, reserved.kind, reason=reserved.note, author=reserved.author)
    moved = _moved(reserved, replace(account, active_at=now), posting, program, now)
    return replace(moved, message=spent(reserved, moved.account, program, now=now))


def close(
    was: Withdrawal,
    account: Account,
    program: Program,
    step: Ending,
    *,
    by: str | None,
    closing: str | None,
    now: datetime,
) -> Moved | AlreadyClosed | TooLate:
    """Say how a withdrawal ends. `closing` is the order or payment that confirms it, or why it is cancelled.

    Whoever says the same again is told so; whoever says something else is told what stands. An expired coupon is
    cancelled, whoever asks, and one that has just expired can't be confirmed any more.
    """
    if was.state != "reserved":
        return AlreadyClosed(was, repeated=_says(was, step, closing))
    if step == "confirmed" and has_expired(was, now):
        return TooLate(was)
    closed = replace(
        was, state=step, closed_at=now, closed_by=by, closing=closing, version=was.version + 1, due_at=None
    )
    if step == "confirmed":
        posting = _posting(closed, f"{was.kind}_confirmed", author=by)
        return _moved(closed, replace(account, active_at=now), posting, program, now)
    reason = "expired" if step == "expired" else closing
    return _moved(closed, account, _posting(closed, f"{was.kind}_cancelled", reason=reason, author=by), program, now)


def give_back(
    was: Withdrawal, account: Account, program: Program, amount: Money | None, *, by: str, note: str, now: datetime
) -> Moved | NotConfirmed | TooMuch | NotMoved:
    """Return what was confirmed, or a part of it, to what is available; without an amount all that is left.

    A coupon for points comes back in points, or in the money that it was worth if that makes whole points. What the
    ambassador has again counts as activity: it has all its time to be used.
    """
    if was.state != "confirmed":
        return NotConfirmed(was)
    left = was.amount - was.returned
    back = amount or Money(left, was.currency)
    if was.worth is not None and back.currency == was.worth.currency:
        if back.amount * was.amount % was.worth.amount:
            return NotMoved("not_divisible")
        back = Money(share(was.amount, back.amount, was.worth.amount), was.currency)
    if not 0 < back.amount <= left or back.currency != was.currency:
        return TooMuch(was)
    returned = replace(was, returned=was.returned + back.amount, version=was.version + 1)
    posting = replace(_posting(was, f"{was.kind}_returned", author=by, reason=note), amount=back.amount)
    return _moved(returned, replace(account, active_at=now), posting, program, now)


def has_expired(withdrawal: Withdrawal, now: datetime) -> bool:
    """Whether a coupon can't be used any more because its time is over, wherever its money is by now."""
    ends = withdrawal.expires_at
    return withdrawal.state == "expired" or (withdrawal.state == "reserved" and ends is not None and now >= ends)


def _priced(withdrawal: Withdrawal, program: Program) -> Withdrawal | NotMoved:
    """Say what a unit that is no money of the program's is worth: in whole steps, so that nothing is rounded."""
    worth = program.units.get(withdrawal.currency)
    if withdrawal.kind == "payout" or worth is None:
        return NotMoved("currency_mismatch" if is_currency(withdrawal.currency) else "not_spendable")
    if withdrawal.amount % worth.per:
        return NotMoved("not_divisible")
    return replace(withdrawal, worth=Money(worth.of(withdrawal.amount), program.currency))


def _says(was: Withdrawal, step: Ending, closing: str | None) -> bool:
    """Whether a closed withdrawal was closed as it is asked for now."""
    if was.state == "expired":
        return step != "confirmed"
    return was.state == step and was.closing == closing


def _posting(withdrawal: Withdrawal, kind: str, *, author: str | None, reason: str | None = None) -> Posting:
    cause = f"{withdrawal.kind}:{withdrawal.id}"
    return Posting(kind, withdrawal.amount, withdrawal.currency, cause, reason, author)


def _moved(withdrawal: Withdrawal, account: Account, posting: Posting, program: Program, now: datetime) -> Moved:
    after, entry = post(account, posting, program, now=now)
    return Moved(withdrawal, watched(after, program), entry)
