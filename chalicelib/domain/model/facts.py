"""The facts that may follow a redemption, or come before it: each is stored once and says the same for good."""

from collections.abc import Iterable
from dataclasses import field
from datetime import datetime
from typing import Literal

from chalicelib.domain.frozen import frozen

RefundKind = Literal["refund", "chargeback", "cancellation"]
Decision = Literal["approve", "deny"]


@frozen
class Refund:
    """Money paid back, `tax` and `shipping` among it. A cancellation voids the order and has no amount."""

    order_id: str
    refund_id: str
    kind: RefundKind
    amount: int = 0
    currency: str | None = None
    tax: int | None = None
    shipping: int | None = None
    recorded_at: datetime = field(kw_only=True)
    refunded_at: datetime | None = None
    due_at: datetime | None = None

    @property
    def name(self) -> str:
        """How entries and standings name it."""
        return f"refund:{self.refund_id}"

    @property
    def goods(self) -> int:
        """What came back for goods; nothing when it was shipping alone, say."""
        return self.amount - (self.tax or 0) - (self.shipping or 0)


@frozen
class Reversal:
    """A dispute won: the refund it names no longer counts."""

    order_id: str
    refund_id: str
    recorded_at: datetime
    due_at: datetime | None = None

    @property
    def name(self) -> str:
        """How entries and standings name it."""
        return f"reversal:{self.refund_id}"


@frozen
class Fulfilment:
    """A delivery, as told by one revision of it; the highest one counts, whatever came last.

    The hold runs from the latest delivery, and to the latest day on which goods may come back (`return_by`). `more`
    says that more parcels of the order are to come, `void` that there was no such delivery; then it needs no time.
    """

    order_id: str
    fulfilment_id: str
    delivered_at: datetime | None = None
    recorded_at: datetime = field(kw_only=True)
    revision: int = 1
    return_by: datetime | None = None
    more: bool = False
    void: bool = False
    due_at: datetime | None = None

    @property
    def name(self) -> str:
        """How entries and standings name it."""
        return f"fulfilment:{self.fulfilment_id}#{self.revision}"


@frozen
class Review:
    """An admin's decision about an order.

    `answers` are the refunds in a foreign currency that it has seen, `values` what some of them are worth in the
    order's currency; of two reviews that name one, the later counts.
    """

    order_id: str
    number: int
    decision: Decision
    author: str
    note: str
    recorded_at: datetime
    answers: tuple[str, ...] = ()
    values: dict[str, int] = field(default_factory=dict)
    due_at: datetime | None = None

    @property
    def name(self) -> str:
        """How entries and standings name it."""
        return f"review:{self.number}"


@frozen
class Payment:
    """An order that was redeemed before it was paid for has been paid. There is one of an order."""

    order_id: str
    payment_id: str
    paid_at: datetime
    recorded_at: datetime
    due_at: datetime | None = None

    @property
    def name(self) -> str:
        """How entries and standings name it."""
        return "payment"


@frozen
class Freed:
    """The friend of an order is free again, and the order worth nothing: for good, unless an admin undoes it in time.

    Another order has taken its place (`by`), since it had come to nothing, or an admin (`author`) has given it back.
    `number` counts them, from 1 on: one follows another only when that was undone.
    """

    order_id: str
    recorded_at: datetime
    by: str | None = None
    author: str | None = None
    note: str | None = None
    due_at: datetime | None = None
    number: int = 1

    @property
    def name(self) -> str:
        """How entries and standings name it."""
        return "freed" if self.number == 1 else f"freed:{self.number}"


@frozen
class Kept:
    """An order has its friend's place after all: an admin has undone that it was given back, that with this number."""

    order_id: str
    number: int
    author: str
    note: str
    recorded_at: datetime
    due_at: datetime | None = None

    @property
    def name(self) -> str:
        """How entries and standings name it."""
        return f"kept:{self.number}"


def in_force(releases: Iterable[Freed], kept: Iterable[Kept]) -> Freed | None:
    """Return by what the friend of an order is free, if that was not undone."""
    undone = {it.number for it in kept}
    return next((it for it in releases if it.number not in undone), None)


@frozen
class TakenOff:
    """An order that waits for its payment came without a code, or with one that was refused, before it was stored.

    What comes under a lower `revision` after that has no code either, for the same `reason`. `fingerprint` tells the
    same request from another one.
    """

    order_id: str
    revision: int
    reason: str
    fingerprint: str
    recorded_at: datetime
    version: int = 1

    @property
    def name(self) -> str:
        """How it is named among the facts of its order."""
        return "takenoff"


@frozen
class Purchase:
    """An order as the shop reports it, with a code or without: who has bought what, and when.

    Attributes:
        persons: The buyer's pseudonyms, the one of the e-mail address first.
        skus: What was bought, as far as the shop said, and of which `categories`.
        email: What it tells of the buyer, like the names below it, until that is folded.
        fingerprint: Tells the same report from another one.
    """

    order_id: str
    persons: tuple[str, ...]
    amount: int
    currency: str
    placed_at: datetime
    recorded_at: datetime
    skus: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    email: str | None = None
    customer_id: str | None = None
    first_name: str | None = None
    locale: str | None = None
    fingerprint: str = ""
    due_at: datetime | None = None
    version: int = 1

    @property
    def name(self) -> str:
        """How it is named among the facts of its order."""
        return "purchase"


Later = Refund | Reversal | Fulfilment | Review | Payment | Freed | Kept
"""The facts that may follow a redemption, or come before it."""
