"""Orders that the shop reports whether or not a code was used, so that it knows its customers."""

from datetime import datetime
from typing import Annotated, Self

from chalice.app import Response
from msgspec import Meta, field

from chalicelib import deps
from chalicelib.api.checkout import Item, KnownCustomer, check_order, fingerprint_of
from chalicelib.domain.model import facts
from chalicelib.domain.people.pseudonyms import names_of
from chalicelib.edge import fields
from chalicelib.edge.answers import Answer, Sum, money, once
from chalicelib.edge.call import Call
from chalicelib.edge.fields import Id, Moment, Shape, Word
from chalicelib.edge.problems import conflicting_repeat
from chalicelib.edge.views import leads_to, view
from chalicelib.operations.orders.answers import Conflicting
from chalicelib.operations.orders.purchases import report


class BoughtItem(Item):
    """One line of an order that is reported, as in a redemption.

    Attributes:
        category: The kind of goods, as you call it: guides can be about a whole category.
    """

    category: Word | None = None


class NewPurchase(Shape):
    """An order, as the shop has it.

    Attributes:
        order_id: Your own id of the order, as in a redemption. Letter case matters.
        customer: Who has bought. `first_order` may be there as in a redemption, and changes nothing.
        amount: What the goods cost, as in a redemption.
        items: The lines of the order. Their SKUs and categories are kept, so that letters can be about what somebody
            has.
        placed_at: From 2000 on, a day ahead at most; now if left out.
    """

    order_id: Id
    customer: KnownCustomer
    amount: fields.Money
    items: Annotated[list[BoughtItem], Meta(max_length=200)] = field(default_factory=list)
    placed_at: Moment | None = None


class Purchase(Answer):
    """An order that is known.

    Attributes:
        skus: What was bought, as far as the report says it.
        categories: Of which kinds of goods.
    """

    order_id: str
    amount: Sum
    placed_at: datetime
    skus: list[str]
    categories: list[str]

    @classmethod
    def of(cls, purchase: facts.Purchase) -> Self:
        """Show a report."""
        return cls(
            order_id=purchase.order_id,
            amount=money(purchase.amount, purchase.currency),
            placed_at=purchase.placed_at,
            skus=list(purchase.skus),
            categories=list(purchase.categories),
        )


@view(
    {201: Purchase, 200: Purchase},
    body=NewPurchase,
    problems={409: ["conflicting_repeat"]},
    links=leads_to("post_refund post_fulfilment", order_id="$response.body#/order_id"),
)
def post_order(call: Call, body: NewPurchase) -> Response:
    """Report an order, with a code or without, so that its buyer is known.

    A redemption says as much, so report the orders that use no code; to report both does no harm. It earns nothing and
    nobody is written to because of it alone.
    """
    check_order(body)
    customer, now, pepper = body.customer, deps.now(), deps.settings().pepper
    purchase = facts.Purchase(
        order_id=body.order_id,
        persons=names_of(pepper, customer.email, customer.id),
        amount=body.amount.amount,
        currency=body.amount.currency,
        placed_at=fields.past("placed_at", body.placed_at, now) or now,
        recorded_at=now,
        skus=tuple(dict.fromkeys(it.sku for it in body.items if it.sku)),
        categories=tuple(dict.fromkeys(it.category for it in body.items if it.category)),
        email=customer.email,
        customer_id=customer.id,
        first_name=customer.first_name,
        locale=customer.locale,
        fingerprint=fingerprint_of(pepper, body),
    )
    answer = report(deps.table(), purchase)
    if isinstance(answer, Conflicting):
        raise conflicting_repeat("order_id")
    return once(Purchase.of(answer.purchase), replayed=answer.replayed)
