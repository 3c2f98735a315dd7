"""Later facts about an order, reported in any sequence and as often as the shop likes: each has a natural key."""

from dataclasses import dataclass, fields, replace

from chalicelib.domain.effects import Create
from chalicelib.domain.model.facts import Freed, Fulfilment, Payment, Refund, Reversal
from chalicelib.operations.orders.answers import GRACE, Conflicting
from chalicelib.store.table import Table

Reported = Refund | Reversal | Fulfilment | Payment


@dataclass(frozen=True, slots=True)
class Taken:
    """The fact as it is stored, now or (`replayed`) by an earlier request with the same content.

    `superseded` says that it changes nothing, because a higher revision of the same delivery is there. `freed` is there
    if a reversal came too late: the order has given its friend free, and stays worth nothing.
    """

    fact: Reported
    replayed: bool
    superseded: bool = False
    freed: Freed | None = None


@dataclass(frozen=True, slots=True)
class AlreadyReversed:
    """The refund was reported before, and does not count any more: another one needs an id of its own."""


def report(table: Table, fact: Reported) -> Taken | Conflicting | AlreadyReversed:
    """Append a fact. It asks for attention until a settlement has read it, whether or not its redemption is known yet.

    A refund that is reported once more after it was reversed is refused: taken for a repeat, it would never count.

    Raises:
        BusyError: the table did not answer in time; the same request may be sent again.
    """
    failures = table.commit([Create(replace(fact, due_at=fact.recorded_at + GRACE))])
    stored = failures[0].stored if failures else fact
    assert isinstance(stored, Refund | Reversal | Fulfilment | Payment)
    if failures and _content(stored) != _content(fact):
        return Conflicting()
    if failures and isinstance(fact, Refund) and table.is_reversed(fact):
        return AlreadyReversed()
    superseded = isinstance(fact, Fulfilment) and table.is_superseded(fact)
    freed = table.read_freed(fact.order_id) if isinstance(fact, Reversal) else None
    return Taken(stored, replayed=bool(failures), superseded=superseded, freed=freed)


def _content(fact: Reported) -> list[object]:
    """What the shop said, without what we noted beside it."""
    return [getattr(fact, field.name) for field in fields(fact) if field.name not in {"recorded_at", "due_at"}]
