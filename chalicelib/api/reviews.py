"""Rewards that wait for an admin, and what the admin decides."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from chalice.app import Response
from msgspec import Meta, field

from chalicelib import deps
from chalicelib.api.facts import money_back
from chalicelib.documents import escaped
from chalicelib.domain.model import facts, orders, reviews
from chalicelib.domain.model.reviews import About
from chalicelib.domain.money import Money
from chalicelib.domain.orders.fraud import weight
from chalicelib.domain.orders.reviews import default_of
from chalicelib.domain.program.program import Program
from chalicelib.domain.program.signals import SIGNALS
from chalicelib.edge import fields
from chalicelib.edge.answers import Answer, Sum, json, money, money_if, once
from chalicelib.edge.call import Call
from chalicelib.edge.fields import (
    Id,
    Note,
    Shape,
)
from chalicelib.edge.paging import PAGE, Page, cursor_of, limit_of, page, position_of
from chalicelib.edge.problems import Problem, bad_field
from chalicelib.edge.views import leads_to, view
from chalicelib.operations.orders.answers import Conflicting
from chalicelib.operations.orders.reviews import Answer as Outcome
from chalicelib.operations.orders.reviews import Misvalued, NotReviewable, Open, Reviewed, queue, review, review_all


class Decision(Shape):
    """What an admin decides about a reward, and why.

    Attributes:
        decision: The latest one counts. A reward that is denied is void if it is held, and clawed back if it was
            available.
        note: For admins.
        values: By refund id, what refunds in another currency are worth in the order's, without tax and shipping. One
            that an approval leaves out is worth nothing.
    """

    decision: Literal["approve", "deny"]
    note: Note
    values: Annotated[dict[Id, fields.Money], Meta(max_length=100)] = field(default_factory=dict)


class Decisions(Shape):
    """What an admin decides alike about many rewards, and why.

    Attributes:
        note: For admins.
    """

    order_ids: Annotated[list[Id], Meta(min_length=1, max_length=100)]
    decision: Literal["approve", "deny"]
    note: Note


class Signal(Answer):
    """What makes an order suspicious, in words for admins only: they would teach how not to be noticed.

    Attributes:
        name: `shared_payment`, `velocity`, `refund_rate`, `ring`, `shared_address`, `disposable_email` or `no_clicks`.
        weight: As the program weighs it.
    """

    name: str
    weight: int
    text: str

    @classmethod
    def those_of(cls, terms: orders.Terms, program: Program) -> list[Self]:
        """Show what spoke for a review, as the program weighs it."""
        return [
            cls(name=name, weight=weight((name,), program.watch), text=SIGNALS[name].text) for name in terms.signals
        ]


class Default(Answer):
    """What is decided about a question if nobody answers it in time.

    Attributes:
        question: `signals`: does the order look right? `foreign_refund`: what is a refund in another currency worth?
    """

    question: About
    deadline: datetime
    decision: facts.Decision


class Case(Answer, kw_only=True):
    """What an admin is asked about a reward, until when, and what is decided without an answer.

    Attributes:
        questions: `signals`: does the order look right? `foreign_refund`: what is a refund in another currency worth?
        deadline: When the first of the questions is decided without an answer.
        default_decision: What is decided about that one.
        defaults: The same for each question, since each has its own deadline.
    """

    questions: list[About]
    opened_at: datetime
    deadline: datetime
    default_decision: facts.Decision
    defaults: list[Default]

    @classmethod
    def of(cls, case: reviews.Case, program: Program, **beside: Any) -> Self:
        """Show an open case."""
        defaults = [
            Default(question=it.about, deadline=it.deadline, decision=default_of(it.about, program))
            for it in case.questions
        ]
        return cls(
            questions=[it.about for it in case.questions],
            opened_at=case.opened_at,
            deadline=case.deadline,
            default_decision=defaults[0].decision,
            defaults=defaults,
            **beside,
        )


class ForeignRefund(Answer, kw_only=True):
    """A refund in another currency than its order's, and what an admin has said that it is worth.

    Attributes:
        amount: Money paid back, `tax` and `shipping` among it.
        value: What an admin has said that it is worth, in the order's currency.
    """

    refund_id: str
    kind: facts.RefundKind
    amount: Sum | None = None
    tax: Sum | None = None
    shipping: Sum | None = None
    value: Sum | None = None


class WaitingReward(Case, kw_only=True):
    """One reward in the queue, with what it takes to decide.

    Attributes:
        amount: As the checkout sent it, before the friend's discount.
        reward: What it is worth if it is approved.
        weight: Of all signals together.
        review_at: From which weight on rewards wait; null if none does for that.
        foreign_refunds: Refunds in another currency than the order's.
    """

    order_id: str
    ambassador_id: str
    code: str
    placed_at: datetime
    amount: Sum
    friend_discount: Sum
    reward: Sum
    signals: list[Signal]
    weight: int
    review_at: int | None
    foreign_refunds: list[ForeignRefund]

    @classmethod
    def waiting(cls, opened: Open) -> Self:
        """Show a reward that waits for an admin."""
        redemption = opened.redemption
        standing, currency = redemption.standing, redemption.currency
        assert standing is not None, "a case comes with terms"
        found = Signal.those_of(standing.terms, opened.program)
        return cls.of(
            opened.case,
            opened.program,
            order_id=redemption.order_id,
            ambassador_id=redemption.ambassador_id,
            code=redemption.code,
            placed_at=redemption.placed_at,
            amount=money(redemption.amount, currency),
            friend_discount=money(redemption.friend_discount, currency),
            reward=money(standing.worth, redemption.unit),
            signals=found,
            weight=sum(signal.weight for signal in found),
            review_at=opened.program.watch.review_at,
            foreign_refunds=[
                ForeignRefund(**money_back(refund), value=money_if(opened.values.get(refund.refund_id), currency))
                for refund in opened.foreign
            ],
        )


class Review(Answer, kw_only=True):
    """An admin's decision about an order; what it says of refunds is in the order's currency.

    Attributes:
        number: Counts the decisions about this order, from 1 on. The highest counts.
        author: The id of the key that decided.
        values: By refund id, what refunds in another currency are worth in the order's.
    """

    order_id: str
    number: int
    decision: facts.Decision
    author: str
    note: str
    values: dict[str, Sum] | None = None
    at: datetime

    @classmethod
    def of(cls, decided: facts.Review, currency: str) -> Self:
        """Show a decision."""
        values = {refund_id: money(amount, currency) for refund_id, amount in decided.values.items()}
        return cls(
            order_id=decided.order_id,
            number=decided.number,
            decision=decided.decision,
            author=decided.author,
            note=decided.note,
            values=values or None,
            at=decided.recorded_at,
        )


class Result(Answer):
    """What became of one order among many: the decision, or why there is none.

    Attributes:
        reason: Why nothing was decided: as the problem of a single decision has it.
        detail: The same in words.
    """

    order_id: str
    status: Literal["decided", "failed"]
    review: Review | None = None
    reason: str | None = None
    detail: str | None = None


class Results(Answer):
    """What became of each of many orders."""

    results: list[Result]


_REFUSALS = {
    "unknown_order": (404, "No code was redeemed on this order."),
    "not_settled_yet": (409, "This order has not been settled yet."),
    "conflicting_review": (409, "Another admin decided at this moment. Look at it again."),
    "busy": (503, "The table did not answer in time. Send it again."),
}

_MISVALUED = {
    "unknown_refund": "is no refund of this order in a foreign currency that counts",
    "other_currency": "is in the currency of the order",
}


@view(
    {200: Page[WaitingReward]},
    query=PAGE,
    links=leads_to("post_review get_redemption post_release", order_id="$response.body#/items/0/order_id"),
)
def get_reviews(call: Call) -> Response:
    """List the rewards that wait for an admin, the soonest deadline first."""
    query = call.query()
    waiting, after = queue(deps.table(), position_of(query, "reviews"), limit_of(query))
    return page("/v1/reviews", query, [WaitingReward.waiting(it) for it in waiting], cursor_of(after, "reviews"))


@view({200: Results}, body=Decisions)
def post_reviews(call: Call, body: Decisions) -> Response:
    """Approve or deny many rewards alike. Each order has an answer of its own."""
    asked = dict.fromkeys(body.order_ids)
    answers = review_all(deps.table(), asked, body.decision, author=call.key.id, note=body.note, now=deps.now())
    return json(200, Results([_result(order_id, answer) for order_id, answer in answers.items()]))


@view(
    {201: Review, 200: Review},
    body=Decision,
    problems={404: ["not_found"], 409: ["not_settled_yet", "conflicting_review"], 503: ["busy"]},
)
def post_review(call: Call, body: Decision, order_id: str) -> Response:
    """Approve or deny the reward of an order, and say what refunds in a foreign currency are worth.

    Any order that has been settled can be decided on, also again: the latest decision counts, and all are kept.
    """
    answer = review(
        deps.table(),
        fields.shop_id("order_id", order_id),
        body.decision,
        author=call.key.id,
        note=body.note,
        now=deps.now(),
        values={refund_id: Money(it.amount, it.currency) for refund_id, it in body.values.items()},
    )
    if isinstance(answer, Reviewed):
        return once(Review.of(answer.review, answer.currency), replayed=answer.replayed)
    if isinstance(answer, Misvalued):
        raise bad_field(f"/values/{escaped(answer.refund_id)}", _MISVALUED[answer.reason])
    reason = _reason(answer)
    status, detail = _REFUSALS[reason]
    headers: dict[str, str | list[str]] = {"Retry-After": "5"} if reason == "not_settled_yet" else {}
    raise Problem(status, "not_found" if status == 404 else reason, detail, headers=headers)


def _result(order_id: str, answer: Outcome) -> Result:
    """What became of one order among many."""
    if isinstance(answer, Reviewed):
        return Result(order_id, "decided", review=Review.of(answer.review, answer.currency))
    reason = _reason(answer)
    return Result(order_id, "failed", reason=reason, detail=_REFUSALS[reason][1])


def _reason(answer: Outcome) -> str:
    if isinstance(answer, NotReviewable):
        return answer.reason
    assert not isinstance(answer, Misvalued), "decisions about many orders bring no values"
    return "conflicting_review" if isinstance(answer, Conflicting) else "busy"
