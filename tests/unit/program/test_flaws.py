"""Every flaw of a program is named: where it is, and what is wanted there."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Any, get_args

import pytest

from chalicelib.domain.program.flaws import FlawedProgramError, flaws
from chalicelib.domain.program.program import (
    Campaign,
    Cap,
    FurtherOrders,
    LetterCap,
    Letters,
    Limited,
    Milestone,
    OfferedTask,
    Privacy,
    Quiet,
    Rate,
    Retention,
    Tier,
    Watch,
    Worth,
)
from chalicelib.domain.program.shape import Form, Place, Within, places
from chalicelib.domain.program.signals import WEIGHTS
from tests.unit.book import NOTICE, TEN_PERCENT, at, program

AMOUNT = "lies between 0 and 1000000000000"
SHARE = "lies between 0 and 10000"
COUNT = "lies between 1 and 1000000"
ONE_OF = "set either `amount` or `basis_points` or `gift`"
BLANK = "is blank, or holds a character out of place"
ORIGIN = "is an origin in small letters such as https://my.shop.example"
ORIGIN_LENGTH = "has 8 to 300 characters"
TAG = "is a language tag such as en or gu-IN"
YEARS = "lies between the years 2000 and 8999"
ZONE = "is a time with its zone"

LINE = "has 1 to 500 characters"
IN_GU = "/privacy/notices/gu_IN"
MONTHS, DAYS = "lies between 1 and 120", "lies between 1 and 3650"
KEPT = {
    "inactive_months": MONTHS,
    "contacts_days": DAYS,
    "orders_months": MONTHS,
    "clicks_months": MONTHS,
    "idempotency_days": "lies between 2 and 3650",
}
PRIVACY = Privacy("Kavya Ceramics, Berlin", "privacy@kavya.example", {"en": NOTICE}, "https://kavya.example/privacy")

FIRST = Tier("Starter", 0, TEN_PERCENT)
SPRING = Campaign("spring", at(0), at(5))
FIFTH = Milestone("fifth", Rate(amount=500), at=5)
PICTURE = OfferedTask("A picture", "picture", Rate(amount=500), {"en": "Show it."})


A_ZONE = "is a time zone such as Europe/Berlin (IANA)"
NO_ZONE = "is no time zone of the IANA database, such as Europe/Berlin"
ALL = "takes all of every order, so that nothing is left to pay"


def takes_all_of(least: int) -> str:
    """What is said of an offer that leaves nothing of the smallest order."""
    return f"takes all of an order of {least}, the smallest: set `minimum` above what it takes"


def rewarded(rate: Rate) -> dict[str, Any]:
    """A program whose second tier earns this."""
    return {"tiers": (FIRST, Tier("Silver", 5, rate))}


def naive(year: int) -> datetime:
    """A time without its zone."""
    return datetime(year, 3, 1)  # noqa: DTZ001 - the flaw


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({}, []),
        ({"privacy": None}, []),
        ({"privacy": replace(PRIVACY, notices={})}, [("/privacy/notices", "has 1 to 50 elements")]),
        ({"privacy": replace(PRIVACY, notices={"English": NOTICE})}, [("/privacy/notices", TAG)]),
        (
            {"privacy": replace(PRIVACY, notices={"gu_IN": replace(NOTICE, recipients=" ")})},
            [(f"{IN_GU}/recipients", BLANK)],
        ),
        (
            {"privacy": replace(PRIVACY, responsible="")},
            [("/privacy/responsible", LINE), ("/privacy/responsible", BLANK)],
        ),
        ({"privacy": replace(PRIVACY, url="http://x.example")}, [("/privacy/url", "starts with https://")]),
        ({"retention": Retention(0, 0, 0, 0, 1)}, [(f"/retention/{name}", words) for name, words in KEPT.items()]),
        # Fields, each within its bounds.
        ({"shop_name": ""}, [("/shop_name", "has 1 to 80 characters"), ("/shop_name", BLANK)]),
        ({"shop_name": "x" * 81}, [("/shop_name", "has 1 to 80 characters")]),
        ({"shop_name": "Kavya\n"}, [("/shop_name", BLANK)]),
        ({"shop_url": "ftp://x.example"}, [("/shop_url", "starts with https://")]),
        ({"shop_url": "https:///de"}, [("/shop_url", "names no host")]),
        ({"shop_url": "https://[shop.example"}, [("/shop_url", "names no host")]),
        ({"share_image_url": "http://x.example/a.jpg"}, [("/share_image_url", "starts with https://")]),
        ({"origins": ("https://a.example:3000", "http://b-1.example")}, []),
        ({"origins": ("https://a.example/", "https://A.example")}, [("/origins/0", ORIGIN), ("/origins/1", ORIGIN)]),
        (
            {"origins": ("https://*.example", "null")},
            [("/origins/0", ORIGIN), ("/origins/1", ORIGIN_LENGTH), ("/origins/1", ORIGIN)],
        ),
        ({"currency": "EURO"}, [("/currency", "is three capital letters (ISO 4217)")]),
        ({"hold_days": 3651}, [("/hold_days", "lies between 0 and 3650")]),
        ({"budget_month": -1}, [("/budget_month", AMOUNT)]),
        ({"languages": ("en", "e", "german")}, [("/languages/1", TAG), ("/languages/2", TAG)]),
        ({"languages": ("en",) * 51}, [("/languages", "has 0 to 50 elements")]),
        ({"excluded_skus": ("MUG", "")}, [("/excluded_skus/1", "has 1 to 128 characters")]),
        ({"watch": Watch(velocity_orders=0)}, [("/watch/velocity_orders", COUNT)]),
        ({"watch": Watch(weights={"ring": -1})}, [("/watch/weights/ring", "lies between 0 and 1000000")]),
        ({"caps": (Cap("life", count=1), Cap("year", amount=-1))}, [("/caps/1/amount", AMOUNT)]),
        (rewarded(Rate(amount=-1)), [("/tiers/1/reward/amount", AMOUNT)]),
        ({"milestones": (replace(FIFTH, name=" "),)}, [("/milestones/0/name", BLANK)]),
        ({"time_zone": "Asia/Kolkata"}, []),
        ({"time_zone": "America/Argentina/Buenos_Aires"}, []),
        ({"time_zone": "Etc/GMT+5"}, []),
        ({"time_zone": "Europe/Atlantis"}, [("/time_zone", NO_ZONE)]),
        ({"time_zone": "Europe"}, [("/time_zone", NO_ZONE)]),
        ({"time_zone": "+05:30"}, [("/time_zone", A_ZONE)]),
        ({"time_zone": "right/Europe/Berlin"}, [("/time_zone", A_ZONE)]),
        ({"time_zone": "../../etc/passwd"}, [("/time_zone", A_ZONE)]),
        ({"time_zone": "A/../../../etc/passwd"}, [("/time_zone", A_ZONE)]),
        ({"time_zone": "/etc/localtime"}, [("/time_zone", A_ZONE)]),
        # Rates.
        ({"offer": Rate()}, [("/offer", "set either `amount` or `basis_points`")]),
        ({"offer": Rate(amount=0, basis_points=0)}, [("/offer", "set either `amount` or `basis_points`")]),
        ({"offer": Rate(basis_points=10_001)}, [("/offer/basis_points", SHARE)]),
        ({"offer": Rate(amount=5, maximum=0)}, [("/offer/maximum", "bounds a percentage, and there is none")]),
        ({"offer": Rate(amount=5), "minimum": 6}, []),
        ({"offer": Rate(amount=5), "minimum": 5}, [("/offer", takes_all_of(5))]),
        ({"offer": Rate(amount=5)}, [("/offer", takes_all_of(1))]),
        ({"offer": Rate(amount=0)}, []),
        ({"offer": Rate(basis_points=9_999)}, []),
        ({"offer": Rate(basis_points=10_000), "minimum": 10**12}, [("/offer", ALL)]),
        ({"offer": Rate(basis_points=10_000, maximum=5), "minimum": 6}, []),
        ({"offer": Rate(basis_points=10_000, maximum=5), "minimum": 4}, [("/offer", takes_all_of(4))]),
        ({"offer": Rate(amount=10**12), "minimum": 10**12}, [("/offer", ALL)]),
        ({"offer": Rate(amount=5, unit="points")}, [("/offer", "is a discount in the program's currency")]),
        ({"offer": Rate(gift="Mug")}, [("/offer", "is a discount in the program's currency")]),
        (rewarded(Rate()), [("/tiers/1/reward", ONE_OF)]),
        (rewarded(Rate(amount=1, gift="Mug")), [("/tiers/1/reward", ONE_OF)]),
        (rewarded(Rate(basis_points=1, gift="Mug")), [("/tiers/1/reward", ONE_OF)]),
        (
            rewarded(Rate(gift="Mug", maximum=1)),
            [("/tiers/1/reward/maximum", "bounds a percentage, and there is none")],
        ),
        (
            rewarded(Rate(gift="Mug", unit="points")),
            [("/tiers/1/reward/unit", "goes with an amount or a percentage, not with a gift")],
        ),
        (rewarded(Rate(basis_points=100, maximum=0, unit="points")), []),
        (rewarded(Rate(amount=100, unit="points")), []),
        # Tiers.
        ({"tiers": ()}, [("/tiers", "has 1 to 50 elements"), ("/tiers", "the first tier starts at 0")]),
        ({"tiers": (replace(FIRST, threshold=1),)}, [("/tiers", "the first tier starts at 0")]),
        (
            {"tiers": (FIRST, Tier("Silver", 5), Tier("Gold", 5))},
            [("/tiers", "thresholds rise from tier to tier")],
        ),
        (
            {"tiers": (FIRST, Tier("Gold", 9), Tier("Silver", 5))},
            [("/tiers", "thresholds rise from tier to tier")],
        ),
        (
            {"tiers": (replace(FIRST, bonus=1),)},
            [("/tiers/0/bonus", "is for reaching a tier, and everybody begins in the first")],
        ),
        ({"tiers": (FIRST, Tier("Starter", 5))}, [("/tiers", "every tier has a name of its own")]),
        ({"tiers": (FIRST, Tier("Silver", 5, bonus=1), Tier("Gold", 9, TEN_PERCENT, bonus=700))}, []),
        ({"tiers": (replace(FIRST, threshold=1, bonus=5),)}, [("/tiers", "the first tier starts at 0")]),
        # Tasks.
        ({"tasks": (PICTURE, replace(PICTURE, name="b", reward=Rate(gift="Mug")))}, []),
        ({"tasks": (PICTURE, PICTURE)}, [("/tasks", "every one has a name of its own")]),
        ({"tasks": (replace(PICTURE, words={}),)}, [("/tasks/0/words", "has 1 to 50 elements")]),
        ({"tasks": (replace(PICTURE, words={"en": " "}),)}, [("/tasks/0/words/en", BLANK)]),
        ({"tasks": (replace(PICTURE, reward=Rate()),)}, [("/tasks/0/reward", ONE_OF)]),
        ({"tasks": (replace(PICTURE, reward=Rate(amount=0)),)}, [("/tasks/0/reward/amount", "is nothing")]),
        (
            {"tasks": (replace(PICTURE, reward=TEN_PERCENT),)},
            [("/tasks/0/reward/basis_points", "has no order to be a percentage of")],
        ),
        (
            {"tasks": (replace(PICTURE, until=datetime(2026, 1, 1)),)},  # noqa: DTZ001 - that is the flaw
            [("/tasks/0/until", "is a time with its zone")],
        ),
        (
            {"tasks": (replace(PICTURE, until=datetime(1999, 1, 1, tzinfo=UTC)),)},
            [("/tasks/0/until", "lies between the years 2000 and 8999")],
        ),
        # Milestones.
        ({"milestones": (FIFTH, replace(FIFTH, name="b", at=None))}, [("/milestones/1", "set either `every` or `at`")]),
        ({"milestones": (FIFTH, replace(FIFTH, name="b", every=5))}, [("/milestones/1", "set either `every` or `at`")]),
        (
            {"milestones": (replace(FIFTH, reward=TEN_PERCENT),)},
            [("/milestones/0/reward/basis_points", "has no order to be a percentage of")],
        ),
        ({"milestones": (replace(FIFTH, reward=Rate()),)}, [("/milestones/0/reward", ONE_OF)]),
        (
            {"milestones": (FIFTH, replace(FIFTH, at=6))},
            [("/milestones", "every one has a name of its own")],
        ),
        (
            {"milestones": (FIFTH, replace(FIFTH, name="again"))},
            [("/milestones", "no two are for the same number of referrals")],
        ),
        (
            {"milestones": tuple(Milestone(name, Rate(gift="Mug"), every=5) for name in "ab")},
            [("/milestones", "no two are for the same number of referrals")],
        ),
        (
            {"milestones": (FIFTH, Milestone("each fifth", Rate(gift="Mug"), every=5), replace(FIFTH, name="b", at=6))},
            [],
        ),
        # Campaigns.
        (
            {"campaigns": (replace(SPRING, starts_at=naive(2026)),)},
            [("/campaigns/0/starts_at", ZONE)],
        ),
        (
            {"campaigns": (replace(SPRING, starts_at=naive(2026), ends_at=naive(2026)),)},
            [("/campaigns/0/starts_at", ZONE), ("/campaigns/0/ends_at", ZONE)],
        ),
        (
            {"campaigns": (replace(SPRING, starts_at=datetime(1999, 12, 31, tzinfo=UTC)),)},
            [("/campaigns/0/starts_at", YEARS)],
        ),
        (
            {"campaigns": (replace(SPRING, ends_at=datetime(9000, 1, 1, tzinfo=UTC)),)},
            [("/campaigns/0/ends_at", YEARS)],
        ),
        (
            {"campaigns": (Campaign("all", datetime(2000, 1, 1, tzinfo=UTC), datetime(8999, 12, 31, tzinfo=UTC)),)},
            [],
        ),
        ({"campaigns": (replace(SPRING, ends_at=at(0)),)}, [("/campaigns/0/ends_at", "lies after `starts_at`")]),
        (
            {"campaigns": (SPRING, replace(SPRING, name="b", ends_at=at(-1)))},
            [("/campaigns/1/ends_at", "lies after `starts_at`")],
        ),
        (
            {"campaigns": (replace(SPRING, offer=Rate()),)},
            [("/campaigns/0/offer", "set either `amount` or `basis_points`")],
        ),
        (
            {"campaigns": (SPRING, replace(SPRING, name="b", offer=Rate(basis_points=10_000)))},
            [("/campaigns/1/offer", ALL)],
        ),
        (
            {"friend_days": 30, "later": FurtherOrders(offer=Rate(amount=700)), "minimum": 700},
            [("/later/offer", takes_all_of(700))],
        ),
        (
            {"campaigns": (replace(SPRING, offer=Rate(amount=700)),), "minimum": 700},
            [("/campaigns/0/offer", takes_all_of(700))],
        ),
        (
            {"campaigns": (replace(SPRING, offer=Rate(amount=1, unit="points")),)},
            [("/campaigns/0/offer", "is a discount in the program's currency")],
        ),
        ({"campaigns": (replace(SPRING, reward=Rate()),)}, [("/campaigns/0/reward", ONE_OF)]),
        ({"campaigns": (SPRING, SPRING)}, [("/campaigns", "every one has a name of its own")]),
        (
            {"campaigns": (replace(SPRING, offer=TEN_PERCENT, reward=Rate(gift="Mug")), replace(SPRING, name="b"))},
            [],
        ),
        # Further orders.
        ({"friend_days": 30, "later": FurtherOrders(reward=TEN_PERCENT)}, []),
        (
            {"later": FurtherOrders(reward=TEN_PERCENT)},
            [("/later", "is about a friend's further orders, and without `friend_days` none is taken")],
        ),
        ({"friend_days": 30, "later": FurtherOrders(reward=Rate())}, [("/later/reward", ONE_OF)]),
        # Units.
        ({"units": {"points": Worth(1)}}, []),
        (
            {"units": {"points": Worth(1), "Points": Worth(1)}},
            [("/units", "is a word of small letters such as points")],
        ),
        ({"units": {"points": Worth(1, per=0)}}, [("/units/points/per", COUNT)]),
        # Caps.
        ({"caps": (Cap("month", count=1), Cap("life"))}, [("/caps/1", "set `amount` or `count`")]),
        ({"caps": (Cap("month", count=0),)}, []),
        ({"caps": (Cap("month", amount=0),)}, []),
        ({"caps": (Cap("year", count=1),) * 2}, [("/caps", "has one cap for each of month, year and life")]),
        # Signals.
        (
            {"watch": Watch(weights={"velocty": 1, "ring": 0})},
            [("/watch/weights/velocty", f"is no signal: these are {', '.join(WEIGHTS)}")],
        ),
    ],
)
def test_a_flaw_is_named_where_it_is(wrong: dict[str, Any], named: list[tuple[str, str]]) -> None:
    """With a JSON pointer into the document, and what is wanted in words; a sound program has none."""
    assert flaws(program(**wrong)) == named


def test_all_flaws_are_named_at_once() -> None:
    """Whoever writes a program corrects it in one go; the fields come first, then what contradicts itself."""
    named = flaws(
        program(
            currency="euro",
            offer=Rate(),
            tiers=(Tier("Starter", 1),),
            milestones=(Milestone("m", TEN_PERCENT),),
            campaigns=(replace(SPRING, ends_at=at(0)),),
            caps=(Cap("life"),),
            watch=Watch(weights={"velocty": 1}),
        )
    )
    assert [pointer for pointer, _ in named] == [
        "/currency",
        "/offer",
        "/tiers",
        "/milestones/0/reward/basis_points",
        "/milestones/0",
        "/campaigns/0/ends_at",
        "/caps/0",
        "/watch/weights/velocty",
    ]


def test_a_flawed_program_says_so_in_one_line() -> None:
    """For a log; whoever catches it has the flaws one by one."""
    error = FlawedProgramError([("/currency", "is wanted"), ("/tiers/0", "is odd")])
    assert str(error) == "/currency: is wanted; /tiers/0: is odd"
    assert error.flaws == [("/currency", "is wanted"), ("/tiers/0", "is odd")]


# --- fields, between their bounds ---

Rules = dict[str, Any]


def plain(name: str) -> Callable[[Any], Rules]:
    """A program in which one field has this value."""
    return lambda value: {name: value}


def watched(name: str) -> Callable[[Any], Rules]:
    """A program whose watch has this value in one field."""
    return lambda value: {"watch": Watch(**{name: value})}


def lettered(**rules: Any) -> Rules:
    """A program whose letters have these limits."""
    return {"letters": replace(Letters(), **rules)}


NUMBERS: list[tuple[str, Callable[[int], Rules], int, int]] = [
    ("/minimum", plain("minimum"), 0, 10**12),
    ("/friend_days", plain("friend_days"), 1, 3650),
    ("/tier_months", plain("tier_months"), 1, 120),
    ("/demotion_months", plain("demotion_months"), 0, 120),
    ("/budget_month", plain("budget_month"), 0, 10**12),
    ("/hold_days", plain("hold_days"), 0, 3650),
    ("/longest_wait_days", plain("longest_wait_days"), 0, 3650),
    ("/review_days", plain("review_days"), 0, 3650),
    ("/expiry_months", plain("expiry_months"), 1, 120),
    ("/spend_minimum", plain("spend_minimum"), 1, 10**12),
    ("/spend_days", plain("spend_days"), 1, 3650),
    ("/adjustment_limit", plain("adjustment_limit"), 0, 10**12),
    ("/watch/review_at", watched("review_at"), 1, 10**6),
    ("/watch/weights/ring", lambda value: {"watch": Watch(weights={"ring": value})}, 0, 10**6),
    ("/watch/velocity_orders", watched("velocity_orders"), 1, 10**6),
    ("/watch/velocity_times", watched("velocity_times"), 1, 10**6),
    ("/watch/refunded_percent", watched("refunded_percent"), 1, 100),
    ("/watch/refunded_orders", watched("refunded_orders"), 1, 10**6),
    ("/watch/clickless_orders", watched("clickless_orders"), 1, 10**6),
    ("/tiers/1/reward/amount", lambda value: rewarded(Rate(amount=value)), 0, 10**12),
    ("/offer/basis_points", lambda value: {"offer": Rate(basis_points=value, maximum=1), "minimum": 2}, 0, 10_000),
    ("/offer/maximum", lambda value: {"offer": Rate(basis_points=1, maximum=value)}, 0, 10**12),
    ("/tiers/1/bonus", lambda value: {"tiers": (FIRST, Tier("Silver", 5, bonus=value))}, 0, 10**12),
    ("/milestones/0/every", lambda value: {"milestones": (replace(FIFTH, at=None, every=value),)}, 1, 10**6),
    ("/milestones/0/at", lambda value: {"milestones": (replace(FIFTH, at=value),)}, 1, 10**6),
    ("/tasks/0/times", lambda value: {"tasks": (replace(PICTURE, times=value),)}, 1, 10**6),
    ("/tasks/0/days", lambda value: {"tasks": (replace(PICTURE, days=value),)}, 1, 3650),
    ("/caps/0/amount", lambda value: {"caps": (Cap("life", amount=value),)}, 0, 10**12),
    ("/caps/0/count", lambda value: {"caps": (Cap("life", count=value),)}, 0, 10**6),
    ("/letters/caps/0/letters", lambda value: lettered(caps=(LetterCap(letters=value),)), 1, 8),
    ("/letters/caps/0/days", lambda value: lettered(caps=(LetterCap(days=value),)), 1, 366),
    ("/letters/gather_minutes", lambda value: lettered(gather_minutes=value), 0, 7 * 24 * 60),
    ("/letters/hold_out_percent", lambda value: lettered(hold_out_percent=value), 0, 50),
]


@pytest.mark.parametrize(("pointer", "made", "least", "most"), NUMBERS, ids=[it[0] for it in NUMBERS])
def test_a_number_may_be_either_end_of_its_bounds(
    pointer: str, made: Callable[[int], Rules], least: int, most: int
) -> None:
    """Both are allowed, and one beyond either is the only flaw that is named."""
    assert flaws(program(**made(least))) == flaws(program(**made(most))) == []
    flaw = (pointer, f"lies between {least} and {most}")
    assert flaws(program(**made(least - 1))) == flaws(program(**made(most + 1))) == [flaw]


def test_the_highest_tier_begins_with_a_million_referrals_at_most() -> None:
    """The lowest begins at 0, which is said of all tiers together."""
    assert flaws(program(tiers=(FIRST, Tier("Gold", 10**6)))) == []
    flaw = ("/tiers/1/threshold", "lies between 0 and 1000000")
    assert flaws(program(tiers=(FIRST, Tier("Gold", 10**6 + 1)))) == [flaw]


SIZES: list[tuple[str, Callable[[int], Rules], int]] = [
    ("/tiers", lambda size: {"tiers": tuple(Tier(f"Tier {n}", n) for n in range(size))}, 50),
    ("/languages", lambda size: {"languages": ("en",) * size}, 50),
    ("/excluded_skus", lambda size: {"excluded_skus": ("MUG",) * size}, 1000),
    (
        "/milestones",
        lambda size: {"milestones": tuple(replace(FIFTH, name=f"m{n}", at=n + 1) for n in range(size))},
        50,
    ),
    ("/tasks", lambda size: {"tasks": tuple(replace(PICTURE, name=f"t{n}") for n in range(size))}, 50),
    ("/campaigns", lambda size: {"campaigns": tuple(replace(SPRING, name=f"c{n}") for n in range(size))}, 50),
    ("/letters/caps", lambda size: lettered(caps=(LetterCap(),) * size), 50),
]


@pytest.mark.parametrize(("pointer", "made", "most"), SIZES, ids=[it[0] for it in SIZES])
def test_a_list_may_be_as_long_as_its_bound(pointer: str, made: Callable[[int], Rules], most: int) -> None:
    """One element more is a flaw of the list, not of that element."""
    least = 1 if pointer == "/tiers" else 0
    assert flaws(program(**made(most))) == []
    assert flaws(program(**made(most + 1))) == [(pointer, f"has {least} to {most} elements")]


def test_there_are_three_caps_at_most() -> None:
    """One for each span; a fourth is one too many, and the second of its span."""
    three = (Cap("month", count=1), Cap("year", count=1), Cap("life", count=1))
    assert flaws(program(caps=three)) == []
    assert flaws(program(caps=(*three, Cap("life", count=2)))) == [
        ("/caps", "has 0 to 3 elements"),
        ("/caps", "has one cap for each of month, year and life"),
    ]


@pytest.mark.parametrize(
    ("pointer", "made", "sound", "unsound", "words"),
    [
        ("/shop_name", plain("shop_name"), ("x", "x" * 80, "Bücher & Tee"), ("x" * 81,), "has 1 to 80 characters"),
        ("/shop_name", plain("shop_name"), (" x ",), (" ", "a\nb", "\x00", "a\u202eb"), BLANK),
        (
            "/shop_url",
            plain("shop_url"),
            ("https://x", "http://xy", "https://" + "x" * 1992),
            ("https://" + "x" * 1993,),
            "has 8 to 2000 characters",
        ),
        (
            "/shop_url",
            plain("shop_url"),
            ("https://x.example/a?b=c",),
            ("ftps://x.example", "https://", "https://x y", " https://x.example"),
            "starts with https://",
        ),
        (
            "/currency",
            plain("currency"),
            ("CHF",),
            ("CH", "CHFS", "chf", "CH1"),
            "is three capital letters (ISO 4217)",
        ),
        (
            "/locale",
            plain("locale"),
            ("en", "gsw", "gu-IN", "pt_BR", "zh-Hant-TW-x1"),
            ("e", "engl", "en-", "en-x", "en-123456789", "zh-aa-bb-cc-dd", "e1"),
            TAG,
        ),
        (
            "/tiers/1/reward/unit",
            lambda unit: rewarded(Rate(amount=1, unit=unit)),
            ("p", "air_miles", "x" * 20),
            ("Points", "_points", "air miles", "p2", "x" * 21),
            "is a word of small letters such as points",
        ),
        (
            "/tiers/1/reward/gift",
            lambda gift: rewarded(Rate(gift=gift)),
            ("Mug", "x" * 80),
            ("x" * 81,),
            "has 1 to 80 characters",
        ),
        (
            "/excluded_skus/0",
            lambda sku: {"excluded_skus": (sku,)},
            ("1", "x" * 128),
            ("", "x" * 129),
            "has 1 to 128 characters",
        ),
        (
            "/letters/quiet/starts",
            lambda clock: lettered(quiet=Quiet(clock, "12:30")),
            ("00:00", "09:59", "19:00", "20:59", "23:59"),
            ("", "9:00", "24:00", "20:60", "30:00", "2000", "20:00:00", "20:00\n"),
            "is a time of day such as 09:00",
        ),
        (
            "/letters/quiet/ends",
            lambda clock: lettered(quiet=Quiet("12:30", clock)),
            ("00:00", "09:59", "19:00", "20:59", "23:59"),
            ("", "9:00", "24:00", "20:60"),
            "is a time of day such as 09:00",
        ),
    ],
)
def test_a_text_has_its_length_and_its_form(
    pointer: str, made: Callable[[str], Rules], sound: tuple[str, ...], unsound: tuple[str, ...], words: str
) -> None:
    """At both ends of its length, and letter by letter; whatever else is wanted is said in the same words."""
    assert [flaws(program(**made(text))) for text in sound] == [[]] * len(sound)
    assert [flaws(program(**made(text))) for text in unsound] == [[(pointer, words)]] * len(unsound)


def test_quiet_hours_leave_an_hour_of_the_day() -> None:
    """Over midnight or not; without it a letter would wait for ever, or till the clocks are put back."""
    flaw = [("/letters/quiet", "leaves no hour of the day in which letters may go")]
    for starts, ends in (("20:00", "19:00"), ("00:30", "23:30"), ("23:30", "22:30"), ("01:00", "00:00")):
        assert flaws(program(**lettered(quiet=Quiet(starts, ends)))) == []
    for starts, ends in (("20:00", "19:01"), ("00:30", "23:31"), ("09:00", "09:00"), ("00:00", "23:59")):
        assert flaws(program(**lettered(quiet=Quiet(starts, ends)))) == flaw
    assert flaws(program(**lettered(quiet=None))) == []


def test_limits_of_letters_name_a_purpose() -> None:
    """One at least; each is one of five, which the type says, and so the reading of a document."""
    nobody = lettered(quiet=Quiet(purposes=()), caps=(LetterCap(purposes=()),))
    flaw = "has 1 to 5 elements"
    assert flaws(program(**nobody)) == [("/letters/quiet/purposes", flaw), ("/letters/caps/0/purposes", flaw)]
    every = get_args(Limited)
    assert flaws(program(**lettered(quiet=Quiet(purposes=every), caps=(LetterCap(purposes=every),)))) == []


# --- read from the types, not from memory ---

SHORT, ONE = Within(1, 3), Within(1, 1)
WORD = Form("[a-z]+", "is a word of small letters")
Word = Annotated[str, WORD, "A word."]


@pytest.fixture
def afresh() -> None:
    """Forget the fields of all types, so that they have to be read again."""
    places.cache_clear()


@pytest.mark.usefixtures("afresh")
def test_what_is_said_of_a_field_is_read_from_its_type() -> None:
    """Its texts as one, its own limits apart from those of its elements, and whether there is more within."""

    @dataclass
    class Inner:
        size: int = 0

    @dataclass
    class Outer:
        plain: int
        maybe: Annotated[Word | None, "Of the shop."]
        words: Annotated[tuple[Word, ...], SHORT, "Some of them."]
        named: dict[Annotated[str, SHORT], Annotated[int, ONE]]
        inner: Inner
        inners: tuple[Inner, ...]
        by_name: dict[str, Inner] | None

    assert places(Outer) == (
        Place("plain", "", (), (), deep=False, title="Plain"),
        Place("maybe", "A word. Of the shop.", (WORD,), (), deep=False, title="Maybe"),
        Place("words", "Some of them.", (SHORT,), (WORD,), deep=False, title="Words"),
        Place("named", "", (), (ONE,), deep=False, title="Named"),
        Place("inner", "", (), (), deep=True, title="Inner"),
        Place("inners", "", (), (), deep=True, title="Inners"),
        Place("by_name", "", (), (), deep=True, title="By name"),
    )
    assert places(Outer) is places(Outer)


@pytest.mark.usefixtures("afresh")
def test_a_program_is_checked_by_what_its_types_say() -> None:
    """In all its depth: a field, one of a part, an element of a list, and a value by its name."""
    wrong = program(
        hold_days=-1,
        languages=("e",),
        tiers=(replace(FIRST, reward=Rate(amount=-1)),),
        watch=Watch(weights={"ring": -1}),
    )
    assert flaws(wrong) == [
        ("/tiers/0/reward/amount", AMOUNT),
        ("/languages/0", TAG),
        ("/hold_days", "lies between 0 and 3650"),
        ("/watch/weights/ring", "lies between 0 and 1000000"),
    ]
