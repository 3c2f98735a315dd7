"""What is known of an order: the redemption with where it stands, and the facts about it (`model.facts`)."""

from dataclasses import field, fields
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from chalicelib.domain.frozen import frozen
from chalicelib.domain.model.facts import (
    Freed,
    Fulfilment,
    Kept,
    Later,
    Payment,
    Purchase,
    Refund,
    Reversal,
    Review,
    TakenOff,
)
from chalicelib.domain.program.program import Rate

if TYPE_CHECKING:
    from chalicelib.domain.model.reviews import Case

Mark = Literal["cancelled", "replaced", "denied", "by_default", "unvalued", "below_minimum", "undelivered", "earned"]
State = Literal["held", "available", "void", "clawed_back"]
FACTS_NAMED = 50
"""At most this many later facts of an order are named in its standing, so that it never grows too large to store."""


@frozen
class Terms:
    """What the first settlement decided for good: the rate that applied, and how much caps and budget left of it.

    Attributes:
        tier: The tier that the ambassador had reached.
        rate: What such an order earns; None for nothing.
        reward_at_rate: The reward before caps and budget.
        granted: What these left of it: the most that the order can be worth.
        month: The month, by the program's clocks, from whose caps and budget it takes and to which it gives back.
        ambassador_order: Which order of its ambassador it is, in the order of settlement, from 1 on.
        referrals: How many referrals counted, by which the tier was decided.
        begins: When the order began to count; None if as it was placed.
        unit: What the reward is counted in; None for the order's own currency.
        campaign: The campaign whose rates applied.
        limit: Why less than `reward_at_rate` was granted.
        signals: What spoke for a review, the weightiest first.
        review: Whether an admin has to approve it.
        budget_drawn: What it took of the month's budget, as pairs of shard and amount.
    """

    tier: str
    rate: Rate | None = None
    reward_at_rate: int = 0
    granted: int = 0
    month: str = ""
    ambassador_order: int = 0
    referrals: int = 0
    begins: datetime | None = None
    unit: str | None = None
    campaign: str | None = None
    limit: str | None = None
    signals: tuple[str, ...] = ()
    review: bool = False
    budget_drawn: tuple[tuple[int, int], ...] = ()


@frozen
class Age:
    """How old a reward is, since what has expired stays so whatever is taken back and comes back.

    Attributes:
        gone: What was taken back out of `expired` and has not been put back.
        fresh: What of it became available in the version `since` or shortly before: not expired as long as no rewards
            have expired after that.
        since: A version of the account.
        back: What has been put back into `expired`.
    """

    gone: int = 0
    fresh: int = 0
    since: int = 0
    back: int = 0


@frozen
class News:
    """What an ambassador was last told of an order's reward: an amount of its unit, and when it is theirs.

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


@frozen
class Standing:
    """Where an order stands in the ledger: its terms, what was posted, and the summary of its facts that explains it.

    Attributes:
        settled_at: When its terms were decided.
        release_at: When its hold ends, as far as is known.
        net: What the friend paid, after refunds.
        refunded: The sum of these refunds.
        valued: The part of `refunded` that an admin has put on refunds in a foreign currency.
        worth: What is posted now.
        cap_used: What it takes of caps and budget.
        asked_until: When the next open question to an admin is decided without one.
        released_in: The version of the account that released it.
        age: How old it is, once something was taken back or came back after the release.
        last_review: The number of the last review; 0 if there is none.
        facts_seen: How many facts after the redemption were seen.
        facts_named: The first `FACTS_NAMED` of their names, sorted.
        marks: What else is true of it. `earned`: something was available once. `by_default`: nobody answered a question
            in time. `unvalued`: such a question was what a refund is worth. `undelivered`: the hold waits for goods
            that have not all been reported as delivered.
        entries: The numbers of its entries, with the ledger before them (`amb_…/`) where that is not the one of the
            order's ambassador.
        told: What the ambassador knows of it by mail.
    """

    terms: Terms
    settled_at: datetime
    release_at: datetime
    net: int
    refunded: int = 0
    valued: int | None = None
    worth: int = 0
    cap_used: int = 0
    asked_until: datetime | None = None
    released_in: int | None = None
    age: Age | None = None
    last_review: int = 0
    facts_seen: int = 0
    facts_named: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    entries: tuple[str, ...] = ()
    told: News | None = None

    @property
    def released(self) -> bool:
        """Whether the hold has ended, once and for all."""
        return self.released_in is not None

    @property
    def review_open(self) -> bool:
        """Whether an admin is asked something that decides on the reward."""
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
    def counts(self) -> bool:
        """Whether the order counts for tiers and milestones: it is released and still worth something.

        Where the rate gives nothing at all it is enough that the order stands: otherwise nobody could ever leave such a
        tier.
        """
        if self.terms.reward_at_rate:
            return self.available > 0
        if self.terms.limit is not None:
            return False
        return self.released and self.net > 0 and not (self.has("denied") or self.has("below_minimum"))

    def has(self, mark: Mark) -> bool:
        """Whether something is true of the order."""
        return mark in self.marks


@frozen
class Redemption:
    """A code used on an order. Once the order is paid for, nothing changes but `standing`, `version` and `due_at`.

    An order that was `pending` when it came earns nothing before a payment is reported. Until then the latest
    `revision` counts.

    Attributes:
        friend: The pseudonym of whoever placed the order.
        amount: What the shop said, in minor units, tax included.
        friend_discount: What the code took off.
        fingerprint: Tells the same request from another one for the same order.
        reward_unit: What the estimate is in; None for the order's currency.
        tax: The part of `amount` that is tax; the rest is goods.
        excluded: The part of the goods that doesn't count, such as gift cards.
        payment: A pseudonym of the card.
        address: A pseudonym of the address.
        claim: The claim by which it was admitted later, if the friend did not use the code.
        unaddressed: Set if nobody knows the friend's e-mail address.
        friend_order: Which order of its friend it is: the first has the place, further ones come beside it if the
            program takes them.
        withdrawn: Why the rules refused the latest revision.
        aliases: The other pseudonyms of its friend, needed when it is paid for.
        due_at: When it must be looked at again.
        standing: Where it stands, once its terms are decided.
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


@frozen
class OrderFacts:
    """What was reported of an order. As long as no code was redeemed on it, these facts wait; then it is an `Order`.

    `freed` is there while its friend is free, `kept` what has undone that before, and `once_freed` what that undid.
    """

    order_id: str
    refunds: tuple[Refund, ...] = ()
    reversals: tuple[Reversal, ...] = ()
    fulfilments: tuple[Fulfilment, ...] = ()
    reviews: tuple[Review, ...] = ()
    payment: Payment | None = None
    freed: Freed | None = None
    once_freed: tuple[Freed, ...] = ()
    kept: tuple[Kept, ...] = ()
    taken_off: TakenOff | None = None
    purchase: Purchase | None = None
    case: "Case | None" = None

    @property
    def later(self) -> tuple[Later, ...]:
        """The facts beside the redemption."""
        once = (fact for fact in (self.payment, self.freed) if fact is not None)
        return (
            *self.refunds,
            *self.reversals,
            *self.fulfilments,
            *self.reviews,
            *once,
            *self.once_freed,
            *self.kept,
        )

    def redeemed(self, redemption: Redemption) -> "Order":
        """Return the order that these facts are about."""
        return Order(**{it.name: getattr(self, it.name) for it in fields(OrderFacts)}, redemption=redemption)


@frozen
class Order(OrderFacts):
    """Everything known about an order on which a code was redeemed."""

    redemption: Redemption = field(kw_only=True)

    @property
    def begins(self) -> datetime:
        """When the order begins to count: as it was placed, or paid for if that came later."""
        placed_at = self.redemption.placed_at
        return max(placed_at, self.payment.paid_at) if self.redemption.pending and self.payment else placed_at

    @property
    def overtaken(self) -> TakenOff | None:
        """What took the code off in a higher revision, if whoever stored the order did not know of that yet."""
        by = self.taken_off
        return by if by and self.redemption.pending and by.revision > self.redemption.revision else None

    @property
    def withdrawn(self) -> bool:
        """Whether the code is not used on the order any more: it earns nothing."""
        return bool(self.redemption.withdrawn or self.overtaken)

    @property
    def is_paid(self) -> bool:
        """Whether the order is paid for: it was when it came, or a payment was reported."""
        return not self.redemption.pending or self.payment is not None
