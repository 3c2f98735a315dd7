"""What an order was for the figures when its buyer was met: their first, by a code, and after which touches it came."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.domain.model.facts import Purchase
from chalicelib.domain.model.messages import Cause, Message
from chalicelib.domain.model.orders import Redemption
from chalicelib.domain.model.people import Person
from chalicelib.domain.model.stats import Receipt

AFTER = timedelta(days=30)
"""How long after a touch an order counts as one that came after it. It does not say that it came because of it."""


def reported(purchase: Purchase, now: datetime) -> Receipt:
    """Begin the receipt of an order that the shop has reported."""
    return _bare(purchase.order_id, purchase.placed_at, purchase.amount, purchase.currency, now)


def redeemed(redemption: Redemption, now: datetime) -> Receipt:
    """Begin the receipt of an order on which a code was used."""
    paid = redemption.amount - (redemption.tax or 0) - redemption.friend_discount
    bare = _bare(redemption.order_id, redemption.placed_at, paid, redemption.currency, now)
    return replace(bare, is_coded=True)


def receipt_of(person: Person, bare: Receipt, touches: Iterable[Message]) -> Receipt:
    """Note what was known of the buyer before this very order was folded in, and which `touches` it came after."""
    since, is_first = person.first_bought_at or bare.placed_at, person.first_bought_at is None
    return replace(
        bare,
        since=since,
        is_first=is_first,
        is_referred=bare.is_coded if is_first else person.first_coded_at == since,
        followed=tuple(sorted(it.id for it in touches)),
    )


def with_code(receipt: Receipt, bare: Receipt) -> Receipt:
    """Note that a code was used on an order which the shop has reported before."""
    by_code = receipt.is_referred or receipt.is_first
    version = receipt.version + 1
    return replace(receipt, amount=bare.amount, is_coded=True, is_referred=by_code, version=version)


def touch_messages(person: Person, placed_at: datetime) -> list[str]:
    """Return the ids of messages about the touches that an order came after: of the person, or one who became them."""
    touches = [it for it in person.touches if it.at <= placed_at < it.at + AFTER]
    names = (person.id, *person.absorbed)
    return [Cause("touch", f"{name}:{it.occasion}:{it.subject}", 1).key for it in touches for name in names]


def followed(message: Message, receipt: Receipt, currency: str) -> Message:
    """Note on the message of a touch that an order came after it. In another currency its amount says nothing."""
    first = min(filter(None, (message.bought_at, receipt.placed_at)))
    spent = message.spent + (receipt.amount if receipt.currency == currency else 0)
    return replace(message, bought_at=first, spent=spent, version=message.version + 1)


def _bare(order_id: str, placed_at: datetime, amount: int, currency: str, now: datetime) -> Receipt:
    return Receipt(order_id, placed_at, amount, currency, since=placed_at, met_at=now)
