"""One order: who bought it and who brought it, what became of it, and why its reward is what it is."""

from typing import Any

from chalice.app import Response

from chalicelib.edge.client import path
from chalicelib.edge.forms import Fields
from chalicelib.edge.problems import Problem, bad_field
from chalicelib.site.screens import Page
from chalicelib.web.console import decide, people


def show(page: Page) -> Response:
    """Show all that is known of the order."""
    order = page.client.get(path("v1", "orders", page.subject)).body
    redemption = _redemption(page, lang=page.language.plain) if order["redeemed"] else None
    ambassador = _person(page, order.get("ambassador_person_id"))
    return page.render(
        "order.html",
        order=order,
        redemption=redemption,
        buyer=_person(page, order.get("person_id")),
        ambassador=ambassador,
        told=_as_told(page, ambassador) if redemption else None,
        facts=people.facts(page.language),
        entries=decide.entries(page.language),
        signals=decide.signals(page.language),
        states=decide.states(page.language),
    )


def act(page: Page, form: Fields) -> Response:
    """Let the friend of the order be free for another one, or take that back.

    Raises:
        Problem: as the API answers it.
    """
    about, note = path("v1", "orders", page.subject), form.text("note")
    match form.text("do"):
        case "free":
            told = {"note": note, "void_reward": bool(form.text("void_reward"))}
            page.client.send("POST", f"{about}/release-friend", told)
            return page.done("friend_freed")
        case "keep":
            page.client.send("POST", f"{about}/keep-friend", {"note": note})
            return page.done("friend_kept")
    raise bad_field("/do", "is nothing that can be done here")


def _redemption(page: Page, **asked: str) -> dict[str, Any]:
    found: dict[str, Any] = page.client.get(path("v1", "redemptions", page.subject), **asked).body
    return found


def _as_told(page: Page, ambassador: dict[str, Any] | None) -> dict[str, Any]:
    """Why the reward is what it is, as its ambassador may hear it, in their language."""
    asked = {"reader": "ambassador"}
    if ambassador and ambassador["locale"]:
        asked["lang"] = ambassador["locale"]
    reply = page.client.get(path("v1", "redemptions", page.subject), **asked)
    return {"language": reply.headers["Content-Language"], "sentences": reply.body["explanation"]}


def _person(page: Page, person_id: str | None) -> dict[str, Any] | None:
    if person_id is None:
        return None
    try:
        found: dict[str, Any] = page.client.get(path("v1", "people", person_id)).body
    except Problem as problem:
        if problem.status == 404:
            return None
        raise
    return found
