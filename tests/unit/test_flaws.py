"""Every flaw of a program is named: where it is, and what is wanted there."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.domain.flaws import flaws
from chalicelib.domain.fraud import WEIGHTS
from chalicelib.domain.program import Campaign, Cap, Milestone, Rate, Tier, Watch
from tests.unit.book import TEN_PERCENT, at, program

AMOUNT = "lies between 0 and 1000000000000"
SHARE = "lies between 0 and 10000"
COUNT = "lies between 1 and 1000000"
ONE_OF = "set either amount or basis_points or gift"
BLANK = "is blank, or holds a character out of place"
TAG = "is a language tag such as en or gu-IN"
YEARS = "lies between the years 2000 and 8999"
ZONE = "is a time with its zone"

FIRST = Tier("Starter", 0, TEN_PERCENT)
SPRING = Campaign("spring", at(0), at(5))
FIFTH = Milestone("fifth", Rate(amount=500), at=5)


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
        # Fields, each within its bounds.
        ({"shop_name": ""}, [("/shop_name", "has 1 to 80 characters"), ("/shop_name", BLANK)]),
        ({"shop_name": "x" * 81}, [("/shop_name", "has 1 to 80 characters")]),
        ({"shop_name": "Kavya\n"}, [("/shop_name", BLANK)]),
        ({"shop_url": "ftp://x.example"}, [("/shop_url", "starts with https://")]),
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
        # Rates.
        ({"offer": Rate()}, [("/offer", "set either amount or basis_points")]),
        ({"offer": Rate(amount=0, basis_points=0)}, [("/offer", "set either amount or basis_points")]),
        ({"offer": Rate(basis_points=10_001)}, [("/offer/basis_points", SHARE)]),
        ({"offer": Rate(amount=5, maximum=0)}, [("/offer/maximum", "bounds a percentage, and there is none")]),
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
        # Milestones.
        ({"milestones": (FIFTH, replace(FIFTH, name="b", at=None))}, [("/milestones/1", "set either every or at")]),
        ({"milestones": (FIFTH, replace(FIFTH, name="b", every=5))}, [("/milestones/1", "set either every or at")]),
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
        ({"campaigns": (replace(SPRING, ends_at=at(0)),)}, [("/campaigns/0/ends_at", "lies after starts_at")]),
        (
            {"campaigns": (SPRING, replace(SPRING, name="b", ends_at=at(-1)))},
            [("/campaigns/1/ends_at", "lies after starts_at")],
        ),
        (
            {"campaigns": (replace(SPRING, offer=Rate()),)},
            [("/campaigns/0/offer", "set either amount or basis_points")],
        ),
        (
            {"campaigns": (replace(SPRING, offer=Rate(amount=1, unit="points")),)},
            [("/campaigns/0/offer", "is a discount in the program's currency")],
        ),
        ({"campaigns": (replace(SPRING, reward=Rate()),)}, [("/campaigns/0/reward", ONE_OF)]),
        ({"campaigns": (SPRING, SPRING)}, [("/campaigns", "every one has a name of its own")]),
        (
            {"campaigns": (replace(SPRING, offer=Rate(amount=1), reward=Rate(gift="Mug")), replace(SPRING, name="b"))},
            [],
        ),
        # Caps.
        ({"caps": (Cap("month", count=1), Cap("life"))}, [("/caps/1", "set amount or count")]),
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
