"""Payouts: rewards that the store transfers as money, and how that went."""

from datetime import datetime
from typing import Annotated, Literal, Self

from chalice.app import Response
from msgspec import Meta

from chalicelib import deps
from chalicelib.api.subject import known_ambassador
from chalicelib.api.withdrawals import Return, finish, give_back, withdraw
from chalicelib.domain.model.accounts import Withdrawal
from chalicelib.domain.money import Money
from chalicelib.edge import fields
from chalicelib.edge.answers import Answer, Sum, json, money, once
from chalicelib.edge.call import Call
from chalicelib.edge.fields import Note, Reference, Shape
from chalicelib.edge.paging import PAGE, Page, listed
from chalicelib.edge.problems import bad_field, not_found
from chalicelib.edge.views import leads_to, view
from chalicelib.operations.accounts.withdrawals import Wanted, Withdrawn

Status = Literal["pending", "confirmed", "cancelled"]


class NewPayout(Shape):
    """Money that is to be paid out.

    Attributes:
        amount: In the program's currency.
        reference: What you call it.
        note: Stands in the ledger, where the ambassador reads it too.
    """

    amount: fields.Money
    reference: Reference | None = None
    note: Note | None = None


class PayoutConfirm(Shape):
    """The payment that was made.

    Attributes:
        reference: What your bank or provider calls it. Confirmed again with another one it is refused.
    """

    reference: Reference


class PayoutCancel(Shape):
    """Why a payout was not made.

    Attributes:
        note: Stands in the ledger, where the ambassador reads it too.
    """

    note: Note


class Payout(Answer, kw_only=True):
    """A payout, and how it went.

    Attributes:
        status: `pending`: nobody has said how it went, and the money is reserved. `cancelled`: the ambassador has it
            again.
        author: The id of the key that asked.
        reference: That of the payment once it is confirmed, before that what you called it.
        note: Why it was not made if it is cancelled, else what it was asked with.
        closed_by: The id of the key that said how it went.
        returned: What came back of it after it was paid; it stays `confirmed`.
        closed_at: When somebody said how it went.
    """

    id: str
    ambassador_id: str
    status: Status
    amount: Sum
    author: str
    created_at: datetime
    reference: str | None = None
    note: str | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    returned: Sum | None = None

    @classmethod
    def of(cls, payout: Withdrawal) -> Self:
        """Show a payout."""
        assert payout.author is not None, "a payout is asked for with a key"
        return cls(
            id=payout.id,
            ambassador_id=payout.ambassador_id,
            status=_STATUSES[payout.state],
            amount=money(payout.amount, payout.currency),
            author=payout.author,
            created_at=payout.created_at,
            reference=payout.closing if payout.state == "confirmed" else payout.reference,
            note=payout.closing if payout.state == "cancelled" else payout.note,
            closed_at=payout.closed_at,
            closed_by=payout.closed_by,
            returned=money(payout.returned, payout.currency) if payout.returned else None,
        )


_STATUSES: dict[str, Status] = {"reserved": "pending", "confirmed": "confirmed", "cancelled": "cancelled"}
_STATES: dict[str, str] = {status: state for state, status in _STATUSES.items()}
_WANTED = Annotated[Status, Meta(description="In which state they are; without it those that nobody has reported on.")]


@view(
    {201: Payout, 200: Payout},
    body=NewPayout,
    keyed=True,
    problems={
        404: ["not_found"],
        409: ["not_available_now"],
        422: ["insufficient_balance", "below_minimum", "currency_mismatch"],
    },
    links=leads_to("get_payout post_payout_confirm post_payout_cancel", payout_id="$response.body#/id"),
)
def post_payout(call: Call, body: NewPayout, ambassador_id: str) -> Response:
    """Reserve money of an ambassador that is to be paid out by other means.

    Then say how it went. If you don't know, leave the payout pending: the money stays reserved until you do.
    """
    known, author = known_ambassador(ambassador_id).ambassador_id, call.key.id
    amount = Money(body.amount.amount, body.amount.currency)
    return _answer(withdraw(call, body, Wanted("payout", known, amount, author, body.reference, body.note)))


@view({200: Page[Payout]}, query={"state": _WANTED, **PAGE})
def get_payouts(call: Call) -> Response:
    """List payouts in one state, the newest first; without a state, those that nobody has reported on."""
    query, table = call.query(), deps.table()
    state = _STATES.get(query.get("state", "pending"))
    if state is None:
        raise bad_field("?state", f"is one of {', '.join(_STATES)}")
    return listed(
        "/v1/payouts",
        query,
        f"payouts:{state}",
        lambda after, limit: table.list_payouts(state, after, limit),
        lambda payouts: [Payout.of(it) for it in payouts if it.state == state],
    )


@view({200: Payout}, problems={404: ["not_found"]})
def get_payout(call: Call, payout_id: str) -> Response:
    """Show a payout."""
    call.query()
    return json(200, Payout.of(_payout(payout_id)))


@view(
    {201: Payout, 200: Payout},
    body=PayoutConfirm,
    problems={404: ["not_found"], 409: ["conflicting_repeat", "payout_cancelled"]},
    links=leads_to("post_payout_return", payout_id="$response.body#/id"),
)
def post_payout_confirm(call: Call, body: PayoutConfirm, payout_id: str) -> Response:
    """Say that a payout was made."""
    return _answer(finish(call, _payout(payout_id), "confirmed", body.reference))


@view(
    {201: Payout, 200: Payout},
    body=PayoutCancel,
    problems={404: ["not_found"], 409: ["conflicting_repeat", "payout_confirmed"]},
)
def post_payout_cancel(call: Call, body: PayoutCancel, payout_id: str) -> Response:
    """Say that a payout has surely not been made: the ambassador has the money again."""
    return _answer(finish(call, _payout(payout_id), "cancelled", body.note))


@view(
    {201: Payout, 200: Payout},
    body=Return,
    keyed=True,
    problems={404: ["not_found"], 409: ["payout_not_confirmed", "more_than_left"], 422: ["currency_mismatch"]},
)
def post_payout_return(call: Call, body: Return, payout_id: str) -> Response:
    """Say that a payout came back from the bank, wholly or in part: the ambassador has the money again."""
    return _answer(give_back(call, body, lambda: _payout(payout_id)))


def _payout(payout_id: str) -> Withdrawal:
    found = deps.table().read_withdrawal(fields.path_id("id", payout_id))
    if found is None or found.kind != "payout":
        raise not_found("There is no such payout.")
    return found


def _answer(made: Withdrawn) -> Response:
    return once(Payout.of(made.withdrawal), replayed=made.replayed)
