"""Orders as the shop reports them, with a code or without: by them it knows who has bought what."""

from dataclasses import dataclass, replace

from chalicelib.domain.effects import Create
from chalicelib.domain.model.facts import Purchase
from chalicelib.operations.orders.answers import GRACE, Conflicting
from chalicelib.store.table import Table


@dataclass(frozen=True, slots=True)
class Reported:
    """The report as it is stored, now or (`replayed`) by an earlier request with the same content."""

    purchase: Purchase
    replayed: bool


def report(table: Table, purchase: Purchase) -> Reported | Conflicting:
    """Note an order. Its buyer is known once a worker has read it.

    Raises:
        BusyError: the table did not answer in time; the same request may be sent again.
    """
    failures = table.commit([Create(replace(purchase, due_at=purchase.recorded_at + GRACE))])
    if not failures:
        return Reported(purchase, replayed=False)
    stored = failures[0].stored
    if not isinstance(stored, Purchase) or stored.fingerprint != purchase.fingerprint:
        return Conflicting()
    return Reported(stored, replayed=True)
