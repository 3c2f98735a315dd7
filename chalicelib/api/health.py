"""The state of the whole."""

from chalice.app import Response

from chalicelib import deps
from chalicelib.config import VERSION
from chalicelib.edge.answers import json
from chalicelib.edge.call import Call
from chalicelib.edge.views import view


@view({200: dict})
def get_health(call: Call) -> Response:
    """Say that the service answers; to an admin also its version and how much is due."""
    if not call.may("admin:read"):
        return json(200, {"ok": True})
    state = {"due": deps.table().count_due(deps.now()), "program_version": deps.program().version}
    return json(200, {"ok": True, "version": VERSION, **state})
