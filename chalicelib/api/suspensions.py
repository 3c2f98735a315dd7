"""All that leaves an account, stopped and let go on."""

from chalice.app import Response

from chalicelib import deps
from chalicelib.api import present, schemas
from chalicelib.api.ambassadors import known_ambassador
from chalicelib.domain.model.accounts import Suspension
from chalicelib.edge.answers import once
from chalicelib.edge.call import Call
from chalicelib.edge.problems import Problem
from chalicelib.edge.views import view
from chalicelib.operations.accounts.suspensions import reinstate, suspend
from chalicelib.operations.people.codes import codes_of


@view({200: dict}, body=schemas.Suspend)
def post_suspend(call: Call, body: schemas.Suspend, ambassador_id: str) -> Response:
    """Stop what leaves an ambassador's account. Codes stay as they are unless they are paused as well: it says so."""
    profile = known_ambassador(ambassador_id)
    table, by = deps.table(), call.key.id
    answer = suspend(table, profile.ambassador_id, pause_codes=body.pause_codes, by=by, note=body.note, now=deps.now())
    codes = {"codes": [present.code(code) for code in codes_of(table, profile)]}
    return once({**_decided(answer.suspension), **codes}, replayed=answer.replayed)


@view({200: dict}, body=schemas.Reinstate)
def post_reinstate(call: Call, body: schemas.Reinstate, ambassador_id: str) -> Response:
    """Let go on what leaves an ambassador's account. Codes that were paused stay so."""
    known = known_ambassador(ambassador_id).ambassador_id
    answer = reinstate(deps.table(), known, deps.program(), by=call.key.id, note=body.note, now=deps.now())
    if answer is None:
        raise Problem(409, "not_suspended", "This ambassador was never suspended.")
    return once(_decided(answer.suspension), replayed=answer.replayed)


def _decided(suspension: Suspension) -> present.Body:
    return {"ambassador_id": suspension.ambassador_id, **present.suspension(suspension)}
