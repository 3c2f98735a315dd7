"""What the people of the year and the shop have said, and what they know of it themselves.

A fact counts for sure once its request was answered (or, of an order, once a worker had time to read it), and may count
from when it was first sent: between the two nobody outside can tell.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from chalicelib.domain.model.people import EVERYTHING

Kind = Literal[
    "no",
    "yes",
    "bounced",
    "spam",
    "erase",
    "restrict",
    "lift",
    "case",
    "closed",
    "birthday",
    "time_zone",
    "country",
    "email",
    "handles",
    "interests",
    "enrolled",
    "answer",
    "order",
    "delivery",
    "refund",
    "merged",
    "rules",
]

LAG = timedelta(hours=3)
"""Within this a worker has read what is told of an order, and a round has looked at everybody."""

LAGGING = {"order", "delivery", "refund", "rules"}


@dataclass(slots=True, eq=False)
class Fact:
    """Something that was told, of the kind `kind` about something, with a value; `own` if the person said it.

    When it was first asked, asked last and answered is told by its place among all that has happened, since much
    happens in one second. `mail_until` is what the answer to an erasure says.
    """

    kind: Kind
    about: str = ""
    value: Any = None
    own: bool = True
    asked: int | None = None
    asked_at: datetime | None = None
    last: int = -1
    answered: int | None = None
    answered_at: datetime | None = None
    mail_until: datetime | None = None

    def may_count(self, at: datetime) -> bool:
        """Whether it may be known at a time."""
        return self.asked_at is not None and self.asked_at <= at

    def counts(self, at: datetime) -> bool:
        """Whether it is known for sure at a time."""
        known = self.known_at
        return known is not None and known <= at

    @property
    def known_at(self) -> datetime | None:
        """Since when it is known for sure."""
        if self.answered_at is None:
            return None
        return self.answered_at + (LAG if self.kind in LAGGING else timedelta())


@dataclass(slots=True, eq=False)
class Somebody:
    """One of the people."""

    number: int
    home: str
    words: dict[str, Any]
    quiet: bool = False
    person_id: str = ""
    code: str = ""
    ambassador_id: str = ""
    email: str = ""
    facts: list[Fact] = field(default_factory=list)
    into: "Somebody | None" = None

    @property
    def now(self) -> "Somebody":
        """Who they are by now."""
        return self.into.now if self.into else self

    def became(self, other: "Somebody") -> bool:
        """Whether they are somebody, or have turned out to be."""
        return self is other or (self.into is not None and self.into.became(other))

    def of(self, *kinds: Kind) -> Iterator[Fact]:
        """What was told of some kinds, and sent at all."""
        return (it for it in self.facts if it.kind in kinds and it.asked is not None)

    @property
    def is_erased(self) -> bool:
        """Whether they have asked for it."""
        return any(self.of("erase"))


def refuses(fact: Fact, purpose: str) -> bool:
    """Whether something is a no to letters of a purpose: so are a spam complaint and an erasure."""
    return fact.kind in {"spam", "erase"} or (fact.kind == "no" and fact.about in {EVERYTHING, purpose})


def is_agreed(facts: Iterable[Fact], purpose: str, place: int | None = None, at: datetime | None = None) -> bool:
    """Whether letters of a purpose may be sent, by what was told.

    With a `place` in all that has happened, whether anything lets them: of what nobody knows, the yes counts. With a
    time, whether everything does.
    """
    own_yes, own_no, shop_yes, shop_no = -1, -1, -1, -1
    for fact in facts:
        is_yes, is_no = fact.kind == "yes" and fact.about == purpose, refuses(fact, purpose)
        if not (is_yes or is_no) or fact.asked is None:
            continue
        if place is not None:
            sure = fact.answered is not None and fact.answered < place
            if fact.asked >= place or (is_no and not sure):
                continue
            rank = (fact.answered if sure and fact.answered is not None else place) if is_yes else fact.last
        else:
            assert at is not None, "a place or a time"
            if not fact.may_count(at) or (is_yes and not fact.counts(at)):
                continue
            rank = fact.last if is_yes else (fact.answered or 1 << 60)
        if is_yes and fact.own:
            own_yes = max(own_yes, rank)
        elif is_yes:
            shop_yes = max(shop_yes, rank)
        elif fact.own:
            own_no = max(own_no, rank)
        else:
            shop_no = max(shop_no, rank)
    refused = own_no > own_yes or shop_no > max(own_yes, shop_yes)
    asks = purpose not in {"service", "rewards"}
    return not refused and (not asks or max(own_yes, shop_yes) >= 0)
