"""What happened in somebody's story, whatever it is stored as."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from chalicelib.domain.effects import Entity
from chalicelib.domain.model.facts import Purchase
from chalicelib.domain.model.orders import Redemption

Kind = Literal[
    "met", "joined", "code", "session", "suspension",
    "order", "referral", "entry", "claim",
    "mail", "ahead", "answer", "offer", "surprise", "task",
    "consent", "stop", "complaint", "complaint_closed", "restricted", "erased",
]  # fmt: skip
"""What may have happened."""

Group = Literal["orders", "rewards", "letters", "care", "tasks", "person", "ambassador"]
"""What a reader may want to see alone."""

GROUPS: Mapping[Group, tuple[Kind, ...]] = {
    "orders": ("order", "referral", "claim"),
    "rewards": ("entry",),
    "letters": ("mail",),
    "care": ("ahead", "answer", "offer", "surprise"),
    "tasks": ("task",),
    "person": ("met", "consent", "stop", "complaint", "complaint_closed", "restricted", "erased"),
    "ambassador": ("joined", "code", "session", "suspension"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody, or the shop for them, has said to a purpose."""

    purpose: str
    given: bool
    own: bool
    source: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Bought:
    """An order of theirs, as it was reported, or as a code was used on it, or both."""

    order_id: str
    purchase: Purchase | None
    redemption: Redemption | None


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened.

    Attributes:
        id: Tells it from the others of its kind.
        about: What is stored of it.
        behind: What stands behind an entry: a withdrawal, an adjustment, a gift.
    """

    kind: Kind
    at: datetime
    id: str
    about: Any
    behind: Entity | None = None
