"""What an order means for its buyer, beside all money: what they have, since when, and whether they kept it."""

from chalicelib.domain.model.orders import Order, OrderFacts
from chalicelib.domain.model.people import Bought
from chalicelib.domain.orders.refunds import counting_refunds, kept
from chalicelib.domain.orders.standing import deliveries


def bought_of(order: OrderFacts) -> Bought | None:
    """Return an order as its buyer has it; None as long as nobody has bought anything by it.

    What was redeemed before it was paid for is bought once it is paid. It is delivered when the last parcel is.
    """
    redemption = order.redemption if isinstance(order, Order) else None
    if redemption and redemption.pending and order.payment is None:
        redemption = None
    told = redemption or order.purchase
    if told is None:
        return None
    parcels = deliveries(order)
    arrived = [it.delivered_at for it in parcels if it.delivered_at] if any(not it.more for it in parcels) else []
    purchase = order.purchase
    return Bought(
        order.order_id,
        told.placed_at,
        skus=purchase.skus if purchase else (),
        categories=purchase.categories if purchase else (),
        delivered_at=max(arrived, default=None),
        refunded=_is_refunded(order, redemption.paid if redemption else told.amount, told.currency),
        facts=len(order.later) + (redemption is not None) + (purchase is not None),
    )


def _is_refunded(order: OrderFacts, paid: int, currency: str) -> bool:
    counting = counting_refunds(order)
    back = [it.goods for it in counting if it.kind == "refund" and it.currency in {None, currency}]
    return any(it.kind == "cancellation" for it in counting) or kept(paid, back) == 0
