"""All that leaves an account, stopped and let go on."""

from chalice.app import Response

from chalicelib import deps
from chalicelib.api.codes import code_shown
from chalicelib.api.subject import known_ambassador
from chalicelib.domain.model.accounts import Suspension
from chalicelib.edge.answers import Body, once
from chalicelib.edge.call import Call
from chalicelib.edge.fields import (
    Note,
    Shape,
)
from chalicelib.edge.problems import Problem
from chalicelib.edge.views import view
from chalicelib.operations.accounts.suspensions import reinstate, suspend
from chalicelib.operations.people.codes import codes_of


class Suspend(Shape):
    """Why nothing may leave an ambassador's account for now, and whether all codes are paused as well."""

    note: Note
    pause_codes: bool = False


class Reinstate(Shape):
    """Why what leaves an ambassador's account may go on."""

    note: Note


@view({200: dict}, body=Suspend)
def post_suspend(call: Call, body: Suspend, ambassador_id: str) -> Response:
    """Stop what leaves an ambassador's account. Codes stay as they are unless they are paused as well: it says so."""
    profile = known_ambassador(ambassador_id)
    table, by = deps.table(), call.key.id
    answer = suspend(table, profile.ambassador_id, pause_codes=body.pause_codes, by=by, note=body.note, now=deps.now())
    codes = {"codes": [code_shown(code) for code in codes_of(table, profile)]}
    return once({**_decided(answer.suspension), **codes}, replayed=answer.replayed)


@view({200: dict}, body=Reinstate)
def post_reinstate(call: Call, body: Reinstate, ambassador_id: str) -> Response:
    """Let go on what leaves an ambassador's account. Codes that were paused stay so."""
    known = known_ambassador(ambassador_id).ambassador_id
    answer = reinstate(deps.table(), known, deps.program(), by=call.key.id, note=body.note, now=deps.now())
    if answer is None:
        raise Problem(409, "not_suspended", "This ambassador was never suspended.")
    return once(_decided(answer.suspension), replayed=answer.replayed)


def _decided(suspension: Suspension) -> Body:
    return {"ambassador_id": suspension.ambassador_id, **suspension_shown(suspension)}


def suspension_shown(decided: Suspension) -> Body:
    """What an admin decided about all that leaves an account."""
    return {"state": decided.state, "at": decided.decided_at, "author": decided.author, "note": decided.note}
