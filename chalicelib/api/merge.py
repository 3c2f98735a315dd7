"""Two ambassadors who are one person: one takes in the other, for good."""

from datetime import datetime
from typing import Literal, Self

from chalice.app import Response
from msgspec import structs

from chalicelib import deps
from chalicelib.api.profile import Ambassador, shown_ambassador
from chalicelib.api.subject import known_ambassador
from chalicelib.domain.model import orders
from chalicelib.domain.orders.explain import state_of
from chalicelib.edge.answers import Answer, once
from chalicelib.edge.call import Call
from chalicelib.edge.fields import Id, Note, Shape
from chalicelib.edge.problems import Problem
from chalicelib.edge.views import view
from chalicelib.operations.people import merge


class Merge(Shape):
    """The other one of two ambassadors who are one person, and how the admin knows.

    Attributes:
        other: The id of the ambassador who goes into the one that the path names.
        note: How you know; for admins.
    """

    other: Id
    note: Note


class SelfReferral(Answer):
    """An order on which two ambassadors who are one person were ambassador and friend."""

    order_id: str
    code: str
    ambassador_id: str
    placed_at: datetime
    state: Literal["pending", "held", "available", "void", "clawed_back"]

    @classmethod
    def of(cls, redemption: orders.Redemption) -> Self:
        """Show such an order."""
        return cls(
            order_id=redemption.order_id,
            code=redemption.code,
            ambassador_id=redemption.ambassador_id,
            placed_at=redemption.placed_at,
            state=state_of(redemption.standing) if redemption.standing else "pending",
        )


class MergedAmbassador(Ambassador, kw_only=True):
    """An ambassador who took in another one.

    Attributes:
        merged: The id of the other one, which leads here from now on.
        own_orders: Orders on which one was the other's friend. Their rewards stand; deny them if they should not.
    """

    merged: str
    own_orders: list[SelfReferral]


@view(
    {201: MergedAmbassador, 200: MergedAmbassador},
    body=Merge,
    problems={404: ["not_found"], 409: ["same_ambassador", "too_many_codes"]},
)
def post_merge(call: Call, body: Merge, ambassador_id: str) -> Response:
    """Let an ambassador take in another one who is the same person, for good.

    It can't be undone. Balances, codes, orders and sessions of both become those of the ambassador whom the path names,
    whose name, address and consents stay; the other id leads there from then on.
    """
    table = deps.table()
    if body.other == ambassador_id:
        raise Problem(409, "same_ambassador", "An ambassador can't be merged with themselves. Name the other one.")
    for name in (ambassador_id, body.other):
        known_ambassador(name)
    answer = merge.merge_ambassadors(
        table,
        ambassador_id,
        body.other,
        deps.program(),
        deps.outlook(),
        note=body.note,
        author=call.key.id,
        now=deps.now(),
    )
    if isinstance(answer, merge.TooMuch):
        detail = "The two have more codes together than can change their ambassador at once, which are some 80."
        raise Problem(409, "too_many_codes", detail)
    own = [SelfReferral.of(it) for it in merge.own_orders(table, answer.profile)]
    shown = MergedAmbassador(**structs.asdict(shown_ambassador(answer.profile)), merged=body.other, own_orders=own)
    return once(shown, replayed=answer.replayed)
