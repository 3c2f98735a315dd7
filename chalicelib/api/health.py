"""The state of the service."""

from chalice.app import Response

from chalicelib import deps
from chalicelib.config import VERSION
from chalicelib.edge.answers import Answer, json
from chalicelib.edge.call import Call
from chalicelib.edge.views import view


class Health(Answer):
    """Whether the service answers; the rest is for admins.

    Attributes:
        due: How much waits for the workers at this moment.
        program_version: The version of the rules in force.
    """

    ok: bool
    version: str | None = None
    due: int | None = None
    program_version: int | None = None


@view({200: Health})
def get_health(call: Call) -> Response:
    """Say that the service answers; to an admin also its version and how much is due."""
    if not call.may("admin:read"):
        return json(200, Health(ok=True))
    due, program = deps.table().count_due(deps.now()), deps.program()
    return json(200, Health(ok=True, version=VERSION, due=due, program_version=program.version))
