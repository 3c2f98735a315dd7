"""Gifts that somebody has to send."""

from datetime import datetime
from typing import Any, Literal, Self

from chalice.app import Response

from chalicelib import deps
from chalicelib.domain.accounts.gifts import NotSent, TaskClosed, earned_by, pieces
from chalicelib.domain.accounts.suspensions import Stopped
from chalicelib.domain.model import accounts
from chalicelib.edge import fields
from chalicelib.edge.answers import Answer, Sum, money, once
from chalicelib.edge.call import Call
from chalicelib.edge.fields import Note, Shape
from chalicelib.edge.paging import PAGE, Page, listed
from chalicelib.edge.problems import Problem, not_found
from chalicelib.edge.views import leads_to, view
from chalicelib.operations.accounts.gifts import mark_sent, mark_unsent
from chalicelib.operations.people.merged import accounts_of


class GiftSent(Shape):
    """A gift is on its way.

    Attributes:
        note: Stays with the gift, for admins: the number of the parcel, say.
    """

    note: Note | None = None


class GiftUnsent(Shape):
    """Why a gift is to be sent after all.

    Attributes:
        note: Stays with the gift, for admins.
    """

    note: Note


class Sending(Answer, kw_only=True):
    """How a gift was said to be sent by mistake.

    Attributes:
        author: The id of the key that said so.
        sent: How many pieces.
        reopened_by: The id of the key that said that it was not.
        why: What that said.
    """

    at: datetime
    author: str
    note: str | None = None
    sent: int
    reopened_at: datetime
    reopened_by: str
    why: str | None = None

    @classmethod
    def of(cls, sending: accounts.Sending) -> Self:
        """Show it."""
        return cls(**{name: getattr(sending, name) for name in cls.__struct_fields__})


class Gift(Answer, kw_only=True):
    """A gift that somebody has to send, or has sent.

    Attributes:
        gift: What to send.
        amount: How many pieces were granted.
        cause: What for, as the entry in the ledger has it.
        status: `withdrawn`: the ambassador does not have it any more, so it is not to be sent.
        order_id: The order that earned it, or led to the prize.
        author: The id of the key that said it was sent.
        sent: How many pieces were sent: fewer than `amount` if some were taken back.
        sendings: How it was said to be sent when it was not, the latest last.
    """

    id: str
    ambassador_id: str
    gift: str
    amount: Sum
    cause: str
    created_at: datetime
    status: Literal["open", "sent", "withdrawn"]
    order_id: str | None = None
    author: str | None = None
    note: str | None = None
    closed_at: datetime | None = None
    sent: int | None = None
    sendings: list[Sending] | None = None

    @classmethod
    def of(cls, gift: accounts.Gift, **beside: Any) -> Self:
        """Show a gift."""
        return cls(
            id=gift.id,
            ambassador_id=gift.ambassador_id,
            gift=gift.name,
            amount=money(gift.amount, gift.unit),
            cause=gift.cause,
            created_at=gift.created_at,
            status=gift.state,
            order_id=gift.order_id,
            author=gift.author,
            note=gift.note,
            closed_at=gift.closed_at,
            sent=gift.sent,
            sendings=[Sending.of(it) for it in gift.earlier] or None,
            **beside,
        )


class GiftToSend(Gift, kw_only=True):
    """A gift that waits to be sent.

    Attributes:
        covered: Whether the ambassador still has all of it.
        pieces: How many pieces to send: those that the ambassador still has.
        suspended: `true`: keep it until somebody reinstates the account.
    """

    covered: bool
    pieces: int
    suspended: bool


@view({200: Page[GiftToSend]}, query=PAGE, links=leads_to("post_gift_sent", gift_id="$response.body#/items/0/id"))
def get_gifts(call: Call) -> Response:
    """List the gifts that somebody has to send, the oldest first, and whether their ambassadors still have them."""
    return listed("/v1/gifts", call.query(), "gifts", deps.table().list_gifts, _to_send)


@view(
    {201: Gift, 200: Gift},
    body=GiftSent,
    problems={404: ["not_found"], 409: ["not_available_now", "gift_withdrawn", "conflicting_repeat"]},
)
def post_gift_sent(call: Call, body: GiftSent, gift_id: str) -> Response:
    """Say that a gift was sent.

    Say so before you pack it, and don't send it if the answer is `gift_withdrawn`. `sent` is how many pieces to send.
    """
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
    return once(Gift.of(answer.gift), replayed=answer.replayed)


@view({201: Gift, 200: Gift}, body=GiftUnsent, problems={404: ["not_found"], 409: ["gift_not_sent"]})
def post_gift_unsent(call: Call, body: GiftUnsent, gift_id: str) -> Response:
    """Say that a gift was not sent after all: its ambassador has it again, and it waits to be sent."""
    known = fields.path_id("id", gift_id)
    answer = mark_unsent(deps.table(), known, deps.program(), author=call.key.id, note=body.note, now=deps.now())
    if answer is None:
        raise not_found("There is no such gift.")
    if isinstance(answer, NotSent):
        raise Problem(409, "gift_not_sent", "Nobody has said that this gift was sent.")
    return once(Gift.of(answer.gift), replayed=answer.replayed)


def _to_send(gifts: list[accounts.Gift]) -> list[GiftToSend]:
    owners = accounts_of(deps.table(), (gift.ambassador_id for gift in gifts))
    earning = dict.fromkeys(order_id for gift in gifts if (order_id := earned_by(gift)))
    orders = {it.order_id: it for it in deps.table().read_redemptions(earning)}
    to_send = {it.id: pieces(it, owners[it.ambassador_id], orders.get(earned_by(it) or "")) for it in gifts}
    return [
        GiftToSend.of(
            gift,
            covered=to_send[gift.id] == gift.amount,
            pieces=to_send[gift.id],
            suspended=owners[gift.ambassador_id].suspended,
        )
        for gift in gifts
        if gift.state == "open"
    ]
