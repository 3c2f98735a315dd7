"""Who is known: ambassadors, their codes, and the guards that keep one person one."""

from dataclasses import field
from datetime import datetime
from typing import Literal

from chalicelib.domain.frozen import frozen

Purpose = Literal["service", "rewards", "care", "tips", "wishes", "offers"]
"""What a letter is for.

`service` answers what somebody did: a code, thanks for an order, a coupon, a way to sign in. `rewards` is news of an
ambassador's own rewards, until they refuse it. All others need a yes: `care` asks how it went, `tips` show what a
product can do, `wishes` go out on days of the person's own, `offers` invite and promote.
"""

PROMOTIONAL: tuple[Purpose, ...] = ("care", "tips", "wishes", "offers")
"""The purposes that need a yes."""

EVERYTHING = "*"
"""The purpose under which somebody refuses all letters but those of service. It can only be refused."""


@frozen
class Consent:
    """What was last said about one purpose, by the person and by the shop: the latest yes and the latest no of each.

    It is agreed if the last yes is later than the last no; but the person's own no yields only to their own later yes,
    since an import of the shop says yes each night, with a fresh date.

    Attributes:
        source: Where the latest yes was given.
        text: What was agreed to with it, or the version of that text.
    """

    own_yes: datetime | None = None
    own_no: datetime | None = None
    shop_yes: datetime | None = None
    shop_no: datetime | None = None
    source: str | None = None
    text: str | None = None


@frozen
class Stop:
    """An address gets no mail any more: what the mail service reported of it.

    Attributes:
        kind: It does not exist (`bounce`), its reader called a mail spam (`complaint`), or it was full or away so often
            (`unreachable`).
    """

    kind: Literal["bounce", "complaint", "unreachable"]
    at: datetime


@frozen
class Bounces:
    """How mails to an address fare.

    Attributes:
        delivered: When the last mail that arrived was sent.
        returned: When those since were sent that came back for what may pass: the last three.
    """

    delivered: datetime | None = None
    returned: tuple[datetime, ...] = ()


@frozen
class Sent:
    """A mail of which its purpose says that there may be only so many."""

    key: str
    purpose: Purpose
    at: datetime


@frozen
class Bought:
    """An order of the person's, as far as letters go by it.

    Attributes:
        skus: What was bought.
        categories: Of which kinds of goods, as the shop has them.
        delivered_at: When the last of its deliveries was, once none is to come.
        refunded: Whether all of it was paid back, or it was cancelled.
        facts: How many facts tell this: what rests on more of them is newer.
    """

    order_id: str
    placed_at: datetime
    skus: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    delivered_at: datetime | None = None
    refunded: bool = False
    facts: int = 0


@frozen
class Answer:
    """What somebody has said to a question: the latest answer to each counts.

    Attributes:
        about: What was asked, as `check_in:` with the id of an order.
        value: For a check-in `happy`, `fine` or `unhappy`.
    """

    about: str
    value: str
    at: datetime


@frozen
class Touched:
    """A touch of care that is done with: it went out or was begun, or it was to go to one who is held out.

    Attributes:
        occasion: What for, as `birthday`.
        subject: What tells it from the others of its occasion: an order, a year, a month.
        at: When it was let through.
        variant: Which of the program's wordings or offers it had.
        held_out: Whether nothing was sent, so that it can be told what it is worth.
    """

    occasion: str
    subject: str
    at: datetime
    variant: str | None = None
    held_out: bool = False


@frozen
class Person:
    """Somebody whom the shop knows: the one place of names, addresses and dates. Ambassador, friend, buyer are roles.

    Attributes:
        id: Of its own, since addresses and the shop's ids change. A `Membership` leads from each of them here.
        into: The person with whom this one has turned out to be one; nothing else is said then.
        names: All pseudonyms by which they are or were known.
        locale: Their language; None for the program's.
        time_zone: A name of the IANA database; None if nobody told.
        country: ISO 3166-1, two letters.
        birthday: `MM-DD` or `YYYY-MM-DD`.
        told: When each of these was told last, by its name: the newest word counts (`domain/people/person.py`).
        consents: By purpose, and under `*` a no to everything.
        stops: The addresses that get no mail, by pseudonym, so that an address is stopped and not the person.
        bounces: How mails to their addresses fare, by pseudonym.
        complaints: What came up between them and the shop, by a name, and when: nothing promotional while one is open.
        closed: When each of these was closed; one that came up again after that is open.
        ambassador_id: Who they are as an ambassador, and `ambassador_since` when.
        absorbed: The ids of people who turned out to be this one.
        orders: The last eight, in the order of time; `first_bought_at` is when the first one of all was placed.
        first_coded_at: When their first order on which a code was used was placed.
        answers: The last eight.
        touches: The last sixteen of each occasion.
        seen_until: Until when it was looked what is due; what ended before is recorded.
        paused_until: Nothing is tried before, since the mail service took nothing.
        due_at: When to look again what is due.
        sent: The last eight mails of each purpose that is capped, the latest last.
        restricted_at: Since when nothing about them is used but for service and rewards.
        erased_at: When all that was known was forgotten.
        listed: The words of their name under which they can be found, as the table has stored them.
    """

    id: str
    version: int = 1
    into: str | None = None
    names: tuple[str, ...] = ()
    created_at: datetime | None = None
    email: str | None = None
    customer_id: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    locale: str | None = None
    time_zone: str | None = None
    country: str | None = None
    birthday: str | None = None
    handles: dict[str, str] = field(default_factory=dict)
    interests: tuple[str, ...] = ()
    told: dict[str, datetime] = field(default_factory=dict)
    consents: dict[str, Consent] = field(default_factory=dict)
    stops: dict[str, Stop] = field(default_factory=dict)
    bounces: dict[str, Bounces] = field(default_factory=dict)
    complaints: dict[str, datetime] = field(default_factory=dict)
    closed: dict[str, datetime] = field(default_factory=dict)
    ambassador_id: str | None = None
    ambassador_since: datetime | None = None
    absorbed: tuple[str, ...] = ()
    orders: tuple[Bought, ...] = ()
    first_bought_at: datetime | None = None
    first_coded_at: datetime | None = None
    answers: tuple[Answer, ...] = ()
    touches: tuple[Touched, ...] = ()
    sent: tuple[Sent, ...] = ()
    seen_until: datetime | None = None
    paused_until: datetime | None = None
    due_at: datetime | None = None
    restricted_at: datetime | None = None
    erased_at: datetime | None = None
    listed: tuple[str, ...] = ()


@frozen
class NameWord:
    """One word of a person's name, under which they are listed; None where there was one before.

    It is kept with the person, by the table itself (`store/names.py`).
    """

    person_id: str
    place: int
    word: str | None = None


@frozen
class Erasure:
    """Somebody wanted to be forgotten: who asked, and how far it is. It names them by the id of a person alone.

    Attributes:
        person_id: Of whom nothing is known any more since `asked_at`; what lies elsewhere is taken piece by piece.
        by: The key of an admin, `person` for themselves, `retention` for the program's own limit.
        note: Why, in an admin's words.
        taken: How many pieces were.
        due_at: When to look for what is left, or came in meanwhile.
    """

    id: str
    person_id: str
    asked_at: datetime
    by: str
    note: str | None = None
    state: Literal["open", "done"] = "open"
    taken: int = 0
    ended_at: datetime | None = None
    due_at: datetime | None = None
    version: int = 1


@frozen
class Profile:
    """An ambassador: who they are (`person_id`), and the code that they share.

    One who has turned out to be another person's second self is `merged_into` that one for good; `absorbed` are those
    of whom that has been found here, each after its own.
    """

    ambassador_id: str
    code: str
    created_at: datetime
    person_id: str
    version: int = 1
    merged_into: str | None = None
    absorbed: tuple[str, ...] = ()

    @property
    def kin(self) -> tuple[str, ...]:
        """All ids of this person, whose orders and entries lie under either; the present one last."""
        return *self.absorbed, self.ambassador_id


@frozen
class Membership:
    """Whose a pseudonym is, whatever the race: of one person, and of one ambassador if they are one.

    Without a person it is free: it was of one whose address or customer id has been corrected.

    Attributes:
        person: The pseudonym.
        person_id: The `Person` who is known by it.
        former: Who was before: what they have bought by it stays theirs.
    """

    person: str
    ambassador_id: str | None = None
    code: str | None = None
    person_id: str | None = None
    version: int = 1
    former: tuple[str, ...] = ()


@frozen
class Friend:
    """Guards that one order of a person is rewarded, and hands over what it told of them, until that is folded.

    Whoever is known in several ways, as by an address and an id of the shop, has one root and for each other way an
    alias, which says no more than what its `root` is. So there is one place, whatever a person is known by.

    Attributes:
        order_id: The order that has the place. It was placed at `since`, with a code of `ambassador_id`.
        count: How many orders of the friend were taken: more than one if the program takes further ones.
        unpaid: How many orders in a row have taken the place without being paid for, and have a code. The row began at
            `unpaid_since`, which is None if the order that has the place is paid for.
        waiting: Further orders that are not paid for yet, where the program takes only so many: when each lapses.
        dropped: How many further orders count no more, since they lapsed or lost their code.
        also: The other pseudonyms that the newest order has named, while what it told waits to be folded.
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
    customer_id: str | None = None
    first_name: str | None = None
    locale: str | None = None
    also: tuple[str, ...] = ()
    version: int = 1

    @property
    def is_paid(self) -> bool:
        """Whether the order that has the place is paid for."""
        return self.unpaid_since is None


@frozen
class Code:
    """What the checkout must know about a code, in one read.

    `owners` are the pseudonyms of its ambassador, former ones among them: nobody becomes a friend of their own.
    `kin` are the ids of its ambassador, if there is more than the one that it names, and `person_id` who that is as a
    person. `campaign` names the campaign whose terms its orders have while it runs. Of one that its ambassador has
    paused, `own_pause` says that they may let it work again.
    """

    code: str
    ambassador_id: str
    owners: tuple[str, ...]
    created_at: datetime
    kin: tuple[str, ...] = ()
    state: Literal["active", "paused"] = "active"
    expires_at: datetime | None = None
    campaign: str | None = None
    person_id: str = ""
    own_pause: bool = False


@frozen
class FurtherCodes:
    """The codes that an ambassador shares beside the first one, the latest last: there may be only so many.

    Its version moves with whatever all codes must agree in, so that a code which is made meanwhile is not left out.
    """

    ambassador_id: str
    codes: tuple[str, ...] = ()
    version: int = 1
