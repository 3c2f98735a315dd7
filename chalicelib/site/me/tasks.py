"""What an ambassador can do for a reward beside bringing friends, and what became of what they have shown."""

from chalice.app import Response

from chalicelib.edge.forms import Fields
from chalicelib.edge.problems import not_found
from chalicelib.site.me.refusals import at_field
from chalicelib.site.screens import Page
from chalicelib.web.me import tasks

OWN = "/v1/ambassadors/me"


def show(page: Page) -> Response:
    """Show what there is to do, each with its form, and what was sent."""
    found = page.client.get(f"{OWN}/tasks", lang=page.language.plain).body
    return page.render("tasks.html", tasks=found["tasks"], proofs=found["proofs"], states=tasks.states(page.language))


def act(page: Page, form: Fields) -> Response:
    """Show what was done: the same link again is no second proof."""
    number = form.text("number")
    offered = page.client.get(f"{OWN}/tasks").body["tasks"]
    name = next((it["name"] for it in offered if it["name"] == form.text("task")), None)
    if name is None:
        raise not_found("There is no such task.")
    told = {"task": name, "link": form.text(f"link-{number}"), "note": form.text(f"note-{number}") or None}
    wrong = tasks.no_link(page.language)
    with at_field(page, f"link-{number}", wrong, "task_ended", "task_limit", "conflicting_repeat", pointer="link"):
        page.client.send("POST", f"{OWN}/proofs", {name: it for name, it in told.items() if it is not None})
    return page.done("shown")
