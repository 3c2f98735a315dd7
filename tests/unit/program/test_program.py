"""The rules as data: what a rate yields, which tier, campaign and offer apply."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.program.program import (
    Campaign,
    FurtherOrders,
    Milestone,
    Rate,
    Tier,
    Watch,
    Worth,
    campaign_of,
    least_spent,
    offer_of,
    origins_of,
    reward_of,
    tier_after,
    tier_of,
    units,
)
from tests.unit.book import TEN_PERCENT, at, program

STARTER, SILVER, GOLD = Tier("Starter", 0, TEN_PERCENT), Tier("Silver", 5), Tier("Gold", 20)
TIERED = program(tiers=(STARTER, SILVER, GOLD))
SPRING = Campaign("spring", at(0), at(5), offer=Rate(amount=1000))


@pytest.mark.parametrize(
    ("rate", "base", "worth"),
    [
        (Rate(amount=700), 4500, 700),
        (Rate(amount=0), 4500, 0),
        (Rate(amount=700), 0, 700),
        (Rate(basis_points=1000), 4500, 450),
        (Rate(basis_points=1000), 4509, 450),
        (Rate(basis_points=10_000), 4509, 4509),
        (Rate(basis_points=1), 9999, 0),
        (Rate(basis_points=1000, maximum=300), 4500, 300),
        (Rate(basis_points=1000, maximum=300), 2000, 200),
        (Rate(basis_points=1000, maximum=0), 2000, 0),
        (Rate(gift="Mug"), 4500, 1),
        (Rate(gift="Mug"), 0, 1),
        (Rate(), 45_000, 0),
    ],
)
def test_what_a_rate_yields(rate: Rate, base: int, worth: int) -> None:
    """A fixed amount whatever the order, a share rounded down with its maximum, one gift; an empty rate nothing."""
    assert rate.of(base) == worth


def test_what_a_rate_counts() -> None:
    """Money unless it says otherwise."""
    rates = (Rate(amount=1), TEN_PERCENT, Rate(amount=1, unit="points"), Rate(gift="Tea mug"))
    assert [rate.unit_in("EUR") for rate in rates] == ["EUR", "EUR", "points", "gift:Tea mug"]


@pytest.mark.parametrize(
    ("counted", "tier", "following"),
    [
        (0, STARTER, SILVER),
        (4, STARTER, SILVER),
        (5, SILVER, GOLD),
        (19, SILVER, GOLD),
        (20, GOLD, None),
        (99, GOLD, None),
    ],
)
def test_the_highest_tier_that_is_reached_and_the_next(counted: int, tier: Tier, following: Tier | None) -> None:
    """A tier begins with its threshold; above the last there is none."""
    assert tier_of(TIERED, counted) == tier
    assert tier_after(TIERED, counted) == following


def test_tiers_go_by_their_thresholds() -> None:
    """Not by the order in which a document lists them."""
    mixed = program(tiers=(GOLD, STARTER, SILVER))
    assert (tier_of(mixed, 7), tier_after(mixed, 1)) == (SILVER, SILVER)


@pytest.mark.parametrize(
    ("name", "day", "runs"),
    [
        ("spring", -0.001, False),
        ("spring", 0, True),
        ("spring", 4.999, True),
        ("spring", 5, False),
        ("autumn", 1, False),
    ],
)
def test_a_campaign_runs_between_its_dates(name: str, day: float, runs: bool) -> None:
    """From its first moment on, no longer at its last; for its own name."""
    assert campaign_of(program(campaigns=(SPRING,)), name, at(day)) == (SPRING if runs else None)


def test_an_order_without_a_campaign_has_none() -> None:
    """However many run; and of several it has its own."""
    later = replace(SPRING, name="easter")
    both = program(campaigns=(SPRING, later))
    assert campaign_of(both, None, at(1)) is None
    assert campaign_of(both, "easter", at(1)) == later


def test_a_campaign_changes_the_offer_only_if_it_has_one() -> None:
    """What it leaves out is as in the program."""
    rules = program(offer=TEN_PERCENT)
    assert offer_of(rules, SPRING) == Rate(amount=1000)
    assert offer_of(rules, replace(SPRING, offer=None)) == TEN_PERCENT
    assert offer_of(rules, None) == TEN_PERCENT
    assert offer_of(program(offer=None), None) is None


FURTHER = FurtherOrders(offer=Rate(amount=1), reward=Rate(amount=2))
EASTER = replace(SPRING, reward=Rate(amount=3))


@pytest.mark.parametrize(
    ("later", "campaign", "first", "second"),
    [
        (None, None, (TEN_PERCENT, TEN_PERCENT), (TEN_PERCENT, TEN_PERCENT)),
        (None, EASTER, (EASTER.offer, EASTER.reward), (EASTER.offer, EASTER.reward)),
        (FURTHER, None, (TEN_PERCENT, TEN_PERCENT), (FURTHER.offer, FURTHER.reward)),
        (FURTHER, EASTER, (EASTER.offer, EASTER.reward), (FURTHER.offer, FURTHER.reward)),
        (FurtherOrders(), EASTER, (EASTER.offer, EASTER.reward), (EASTER.offer, EASTER.reward)),
    ],
)
def test_further_orders_of_a_friend_have_terms_of_their_own(
    later: FurtherOrders | None, campaign: Campaign | None, first: tuple[Rate, Rate], second: tuple[Rate, Rate]
) -> None:
    """From the second on, before those of a campaign; what they leave out is as for the first."""
    rules = program(offer=TEN_PERCENT, friend_days=30, later=later)
    terms = [(offer_of(rules, campaign, n), reward_of(rules, STARTER, campaign, n)) for n in (1, 2, 3)]
    assert terms == [first, second, second]
    assert (offer_of(rules, campaign), reward_of(rules, STARTER, campaign)) == first


def test_the_least_that_can_be_spent() -> None:
    """Of money and of units that have a worth; of others nothing can."""
    rules = program(spend_minimum=500, units={"points": Worth(1, per=10, minimum=50)})
    assert [least_spent(rules, unit) for unit in ("EUR", "points", "stars", "gift:Mug")] == [500, 50, None, None]


@given(st.integers(1, 10**12), st.integers(1, 10**6), st.integers(0, 10**12))
def test_a_worth_is_exact(value: int, per: int, steps: int) -> None:
    """However much it is: each `per` of a unit are the same money, to the cent."""
    worth = Worth(value, per=per)
    assert worth.of(steps * per) == steps * value
    assert isinstance(worth.of(per), int)


def test_the_shops_own_pages() -> None:
    """That of its address, as a browser writes it, and those that the program names."""
    rules = program(shop_url="https://Shop.Example/de/", origins=("https://my.shop.example", "http://localhost:3000"))
    assert origins_of(rules) == {"https://shop.example", "https://my.shop.example", "http://localhost:3000"}


def test_everything_that_a_program_counts_in() -> None:
    """Its currency in any case, and what tiers, milestones and campaigns reward with."""
    assert units(program(tiers=(SILVER,))) == units(program(tiers=(STARTER,))) == {"EUR"}
    rules = program(
        tiers=(SILVER, Tier("Gold", 20, Rate(amount=1, unit="points"))),
        milestones=(Milestone("first", Rate(gift="Mug"), at=1),),
        campaigns=(SPRING, replace(SPRING, name="b", reward=Rate(amount=1, unit="stars"))),
    )
    assert units(rules) == {"EUR", "points", "gift:Mug", "stars"}
    further = FurtherOrders(reward=Rate(amount=1, unit="hearts"))
    assert units(replace(rules, friend_days=30, later=further)) == {"EUR", "points", "gift:Mug", "stars", "hearts"}


def test_signals_that_cost_a_read_are_asked_for_by_who_wants_them() -> None:
    """Whoever sets a threshold or weights; others pay for no reads."""
    assert (Watch().on, Watch(review_at=1).on, Watch(weights={"ring": 0}).on) == (False, True, True)


def test_a_count_that_is_stale_has_a_tier() -> None:
    """Counted back twice, below zero: the first tier, not a failure that would put an order off."""
    assert tier_of(program(), -1).name == "Starter"
