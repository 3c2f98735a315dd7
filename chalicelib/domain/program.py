"""The rules of a referral program as data: what the friend gets, what the ambassador earns, and when."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from chalicelib.domain.money import BASIS, share

GIFT = "gift:"
"""How the unit of a gift begins; its name follows."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A fixed `amount`, a percentage in `basis_points` (1000 = 10 %) with an optional `maximum`, or one `gift`.

    Amounts are minor units of the program's currency, or whole numbers of `unit` (such as `points`) if one is named.
    """

    amount: int | None = None
    basis_points: int | None = None
    maximum: int | None = None
    unit: str | None = None
    gift: str | None = None

    def of(self, base: int) -> int:
        """Return what this rate yields on `base` minor units, rounded down."""
        if self.gift is not None:
            return 1
        if self.amount is not None:
            return self.amount
        worth = share(base, self.basis_points or 0, BASIS)
        return worth if self.maximum is None else min(worth, self.maximum)

    def unit_in(self, currency: str) -> str:
        """Name what the amounts count: the currency, a unit of the program's own, or a gift."""
        return f"{GIFT}{self.gift}" if self.gift is not None else self.unit or currency


@dataclass(frozen=True, slots=True)
class Tier:
    """A level that starts at `threshold` counted referrals. Without a `reward` its ambassadors earn none.

    `bonus` (minor units) is granted once for reaching it.
    """

    name: str
    threshold: int
    reward: Rate | None = None
    bonus: int = 0


@dataclass(frozen=True, slots=True)
class Milestone:
    """A prize for counted referrals of a whole life: for `every` n-th of them, or once when there are `at` of them."""

    name: str
    reward: Rate
    every: int | None = None
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Cap:
    """The most that one ambassador is granted on the orders placed in a month or year (UTC) or in a whole life.

    `amount` bounds rewards in the program's currency, `count` the number of orders that are rewarded.
    """

    per: Literal["month", "year", "life"]
    amount: int | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Campaign:
    """Other terms for the codes that belong to it, on orders placed from `starts_at` on and before `ends_at`.

    What it leaves out is as in the program.
    """

    name: str
    starts_at: datetime
    ends_at: datetime
    offer: Rate | None = None
    reward: Rate | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """What makes a reward wait for an admin: the sum of the weights of an order's signals, from `review_at` on.

    Without `review_at` signals are only shown. `velocity_*`: a day's orders are too many from `velocity_orders` on, if
    they are `velocity_times` the daily average. `refunded_*`: the share of an ambassador's orders with refunds, once
    there are enough orders to tell. `clickless_orders`: this many orders without one visit of the link in 30 days.
    """

    review_at: int | None = None
    weights: dict[str, int] = field(default_factory=dict)
    velocity_orders: int = 6
    velocity_times: int = 5
    refunded_percent: int = 50
    refunded_orders: int = 4
    clickless_orders: int = 5

    @property
    def on(self) -> bool:
        """Tell whether anybody asks for signals that cost a read: who sets a threshold, or weights to be shown."""
        return self.review_at is not None or bool(self.weights)


@dataclass(frozen=True, slots=True)
class Program:
    """One immutable version of the rules. An order keeps the version it was admitted under.

    Money is in minor units of `currency`, times are days. `tier_months` counts referrals for the tier in a window of
    that many calendar months, the present one included; None counts a whole life. A tier that is no longer reached is
    kept for `demotion_months` more, None for ever. `friend_days` takes every order of a friend within so many days of
    the first; None takes one. A reader whose language is among `languages` is written to in it, any other in `locale`;
    without a list every language counts that is translated.
    """

    version: int
    shop_name: str
    shop_url: str
    currency: str
    tiers: tuple[Tier, ...]
    offer: Rate | None = None
    languages: tuple[str, ...] = ()
    minimum: int = 0
    open: bool = True
    new_friends_only: bool = True
    friend_days: int | None = None
    excluded_skus: tuple[str, ...] = ()
    tier_months: int | None = None
    demotion_months: int | None = 0
    milestones: tuple[Milestone, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    caps: tuple[Cap, ...] = ()
    budget_month: int | None = None
    hold_from: Literal["purchase", "delivery"] = "purchase"
    hold_days: int = 30
    longest_wait_days: int = 60
    void_below_minimum: bool = False
    watch: Watch = field(default_factory=Watch)
    review_days: int = 30
    review_default: Literal["approve", "deny"] = "approve"
    expiry_months: int | None = None
    spend_minimum: int = 1
    spend_days: int = 30
    adjustment_limit: int | None = None
    locale: str = "en"
    author: str = ""
    created_at: datetime | None = None

    @property
    def hold(self) -> timedelta:
        """How long a reward waits, so that it is not paid for goods that come back."""
        return timedelta(days=self.hold_days)


def tier_of(program: Program, counted: int) -> Tier:
    """Return the highest tier that `counted` referrals reach."""
    return max((tier for tier in program.tiers if tier.threshold <= counted), key=lambda tier: tier.threshold)


def tier_after(program: Program, counted: int) -> Tier | None:
    """Return the next tier to reach, or None at the top."""
    above = [tier for tier in program.tiers if tier.threshold > counted]
    return min(above, key=lambda tier: tier.threshold) if above else None


def campaign_of(program: Program, name: str | None, placed_at: datetime) -> Campaign | None:
    """Return the campaign whose terms an order placed at this time has, if it runs then."""
    running = (it for it in program.campaigns if it.name == name and it.starts_at <= placed_at < it.ends_at)
    return next(running, None)


def offer_of(program: Program, campaign: Campaign | None) -> Rate | None:
    """Return what the friend gets."""
    return campaign.offer if campaign and campaign.offer else program.offer


def units(program: Program) -> set[str]:
    """Return everything that the program counts rewards in: its currency, units of its own, gifts."""
    rates = [
        *(tier.reward for tier in program.tiers),
        *(milestone.reward for milestone in program.milestones),
        *(campaign.reward for campaign in program.campaigns),
    ]
    return {program.currency, *(rate.unit_in(program.currency) for rate in rates if rate)}
