"""May this friend use this code on this order? The only decision that the checkout waits for."""

from collections.abc import Sequence
from dataclasses import field, replace
from datetime import datetime
from typing import Literal

from chalicelib.domain.frozen import frozen
from chalicelib.domain.model.orders import Redemption
from chalicelib.domain.model.people import Code
from chalicelib.domain.money import Money
from chalicelib.domain.orders.friends import Holder, Place, Seeker, take
from chalicelib.domain.program.program import Program, campaign_of, offer_of, reward_of

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


@frozen
class Line:
    """One line of an order; `amount` is None when the checkout did not say."""

    sku: str
    amount: int | None
    gift_card: bool = False


@frozen
class Ask:
    """An order at the checkout that names a code.

    `tax` is the part of the amount that is tax; all rules go by the rest, the goods, as lines do without theirs.
    `persons` are the friend's pseudonyms, the one of the e-mail address first; a quote may know none yet. A friend may
    be `unaddressed`: known by an id of the shop alone.
    `code` is in its stored form, None when what was typed cannot be a code, or empty when the checkout takes it off.
    `payment` and `address` are pseudonyms.
    `claim` says that the order was paid for already, without the code and so without a discount. One that is `pending`
    is not paid for yet; of what the checkout tells of it until then the highest `revision` counts.
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
    pending: bool = False
    revision: int = 1
    fingerprint: str = ""

    @property
    def goods(self) -> int:
        """The amount without tax: what offer, minimum and reward are about."""
        return self.amount.amount - (self.tax or 0)

    def seeker(self, code: Code) -> Seeker:
        """The order as one that wants a place with a code."""
        return Seeker(self.order_id, code.ambassador_id, self.placed_at, paid=not self.pending, others=code.kin)


@frozen
class Offered:
    """The code can be used: the friend saves `friend_discount`, the ambassador earns about `reward_estimate`.

    `excluded` is the part of the amount that doesn't count; the estimate is in `unit`. `place` is what the order takes
    among its friend's.
    """

    code: Code
    friend_discount: int
    reward_estimate: int
    unit: str
    excluded: int | None = None
    campaign: str | None = None
    place: Place = field(default_factory=Place)


@frozen
class Refused:
    """The order goes on without the code, for a stable reason."""

    reason: Reason


def admit(
    code: Code | None, ask: Ask, program: Program, holders: Sequence[Holder] = (), *, now: datetime
) -> Offered | Refused:
    """Judge an order by what one read of the code and the cached program tell.

    The estimate is by the first tier: it promises no more than any ambassador gets, and costs no read of the account.
    `holders` are the friend's roots, if they have been read. Otherwise whether another order has the friend's place is
    decided by the guards in the transaction itself.
    """
    reason = _barred(code, ask, program)
    if reason or code is None:
        return Refused(reason or "unknown_code")
    place = take(ask.seeker(code), holders, program, now=now)
    if program.new_friends_only and ask.first_order is False and not (holders and (place or program.friend_days)):
        return Refused("not_first_order")
    offered = _offered(code, ask, program, place or Place())
    return Refused("friend_already_referred") if place is None and isinstance(offered, Offered) else offered


def admit_again(code: Code | None, ask: Ask, program: Program, stored: Redemption) -> Offered | Refused:
    """Judge another revision of an order that is not paid for yet, by the program that it was admitted under.

    The code that it has was good when it was admitted, whatever became of it; another one must be good now. The order
    keeps what it is among its friend's, so a further one stays with its ambassador.
    """
    if code is not None and code.code == stored.code:
        code = replace(code, state="active", expires_at=None, campaign=stored.campaign)
    reason = _barred(code, ask, program)
    if reason or code is None:
        return Refused(reason or "unknown_code")
    if stored.friend_order > 1 and stored.ambassador_id not in (code.ambassador_id, *code.kin):
        return Refused("friend_already_referred")
    return _offered(code, ask, program, Place(stored.friend_order))


def _barred(code: Code | None, ask: Ask, program: Program) -> Reason | None:  # noqa: PLR0911 - a reason a line
    """Why the code is not for this order, whoever the friend has bought with before."""
    if not program.open:
        return "program_closed"
    if code is None:
        return "unknown_code"
    if code.state == "paused":
        return "paused_code"
    if code.expires_at is not None and ask.placed_at >= code.expires_at:
        return "expired_code"
    if set(ask.persons) & set(code.owners):
        return "own_code"
    if ask.amount.currency != program.currency:
        return "currency_mismatch"
    return None


def redemption(offered: Offered, ask: Ask, program: Program, *, now: datetime, due_at: datetime | None) -> Redemption:
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
        friend_order=offered.place.friend_order,
        pending=ask.pending,
        revision=ask.revision,
        aliases=ask.persons[1:] if ask.pending else (),
        due_at=due_at,
    )


def _offered(code: Code, ask: Ask, program: Program, place: Place) -> Offered | Refused:
    """Work out what the code is worth on what counts of the order."""
    excluded = _excluded(ask, program)
    counts = ask.goods - excluded
    if excluded and counts <= 0:
        return Refused("nothing_counts")
    campaign = campaign_of(program, code.campaign, ask.placed_at)
    offer = offer_of(program, campaign, place.friend_order)
    discount = min(offer.of(counts), counts) if offer and not ask.claim else 0
    if counts < program.minimum or counts <= discount:
        return Refused("below_minimum")
    rate = reward_of(program, program.tiers[0], campaign, place.friend_order)
    return Offered(
        code,
        discount,
        rate.of(counts - discount) if rate else 0,
        rate.unit_in(program.currency) if rate else program.currency,
        excluded or None,
        campaign.name if campaign else None,
        place,
    )


def _excluded(ask: Ask, program: Program) -> int:
    """Add up what doesn't count: gift cards and excluded goods. Such a line without an amount excludes all."""
    left_out = [line for line in ask.lines if line.gift_card or line.sku in program.excluded_skus]
    if any(line.amount is None for line in left_out):
        return ask.goods
    return min(ask.goods, sum(line.amount or 0 for line in left_out))
