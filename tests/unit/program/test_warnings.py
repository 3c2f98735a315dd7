"""What a sound program probably does not mean: where, why, and that nothing is said of one that is meant."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.accounts.tiers import reached
from chalicelib.domain.calendar import month_of
from chalicelib.domain.model.accounts import Account, Month
from chalicelib.domain.program.brand import Brand, Text
from chalicelib.domain.program.flaws import flaws
from chalicelib.domain.program.program import (
    PROMOTION,
    Campaign,
    Cap,
    FurtherOrders,
    LetterCap,
    Letters,
    Milestone,
    OfferedTask,
    Quiet,
    Rate,
    Retention,
    Tier,
    Watch,
    Worth,
)
from chalicelib.domain.program.warnings import budget_warnings, warnings
from tests.unit.book import TEN_PERCENT, at, program

FIRST = Tier("Starter", 0, TEN_PERCENT)
FIXED = Tier("Starter", 0, Rate(amount=500))
SILVER = Tier("Silver", 5, Rate(basis_points=1200))
SPRING = Campaign("spring", at(0), at(5))
EVER = Campaign("ever", at(0), at(5000))
POINTS = Rate(amount=50, unit="points")
PICTURE = OfferedTask("A picture", "picture", Rate(amount=500), {"en": "Show it.", "gu": "બતાવો."})
HELLO = Text("welcome", "en", opening="Hello.")
NOTHING, CENT = Rate(amount=0), Tier("Starter", 0, Rate(amount=1))
WORTH = {"points": Worth(1, per=10, minimum=500)}


@pytest.mark.parametrize(
    ("meant", "named"),
    [
        ({}, []),
        # What people are told about their data, and how long it is kept.
        ({"privacy": None}, ["/privacy"]),
        ({"privacy": None, "languages": ("es",)}, ["/privacy"]),
        ({"languages": ("es", "en-GB")}, ["/privacy/notices"]),
        ({"locale": "es", "languages": ("es",)}, ["/privacy/notices"]),
        ({"retention": Retention()}, ["/retention/inactive_months"]),
        ({"retention": Retention(clicks_months=1)}, ["/retention/inactive_months"]),
        # A reward as large as what it is for.
        ({"tiers": (FIXED,)}, ["/tiers/0/reward"]),
        ({"tiers": (FIXED,), "offer": None, "minimum": 500}, ["/tiers/0/reward"]),
        ({"tiers": (FIXED,), "offer": None, "minimum": 501}, []),
        ({"tiers": (FIXED,), "minimum": 555}, ["/tiers/0/reward"]),  # 55 are taken off, 500 are paid
        ({"tiers": (FIXED,), "minimum": 557}, []),
        ({"tiers": (Tier("Starter", 0, Rate(basis_points=10_000)),), "minimum": 9000}, ["/tiers/0/reward"]),
        ({"campaigns": (replace(EVER, reward=Rate(amount=1000)),), "minimum": 1000}, ["/campaigns/0/reward"]),
        ({"campaigns": (replace(EVER, reward=Rate(amount=1000)),), "minimum": 1200}, []),
        (
            {
                "campaigns": (replace(EVER, offer=Rate(basis_points=5000), reward=Rate(amount=1000)),),
                "minimum": 2000,
            },
            ["/campaigns/0/offer/basis_points", "/campaigns/0/reward"],
        ),
        ({"friend_days": 30, "later": FurtherOrders(reward=Rate(amount=900)), "minimum": 1000}, ["/later/reward"]),
        (
            {"friend_days": 30, "later": FurtherOrders(offer=Rate(amount=0), reward=Rate(amount=900)), "minimum": 1000},
            [],
        ),
        (  # a discount on further orders takes nothing from the first
            {"tiers": (FIXED,), "friend_days": 30, "later": FurtherOrders(offer=Rate(amount=300)), "minimum": 700},
            [],
        ),
        ({"tiers": (Tier("Starter", 0, POINTS),), "minimum": 1, "units": WORTH}, []),
        ({"tiers": (Tier("Starter", 0, POINTS),), "units": WORTH}, ["/tiers/0/reward"]),
        ({"tiers": (Tier("Starter", 0, Rate(gift="Mug")),)}, ["/tiers/0/reward"]),
        ({"tiers": (Tier("Starter", 0, Rate(basis_points=10_000, unit="points")),), "units": WORTH}, []),
        # A discount that hardly any margin bears.
        ({"offer": Rate(basis_points=4999)}, []),
        ({"offer": Rate(basis_points=5000)}, ["/offer/basis_points"]),
        ({"offer": Rate(basis_points=5000, maximum=500)}, []),
        # A customer who costs more than elsewhere: 1000 less 100 for the friend, and a tenth of the rest.
        ({"minimum": 1000, "acquisition_cost": 190}, []),
        ({"minimum": 1000, "acquisition_cost": 189}, ["/tiers/0/reward"]),
        ({"acquisition_cost": 0}, []),
        # Rewards that are paid before goods can come back.
        ({"hold_days": 1}, []),
        ({"hold_days": 0}, ["/hold_days"]),
        ({"hold_days": 0, "tiers": (replace(FIRST, reward=None),)}, []),
        ({"hold_from": "delivery", "longest_wait_days": 0}, ["/hold_days", "/longest_wait_days"]),
        # Sentences of the shop's own that some of its languages lack.
        ({"brand": Brand(texts=(HELLO,))}, []),
        ({"brand": Brand(texts=(HELLO,)), "languages": ("en-GB",)}, []),
        ({"brand": Brand(texts=(HELLO,)), "languages": ("en", "gu"), "privacy": None}, ["/languages/1", "/privacy"]),
        (
            {"brand": Brand(texts=(HELLO, replace(HELLO, language="gu"))), "languages": ("en", "gu"), "privacy": None},
            ["/privacy"],
        ),
        # Tiers.
        ({"tiers": (FIRST, SILVER), "caps": (Cap("life", count=5),)}, []),
        ({"tiers": (FIRST, SILVER), "caps": (Cap("life", count=4),)}, ["/tiers/1/threshold"]),
        ({"tiers": (FIRST, SILVER), "caps": (Cap("year", count=4),)}, []),
        ({"tiers": (replace(FIRST, reward=None), SILVER), "caps": (Cap("life", count=4),)}, []),
        ({"tiers": (FIRST, SILVER)}, []),
        ({"tiers": (FIRST, replace(SILVER, reward=Rate(basis_points=999)))}, ["/tiers/1/reward"]),
        ({"tiers": (FIRST, replace(SILVER, reward=None))}, ["/tiers/1/reward"]),
        ({"tiers": (replace(FIRST, reward=None), replace(SILVER, reward=None))}, []),
        ({"tiers": (FIRST, replace(SILVER, reward=Rate(amount=1))), "minimum": 1000}, []),
        ({"tiers": (FIRST, replace(SILVER, reward=TEN_PERCENT))}, []),
        ({"tiers": (FIRST, replace(SILVER, reward=Rate(basis_points=0)))}, ["/tiers/1/reward"]),
        ({"tiers": (CENT, replace(SILVER, reward=NOTHING)), "minimum": 9}, ["/tiers/1/reward"]),
        ({"tiers": (replace(CENT, reward=NOTHING), replace(SILVER, reward=NOTHING))}, []),
        ({"tiers": (FIRST, replace(SILVER, reward=Rate(basis_points=1, unit="points"))), "units": WORTH}, []),
        ({"tiers": (FIRST, SILVER), "tier_months": 1, "hold_days": 30}, ["/tier_months"]),
        ({"tiers": (FIRST, SILVER), "tier_months": 1, "hold_days": 29}, []),
        ({"tiers": (FIRST, SILVER), "tier_months": 2, "hold_days": 59}, []),
        ({"tiers": (FIRST, SILVER), "tier_months": 2, "hold_days": 60}, ["/tier_months"]),
        ({"tiers": (FIRST, SILVER), "tier_months": 1, "demotion_months": 1}, []),
        ({"tiers": (FIRST, SILVER), "tier_months": 1, "demotion_months": None}, []),
        ({"tier_months": 1}, []),
        ({"demotion_months": 3}, ["/demotion_months"]),
        ({"demotion_months": None}, ["/demotion_months"]),
        (
            {"tiers": (FIRST, SILVER), "tier_months": 1, "hold_from": "delivery", "longest_wait_days": 60},
            ["/tier_months"],
        ),
        # Campaigns.
        ({"campaigns": (SPRING, EVER)}, ["/campaigns/0/ends_at"]),
        # Limits.
        ({"caps": (Cap("month", amount=499),), "tiers": (FIXED,), "minimum": 9000}, ["/caps/0/amount"]),
        ({"caps": (Cap("month", amount=500),), "tiers": (FIXED,), "minimum": 9000}, []),
        (
            {"caps": (Cap("month", count=0), Cap("life", amount=0))},
            ["/caps/1/amount", "/caps/0/count", "/spend_minimum"],
        ),
        ({"budget_month": 499, "tiers": (FIXED,), "minimum": 9000}, ["/budget_month"]),
        ({"budget_month": 0}, ["/budget_month"]),
        (
            {"budget_month": 499, "campaigns": (replace(EVER, reward=Rate(amount=600)),), "minimum": 9000},
            ["/budget_month"],
        ),
        ({"budget_month": 49, "tiers": (Tier("Starter", 0, POINTS),), "minimum": 9000, "units": WORTH}, []),
        ({"caps": (Cap("year", amount=10), Cap("month", amount=11))}, ["/caps/1/amount"]),
        (
            {"caps": (Cap("life", count=10), Cap("month", count=11), Cap("year", count=11))},
            ["/caps/1/count", "/caps/2/count"],
        ),
        ({"caps": (Cap("year", amount=10), Cap("month", amount=10), Cap("life", count=5))}, []),
        ({"caps": (Cap("month", amount=10), Cap("year", amount=100), Cap("life", amount=1000))}, []),
        ({"caps": (Cap("life", count=1000), Cap("year", count=100), Cap("month", count=10))}, []),
        ({"budget_month": 499, "milestones": (Milestone("first", Rate(amount=500), at=1),)}, []),
        # Waiting.
        ({"hold_from": "delivery", "longest_wait_days": 29}, ["/longest_wait_days"]),
        ({"hold_from": "delivery", "longest_wait_days": 30}, []),
        ({"longest_wait_days": 29}, []),
        ({"void_below_minimum": True}, ["/void_below_minimum"]),
        ({"void_below_minimum": True, "minimum": 1}, []),
        # Reviews.
        ({"watch": Watch(review_at=260)}, []),
        ({"watch": Watch(review_at=261)}, ["/watch/review_at"]),
        ({"watch": Watch(review_at=261, weights={"ring": 41})}, []),
        ({"watch": Watch(review_at=50), "review_days": 31}, ["/review_days"]),
        ({"watch": Watch(review_at=50), "review_days": 0}, ["/review_days"]),
        ({"review_days": 31}, []),
        ({"watch": Watch(review_at=50), "review_days": 25, "longest_wait_days": 20}, []),
        (
            {"watch": Watch(review_at=50), "hold_from": "delivery", "hold_days": 20, "review_days": 21},
            ["/review_days"],
        ),
        (
            {"watch": Watch(review_at=50), "hold_from": "delivery", "review_days": 25, "longest_wait_days": 20},
            ["/longest_wait_days", "/review_days"],
        ),
        # Spending.
        ({"spend_minimum": 1001, "caps": (Cap("life", amount=1000),)}, ["/spend_minimum"]),
        ({"spend_minimum": 1000, "caps": (Cap("life", amount=1000),)}, []),
        ({"spend_minimum": 2001, "caps": (Cap("month", amount=1000),), "expiry_months": 1}, ["/spend_minimum"]),
        ({"spend_minimum": 2000, "caps": (Cap("month", amount=1000),), "expiry_months": 1}, []),
        ({"spend_minimum": 2001, "caps": (Cap("month", amount=1000),)}, []),
        (
            {
                "spend_minimum": 1001,
                "caps": (Cap("life", amount=1000),),
                "milestones": (Milestone("first", Rate(amount=500), at=1),),
            },
            [],
        ),
        (
            {"spend_minimum": 1001, "caps": (Cap("life", amount=1000),), "tiers": (FIRST, replace(SILVER, bonus=1))},
            [],
        ),
        (
            {
                "spend_minimum": 1001,
                "caps": (Cap("life", amount=1000),),
                "milestones": (Milestone("first", POINTS, at=1),),
                "units": WORTH,
            },
            ["/spend_minimum"],
        ),
        (
            {
                "spend_minimum": 1001,
                "caps": (Cap("life", amount=1000),),
                "tasks": (PICTURE,),
            },
            [],
        ),
        # Tasks.
        ({"tasks": (PICTURE,)}, []),
        ({"budget_month": 499, "tasks": (PICTURE,)}, []),
        ({"tasks": (replace(PICTURE, reward=POINTS),)}, ["/tasks/0/reward"]),
        ({"tasks": (replace(PICTURE, until=at(0)),)}, ["/tasks/0/until"]),
        ({"tasks": (replace(PICTURE, until=at(5000)),)}, []),
        ({"tasks": (PICTURE,), "languages": ("gu-IN", "es")}, ["/privacy/notices"] * 2 + ["/tasks/0/words"]),
        # Units.
        ({"tiers": (Tier("Starter", 0, POINTS),), "minimum": 1}, ["/tiers/0/reward"]),
        ({"milestones": (Milestone("first", POINTS, at=1),)}, ["/milestones/0/reward"]),
        ({"campaigns": (replace(EVER, reward=POINTS),), "minimum": 1}, ["/campaigns/0/reward"]),
        ({"units": WORTH}, ["/units/points"]),
        (
            {"tiers": (Tier("Starter", 0, POINTS),), "minimum": 1, "units": {"points": Worth(1, per=10, minimum=505)}},
            ["/units/points/minimum"],
        ),
    ],
)
def test_what_is_hardly_meant_is_named_where_it_is(meant: dict[str, Any], named: list[str]) -> None:
    """At the edge of what is sensible, on both sides; the program itself is sound, and stays so."""
    rules = program(**meant)
    assert flaws(rules) == []
    assert [pointer for pointer, _ in warnings(rules, now=at(5))] == named


def test_letters_that_hardly_go_as_meant_are_named() -> None:
    """Hours that are quiet by day, and a cap that another one leaves no room to reach; not what differs in purpose."""

    def named(**letters: Any) -> list[tuple[str, str]]:
        rules = program(letters=replace(Letters(), **letters))
        assert flaws(rules) == []
        return warnings(rules, now=at(5))

    swapped = [("/letters/quiet", "is quiet at noon: letters go out by night, if `starts` and `ends` are not swapped")]
    for starts, ends, found in (
        ("20:00", "09:00", []),
        ("20:00", "12:00", []),
        ("12:01", "09:00", []),
        ("13:00", "14:00", []),
        ("09:00", "20:00", swapped),
        ("12:00", "14:00", swapped),
        ("20:00", "12:01", swapped),
    ):
        assert named(quiet=Quiet(starts, ends)) == found
    assert named(quiet=None, caps=()) == []
    idle = "is never reached: another cap leaves no more in as many days"
    week = LetterCap(2, 7)
    for other, found in (
        (LetterCap(1, 7), [("/letters/caps/0", idle)]),
        (LetterCap(2, 8), [("/letters/caps/0", idle)]),
        (LetterCap(2, 7), [("/letters/caps/0", idle), ("/letters/caps/1", idle)]),
        (LetterCap(3, 7), [("/letters/caps/1", idle)]),
        (LetterCap(1, 6), []),
        (LetterCap(3, 8), []),
        (LetterCap(1, 7, ("tips",)), []),
        (LetterCap(1, 7, ("rewards", *PROMOTION)), [("/letters/caps/0", idle)]),
    ):
        assert named(caps=(week, other)) == found


def test_a_warning_says_what_is_the_matter() -> None:
    """In words, with the numbers that don't fit together, and what would mend it where that is not plain."""
    mistaken = program(
        tiers=(
            FIXED,
            Tier("Silver", 5, Rate(amount=400)),
            Tier("Gold", 9, POINTS),
            Tier("Guide", 20, Rate(gift="Mug")),
        ),
        campaigns=(SPRING,),
        caps=(Cap("month", amount=499, count=5), Cap("year", count=4), Cap("life", amount=0, count=0)),
        budget_month=499,
        hold_from="delivery",
        longest_wait_days=29,
        void_below_minimum=True,
        demotion_months=3,
        watch=Watch(review_at=261),
        units={"stars": Worth(1, per=10, minimum=505)},
    )
    size = "is earned with an order of whatever size: `minimum` sets the smallest"
    nothing = "leaves nothing of any reward in money"
    whole = "is less than a single reward (500), so that nobody gets that whole"
    much = "is as much as the friend pays for the smallest order (1), or more: raise `minimum`"
    assert flaws(mistaken) == []
    assert warnings(mistaken, now=at(5)) == [
        ("/tiers/0/reward", much),
        ("/tiers/1/reward", much),
        ("/tiers/2/reward", size),
        ("/tiers/3/reward", size),
        ("/tiers/1/reward", "is less than in the tier before, Starter"),
        ("/demotion_months", "changes nothing without `tier_months`: a tier is kept for life"),
        ("/campaigns/0/ends_at", "lies in the past: no new order has its terms"),
        ("/caps/0/amount", whole),
        ("/caps/2/amount", nothing),
        ("/budget_month", whole),
        ("/caps/2/count", "leaves nothing of any reward"),
        ("/caps/0/amount", "is more than the cap per life, and so never reached"),
        ("/caps/0/count", "is more than the cap per year, and so never reached"),
        ("/caps/1/count", "is more than the cap per life, and so never reached"),
        (
            "/longest_wait_days",
            "is less than `hold_days`: who reports no delivery has the reward released sooner than who does",
        ),
        ("/void_below_minimum", "changes nothing without `minimum`"),
        ("/watch/review_at", "is more than all signals weigh together (260): no reward ever waits"),
        (
            "/review_days",
            "is longer than the hold: a reward that nobody looks at is released later than announced",
        ),
        ("/spend_minimum", "is more than the caps let anybody collect before it expires (0)"),
        ("/tiers/2/reward", "is in points, which can't be spent: `units` says what they are worth"),
        ("/units/stars", "is earned by nothing"),
        ("/units/stars/minimum", "is no multiple of `per` (10), and only such can be spent"),
    ]
    unreachable = program(tiers=(FIRST, SILVER), tier_months=1, watch=Watch(review_at=50), review_days=0)
    assert warnings(unreachable, now=at(5)) == [
        (
            "/tier_months",
            "has passed before a reward is released, and only then a referral counts: no higher tier is reached",
        ),
        ("/review_days", "lets nobody answer: `review_default` decides at once"),
    ]


@pytest.mark.parametrize(
    ("budget", "granted", "lasts"), [(1000, 1000, None), (999, 1000, 29), (100, 1000, 3), (0, 9, None), (None, 9, None)]
)
def test_a_budget_that_covers_few_days_is_named(budget: int | None, granted: int, lasts: int | None) -> None:
    """By what was granted in the last thirty days; one that covers them is not, nor one of nothing, named otherwise."""
    found = [reason for _, reason in budget_warnings(program(budget_month=budget), granted, 30)]
    assert found == (
        [] if lasts is None else [f"lasts {lasts} days of a month: {granted} were granted in the last 30 days"]
    )


def test_a_tier_whose_window_the_hold_outlives_is_out_of_reach() -> None:
    """What the warning foretells: whenever in a month orders come, none of them finds an earlier one counted."""
    rules = program(tiers=(FIRST, SILVER), tier_months=1, hold_days=31)
    assert [pointer for pointer, _ in warnings(rules, now=at(0))] == ["/tier_months"]
    for day in range(400):
        counted = Account("amb_1", referrals=1, months={month_of(at(day), rules): Month(referrals=1)})
        assert reached(counted, rules, month_of(at(day + rules.hold_days), rules)) == 0
