"""Where the reward of an order stands, and why."""

from chalice.app import Response

from chalicelib import deps
from chalicelib.api import present
from chalicelib.domain.model.orders import Order
from chalicelib.domain.orders.explain import payment_of
from chalicelib.edge import fields
from chalicelib.edge.answers import json
from chalicelib.edge.call import Call
from chalicelib.edge.language import language_of
from chalicelib.edge.problems import not_found
from chalicelib.edge.views import view
from chalicelib.operations.program import programs
from chalicelib.web.explain import explain


@view({200: dict}, query={"lang": str})
def get_redemption(call: Call, order_id: str) -> Response:
    """Say where the reward of an order stands, and why; to an admin also what makes it suspicious."""
    language = language_of(call.query())
    table, known = deps.table(), fields.shop_id("order_id", order_id)
    admin = call.may("admin:read")
    order = table.read_order(known)
    if not isinstance(order, Order):
        raise not_found("No code was redeemed on this order.")
    redemption = order.redemption
    entries = table.read_entries(redemption)
    program = programs.version(table, redemption.program_version)
    payment = payment_of(order, program, deps.now())
    words = explain(redemption, "admin" if admin else "ambassador", language, deps.program(), payment)
    if not admin:
        return json(200, present.explained(redemption, payment, entries, words), Content_Language=language.tag)
    return json(200, present.examined(order, program, payment, entries, words), Content_Language=language.tag)
