"""Money that leaves an account: coupons, which ambassadors ask for and the checkout uses, and payouts."""

from collections.abc import Callable

from chalice.app import Response

from chalicelib import deps
from chalicelib.api import present, schemas
from chalicelib.api.ambassadors import known_ambassador, stopped
from chalicelib.domain.accounts.suspensions import Stopped
from chalicelib.domain.accounts.withdrawals import (
    AlreadyClosed,
    Ending,
    NotConfirmed,
    NotMoved,
    Obstacle,
    TooLate,
    TooMuch,
    has_expired,
)
from chalicelib.domain.model.accounts import Withdrawal
from chalicelib.domain.money import Money, is_currency
from chalicelib.domain.people.codes import normal_code
from chalicelib.edge import fields
from chalicelib.edge.answers import json, once
from chalicelib.edge.call import Call
from chalicelib.edge.idempotency import idempotency_key, reused
from chalicelib.edge.paging import listed
from chalicelib.edge.problems import Problem, bad_field, not_found
from chalicelib.edge.views import view
from chalicelib.operations.accounts.withdrawals import Wanted, find_coupon, finish, return_money, withdraw
from chalicelib.operations.once import Reused

REFUSALS: dict[Obstacle, str] = {
    "insufficient_balance": "There is less than that available.",
    "below_minimum": "That is less than the least that can be taken out at once.",
    "currency_mismatch": "Only money in the program's currency can be taken out.",
    "not_spendable": "The program does not say what this unit is worth, so it can't be spent.",
    "not_divisible": "That makes no whole number of steps: the program says how many of the unit are worth how much.",
}
_STATES = {"pending": "reserved", "confirmed": "confirmed", "cancelled": "cancelled"}


# --- coupons ----------------------------------------------------------------------------------------------------------


@view({200: dict}, body=schemas.Spend, keyed=True)
def post_spend(call: Call, body: schemas.Spend, ambassador_id: str) -> Response:
    """Turn available money, or points that are worth some, into a coupon for the shop."""
    return _withdraw(call, body, Wanted("spend", ambassador_id, _counted(body.amount)))


@view({200: dict}, query={"limit": str, "cursor": str})
def get_spends(call: Call, ambassador_id: str) -> Response:
    """List an ambassador's coupons, the newest first."""
    query, table, profile = call.query(), deps.table(), known_ambassador(ambassador_id)
    known = profile.ambassador_id
    return listed(
        f"/v1/ambassadors/{known}/spends",
        query,
        f"spends:{known}",
        lambda after, limit: table.list_spends(profile.kin, after, limit),
        lambda found: [_shown(spend) for spend in found],
    )


@view({200: dict})
def get_coupon(call: Call, code: str) -> Response:
    """Show a coupon: what it is worth, and whether it can still be used."""
    call.query()
    return json(200, _shown(_coupon(code)))


@view({200: dict}, body=schemas.CouponConfirm)
def post_coupon_confirm(call: Call, body: schemas.CouponConfirm, code: str) -> Response:
    """Use up a coupon on an order."""
    return _finish(call, _coupon(code), "confirmed", body.order_id)


@view({200: dict}, body=schemas.CouponCancel)
def post_coupon_cancel(call: Call, body: schemas.CouponCancel, code: str) -> Response:
    """Give the money of a coupon back to the ambassador."""
    return _finish(call, _coupon(code), "cancelled", None)


@view({200: dict}, body=schemas.Return, keyed=True)
def post_coupon_return(call: Call, body: schemas.Return, code: str) -> Response:
    """Give back what a confirmed coupon was not needed for, wholly or in part."""
    return _return(call, body, lambda: _coupon(code))


# --- payouts ----------------------------------------------------------------------------------------------------------


@view({200: dict}, body=schemas.Payout, keyed=True)
def post_payout(call: Call, body: schemas.Payout, ambassador_id: str) -> Response:
    """Reserve money of an ambassador that is to be paid out by other means."""
    known, author = known_ambassador(ambassador_id).ambassador_id, call.key.id
    amount = Money(body.amount.amount, body.amount.currency)
    return _withdraw(call, body, Wanted("payout", known, amount, author, body.reference, body.note))


@view({200: dict}, query={"state": str, "limit": str, "cursor": str})
def get_payouts(call: Call) -> Response:
    """List payouts in one state, the newest first; without a state, those that nobody has reported on."""
    query, table = call.query(), deps.table()
    named = query.get("state", "pending")
    if named not in _STATES:
        raise bad_field("?state", f"is one of {', '.join(_STATES)}")
    state = _STATES[named]
    return listed(
        "/v1/payouts",
        query,
        f"payouts:{state}",
        lambda after, limit: table.list_payouts(state, after, limit),
        lambda found: [_shown(payout) for payout in found if payout.state == state],
    )


@view({200: dict})
def get_payout(call: Call, payout_id: str) -> Response:
    """Show a payout."""
    call.query()
    return json(200, _shown(_payout(payout_id)))


@view({200: dict}, body=schemas.PayoutConfirm)
def post_payout_confirm(call: Call, body: schemas.PayoutConfirm, payout_id: str) -> Response:
    """Say that a payout was made."""
    return _finish(call, _payout(payout_id), "confirmed", body.reference)


@view({200: dict}, body=schemas.PayoutCancel)
def post_payout_cancel(call: Call, body: schemas.PayoutCancel, payout_id: str) -> Response:
    """Say that a payout has surely not been made: the ambassador has the money again."""
    return _finish(call, _payout(payout_id), "cancelled", body.note)


@view({200: dict}, body=schemas.Return, keyed=True)
def post_payout_return(call: Call, body: schemas.Return, payout_id: str) -> Response:
    """Say that a payout came back from the bank, wholly or in part: the ambassador has the money again."""
    return _return(call, body, lambda: _payout(payout_id))


# --- both -------------------------------------------------------------------------------------------------------------


def _withdraw(call: Call, told: fields.Shape, wanted: "Wanted") -> Response:

    made = withdraw(
        deps.table(),
        wanted,
        deps.program(),
        idempotency_key=idempotency_key(call, told),
        now=deps.now(),
        chance=deps.chance(),
    )
    if isinstance(made, Reused):
        raise reused()
    if isinstance(made, Stopped):
        raise stopped(call, wanted.ambassador_id)
    if isinstance(made, NotMoved):
        raise Problem(422, made.reason, REFUSALS[made.reason])
    return once(_shown(made.withdrawal), replayed=made.replayed)


def _finish(call: Call, was: Withdrawal, step: Ending, closing: str | None) -> Response:

    answer = finish(deps.table(), was.id, step, deps.program(), by=call.key.id, closing=closing, now=deps.now())
    if isinstance(answer, AlreadyClosed | TooLate):
        raise _stands(answer.withdrawal, step)
    return once(_shown(answer.withdrawal), replayed=answer.replayed)


def _return(call: Call, told: schemas.Return, find: Callable[[], Withdrawal]) -> Response:
    key, amount = idempotency_key(call, told), _counted(told.amount) if told.amount else None
    if amount is not None and amount.amount == 0:
        raise bad_field("/amount/amount", "is not zero")
    was = find()
    if amount is not None and amount.currency not in {was.currency, was.worth and was.worth.currency}:
        raise Problem(422, "currency_mismatch", f"It was in {was.currency}, and comes back as that.")
    table, program, by, now = deps.table(), deps.program(), call.key.id, deps.now()
    answer = return_money(table, was.id, amount, program, by=by, note=told.note, idempotency_key=key, now=now)
    if isinstance(answer, Reused):
        raise reused()
    if isinstance(answer, NotMoved):
        raise Problem(422, answer.reason, REFUSALS[answer.reason])
    if isinstance(answer, NotConfirmed):
        raise _not_confirmed(answer.withdrawal)
    if isinstance(answer, TooMuch):
        raise _too_much(answer.withdrawal)
    return once(_shown(answer.withdrawal), replayed=answer.replayed)


def _not_confirmed(stored: Withdrawal) -> Problem:
    name = "coupon" if stored.kind == "spend" else "payout"
    detail = f"This {name} was not confirmed, so there is nothing to return."
    return Problem(409, f"{name}_not_confirmed", f"{detail} Cancel it." if stored.state == "reserved" else detail)


def _too_much(stored: Withdrawal) -> Problem:
    name, left = "coupon" if stored.kind == "spend" else "payout", stored.amount - stored.returned
    counted = f"{stored.currency} (minor units)" if is_currency(stored.currency) else stored.currency
    some = f"Only {left} {counted} of this {name} are left to return."
    return Problem(409, "more_than_left", some if left else f"All of this {name} has been returned before.")


def _stands(stored: Withdrawal, step: Ending) -> Problem:
    """Say what stands instead of what was asked for."""
    name = "coupon" if stored.kind == "spend" else "payout"
    if stored.state == step:
        return Problem(409, "conflicting_repeat", f"This {name} was {step} with other content, which stays as it is.")
    if stored.state == "confirmed":
        return Problem(409, f"{name}_confirmed", f"This {name} was confirmed, which stays as it is.")
    why = "has expired" if has_expired(stored, deps.now()) else "was cancelled"
    return Problem(409, f"{name}_cancelled", f"This {name} {why}, which stays as it is.")


def _coupon(typed: str) -> Withdrawal:

    code = normal_code(typed)
    found = find_coupon(deps.table(), code) if code else None
    if found is None:
        raise not_found("There is no such coupon.")
    return found


def _payout(payout_id: str) -> Withdrawal:
    found = deps.table().read_withdrawal(fields.path_id("id", payout_id))
    if found is None or found.kind != "payout":
        raise not_found("There is no such payout.")
    return found


def _shown(stored: Withdrawal) -> present.Body:
    return present.withdrawal(stored, deps.now())


def _counted(told: fields.Counted) -> Money:
    return Money(told.amount, fields.unit_of(told))
