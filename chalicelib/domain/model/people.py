"""Who is known: ambassadors, their codes, and the guards that keep one person one."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal


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
    """An ambassador: the person, and the code that they share.

    One who has turned out to be another person's second self is `merged_into` that one for good; `absorbed` are those
    of whom that has been found here, each after its own.
    """

    ambassador_id: str
    code: str
    created_at: datetime
    person: Person
    version: int = 1
    merged_into: str | None = None
    absorbed: tuple[str, ...] = ()

    @property
    def kin(self) -> tuple[str, ...]:
        """All ids of this person, whose orders and entries lie under either; the present one last."""
        return *self.absorbed, self.ambassador_id


@dataclass(frozen=True, slots=True)
class Membership:
    """Guards that one person (a pseudonym) is one ambassador, whatever the race.

    Without an ambassador it is free: it was of one whose address or customer id has been corrected.
    """

    person: str
    ambassador_id: str | None = None
    code: str | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Friend:
    """Guards that one order of a person is rewarded, and carries the contact for the thank-you.

    Whoever is known in several ways, as by an address and an id of the shop, has one root and for each other way an
    alias, which says no more than what its `root` is. So there is one place, whatever a person is known by.

    Attributes:
        order_id: The order that has the place. It was placed at `since`, with a code of `ambassador_id`.
        count: How many orders of the friend were taken: more than one if the program takes further ones.
        unpaid: How many orders in a row have taken the place without being paid for, and have a code. The row began at
            `unpaid_since`, which is None if the order that has the place is paid for.
        waiting: Further orders that are not paid for yet, where the program takes only so many: when each lapses.
        dropped: How many further orders count no more, since they lapsed or lost their code.
    """

    person: str
    root: str | None = None
    order_id: str = ""
    ambassador_id: str | None = None
    since: datetime | None = None
    count: int = 1
    unpaid: int = 0
    unpaid_since: datetime | None = None
    waiting: dict[str, datetime] = field(default_factory=dict)
    dropped: int = 0
    email: str | None = None
    first_name: str | None = None
    locale: str = "en"
    version: int = 1

    @property
    def is_paid(self) -> bool:
        """Whether the order that has the place is paid for."""
        return self.unpaid_since is None


@dataclass(frozen=True, slots=True)
class Code:
    """What the checkout must know about a code, in one read.

    `owners` are the pseudonyms of its ambassador, former ones among them: nobody becomes a friend of their own.
    `kin` are the ids of its ambassador, if there is more than the one that it names. `campaign` names the campaign
    whose terms its orders have while it runs.
    """

    code: str
    ambassador_id: str
    owners: tuple[str, ...]
    created_at: datetime
    kin: tuple[str, ...] = ()
    state: Literal["active", "paused"] = "active"
    expires_at: datetime | None = None
    campaign: str | None = None


@dataclass(frozen=True, slots=True)
class FurtherCodes:
    """The codes that an ambassador shares beside the first one, the latest last: there may be only so many.

    Its version moves with whatever all codes must agree in, so that a code which is made meanwhile is not left out.
    """

    ambassador_id: str
    codes: tuple[str, ...] = ()
    version: int = 1
