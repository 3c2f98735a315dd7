"""The queue of rewards that wait for an admin, and what the admin decides."""

from chalice.app import Response

from chalicelib import deps
from chalicelib.api import present, schemas
from chalicelib.documents import escaped
from chalicelib.domain.money import Money
from chalicelib.edge import fields
from chalicelib.edge.answers import json, once
from chalicelib.edge.call import Call
from chalicelib.edge.paging import cursor_of, limit_of, page, position_of
from chalicelib.edge.problems import Problem, bad_field
from chalicelib.edge.views import view
from chalicelib.operations.orders.answers import Conflicting
from chalicelib.operations.orders.reviews import Answer, Misvalued, NotReviewable, Reviewed, queue, review, review_all

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


@view({200: dict}, query={"limit": str, "cursor": str})
def get_reviews(call: Call) -> Response:
    """List the rewards that wait for an admin, the soonest deadline first."""
    query = call.query()
    waiting, after = queue(deps.table(), position_of(query, "reviews"), limit_of(query))
    return page("/v1/reviews", query, [present.waiting(it) for it in waiting], cursor_of(after, "reviews"))


@view({200: dict}, body=schemas.Decisions)
def post_reviews(call: Call, body: schemas.Decisions) -> Response:
    """Approve or deny many rewards alike. Each order has an answer of its own."""
    asked = dict.fromkeys(body.order_ids)
    answers = review_all(deps.table(), asked, body.decision, author=call.key.id, note=body.note, now=deps.now())
    return json(200, {"results": [_result(order_id, answer) for order_id, answer in answers.items()]})


@view({200: dict}, body=schemas.Decision)
def post_review(call: Call, body: schemas.Decision, order_id: str) -> Response:
    """Approve or deny the reward of an order, and say what refunds in a foreign currency are worth."""
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
        return once(present.review(answer.review, answer.currency), replayed=answer.replayed)
    if isinstance(answer, Misvalued):
        raise bad_field(f"/values/{escaped(answer.refund_id)}", _MISVALUED[answer.reason])
    reason = _reason(answer)
    status, detail = _REFUSALS[reason]
    headers: dict[str, str | list[str]] = {"Retry-After": "5"} if reason == "not_settled_yet" else {}
    raise Problem(status, "not_found" if status == 404 else reason, detail, headers=headers)


def _result(order_id: str, answer: "Answer") -> present.Body:
    """What became of one order among many."""
    if isinstance(answer, Reviewed):
        return {"order_id": order_id, "status": "decided", "review": present.review(answer.review, answer.currency)}
    reason = _reason(answer)
    return {"order_id": order_id, "status": "failed", "reason": reason, "detail": _REFUSALS[reason][1]}


def _reason(answer: "Answer") -> str:

    if isinstance(answer, NotReviewable):
        return answer.reason
    assert not isinstance(answer, Misvalued), "decisions about many orders bring no values"
    return "conflicting_review" if isinstance(answer, Conflicting) else "busy"
