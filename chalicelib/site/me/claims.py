"""An order that a friend placed without the code: claimed here, and what became of earlier claims."""

from chalice.app import Response

from chalicelib.edge.forms import Fields
from chalicelib.site.me.refusals import at_field
from chalicelib.site.screens import Page
from chalicelib.web.me import claims

OWN = "/v1/ambassadors/me/claims"
_ACCEPTED = 202


def show(page: Page) -> Response:
    """Show the form, and earlier claims."""
    found = page.client.get(OWN, cursor=page.query.get("cursor")).body
    return page.render(
        "claims.html",
        claims=found["items"],
        next_cursor=found["next_cursor"],
        states=claims.states(page.language),
        own=None,
    )


def act(page: Page, form: Fields) -> Response:
    """Claim an order; of one that is theirs already it is said where it stands, of any other always the same."""
    told = {"order_id": form.text("order_id"), **({"note": form.text("note")} if form.text("note") else {})}
    wrong = claims.no_order(page.language)
    with at_field(page, "order_id", wrong), at_field(page, "note", claims.too_long(page.language)):
        reply = page.client.send("POST", f"{OWN}", told, key=form.once)
    if reply.status == _ACCEPTED:
        return page.done("claimed")
    found = page.client.get(OWN).body
    return page.render(
        "claims.html",
        claims=found["items"],
        next_cursor=found["next_cursor"],
        states=claims.states(page.language),
        own=reply.body,
    )
