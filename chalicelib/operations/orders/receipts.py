"""Keep of each order what it was for the figures, when its buyer is met."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.domain.effects import Create, Effect, Replace
from chalicelib.domain.model.orders import Order, OrderFacts
from chalicelib.domain.model.people import Person
from chalicelib.domain.model.stats import Receipt
from chalicelib.domain.stats.receipts import followed, receipt_of, touch_messages, with_code
from chalicelib.store.table import Table

LATE = timedelta(hours=1)
"""A day is counted two hours after its end, so what is older than this when it comes in may come too late for it."""


@dataclass(frozen=True, slots=True)
class Counted:
    """An order on its way to its receipt, and the one that it has already, if any."""

    bare: Receipt
    stored: Receipt | None
    currency: str

    def effects(self, table: Table, person: Person) -> list[Effect]:
        """Return what notes an order of a person, of whom it is not yet known; nothing if it is noted already."""
        bare, stored = self.bare, self.stored
        if stored:
            return [Replace(with_code(stored, bare))] if bare.is_coded and not stored.is_coded else []
        touches = table.read_messages(touch_messages(person, bare.placed_at))
        receipt = receipt_of(person, bare, touches)
        return [Create(receipt), *(Replace(followed(it, receipt, self.currency)) for it in touches)]


def note_if_late(table: Table, order: OrderFacts, now: datetime) -> None:
    """Have the days counted again that an order is late for: its own, and those of refunds that came before it.

    It is noted before the order is: whoever counts meanwhile will count once more.
    """
    told = (order.purchase, order.redemption if isinstance(order, Order) else None)
    times = [it.placed_at for it in told if it]
    if now - min(times) < LATE:
        return
    times += [it.recorded_at for it in order.refunds] + [it.recorded_at for it in order.reversals]
    for day in sorted({at.date() for at in times}):
        table.note_late(day, now)
