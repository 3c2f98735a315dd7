"""The shapes of requests, checked at the edge."""

from datetime import date
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType, field

from chalicelib.edge.fields import (
    Birthday,
    Change,
    ClaimedId,
    Consents,
    Counted,
    CustomerId,
    Email,
    FriendName,
    Id,
    Locale,
    Moment,
    Money,
    Name,
    Note,
    OurId,
    PersonName,
    Reference,
    Shape,
    Sku,
    Trait,
    Typed,
)
from chalicelib.operations.access.keys import SCOPES, Scope


class Item(Shape):
    """One line of an order."""

    sku: Sku | None = None
    quantity: Annotated[float, Meta(ge=0, le=10**6)] = 1
    amount: Money | None = None
    tax: Money | None = None
    gift_card: bool = False


Items = Annotated[list[Item], Meta(max_length=200)]


class Customer(Shape):
    """The friend, as the shop knows them: by an address, an id of its own, or both."""

    email: Email | None = None
    id: CustomerId | None = None
    first_name: FriendName | None = None
    locale: Locale | None = None
    first_order: bool | None = None


class Redemption(Shape):
    """An order that uses a code."""

    order_id: Id
    code: Typed | None
    customer: Customer
    amount: Money
    tax: Money | None = None
    items: Items = field(default_factory=list)
    placed_at: Moment | None = None
    payment: Literal["paid", "pending"] = "paid"
    revision: Annotated[int, Meta(ge=1, le=10**6)] = 1
    payment_fingerprint: Trait | None = None
    shipping_address: Trait | None = None


class QuotedOrder(Shape):
    """An order that is still being made."""

    amount: Money
    order_id: Id | None = None
    customer: Customer | None = None
    tax: Money | None = None
    items: Items = field(default_factory=list)
    placed_at: Moment | None = None
    payment_fingerprint: Trait | None = None
    shipping_address: Trait | None = None


class Quote(Shape):
    """A question what a code would be worth."""

    code: Typed
    order: QuotedOrder


class Refund(Shape):
    """Money paid back, `tax` and `shipping` among it; a cancellation has no amount, it voids the order anyway."""

    refund_id: Id
    amount: Money | None = None
    tax: Money | None = None
    shipping: Money | None = None
    refunded_at: Moment | None = None
    kind: Literal["refund", "chargeback", "cancellation"] = "refund"


class Reversal(Shape):
    """A dispute won. The path says all."""


class Fulfilment(Shape):
    """Goods delivered. A higher revision corrects; `more` says that the order has further parcels."""

    fulfilment_id: Id
    delivered_at: Moment | None = None
    revision: Annotated[int, Meta(ge=1, lt=10**15)] = 1
    return_by: Moment | None = None
    more: bool = False
    void: bool = False


class Payment(Shape):
    """An order has been paid for."""

    payment_id: Id
    paid_at: Moment


class FriendReleased(Shape):
    """Why the friend of an order is free again, and whether a reward that stands is given up for that."""

    note: Note
    void_reward: bool = False


class Newcomer(Shape):
    """A customer who wants to share."""

    email: Email
    first_name: PersonName
    last_name: PersonName | None = None
    locale: Locale | None = None
    customer_id: CustomerId | None = None
    birthday: Birthday | None = None
    consents: Consents = field(default_factory=list)


class AmbassadorChange(Shape):
    """What is corrected about an ambassador; null takes back what need not be known. The rest stays.

    A list of consents names all of them, a map what is given and what is taken back.
    """

    email: Email | UnsetType = UNSET
    customer_id: CustomerId | UnsetType | None = UNSET
    first_name: PersonName | UnsetType = UNSET
    last_name: PersonName | UnsetType | None = UNSET
    locale: Locale | UnsetType | None = UNSET
    birthday: Birthday | UnsetType | None = UNSET
    consents: Consents | UnsetType = UNSET


class Merge(Shape):
    """The other one of two ambassadors who are one person, and how the admin knows."""

    other: Id
    note: Note


class Decision(Shape):
    """What an admin decides about a reward, and why; and what refunds in a foreign currency are worth, by their ids."""

    decision: Literal["approve", "deny"]
    note: Note
    values: Annotated[dict[Id, Money], Meta(max_length=100)] = field(default_factory=dict)


class NewClaim(Shape):
    """An order that an ambassador says they brought."""

    order_id: ClaimedId
    note: Annotated[str, Meta(max_length=500)] | None = None


class ClaimedOrder(Shape):
    """The order as the shop knows it."""

    customer: Customer
    amount: Money
    placed_at: Moment
    tax: Money | None = None
    items: Items = field(default_factory=list)
    payment_fingerprint: Trait | None = None
    shipping_address: Trait | None = None


class ClaimDecision(Shape):
    """What an admin decides about a claim, and why; an approval says what the order was."""

    decision: Literal["approve", "deny"]
    note: Note
    order: ClaimedOrder | None = None


class Decisions(Shape):
    """What an admin decides alike about many rewards, and why."""

    order_ids: Annotated[list[Id], Meta(min_length=1, max_length=100)]
    decision: Literal["approve", "deny"]
    note: Note


class CodeChange(Shape):
    """A code is paused, or works again; it expires, or belongs to a campaign, or (null) no more. The rest stays."""

    state: Literal["active", "paused"] | UnsetType = UNSET
    expires_at: Moment | UnsetType | None = UNSET
    campaign: Name | UnsetType | None = UNSET


class NewCode(Shape):
    """A further code of an ambassador: the campaign that it belongs to, and the code itself if it is wished for."""

    campaign: Name | None = None
    code: Typed | None = None


class Spend(Shape):
    """What an ambassador wants as a coupon: money, or points that are worth some."""

    amount: Counted


class CouponConfirm(Shape):
    """The order on which a coupon was used."""

    order_id: Id


class CouponCancel(Shape):
    """A coupon that is not used after all. The path says all."""


class Payout(Shape):
    """Money that is to be paid out, and how the shop calls that."""

    amount: Money
    reference: Reference | None = None
    note: Note | None = None


class PayoutConfirm(Shape):
    """The payment that was made."""

    reference: Reference


class PayoutCancel(Shape):
    """Why a payout was not made."""

    note: Note


class Return(Shape):
    """What came back of a coupon or a payout that was confirmed, and why; without an amount all that is left of it."""

    note: Note
    amount: Counted | None = None


class Suspend(Shape):
    """Why nothing may leave an ambassador's account for now, and whether all codes are paused as well."""

    note: Note
    pause_codes: bool = False


class Reinstate(Shape):
    """Why what leaves an ambassador's account may go on."""

    note: Note


class NewAdjustment(Shape):
    """A correction of a balance, and why."""

    amount: Change
    reason: Note


class GiftSent(Shape):
    """A gift is on its way."""

    note: Note | None = None


class NewKey(Shape):
    """A server key to be made: what it is for, who answers for it, what it may do."""

    name: Name
    owner: Name
    scopes: Annotated[list[Scope], Meta(min_length=1, max_length=len(SCOPES))]


class NewSession(Shape):
    """A session to begin. The path says all."""


class Audit(Shape):
    """Whom an audit is about: one ambassador, a sample drawn by a seed, or all."""

    ambassador_id: OurId | None = None
    sample: Annotated[int, Meta(ge=1, le=1000)] | None = None
    seed: OurId | None = None
    all: Literal[True] | None = None


class Days(Shape, rename={"first": "from", "last": "to"}):
    """A period: days as the program reckons them, both included."""

    first: date
    last: date


class Preview(Shape):
    """A program to be tried, and on which orders."""

    program: dict[str, Any]
    period: Days
