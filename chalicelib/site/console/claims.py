"""Orders that ambassadors say they brought, and one claim that was decided."""

from datetime import datetime
from typing import Any

from chalice.app import Response

from chalicelib.edge.client import path
from chalicelib.edge.forms import Fields
from chalicelib.edge.problems import bad_field
from chalicelib.site.console import ambassadors
from chalicelib.site.screens import Page
from chalicelib.web.console import decide
from chalicelib.web.console.amounts import minor_units


def show(page: Page) -> Response:
    """Show what waits, the oldest first; or one claim (`id`), or those of an ambassador that were decided (`of`)."""
    one, of = page.typed.text("one") or page.query.get("id"), page.query.get("of")
    if one:
        told: dict[str, Any] = {"items": [page.client.get(path("v1", "claims", one)).body], "next_cursor": None}
    else:
        told = page.client.get("/v1/claims", ambassador_id=of, limit=20, cursor=page.query.get("cursor")).body
    return page.render(
        "claims.html",
        one=one,
        of=of,
        shown=told["items"],
        next_cursor=told["next_cursor"],
        found=ambassadors.named(page, (it["ambassador_id"] for it in told["items"])),
        states=decide.states(page.language),
        currency=page.program.currency if page.program else "",
    )


def act(page: Page, form: Fields) -> Response:
    """Admit a claimed order, or deny the claim.

    Raises:
        Problem: as the API answers it.
    """
    told: dict[str, Any] = {"decision": form.text("do"), "note": form.text("note")}
    if told["decision"] == "approve":
        told["order"] = _order(page, form)
        told["overrules"] = bool(form.text("overrules"))
    page.client.send("POST", path("v1", "claims", form.text("id")), told)
    return page.done("claimed" if told["decision"] == "approve" else "denied", id=form.text("id"))


def _order(page: Page, form: Fields) -> dict[str, Any]:
    """The order as it was typed.

    Raises:
        Problem: 400.
    """
    currency = form.text("currency")
    amount = minor_units(form.text("amount"), currency)
    if amount is None:
        raise bad_field("/order/amount", f"is an amount in {currency}, such as 12.50")
    customer = {"email": form.text("email"), "first_name": form.text("first_name")}
    return {
        "customer": {name: text for name, text in customer.items() if text},
        "amount": {"amount": amount, "currency": currency},
        "placed_at": _moment(page, form.text("placed_at")),
    }


def _moment(page: Page, typed: str) -> str:
    """A day and time by the program's clocks, as a browser sends it.

    Raises:
        Problem: 400.
    """
    try:
        at = datetime.fromisoformat(typed)
    except ValueError as error:
        raise bad_field("/order/placed_at", "is a day with a time, such as 2026-01-31T12:00") from error
    return (at if at.tzinfo or page.program is None else at.replace(tzinfo=page.program.zone)).isoformat()
