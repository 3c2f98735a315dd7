"""The mails that are owed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from chalicelib.domain.model.orders import News

Name = Literal[
    "friend_thanks",
    "welcome",
    "reward_held",
    "reward_released",
    "reward_changed",
    "reward_lost",
    "tier_reached",
    "gift_sent",
    "spent",
    "expiring",
    "balances",
]
"""Every letter that there is. `web/letters.py` has a function for each of them, and `templates/` its words."""

Turn = Literal["cancelled", "returned", "part_returned", "below_minimum", "denied", "counts_again"]


class Cause(NamedTuple):
    """What a message is about: an order's settlement or a change of an account, by the version that it made."""

    kind: Literal["order", "account"]
    id: str
    version: int

    @property
    def key(self) -> str:
        """The natural key of the one message about it. Of its parts only the id may hold a `:` or `#`."""
        return f"{self.kind}:{self.id}#{self.version}"


class Recipient(NamedTuple):
    """Whom a letter goes to: an ambassador by their id, a friend by their pseudonym. Never an address."""

    kind: Literal["ambassador", "friend"]
    id: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one person about one occasion.

    Attributes:
        name: which letter it is.
        to: who gets it.
        amount: what it is about, in the `unit`: the friend's discount, the reward, what was spent, or what expires.
        release_at: when the reward is the ambassador's, as `News` has it, and so has `when`.
        available: the balance in the unit once something was released, which stays for some time from `active_at` on.
        was: what was told before, if anything.
        turn: what brought it to another amount than that.
        tier: the name of the level that was reached.
        until: the day on which what is left expires.
        state: what became of it.
    """

    name: Name
    to: Recipient
    amount: int = 0
    unit: str = ""
    release_at: datetime | None = None
    when: Literal["expected", "open"] | None = None
    available: int | None = None
    active_at: datetime | None = None
    was: News | None = None
    turn: Turn | None = None
    tier: str | None = None
    until: datetime | None = None
    state: Literal["owed", "sent", "undeliverable"] = "owed"

    @property
    def told(self) -> News:
        """What its reader knows of the reward."""
        return News(self.amount, self.release_at, self.when)


@dataclass(frozen=True, slots=True)
class Message:
    """The letters that one cause owes, written in its transaction. It names people by reference only.

    Attributes:
        cause: what they are about; the same settlement of an order owes one message, however often it is tried.
        program_version: the rules that they speak of.
        state: `sending` when somebody has leased it at `sending_at` and has not said yet how it went.
        tries: how often it was leased.
        due_at: when it is to be sent, or sent again.
    """

    cause: Cause
    program_version: int
    letters: tuple[Letter, ...]
    state: Literal["pending", "sending", "done"] = "pending"
    sending_at: datetime | None = None
    tries: int = 0
    due_at: datetime | None = None

    @property
    def id(self) -> str:
        """The natural key."""
        return self.cause.key
