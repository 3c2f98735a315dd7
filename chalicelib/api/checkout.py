"""What the checkout asks before an order is placed, and reports when it is: quotes and redemptions."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, Protocol, Self

import msgspec
from chalice.app import Response
from msgspec import Meta, field

from chalicelib import deps
from chalicelib.domain.model import orders
from chalicelib.domain.money import Money
from chalicelib.domain.orders.admit import Ask, Line, Reason, Refused
from chalicelib.domain.orders.explain import PaymentState, state_of
from chalicelib.domain.people.codes import likeness, normal_code
from chalicelib.domain.people.pseudonyms import (
    canonical_email,
    names_of,
    pseudonym_of_trait,
)
from chalicelib.edge import fields
from chalicelib.edge.answers import Answer, Sum, json, money, money_if, once
from chalicelib.edge.call import Call
from chalicelib.edge.fields import (
    CustomerId,
    Email,
    FriendName,
    Id,
    Locale,
    Moment,
    Shape,
    Sku,
    Trait,
    Typed,
)
from chalicelib.edge.problems import Problem, bad_field, conflicting_repeat
from chalicelib.edge.views import leads_to, view
from chalicelib.operations.orders.answers import AlreadyPaid, Conflicting
from chalicelib.operations.orders.friends import Contact
from chalicelib.operations.orders.redeem import quote, redeem


class Item(Shape):
    """One line of an order.

    Attributes:
        sku: Letter case matters. The SKUs that the program excludes don't count for discount and reward.
        quantity: May be a fraction. It enters no sum, since `amount` is for the whole line.
        amount: Money for the whole line, in the order's currency. Say it of gift cards and excluded SKUs: one without
            it leaves nothing that counts.
        tax: The part of `amount` that is tax.
        gift_card: Gift cards don't count for discount and reward.
    """

    sku: Sku | None = None
    quantity: Annotated[float, Meta(ge=0, le=10**6)] = 1
    amount: fields.Money | None = None
    tax: fields.Money | None = None
    gift_card: bool = False


Items = Annotated[list[Item], Meta(max_length=200)]


class Customer(Shape):
    """The friend, as the shop knows them: by an address, an id of its own, or both.

    Attributes:
        email: Whom to thank, and how the same person is recognised, whatever the spelling. This or `id` is required.
        id: Your own id of the customer: a second way to recognise a person. Who is known by it alone gets no mail.
        first_name: For the greeting in mails.
        locale: The language of mails to the friend, such as `en` or `en-GB` (BCP 47); the program's own if left out.
        first_order: `false` is refused with `not_first_order` if the program is for new customers. Leave it out if you
            don't know.
    """

    email: Email | None = None
    id: CustomerId | None = None
    first_name: FriendName | None = None
    locale: Locale | None = None
    first_order: bool | None = None


_SAYS_WHO = [{"required": [it], "properties": {it: {"type": "string"}}} for it in ("email", "id")]
KnownCustomer = Annotated[Customer, Meta(extra_json_schema={"anyOf": _SAYS_WHO})]
"""A friend who is to be recognised."""


class NewRedemption(Shape):
    """An order that uses a code.

    Attributes:
        order_id: Your own id of the order, as the friend knows it: it stands in their mail. Letter case matters.
        code: As the customer typed it: case, blanks and hyphens don't matter. Null takes the code off an order whose
            `payment` is `pending`, with the other fields unchanged and a higher `revision`.
        amount: What the goods cost: after any other coupon, before the friend's discount, without shipping. With or
            without tax, as your prices are; a coupon made of rewards and a gift card are ways to pay, and don't lower
            it.
        tax: The part of `amount` that is tax. Discount, minimum and reward then go by the rest, and `friend_discount`
            is without tax too.
        items: The lines of the order, by which gift cards and excluded SKUs are left out. Without lines all of `amount`
            counts.
        placed_at: From 2000 on, a day ahead at most; now if left out. The hold runs from it, and a repeat says the same
            time.
        payment: `pending`: not paid for yet, so nobody is thanked and nothing earned until a payment is reported, or
            the same is sent again as `paid`.
        revision: A number that rises each time other content of a `pending` order is sent. The highest counts, whatever
            arrives last.
        payment_fingerprint: What identifies a card, such as your payment provider's fingerprint. Only a keyed hash is
            stored, and it is looked at when a reward might wait for an admin.
        shipping_address: In one line, the same address always spelled in the same way. Only a keyed hash is stored, and
            looked at likewise.
    """

    order_id: Id
    code: Typed | None
    customer: KnownCustomer
    amount: fields.Money
    tax: fields.Money | None = None
    items: Items = field(default_factory=list)
    placed_at: Moment | None = None
    payment: Literal["paid", "pending"] = "paid"
    revision: Annotated[int, Meta(ge=1, le=10**6)] = 1
    payment_fingerprint: Trait | None = None
    shipping_address: Trait | None = None


class QuotedOrder(Shape):
    """An order that is still being made.

    Attributes:
        amount: What the goods cost: after any other coupon, before the friend's discount, without shipping.
        order_id: Your own id, if there is one by now: that very order, redeemed before, then doesn't stand in its own
            way.
        customer: With it the answer also knows whether this friend has been referred before.
        tax: The part of `amount` that is tax. `friend_discount` is then without tax too.
        items: The lines of the order, by which gift cards and excluded SKUs are left out. Without lines all of `amount`
            counts.
        placed_at: From 2000 on, a day ahead at most; now if left out.
        payment_fingerprint: Taken as in a redemption; a quote does not depend on it.
        shipping_address: Taken as in a redemption; a quote does not depend on it.
    """

    amount: fields.Money
    order_id: Id | None = None
    customer: Customer | None = None
    tax: fields.Money | None = None
    items: Items = field(default_factory=list)
    placed_at: Moment | None = None
    payment_fingerprint: Trait | None = None
    shipping_address: Trait | None = None


class Quote(Shape):
    """A question about what a code would be worth.

    Attributes:
        code: As the customer typed it: case, blanks and hyphens don't matter.
    """

    code: Typed
    order: QuotedOrder


class Position(Answer):
    """Where a reward is. An order that was just taken is looked at a moment later: until then it is pending.

    Attributes:
        state: `pending`: not settled yet. `held`: it waits until goods can no longer come back. `available`: it was
            released. `void`: it came to nothing before that; `clawed_back`: after that.
        held: What of the reward waits.
        available: What of the reward was released, also if it has been spent since.
    """

    state: Literal["pending", "held", "available", "void", "clawed_back"]
    held: Sum | None = None
    available: Sum | None = None

    @classmethod
    def of(cls, redemption: orders.Redemption) -> Self:
        """Show where the reward of an order is."""
        standing = redemption.standing
        if standing is None:
            return cls(state="void" if redemption.withdrawn else "pending")
        held, available = money(standing.held, redemption.unit), money(standing.available, redemption.unit)
        return cls(state=state_of(standing), held=held, available=available)


class Redemption(Answer, kw_only=True):
    """What was fixed when an order with a code was admitted, and where its reward stands by now.

    Attributes:
        status: `withdrawn`: the code is not used on the order any more. It takes nothing off and earns nothing.
        code: As it was issued.
        amount: As it was sent, and so is `tax`.
        friend_discount: What to take off the order. If that has `tax` this is without tax: take the same share off your
            prices.
        reward_estimate: By the program's first tier and before any cap: the settlement decides.
        placed_at: When the order was placed, as the first revision said it.
        program_version: The version of the program whose rules the order keeps.
        payment: Only of an order that was not paid for when it came. `lapsed`: not within the program's `pending_days`;
            a payment revives it if no other order of the friend is rewarded.
        revision: The one that counts, of an order that was not paid for when it came.
        reason: Why the order is withdrawn: `code_removed`, or the reason with which the checkout was refused.
        superseded: A higher revision has arrived already and is shown here; the one that was sent changed nothing.
    """

    order_id: str
    status: Literal["accepted", "withdrawn"]
    code: str
    ambassador_id: str
    amount: Sum
    tax: Sum | None = None
    friend_discount: Sum
    reward_estimate: Sum
    placed_at: datetime
    program_version: int
    position: Position
    payment: PaymentState | None = None
    revision: int | None = None
    reason: str | None = None
    superseded: bool = False

    @classmethod
    def of(cls, redemption: orders.Redemption, *, paid: bool = True, superseded: bool = False) -> Self:
        """Show an order; `superseded` if a later revision of it counts than the one that was sent."""
        withdrawn, pending = redemption.withdrawn is not None, redemption.pending
        discount, estimate = (0, 0) if withdrawn else (redemption.friend_discount, redemption.reward_estimate)
        return cls(
            order_id=redemption.order_id,
            status="withdrawn" if withdrawn else "accepted",
            code=redemption.code,
            ambassador_id=redemption.ambassador_id,
            amount=money(redemption.amount, redemption.currency),
            tax=money_if(redemption.tax, redemption.currency),
            friend_discount=money(discount, redemption.currency),
            reward_estimate=money(estimate, redemption.reward_unit or redemption.currency),
            placed_at=redemption.placed_at,
            program_version=redemption.program_version,
            position=Position.of(redemption),
            payment=("paid" if paid else "pending") if pending else None,
            revision=redemption.revision if pending else None,
            reason=redemption.withdrawn if pending else None,
            superseded=superseded,
        )


class Quoted(Answer, kw_only=True):
    """What a code would give on an order, or the reason why it can't be used there.

    Attributes:
        reason: Why the code can't be used: let the order go on without it.
        friend_discount: What the friend saves. If the order has `tax` this is without tax: the same share comes off
            your prices.
        reward_estimate: By the program's first tier and before any cap: the settlement decides.
    """

    usable: bool
    reason: Reason | None = None
    friend_discount: Sum
    reward_estimate: Sum


REFUSALS: dict[Reason, str] = {
    "unknown_code": "There is no such code. The order goes on without it.",
    "paused_code": "This code is paused. The order goes on without it.",
    "expired_code": "This code has expired. The order goes on without it.",
    "own_code": "This is the customer's own code. The order goes on without it.",
    "friend_already_referred": "This customer has used a code before. The order goes on without it.",
    "not_first_order": "The program is for first orders. The order goes on without the code.",
    "below_minimum": "The order is too small for the offer. It goes on without the code.",
    "currency_mismatch": "The program runs in another currency. The order goes on without the code.",
    "program_closed": "The program is closed. The order goes on without the code.",
    "nothing_counts": "Nothing on this order counts for the offer. It goes on without the code.",
}


@view({200: Quoted}, body=Quote)
def post_quote(call: Call, body: Quote) -> Response:
    """Say what a code would give on an order. Nothing is stored.

    A code that can't be used is an answer like any other: `usable` is false.
    """
    program = deps.program()
    answer = quote(deps.table(), ask_of(body.code, body.order, at="order/"), program, now=deps.now())
    if isinstance(answer, Refused):
        zero = money(0, program.currency)
        return json(200, Quoted(usable=False, reason=answer.reason, friend_discount=zero, reward_estimate=zero))
    discount = money(answer.friend_discount, program.currency)
    estimate = money(answer.reward_estimate, answer.unit)
    return json(200, Quoted(usable=True, friend_discount=discount, reward_estimate=estimate))


@view(
    {201: Redemption, 200: Redemption},
    body=NewRedemption,
    problems={409: ["conflicting_repeat", "already_paid"], 422: list(REFUSALS)},
    links=leads_to(
        "get_redemption post_refund post_fulfilment post_payment post_release post_review",
        order_id="$response.body#/order_id",
    ),
)
def post_redemption(call: Call, body: NewRedemption) -> Response:
    """Use a code on an order, or change an order that is not paid for yet.

    Refused with 422, the order goes on without the code. An order that was sent with `payment` `pending` may be sent
    again: as `paid`, which counts as its payment, or with other content, which needs a higher `revision`. One that is
    paid for stays as it was then: report refunds.
    """
    if body.code is None and body.payment != "pending":
        raise bad_field("/code", "is required; null takes the code off an order that is not paid for yet")
    customer = body.customer
    contact = Contact(customer.email, customer.id, customer.first_name, customer.locale)
    answer = redeem(deps.table(), ask_of(body.code, body), contact, deps.program(), now=deps.now())
    if isinstance(answer, Refused):
        raise Problem(422, answer.reason, REFUSALS[answer.reason])
    if isinstance(answer, Conflicting):
        raise conflicting_repeat("order_id")
    if isinstance(answer, AlreadyPaid):
        detail = "The order has been paid for, so what it was then stays. Report a refund if it became less."
        raise Problem(409, "already_paid", detail)
    shown = Redemption.of(answer.redemption, paid=answer.paid, superseded=answer.superseded)
    return once(shown, replayed=answer.replayed)


def ask_of(typed: str | None, order: NewRedemption | QuotedOrder, *, at: str = "") -> Ask:
    """Translate an order that the body holds `at` some place. Without `placed_at` it is placed now.

    Raises:
        Problem: 400 when it was placed at an impossible time, a line is in another currency than the order, or nobody
            can tell who the customer is.
    """
    fields.check_parts(order.amount, {f"/{at}tax": order.tax})
    check_order(order, at=at)
    pepper, now = deps.settings().pepper, deps.now()
    code = "" if typed is None else normal_code(typed)
    return Ask(
        order_id=order.order_id or "",
        code=code,
        persons=names_of(pepper, order.customer.email, order.customer.id) if order.customer else (),
        amount=Money(order.amount.amount, order.amount.currency),
        tax=fields.minor(order.tax),
        placed_at=fields.past(f"{at}placed_at", order.placed_at, now) or now,
        lines=tuple(Line(it.sku or "", _goods(it), it.gift_card) for it in order.items),
        first_order=order.customer.first_order if order.customer else None,
        payment=_trait(pepper, "payment", order.payment_fingerprint),
        address=_trait(pepper, "address", order.shipping_address),
        unaddressed=True if order.customer and not order.customer.email else None,
        pending=isinstance(order, NewRedemption) and order.payment == "pending",
        revision=order.revision if isinstance(order, NewRedemption) else 1,
        fingerprint=fingerprint_of(pepper, order, likeness(code or typed or "")),
    )


class Ordered(Protocol):
    """An order in a body."""

    @property
    def customer(self) -> Customer | None:
        """Who buys, if that is said."""

    @property
    def amount(self) -> fields.Money:
        """What the goods cost."""

    @property
    def items(self) -> Sequence[Item]:
        """Its lines."""


def check_order(order: Ordered, *, at: str = "") -> None:
    """Look over an order that the body holds `at` some place.

    Raises:
        Problem: 400 when a line is in another currency than the order, or nobody can tell who the customer is.
    """
    for n, item in enumerate(order.items):
        _check_line(item, order.amount.currency, f"/{at}items/{n}")
    check_customer(order.customer, at=at)


def check_customer(customer: Customer | None, *, at: str = "") -> None:
    """Look over a customer that the body holds `at` some place.

    Raises:
        Problem: 400 when nobody can tell who that is.
    """
    if customer and not (customer.email or customer.id):
        raise bad_field(f"/{at}customer/email", "email or id: a customer has at least one of them")


def _check_line(item: Item, currency: str, pointer: str) -> None:
    if item.amount is not None and item.amount.currency != currency:
        raise bad_field(f"{pointer}/amount/currency", "is not the currency of the order")
    fields.check_parts(item.amount or fields.Money(0, currency), {f"{pointer}/tax": item.tax})


def _goods(item: Item) -> int | None:
    """What a line is worth without tax, if it says that."""
    return None if item.amount is None else item.amount.amount - (fields.minor(item.tax) or 0)


def _trait(pepper: bytes, kind: str, value: str | None) -> str | None:
    return value and pseudonym_of_trait(pepper, kind, value)


def fingerprint_of(pepper: bytes, order: Ordered, code: str = "") -> str:
    """Hash what the request means, so that a repeat can be recognised; keyed, because addresses go in."""
    content: dict[str, Any] = {**fields.content(order), "code": code, "payment": None, "revision": None}
    if order.customer and order.customer.email:
        content["customer"] = {**content["customer"], "email": canonical_email(order.customer.email)}
    canonical = msgspec.json.encode(content, order="sorted")
    return hashlib.blake2b(canonical, key=hashlib.sha256(pepper).digest(), digest_size=16).hexdigest()
