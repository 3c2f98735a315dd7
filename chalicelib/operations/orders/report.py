"""Take later facts about an order, in any order and as often as the shop likes: each has a natural key."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Literal

from chalicelib.domain.effects import Create
from chalicelib.domain.model.orders import Decision, Freed, Fulfilment, Order, Payment, Refund, Reversal, Review
from chalicelib.domain.money import Money
from chalicelib.operations.orders.answers import GRACE, Conflicting
from chalicelib.store.table import Table

Reported = Refund | Reversal | Fulfilment | Payment


@dataclass(frozen=True, slots=True)
class Taken:
    """The fact as it is stored, now or (`replayed`) by an earlier request with the same content.

    `superseded` says that it changes nothing, because a higher revision of the same delivery is there. `freed` is there
    if a reversal came too late: the order has given its friend free, and stays worth nothing.
    """

    fact: Reported
    replayed: bool
    superseded: bool = False
    freed: Freed | None = None


@dataclass(frozen=True, slots=True)
class AlreadyReversed:
    """The refund was reported before, and does not count any more: another one needs an id of its own."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The decision as it is stored, now or (`replayed`) by an earlier request that said the same last.

    `currency` is the order's, in which its values are.
    """

    review: Review
    currency: str
    replayed: bool


@dataclass(frozen=True, slots=True)
class NotReviewable:
    """There is nothing to decide about this order: it is unknown, or has not been settled yet."""

    reason: Literal["unknown_order", "not_settled_yet"]


@dataclass(frozen=True, slots=True)
class Misvalued:
    """The refund `refund_id` can't have the value that an admin gave it, for this reason."""

    refund_id: str
    reason: Literal["unknown_refund", "other_currency"]


def report(table: Table, fact: Reported) -> Taken | Conflicting | AlreadyReversed:
    """Append a fact. It asks for attention until a settlement has read it, whether or not its redemption is known yet.

    A refund that is reported once more after it was reversed is refused: taken for a repeat, it would never count.

    Raises:
        BusyError: the table did not answer in time; the same request may be sent again.
    """
    failures = table.commit([Create(replace(fact, due_at=fact.recorded_at + GRACE))])
    stored = failures[0].stored if failures else fact
    assert isinstance(stored, Refund | Reversal | Fulfilment | Payment)
    if failures and _content(stored) != _content(fact):
        return Conflicting()
    if failures and isinstance(fact, Refund) and table.is_reversed(fact):
        return AlreadyReversed()
    superseded = isinstance(fact, Fulfilment) and table.is_superseded(fact)
    freed = table.read_freed(fact.order_id) if isinstance(fact, Reversal) else None
    return Taken(stored, replayed=bool(failures), superseded=superseded, freed=freed)


def review(
    table: Table,
    order_id: str,
    decision: Decision,
    *,
    author: str,
    note: str,
    now: datetime,
    values: Mapping[str, Money] | None = None,
) -> Reviewed | NotReviewable | Misvalued | Conflicting:
    """Decide on an order's reward. Each decision is posted against the number before it, so two admins can't cross.

    `values` are what refunds in a foreign currency are worth in the order's own. Only an order with terms can be
    reviewed: before its first settlement there is no reward to decide on. Who says once more what stands already has
    only sent it again.

    Raises:
        BusyError: the table did not answer in time.
    """
    from chalicelib.domain.orders.refunds import foreign_refunds

    order = table.read_order(order_id)
    if not isinstance(order, Order):
        return NotReviewable("unknown_order")
    if order.redemption.standing is None:
        return NotReviewable("not_settled_yet")
    foreign, currency = [refund.refund_id for refund in foreign_refunds(order)], order.redemption.currency
    for refund_id, worth in (values or {}).items():
        if refund_id not in foreign:
            return Misvalued(refund_id, "unknown_refund")
        if worth.currency != currency:
            return Misvalued(refund_id, "other_currency")
    fact = Review(
        order_id=order_id,
        number=len(order.reviews) + 1,
        decision=decision,
        author=author,
        note=note,
        recorded_at=now,
        answers=tuple(foreign),
        values={refund_id: worth.amount for refund_id, worth in (values or {}).items()},
        due_at=now + GRACE,
    )
    last = max(order.reviews, key=lambda it: it.number, default=None)
    if last is not None and _said(last) == _said(fact):
        return Reviewed(last, currency, replayed=True)
    return Conflicting() if table.commit([Create(fact)]) else Reviewed(fact, currency, replayed=False)


def _said(review: Review) -> tuple[object, ...]:
    return review.decision, review.author, review.note, review.answers, review.values


def _content(fact: Reported) -> list[object]:
    """What the shop said, without what we noted beside it."""
    return [getattr(fact, field.name) for field in fields(fact) if field.name not in {"recorded_at", "due_at"}]
