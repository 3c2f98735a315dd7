"""Review rewards that wait for an admin: the queue, one decision, and one about many orders."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from chalicelib.domain.effects import Create
from chalicelib.domain.model.facts import Decision, Refund, Review
from chalicelib.domain.model.orders import Order, Redemption
from chalicelib.domain.model.reviews import Case
from chalicelib.domain.money import Money
from chalicelib.domain.orders.refunds import foreign_refunds, values
from chalicelib.domain.program.program import Program
from chalicelib.operations.orders.answers import GRACE, Conflicting
from chalicelib.operations.program import programs
from chalicelib.store.table import BusyError, Table

TOGETHER_SECONDS = 20.0
"""How long decisions about many orders may take together; a request has 29 seconds."""


@dataclass(frozen=True, slots=True)
class Open:
    """A case with its order and the rules that this was admitted under.

    `foreign` are refunds in a foreign currency, `values` what admins have said that some of them are worth.
    """

    case: Case
    redemption: Redemption
    program: Program
    foreign: tuple[Refund, ...] = ()
    values: Mapping[str, int] = field(default_factory=dict)


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


@dataclass(frozen=True, slots=True)
class NotReached:
    """The table did not answer in time. The same request may be sent again: what has been decided stays so."""


Answer = Reviewed | NotReviewable | Misvalued | Conflicting | NotReached


def queue(table: Table, after: str | None, limit: int) -> tuple[list[Open], str | None]:
    """Read one page of open cases, the soonest deadline first, and the position to go on from.

    A case that was closed a moment ago is left out, so a page may be short.

    Raises:
        BusyError: the table did not answer in time.
    """
    rows = table.list_cases(after, limit + 1)
    found = [(case, redemption) for _, case, redemption in rows[:limit] if case.state == "open"]
    following = rows[limit - 1][0] if len(rows) > limit else None
    return [_open(table, case, redemption) for case, redemption in found], following


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


def review_all(
    table: Table, order_ids: Iterable[str], decision: Decision, *, author: str, note: str, now: datetime
) -> dict[str, Answer]:
    """Decide alike on many orders, each by itself: what one of them answers does not touch the others."""
    deadline = table.deadline(TOGETHER_SECONDS)
    answers: dict[str, Answer] = {}
    for order_id in order_ids:
        answers[order_id] = NotReached()
        if table.deadline(0) < deadline:
            try:
                answers[order_id] = review(table, order_id, decision, author=author, note=note, now=now)
            except BusyError:
                continue
    return answers


def _said(review: Review) -> tuple[object, ...]:
    return review.decision, review.author, review.note, review.answers, review.values


def _open(table: Table, case: Case, redemption: Redemption) -> Open:
    """Add what the admin needs; a refund in a foreign currency is looked up in the order's own partition."""
    program = programs.version(table, redemption.program_version)
    asks = any(it.about == "foreign_refund" for it in case.questions)
    order = table.read_order(case.order_id) if asks else None
    if not isinstance(order, Order):
        return Open(case, redemption, program)
    return Open(case, redemption, program, tuple(foreign_refunds(order)), values(order))
