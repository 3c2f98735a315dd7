"""What coupons and payouts share: money leaves an account in two steps, and may still come back after that."""

from collections.abc import Callable

from chalicelib import deps
from chalicelib.api.subject import stopped
from chalicelib.domain.accounts.suspensions import Stopped
from chalicelib.domain.accounts.withdrawals import (
    AlreadyClosed,
    Ending,
    NotConfirmed,
    NotMoved,
    Obstacle,
    TooLate,
    TooMuch,
    has_expired,
)
from chalicelib.domain.model.accounts import Withdrawal
from chalicelib.domain.money import Money, is_currency
from chalicelib.edge import fields
from chalicelib.edge.call import Call
from chalicelib.edge.fields import Counted, Note, Shape
from chalicelib.edge.idempotency import idempotency_key, key_as, reused
from chalicelib.edge.problems import Problem, bad_field
from chalicelib.operations.accounts import withdrawals
from chalicelib.operations.accounts.withdrawals import Wanted, Withdrawn
from chalicelib.operations.once import Reused


class Return(Shape):
    """What came back of a coupon or a payout that was confirmed.

    Attributes:
        note: Stands in the ledger, where the ambassador reads it too.
        amount: A part; all that is left of it if left out. A coupon for points takes points, or money if that makes
            whole points.
    """

    note: Note
    amount: Counted | None = None


REFUSALS: dict[Obstacle, str] = {
    "insufficient_balance": "There is less than that available.",
    "below_minimum": "That is less than the least that can be taken out at once.",
    "currency_mismatch": "Only money in the program's currency can be taken out.",
    "not_spendable": "The program does not say what this unit is worth, so it can't be spent.",
    "not_divisible": "That makes no whole number of steps: the program says how many of the unit are worth how much.",
}


def withdraw(call: Call, body: Shape, wanted: Wanted) -> Withdrawn:
    """Reserve what is wanted.

    Raises:
        Problem: 400 or 422 about the idempotency key, 409 for a suspended account, 422 with one of `REFUSALS`.
    """
    made = withdrawals.withdraw(
        deps.table(),
        wanted,
        deps.program(),
        idempotency_key=idempotency_key(call, body),
        key_as=key_as(call, body),
        now=deps.now(),
        chance=deps.chance(),
    )
    if isinstance(made, Reused):
        raise reused()
    if isinstance(made, Stopped):
        raise stopped(call, wanted.ambassador_id)
    if isinstance(made, NotMoved):
        raise Problem(422, made.reason, REFUSALS[made.reason])
    return made


def finish(call: Call, was: Withdrawal, step: Ending, closing: str | None) -> Withdrawn:
    """Close a withdrawal with `closing`: an order, a payment, or why it is cancelled. In a session nobody else did it.

    Raises:
        Problem: 409 when it was closed otherwise, or has expired.
    """
    table, now = deps.table(), deps.now()
    by = call.caller.id if call.caller else None
    answer = withdrawals.finish(table, was.id, step, deps.program(), by=by, closing=closing, now=now)
    if isinstance(answer, AlreadyClosed | TooLate):
        raise _stands(answer.withdrawal, step)
    return answer


def give_back(call: Call, body: Return, find: Callable[[], Withdrawal]) -> Withdrawn:
    """Return what was confirmed of a withdrawal, or a part of it.

    Raises:
        Problem: 400 about the body or the idempotency key, 409 when it was not confirmed or less is left of it, 422
            about the key, or when it can't come back in that unit or amount.
    """
    key, amount = idempotency_key(call, body), counted(body.amount) if body.amount else None
    if amount is not None and amount.amount == 0:
        raise bad_field("/amount/amount", "is not zero")
    was = find()
    if amount is not None and amount.currency not in {was.currency, was.worth and was.worth.currency}:
        raise Problem(422, "currency_mismatch", f"It was in {was.currency}, and comes back as that.")
    table, program, by, now = deps.table(), deps.program(), call.key.id, deps.now()
    answer = withdrawals.return_money(
        table, was.id, amount, program, by=by, note=body.note, idempotency_key=key, now=now
    )
    if isinstance(answer, Reused):
        raise reused()
    if isinstance(answer, NotMoved):
        raise Problem(422, answer.reason, REFUSALS[answer.reason])
    if isinstance(answer, NotConfirmed):
        raise _not_confirmed(answer.withdrawal)
    if isinstance(answer, TooMuch):
        raise _too_much(answer.withdrawal)
    return answer


def counted(amount: Counted) -> Money:
    """Read an amount of a currency or of another unit.

    Raises:
        Problem: 400 unless it says in which, once.
    """
    return Money(amount.amount, fields.unit_of(amount))


def _not_confirmed(stored: Withdrawal) -> Problem:
    name = _name(stored)
    detail = f"This {name} was not confirmed, so there is nothing to return."
    return Problem(409, f"{name}_not_confirmed", f"{detail} Cancel it." if stored.state == "reserved" else detail)


def _too_much(stored: Withdrawal) -> Problem:
    name, left = _name(stored), stored.amount - stored.returned
    unit = f"{stored.currency} (minor units)" if is_currency(stored.currency) else stored.currency
    some = f"Only {left} {unit} of this {name} are left to return."
    return Problem(409, "more_than_left", some if left else f"All of this {name} has been returned before.")


def _stands(stored: Withdrawal, step: Ending) -> Problem:
    """Say what stands instead of what was asked for."""
    name = _name(stored)
    if stored.state == step:
        return Problem(409, "conflicting_repeat", f"This {name} was {step} with other content, which stays as it is.")
    if stored.state == "confirmed":
        return Problem(409, f"{name}_confirmed", f"This {name} was confirmed, which stays as it is.")
    why = "has expired" if has_expired(stored, deps.now()) else "was cancelled"
    return Problem(409, f"{name}_cancelled", f"This {name} {why}, which stays as it is.")


def _name(stored: Withdrawal) -> str:
    return "coupon" if stored.kind == "spend" else "payout"
