"""Friends who are set free to use a code on another order."""

from datetime import datetime
from typing import Self

from chalice.app import Response

from chalicelib import deps
from chalicelib.domain.model import facts
from chalicelib.edge import fields
from chalicelib.edge.answers import Answer, once
from chalicelib.edge.call import Call
from chalicelib.edge.fields import (
    Note,
    Shape,
)
from chalicelib.edge.problems import Problem, not_found
from chalicelib.edge.views import view
from chalicelib.operations.orders.answers import GRACE
from chalicelib.operations.orders.friends import NotKept, NotReleased, keep, release


class FriendReleased(Shape):
    """Why the friend of an order is free again.

    Attributes:
        void_reward: `true` gives up a reward that stands; without it such an order is refused with
            `reward_stands`.
    """

    note: Note
    void_reward: bool = False


_REFUSALS = {
    "not_settled_yet": "This order has not been settled yet. One that is not paid for keeps nobody from buying.",
    "reward_stands": "The reward of this order stands. Say `void_reward` to give it up for good.",
    "holds_no_place": "This order does not have its friend's place. If another one is rewarded, release that one.",
    "already_released": "The friend of this order has been set free before, and that stays as it is.",
}


_NOT_KEPT = {
    "not_released": "The friend of this order was not set free, or that has been undone before.",
    "place_taken": "Another order of this friend has taken the place, and keeps it. Set that one's friend free first.",
}


class Freed(Answer):
    """How the friend of an order became free: by another order, or by an admin's word.

    Attributes:
        by: The id of the order that took the place.
        author: The id of the key, if an admin did it.
        note: What the admin wrote.
    """

    order_id: str
    at: datetime
    by: str | None = None
    author: str | None = None
    note: str | None = None

    @classmethod
    def of(cls, freed: facts.Freed) -> Self:
        """Show it."""
        return cls(order_id=freed.order_id, at=freed.recorded_at, by=freed.by, author=freed.author, note=freed.note)


class FriendKept(Shape):
    """Why an order has its friend after all."""

    note: Note


class Kept(Answer):
    """How it was undone that the friend of an order was set free.

    Attributes:
        author: The id of the key that undid it.
    """

    order_id: str
    at: datetime
    author: str
    note: str

    @classmethod
    def of(cls, kept: facts.Kept) -> Self:
        """Show it."""
        return cls(order_id=kept.order_id, at=kept.recorded_at, author=kept.author, note=kept.note)


@view({201: Freed, 200: Freed}, body=FriendReleased, problems={404: ["not_found"], 409: list(_REFUSALS)})
def post_release(call: Call, body: FriendReleased, order_id: str) -> Response:
    """Set the friend of an order free, so that a code can be used on another one.

    The friend is free at once. The order earns nothing any more; what it has earned is taken back a moment later. Until
    another order has taken its place, that can be undone: `keep-friend`.
    """
    now = deps.now()
    answer = release(
        deps.table(),
        fields.shop_id("order_id", order_id),
        void_reward=body.void_reward,
        author=call.key.id,
        note=body.note,
        now=now,
        due_at=now + GRACE,
    )
    if not isinstance(answer, NotReleased):
        return once(Freed.of(answer.freed), replayed=answer.replayed)
    if answer.reason == "unknown_order":
        raise not_found("No code was redeemed on this order.")
    headers: dict[str, str | list[str]] = {"Retry-After": "5"} if answer.reason == "not_settled_yet" else {}
    raise Problem(409, answer.reason, _REFUSALS[answer.reason], headers=headers)


@view(
    {201: Kept, 200: Kept},
    body=FriendKept,
    problems={404: ["not_found"], 409: ["not_released", "place_taken"]},
)
def post_keep(call: Call, body: FriendKept, order_id: str) -> Response:
    """Undo that the friend of an order was set free: the order has its place again, and earns as it did before.

    What it earns comes back a moment later. Another order that has taken the place meanwhile keeps it.
    """
    now, known = deps.now(), fields.shop_id("order_id", order_id)
    answer = keep(deps.table(), known, author=call.key.id, note=body.note, now=now, due_at=now + GRACE)
    if not isinstance(answer, NotKept):
        return once(Kept.of(answer.kept), replayed=answer.replayed)
    if answer.reason == "not_released" and deps.table().read_redemption(known) is None:
        raise not_found("No code was redeemed on this order.")
    raise Problem(409, answer.reason, _NOT_KEPT[answer.reason])
