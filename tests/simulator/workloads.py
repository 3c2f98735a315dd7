"""What a history is about: how many orders, friends and ambassadors, which actors, under what kind of rules."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from tests.simulator.world import START

Rules = dict[str, Any]

PLAIN: Rules = {
    "shop_name": "Kavya Ceramics",
    "shop_url": "https://kavya-ceramics.example/",
    "currency": "EUR",
    "offer": {"basis_points": 1000},
    "new_friends_only": False,
    "hold_days": 10,
    "review_days": 5,
    "adjustment_limit": 300,
}


@dataclass(frozen=True, slots=True)
class Workload:
    """Actors by name, as many of each as stand there; ids to choose from; and what the rules have in common.

    `tells_both` is how often the checkout tells of a friend's address and id at once: where that is rare, friends are
    known as two for long.
    """

    name: str
    actors: tuple[str, ...]
    orders: int = 4
    friends: int = 3
    ambassadors: int = 2
    tells_both: float = 0.5
    rules: Callable[[Random], Rules] = lambda _: {}


def rules(chance: Random, workload: Workload) -> Rules:
    """Rules at random, with what the workload needs."""
    common = {**PLAIN, "tiers": _tiers(chance), "spend_days": chance.choice([1, 30])}
    return {**common, **_some(chance), **workload.rules(chance)}


def _tiers(chance: Random) -> list[Rules]:
    rate = chance.choice([{"basis_points": 1000}, {"basis_points": 333}, {"amount": 50, "unit": "points"}, None])
    above = chance.choice([{"amount": 700}, {"basis_points": 2000, "maximum": 600}, {"gift": "Tea mug"}])
    bonus = chance.choice([0, 250])
    return [
        {"name": "Starter", "threshold": 0, "reward": rate},
        {"name": "Silver", "threshold": 1, "reward": above, "bonus": bonus},
    ]


def _one_tier(chance: Random) -> list[Rules]:
    return [{"name": "Starter", "threshold": 0, "reward": chance.choice([{"gift": "Tea mug"}, {"basis_points": 1000}])}]


def _some(chance: Random) -> Rules:
    """Some of the rules that a program may have besides."""
    options: list[Rules] = [
        {"caps": [{"per": chance.choice(["month", "year", "life"]), "amount": 500}]},
        {"caps": [{"per": "month", "count": 1}]},
        {"budget_month": chance.choice([0, 600, 1500])},
        {"milestones": [{"name": "pair", "every": 2, "reward": {"amount": 300}}]},
        {"milestones": [{"name": "first", "at": 1, "reward": {"gift": "Postcard"}}]},
        {"tier_months": 1, "demotion_months": chance.choice([0, 1, None])},
        {"friend_days": 20},
        {"hold_from": "delivery", "longest_wait_days": 20},
        {"void_below_minimum": True, "minimum": 2000},
        {"watch": {"review_at": 1, "velocity_orders": 2}, "review_default": chance.choice(["approve", "deny"])},
        {"expiry_months": 1},
        {"time_zone": chance.choice(["Asia/Kolkata", "America/Los_Angeles", "Pacific/Kiritimati"])},
        {"campaigns": [_campaign()]},
    ]
    chosen: Rules = {}
    for option in chance.sample(options, chance.randint(0, 3)):
        chosen |= option
    return chosen


def _campaign() -> Rules:
    dates = {"starts_at": START - timedelta(days=1), "ends_at": START + timedelta(days=1)}
    return {"name": "spring", **dates, "offer": {"basis_points": 3000, "maximum": 1500}, "reward": {"amount": 900}}


SHOP = (
    "town.checkout",
    "town.checkout",
    "town.back_office",
    "town.admin",
    "town.stream_worker",
    "town.schedule",
    "town.weather",
)

WORKLOADS = (
    Workload(
        "everything at once",
        (
            *SHOP,
            "town.checkout",
            "town.back_office",
            "town.ruler",
            "wallet.customer",
            "wallet.desk",
            "wallet.treasurer",
            "wallet.inspector",
            "wallet.sharer",
        ),
    ),
    Workload("retries", (*SHOP, *["town.checkout"] * 4), orders=2, friends=2),
    Workload(
        "a viral code",
        (*SHOP, *["town.checkout"] * 6, "town.stream_worker", "town.schedule"),
        orders=10,
        friends=10,
        ambassadors=1,
    ),
    Workload(
        "a storm of refunds",
        (*SHOP, *["town.back_office"] * 4, "town.undoer", "town.stream_worker"),
        orders=2,
    ),
    Workload(
        "a refund that is taken back",
        ("town.checkout", "town.undoer", *["town.stream_worker"] * 5),
        orders=1,
        friends=1,
        ambassadors=1,
        rules=lambda _: {"hold_days": 0},
    ),
    Workload(
        "parcels",
        (*SHOP, *["town.carrier"] * 4, "town.stream_worker", "town.schedule"),
        orders=2,
        rules=lambda chance: {
            "hold_from": "delivery",
            "hold_days": chance.choice([0, 10]),
            "longest_wait_days": chance.choice([5, 20]),
        },
    ),
    Workload(
        "line by line",
        (*SHOP, "town.checkout", "town.back_office", *["town.returner"] * 2, "town.undoer", "town.stream_worker"),
        orders=3,
        rules=lambda chance: {
            "offer": {"basis_points": 5000},
            "void_below_minimum": chance.random() < 0.7,
            "minimum": chance.choice([1500, 2500]),
        },
    ),
    Workload(
        "what a bank takes back",
        (*SHOP, *["town.checkout"] * 2, *["town.bank"] * 2, "town.assessor", "town.stream_worker"),
        orders=2,
        friends=6,
        rules=lambda chance: {
            "watch": {"review_at": 1, "velocity_orders": 1},
            "review_default": chance.choice(["approve", "approve", "deny"]),
            "hold_days": 2,
        },
    ),
    Workload(
        "payments that fail",
        (*SHOP, *["carts.shopper"] * 4, "carts.waverer", *["carts.cashier"] * 2, "town.stream_worker"),
        friends=2,
        rules=lambda chance: {"pending_days": chance.choice([1, 14])},
    ),
    Workload(
        "carts that change",
        (
            *SHOP,
            *["carts.shopper"] * 2,
            *["carts.waverer"] * 2,
            *["carts.cashier"] * 2,
            "town.back_office",
            "carts.releaser",
            "town.schedule",
        ),
        orders=2,
        friends=3,
        ambassadors=3,
        rules=lambda chance: {"pending_days": chance.choice([1, 14])},
    ),
    Workload(
        "friends who come again",
        (
            *SHOP,
            *["town.checkout"] * 4,
            "town.farmer",
            "town.back_office",
            *["carts.shopper"] * 2,
            "carts.waverer",
            *["carts.cashier"] * 2,
        ),
        orders=5,
        friends=2,
        rules=lambda chance: {
            "friend_days": 20,
            "pending_days": chance.choice([1, 14]),
            "later": {"reward": {"amount": 100}, "orders": chance.choice([1, 2, None])},
        },
    ),
    Workload(
        "a friend with two names",
        (
            *["town.checkout"] * 2,
            *["carts.shopper"] * 6,
            *["carts.cashier"] * 2,
            "town.back_office",
            *["town.stream_worker"] * 3,
            "town.schedule",
        ),
        orders=2,
        friends=1,
        ambassadors=1,
        tells_both=0.15,
        rules=lambda chance: chance.choice(
            [{}, {"friend_days": 20, "later": {"reward": {"amount": 100}, "orders": chance.choice([1, None])}}]
        ),
    ),
    Workload(
        "questions that nobody answers",
        (*["town.checkout"] * 3, *["town.bank"] * 2, *["town.stream_worker"] * 2, "town.schedule", "town.weather"),
        orders=2,
        friends=4,
        rules=lambda _: {
            "watch": {"review_at": 1, "velocity_orders": 1},
            "review_default": "approve",
            "hold_days": 2,
        },
    ),
    Workload("buy, refund, buy again", (*SHOP, "town.farmer", "town.farmer", "town.schedule"), orders=6, friends=1),
    Workload(
        "a ring",
        (*SHOP, "town.checkout", "town.ring", "wallet.claimant", "wallet.desk"),
        rules=lambda _: {"watch": {"review_at": 1, "velocity_orders": 2}, "hold_days": 2},
    ),
    Workload(
        "a race of spenders",
        (
            *SHOP,
            "town.back_office",
            *["wallet.customer"] * 4,
            *["wallet.desk"] * 2,
            "wallet.treasurer",
            "town.schedule",
        ),
        ambassadors=1,
        rules=lambda _: {"hold_days": 0},
    ),
    Workload(
        "a suspicion",
        (
            *SHOP,
            *["town.checkout"] * 2,
            *["wallet.customer"] * 5,
            *["wallet.desk"] * 2,
            *["wallet.treasurer"] * 3,
            *["wallet.inspector"] * 3,
            *["wallet.sharer"] * 3,
            "town.sleeper",
        ),
        ambassadors=1,
        rules=lambda _: {"hold_days": 0, "expiry_months": 1},
    ),
    Workload(
        "mistakes that are taken back",
        (
            *SHOP,
            *["town.checkout"] * 2,
            "town.back_office",
            *["carts.releaser"] * 2,
            *["wallet.mender"] * 3,
            *["wallet.desk"] * 2,
            "wallet.treasurer",
            "wallet.inspector",
            "town.stream_worker",
        ),
        rules=lambda chance: {"hold_days": 0, "tiers": _one_tier(chance)},
    ),
    Workload(
        "what has expired",
        (*SHOP, *["town.checkout"] * 3, *["town.sleeper"] * 2, "wallet.customer", "town.stream_worker"),
        orders=2,
        ambassadors=1,
        rules=lambda chance: {
            "hold_days": 0,
            "expiry_months": 1,
            "milestones": [{"name": "pair", "every": chance.choice([1, 2]), "reward": {"amount": 300}}],
        },
    ),
    Workload(
        "late claims",
        (*SHOP, *["wallet.claimant"] * 3, *["wallet.desk"] * 3, "wallet.treasurer", "wallet.treasurer"),
        orders=6,
        friends=6,
    ),
    Workload(
        "the edge of a cap",
        (*SHOP, *["town.checkout"] * 3, "town.stream_worker", "town.schedule", "town.ruler"),
        orders=6,
        friends=6,
        ambassadors=1,
        rules=lambda chance: {
            "tiers": [{"name": "Starter", "threshold": 0, "reward": {"basis_points": 1000}}],
            "caps": [{"per": chance.choice(["month", "year", "life"]), "amount": 700, "count": 3}],
        },
    ),
    Workload(
        "the edge of a budget",
        (*SHOP, *["town.checkout"] * 3, "town.stream_worker", "town.stream_worker", "town.ruler"),
        orders=6,
        friends=6,
        ambassadors=3,
        rules=lambda chance: {
            "tiers": [{"name": "Starter", "threshold": 0, "reward": {"basis_points": 1000}}],
            "budget_month": chance.choice([300, 900, 1200]),
        },
    ),
    Workload(
        "one person after all",
        (
            *SHOP,
            *["town.checkout"] * 3,
            *["town.registrar"] * 2,
            "town.back_office",
            *["town.stream_worker"] * 2,
            "town.weather",
            "wallet.customer",
            "wallet.desk",
            "wallet.claimant",
            "town.schedule",
        ),
        orders=6,
        friends=6,
        ambassadors=3,
        rules=lambda chance: {
            "hold_days": chance.choice([0, 0, 2]),
            "expiry_months": chance.choice([None, 1]),
            **chance.choice([{}, {"milestones": [{"name": "pair", "every": 2, "reward": {"amount": 300}}]}]),
        },
    ),
)
