"""Take later facts about an order, in any order and as often as the shop likes: each has a natural key."""

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Literal

from chalicelib.domain.effects import Create
from chalicelib.domain.model import Decision, Fulfilment, Refund, Reversal, Review
from chalicelib.operations.redeem import GRACE, Conflicting
from chalicelib.store.table import Table

Reported = Refund | Reversal | Fulfilment


@dataclass(frozen=True, slots=True)
class Taken:
    """The fact as it is stored, now or (`replayed`) by an earlier request with the same content."""

    fact: Reported
    replayed: bool


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The decision as it is stored, now or (`replayed`) by an earlier request that said the same last."""

    review: Review
    replayed: bool


@dataclass(frozen=True, slots=True)
class NotReviewable:
    """There is nothing to decide about this order: it is unknown, or has not been settled yet."""

    reason: Literal["unknown_order", "not_settled_yet"]


def report(table: Table, fact: Reported) -> Taken | Conflicting:
    """Append a fact. It asks for attention until a settlement has read it, whether or not its redemption is known yet.

    Raises:
        BusyError: the table did not answer in time; the same request may be sent again.
    """
    failures = table.commit([Create(replace(fact, due_at=fact.recorded_at + GRACE))])
    if not failures:
        return Taken(fact, replayed=False)
    stored = failures[0].stored
    assert isinstance(stored, Refund | Reversal | Fulfilment)
    return Taken(stored, replayed=True) if _content(stored) == _content(fact) else Conflicting()


def review(
    table: Table, order_id: str, decision: Decision, *, author: str, note: str, now: datetime
) -> Reviewed | NotReviewable | Conflicting:
    """Decide on an order's reward. Each decision is posted against the number before it, so two admins can't cross.

    Only an order with terms can be reviewed: before its first settlement there is no reward to decide on. Who says once
    more what stands already has only sent it again.

    Raises:
        BusyError: the table did not answer in time.
    """
    from chalicelib.domain.settle import foreign_refunds

    order = table.read_order(order_id)
    if order.redemption is None:
        return NotReviewable("unknown_order")
    if order.redemption.standing is None:
        return NotReviewable("not_settled_yet")
    fact = Review(
        order_id=order_id,
        number=len(order.reviews) + 1,
        decision=decision,
        author=author,
        note=note,
        recorded_at=now,
        answers=tuple(refund.refund_id for refund in foreign_refunds(order)),
        due_at=now + GRACE,
    )
    last = max(order.reviews, key=lambda it: it.number, default=None)
    if last is not None and _said(last) == _said(fact):
        return Reviewed(last, replayed=True)
    return Conflicting() if table.commit([Create(fact)]) else Reviewed(fact, replayed=False)


def _said(review: Review) -> tuple[object, ...]:
    return review.decision, review.author, review.note, review.answers


def _content(fact: Reported) -> list[object]:
    """What the shop said, without what we noted beside it."""
    return [getattr(fact, field.name) for field in fields(fact) if field.name not in {"recorded_at", "due_at"}]
