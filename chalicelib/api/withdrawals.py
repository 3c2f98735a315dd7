"""Money that leaves an account: coupons, which ambassadors ask for and the checkout uses, and payouts."""

from collections.abc import Callable
from datetime import datetime

from chalice.app import Response

from chalicelib import deps
from chalicelib.api.subject import known_ambassador, stopped
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
from chalicelib.edge.answers import Body, given, json, money, once
from chalicelib.edge.call import Call
from chalicelib.edge.fields import (
    Counted,
    Id,
    Note,
    Reference,
    Shape,
)
from chalicelib.edge.idempotency import idempotency_key, reused
from chalicelib.edge.paging import listed
from chalicelib.edge.problems import Problem, bad_field, not_found
from chalicelib.edge.views import view
from chalicelib.operations.accounts.withdrawals import Wanted, find_coupon, finish, return_money, withdraw
from chalicelib.operations.once import Reused


class Spend(Shape):
    """What an ambassador wants as a coupon: money, or points that are worth some."""

    amount: Counted


class CouponConfirm(Shape):
    """The order on which a coupon was used."""

    order_id: Id


class CouponCancel(Shape):
    """A coupon that is not used after all. The path says all."""


class Payout(Shape):
    """fields.Money that is to be paid out, and how the shop calls that."""

    amount: fields.Money
    reference: Reference | None = None
    note: Note | None = None


class PayoutConfirm(Shape):
    """The payment that was made."""

    reference: Reference


class PayoutCancel(Shape):
    """Why a payout was not made."""

    note: Note


class Return(Shape):
    """What came back of a coupon or a payout that was confirmed, and why; without an amount all that is left of it."""

    note: Note
    amount: Counted | None = None


REFUSALS: dict[Obstacle, str] = {
    "insufficient_balance": "There is less than that available.",
    "below_minimum": "That is less than the least that can be taken out at once.",
    "currency_mismatch": "Only money in the program's currency can be taken out.",
    "not_spendable": "The program does not say what this unit is worth, so it can't be spent.",
    "not_divisible": "That makes no whole number of steps: the program says how many of the unit are worth how much.",
}
_STATES = {"pending": "reserved", "confirmed": "confirmed", "cancelled": "cancelled"}


# --- coupons ----------------------------------------------------------------------------------------------------------


@view({200: dict}, body=Spend, keyed=True)
def post_spend(call: Call, body: Spend, ambassador_id: str) -> Response:
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


@view({200: dict}, body=CouponConfirm)
def post_coupon_confirm(call: Call, body: CouponConfirm, code: str) -> Response:
    """Use up a coupon on an order."""
    return _finish(call, _coupon(code), "confirmed", body.order_id)


@view({200: dict}, body=CouponCancel)
def post_coupon_cancel(call: Call, body: CouponCancel, code: str) -> Response:
    """Give the money of a coupon back to the ambassador."""
    return _finish(call, _coupon(code), "cancelled", None)


@view({200: dict}, body=Return, keyed=True)
def post_coupon_return(call: Call, body: Return, code: str) -> Response:
    """Give back what a confirmed coupon was not needed for, wholly or in part."""
    return _return(call, body, lambda: _coupon(code))


# --- payouts ----------------------------------------------------------------------------------------------------------


@view({200: dict}, body=Payout, keyed=True)
def post_payout(call: Call, body: Payout, ambassador_id: str) -> Response:
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


@view({200: dict}, body=PayoutConfirm)
def post_payout_confirm(call: Call, body: PayoutConfirm, payout_id: str) -> Response:
    """Say that a payout was made."""
    return _finish(call, _payout(payout_id), "confirmed", body.reference)


@view({200: dict}, body=PayoutCancel)
def post_payout_cancel(call: Call, body: PayoutCancel, payout_id: str) -> Response:
    """Say that a payout has surely not been made: the ambassador has the money again."""
    return _finish(call, _payout(payout_id), "cancelled", body.note)


@view({200: dict}, body=Return, keyed=True)
def post_payout_return(call: Call, body: Return, payout_id: str) -> Response:
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


def _return(call: Call, told: Return, find: Callable[[], Withdrawal]) -> Response:
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


def _shown(stored: Withdrawal) -> Body:
    return withdrawal_shown(stored, deps.now())


def _counted(told: fields.Counted) -> Money:
    return Money(told.amount, fields.unit_of(told))


def withdrawal_shown(stored: Withdrawal, now: datetime) -> Body:
    """A coupon, or a payout. One that is closed shows what it was closed with."""
    return _coupon_shown(stored, now) if stored.kind == "spend" else _payout_shown(stored)


def _coupon_shown(spend: Withdrawal, now: datetime) -> Body:
    from chalicelib.domain.accounts.withdrawals import has_expired

    confirmed = spend.state == "confirmed"
    return {
        "id": spend.id,
        "code": spend.code,
        "ambassador_id": spend.ambassador_id,
        "status": "expired" if has_expired(spend, now) else spend.state,
        **_spent(spend),
        "created_at": spend.created_at,
        "expires_at": spend.expires_at,
        **given({"order_id": spend.closing if confirmed else None, "closed_at": spend.closed_at}),
        **_returned(spend),
    }


def _payout_shown(payout: Withdrawal) -> Body:
    reference = payout.closing if payout.state == "confirmed" else payout.reference
    note = payout.closing if payout.state == "cancelled" else payout.note
    optional = {"reference": reference, "note": note, "closed_at": payout.closed_at, "closed_by": payout.closed_by}
    return {
        "id": payout.id,
        "ambassador_id": payout.ambassador_id,
        "status": "pending" if payout.state == "reserved" else payout.state,
        "amount": money(payout.amount, payout.currency),
        "author": payout.author,
        "created_at": payout.created_at,
        **given(optional),
        **_returned(payout),
    }


def _spent(spend: Withdrawal) -> Body:
    """What a coupon takes off a price, and what the ambassador gave for it if that was no money."""
    given = money(spend.amount, spend.currency)
    return (
        {"amount": money(spend.worth.amount, spend.worth.currency), "spent": given}
        if spend.worth
        else {"amount": given}
    )


def _returned(stored: Withdrawal) -> Body:
    """What came back of it after it was confirmed, if anything did."""
    return {"returned": money(stored.returned, stored.currency)} if stored.returned else {}
