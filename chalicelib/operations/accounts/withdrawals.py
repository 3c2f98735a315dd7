"""Take money out of an account, and say how it went. Spends and payouts come through here, in the same two steps."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Literal

from chalicelib.domain.accounts.suspensions import Stopped
from chalicelib.domain.accounts.withdrawals import (
    AlreadyClosed,
    Ending,
    Moved,
    NotConfirmed,
    NotMoved,
    TooLate,
    TooMuch,
    close,
    give_back,
    reserve,
)
from chalicelib.domain.effects import Create, Effect, Replace
from chalicelib.domain.ids import new_id
from chalicelib.domain.model.access import IdempotencyKey
from chalicelib.domain.model.accounts import Coupon, Withdrawal
from chalicelib.domain.money import Money
from chalicelib.domain.people.codes import random_coupon
from chalicelib.domain.program.program import Program
from chalicelib.operations.once import Plan, Reused, decide, decide_once
from chalicelib.operations.people.merged import account_of
from chalicelib.store.table import Table


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be taken out, and for a payout who asks for it and how they call it."""

    kind: Literal["spend", "payout"]
    ambassador_id: str
    amount: Money
    author: str | None = None
    reference: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A withdrawal as it is now, brought there by this request or (`replayed`) by an earlier one that said the same."""

    withdrawal: Withdrawal
    replayed: bool


def withdraw(
    table: Table,
    wanted: Wanted,
    program: Program,
    *,
    idempotency_key: IdempotencyKey,
    key_as: Callable[[str], IdempotencyKey] | None = None,
    now: datetime,
    chance: Random,
) -> Withdrawn | NotMoved | Stopped | Reused:
    """Reserve money of an ambassador: as a coupon, or for a payout.

    `key_as` tells the key of the same request under another id: who was merged may repeat what they asked for before.

    Raises:
        BusyError: settlements or other requests were faster for too long; the same request may be sent again.
    """
    others: list[str] = []

    def look() -> Plan[Withdrawn | NotMoved | Stopped]:
        account = account_of(table, wanted.ambassador_id)
        others[:] = {account.ambassador_id, *account.absorbed} - {wanted.ambassador_id}
        asked = _asked(wanted, account.ambassador_id, now, chance)
        moved = reserve(asked, account, program, now=now)
        if not isinstance(moved, Moved):
            return Plan(moved)
        return Plan(Withdrawn(moved.withdrawal, replayed=False), _effects(moved), asked.id)

    def repeat(made: str) -> Withdrawn:
        return Withdrawn(_stored(table, made), replayed=True)

    return decide_once(table, idempotency_key, look, repeat, also=lambda: map(key_as, others) if key_as else ())


def finish(
    table: Table,
    withdrawal_id: str,
    step: Ending,
    program: Program,
    *,
    by: str | None,
    closing: str | None,
    now: datetime,
) -> Withdrawn | AlreadyClosed | TooLate:
    """Say how a withdrawal that exists ends.

    Raises:
        BusyError: settlements or other requests were faster for too long; the same request may be sent again.
    """

    def look() -> Plan[Withdrawn | AlreadyClosed | TooLate]:
        was = _stored(table, withdrawal_id)
        account = account_of(table, was.ambassador_id)
        moved = close(was, account, program, step, by=by, closing=closing, now=now)
        if isinstance(moved, AlreadyClosed) and moved.repeated:
            return Plan(Withdrawn(was, replayed=True))
        if not isinstance(moved, Moved):
            return Plan(moved)
        effects: list[Effect] = [Replace(moved.withdrawal), Create(moved.entry), Replace(moved.account)]
        return Plan(Withdrawn(moved.withdrawal, replayed=False), effects)

    return decide(table, look)


def return_money(
    table: Table,
    withdrawal_id: str,
    amount: Money | None,
    program: Program,
    *,
    by: str,
    note: str,
    idempotency_key: IdempotencyKey,
    now: datetime,
) -> Withdrawn | NotConfirmed | TooMuch | NotMoved | Reused:
    """Return what was confirmed of a withdrawal that exists, or a part of it, once for each key.

    Raises:
        BusyError: settlements or other requests were faster for too long; the same request may be sent again.
    """

    def look() -> Plan[Withdrawn | NotConfirmed | TooMuch | NotMoved]:
        was = _stored(table, withdrawal_id)
        account = account_of(table, was.ambassador_id)
        moved = give_back(was, account, program, amount, by=by, note=note, now=now)
        if not isinstance(moved, Moved):
            return Plan(moved)
        effects: list[Effect] = [Replace(moved.withdrawal), Create(moved.entry), Replace(moved.account)]
        return Plan(Withdrawn(moved.withdrawal, replayed=False), effects, was.id)

    return decide_once(table, idempotency_key, look, lambda made: Withdrawn(_stored(table, made), replayed=True))


def find_coupon(table: Table, code: str) -> Withdrawal | None:
    """Find the spend of a coupon's code.

    Raises:
        BusyError: the table did not answer in time.
    """
    coupon = table.read_coupon(code)
    return table.read_withdrawal(coupon.withdrawal_id) if coupon else None


def expire_coupon(table: Table, withdrawal_id: str, program: Program, *, now: datetime) -> Withdrawal | None:
    """Give back the money of a coupon whose time is over, and return it; None when there is nothing to do.

    Raises:
        BusyError: others were faster for too long; the coupon stays due.
    """
    due = table.read_withdrawal(withdrawal_id)
    if due is None or due.due_at is None or due.due_at > now:
        return None
    ended = finish(table, withdrawal_id, "expired", program, by=None, closing=None, now=now)
    return ended.withdrawal if isinstance(ended, Withdrawn) and not ended.replayed else None


def _asked(wanted: Wanted, ambassador_id: str, now: datetime, chance: Random) -> Withdrawal:
    is_spend = wanted.kind == "spend"
    return Withdrawal(
        id=new_id("spd" if is_spend else "pay", now, chance),
        kind=wanted.kind,
        ambassador_id=ambassador_id,
        amount=wanted.amount.amount,
        currency=wanted.amount.currency,
        created_at=now,
        code=random_coupon(chance) if is_spend else None,
        author=wanted.author,
        reference=wanted.reference,
        note=wanted.note,
    )


def _effects(moved: Moved) -> list[Effect]:
    asked = moved.withdrawal
    coupon = [Create(Coupon(asked.code, asked.id))] if asked.code else []
    message = [Create(moved.message)] if moved.message else []
    return [Create(asked), *coupon, Create(moved.entry), Replace(moved.account), *message]


def _stored(table: Table, withdrawal_id: str) -> Withdrawal:
    stored = table.read_withdrawal(withdrawal_id)
    assert stored is not None, "withdrawals are kept for good"
    return stored
