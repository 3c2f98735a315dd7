"""Balances corrected by hand, and the second admin who decides on large corrections."""

from datetime import datetime
from typing import Literal, Self

from chalice.app import Response

from chalicelib import deps
from chalicelib.api.subject import known_ambassador
from chalicelib.domain.accounts.adjustments import AlreadyDecided, UnknownUnit
from chalicelib.domain.model import accounts, facts
from chalicelib.domain.model.access import ApiKey
from chalicelib.edge import fields
from chalicelib.edge.answers import Answer, Sum, json, money, once
from chalicelib.edge.call import Call
from chalicelib.edge.fields import Change, Note, Shape
from chalicelib.edge.idempotency import idempotency_key, reused
from chalicelib.edge.paging import PAGE, Page, listed
from chalicelib.edge.problems import Problem, bad_field, not_found
from chalicelib.edge.views import leads_to, view
from chalicelib.operations.access.api_keys import may_second
from chalicelib.operations.accounts.adjustments import (
    Adjusted,
    AlreadyUndone,
    NoSecond,
    NotPosted,
    Wanted,
    ask_to_adjust,
    decide_adjustment,
    undo_adjustment,
)
from chalicelib.operations.once import Reused


class NewAdjustment(Shape):
    """A correction of a balance, and why.

    Attributes:
        reason: Stands in the ledger, where the ambassador reads it too.
    """

    amount: Change
    reason: Note


class AdjustmentDecision(Shape):
    """What the second admin decides about an adjustment, and why."""

    decision: facts.Decision
    note: Note


class AdjustmentUndone(Shape):
    """Why an adjustment is taken back.

    Attributes:
        note: Stands in the ledger, where the ambassador reads it too.
    """

    note: Note


class Adjustment(Answer):
    """A correction of a balance by hand, and how it was decided if it had to wait.

    Attributes:
        status: `waiting`: for a second admin. `denied`: nothing was posted.
        author: The id of the key that asked.
        owner: Whose key that is.
        may_decide: Whether the key that reads this may be the second admin.
        decided_by: The id of the second admin's key.
        note: What the second admin wrote.
        undoes: The adjustment that this one takes back.
        undone_by: The adjustment that takes this one back, or will if a second admin approves it.
    """

    id: str
    ambassador_id: str
    status: Literal["waiting", "posted", "denied"]
    amount: Sum
    reason: str
    author: str
    owner: str
    may_decide: bool
    created_at: datetime
    decided_at: datetime | None = None
    decided_by: str | None = None
    note: str | None = None
    undoes: str | None = None
    undone_by: str | None = None

    @classmethod
    def of(cls, adjustment: accounts.Adjustment, reader: ApiKey) -> Self:
        """Show an adjustment to whoever reads it with a key."""
        return cls(
            id=adjustment.id,
            ambassador_id=adjustment.ambassador_id,
            status=adjustment.state,
            amount=money(adjustment.amount, adjustment.unit),
            reason=adjustment.reason,
            author=adjustment.author,
            owner=adjustment.owner,
            may_decide=adjustment.state == "waiting" and may_second(adjustment.owner, reader),
            created_at=adjustment.created_at,
            decided_at=adjustment.decided_at,
            decided_by=adjustment.decided_by,
            note=adjustment.note,
            undoes=adjustment.undoes,
            undone_by=adjustment.undone_by,
        )


@view(
    {201: Adjustment, 202: Adjustment, 200: Adjustment},
    body=NewAdjustment,
    keyed=True,
    problems={404: ["not_found"], 422: ["unknown_unit"]},
    links=leads_to("get_adjustment post_adjustment_decision", adjustment_id="$response.body#/id"),
)
def post_adjustment(call: Call, body: NewAdjustment, ambassador_id: str) -> Response:
    """Correct a balance by hand: at once, or (202) when a second admin approves.

    It waits if it is above the program's `adjustment_limit`. A limit that was raised or lifted holds for a day longer.
    The balance may go below zero; later rewards pay that off.
    """
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
        raise _unknown_unit()
    return _asked(call, answer)


@view(
    {200: Page[Adjustment]},
    query=PAGE,
    links=leads_to("post_adjustment_decision", adjustment_id="$response.body#/items/0/id"),
)
def get_adjustments(call: Call) -> Response:
    """List the adjustments that wait for a second admin, the newest first."""
    return listed(
        "/v1/adjustments",
        call.query(),
        "adjustments",
        deps.table().list_adjustments,
        lambda adjustments: [Adjustment.of(it, call.key) for it in adjustments if it.state == "waiting"],
    )


@view({200: Adjustment}, problems={404: ["not_found"]})
def get_adjustment(call: Call, adjustment_id: str) -> Response:
    """Show an adjustment, and how it was decided."""
    call.query()
    stored = deps.table().read_adjustment(fields.path_id("id", adjustment_id))
    if stored is None:
        raise not_found("There is no such adjustment.")
    return json(200, Adjustment.of(stored, call.key))


@view(
    {201: Adjustment, 200: Adjustment},
    body=AdjustmentDecision,
    problems={403: ["second_admin_required"], 404: ["not_found"], 409: ["conflicting_repeat"]},
)
def post_adjustment_decision(call: Call, body: AdjustmentDecision, adjustment_id: str) -> Response:
    """Approve or deny an adjustment as the second admin.

    That takes a key of another owner than the author's, and none that a key of that owner has made.
    """
    known = fields.path_id("id", adjustment_id)
    answer = decide_adjustment(
        deps.table(), known, body.decision, deps.program(), by=call.key, note=body.note, now=deps.now()
    )
    if answer is None:
        raise not_found("There is no such adjustment.")
    if isinstance(answer, NoSecond):
        detail = (
            "It takes a key of another owner than the author's, and none that a key of that owner has made: whoever "
            "they have made an admin can't second them. The operator makes one who can."
        )
        raise Problem(403, "second_admin_required", detail)
    if isinstance(answer, AlreadyDecided):
        raise Problem(409, "conflicting_repeat", "This adjustment does not wait for a decision, and stays as it is.")
    return once(Adjustment.of(answer.adjustment, call.key), replayed=answer.replayed)


@view(
    {201: Adjustment, 202: Adjustment, 200: Adjustment},
    body=AdjustmentUndone,
    problems={404: ["not_found"], 409: ["adjustment_not_posted", "already_undone"], 422: ["unknown_unit"]},
    links=leads_to("get_adjustment post_adjustment_decision", adjustment_id="$response.body#/id"),
)
def post_adjustment_undo(call: Call, body: AdjustmentUndone, adjustment_id: str) -> Response:
    """Take an adjustment back by another one of the opposite amount, which is the answer: its `undoes` names the first.

    It goes the way of every adjustment: above the program's `adjustment_limit` it waits (202) for a second admin. If
    that one denies it, the first may be undone again. The one that undoes may be undone too.
    """
    known = fields.path_id("id", adjustment_id)
    answer = undo_adjustment(
        deps.table(), known, deps.program(), by=call.key, note=body.note, now=deps.now(), chance=deps.chance()
    )
    if answer is None:
        raise not_found("There is no such adjustment.")
    if isinstance(answer, NotPosted):
        raise Problem(
            409, "adjustment_not_posted", "Nothing was posted for this adjustment, so there is nothing to undo."
        )
    if isinstance(answer, AlreadyUndone):
        detail = f"{answer.by.id} takes this adjustment back already" + (
            ", when a second admin approves." if answer.by.state == "waiting" else "."
        )
        raise Problem(409, "already_undone", detail)
    if isinstance(answer, UnknownUnit):
        raise _unknown_unit()
    return _asked(call, answer)


def _asked(call: Call, answer: Adjusted) -> Response:
    shown = Adjustment.of(answer.adjustment, call.key)
    if answer.adjustment.state == "waiting" and not answer.replayed:
        return json(202, shown)
    return once(shown, replayed=answer.replayed)


def _unknown_unit() -> Problem:
    detail = "Neither does the program grant this unit, nor does the ambassador have any of it."
    return Problem(422, "unknown_unit", detail)
