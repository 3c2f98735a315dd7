"""The entities of the system: what is stored, and nothing about how.

Every entity is immutable; a change is a new value that an effect puts in the place of the old one. Amounts are minor
units of the currency beside them, times are aware datetimes in UTC. `due_at` is when an entity asks to be looked at
again; None means that nothing is owed.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from chalicelib.domain.money import Money
from chalicelib.domain.program import GIFT, Rate

Balances = dict[str, dict[str, int]]
RefundKind = Literal["refund", "chargeback", "cancellation"]
Decision = Literal["approve", "deny"]
Mark = Literal["cancelled", "replaced", "denied", "by_default", "unvalued", "below_minimum", "undelivered", "earned"]
About = Literal["signals", "foreign_refund"]
State = Literal["held", "available", "void", "clawed_back"]
Template = Literal["friend_thanks", "reward_held", "reward_released", "reward_changed", "reward_lost", "balances"]
Reason = Literal["cancelled", "returned", "part_returned", "below_minimum", "denied", "counts_again"]

FACTS_NAMED = 50
"""So many later facts of an order are named in its standing, so that no number of them makes it too large to store."""


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
        unpaid: How many orders in a row have taken the place without being paid for, from `unpaid_since` on; 0 if the
            one that has it is paid for.
    """

    person: str
    root: str | None = None
    order_id: str = ""
    ambassador_id: str | None = None
    since: datetime | None = None
    count: int = 1
    unpaid: int = 0
    unpaid_since: datetime | None = None
    email: str | None = None
    first_name: str | None = None
    locale: str = "en"
    version: int = 1


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


# --- facts about an order: append-only, each under its natural key ----------------------------------------------------


@dataclass(frozen=True, slots=True)
class Terms:
    """What the first settlement decided for good: the rate that applied, and how much caps and budget left of it.

    `place` counts the ambassador's orders in the order of settlement, `reached` the referrals that decided the tier.
    `month` is the one, by the program's clocks, whose caps and budget it takes from and gives back to. `begins` is None
    when the order began to count as it was placed. `unit` is None for the order's own currency.
    `limit` is the reason when less than `full` was granted, `signals` what spoke for a review, `drawn` what came from
    which shard of the month's budget.
    """

    tier: str
    rate: Rate | None = None
    full: int = 0
    granted: int = 0
    month: str = ""
    place: int = 0
    reached: int = 0
    begins: datetime | None = None
    unit: str | None = None
    campaign: str | None = None
    limit: str | None = None
    signals: tuple[str, ...] = ()
    review: bool = False
    drawn: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Age:
    """How old a reward is, since what has expired stays so whatever is taken back and comes back.

    `fresh` is what of it became available in the account's version `since` or shortly before: young as long as no
    rewards have expired after that. `gone` is what was taken back out of `expired` and has not been put back, `back`
    what has been put back there.
    """

    gone: int = 0
    fresh: int = 0
    since: int = 0
    back: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """What an ambassador was last told of an order's reward: so much of its unit, and when it is theirs.

    With `release_at` on that day, or `expected` by then; without it now, or nobody knows when: it is `open`. Of a
    reward that is lost the amount is 0.
    """

    amount: int
    release_at: datetime | None = None
    when: Literal["expected", "open"] | None = None

    @property
    def is_theirs(self) -> bool:
        """Whether there is something that is the ambassador's already."""
        return self.amount > 0 and self.release_at is None and self.when is None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an order stands in the ledger: its terms, what was posted, and the summary of its facts that explains it.

    `worth` is what is posted now; `room` is what it takes of caps and budget; `net` is what the friend paid after
    refunds; `refunded` is the sum of these, `valued` the part of it that an admin has put on refunds in a foreign
    currency; `asked_until` is when the next open question to an admin is decided without one; `released_in` is the
    account's version that released it, `age` is there once something was taken back or came back after that; `facts`
    counts the later facts that were seen, and `named` are the first `FACTS_NAMED` of their names, in order; `entries`
    are the numbers of its entries, with the ledger before them (`amb_…/`) where that is not the order's ambassador's;
    `told` is what the ambassador knows of it by mail.

    `marks` say what else is true of it: `earned`, that something was available once; `by_default`, that nobody answered
    a question in time; `unvalued`, that such a question was what a refund is worth; `undelivered`, that the hold waits
    for goods which have not all been reported as delivered.
    """

    terms: Terms
    settled_at: datetime
    release_at: datetime
    net: int
    refunded: int = 0
    valued: int | None = None
    worth: int = 0
    room: int = 0
    asked_until: datetime | None = None
    released_in: int | None = None
    age: Age | None = None
    reviews: int = 0
    facts: int = 0
    named: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    entries: tuple[str, ...] = ()
    told: Told | None = None

    @property
    def released(self) -> bool:
        """Tell whether the hold has ended, once and for all."""
        return self.released_in is not None

    @property
    def review_open(self) -> bool:
        """Tell whether an admin is asked something that decides on the reward."""
        return self.asked_until is not None

    @property
    def held(self) -> int:
        """What waits for the hold to end."""
        return 0 if self.released else self.worth

    @property
    def available(self) -> int:
        """What the ambassador has of it."""
        return self.worth if self.released else 0

    @property
    def counted(self) -> bool:
        """Tell whether the order counts for tiers and milestones: it is released and still worth something.

        Where the rate gives nothing at all, it is enough that the order stands; nobody could leave such a tier else.
        """
        if self.terms.full:
            return self.available > 0
        if self.terms.limit is not None:
            return False
        return self.released and self.net > 0 and not (self.has("denied") or self.has("below_minimum"))

    def has(self, mark: Mark) -> bool:
        """Tell whether something is true of the order."""
        return mark in self.marks


@dataclass(frozen=True, slots=True)
class Redemption:
    """A code used on an order. Once the order is paid for, nothing changes but `standing`, `version` and `due_at`.

    `amount` is what the shop said, `tax` the part of it that is tax: the rest is goods. `excluded` is the part of these
    that doesn't count, such as gift cards; `payment` and `address` are pseudonyms. `claim` is the one by which it was
    admitted later, if the friend did not use the code. `friend_order` says which order of its friend it is: the first
    has the place, further ones come beside it if the program takes them.

    An order that was `pending` when it came earns nothing before a payment is reported. Until then the latest
    `revision` counts; one that the rules refused is `withdrawn` for that reason. `aliases` are the other pseudonyms of
    its friend, needed when it is paid for.
    """

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
    reward_unit: str | None = None
    tax: int | None = None
    excluded: int | None = None
    campaign: str | None = None
    payment: str | None = None
    address: str | None = None
    claim: str | None = None
    unaddressed: Literal[True] | None = None
    friend_order: int = 1
    pending: bool = False
    revision: int = 1
    withdrawn: str | None = None
    aliases: tuple[str, ...] = ()
    version: int = 1
    due_at: datetime | None = None
    standing: Standing | None = None

    @property
    def listed(self) -> int:
        """The goods that count at list price, which the minimum is about."""
        return self.amount - (self.tax or 0) - (self.excluded or 0)

    @property
    def thanks_friend(self) -> bool:
        """Whether the friend is written to: they have used a code, and somebody knows where.

        Of a further order that the code took nothing off, such as each renewal of a subscription, there is no news.
        """
        news = self.friend_order == 1 or self.friend_discount > 0
        return news and not (self.claim or self.unaddressed)

    @property
    def paid(self) -> int:
        """What the friend paid for the goods that count: the base of every reward."""
        return self.listed - self.friend_discount

    @property
    def posted(self) -> tuple[tuple[str, str], ...]:
        """The order's entries, in the order of posting: whose ledger each lies in, and its number there."""
        named = self.standing.entries if self.standing else ()
        return tuple((it.rpartition("/")[0] or self.ambassador_id, it.rpartition("/")[2]) for it in named)

    @property
    def ledger(self) -> str:
        """Whose ledger was posted to last: the versions in the standing are of that account."""
        return self.posted[-1][0] if self.posted else self.ambassador_id

    @property
    def begins(self) -> datetime:
        """When a settled order began to count: its hold and the months of caps and budget go by that."""
        return (self.standing and self.standing.terms.begins) or self.placed_at

    @property
    def unit(self) -> str:
        """What the reward is counted in, once there are terms: the currency, a unit of the program's, or a gift."""
        return (self.standing and self.standing.terms.unit) or self.currency


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Freed:
    """The friend of an order is free again, and the order worth nothing for good: there is one of an order.

    Another order has taken its place (`by`), since it had come to nothing, or an admin (`author`) has given it back.
    """

    order_id: str
    recorded_at: datetime
    by: str | None = None
    author: str | None = None
    note: str | None = None
    due_at: datetime | None = None

    @property
    def name(self) -> str:
        """How entries and standings name it."""
        return "freed"


@dataclass(frozen=True, slots=True)
class Question:
    """What an admin is asked, `about` the order's signals or a refund in a foreign currency, and for how long."""

    about: About
    deadline: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """A reward that waits for an admin. A settlement closes it.

    `questions` are those that are open, of refunds the most urgent one; `deadline` is the earliest of theirs.
    """

    order_id: str
    ambassador_id: str
    opened_at: datetime
    deadline: datetime
    questions: tuple[Question, ...] = ()
    state: Literal["open", "closed"] = "open"
    version: int = 1


@dataclass(frozen=True, slots=True)
class Trait:
    """A card or an address (a pseudonym), and the friends of one ambassador who have used it.

    Two friends are enough to say of anybody that another one has used it, so no more are kept.
    """

    pseudonym: str
    ambassador_id: str
    friends: tuple[str, ...] = ()
    version: int = 1


@dataclass(frozen=True, slots=True)
class Claim:
    """An order that an ambassador says they brought, although no code was used on it; an admin decides.

    `note` is what the ambassador says, `answer` what the admin does, `author` the admin's key.
    """

    id: str
    ambassador_id: str
    order_id: str
    claimed_at: datetime
    note: str | None = None
    state: Literal["open", "approved", "denied"] = "open"
    decided_at: datetime | None = None
    author: str | None = None
    answer: str | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class OpenClaims:
    """The ids of the claims of one ambassador that wait for an admin: there may be only so many."""

    ambassador_id: str
    claims: tuple[str, ...] = ()
    version: int = 1


Later = Refund | Reversal | Fulfilment | Review | Payment | Freed
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
    payment: Payment | None = None
    freed: Freed | None = None
    case: Case | None = None

    @property
    def begins(self) -> datetime:
        """When the order begins to count: as it was placed, or paid for if that came later."""
        assert self.redemption is not None
        placed_at = self.redemption.placed_at
        return max(placed_at, self.payment.paid_at) if self.redemption.pending and self.payment else placed_at

    @property
    def later(self) -> tuple[Later, ...]:
        """The facts beside the redemption."""
        once = (fact for fact in (self.payment, self.freed) if fact is not None)
        return (*self.refunds, *self.reversals, *self.fulfilments, *self.reviews, *once)

    @property
    def is_paid(self) -> bool:
        """Whether the order is paid for: it was when it came, or a payment was reported."""
        return self.redemption is not None and (not self.redemption.pending or self.payment is not None)


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
class Month:
    """What orders placed in one month take of the caps, `room` by amount and `uses` by count; and how many count."""

    room: int = 0
    uses: int = 0
    counted: int = 0


@dataclass(frozen=True, slots=True)
class Grant:
    """A prize as it was granted, so many `times` in a row."""

    amount: int
    unit: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class Window:
    """Over how many `months` referrals count for tiers (None: a whole life), by the program of this version."""

    version: int
    months: int | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """How many orders were settled on the last day that had any."""

    day: str
    orders: int


@dataclass(frozen=True, slots=True)
class Merger:
    """What an account remembers of another one that went into it, since versions of two don't compare.

    `version` is its own by which that came, `until` the last version of the other, `expired_in` the one in which
    rewards last expired there. `before` is how many orders it had settled by then, `settled` how many the other had.
    """

    version: int
    until: int
    expired_in: int
    before: int
    settled: int


@dataclass(frozen=True, slots=True)
class Account:
    """An ambassador's balances: always the sum of the entries. And the counters that rules look at.

    `balances` maps a unit to accounts (`held`, `available`, …) to amounts, `months` a month of purchase to what its
    orders take, `prizes` what for (such as `tier:5`) to what was granted, the latest last, and `ages` the same with the
    unit (such as `tier:5 EUR`) to how old that is. `settled` counts all orders, `refunded` those with refunds; `window`
    is of the newest program that settled one. `active_at` is when something was last earned or spent, `expired_in` the
    version in which unspent rewards last expired; `due_at` asks to look whether they do. `suspended_in` is the version
    in which an admin stopped what leaves the account, as long as that lasts. One that is `merged_into` another is empty
    for good; `absorbed` are those that went into this one.
    """

    ambassador_id: str
    version: int = 0
    balances: Balances = field(default_factory=dict)
    counted: int = 0
    settled: int = 0
    refunded: int = 0
    months: dict[str, Month] = field(default_factory=dict)
    prizes: dict[str, tuple[Grant, ...]] = field(default_factory=dict)
    ages: dict[str, Age] = field(default_factory=dict)
    window: Window | None = None
    pace: Pace | None = None
    active_at: datetime | None = None
    expired_in: int = 0
    suspended_in: int | None = None
    merged_into: str | None = None
    absorbed: dict[str, Merger] = field(default_factory=dict)
    due_at: datetime | None = None

    @property
    def suspended(self) -> bool:
        """Whether nothing may leave the account for now."""
        return self.suspended_in is not None

    def balance(self, unit: str, account: str) -> int:
        """Return one balance, in minor units if the unit is a currency."""
        return self.balances.get(unit, {}).get(account, 0)


@dataclass(frozen=True, slots=True)
class Suspension:
    """What an admin decided about all that leaves an account, and why: to stop it, or to let it go on.

    `version` is the one that the account got by it, `author` the admin's key. Each is kept for good.
    """

    ambassador_id: str
    version: int
    state: Literal["suspended", "reinstated"]
    author: str
    note: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Gift:
    """A gift that somebody has to send: the task that comes with an entry which made it available.

    `sent` is how many pieces were sent, when some of the `amount` were taken back meanwhile perhaps fewer than that.
    """

    id: str
    ambassador_id: str
    unit: str
    amount: int
    cause: str
    created_at: datetime
    order_id: str | None = None
    state: Literal["open", "sent", "withdrawn"] = "open"
    closed_at: datetime | None = None
    author: str | None = None
    note: str | None = None
    sent: int | None = None
    version: int = 1

    @property
    def name(self) -> str:
        """What somebody has to send."""
        return self.unit.removeprefix(GIFT)


@dataclass(frozen=True, slots=True)
class Coupon:
    """Guards that a coupon's code is given once, and leads from it to the spend."""

    code: str
    withdrawal_id: str


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Money on its way out of an account: reserved when it is asked for, then spent or paid, or given back.

    A spend has the `code` of a coupon, which cancels itself at `expires_at`; a payout waits until somebody says how it
    went. `currency` is what is taken from the account; if that is a unit such as points, `worth` is what the coupon is
    worth in money, by the program as it was then. `reference` and `note` are what it was asked with, `closing` is what
    it was closed with: the order or the payment, or why not. `returned` is what came back of it after that. `author`
    and `closed_by` are keys; an ambassador's own spend has no author.
    """

    id: str
    kind: Literal["spend", "payout"]
    ambassador_id: str
    amount: int
    currency: str
    created_at: datetime
    worth: Money | None = None
    code: str | None = None
    expires_at: datetime | None = None
    author: str | None = None
    reference: str | None = None
    note: str | None = None
    state: Literal["reserved", "confirmed", "cancelled", "expired"] = "reserved"
    closed_at: datetime | None = None
    closed_by: str | None = None
    closing: str | None = None
    returned: int = 0
    version: int = 1
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A correction of a balance by an admin. Above the program's limit it waits until a second admin decides.

    `amount` may be negative. `author` is the key that asked, `owner` whose key that is.
    """

    id: str
    ambassador_id: str
    amount: int
    unit: str
    reason: str
    author: str
    owner: str
    created_at: datetime
    state: Literal["waiting", "posted", "denied"] = "waiting"
    decided_at: datetime | None = None
    decided_by: str | None = None
    note: str | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Draw:
    """What settlements take from one shard of a month's budget, or give back (below zero).

    `at_most` is how much of the shard may be used before; None when an order gives back, or takes again what it had.
    """

    month: str
    shard: int
    amount: int
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one person about one occasion. `unit` is None for the message's currency.

    News of a reward say `amount`, `release_at` and `when` as `Told` has them, what was told before (`was`), and the
    `reason` why it comes to another amount now. What is released makes the balance `available`, which stays for some
    time from `active_at` on.
    """

    template: Template
    amount: int
    release_at: datetime | None = None
    when: Literal["expected", "open"] | None = None
    available: int = 0
    active_at: datetime | None = None
    unit: str | None = None
    was: Told | None = None
    reason: Reason | None = None
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
    `sending` means that somebody has begun to send at `sending_at` and has not said yet how it went.
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
    attempts: int = 0
    due_at: datetime | None = None

    @property
    def id(self) -> str:
        """The natural key: order and settlement, or account and version, which has no `#`."""
        return f"{self.order_id}#{self.version}" if self.order_id else f"{self.ambassador_id}@{self.version}"


# --- long work --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Job:
    """Work too long for one request: workers do it slice after slice, and whoever asked reads how far it is.

    `task` (what was asked), `result` (what has come out so far) and `cursor` (where the next slice goes on) are text in
    a form of the kind's own. `progress` counts what is done of `total`, which is None while nobody knows. A worker may
    take the job from `due_at` on: at once, or when the worker that has it counts as dead. `attempts` counts the slices
    that have broken off since the last one that went well.
    """

    id: str
    kind: str
    author: str
    created_at: datetime
    task: str = "{}"
    state: Literal["queued", "running", "done", "failed"] = "queued"
    progress: int = 0
    total: int | None = None
    result: str = "{}"
    cursor: str | None = None
    attempts: int = 0
    failure: str | None = None
    ended_at: datetime | None = None
    due_at: datetime | None = None
    version: int = 1


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
    """An ambassador whom the shop has signed in: known by the SHA-256 of a token, until `expires_at` or `ended_at`."""

    id: str
    ambassador_id: str
    digest: str
    created_at: datetime
    expires_at: datetime
    made_by: str
    ended_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request under an `Idempotency-Key`, stored in the transaction of what it made, and kept for good.

    `key` is a digest of route, caller and header, `fingerprint` one of what was asked, `result` names what was made.
    """

    key: str
    fingerprint: str
    recorded_at: datetime
    result: tuple[str, ...] = ()
