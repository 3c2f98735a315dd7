"""What the API refuses of a form, put at the field that it is about, in words that an ambassador reads."""

from collections.abc import Iterator
from contextlib import contextmanager

from chalicelib.edge.problems import Problem
from chalicelib.site.screens import Page
from chalicelib.web.me.problems import told


@contextmanager
def at_field(page: Page, name: str, text: str, *reasons: str, pointer: str = "") -> Iterator[None]:
    """Say at the field `name` what is refused for one of these reasons, and `text` if what was typed does not fit.

    `pointer` is what the API calls the field, if not the same.
    """
    try:
        yield
    except Problem as problem:
        sought = f"/{pointer or name}"
        misfits = problem.reason == "invalid_request" and any(sought in it["pointer"] for it in problem.errors)
        if not misfits and problem.reason not in reasons:
            raise
        said = text if misfits else told(page.language)[problem.reason]
        raise misfit(name, said, problem.reason, problem.status) from problem


def misfit(name: str, text: str, reason: str = "invalid_request", status: int = 400) -> Problem:
    """A problem of one field."""
    return Problem(status, reason, text, errors=[{"pointer": f"/{name}", "detail": text}])
