"""What came back of an order: which refunds count, what they leave, and whether the order has come to nothing."""

from collections.abc import Sequence

from chalicelib.domain.model.facts import Refund
from chalicelib.domain.model.orders import Order, OrderFacts

CRUMBS_MAX = 5
"""The most minor units that rounding leaves over of an order which was paid back refund by refund."""


def void_whole(order: Order) -> bool:
    """Whether an order came to nothing, so that its friend is free to be brought by another one.

    It was cancelled, or its friend is free already, or all of it was paid back by refunds. Not by chargebacks, nor by
    what an admin decides: the goods may have been kept.
    """
    if order.freed is not None or is_cancelled(order):
        return True
    counting, currency = counting_refunds(order), order.redemption.currency
    back = [it.goods for it in counting if it.kind == "refund" and it.currency == currency]
    return kept(order.redemption.paid, back) == 0


def kept(paid: int, back: Sequence[int]) -> int:
    """Return what is left of what was paid. Crumbs, which come of rounding the tax of many refunds, are nothing."""
    net = max(0, paid - sum(back))
    return 0 if net <= min(sum(it > 0 for it in back) - 1, CRUMBS_MAX) else net


def is_cancelled(order: OrderFacts) -> bool:
    """Whether a cancellation counts."""
    return any(refund.kind == "cancellation" for refund in counting_refunds(order))


def counting_refunds(order: OrderFacts) -> list[Refund]:
    """The refunds that no reversal has undone."""
    reversed_ids = {reversal.refund_id for reversal in order.reversals}
    return [refund for refund in order.refunds if refund.refund_id not in reversed_ids]


def foreign_refunds(order: Order) -> list[Refund]:
    """Refunds in another currency than the order's: a person has to say what they are worth before they are summed."""
    currency = order.redemption.currency
    return [it for it in counting_refunds(order) if it.currency not in {None, currency} and it.goods > 0]


def values(order: Order) -> dict[str, int]:
    """What admins have said that refunds in a foreign currency are worth: of each the last word."""
    said: dict[str, int] = {}
    for review in sorted(order.reviews, key=lambda it: it.number):
        said |= review.values
    return {it.refund_id: said[it.refund_id] for it in foreign_refunds(order) if it.refund_id in said}
