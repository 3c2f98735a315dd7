"""The rules of a referral program as data: what the friend gets, what the ambassador earns, and when.

What each field is for, and between which bounds it lies, stands beside it: the check of a program and the schema that
editors use are made of that. Money is in minor units of the program's currency.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Annotated, Literal, TypeVar

from chalicelib.domain.money import BASIS, share
from chalicelib.domain.program.brand import Brand
from chalicelib.domain.program.links import origin_of
from chalicelib.domain.program.shape import BARRED, BLANK, Form, Within

GIFT = "gift:"
"""How the unit of a gift begins; its name follows."""

DAYS_MAX = 3650
MONTHS_MAX = 120
COUNT_MAX = 10**6
AMOUNT_MAX = 10**12
LIST_MAX = 50
SKUS_MAX = 1000
LETTERS_MAX = 8
"""Of each purpose so many letters to a person are remembered, and more can't be counted."""

T = TypeVar("T")

Name = Annotated[
    str, Within(1, 80), Form(rf"[^{BARRED}]*[^\s{BARRED}][^{BARRED}]*", "is blank, or holds a character out of place")
]
Line = Annotated[
    str, Within(1, 500), Form(rf"[^{BARRED}]*[^\s{BARRED}][^{BARRED}]*", "is blank, or holds a character out of place")
]
Sku = Annotated[str, Within(1, 128)]
Language = Annotated[str, Form(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}", "is a language tag such as en or gu-IN")]
Origin = Annotated[
    str,
    Within(8, 300),
    Form(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?", "is an origin in small letters such as https://my.shop.example"),
]
Zone = Annotated[
    str,
    Within(1, 64),
    Form(r"[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*", "is a time zone such as Europe/Berlin (IANA)"),
]
Unit = Annotated[str, Form("[a-z][a-z_]{0,19}", "is a word of small letters such as points")]
Days = Annotated[int, Within(0, DAYS_MAX)]
Months = Annotated[int, Within(1, MONTHS_MAX)]
Amount = Annotated[int, Within(0, AMOUNT_MAX)]
Number = Annotated[int, Within(1, COUNT_MAX)]
Clock = Annotated[str, Form("([01][0-9]|2[0-3]):[0-5][0-9]", "is a time of day such as 09:00")]
Limited = Literal["rewards", "care", "tips", "wishes", "offers"]
"""The purposes whose letters may be limited. Those of service answer what somebody did, and never wait."""

PROMOTION: tuple[Limited, ...] = ("care", "tips", "wishes", "offers")


@dataclass(frozen=True, slots=True)
class Rate:
    """A fixed `amount`, a percentage in `basis_points` with an optional `maximum`, or one `gift`."""

    amount: Annotated[Amount | None, "A fixed amount: minor units of the currency, or whole numbers of `unit`."] = None
    basis_points: Annotated[int | None, Within(0, BASIS), "A share of what the friend pays; 1000 is 10 %."] = None
    maximum: Annotated[Amount | None, "The most that a share may come to."] = None
    unit: Annotated[Unit | None, "What the amounts count if not money, such as `points`."] = None
    gift: Annotated[Name | None, "The name of a gift that somebody sends."] = None

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
    """A level that ambassadors reach by referrals."""

    name: Name
    threshold: Annotated[int, Within(0, COUNT_MAX), "How many referrals have to count for it; 0 for the first tier."]
    reward: Annotated[Rate | None, "What an ambassador of this tier earns with an order; null for nothing."] = None
    bonus: Annotated[Amount, "What is granted once for reaching it."] = 0


@dataclass(frozen=True, slots=True)
class Milestone:
    """A prize for counted referrals of a whole life: for `every` n-th of them, or once when there are `at` of them."""

    name: Name
    reward: Rate
    every: Annotated[Number | None, "Granted again for each so many referrals."] = None
    at: Annotated[Number | None, "Granted once, for this many referrals."] = None


@dataclass(frozen=True, slots=True)
class OfferedTask:
    """Something that ambassadors can do for a reward: they show it, and an admin looks whether it counts."""

    name: Name
    kind: Annotated[Literal["picture", "review", "other"], "What they show."]
    reward: Annotated[Rate, "A fixed amount or a gift, for each proof that is approved."]
    words: Annotated[
        dict[str, Line],
        Within(1, LIST_MAX),
        "What to do, by language; others get that in `locale`, or the first.",
    ]
    times: Annotated[Number, "So many proofs of one ambassador are taken at most …"] = 1
    days: Annotated[int | None, Within(1, DAYS_MAX), "… within so many times 24 hours; null for a whole life."] = None
    until: Annotated[datetime | None, "Proofs are taken until this time; null for as long as it is here."] = None


@dataclass(frozen=True, slots=True)
class Cap:
    """The most that one ambassador is granted on the orders of a month or year or of a whole life."""

    per: Literal["month", "year", "life"]
    amount: Annotated[Amount | None, "Bounds rewards in the program's currency."] = None
    count: Annotated[int | None, Within(0, COUNT_MAX), "Bounds the number of orders that are rewarded."] = None


@dataclass(frozen=True, slots=True)
class Campaign:
    """Other terms for the codes that belong to it. What it leaves out is as in the program."""

    name: Annotated[Name, "What codes call it."]
    starts_at: Annotated[datetime, "Orders placed from this time on have its terms."]
    ends_at: Annotated[datetime, "Orders placed from this time on have its terms no longer."]
    offer: Annotated[Rate | None, "What the friend gets instead."] = None
    reward: Annotated[Rate | None, "What the ambassador earns instead, in whatever tier."] = None


@dataclass(frozen=True, slots=True)
class FurtherOrders:
    """What the further orders of a friend are worth. What it leaves out is as for the first; 0 is nothing."""

    offer: Annotated[Rate | None, "What the friend gets instead."] = None
    reward: Annotated[Rate | None, "What the ambassador earns instead, in whatever tier or campaign."] = None
    orders: Annotated[
        int | None, Within(0, COUNT_MAX), "At most so many are taken of one friend; null takes any number."
    ] = None


@dataclass(frozen=True, slots=True)
class Worth:
    """What a unit of the program's own is worth when it is spent: `per` of it are `value`. It leaves in such steps."""

    value: Annotated[int, Within(1, AMOUNT_MAX), "So many minor units of the currency …"]
    per: Annotated[Number, "… are what so many are worth. Only multiples of that can be spent."] = 1
    minimum: Annotated[int, Within(1, AMOUNT_MAX), "The least that can be spent at once, counted in the unit."] = 1

    def of(self, amount: int) -> int:
        """Return what a multiple of `per` is worth, in minor units."""
        return amount // self.per * self.value


@dataclass(frozen=True, slots=True)
class Watch:
    """What makes a reward wait for an admin: the sum of the weights of an order's signals."""

    review_at: Annotated[Number | None, "The sum from which a reward waits; null only shows the signals."] = None
    weights: Annotated[
        dict[str, Annotated[int, Within(0, COUNT_MAX)]], "What signals weigh here, by name, if not as usual."
    ] = field(default_factory=dict)
    velocity_orders: Annotated[Number, "A day's orders are too many from this number on, if …"] = 6
    velocity_times: Annotated[Number, "… they are so many times the daily average of three months."] = 5
    refunded_percent: Annotated[
        int, Within(1, 100), "The share of an ambassador's orders with refunds that is too high, …"
    ] = 50
    refunded_orders: Annotated[Number, "… once there are so many orders."] = 4
    clickless_orders: Annotated[
        Number, "From this order on it is told when nobody has visited the link for 30 days."
    ] = 5

    @property
    def on(self) -> bool:
        """Whether anybody asks for signals that cost a read: who sets a threshold, or weights to be shown."""
        return self.review_at is not None or bool(self.weights)


@dataclass(frozen=True, slots=True)
class Notice:
    """What people are told about their data, in one language."""

    purpose: Annotated[Line, "What the data is used for."]
    basis: Annotated[Line, "On what basis: a contract, a consent, an interest of yours and which one."]
    stored: Annotated[Line, "Where it lies, such as `in the European Union, at Amazon Web Services`."]
    recipients: Annotated[Line | None, "Who gets it beside the shop; null for nobody."] = None


@dataclass(frozen=True, slots=True)
class Privacy:
    """What pages that collect data say about it, and whom people ask about their rights."""

    responsible: Annotated[Line, "Who is responsible: name and address."]
    contact: Annotated[Line, "Where people ask for their rights: an e-mail address, or another way."]
    notices: Annotated[
        dict[str, Notice],
        Within(1, LIST_MAX),
        "What readers are told, by language; others get that in `locale`, or the first.",
    ]
    url: Annotated[
        str | None, Within(8, 2000), Form(rf"https://[^{BLANK}]+", "starts with https://"), "Your whole notice."
    ] = None


@dataclass(frozen=True, slots=True)
class Retention:
    """How long data about people is kept. What is left out is kept until somebody is erased."""

    inactive_months: Annotated[
        Months | None, "People who bought nothing, told nothing and have no balance for so long are erased."
    ] = None
    contacts_days: Annotated[
        int | None, Within(1, DAYS_MAX), "Addresses that came with a redemption and were not taken over are dropped."
    ] = None
    orders_months: Annotated[Months | None, "What was reported of orders without a code."] = None
    clicks_months: Annotated[Months | None, "How often links were opened, by day and channel."] = None
    idempotency_days: Annotated[
        int | None, Within(2, DAYS_MAX), "Which requests came with an `Idempotency-Key`: after that, one is new again."
    ] = None


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of the night, by the clocks of each person, in which no letter of some purposes goes out."""

    starts: Annotated[Clock, "From this time on they wait, …"] = "20:00"
    ends: Annotated[
        Clock, "… until this one of the same or the next day, and up to 44 minutes of each person's own."
    ] = "09:00"
    purposes: Annotated[tuple[Limited, ...], Within(1, 5), "Whose letters wait."] = PROMOTION


@dataclass(frozen=True, slots=True)
class LetterCap:
    """The most letters of some purposes together that one person gets within some days."""

    letters: Annotated[int, Within(1, LETTERS_MAX), "So many at most …"] = 1
    days: Annotated[int, Within(1, 366), "… within so many times 24 hours; what is more waits."] = 7
    purposes: Annotated[tuple[Limited, ...], Within(1, 5), "Whose letters are counted, and wait."] = PROMOTION


@dataclass(frozen=True, slots=True)
class Letters:
    """Which letters there are, when they may go out, and how many."""

    welcome: Annotated[bool, "Whether a new ambassador gets a letter with their code; the shop may give it itself."] = (
        True
    )
    quiet: Annotated[Quiet | None, "Hours in which letters wait; null for none."] = field(default_factory=Quiet)
    caps: Annotated[
        tuple[LetterCap, ...],
        Within(0, LIST_MAX),
        "How many letters one person gets; unless set, one that promotes in a week.",
    ] = (LetterCap(),)
    gather_minutes: Annotated[
        int,
        Within(0, 7 * 24 * 60),
        "News of rewards waits so long for more of it, to go out as one mail; 0 sends each at once.",
    ] = 0
    hold_out_percent: Annotated[
        int,
        Within(0, 50),
        "So many of a hundred people, always the same, get nothing that promotes, to learn what it is worth.",
    ] = 0


@dataclass(frozen=True, slots=True)
class Program:
    """One immutable version of the rules. An order keeps the version it was admitted under.

    `version`, `author` and `created_at` are of its publication, and `written` is the document that was published, in
    JSON; all other fields are what the document may say. `care` is that part of it in JSON, since a checkout has no use
    for it (`operations/program/settings.py` reads it).
    """

    version: int
    shop_name: Name
    shop_url: Annotated[
        str, Within(8, 2000), Form(rf"https?://[^{BLANK}]+", "starts with https://"), "Where a share link leads on to."
    ]
    currency: Annotated[str, Form("[A-Z]{3}", "is three capital letters (ISO 4217)"), "The currency of all money."]
    tiers: Annotated[
        tuple[Tier, ...], Within(1, LIST_MAX), "The levels of ambassadors, by rising thresholds; the first at 0."
    ]
    time_zone: Annotated[Zone, "Whose days and months caps, budgets and tiers go by, and people are told."] = "UTC"
    offer: Annotated[Rate | None, "What the friend gets: an amount or a share of the order; null for nothing."] = None
    share_image_url: Annotated[
        str | None,
        Within(8, 2000),
        Form(rf"https://[^{BLANK}]+", "starts with https://"),
        "The picture in previews of share links, 1200 x 630 pixels; null has one drawn.",
    ] = None
    origins: Annotated[
        tuple[Origin, ...],
        Within(0, LIST_MAX),
        "Origins of pages, beside that of `shop_url`, that may read with an ambassador's session.",
    ] = ()
    languages: Annotated[
        tuple[Language, ...],
        Within(0, LIST_MAX),
        "Readers of one of these are written to in it, others in `locale`; none means every language there is.",
    ] = ()
    minimum: Annotated[Amount, "The smallest order on which a code can be used."] = 0
    open: Annotated[bool, "False takes no new orders; what was earned goes on."] = True
    new_friends_only: Annotated[bool, "Refuse an order of which the shop says that it is not the first."] = True
    friend_days: Annotated[
        int | None,
        Within(1, DAYS_MAX),
        "Take every order of a friend within so many days of the first, with the same ambassador's codes; null takes "
        "one order.",
    ] = None
    later: Annotated[
        FurtherOrders | None, "What a friend's orders after the first are worth, if not the same; needs `friend_days`."
    ] = None
    pending_days: Annotated[
        int, Within(1, DAYS_MAX), "How long an order that was redeemed before it is paid for waits for its payment."
    ] = 14
    excluded_skus: Annotated[tuple[Sku, ...], Within(0, SKUS_MAX), "Goods that don't count; gift cards never do."] = ()
    tier_months: Annotated[
        Months | None,
        "Count referrals for the tier over so many calendar months, this one included; null counts a whole life.",
    ] = None
    demotion_months: Annotated[
        int | None,
        Within(0, MONTHS_MAX),
        "For so many months more a tier is kept that is no longer reached; null keeps it for ever.",
    ] = 0
    milestones: Annotated[tuple[Milestone, ...], Within(0, LIST_MAX), "Prizes for numbers of referrals."] = ()
    tasks: Annotated[
        tuple[OfferedTask, ...], Within(0, LIST_MAX), "What ambassadors can do for a reward beside bringing friends."
    ] = ()
    campaigns: Annotated[tuple[Campaign, ...], Within(0, LIST_MAX), "Other terms for some codes, for a time."] = ()
    caps: Annotated[tuple[Cap, ...], Within(0, 3), "The most that one ambassador is granted."] = ()
    budget_month: Annotated[
        Amount | None, "The most that all ambassadors together are granted on the orders of a month."
    ] = None
    hold_from: Annotated[
        Literal["purchase", "delivery"], "Whether a reward waits from the purchase or from the delivery on."
    ] = "purchase"
    hold_days: Annotated[Days, "How long it waits, so that it is not paid for goods that come back."] = 30
    longest_wait_days: Annotated[Days, "How long it waits from the purchase on when no delivery is reported."] = 60
    void_below_minimum: Annotated[
        bool, "A reward is void when what is left of the order after refunds is below `minimum`."
    ] = False
    watch: Annotated[Watch, "When a reward waits for an admin."] = field(default_factory=Watch)
    review_days: Annotated[Days, "How long it waits for the admin before the default decides."] = 30
    review_default: Annotated[Literal["approve", "deny"], "What decides when nobody has."] = "approve"
    expiry_months: Annotated[
        Months | None, "Unspent rewards expire when so long nothing was earned or spent; null lets them stay."
    ] = None
    expiry_notice_days: Annotated[
        int, Within(0, DAYS_MAX), "So many days before, a letter tells the ambassador; 0 lets them expire without one."
    ] = 14
    spend_minimum: Annotated[int, Within(1, AMOUNT_MAX), "The least that can be spent at once."] = 1
    units: Annotated[
        dict[str, Worth],
        Within(0, LIST_MAX),
        "What units of the program's own are worth, by name; one that is not here can't be spent.",
    ] = field(default_factory=dict)
    spend_days: Annotated[int, Within(1, DAYS_MAX), "How long a coupon for a spent reward is good."] = 30
    adjustment_limit: Annotated[
        Amount | None, "Adjustments above it need a second admin; null lets one admin make any."
    ] = None
    acquisition_cost: Annotated[
        Amount | None, "What a new customer costs the shop by other channels, shown beside the figures of this one."
    ] = None
    locale: Annotated[Language, "The language for people whose own is not known."] = "en"
    reply_to: Annotated[
        str | None,
        Within(6, 254),
        Form(rf"[^{BLANK}@<>,;:\"]+@[^{BLANK}@<>,;:\"]+\.[^{BLANK}@<>,;:\".]+", "is an e-mail address"),
        "Where answers to the mails go, since they ask for them; null for the address that the mails come from.",
    ] = None
    letters: Annotated[Letters, "When letters may go out, and how many."] = field(default_factory=Letters)
    brand: Annotated[Brand, "How the shop looks and sounds: logo, colours, address, sentences of its own."] = field(
        default_factory=Brand
    )
    digits: Annotated[
        Literal["latin", "customary"],
        "Whether numbers are in 0 to 9 in every language, or in the digits customary in it, as in Bengali.",
    ] = "latin"
    privacy: Annotated[Privacy | None, "What people are told about their data; null tells nothing."] = None
    retention: Annotated[Retention, "How long data about people is kept."] = field(default_factory=Retention)
    care: Annotated[str, "What the shop does for its customers beyond their orders; what is left out is not done."] = ""
    author: str = ""
    created_at: datetime | None = None
    written: str = ""

    @property
    def zone(self) -> tzinfo:
        """The time zone by which it reckons days and months."""
        return UTC if self.time_zone == "UTC" else zone_named(self.time_zone)

    @property
    def hold(self) -> timedelta:
        """How long a reward waits, so that it is not paid for goods that come back."""
        return timedelta(days=self.hold_days)

    @property
    def expiry_notice(self) -> timedelta:
        """How long before rewards expire their ambassador is told; nothing if that is not told."""
        return timedelta(days=self.expiry_notice_days)

    @property
    def pending(self) -> timedelta:
        """How long an order waits for its payment, from when it was placed on."""
        return timedelta(days=self.pending_days)


def origins_of(program: Program) -> frozenset[str]:
    """Return the origins of the shop's own pages."""
    return frozenset((origin_of(program.shop_url), *program.origins))


def notice_in(privacy: Privacy, wanted: Iterable[str]) -> Notice | None:
    """Return what readers are told who want one of these languages, the first the most; None if there is none."""
    return said_in(privacy.notices, wanted)


def said_in(said: Mapping[str, T], wanted: Iterable[str]) -> T | None:
    """Return what is said in one of these languages, the first the most; None if there is none.

    What is said in `gu` serves a reader of `gu-IN`, and in `gu-IN` a reader of `gu`.
    """
    by_tag = {name.replace("_", "-").lower(): it for name, it in said.items()}
    for tag in (it.replace("_", "-").lower() for it in wanted):
        parts = tag.split("-")
        prefixes = ("-".join(parts[:length]) for length in range(len(parts), 0, -1))
        found = next((by_tag[it] for it in prefixes if it in by_tag), None)
        found = found or next((it for name, it in by_tag.items() if name.partition("-")[0] == parts[0]), None)
        if found:
            return found
    return None


def zone_named(name: str) -> tzinfo:
    """Return a time zone by its name in the IANA database.

    Raises:
        KeyError, OSError, ValueError: there is none of that name.
    """
    from zoneinfo import ZoneInfo  # a file is read for it, which most shops can do without

    return ZoneInfo(name)


def minutes_between(start: str, end: str) -> int:
    """Return how many minutes pass from one time of day to the other, by a clock that nobody puts forward or back."""
    return (_minutes(end) - _minutes(start)) % _minutes("24:00")


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return 60 * int(hours) + int(minutes)


def tier_of(program: Program, counted: int) -> Tier:
    """Return the highest tier that `counted` referrals reach.

    An order that was read before another worker settled it may be counted back twice, below zero. Nothing that rests on
    such a number is ever stored, but it has to lead to an answer.
    """
    reached = (tier for tier in program.tiers if tier.threshold <= max(counted, 0))
    return max(reached, key=lambda tier: tier.threshold)


def tier_after(program: Program, counted: int) -> Tier | None:
    """Return the next tier to reach, or None at the top."""
    above = [tier for tier in program.tiers if tier.threshold > counted]
    return min(above, key=lambda tier: tier.threshold) if above else None


def campaign_of(program: Program, name: str | None, placed_at: datetime) -> Campaign | None:
    """Return the campaign whose terms an order placed at this time has, if it runs then."""
    running = (it for it in program.campaigns if it.name == name and it.starts_at <= placed_at < it.ends_at)
    return next(running, None)


def offer_of(program: Program, campaign: Campaign | None, friend_order: int = 1) -> Rate | None:
    """Return what a friend gets on the order that is the `friend_order`-th of theirs."""
    further = program.later if friend_order > 1 else None
    return (further and further.offer) or (campaign and campaign.offer) or program.offer


def reward_of(program: Program, tier: Tier, campaign: Campaign | None, friend_order: int = 1) -> Rate | None:
    """Return what an ambassador of this tier earns with the `friend_order`-th order of a friend."""
    further = program.later if friend_order > 1 else None
    return (further and further.reward) or (campaign and campaign.reward) or tier.reward


def least_spent(program: Program, unit: str) -> int | None:
    """Return the least of a unit that an ambassador can spend at once, or None if none of it can be spent."""
    if unit == program.currency:
        return program.spend_minimum
    return program.units[unit].minimum if unit in program.units else None


def rewards(program: Program) -> dict[str, Rate]:
    """Return everything by which ambassadors are rewarded, by its place in the document (a JSON pointer)."""
    found = {f"/tiers/{n}/reward": tier.reward for n, tier in enumerate(program.tiers)}
    found |= {f"/campaigns/{n}/reward": campaign.reward for n, campaign in enumerate(program.campaigns)}
    found |= {"/later/reward": program.later.reward} if program.later else {}
    found |= {f"/milestones/{n}/reward": milestone.reward for n, milestone in enumerate(program.milestones)}
    found |= {f"/tasks/{n}/reward": task.reward for n, task in enumerate(program.tasks)}
    return {pointer: rate for pointer, rate in found.items() if rate is not None}


def units(program: Program) -> set[str]:
    """Return everything that the program counts rewards in: its currency, units of its own, gifts."""
    return {program.currency, *(rate.unit_in(program.currency) for rate in rewards(program).values())}
