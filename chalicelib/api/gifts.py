"""The gifts that somebody has to send."""

from chalice.app import Response

from chalicelib import deps
from chalicelib.domain.accounts.gifts import TaskClosed, earned_by, pieces
from chalicelib.domain.accounts.suspensions import Stopped
from chalicelib.domain.model.accounts import Gift
from chalicelib.edge import fields
from chalicelib.edge.answers import Body, given, money, once
from chalicelib.edge.call import Call
from chalicelib.edge.fields import (
    Note,
    Shape,
)
from chalicelib.edge.paging import listed
from chalicelib.edge.problems import Problem, not_found
from chalicelib.edge.views import view
from chalicelib.operations.accounts.gifts import mark_sent
from chalicelib.operations.people.merged import accounts_of


class GiftSent(Shape):
    """A gift is on its way."""

    note: Note | None = None


@view({200: dict}, query={"limit": str, "cursor": str})
def get_gifts(call: Call) -> Response:
    """List the gifts that somebody has to send, the oldest first, and whether their ambassadors still have them."""
    return listed("/v1/gifts", call.query(), "gifts", deps.table().list_gifts, _to_send)


@view({200: dict}, body=GiftSent)
def post_gift_sent(call: Call, body: GiftSent, gift_id: str) -> Response:
    """Say that a gift was sent."""
    known = fields.path_id("id", gift_id)
    answer = mark_sent(deps.table(), known, deps.program(), author=call.key.id, note=body.note, now=deps.now())
    if answer is None:
        raise not_found("There is no such gift.")
    if isinstance(answer, Stopped):
        detail = "Its ambassador is suspended: keep it until somebody reinstates the account."
        raise Problem(409, "not_available_now", detail)
    if answer.gift.state == "withdrawn":
        raise Problem(409, "gift_withdrawn", "The ambassador does not have this gift any more. Don't send it.")
    if isinstance(answer, TaskClosed):
        raise Problem(409, "conflicting_repeat", "This gift was reported as sent with another note, which stays.")
    return once(gift_shown(answer.gift), replayed=answer.replayed)


def _to_send(found: list[Gift]) -> list[Body]:

    accounts = accounts_of(deps.table(), (gift.ambassador_id for gift in found))
    earning = dict.fromkeys(order_id for gift in found if (order_id := earned_by(gift)))
    orders = {it.order_id: it for it in deps.table().read_redemptions(earning)}
    to_send = {it.id: pieces(it, accounts[it.ambassador_id], orders.get(earned_by(it) or "")) for it in found}
    return [
        {
            **gift_shown(gift),
            "covered": to_send[gift.id] == gift.amount,
            "pieces": to_send[gift.id],
            "suspended": accounts[gift.ambassador_id].suspended,
        }
        for gift in found
        if gift.state == "open"
    ]


def gift_shown(stored: Gift) -> Body:
    """A gift that somebody has to send, or has sent."""
    optional = {"order_id": stored.order_id, "author": stored.author, "note": stored.note}
    return {
        "id": stored.id,
        "ambassador_id": stored.ambassador_id,
        "gift": stored.name,
        "amount": money(stored.amount, stored.unit),
        "cause": stored.cause,
        "created_at": stored.created_at,
        "status": stored.state,
        **given({**optional, "closed_at": stored.closed_at, "sent": stored.sent}),
    }
