"""May this friend use this code on this order? The only decision that the checkout waits for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from chalicelib.domain.model import Code, Redemption
from chalicelib.domain.money import Money
from chalicelib.domain.program import Program

Reason = Literal[
    "unknown_code",
    "paused_code",
    "expired_code",
    "own_code",
    "friend_already_referred",
    "not_first_order",
    "below_minimum",
    "currency_mismatch",
    "program_closed",
]


@dataclass(frozen=True, slots=True)
class Ask:
    """An order at the checkout that names a code.

    `persons` are the friend's pseudonyms, the one of the e-mail address first; a quote may know none yet.
    `code` is in its stored form, or None when what was typed cannot be a code.
    """

    order_id: str
    code: str | None
    persons: tuple[str, ...]
    amount: Money
    placed_at: datetime
    first_order: bool | None = None
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Offered:
    """The code can be used: the friend saves `friend_discount`, the ambassador earns about `reward_estimate`."""

    code: Code
    friend_discount: int
    reward_estimate: int


@dataclass(frozen=True, slots=True)
class Refused:
    """The order goes on without the code, for a stable reason."""

    reason: Reason


def admit(code: Code | None, ask: Ask, program: Program) -> Offered | Refused:  # noqa: PLR0911 - a reason a line
    """Judge an order by what one read of the code and the cached program tell.

    The estimate is by the first tier: it promises no more than any ambassador gets, and costs no read of the account.
    Whether the friend was referred before is decided by the guard in the transaction itself.
    """
    if not program.open:
        return Refused("program_closed")
    if code is None:
        return Refused("unknown_code")
    if code.state == "paused":
        return Refused("paused_code")
    if code.expires_at is not None and ask.placed_at >= code.expires_at:
        return Refused("expired_code")
    if set(ask.persons) & set(code.owners):
        return Refused("own_code")
    if ask.amount.currency != program.currency:
        return Refused("currency_mismatch")
    if program.new_friends_only and ask.first_order is False:
        return Refused("not_first_order")
    discount = min(program.offer.of(ask.amount.amount), ask.amount.amount)
    paid = ask.amount.amount - discount
    if ask.amount.amount < program.minimum or paid <= 0:
        return Refused("below_minimum")
    return Offered(code, discount, program.tiers[0].reward.of(paid))


def redemption(offered: Offered, ask: Ask, program: Program, *, now: datetime, due_at: datetime) -> Redemption:
    """Turn an admitted order into the fact that is stored, pinned to the program's version."""
    return Redemption(
        order_id=ask.order_id,
        code=offered.code.code,
        ambassador_id=offered.code.ambassador_id,
        friend=ask.persons[0],
        amount=ask.amount.amount,
        friend_discount=offered.friend_discount,
        currency=ask.amount.currency,
        placed_at=ask.placed_at,
        program_version=program.version,
        reward_estimate=offered.reward_estimate,
        fingerprint=ask.fingerprint,
        recorded_at=now,
        due_at=due_at,
    )
