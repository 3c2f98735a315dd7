"""The rules of a referral program as data: what the friend gets, what the ambassador earns, and when.

What each field is for, and between which bounds it lies, stands beside it: the check of a program and the schema that
editors use are made of that. Money is in minor units of the program's currency.
"""

from dataclasses import field
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from io import BytesIO
from typing import Annotated, Literal

from chalicelib.domain.frozen import frozen
from chalicelib.domain.money import BASIS, share
from chalicelib.domain.program.brand import Brand
from chalicelib.domain.program.links import origin_of
from chalicelib.domain.program.shape import BARRED, BLANK, Called, Form, In, Within

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
Days = Annotated[int, Within(0, DAYS_MAX), In("days")]
Months = Annotated[int, Within(1, MONTHS_MAX), In("months")]
Amount = Annotated[int, Within(0, AMOUNT_MAX), In("money")]
WorthOf = Annotated[int, Within(0, AMOUNT_MAX), In("reward")]
"""Counted as the rate says beside which it stands: money, a unit of the program's own, or gifts."""

Number = Annotated[int, Within(1, COUNT_MAX)]
Clock = Annotated[str, Form("([01][0-9]|2[0-3]):[0-5][0-9]", "is a time of day such as 09:00")]
ShareChannel = Literal["whatsapp", "telegram", "viber", "line", "facebook", "x", "sms", "email"]
"""The channels that a button can open with a text."""
Limited = Literal["rewards", "care", "tips", "wishes", "offers"]
"""The purposes whose letters may be limited. Those of service answer what somebody did, and never wait."""

PROMOTION: tuple[Limited, ...] = ("care", "tips", "wishes", "offers")


@frozen
class Rate:
    """A fixed `amount`, a percentage in `basis_points` with an optional `maximum`, or one `gift`."""

    amount: Annotated[WorthOf | None, "A fixed amount, in money or in the unit named here."] = None
    basis_points: Annotated[
        int | None, Within(0, BASIS), In("basis_points"), Called("Percentage"), "A share of what the friend pays."
    ] = None
    maximum: Annotated[WorthOf | None, Called("At most"), "The most that a percentage may come to on one order."] = None
    unit: Annotated[
        Unit | None, "What the amount counts if it is not money: a word of your own in small letters, such as points."
    ] = None
    gift: Annotated[Name | None, "The name of a thing that your shop sends, such as a mug."] = None

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


@frozen
class Tier:
    """A level that ambassadors reach by referrals."""

    name: Annotated[Name, "The name of the tier, which ambassadors read in emails and on their pages."]
    threshold: Annotated[
        int,
        Within(0, COUNT_MAX),
        In("referrals"),
        Called("Referrals needed"),
        "How many referrals have to count before somebody reaches this tier; the first tier needs none.",
    ]
    reward: Annotated[Rate | None, "What an ambassador of this tier earns with each order of a friend."] = None
    bonus: Annotated[Amount, "What is granted once for reaching this tier."] = 0


@frozen
class Milestone:
    """A prize for counted referrals of a whole life: for `every` n-th of them, or once when there are `at` of them."""

    name: Annotated[Name, "The name of the prize, which ambassadors read."]
    reward: Annotated[Rate, "What is granted: a fixed amount or a gift."]
    every: Annotated[
        Number | None, In("referrals"), Called("Each so many referrals"), "Granted again after each so many referrals."
    ] = None
    at: Annotated[
        Number | None, In("referrals"), Called("Once, at so many referrals"), "Granted once, at this many referrals."
    ] = None


@frozen
class OfferedTask:
    """Something that ambassadors can do for a reward: they show it, and an admin looks whether it counts."""

    name: Annotated[Name, "The name of the task, which ambassadors read."]
    kind: Annotated[
        Literal["picture", "review", "other"],
        "What ambassadors show when they have done it: a picture, a review, or something else.",
    ]
    reward: Annotated[Rate, "A fixed amount or a gift, for each proof that is approved."]
    words: Annotated[
        dict[str, Line],
        Within(1, LIST_MAX),
        Called("What to do"),
        "What there is to do, in each language; readers of other languages get it in `locale`, or else the first one.",
    ]
    times: Annotated[Number, "How many proofs of one ambassador are taken at most within `days`."] = 1
    days: Annotated[
        int | None,
        Within(1, DAYS_MAX),
        In("days"),
        "Over how many days, of 24 hours each, the proofs of one ambassador are counted; left out, over a whole life.",
    ] = None
    until: Annotated[
        datetime | None, "Proofs are taken until this time; left out, for as long as the task is here."
    ] = None


@frozen
class Cap:
    """The most that one ambassador is granted on the orders of a month or year or of a whole life."""

    per: Annotated[
        Literal["month", "year", "life"], "Whether it holds for a calendar month, a calendar year, or a whole life."
    ]
    amount: Annotated[Amount | None, "The most money that one ambassador is granted in that time."] = None
    count: Annotated[
        int | None,
        Within(0, COUNT_MAX),
        In("orders"),
        Called("Rewarded orders"),
        "The most orders for which one ambassador is rewarded in that time.",
    ] = None


@frozen
class Campaign:
    """Other terms for the codes that belong to it. What it leaves out is as in the program."""

    name: Annotated[Name, "The name by which codes belong to the campaign."]
    starts_at: Annotated[datetime, Called("Starts"), "Orders placed from this time on have the campaign’s terms."]
    ends_at: Annotated[datetime, Called("Ends"), "Orders placed from this time on have the usual terms again."]
    offer: Annotated[Rate | None, "What the friend gets instead of the usual."] = None
    reward: Annotated[Rate | None, "What the ambassador earns instead of the usual, in whatever tier."] = None


@frozen
class FurtherOrders:
    """What the further orders of a friend are worth. What it leaves out is as for the first; 0 is nothing."""

    offer: Annotated[Rate | None, "What the friend gets on later orders instead; an amount of 0 is nothing."] = None
    reward: Annotated[
        Rate | None, "What the ambassador earns with later orders instead, in whatever tier or campaign."
    ] = None
    orders: Annotated[
        int | None,
        Within(0, COUNT_MAX),
        In("orders"),
        Called("Orders after the first"),
        "How many orders after the first are taken of one friend at most; left out, any number.",
    ] = None


@frozen
class Worth:
    """What a unit of the program's own is worth when it is spent: `per` of it are `value`. It leaves in such steps."""

    value: Annotated[int, Within(1, AMOUNT_MAX), In("money"), "What as many of the unit as `per` says are worth."]
    per: Annotated[
        Number, "How many of the unit have that worth together; only multiples of this number can be spent."
    ] = 1
    minimum: Annotated[
        int,
        Within(1, AMOUNT_MAX),
        Called("Least to spend"),
        "The least that can be spent at once, counted in the unit.",
    ] = 1

    def of(self, amount: int) -> int:
        """Return what a multiple of `per` is worth, in minor units."""
        return amount // self.per * self.value


@frozen
class Leaderboard:
    """A list on which ambassadors who want it see their neighbours, under a name of their choosing."""

    by: Annotated[
        Literal["quarter", "month"],
        Called("Count over"),
        "Orders that were placed in the running quarter or month count once their reward is released. Where rewards "
        "wait for weeks, a month shows few of them.",
    ] = "quarter"


@frozen
class Watch:
    """What makes a reward wait for an admin: the sum of the weights of an order's signals."""

    review_at: Annotated[
        Number | None,
        Called("Weight for a review"),
        "From this sum of weights on a reward waits for an admin; left out, signals are only shown.",
    ] = None
    weights: Annotated[
        dict[str, Annotated[int, Within(0, COUNT_MAX)]], "What each signal weighs here, if not as usual."
    ] = field(default_factory=dict)
    velocity_orders: Annotated[
        Number,
        In("orders"),
        Called("Orders in a day"),
        "From so many orders in one day on it is looked whether they are too many for this ambassador.",
    ] = 6
    velocity_times: Annotated[
        Number,
        Called("Times the usual"),
        "They are too many if they are so many times the ambassador’s daily average of the last three months.",
    ] = 5
    refunded_percent: Annotated[
        int,
        Within(1, 100),
        In("percent"),
        Called("Orders with refunds"),
        "From what share of an ambassador’s orders on refunds are too many, in percent.",
    ] = 50
    refunded_orders: Annotated[
        Number,
        In("orders"),
        Called("Orders before refunds count"),
        "Refunds are not looked at before an ambassador has so many orders.",
    ] = 4
    clickless_orders: Annotated[
        Number,
        In("orders"),
        Called("Orders without visits"),
        "From this order on it is a signal when nobody has opened the ambassador’s link for 30 days.",
    ] = 5

    @property
    def on(self) -> bool:
        """Whether anybody asks for signals that cost a read: who sets a threshold, or weights to be shown."""
        return self.review_at is not None or bool(self.weights)


@frozen
class Notice:
    """What people are told about their data, in one language."""

    purpose: Annotated[Line, "What the data is used for."]
    basis: Annotated[
        Line, "On what basis you use it: a contract, a consent, or an interest of yours, and which one that is."
    ]
    stored: Annotated[Line, "Where the data lies, such as: in the European Union, at Amazon Web Services."]
    recipients: Annotated[Line | None, "Who gets the data beside your shop; left out, nobody does."] = None


@frozen
class Privacy:
    """What pages that collect data say about it, and whom people ask about their rights."""

    responsible: Annotated[Line, "Who is responsible for the data: name and address."]
    contact: Annotated[Line, "Where people ask for their rights: an email address, or another way."]
    notices: Annotated[
        dict[str, Notice],
        Within(1, LIST_MAX),
        "What people are told, in each language; readers of other languages get it in `locale`, or else the first one.",
    ]
    url: Annotated[
        str | None,
        Within(8, 2000),
        Form(rf"https://[^{BLANK}]+", "starts with https://"),
        Called("Address of the whole notice"),
        "Where your whole privacy notice stands; it starts with https://.",
    ] = None


@frozen
class Retention:
    """How long data about people is kept. What is left out is kept until somebody is erased."""

    inactive_months: Annotated[
        Months | None,
        Called("People who went quiet"),
        "People are erased when for so many months they bought nothing, told nothing and had no balance.",
    ] = None
    contacts_days: Annotated[
        int | None,
        Within(1, DAYS_MAX),
        In("days"),
        Called("Addresses of redemptions"),
        "After so many days an address is dropped that came with a redemption and was not taken over.",
    ] = None
    orders_months: Annotated[
        Months | None,
        Called("Orders without a code"),
        "After so many months it is dropped what was reported of orders without a code.",
    ] = None
    clicks_months: Annotated[
        Months | None,
        Called("Visits"),
        "After so many months it is dropped how often links were opened, by day and channel.",
    ] = None
    idempotency_days: Annotated[
        int | None,
        Within(2, DAYS_MAX),
        In("days"),
        Called("Repeated requests"),
        "For so many days a request is known again by its Idempotency-Key; after that the same key is a new request.",
    ] = None


@frozen
class Quiet:
    """Hours of the night, by the clocks of each person, in which no letter of some purposes goes out."""

    starts: Annotated[Clock, "From this time of day on letters wait, by the clocks of each person."] = "20:00"
    ends: Annotated[
        Clock, "At this time of day letters go out again, spread over the 44 minutes after it, person by person."
    ] = "09:00"
    purposes: Annotated[tuple[Limited, ...], Within(1, 5), "The kinds of letters that wait."] = PROMOTION


@frozen
class LetterCap:
    """The most letters of some purposes together that one person gets within some days."""

    letters: Annotated[
        int, Within(1, LETTERS_MAX), "How many letters one person gets at most within `days`; what is more waits."
    ] = 1
    days: Annotated[
        int, Within(1, 366), In("days"), "Over how many days, of 24 hours each, the letters are counted."
    ] = 7
    purposes: Annotated[tuple[Limited, ...], Within(1, 5), "The kinds of letters that are counted, and wait."] = (
        PROMOTION
    )


@frozen
class Letters:
    """Which letters there are, when they may go out, and how many."""

    welcome: Annotated[
        bool, "Whether a new ambassador gets a letter with their code; without it your shop gives the code itself."
    ] = True
    quiet: Annotated[Quiet | None, Called("Quiet hours"), "Hours of the night in which letters wait."] = field(
        default_factory=Quiet
    )
    caps: Annotated[
        tuple[LetterCap, ...],
        Within(0, LIST_MAX),
        Called("Limits"),
        "How many letters one person gets at most; left out, one letter that promotes in a week.",
    ] = (LetterCap(),)
    gather_minutes: Annotated[
        int,
        Within(0, 7 * 24 * 60),
        In("minutes"),
        Called("Gather news for"),
        "For so many minutes news of rewards waits for more of it, to go out as one email; 0 sends each at once.",
    ] = 0
    hold_out_percent: Annotated[
        int,
        Within(0, 50),
        In("percent"),
        Called("Hold-out"),
        "So many percent of all people, always the same, get nothing that promotes, to learn what it is worth.",
    ] = 0


@frozen
class Program:
    """One immutable version of the rules. An order keeps the version it was admitted under.

    `version`, `author`, `created_at` and `note` are of its publication, and `written` is the document that was
    published, in JSON; all other fields are what the document may say. `care` is that part of it in JSON, since a
    checkout has no use for it (`operations/program/settings.py` reads it).
    """

    version: int
    shop_name: Annotated[Name, "The name of your shop, as people read it in emails and on pages."]
    shop_url: Annotated[
        str,
        Within(8, 2000),
        Form(rf"https?://[^{BLANK}]+", "starts with https://"),
        Called("Shop address"),
        "The page of your shop that a share link leads on to.",
    ]
    currency: Annotated[
        str,
        Form("[A-Z]{3}", "is three capital letters (ISO 4217)"),
        "The currency of all money here, in three capital letters; it stays once there are ambassadors.",
    ]
    tiers: Annotated[
        tuple[Tier, ...],
        Within(1, LIST_MAX),
        "The levels that ambassadors reach, each for more referrals than the one before; the first is for everybody.",
    ]
    time_zone: Annotated[
        Zone, "The clocks by which days, months, limits, budgets and tiers go, such as Europe/Berlin."
    ] = "UTC"
    offer: Annotated[
        Rate | None,
        Called("What the friend gets"),
        "What a friend saves on an order: an amount or a percentage; left out, only the ambassador is rewarded.",
    ] = None
    share_image_url: Annotated[
        str | None,
        Within(8, 2000),
        Form(rf"https://[^{BLANK}]+", "starts with https://"),
        Called("Share picture"),
        "The address of the picture in previews of share links, 1200 x 630 pixels; left out, one is drawn.",
    ] = None
    share_channels: Annotated[
        tuple[ShareChannel, ...],
        Within(0, 5),
        Called("Channels for sharing"),
        "The buttons by which ambassadors share, in this order; without any, those usual in their country.",
    ] = ()
    origins: Annotated[
        tuple[Origin, ...],
        Within(0, LIST_MAX),
        Called("Other sites of yours"),
        "Sites beside that of `shop_url` whose pages may read for a signed-in ambassador, such as https://my.shop.example.",
    ] = ()
    languages: Annotated[
        tuple[Language, ...],
        Within(0, LIST_MAX),
        "The languages in which people are written to; all others get `locale`. None means every language there is.",
    ] = ()
    minimum: Annotated[Amount, Called("Smallest order"), "The smallest order on which a code can be used."] = 0
    open: Annotated[bool, "Whether new orders are taken; without it only what was earned goes on."] = True
    new_friends_only: Annotated[
        bool, "Whether an order is refused of which your shop says that it is not the customer’s first."
    ] = True
    friend_days: Annotated[
        int | None,
        Within(1, DAYS_MAX),
        In("days"),
        Called("Further orders of a friend for"),
        "For so many days after a friend’s first order their other orders count as well, with codes of the same "
        "ambassador; left out, only one order counts.",
    ] = None
    later: Annotated[
        FurtherOrders | None,
        Called("Worth of further orders"),
        "What a friend’s orders after the first are worth, if not the same; it needs `friend_days`.",
    ] = None
    pending_days: Annotated[
        int,
        Within(1, DAYS_MAX),
        In("days"),
        Called("Wait for payment"),
        "For so many days an order waits for its payment if the code was used before it was paid for.",
    ] = 14
    excluded_skus: Annotated[
        tuple[Sku, ...],
        Within(0, SKUS_MAX),
        Called("Goods that don’t count"),
        "The article numbers of goods that neither offer nor reward look at; gift cards never count.",
    ] = ()
    tier_months: Annotated[
        Months | None,
        Called("Count referrals over"),
        "Over so many calendar months, this one included, referrals count for the tier; left out, over a whole life.",
    ] = None
    demotion_months: Annotated[
        int | None,
        Within(0, MONTHS_MAX),
        In("months"),
        Called("Keep a tier for"),
        "For so many months more a tier is kept that is no longer reached; left out, it is kept for ever.",
    ] = 0
    milestones: Annotated[
        tuple[Milestone, ...], Within(0, LIST_MAX), "Prizes for numbers of referrals over a whole life."
    ] = ()
    tasks: Annotated[
        tuple[OfferedTask, ...], Within(0, LIST_MAX), "What ambassadors can do for a reward beside bringing friends."
    ] = ()
    leaderboard: Annotated[
        Leaderboard | None,
        "Lets ambassadors who want it see how far the two before them and the two behind are; left out, there is none.",
    ] = None
    campaigns: Annotated[
        tuple[Campaign, ...], Within(0, LIST_MAX), "Other terms for some codes, between two times."
    ] = ()
    caps: Annotated[
        tuple[Cap, ...],
        Within(0, 3),
        Called("Limits for one ambassador"),
        "The most that one ambassador is granted on the orders of a month, a year, or a whole life.",
    ] = ()
    budget_month: Annotated[
        Amount | None,
        Called("Budget of a month"),
        "The most money that all ambassadors together are granted on the orders of a calendar month.",
    ] = None
    hold_from: Annotated[
        Literal["purchase", "delivery"], "Whether a reward waits from the purchase or from the delivery on."
    ] = "purchase"
    hold_days: Annotated[
        Days,
        Called("Hold for"),
        "For so many days a reward is held, so that it is not paid for goods that come back: your return window and "
        "a day.",
    ] = 30
    longest_wait_days: Annotated[
        Days,
        Called("Longest hold"),
        "After so many days from the purchase on a reward is released even if no delivery was reported.",
    ] = 60
    void_below_minimum: Annotated[
        bool, "Whether a reward is void when refunds leave less of the order than `minimum`."
    ] = False
    watch: Annotated[
        Watch, Called("Signals"), "What makes an order suspicious, and from when on its reward waits for an admin."
    ] = field(default_factory=Watch)
    review_days: Annotated[
        Days, Called("Time for a review"), "For so many days a suspicious reward waits for an admin’s decision."
    ] = 30
    review_default: Annotated[
        Literal["approve", "deny"], Called("Without a decision"), "What happens when no admin has decided by then."
    ] = "approve"
    expiry_months: Annotated[
        Months | None,
        Called("Expiry"),
        "Unspent rewards expire when nothing was earned or spent for so many months; left out, they stay.",
    ] = None
    expiry_notice_days: Annotated[
        int,
        Within(0, DAYS_MAX),
        In("days"),
        Called("Notice before expiry"),
        "So many days before rewards expire a letter tells their ambassador; 0 lets them expire without one.",
    ] = 14
    spend_minimum: Annotated[
        int,
        Within(1, AMOUNT_MAX),
        In("money"),
        Called("Least to spend"),
        "The least money that an ambassador can spend at once.",
    ] = 1
    units: Annotated[
        dict[str, Worth],
        Within(0, LIST_MAX),
        Called("Units of your own"),
        "What points and other units of your own are worth, by name; one that is not here can’t be spent.",
    ] = field(default_factory=dict)
    spend_days: Annotated[
        int,
        Within(1, DAYS_MAX),
        In("days"),
        Called("Coupons are good for"),
        "For so many days a coupon is good that an ambassador got for a reward.",
    ] = 30
    adjustment_limit: Annotated[
        Amount | None,
        Called("Adjustments by one admin"),
        "Adjustments above this amount need a second admin; left out, one admin may make any.",
    ] = None
    acquisition_cost: Annotated[
        Amount | None,
        Called("Cost of a customer elsewhere"),
        "What a new customer costs you by other channels, shown beside what one costs here.",
    ] = None
    locale: Annotated[
        Language, Called("Usual language"), "The language for people whose own is not known, such as en."
    ] = "en"
    reply_to: Annotated[
        str | None,
        Within(6, 254),
        Form(rf"[^{BLANK}@<>,;:\"]+@[^{BLANK}@<>,;:\"]+\.[^{BLANK}@<>,;:\".]+", "is an e-mail address"),
        Called("Answers go to"),
        "The email address for answers to the emails; left out, the one that emails come from.",
    ] = None
    letters: Annotated[Letters, "Which letters there are, when they may go out, and how many."] = field(
        default_factory=Letters
    )
    brand: Annotated[Brand, "How your shop looks and sounds: logo, colours, address, sentences of its own."] = field(
        default_factory=Brand
    )
    digits: Annotated[
        Literal["latin", "customary"],
        "Whether numbers are in 0 to 9 in every language, or in the digits customary in it, as in Bengali.",
    ] = "latin"
    privacy: Annotated[Privacy | None, "What people are told about their data on pages that collect it."] = None
    retention: Annotated[Retention, "How long data about people is kept; what is left out is kept."] = field(
        default_factory=Retention
    )
    care: Annotated[
        str, "What your shop does for its customers beyond their orders; an occasion that is left out is off."
    ] = ""
    author: str = ""
    created_at: datetime | None = None
    note: str = ""
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


@cache
def zone_named(name: str) -> tzinfo:
    """Return a time zone by its name in the IANA database: the same object for the same name, as arithmetic wants it.

    Raises:
        KeyError, OSError, ValueError: there is none of that name.
    """
    from zoneinfo import ZoneInfo  # most shops can do without

    from chalicelib.domain.program.zones import ZONES

    return ZoneInfo.from_file(BytesIO(ZONES[name]), key=name) if name in ZONES else ZoneInfo(name)


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
