"""What the shop's checkout and back office call: quotes, redemptions, and what later becomes of an order."""

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from chalice.app import Blueprint, Response

from chalicelib import deps
from chalicelib.api import present, schemas
from chalicelib.domain.model import orders
from chalicelib.domain.money import Money
from chalicelib.domain.orders.admit import Ask, Line, Reason, Refused
from chalicelib.domain.people.codes import likeness, normal_code
from chalicelib.domain.people.pseudonyms import (
    canonical_email,
    pseudonym_of_customer,
    pseudonym_of_email,
    pseudonym_of_trait,
)
from chalicelib.edge import fields
from chalicelib.edge.auth import Call, json, once, route
from chalicelib.edge.language import language_of
from chalicelib.edge.problems import Problem, bad_field, not_found
from chalicelib.operations.orders.friends import Contact
from chalicelib.operations.orders.redeem import AlreadyPaid, Conflicting, quote, redeem
from chalicelib.operations.program import programs

if TYPE_CHECKING:
    from chalicelib.operations.orders.report import Reported

blueprint = Blueprint(__name__)

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


@route(blueprint, "POST", "/v1/quotes", "checkout")
def post_quote(call: Call) -> Response:
    """Say what a code would give on an order. Nothing is stored."""
    asked = call.body(schemas.Quote)
    program = deps.program()
    answer = quote(deps.table(), ask_of(asked.code, asked.order, at="order/"), program, now=deps.now())
    if isinstance(answer, Refused):
        zero = present.money(0, program.currency)
        refusal = {"usable": False, "reason": answer.reason, "friend_discount": zero, "reward_estimate": zero}
        return json(200, refusal)
    discount = present.money(answer.friend_discount, program.currency)
    estimate = present.money(answer.reward_estimate, answer.unit)
    return json(200, {"usable": True, "friend_discount": discount, "reward_estimate": estimate})


@route(blueprint, "POST", "/v1/redemptions", "checkout")
def post_redemption(call: Call) -> Response:
    """Use a code on an order; or, before it is paid for, change what was told of it."""
    asked = call.body(schemas.Redemption)
    if asked.code is None and asked.payment != "pending":
        raise bad_field("/code", "is required; null takes the code off an order that is not paid for yet")
    customer = asked.customer
    contact = Contact(customer.email, customer.first_name, customer.locale or deps.program().locale)
    answer = redeem(deps.table(), ask_of(asked.code, asked), contact, deps.program(), now=deps.now())
    if isinstance(answer, Refused):
        raise Problem(422, answer.reason, REFUSALS[answer.reason])
    if isinstance(answer, Conflicting):
        raise _conflict("order_id")
    if isinstance(answer, AlreadyPaid):
        detail = "The order has been paid for, so what it was then stays. Report a refund if it became less."
        raise Problem(409, "already_paid", detail)
    body = present.admitted(answer.redemption, paid=answer.paid)
    return once({**body, "superseded": True} if answer.superseded else body, replayed=answer.replayed)


@route(blueprint, "GET", "/v1/redemptions/{order_id}", "checkout", "admin:read")
def get_redemption(call: Call, order_id: str) -> Response:
    """Say where the reward of an order stands, and why; to an admin also what makes it suspicious."""
    language = language_of(call.query("lang"))
    table, known = deps.table(), fields.shop_id("order_id", order_id)
    admin = call.may("admin:read")
    order = table.read_order(known)
    if not isinstance(order, orders.Order):
        raise not_found("No code was redeemed on this order.")
    redemption = order.redemption
    from chalicelib.domain.orders.explain import payment_of
    from chalicelib.web.explain import explain

    entries = table.read_entries(redemption)
    program = programs.version(table, redemption.program_version)
    payment = payment_of(order, program, deps.now())
    words = explain(redemption, "admin" if admin else "ambassador", language, deps.program(), payment)
    if not admin:
        return json(200, present.explained(redemption, payment, entries, words), Content_Language=language.tag)
    return json(200, present.examined(order, program, payment, entries, words), Content_Language=language.tag)


@route(blueprint, "POST", "/v1/orders/{order_id}/refunds", "checkout")
def post_refund(call: Call, order_id: str) -> Response:
    """Report money paid back; it may be reported before the redemption."""
    told = call.body(schemas.Refund)
    _check_refund(told)
    refund = orders.Refund(
        order_id=fields.shop_id("order_id", order_id),
        refund_id=told.refund_id,
        kind=told.kind,
        amount=told.amount.amount if told.amount else 0,
        currency=told.amount.currency if told.amount else None,
        tax=_minor(told.tax),
        shipping=_minor(told.shipping),
        refunded_at=fields.past("refunded_at", told.refunded_at, deps.now()),
        recorded_at=deps.now(),
    )
    return _report(refund, "refund_id")


@route(blueprint, "POST", "/v1/orders/{order_id}/refunds/{refund_id}/reversal", "checkout")
def post_reversal(call: Call, order_id: str, refund_id: str) -> Response:
    """Report a dispute won: that refund no longer counts."""
    call.body(schemas.Reversal)
    reversal = orders.Reversal(
        order_id=fields.shop_id("order_id", order_id),
        refund_id=fields.shop_id("refund_id", refund_id),
        recorded_at=deps.now(),
    )
    return _report(reversal, "refund_id")


@route(blueprint, "POST", "/v1/orders/{order_id}/fulfilments", "checkout")
def post_fulfilment(call: Call, order_id: str) -> Response:
    """Report a delivery, or correct what was reported of it."""
    told = call.body(schemas.Fulfilment)
    if told.delivered_at is None and not told.void:
        raise bad_field("/delivered_at", "is required, unless the delivery is void")
    fulfilment = orders.Fulfilment(
        order_id=fields.shop_id("order_id", order_id),
        fulfilment_id=told.fulfilment_id,
        delivered_at=fields.past("delivered_at", told.delivered_at, deps.now()),
        revision=told.revision,
        more=told.more,
        void=told.void,
        return_by=fields.near("return_by", told.return_by, deps.now()),
        recorded_at=deps.now(),
    )
    return _report(fulfilment, "fulfilment_id")


@route(blueprint, "POST", "/v1/orders/{order_id}/payments", "checkout")
def post_payment(call: Call, order_id: str) -> Response:
    """Report that an order has been paid for; it may be reported before the redemption."""
    told, now = call.body(schemas.Payment), deps.now()
    paid_at = fields.past("paid_at", told.paid_at, now)
    assert paid_at is not None
    payment = orders.Payment(
        order_id=fields.shop_id("order_id", order_id),
        payment_id=told.payment_id,
        paid_at=paid_at,
        recorded_at=now,
    )
    return _report(payment, "order_id")


def _report(fact: "Reported", key: str) -> Response:
    from chalicelib.operations.orders.report import AlreadyReversed, report

    taken = report(deps.table(), fact)
    if isinstance(taken, Conflicting):
        raise _conflict(key)
    if isinstance(taken, AlreadyReversed):
        raise Problem(409, "already_reversed", "This refund was reversed. Report another one under a new refund_id.")
    body = present.fact(taken.fact, superseded=taken.superseded)
    if taken.freed is not None:
        body |= {"counts": False, "reason": "replaced", "by": taken.freed.by or "admin"}
    return once(body, replayed=taken.replayed)


def _check_refund(told: schemas.Refund) -> None:
    """Refuse what can't be paid back: a part by cancelling, nothing at all, or more tax and shipping than money."""
    given = {"amount": told.amount, "tax": told.tax, "shipping": told.shipping}
    if told.kind == "cancellation":
        for name, part in given.items():
            if part is not None:
                raise bad_field(
                    f"/{name}", "goes with no cancellation, which voids the order: use kind refund for a part"
                )
        return
    if told.amount is None or told.amount.amount == 0:
        raise bad_field("/amount", "is required, and more than zero, unless the kind is cancellation")
    _check_parts(told.amount, {"/tax": told.tax, "/shipping": told.shipping})


def _check_parts(amount: fields.Money, parts: Mapping[str, fields.Money | None]) -> None:
    """Refuse parts of an amount, by pointer, that are in another currency, or more than there is."""
    left = amount.amount
    for pointer, part in parts.items():
        if part is None:
            continue
        if part.currency != amount.currency:
            raise bad_field(f"{pointer}/currency", "is not the currency of the amount")
        left -= part.amount
        if left < 0:
            raise bad_field(f"{pointer}/amount", "is more than there is of the amount")


def _conflict(key: str) -> Problem:
    return Problem(
        409, "conflicting_repeat", f"This {key} was reported before with other content, which stays as it is."
    )


def ask_of(typed: str | None, order: schemas.Redemption | schemas.QuotedOrder, *, at: str = "") -> Ask:
    """Translate an order that the body holds `at` some place. Without `placed_at` it is placed now.

    Raises:
        Problem: 400 when it was placed at an impossible time, a line is in another currency than the order, or nobody
            can tell who the customer is.
    """
    _check_parts(order.amount, {f"/{at}tax": order.tax})
    for n, it in enumerate(order.items):
        _check_line(it, order.amount.currency, f"/{at}items/{n}")
    if order.customer and not (order.customer.email or order.customer.id):
        raise bad_field(f"/{at}customer/email", "email or id: a customer has at least one of them")
    pepper, now = deps.settings().pepper, deps.now()
    code = "" if typed is None else normal_code(typed)
    return Ask(
        order_id=order.order_id or "",
        code=code,
        persons=_persons(pepper, order.customer),
        amount=Money(order.amount.amount, order.amount.currency),
        tax=_minor(order.tax),
        placed_at=fields.past(f"{at}placed_at", order.placed_at, now) or now,
        lines=tuple(Line(it.sku or "", _goods(it), it.gift_card) for it in order.items),
        first_order=order.customer.first_order if order.customer else None,
        payment=_trait(pepper, "payment", order.payment_fingerprint),
        address=_trait(pepper, "address", order.shipping_address),
        unaddressed=True if order.customer and not order.customer.email else None,
        pending=isinstance(order, schemas.Redemption) and order.payment == "pending",
        revision=order.revision if isinstance(order, schemas.Redemption) else 1,
        fingerprint=_fingerprint(pepper, likeness(code or typed or ""), order),
    )


def _check_line(it: schemas.Item, currency: str, pointer: str) -> None:
    if it.amount is not None and it.amount.currency != currency:
        raise bad_field(f"{pointer}/amount/currency", "is not the currency of the order")
    _check_parts(it.amount or fields.Money(0, currency), {f"{pointer}/tax": it.tax})


def _goods(it: schemas.Item) -> int | None:
    """What a line is worth without tax, if it says that."""
    return None if it.amount is None else it.amount.amount - (_minor(it.tax) or 0)


def _minor(told: fields.Money | None) -> int | None:
    return None if told is None else told.amount


def _persons(pepper: bytes, customer: schemas.Customer | None) -> tuple[str, ...]:
    if customer is None:
        return ()
    by_email = pseudonym_of_email(pepper, customer.email) if customer.email else None
    by_id = pseudonym_of_customer(pepper, customer.id) if customer.id else None
    return tuple(person for person in (by_email, by_id) if person)


def _trait(pepper: bytes, kind: str, told: str | None) -> str | None:
    return told and pseudonym_of_trait(pepper, kind, told)


def _fingerprint(pepper: bytes, code: str, order: schemas.Redemption | schemas.QuotedOrder) -> str:
    """Hash what the request means, so that a repeat is told from another order; keyed, because addresses go in."""
    content: dict[str, Any] = {**fields.content(order), "code": code, "payment": None, "revision": None}
    if order.customer and order.customer.email:
        content["customer"] = {**content["customer"], "email": canonical_email(order.customer.email)}
    canonical = msgspec.json.encode(content, order="sorted")
    return hashlib.blake2b(canonical, key=hashlib.sha256(pepper).digest(), digest_size=16).hexdigest()
