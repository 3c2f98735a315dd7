"""All that leaves an account, stopped and let go on."""

from chalice.app import Blueprint, Response

from chalicelib import deps
from chalicelib.api import present, schemas
from chalicelib.api.ambassadors import known_ambassador
from chalicelib.domain.model.accounts import Suspension
from chalicelib.edge.auth import Call, once, route
from chalicelib.edge.problems import Problem

blueprint = Blueprint(__name__)


@route(blueprint, "POST", "/v1/ambassadors/{ambassador_id}/suspend", "admin:write")
def post_suspend(call: Call, ambassador_id: str) -> Response:
    """Stop what leaves an ambassador's account. Codes stay as they are unless they are paused as well: it says so."""
    from chalicelib.operations.accounts.suspensions import suspend
    from chalicelib.operations.people.codes import codes_of

    told, profile = call.body(schemas.Suspend), known_ambassador(ambassador_id)
    table, by = deps.table(), call.key.id
    answer = suspend(table, profile.ambassador_id, pause_codes=told.pause_codes, by=by, note=told.note, now=deps.now())
    codes = {"codes": [present.code(code) for code in codes_of(table, profile)]}
    return once({**_decided(answer.suspension), **codes}, replayed=answer.replayed)


@route(blueprint, "POST", "/v1/ambassadors/{ambassador_id}/reinstate", "admin:write")
def post_reinstate(call: Call, ambassador_id: str) -> Response:
    """Let go on what leaves an ambassador's account. Codes that were paused stay so."""
    from chalicelib.operations.accounts.suspensions import reinstate

    told, known = call.body(schemas.Reinstate), known_ambassador(ambassador_id).ambassador_id
    answer = reinstate(deps.table(), known, deps.program(), by=call.key.id, note=told.note, now=deps.now())
    if answer is None:
        raise Problem(409, "not_suspended", "This ambassador was never suspended.")
    return once(_decided(answer.suspension), replayed=answer.replayed)


def _decided(suspension: Suspension) -> present.Body:
    return {"ambassador_id": suspension.ambassador_id, **present.suspension(suspension)}
