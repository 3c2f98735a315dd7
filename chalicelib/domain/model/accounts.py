"""What ambassadors have: accounts, entries, and what is on its way out."""

from dataclasses import field
from datetime import datetime
from typing import Literal

from chalicelib.domain.frozen import frozen
from chalicelib.domain.model.orders import Age
from chalicelib.domain.money import Money
from chalicelib.domain.program.program import GIFT

Balances = dict[str, dict[str, int]]

By = Literal["quarter", "month"]
"""Over what a leaderboard counts."""

_QUARTERS = {f"{number:02d}": f"Q{(number + 2) // 3}" for number in range(1, 13)}


@frozen
class Leg:
    """One side of an entry: a positive amount credits `account`."""

    account: str
    amount: int
    currency: str


@frozen
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


@frozen
class Month:
    """What orders placed in one month take of the caps, and how many of them count.

    Attributes:
        cap_used: By amount, in the program's currency.
        uses: By number of orders.
        referrals: How many of them count for tiers and milestones.
    """

    cap_used: int = 0
    uses: int = 0
    referrals: int = 0


@frozen
class Grant:
    """A prize as it was granted, a number of `times` in a row."""

    amount: int
    unit: str
    times: int = 1


@frozen
class Window:
    """Over how many `months` referrals count for tiers (None: a whole life), by the program of this version."""

    version: int
    months: int | None = None


@frozen
class Pace:
    """How many orders were settled on the last day that had any."""

    day: str
    orders: int


@frozen
class Merger:
    """What an account remembers of another one that went into it, since versions of two don't compare.

    Attributes:
        version: Its own version by which that came.
        until: The last version of the other.
        expired_in: The version in which rewards last expired there.
        before: How many orders it had settled by then.
        orders_settled: How many the other had.
    """

    version: int
    until: int
    expired_in: int
    before: int
    orders_settled: int


@frozen
class Account:
    """An ambassador's balances: always the sum of the entries. And the counters that rules look at.

    Attributes:
        version: Each change raises it, and decides every race.
        balances: By unit and name (`held`, `available`, …), amounts.
        referrals: How many orders count for tiers and milestones.
        orders_settled: How many orders have terms.
        orders_refunded: How many of them have refunds.
        months: By month of purchase, what its orders take of the caps.
        prizes: What was granted by what for (such as `tier:5`), the latest last.
        ages: How old prizes are, by what for and the unit (such as `tier:5 EUR`).
        window: The window for tiers of the newest program that settled an order.
        last_day: How many orders were settled on the last day that had any.
        active_at: When something was last earned or spent.
        expired_in: The version in which unspent rewards last expired.
        expiry_told: When what is left expires, as the ambassador was told last.
        tiers_told: In which month (`2026-03`) the ambassador was told of a tier, by its number of referrals, and not of
            a higher one since.
        shown_as: How the ambassador wants to be called on the leaderboard; None keeps them off it.
        suspended_in: The version in which an admin stopped what leaves the account, as long as that lasts.
        merged_into: The account that it went into: then it is empty for good.
        absorbed: Those that went into this one.
        due_at: When to look whether that rewards expire has to be told, or they have expired.
    """

    ambassador_id: str
    version: int = 0
    balances: Balances = field(default_factory=dict)
    referrals: int = 0
    orders_settled: int = 0
    orders_refunded: int = 0
    months: dict[str, Month] = field(default_factory=dict)
    prizes: dict[str, tuple[Grant, ...]] = field(default_factory=dict)
    ages: dict[str, Age] = field(default_factory=dict)
    window: Window | None = None
    last_day: Pace | None = None
    active_at: datetime | None = None
    expired_in: int = 0
    expiry_told: datetime | None = None
    tiers_told: dict[str, str] = field(default_factory=dict)
    shown_as: str | None = None
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

    def counted(self, period: str, by: By) -> int:
        """Return how many orders placed in a quarter or month count."""
        return sum(it.referrals for month, it in self.months.items() if period_of(month, by) == period)

    def ranked(self, by: By) -> tuple[str, int] | None:
        """Return the last quarter or month in which orders count, and how many; None unless others may see that."""
        months = [month for month, it in self.months.items() if it.referrals > 0]
        if self.shown_as is None or self.suspended or self.merged_into or not months:
            return None
        period = period_of(max(months), by)
        return period, self.counted(period, by)


def period_of(month: str, by: By) -> str:
    """Return the period of a leaderboard in which a month lies: `2026-Q4`, or the month itself."""
    return month if by == "month" else f"{month[:4]}-{_QUARTERS.get(month[5:], '')}"


@frozen
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


@frozen
class Sending:
    """How a gift was said to be sent by mistake: when, how many pieces, by whose key and with which note.

    `reopened_by` is the key that said that it was not, and `why` what they said.
    """

    at: datetime
    author: str
    sent: int
    reopened_at: datetime
    reopened_by: str
    note: str | None = None
    why: str | None = None


@frozen
class Gift:
    """A gift that somebody has to send: the task that comes with an entry which made it available.

    Attributes:
        amount: How many pieces were granted.
        cause: What for, as the entry says.
        sent: How many pieces were sent: fewer than `amount` if some were taken back meanwhile.
        earlier: How it was said to be sent when it was not.
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
    earlier: tuple[Sending, ...] = ()
    version: int = 1

    @property
    def name(self) -> str:
        """What somebody has to send."""
        return self.unit.removeprefix(GIFT)


@frozen
class Coupon:
    """Guards that a coupon's code is given once, and leads from it to the spend."""

    code: str
    withdrawal_id: str


@frozen
class Withdrawal:
    """Money on its way out of an account: reserved when it is asked for, then spent or paid, or given back.

    A spend has a coupon, which cancels itself at `expires_at`; a payout waits until somebody says how it went.

    Attributes:
        amount: What is taken from the account, in `currency`, which may be a unit such as points.
        worth: What a coupon for such a unit is worth in money, by the program as it was then.
        code: The code of the coupon.
        author: The key that asked; None for an ambassador's own spend.
        reference: Whatever the caller calls it.
        note: What it was asked with.
        closed_by: The key that closed it.
        closing: What it was closed with: the order or the payment, or why not.
        returned: What came back of it after that.
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


@frozen
class Adjustment:
    """A correction of a balance by an admin. Above the program's limit it waits until a second admin decides.

    `amount` may be negative. `author` is the key that asked, `owner` whose key that is. `undoes` is the adjustment that
    this one takes back, `undone_by` the one that takes this back, or will if a second admin approves.
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
    undoes: str | None = None
    undone_by: str | None = None
    version: int = 1


@frozen
class Draw:
    """What settlements take from one shard of a month's budget, or give back (below zero).

    `at_most` is how much of the shard may be used before; None when an order gives back, or takes again what it had.
    """

    month: str
    shard: int
    amount: int
    at_most: int | None = None
