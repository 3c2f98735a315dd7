"""What people of the shop have to do for somebody, what is to be done soonest first."""

from chalice.app import Response

from chalicelib.edge.forms import Fields
from chalicelib.site.console import task
from chalicelib.site.screens import Page
from chalicelib.web.console import decide

STATES = ("open", "done")


def show(page: Page) -> Response:
    """Show what waits, or what was done; of all kinds or of one."""
    kinds = decide.tasks(page.language)
    kind, state = page.query.get("kind", ""), page.query.get("state", "open")
    kind, state = kind if kind in kinds else "", state if state in STATES else "open"
    query = {"kind": kind, "state": state}
    counts = page.client.get("/v1/tasks/counts").body  # who counts them has read the lists of which a page is shown
    told = page.client.get(
        "/v1/tasks", **query, limit=20, cursor=page.query.get("cursor"), lang=page.language.plain
    ).body
    return page.render(
        "tasks.html",
        kinds=kinds,
        kind=kind,
        state=state,
        counts=counts,
        shown=told["items"],
        next_cursor=told["next_cursor"],
        query={name: value for name, value in query.items() if value},
    )


def act(page: Page, form: Fields) -> Response:
    """Say that one of them is done.

    Raises:
        Problem: as the API answers it.
    """
    task.close(page, form.text("id"), form)
    return page.done("done", did=form.text("id"))
