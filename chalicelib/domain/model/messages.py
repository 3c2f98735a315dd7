"""The mails that are owed."""

from datetime import datetime
from typing import Literal, NamedTuple

from chalicelib.domain.frozen import frozen
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
    "proof_approved",
    "proof_denied",
    "spent",
    "expiring",
    "balances",
    "confirm",
    "sign_in",
    "check_in",
    "how_to",
    "birthday",
    "anniversary",
    "surprise",
    "invitation",
    "miss_you",
    "interests",
]
"""Every letter that there is. `web/letters.py` has a function for each of them, and `templates/` its words."""

Turn = Literal["cancelled", "returned", "part_returned", "below_minimum", "denied", "counts_again"]


Outcome = Literal["sent", "undeliverable", "closed"]
"""How a message ended: the mail service took its mail, or refused its address; or it was to go no more."""

Why = Literal[
    "mail_service",
    "operator",
    "address",
    "unsure",
    "given_up",
    "digest",
    "overtaken",
    "late",
    "no_budget",
    "no_guide",
]
"""Why a message waits, or ended as it did, beside what the policy says (`domain/people/policy.py`): the mail service
takes nothing just now; the operator has to mend something; the mail service can't read the address; nobody knows of
three mails whether they went; it could not be sent for two weeks; it was told in one mail with others; it had waited,
and was no longer so; it came to be known or could be looked at only when its time was over; the month's budget is used;
no guide fits in a language that they read."""

NEWS: tuple[Name, ...] = ("reward_held", "reward_released", "reward_changed", "reward_lost")
"""The letters that tell of one reward, each leading on from the one before."""

_ASIDE: dict[str, str] = {"friend_thanks": "@friend"}
"""What tells apart the messages that one cause owes: what goes out beside the news to its ambassador is named."""


Arrival = Literal["delayed", "returned", "delivered", "rejected", "bounced", "complained"]
"""What became of a mail that the mail service took: it tries on; the mail came back for what may pass; it arrived; the
mail service would not send what is in it; it came back for good; its reader called it spam."""


class Cause(NamedTuple):
    """What a message is about, and a number that tells one time from the next.

    That is the settlement of an order or the change of an account, by the version that it made; a tier that somebody
    reached, by the month, as 202603, its `id` being theirs with the tier's number, as `amb_1:5`; or rewards of somebody
    that expire, by the day, as 20260312. Or a person who wants something, by the time. Or a touch of care for a person,
    as `per_1:birthday:2026`: then the number says nothing. Or a task that somebody of the shop has done, once; or that
    somebody wants to sign in, once.
    """

    kind: Literal["order", "account", "tier", "expiry", "person", "touch", "task", "sign_in"]
    id: str
    version: int

    @property
    def key(self) -> str:
        """The natural key of the message about it. Of its parts only the id may hold a `:` or `#`."""
        return f"{self.kind}:{self.id}#{self.version}"


class Recipient(NamedTuple):
    """Whom a letter goes to: an ambassador, a person or an admin by their id, a friend by their pseudonym.

    Never an address.
    """

    kind: Literal["ambassador", "friend", "person", "admin"]
    id: str


@frozen
class Letter:
    """What one mail says.

    Attributes:
        name: which letter it is.
        amount: what it is about, in the `unit`: the friend's discount, the reward, what was spent, or what expires.
        release_at: when the reward is the ambassador's, as `News` has it, and so has `when`.
        available: the balance in the unit once something was released, which stays for some time from `active_at` on.
        was: what was told before, if anything.
        turn: what brought it to another amount than that.
        tier: the name of the level that was reached.
        until: the day on which what is left, or the offer, expires.
        about: the order, year or month that a touch of care is about.
        guide: the id of the guide that it shows.
        offer: the code of an offer of its reader's own.
        variant: which of the program's wordings or offers it has; None for the usual one.
    """

    name: Name
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
    about: str | None = None
    guide: str | None = None
    offer: str | None = None
    variant: str | None = None

    @property
    def told(self) -> News:
        """What its reader knows of the reward."""
        return News(self.amount, self.release_at, self.when)


@frozen
class Message:
    """One letter to one person that a cause owes, written in its transaction. It names people by reference only.

    Attributes:
        cause: what it is about; the same settlement of an order owes the same messages, however often it is tried.
        to: who gets it.
        letter: what it says.
        program_version: the rules that it speaks of.
        owed_at: since when.
        until: from when on it makes no sense any more; None if it always does.
        version: how often it was stored.
        state: `sending` when somebody has claimed it at `sending_at` and has not said yet how it went.
        outcome: how it ended, and `done_at` when, once it is `done`.
        why: why it has not gone out yet, or never will, as words that stand for good: the policy's, and `Why`.
        waited: what the policy let it wait for before it was claimed.
        tries: how often it was claimed.
        unsure: how often of these nobody knows whether its mail went.
        stuck_at: since when it can't be sent, for what is no fault of its own.
        due_at: when it is to be sent, or sent again.
        carried_by: the message under whose id it was told in one mail with others, if it was.
        copy: which one of those it is that an admin let go out again, from 1 on; `note` says why, `author` who.
        copies: how many there are.
        arrival: what became of its mail, as far as the mail service has told, and `arrival_at` when.
        answer: what its reader said to what it asks, the latest of their answers, and `answered_at` when.
        clicked_at: when a person first followed a link in it that leads on, to a guide or to the shop.
        bought_at: when the first order was placed that came after it within the days that count, held out or not, and
            what was `spent` on all of these, in the program's currency.
    """

    cause: Cause
    to: Recipient
    letter: Letter
    program_version: int
    owed_at: datetime
    until: datetime | None = None
    version: int = 1
    state: Literal["pending", "sending", "done"] = "pending"
    outcome: Outcome | None = None
    why: tuple[str, ...] = ()
    waited: tuple[str, ...] = ()
    sending_at: datetime | None = None
    done_at: datetime | None = None
    tries: int = 0
    unsure: int = 0
    stuck_at: datetime | None = None
    due_at: datetime | None = None
    carried_by: str | None = None
    copy: int = 0
    copies: int = 0
    author: str | None = None
    note: str | None = None
    arrival: Arrival | None = None
    arrival_at: datetime | None = None
    answer: str | None = None
    answered_at: datetime | None = None
    clicked_at: datetime | None = None
    bought_at: datetime | None = None
    spent: int = 0

    @property
    def first(self) -> str:
        """The id of the message that it is, or is a copy of."""
        return self.cause.key + _ASIDE.get(self.letter.name, "")

    @property
    def id(self) -> str:
        """The natural key."""
        return f"{self.first}+{self.copy}" if self.copy else self.first


def message_ids(cause: Cause) -> list[str]:
    """Return the ids of all messages that a cause may owe."""
    return [cause.key + aside for aside in (*_ASIDE.values(), "")]
