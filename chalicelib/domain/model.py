"""The entities of the system: what is stored, and nothing about how.

Every entity is immutable; a change is a new value that an effect puts in the place of the old one. Amounts are minor
units of the currency beside them, times are aware datetimes in UTC. `due_at` is when an entity asks to be looked at
again; None means that nothing is owed.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from chalicelib.domain.program import Rate

Balances = dict[str, dict[str, int]]
RefundKind = Literal["refund", "chargeback", "cancellation"]
Decision = Literal["approve", "deny"]
State = Literal["held", "available", "void", "clawed_back"]


# --- people ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Person:
    """Who an ambassador is; with `Friend` the only place where names and addresses live."""

    email: str
    first_name: str
    last_name: str | None = None
    locale: str = "en"
    customer_id: str | None = None
    birthday: str | None = None
    consents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """An ambassador: the person, and the code that they share."""

    ambassador_id: str
    code: str
    created_at: datetime
    person: Person


@dataclass(frozen=True, slots=True)
class Membership:
    """Guards that one person (a pseudonym) becomes one ambassador, whatever the race."""

    person: str
    ambassador_id: str
    code: str


@dataclass(frozen=True, slots=True)
class Friend:
    """Guards that one person is referred once, and carries the contact for the thank-you.

    A customer known by an id of the shop as well gets a second guard without a contact.
    """

    person: str
    order_id: str
    email: str | None = None
    first_name: str | None = None
    locale: str = "en"


@dataclass(frozen=True, slots=True)
class Code:
    """What the checkout must know about a code, in one read. `owners` are the pseudonyms of its ambassador."""

    code: str
    ambassador_id: str
    owners: tuple[str, ...]
    created_at: datetime
    state: Literal["active", "paused"] = "active"
    expires_at: datetime | None = None


# --- facts about an order: append-only, each under its natural key ----------------------------------------------------


@dataclass(frozen=True, slots=True)
class Terms:
    """What the first settlement decided for good: the tier and rate that applied, and how much caps left of it."""

    tier: str
    rate: Rate
    full: int
    granted: int
    review: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an order stands in the ledger: its terms, what was posted, and the summary of its facts that explains it.

    `held` and `available` are what is posted now; `room` is what it takes of the monthly cap; `net` is what the friend
    paid after refunds; `earned` tells that something was available once; `entries` are the numbers of its entries in
    the ambassador's ledger.
    """

    terms: Terms
    settled_at: datetime
    release_at: datetime
    net: int
    refunded: int = 0
    cancelled: bool = False
    denied: bool = False
    review_open: bool = False
    below_minimum: bool = False
    worth: int = 0
    held: int = 0
    available: int = 0
    room: int = 0
    released: bool = False
    counted: bool = False
    earned: bool = False
    reviews: int = 0
    entries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Redemption:
    """A code used on an order. Everything but `standing`, `version` and `due_at` is fixed when it is admitted."""

    order_id: str
    code: str
    ambassador_id: str
    friend: str
    amount: int
    friend_discount: int
    currency: str
    placed_at: datetime
    program_version: int
    reward_estimate: int
    fingerprint: str
    recorded_at: datetime
    version: int = 1
    due_at: datetime | None = None
    standing: Standing | None = None

    @property
    def paid(self) -> int:
        """What the friend paid for the goods: the base of every reward."""
        return self.amount - self.friend_discount


@dataclass(frozen=True, slots=True)
class Refund:
    """Money paid back for goods. A cancellation voids the order whatever its amount."""

    order_id: str
    refund_id: str
    kind: RefundKind
    amount: int
    currency: str | None = None
    recorded_at: datetime = field(kw_only=True)
    refunded_at: datetime | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reversal:
    """A dispute won: the refund it names no longer counts."""

    order_id: str
    refund_id: str
    recorded_at: datetime
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """A delivery; the hold runs from the latest one, and to the latest day on which goods may come back."""

    order_id: str
    fulfilment_id: str
    delivered_at: datetime
    recorded_at: datetime
    return_by: datetime | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """An admin's decision about an order. `answers` are the refunds in a foreign currency that it has seen."""

    order_id: str
    number: int
    decision: Decision
    author: str
    note: str
    recorded_at: datetime
    answers: tuple[str, ...] = ()
    due_at: datetime | None = None


Later = Refund | Reversal | Fulfilment | Review
"""The facts that may follow a redemption, or come before it."""


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """Everything known about one order. Without a redemption the other facts wait for one."""

    order_id: str
    redemption: Redemption | None = None
    refunds: tuple[Refund, ...] = ()
    reversals: tuple[Reversal, ...] = ()
    fulfilments: tuple[Fulfilment, ...] = ()
    reviews: tuple[Review, ...] = ()

    @property
    def later(self) -> tuple[Later, ...]:
        """The facts beside the redemption."""
        return (*self.refunds, *self.reversals, *self.fulfilments, *self.reviews)


# --- money ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of an entry: a positive amount credits `account`."""

    account: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One immutable posting in an ambassador's ledger; the legs of a currency sum to zero.

    `number` is the account's version and a count within it: it sorts in the order of posting, and a settlement that
    is carried out twice collides with itself.
    """

    ambassador_id: str
    number: str
    kind: str
    at: datetime
    cause: str
    legs: tuple[Leg, ...]
    program_version: int
    order_id: str | None = None
    tier: str | None = None
    reason: str | None = None
    author: str | None = None

    @property
    def id(self) -> str:
        """The public id: `ent_`, the ambassador's own part, the number."""
        return f"ent_{self.ambassador_id.removeprefix('amb_')}_{self.number}"


@dataclass(frozen=True, slots=True)
class Account:
    """An ambassador's balances: always the sum of the entries.

    `balances` maps a currency to accounts (`held`, `available`, …) to minor units, `room` a month of purchase to what
    its orders take of the cap, `bonuses` a tier to what was granted for reaching it.
    """

    ambassador_id: str
    version: int = 0
    balances: Balances = field(default_factory=dict)
    counted: int = 0
    room: dict[str, int] = field(default_factory=dict)
    bonuses: dict[str, int] = field(default_factory=dict)

    def balance(self, currency: str, account: str) -> int:
        """Return one balance in minor units."""
        return self.balances.get(currency, {}).get(account, 0)


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one person about one occasion."""

    template: Literal["friend_thanks", "reward_held", "reward_released"]
    amount: int
    release_at: datetime | None = None
    available: int = 0
    state: Literal["owed", "sent", "undeliverable"] = "owed"


@dataclass(frozen=True, slots=True)
class Message:
    """The mails that one settlement owes, written in its transaction. It names people by reference only.

    `version` is the redemption's after the settlement, so the same occasion of another settlement is another message.
    `sending` means that somebody has begun to send at `sending_at` and has not said yet how it went.
    """

    order_id: str
    version: int
    ambassador_id: str
    friend: str
    program_version: int
    currency: str
    letters: tuple[Letter, ...]
    state: Literal["pending", "sending", "done"] = "pending"
    sending_at: datetime | None = None
    attempts: int = 0
    due_at: datetime | None = None

    @property
    def id(self) -> str:
        """The natural key: order and settlement."""
        return f"{self.order_id}#{self.version}"


# --- access -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A server key: known by the SHA-256 of its secret, which is shown once and kept nowhere.

    `owner` is the person or team that answers for it; a key from before there were owners is owned by its name.
    `made_by` is the id of the key that made it, or "operator"; `makers` are the owners up that line, the nearest first.
    `last_used_at` is the first use of the last day on which it was used.
    """

    digest: str
    id: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    owner: str = ""
    made_by: str = "operator"
    makers: tuple[str, ...] = ()
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    def __post_init__(self) -> None:
        if not self.owner:
            object.__setattr__(self, "owner", self.name)


@dataclass(frozen=True, slots=True)
class Session:
    """An ambassador whom the shop has signed in: known by the SHA-256 of a token, until `expires_at`."""

    digest: str
    ambassador_id: str
    created_at: datetime
    expires_at: datetime
    made_by: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request under an `Idempotency-Key`, stored in the transaction of what it made, and kept for good.

    `key` is a digest of route, caller and header, `fingerprint` one of what was asked, `result` names what was made.
    """

    key: str
    fingerprint: str
    recorded_at: datetime
    result: tuple[str, ...] = ()
