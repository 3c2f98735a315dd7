"""Rewards become coupons here: what is available, a wish, and the coupons there are."""

from typing import Any

from chalice.app import Response

from chalicelib.edge.client import path
from chalicelib.edge.forms import Fields
from chalicelib.site.me.refusals import at_field, misfit
from chalicelib.site.screens import Page
from chalicelib.web.me import spend
from chalicelib.web.numbers import minor_units

OWN = "/v1/ambassadors/me"
_REFUSED = "insufficient_balance", "below_minimum", "not_divisible", "not_spendable", "currency_mismatch"


def show(page: Page) -> Response:
    """Show what can be spent, and all coupons, the newest first."""
    me = page.client.get(OWN).body
    coupons = page.client.get(f"{OWN}/spends", cursor=page.query.get("cursor")).body
    available = {_unit(it): it for it in me["account"]["available"]}
    wishes = [{"unit": _unit(it["minimum"]), "has": available.get(_unit(it["minimum"])), **it} for it in me["spending"]]
    return page.render(
        "spend.html",
        wishes=[it for it in wishes if it["has"] or not it.get("per")],
        coupons=sorted(coupons["items"], key=lambda it: it["status"] != "reserved"),
        next_cursor=coupons["next_cursor"],
        states=spend.states(page.language),
    )


def act(page: Page, form: Fields) -> Response:
    """Make a coupon, or take one back that was not used."""
    if form.text("take_back"):
        page.client.send("POST", OWN + path("spends", form.text("take_back"), "cancel"), {})
        return page.done("taken_back")
    unit = form.text("unit")
    name, wrong = f"amount-{unit}", spend.no_amount(page.language)
    amount = minor_units(form.text(name), unit)
    if amount is None:
        raise misfit(name, wrong)
    told = {"amount": amount, ("unit" if unit.islower() else "currency"): unit}
    with at_field(page, name, wrong, *_REFUSED, pointer="amount"):
        page.client.send("POST", f"{OWN}/spends", {"amount": told}, key=form.once)
    return page.done("spent")


def _unit(amount: dict[str, Any]) -> str:
    return str(amount.get("currency") or amount["unit"])
