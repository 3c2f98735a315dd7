"""What admins do to an account by hand: adjustments, and gifts that they send."""

from chalice.app import Blueprint, Response

from chalicelib import deps
from chalicelib.api import present, schemas
from chalicelib.api.ambassadors import known_ambassador
from chalicelib.api.auth import Call, json, once, route
from chalicelib.api.pages import listed
from chalicelib.api.problems import Problem, bad_field, not_found
from chalicelib.api.repeats import attempt, reused
from chalicelib.domain.model import Gift, Suspension
from chalicelib.operations.attempts import Reused

blueprint = Blueprint(__name__)


@route(blueprint, "POST", "/v1/ambassadors/{ambassador_id}/adjustments", "admin:write")
def post_adjustment(call: Call, ambassador_id: str) -> Response:
    """Correct a balance by hand: at once, or (202) when a second admin approves."""
    from chalicelib.domain.adjustments import UnknownUnit
    from chalicelib.operations.adjust import Wanted, ask_to_adjust

    told = call.body(schemas.NewAdjustment)
    if told.amount.amount == 0:
        raise bad_field("/amount/amount", "is not zero")
    known = known_ambassador(ambassador_id).ambassador_id
    answer = ask_to_adjust(
        deps.table(),
        Wanted(known, told.amount.amount, schemas.unit_of(told.amount), told.reason),
        deps.program(),
        by=call.key,
        attempt=attempt(call, told),
        now=deps.now(),
        chance=deps.chance(),
    )
    if isinstance(answer, Reused):
        raise reused()
    if isinstance(answer, UnknownUnit):
        detail = "Neither does the program grant this unit, nor does the ambassador have any of it."
        raise Problem(422, "unknown_unit", detail)
    shown = present.adjustment(answer.adjustment)
    if answer.adjustment.state == "waiting" and not answer.replayed:
        return json(202, shown)
    return once(shown, replayed=answer.replayed)


@route(blueprint, "GET", "/v1/adjustments", "admin:read")
def get_adjustments(call: Call) -> Response:
    """List the adjustments that wait for a second admin, the newest first."""
    return listed(
        "/v1/adjustments",
        call.query("limit", "cursor"),
        "adjustments",
        deps.table().list_adjustments,
        lambda found: [present.adjustment(it) for it in found if it.state == "waiting"],
    )


@route(blueprint, "GET", "/v1/adjustments/{adjustment_id}", "admin:read")
def get_adjustment(call: Call, adjustment_id: str) -> Response:
    """Show an adjustment, and how it was decided."""
    call.query()
    stored = deps.table().read_adjustment(schemas.path_id("id", adjustment_id))
    if stored is None:
        raise not_found("There is no such adjustment.")
    return json(200, present.adjustment(stored))


@route(blueprint, "POST", "/v1/adjustments/{adjustment_id}/decision", "admin:write")
def post_adjustment_decision(call: Call, adjustment_id: str) -> Response:
    """Approve or deny an adjustment as the second admin."""
    from chalicelib.domain.adjustments import Already
    from chalicelib.operations.adjust import NoSecond, decide_adjustment

    told, known = call.body(schemas.Decision), schemas.path_id("id", adjustment_id)
    answer = decide_adjustment(
        deps.table(), known, told.decision, deps.program(), by=call.key, note=told.note, now=deps.now()
    )
    if answer is None:
        raise not_found("There is no such adjustment.")
    if isinstance(answer, NoSecond):
        detail = "It takes a key of another owner than the author's, and none that a key of that owner has made."
        raise Problem(403, "second_admin_required", detail)
    if isinstance(answer, Already):
        raise Problem(409, "conflicting_repeat", "This adjustment does not wait for a decision, and stays as it is.")
    return once(present.adjustment(answer.adjustment), replayed=answer.replayed)


@route(blueprint, "POST", "/v1/ambassadors/{ambassador_id}/suspend", "admin:write")
def post_suspend(call: Call, ambassador_id: str) -> Response:
    """Stop what leaves an ambassador's account. Codes stay as they are unless they are paused as well: it says so."""
    from chalicelib.operations.codes import codes_of
    from chalicelib.operations.suspend import suspend

    told, profile = call.body(schemas.Suspend), known_ambassador(ambassador_id)
    table, by = deps.table(), call.key.id
    answer = suspend(table, profile.ambassador_id, pause_codes=told.pause_codes, by=by, note=told.note, now=deps.now())
    codes = {"codes": [present.code(code) for code in codes_of(table, profile)]}
    return once({**_decided(answer.suspension), **codes}, replayed=answer.replayed)


@route(blueprint, "POST", "/v1/ambassadors/{ambassador_id}/reinstate", "admin:write")
def post_reinstate(call: Call, ambassador_id: str) -> Response:
    """Let go on what leaves an ambassador's account. Codes that were paused stay so."""
    from chalicelib.operations.suspend import reinstate

    told, known = call.body(schemas.Reinstate), known_ambassador(ambassador_id).ambassador_id
    answer = reinstate(deps.table(), known, deps.program(), by=call.key.id, note=told.note, now=deps.now())
    if answer is None:
        raise Problem(409, "not_suspended", "This ambassador was never suspended.")
    return once(_decided(answer.suspension), replayed=answer.replayed)


@route(blueprint, "GET", "/v1/gifts", "admin:read")
def get_gifts(call: Call) -> Response:
    """List the gifts that somebody has to send, the oldest first, and whether their ambassadors still have them."""
    return listed("/v1/gifts", call.query("limit", "cursor"), "gifts", deps.table().list_gifts, _to_send)


@route(blueprint, "POST", "/v1/gifts/{gift_id}/sent", "admin:write")
def post_gift_sent(call: Call, gift_id: str) -> Response:
    """Say that a gift was sent."""
    from chalicelib.domain.gifts import Already
    from chalicelib.domain.suspensions import Stopped
    from chalicelib.operations.send_gifts import mark_sent

    told, known = call.body(schemas.GiftSent), schemas.path_id("id", gift_id)
    answer = mark_sent(deps.table(), known, deps.program(), author=call.key.id, note=told.note, now=deps.now())
    if answer is None:
        raise not_found("There is no such gift.")
    if isinstance(answer, Stopped):
        detail = "Its ambassador is suspended: keep it until somebody reinstates the account."
        raise Problem(409, "not_available_now", detail)
    if answer.gift.state == "withdrawn":
        raise Problem(409, "gift_withdrawn", "The ambassador does not have this gift any more. Don't send it.")
    if isinstance(answer, Already):
        raise Problem(409, "conflicting_repeat", "This gift was reported as sent with another note, which stays.")
    return once(present.gift(answer.gift), replayed=answer.replayed)


def _decided(suspension: Suspension) -> present.Body:
    return {"ambassador_id": suspension.ambassador_id, **present.suspension(suspension)}


def _to_send(found: list[Gift]) -> list[present.Body]:
    from chalicelib.domain.gifts import earned_by, pieces
    from chalicelib.operations.tries import accounts_of

    accounts = accounts_of(deps.table(), (gift.ambassador_id for gift in found))
    earning = dict.fromkeys(order_id for gift in found if (order_id := earned_by(gift)))
    orders = {it.order_id: it for it in deps.table().read_redemptions(earning)}
    to_send = {it.id: pieces(it, accounts[it.ambassador_id], orders.get(earned_by(it) or "")) for it in found}
    return [
        {
            **present.gift(gift),
            "covered": to_send[gift.id] == gift.amount,
            "pieces": to_send[gift.id],
            "suspended": accounts[gift.ambassador_id].suspended,
        }
        for gift in found
        if gift.state == "open"
    ]
