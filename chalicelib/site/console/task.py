"""One thing that somebody of the shop has to do, or has done."""

from chalice.app import Response

from chalicelib.edge.client import path
from chalicelib.edge.forms import Fields
from chalicelib.site.screens import Page
from chalicelib.web.console import decide


def show(page: Page) -> Response:
    """Show it, with what is known of whom it is for."""
    told = page.client.get(path("v1", "tasks", page.subject), lang=page.language.plain).body
    return page.render("task.html", task=told, kinds=decide.tasks(page.language), states=decide.states(page.language))


def act(page: Page, form: Fields) -> Response:
    """Say that it is done, or that it is not after all.

    Raises:
        Problem: as the API answers it.
    """
    if form.text("do") == "reopen":
        told = {"note": form.text("note")}
        again = page.client.send("POST", path("v1", "tasks", page.subject, "reopen"), told).body
        return page.done("reopened", f"tasks/{again['id']}")
    close(page, page.subject, form)
    return page.done("done")


def close(page: Page, task_id: str, form: Fields) -> None:
    """Say that a task is done; of a proof what was decided.

    Raises:
        Problem: as the API answers it.
    """
    decision = {"decision": form.text("do")} if form.text("do") in {"approve", "deny"} else {}
    page.client.send("POST", path("v1", "tasks", task_id, "done"), {"note": form.text("note"), **decision})
