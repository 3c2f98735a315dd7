"""Money that is to be transferred, and how that went."""

from chalice.app import Response

from chalicelib.edge.client import path
from chalicelib.edge.forms import Fields
from chalicelib.edge.problems import bad_field
from chalicelib.site.console import ambassadors
from chalicelib.site.screens import Page
from chalicelib.web.console import decide
from chalicelib.web.console.amounts import minor_units

STATES = ("pending", "confirmed", "cancelled")


def show(page: Page) -> Response:
    """Show payouts in one state, the newest first."""
    state = page.query.get("state", "pending")
    state = state if state in STATES else "pending"
    told = page.client.get("/v1/payouts", state=state, limit=20, cursor=page.query.get("cursor")).body
    return page.render(
        "payouts.html",
        state=state,
        every=STATES,
        shown=told["items"],
        next_cursor=told["next_cursor"],
        found=ambassadors.named(page, (it["ambassador_id"] for it in told["items"])),
        states=decide.states(page.language),
    )


def act(page: Page, form: Fields) -> Response:
    """Say how a payout went.

    Raises:
        Problem: as the API answers it.
    """
    about = path("v1", "payouts", form.text("id"))
    match form.text("do"):
        case "confirm":
            page.client.send("POST", f"{about}/confirm", {"reference": form.text("reference")})
            return page.done("paid")
        case "cancel":
            page.client.send("POST", f"{about}/cancel", {"note": form.text("note")})
            return page.done("cancelled")
    told: dict[str, object] = {"note": form.text("note")}
    if form.text("amount"):
        currency = form.text("currency")
        amount = minor_units(form.text("amount"), currency)
        if amount is None:
            raise bad_field("/amount", f"is an amount in {currency}, such as 12.50")
        told["amount"] = {"amount": amount, "currency": currency}
    page.client.send("POST", f"{about}/return", told, key=form.once)
    return page.done("returned", state="confirmed")
