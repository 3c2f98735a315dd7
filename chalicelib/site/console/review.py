"""One reward to decide on, waiting or decided before: the order, what is against it, and the ambassador's record."""

from collections import Counter
from typing import Any

from chalice.app import Response

from chalicelib.edge.client import path
from chalicelib.edge.forms import Fields
from chalicelib.edge.problems import Problem, bad_field
from chalicelib.site.console import ambassadors
from chalicelib.site.screens import Page
from chalicelib.web.console import decide
from chalicelib.web.console.amounts import minor_units

RECORD = 100
"""So many of the ambassador's last orders make up the record."""


def show(page: Page) -> Response:
    """Show the order and all decisions about it."""
    return _shown(page)


def act(page: Page, form: Fields) -> Response:
    """Ask whether a denial is meant, then decide.

    Raises:
        Problem: as the API answers it.
    """
    _see_that_nobody_decided_since(page, form.text("seen"))
    told = {"decision": form.text("decision"), "note": form.text("note"), "values": _values(form)}
    if told["decision"] == "deny" and told["note"] and not form.text("sure"):
        return _shown(page, pending=told)
    page.client.send("POST", path("v1", "reviews", page.subject), told)
    return page.done("decided")


def _see_that_nobody_decided_since(page: Page, seen: str) -> None:
    """See that a form does not turn round what somebody else has decided while it was open: the latest one counts.

    Raises:
        Problem: 409.
    """
    order = page.client.get(path("v1", "redemptions", page.subject)).body
    if seen and seen != str(len(order["reviews"])):
        raise Problem(409, "conflicting_review", "Another admin decided at this moment. Look at it again.")


def _values(form: Fields) -> dict[str, dict[str, Any]]:
    """What refunds in another currency are worth, by their ids; one that was left empty is worth nothing."""
    currency, worth = form.text("currency"), {}
    for refund_id in form.all("refund"):
        typed = form.text(f"value-{refund_id}")
        amount = minor_units(typed, currency) if typed else 0
        if amount is None:
            raise bad_field(f"/value-{refund_id}", f"is an amount in {currency}, such as 12.50")
        if amount:
            worth[refund_id] = {"amount": amount, "currency": currency}
    return worth


def _shown(page: Page, pending: dict[str, Any] | None = None) -> Response:
    order = page.client.get(path("v1", "redemptions", page.subject), lang=page.language.plain).body
    waiting = page.client.get("/v1/reviews", limit=100).body["items"]
    case = next((it for it in waiting if it["order_id"] == order["order_id"]), None)
    who = order["ambassador_id"]
    referrals = page.client.get(path("v1", "ambassadors", who, "referrals"), limit=RECORD).body["items"]
    return page.render(
        "review.html",
        pending=pending,
        order=order,
        seen=(page.typed.text("seen") if pending else "") or len(order["reviews"]),
        case=case,
        found=ambassadors.known(page, who),
        record=Counter(it["state"] for it in referrals),
        number_of=len(referrals),
        signals=decide.signals(page.language),
        questions=decide.questions(page.language),
        states=decide.states(page.language),
    )
