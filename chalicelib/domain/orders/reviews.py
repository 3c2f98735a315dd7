"""What an admin is asked about an order, what becomes of a question that nobody answers, and the case of the order."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.domain.model.facts import Decision
from chalicelib.domain.model.orders import Order, Standing, Terms
from chalicelib.domain.model.reviews import About, Case, Question
from chalicelib.domain.orders.refunds import foreign_refunds
from chalicelib.domain.program.program import Program


def questions(order: Order, terms: Terms, settled_at: datetime, program: Program) -> tuple[Question, ...]:
    """What an admin is asked about an order and has not answered: each has a deadline of its own, passed or not.

    A refund that was reported before its order asks nobody until that is known, too.
    """
    wait, known_at = timedelta(days=program.review_days), order.redemption.recorded_at
    answered = {refund_id for review in order.reviews for refund_id in review.answers}
    asked = [Question("signals", settled_at + wait)] if terms.review and not order.reviews else []
    unanswered = (it for it in foreign_refunds(order) if it.refund_id not in answered)
    return (*asked, *(Question("foreign_refund", max(it.recorded_at, known_at) + wait) for it in unanswered))


def default_of(about: About, program: Program) -> Decision:
    """What becomes of a question that nobody answers: what a refund is worth is never decided by silence."""
    return "deny" if about == "foreign_refund" else program.review_default


def case_of(order: Order, standing: Standing, questions: Sequence[Question], now: datetime) -> Case | None:
    """Open the case of an order when its reward begins to wait for an admin, close it when it no longer does."""
    was, redemption = order.case, order.redemption
    is_open = was is not None and was.state == "open"
    if standing.asked_until is None:
        return replace(was, state="closed", version=was.version + 1) if was and is_open else None
    most_urgent: dict[About, Question] = {}
    for question in sorted(questions, key=lambda it: it.deadline):
        if now < question.deadline:
            most_urgent.setdefault(question.about, question)
    waiting, deadline = tuple(most_urgent.values()), standing.asked_until
    if was is None:
        return Case(order.order_id, redemption.ambassador_id, opened_at=now, deadline=deadline, questions=waiting)
    if is_open and (was.deadline, was.questions) == (deadline, waiting):
        return None
    opened = was.opened_at if is_open else now
    return replace(was, state="open", opened_at=opened, deadline=deadline, questions=waiting, version=was.version + 1)
