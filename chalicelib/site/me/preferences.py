"""What an ambassador wants to get by mail, purpose by purpose."""

from typing import Any

from chalice.app import Response

from chalicelib.domain.people.preferences import CHOICES
from chalicelib.edge.forms import Fields
from chalicelib.site.screens import Page
from chalicelib.web.preferences import texts

ME = "/v1/people/me"
_SOURCE = "preferences"


def show(page: Page) -> Response:
    """Show what they get now; whoever has just been refused sees what they had ticked."""
    person = page.client.get(ME).body
    ticked = page.typed.all("purpose") if page.problem else [it for it in CHOICES if person["consents"][it]["agreed"]]
    named = {purpose: text.partition(": ") for purpose, text in texts(page.language).items()}
    return page.render(
        "preferences.html",
        choices=[(it, named[it][0], named[it][2], it in ticked) for it in CHOICES],
        stopped=any(it["present"] for it in person["stops"]),
        address=person["email"],
    )


def act(page: Page, form: Fields) -> Response:
    """Keep what is otherwise than it was: only that is an answer."""
    if form.text("everything") == "no":
        page.client.send("PATCH", ME, {"consents": {"*": {"given": False, "source": _SOURCE}}})
        return page.done("nothing")
    before, wanted, said = page.client.get(ME).body["consents"], form.all("purpose"), texts(page.language)
    changes: dict[str, Any] = {
        it: {"given": it in wanted, "source": _SOURCE, **({"text": said[it]} if it in wanted else {})}
        for it in CHOICES
        if before[it]["agreed"] != (it in wanted)
    }
    if changes:
        page.client.send("PATCH", ME, {"consents": changes})
    return page.done("saved")
