"""Accounts that nothing leaves for now."""

from datetime import datetime
from typing import Any, Literal, Self

from chalice.app import Response

from chalicelib import deps
from chalicelib.api.codes import Code
from chalicelib.api.subject import known_ambassador
from chalicelib.domain.model import accounts
from chalicelib.edge.answers import Answer, once
from chalicelib.edge.call import Call
from chalicelib.edge.fields import (
    Note,
    Shape,
)
from chalicelib.edge.problems import Problem
from chalicelib.edge.views import leads_to, view
from chalicelib.operations.accounts.suspensions import reinstate, suspend
from chalicelib.operations.people.codes import codes_of


class Suspend(Shape):
    """Why nothing may leave an ambassador's account for now.

    Attributes:
        note: For admins; the ambassador is only asked to contact the shop.
        pause_codes: `true` pauses all codes as well, which stay so when the account is reinstated.
    """

    note: Note
    pause_codes: bool = False


class Reinstate(Shape):
    """Why what leaves an ambassador's account may go on.

    Attributes:
        note: For admins.
    """

    note: Note


class Suspension(Answer, kw_only=True):
    """What an admin decided about all that leaves an account.

    Attributes:
        author: The id of the key that decided.
    """

    state: Literal["suspended", "reinstated"]
    at: datetime
    author: str
    note: str

    @classmethod
    def of(cls, decided: accounts.Suspension, **beside: Any) -> Self:
        """Show a decision."""
        return cls(state=decided.state, at=decided.decided_at, author=decided.author, note=decided.note, **beside)


class AmbassadorSuspension(Suspension, kw_only=True):
    """The same with the ambassador whose account it is."""

    ambassador_id: str


class SuspensionWithCodes(AmbassadorSuspension, kw_only=True):
    """The same with all codes of the ambassador as they are now: paused only if that was asked for."""

    codes: list[Code]


@view(
    {201: SuspensionWithCodes, 200: SuspensionWithCodes},
    body=Suspend,
    problems={404: ["not_found"]},
    links=leads_to("post_reinstate get_ambassador", ambassador_id="$request.path.ambassador_id"),
)
def post_suspend(call: Call, body: Suspend, ambassador_id: str) -> Response:
    """Stop what leaves an ambassador's account.

    Coupons, payouts, gifts and further codes wait, and nothing expires; orders are settled as usual. Codes stay as they
    are unless `pause_codes` says otherwise. The same again pauses codes if it asks for that, and changes nothing else.
    """
    profile = known_ambassador(ambassador_id)
    table, by = deps.table(), call.key.id
    answer = suspend(table, profile.ambassador_id, pause_codes=body.pause_codes, by=by, note=body.note, now=deps.now())
    decided, codes = answer.suspension, [Code.of(code) for code in codes_of(table, profile)]
    shown = SuspensionWithCodes.of(decided, ambassador_id=decided.ambassador_id, codes=codes)
    return once(shown, replayed=answer.replayed)


@view(
    {201: AmbassadorSuspension, 200: AmbassadorSuspension},
    body=Reinstate,
    problems={404: ["not_found"], 409: ["not_suspended"]},
)
def post_reinstate(call: Call, body: Reinstate, ambassador_id: str) -> Response:
    """Let go on what leaves an ambassador's account. Codes that were paused stay so."""
    known = known_ambassador(ambassador_id).ambassador_id
    answer = reinstate(deps.table(), known, deps.program(), by=call.key.id, note=body.note, now=deps.now())
    if answer is None:
        raise Problem(409, "not_suspended", "This ambassador was never suspended.")
    shown = AmbassadorSuspension.of(answer.suspension, ambassador_id=answer.suspension.ambassador_id)
    return once(shown, replayed=answer.replayed)
