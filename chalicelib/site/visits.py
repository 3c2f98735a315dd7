"""Who opens a link: what is worth counting."""

from chalicelib.edge.call import Call
from chalicelib.operations.people.visitors import is_person


def is_visit(call: Call) -> bool:
    """Whether a person opens a link. A HEAD only asks whether it works, a robot or a browser looks ahead."""
    purpose = call.header("sec-purpose") or call.header("purpose") or call.header("x-moz")
    return call.request.method == "GET" and is_person(call.header("user-agent"), purpose)
