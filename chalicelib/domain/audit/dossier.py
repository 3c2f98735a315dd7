"""An order with everything that must agree with it, as its audit reads it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.domain.accounts.suspensions import was_suspended
from chalicelib.domain.audit.audit import Value, version_of
from chalicelib.domain.model.accounts import LedgerEntry, Suspension
from chalicelib.domain.model.claims import Claim
from chalicelib.domain.model.messages import Message
from chalicelib.domain.model.orders import News, Order, Redemption, Standing
from chalicelib.domain.model.people import Friend
from chalicelib.domain.model.reviews import Trait
from chalicelib.domain.program.program import Program

FIRST = 2
"""The version that a redemption gets by its first settlement, which decides its terms if it is paid for by then."""

SETTLES_MAX = 200
"""At most this many settlements are looked through for the messages of one order."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """An order with what the table has of everything that must agree with it. It has been settled.

    `entries` are those that the order names, as it names them, `messages` those about it by the redemption's version,
    looked for up to the version after the present one, `root` the one of its friend, `suspensions` all decisions about
    the account in their order, by whose it is. `kin` are all ids of the ambassador.
    """

    order: Order
    program: Program | None
    entries: Mapping[str, LedgerEntry] = field(default_factory=dict)
    root: Friend | None = None
    messages: Mapping[int, Sequence[Message]] = field(default_factory=dict)
    claim: Claim | None = None
    traits: Mapping[str, Trait] = field(default_factory=dict)
    suspensions: Mapping[str, Sequence[Suspension]] = field(default_factory=dict)
    kin: tuple[str, ...] = ()

    @property
    def redemption(self) -> Redemption:
        """The order's redemption."""
        return self.order.redemption

    @property
    def standing(self) -> Standing:
        """Where it stands."""
        assert self.redemption.standing is not None
        return self.redemption.standing

    @property
    def where(self) -> str:
        """How findings name the order."""
        return f"order/{self.order.order_id}"

    @property
    def posted(self) -> list[LedgerEntry]:
        """The entries that it names and that are its own."""
        named = (self.entries.get(number) for number in self.standing.entries)
        return [it for it in named if it is not None and it.order_id == self.order.order_id]

    def tells(self, entry: LedgerEntry) -> bool:
        """Whether the ambassador was to hear of an entry: not while the account was suspended."""
        return not was_suspended(self.suspensions.get(entry.ambassador_id, ()), version_of(entry.number))

    @property
    def first(self) -> int:
        """The version that the redemption got by the settlement that decided its terms."""
        return min(self.messages, default=FIRST) if self.redemption.pending else FIRST

    @property
    def waits(self) -> bool:
        """Whether a settlement is still to come that will see facts for the first time."""
        return any(fact.due_at is not None for fact in self.order.later)


def shown(value: datetime | tuple[object, ...] | News | Value) -> Value:
    """Write a part of an order as findings show it: times in UTC, several names one after the other."""
    if isinstance(value, News):
        return shown_news(value)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return value


def shown_news(news: News | None) -> str | None:
    """Write as one line what an ambassador was told."""
    if news is None:
        return None
    when = news.when or ("on" if news.release_at else "now")
    return f"{news.amount} {when} {shown(news.release_at) if news.release_at else ''}".rstrip()
