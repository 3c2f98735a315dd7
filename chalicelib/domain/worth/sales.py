"""What an order has brought, whether or not a code was used on it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.model.orders import Order, OrderFacts
from chalicelib.domain.orders.refunds import counting_refunds, is_cancelled, kept, values


@dataclass(frozen=True, slots=True)
class Sale:
    """An order that stands.

    Attributes:
        amount: What the buyer has paid for goods, in minor units, after the discount of a code and after what came
            back; without tax where the shop has told it.
        discount: What a code took off.
        reward: What ambassadors have of it now, in the `unit`; None without a code.
    """

    order_id: str
    at: datetime
    currency: str
    amount: int
    discount: int = 0
    reward: int = 0
    unit: str | None = None

    @property
    def is_referred(self) -> bool:
        """Whether a code was used on it."""
        return self.unit is not None


def sale_of(order: OrderFacts) -> Sale | None:
    """Return what an order has brought; None if it was none in the end.

    It is none if it was cancelled, not paid for yet, or came back whole. An order is one, however it was told: a code
    that was used on it says more than a report.
    """
    if is_cancelled(order):
        return None
    if isinstance(order, Order) and not order.withdrawn:
        return _redeemed(order) if order.is_paid else None
    if order.purchase is None:
        return None
    told = order.purchase
    back = [it.goods for it in counting_refunds(order) if it.currency == told.currency]
    return _standing(Sale(order.order_id, told.placed_at, told.currency, told.amount), back)


def sales_of(orders: Iterable[OrderFacts]) -> list[Sale]:
    """Return what stands of some orders, each once, in the order of time."""
    found = {sale.order_id: sale for order in orders if (sale := sale_of(order))}
    return sorted(found.values(), key=lambda it: (it.at, it.order_id))


def _redeemed(order: Order) -> Sale | None:
    redemption, standing = order.redemption, order.redemption.standing
    back = [it.goods for it in counting_refunds(order) if it.currency == redemption.currency]
    back += values(order).values()
    sale = Sale(
        order_id=order.order_id,
        at=redemption.placed_at,
        currency=redemption.currency,
        amount=redemption.amount - (redemption.tax or 0) - redemption.friend_discount,
        discount=redemption.friend_discount,
        reward=standing.worth if standing else 0,
        unit=redemption.unit,
    )
    return _standing(sale, back)


def _standing(sale: Sale, back: list[int]) -> Sale | None:
    """A sale less what came back. One that was free from the beginning stands all the same."""
    left = kept(sale.amount, back)
    if left == 0 and sum(back) > 0:
        return None
    return Sale(sale.order_id, sale.at, sale.currency, left, sale.discount, sale.reward, sale.unit)
