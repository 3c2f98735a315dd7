"""Balances corrected by hand, and the second admin who decides on large corrections."""

from chalice.app import Response

from chalicelib import deps
from chalicelib.api.reviews import Decision
from chalicelib.api.subject import known_ambassador
from chalicelib.domain.accounts.adjustments import AlreadyDecided, UnknownUnit
from chalicelib.domain.model.accounts import Adjustment
from chalicelib.edge import fields
from chalicelib.edge.answers import Body, given, json, money, once
from chalicelib.edge.call import Call
from chalicelib.edge.fields import (
    Change,
    Note,
    Shape,
)
from chalicelib.edge.idempotency import idempotency_key, reused
from chalicelib.edge.paging import listed
from chalicelib.edge.problems import Problem, bad_field, not_found
from chalicelib.edge.views import view
from chalicelib.operations.accounts.adjustments import NoSecond, Wanted, ask_to_adjust, decide_adjustment
from chalicelib.operations.once import Reused


class NewAdjustment(Shape):
    """A correction of a balance, and why."""

    amount: Change
    reason: Note


@view({200: dict}, body=NewAdjustment, keyed=True)
def post_adjustment(call: Call, body: NewAdjustment, ambassador_id: str) -> Response:
    """Correct a balance by hand: at once, or (202) when a second admin approves."""
    if body.amount.amount == 0:
        raise bad_field("/amount/amount", "is not zero")
    known = known_ambassador(ambassador_id).ambassador_id
    answer = ask_to_adjust(
        deps.table(),
        Wanted(known, body.amount.amount, fields.unit_of(body.amount), body.reason),
        deps.program(),
        by=call.key,
        idempotency_key=idempotency_key(call, body),
        now=deps.now(),
        chance=deps.chance(),
    )
    if isinstance(answer, Reused):
        raise reused()
    if isinstance(answer, UnknownUnit):
        detail = "Neither does the program grant this unit, nor does the ambassador have any of it."
        raise Problem(422, "unknown_unit", detail)
    shown = adjustment_shown(answer.adjustment)
    if answer.adjustment.state == "waiting" and not answer.replayed:
        return json(202, shown)
    return once(shown, replayed=answer.replayed)


@view({200: dict}, query={"limit": str, "cursor": str})
def get_adjustments(call: Call) -> Response:
    """List the adjustments that wait for a second admin, the newest first."""
    return listed(
        "/v1/adjustments",
        call.query(),
        "adjustments",
        deps.table().list_adjustments,
        lambda found: [adjustment_shown(it) for it in found if it.state == "waiting"],
    )


@view({200: dict})
def get_adjustment(call: Call, adjustment_id: str) -> Response:
    """Show an adjustment, and how it was decided."""
    call.query()
    stored = deps.table().read_adjustment(fields.path_id("id", adjustment_id))
    if stored is None:
        raise not_found("There is no such adjustment.")
    return json(200, adjustment_shown(stored))


@view({200: dict}, body=Decision)
def post_adjustment_decision(call: Call, body: Decision, adjustment_id: str) -> Response:
    """Approve or deny an adjustment as the second admin."""
    known = fields.path_id("id", adjustment_id)
    answer = decide_adjustment(
        deps.table(), known, body.decision, deps.program(), by=call.key, note=body.note, now=deps.now()
    )
    if answer is None:
        raise not_found("There is no such adjustment.")
    if isinstance(answer, NoSecond):
        detail = "It takes a key of another owner than the author's, and none that a key of that owner has made."
        raise Problem(403, "second_admin_required", detail)
    if isinstance(answer, AlreadyDecided):
        raise Problem(409, "conflicting_repeat", "This adjustment does not wait for a decision, and stays as it is.")
    return once(adjustment_shown(answer.adjustment), replayed=answer.replayed)


def adjustment_shown(stored: Adjustment) -> Body:
    """A correction by hand, and how it was decided if it had to wait."""
    optional = {"decided_at": stored.decided_at, "decided_by": stored.decided_by, "note": stored.note}
    return {
        "id": stored.id,
        "ambassador_id": stored.ambassador_id,
        "status": stored.state,
        "amount": money(stored.amount, stored.unit),
        "reason": stored.reason,
        "author": stored.author,
        "created_at": stored.created_at,
        **given(optional),
    }
