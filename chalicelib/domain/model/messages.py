"""The mails that are owed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from chalicelib.domain.model.orders import Told

Name = Literal["friend_thanks", "reward_held", "reward_released", "reward_changed", "reward_lost", "balances"]
Turn = Literal["cancelled", "returned", "part_returned", "below_minimum", "denied", "counts_again"]


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one person about one occasion. `unit` is None for the message's currency.

    News of a reward say `amount`, `release_at` and `when` as `Told` has them, what was told before (`was`), and the
    `turn` that brought it to another amount. What is released makes the balance `available`, which stays for some
    time from `active_at` on.
    """

    name: Name
    amount: int
    release_at: datetime | None = None
    when: Literal["expected", "open"] | None = None
    available: int = 0
    active_at: datetime | None = None
    unit: str | None = None
    was: Told | None = None
    turn: Turn | None = None
    state: Literal["owed", "sent", "undeliverable"] = "owed"

    @property
    def told(self) -> Told:
        """What its reader knows of the reward."""
        return Told(self.amount, self.release_at, self.when)


@dataclass(frozen=True, slots=True)
class Message:
    """The mails that one settlement owes, written in its transaction. It names people by reference only.

    `version` is the redemption's after the settlement, so the same occasion of another settlement is another message.
    A message about an account has no order and no friend; its version is the account's.
    `sending` means that somebody has leased it at `sending_at` and has not said yet how it went; `tries` counts leases.
    """

    version: int
    ambassador_id: str
    program_version: int
    currency: str
    letters: tuple[Letter, ...]
    order_id: str | None = None
    friend: str | None = None
    state: Literal["pending", "sending", "done"] = "pending"
    sending_at: datetime | None = None
    tries: int = 0
    due_at: datetime | None = None

    @property
    def id(self) -> str:
        """The natural key: order and settlement, or account and version, which has no `#`."""
        return f"{self.order_id}#{self.version}" if self.order_id else f"{self.ambassador_id}@{self.version}"
