"""Where an order stands by its facts, its terms and the time: what it is worth, and when its hold ends."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from chalicelib.domain.accounts.limits import portion
from chalicelib.domain.model.facts import Fulfilment, Review
from chalicelib.domain.model.orders import FACTS_NAMED, Mark, Order, OrderFacts, Standing, Terms
from chalicelib.domain.model.reviews import Question
from chalicelib.domain.orders.refunds import counting_refunds, is_cancelled, kept, values
from chalicelib.domain.orders.reviews import default_of
from chalicelib.domain.program.program import Program


def stand(
    order: Order, terms: Terms, questions: Sequence[Question], program: Program, version: int, *, now: datetime
) -> Standing:
    """Work out worth and phase from the facts, the terms and the time. Only `released_in`, age and entries look back.

    `questions` are those that an admin has not answered, `version` the one that the account gets by this settlement.
    """
    redemption = order.redemption
    before = redemption.standing
    cancelled = is_cancelled(order)
    back = [it.goods for it in counting_refunds(order) if it.currency == redemption.currency]
    valued = values(order)
    refunded = sum(back) + sum(valued.values())
    net = 0 if cancelled or order.freed else kept(redemption.paid, [*back, *valued.values()])
    low = (
        program.void_below_minimum
        and refunded > 0
        and not (cancelled or order.freed)
        and redemption.listed * net < program.minimum * redemption.paid
    )
    last = _last_review(order)
    waiting = [it for it in questions if now < it.deadline]
    by_default = {it.about for it in questions if now >= it.deadline and default_of(it.about, program) == "deny"}
    refused = last is not None and last.decision == "deny"
    release_at = due(order, program)
    released_in = before.released_in if before else None
    if released_in is None and now >= release_at and not waiting:
        released_in = version
    unit = terms.unit or redemption.currency
    room = portion(terms.granted, net, redemption.paid, unit)
    worth = 0 if refused or by_default or low else room
    earned = (before is not None and before.has("earned")) or (released_in is not None and worth > 0)
    marks: dict[Mark, bool] = {
        "cancelled": cancelled,
        "replaced": order.freed is not None,
        "denied": refused or bool(by_default),
        "by_default": bool(by_default or (questions and not waiting)) and not refused,
        "unvalued": "foreign_refund" in by_default and not refused,
        "below_minimum": low,
        "undelivered": program.hold_from == "delivery" and released_in is None and not is_complete(order),
        "earned": earned,
    }
    return Standing(
        terms=terms,
        settled_at=before.settled_at if before else now,
        release_at=release_at,
        net=net,
        refunded=refunded,
        valued=sum(valued.values()) or None,
        worth=worth,
        cap_used=room,
        asked_until=min((it.deadline for it in waiting), default=None),
        released_in=released_in,
        age=before.age if before else None,
        last_review=last.number if last else 0,
        facts_seen=len(order.later),
        facts_named=tuple(sorted(fact.name for fact in order.later)[:FACTS_NAMED]),
        marks=tuple(mark for mark, true in marks.items() if true),
        entries=before.entries if before else (),
    )


def wake_up(standing: Standing) -> datetime | None:
    """When this order must be looked at again although nothing happens to it; None when it is final."""
    if standing.asked_until is not None:
        return standing.asked_until
    return None if standing.released else standing.release_at


def due(order: Order, program: Program) -> datetime:
    """When the hold ends, as far as is known so far. Nothing is delivered before the order begins."""
    counting = deliveries(order)
    ends = [it.return_by for it in counting if it.return_by]
    if program.hold_from == "purchase":
        return max([order.begins + program.hold, *ends])
    ends += [max(it.delivered_at, order.begins) + program.hold for it in counting if it.delivered_at]
    if not is_complete(order):
        ends.append(order.begins + timedelta(days=program.longest_wait_days))
    return max(ends)


def is_complete(order: Order) -> bool:
    """Whether everything has been delivered, as far as is known so far."""
    return any(not it.more for it in deliveries(order))


def deliveries(order: OrderFacts) -> list[Fulfilment]:
    """The deliveries that count: of each the highest revision, unless that says that there was none."""
    latest: dict[str, Fulfilment] = {}
    for delivery in sorted(order.fulfilments, key=lambda it: it.revision):
        latest[delivery.fulfilment_id] = delivery
    return [it for it in latest.values() if not it.void]


def _last_review(order: Order) -> Review | None:
    return max(order.reviews, key=lambda review: review.number, default=None)
