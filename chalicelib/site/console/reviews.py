"""Rewards that wait for an admin, several of which are decided at once."""

from typing import Any

from chalice.app import Response

from chalicelib.edge.forms import Fields
from chalicelib.edge.problems import bad_field
from chalicelib.site.console import ambassadors
from chalicelib.site.screens import Page
from chalicelib.web.console import decide

PAGE = 20
DECISIONS = ("approve", "deny")


def show(page: Page) -> Response:
    """Show what waits, the soonest deadline first."""
    return _shown(page)


def act(page: Page, form: Fields) -> Response:
    """Ask whether it is meant, then decide, and show what became of each.

    Raises:
        Problem: nothing was chosen, or the note is missing.
    """
    chosen = {it: form.all(it) for it in DECISIONS} if form.text("sure") else _chosen(form)
    if not any(chosen.values()):
        raise bad_field("/decision", "is needed for one order at least")
    if not form.text("note"):
        raise bad_field("/note", "is needed: it says why, to whoever looks at this later")
    if not form.text("sure"):
        return _shown(page, asked=chosen, note=form.text("note"))
    results: list[dict[str, Any]] = []
    for decision, order_ids in chosen.items():
        if order_ids:
            told = {"order_ids": order_ids, "decision": decision, "note": form.text("note")}
            results += page.client.send("POST", "/v1/reviews", told).body["results"]
    return _shown(page, results=results)


def _chosen(form: Fields) -> dict[str, list[str]]:
    """The orders of the list, by what was chosen for each."""
    chosen: dict[str, list[str]] = {it: [] for it in DECISIONS}
    for place, order_id in enumerate(form.all("order")):
        decision = form.text(f"decision-{place}")
        if decision in chosen:
            chosen[decision].append(order_id)
    return chosen


def _shown(page: Page, **beside: Any) -> Response:
    told = page.client.get("/v1/reviews", limit=PAGE, cursor=page.query.get("cursor")).body
    if beside.get("results"):  # what was decided a moment ago may still be listed
        decided = {it["order_id"] for it in beside["results"] if it["status"] == "decided"}
        told = {**told, "items": [it for it in told["items"] if it["order_id"] not in decided]}
    found = ambassadors.named(page, (it["ambassador_id"] for it in told["items"]))
    return page.render(
        "reviews.html",
        **{"asked": None, "note": "", "results": None, **beside},
        waiting=told["items"],
        next_cursor=told["next_cursor"],
        found=found,
        signals=decide.signals(page.language),
        questions=decide.questions(page.language),
        refusals=decide.refusals(page.language),
        states=decide.states(page.language),
    )
