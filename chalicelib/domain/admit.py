"""May this friend use this code on this order? The only decision that the checkout waits for."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from chalicelib.domain.model import Code, Friend, Redemption
from chalicelib.domain.money import Money
from chalicelib.domain.program import Program, campaign_of, offer_of

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
    "nothing_counts",
]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an order; `amount` is None when the checkout did not say."""

    sku: str
    amount: int | None
    gift_card: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """An order at the checkout that names a code.

    `tax` is the part of the amount that is tax; all rules go by the rest, the goods, as lines do without theirs.
    `persons` are the friend's pseudonyms, the one of the e-mail address first; a quote may know none yet. A friend may
    be `unaddressed`: known by an id of the shop alone.
    `code` is in its stored form, or None when what was typed cannot be a code. `payment` and `address` are pseudonyms.
    `claim` says that the order was paid for already, without the code and so without a discount.
    """

    order_id: str
    code: str | None
    persons: tuple[str, ...]
    amount: Money
    placed_at: datetime
    tax: int | None = None
    lines: tuple[Line, ...] = ()
    first_order: bool | None = None
    payment: str | None = None
    address: str | None = None
    claim: str | None = None
    unaddressed: Literal[True] | None = None
    fingerprint: str = ""

    @property
    def goods(self) -> int:
        """The amount without tax: what offer, minimum and reward are about."""
        return self.amount.amount - (self.tax or 0)


@dataclass(frozen=True, slots=True)
class Offered:
    """The code can be used: the friend saves `friend_discount`, the ambassador earns about `reward_estimate`.

    `excluded` is the part of the amount that doesn't count; the estimate is in `unit`.
    """

    code: Code
    friend_discount: int
    reward_estimate: int
    unit: str
    excluded: int | None = None
    campaign: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The order goes on without the code, for a stable reason."""

    reason: Reason


def admit(  # noqa: PLR0911 - a reason a line
    code: Code | None, ask: Ask, program: Program, known: tuple[Friend, ...] = ()
) -> Offered | Refused:
    """Judge an order by what one read of the code and the cached program tell.

    The estimate is by the first tier: it promises no more than any ambassador gets, and costs no read of the account.
    `known` are the friend's guards, if they have been read: a program that takes further orders of a friend needs
    them. Otherwise whether the friend was referred before is decided by the guards in the transaction itself.
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
    if program.new_friends_only and ask.first_order is False and not (known and program.friend_days):
        return Refused("not_first_order")
    offered = _offered(code, ask, program)
    others = [guard for guard in known if guard.order_id != ask.order_id]
    again = (comes_again(guard, code.ambassador_id, ask.placed_at, program) for guard in others)
    if isinstance(offered, Offered) and not all(again):
        return Refused("friend_already_referred")
    return offered


def comes_again(guard: Friend, ambassador_id: str, placed_at: datetime, program: Program) -> bool:
    """Tell whether a friend's further order counts: for whoever brought them, within some days of the first.

    Facts may arrive out of order, so the first that was taken need not be the first that was placed.
    """
    if program.friend_days is None or guard.since is None or guard.ambassador_id != ambassador_id:
        return False
    return abs(placed_at - guard.since) < timedelta(days=program.friend_days)


def redemption(offered: Offered, ask: Ask, program: Program, *, now: datetime, due_at: datetime) -> Redemption:
    """Turn an admitted order into the fact that is stored, pinned to the program's version."""
    return Redemption(
        order_id=ask.order_id,
        code=offered.code.code,
        ambassador_id=offered.code.ambassador_id,
        friend=ask.persons[0],
        amount=ask.amount.amount,
        tax=ask.tax,
        friend_discount=offered.friend_discount,
        currency=ask.amount.currency,
        placed_at=ask.placed_at,
        program_version=program.version,
        reward_estimate=offered.reward_estimate,
        fingerprint=ask.fingerprint,
        recorded_at=now,
        reward_unit=None if offered.unit == ask.amount.currency else offered.unit,
        excluded=offered.excluded,
        campaign=offered.campaign,
        payment=ask.payment,
        address=ask.address,
        claim=ask.claim,
        unaddressed=ask.unaddressed,
        due_at=due_at,
    )


def _offered(code: Code, ask: Ask, program: Program) -> Offered | Refused:
    """Work out what the code is worth on what counts of the order."""
    excluded = _excluded(ask, program)
    counts = ask.goods - excluded
    if excluded and counts <= 0:
        return Refused("nothing_counts")
    campaign = campaign_of(program, code.campaign, ask.placed_at)
    offer = offer_of(program, campaign)
    discount = min(offer.of(counts), counts) if offer and not ask.claim else 0
    if counts < program.minimum or counts <= discount:
        return Refused("below_minimum")
    rate = (campaign and campaign.reward) or program.tiers[0].reward
    return Offered(
        code,
        discount,
        rate.of(counts - discount) if rate else 0,
        rate.unit_in(program.currency) if rate else program.currency,
        excluded or None,
        campaign.name if campaign else None,
    )


def _excluded(ask: Ask, program: Program) -> int:
    """Add up what doesn't count: gift cards and excluded goods. Such a line without an amount excludes all."""
    left_out = [line for line in ask.lines if line.gift_card or line.sku in program.excluded_skus]
    if any(line.amount is None for line in left_out):
        return ask.goods
    return min(ask.goods, sum(line.amount or 0 for line in left_out))
