"""What two sets of rules come to: sums by tier, the orders that differ most, and what cannot be seen."""

from dataclasses import replace
from datetime import date, datetime
from itertools import permutations
from typing import Any

import msgspec
import pytest

from chalicelib.api import preview as api
from chalicelib.domain.model.orders import Redemption, Standing, Terms
from chalicelib.domain.orders.explain import trace
from chalicelib.domain.program.program import Program, Watch
from chalicelib.domain.whatif.comparison import SHOWN_MAX, Comparison, Side, caveats, difference
from chalicelib.domain.whatif.play import Bonuses, Result
from chalicelib.operations.whatif.preview import Preview
from tests.unit.book import TEN_PERCENT, Book, at, program

Body = dict[str, Any]
REFUSED = Result("o1", refused="below_minimum")
UNSETTLED = Result("o1", Book().redemption)


def order(
    worth: int = 450,
    *,
    order_id: str = "o1",
    tier: str = "Starter",
    unit: str | None = None,
    discount: int = 500,
    granted: int = 450,
    reached: int = 0,
    limit: str | None = None,
    released: bool = False,
    bonuses: Bonuses | None = None,
    **more: Any,
) -> Result:
    """An order that was settled, and what it is worth."""
    terms = Terms(tier, TEN_PERCENT, 450, granted, referrals=reached, unit=unit, limit=limit)
    standing = Standing(terms, at(0), at(30), net=4500, worth=worth, released_in=4 if released else None)
    redemption: Redemption = replace(Book(order_id=order_id).redemption, friend_discount=discount, standing=standing)
    return Result(order_id, replace(redemption, **more), bonuses=bonuses or {})


def shown(found: Preview) -> Body:
    """What clients read of a preview."""
    told: Body = msgspec.to_builtins(api.Preview.of(found), builtin_types=(datetime,))
    return told


def report(*pairs: tuple[Result, Result]) -> Body:
    """What is shown of these orders."""
    found = Comparison()
    for really, instead in pairs:
        found.add(really, instead)
    return shown(Preview(date(2026, 3, 1), date(2026, 3, 31), found, [], []))


def eur(amount: int) -> Body:
    """Money as clients read it."""
    return {"amount": amount, "currency": "EUR"}


# --- how much two results differ ---


@pytest.mark.parametrize(
    ("one", "other", "by"),
    [
        (order(), order(), 0),
        (order(), order(400), 50),
        (order(discount=400), order(discount=500), 100),
        (order(450, discount=400), order(400, discount=500), 150),
        (order(), REFUSED, 950),
        (order(), UNSETTLED, 950),
        (REFUSED, REFUSED, 0),
        (order(450), order(45, unit="points"), 495),
        (order(450), order(0, unit="points"), 450),
        (order(0), order(45, unit="points"), 45),
        (order(45, unit="points"), order(50, unit="points"), 5),
        (order(0), order(0, unit="points"), 0),
    ],
)
def test_how_much_two_results_differ(one: Result, other: Result, by: int) -> None:
    """In reward and discount together, from either side; amounts of two units can't be set off against each other."""
    assert difference(one, other) == difference(other, one) == by


# --- the orders that differ most ---


def test_the_orders_that_differ_most_come_first() -> None:
    """By the difference, and by name where it is the same; those that don't differ are not told. Whatever the order."""
    pairs = [(order(order_id=f"o{n}"), order(450 - by, order_id=f"o{n}")) for n, by in enumerate((5, 9, 0, 9))]
    for some in permutations(pairs):
        assert [(it["order_id"], it["difference"]) for it in report(*some)["differences"]] == [
            ("o1", 9),
            ("o3", 9),
            ("o0", 5),
        ]


@pytest.mark.parametrize("backwards", [False, True])
def test_twenty_orders_are_shown(backwards: bool) -> None:
    """The greatest of all, in whichever order they come; among equal ones the first by name."""
    assert SHOWN_MAX == 20
    pairs = [(order(order_id=f"o{n:02d}"), order(450 - n // 2, order_id=f"o{n:02d}")) for n in range(43)]
    found = report(*(reversed(pairs) if backwards else pairs))
    assert [it["difference"] for it in found["differences"]] == [21, *(n for n in range(20, 10, -1) for _ in "ab")][:20]
    assert [it["order_id"] for it in found["differences"]][-1] == "o22"
    assert found["orders"] == 43


def test_an_order_is_shown_with_both_amounts_and_their_reasons() -> None:
    """Who and when, by how much they differ, and of either side the tier, the reward, why, and the discount."""
    really, instead = order(granted=450, released=True), order(45, tier="Silver", unit="points", discount=400)
    ((told),) = report((really, instead))["differences"]
    assert instead.redemption is not None
    assert {name: told[name] for name in ("order_id", "ambassador_id", "placed_at", "difference")} == {
        "order_id": "o1",
        "ambassador_id": "amb_1",
        "placed_at": at(0),
        "difference": 595,
    }
    assert {name: told["in_force"][name] for name in ("tier", "reward", "state", "reason", "friend_discount")} == {
        "tier": "Starter",
        "reward": eur(450),
        "state": "available",
        "reason": None,
        "friend_discount": eur(500),
    }
    assert told["candidate"] == {
        "tier": "Silver",
        "reward": {"amount": 45, "unit": "points"},
        "state": "held",
        "reason": None,
        "friend_discount": eur(400),
        "trace": trace(instead.redemption),
    }


def test_either_side_says_why_it_is_less_than_the_rate_gives() -> None:
    """Each by its own terms: a cap on the one, the month's budget on the other."""
    told = [("cap_ambassador", 100), ("cap_budget", 200)]
    sides = [order(worth, granted=worth, limit=reason) for reason, worth in told]
    ((found),) = report((sides[0], sides[1]))["differences"]
    assert [(found[side]["reason"], found[side]["reward"]) for side in ("in_force", "candidate")] == [
        (reason, eur(worth)) for reason, worth in told
    ]


def test_an_order_that_would_be_refused_is_shown_with_its_reason() -> None:
    """One that is not settled yet has neither amounts nor a reason."""
    (refused,) = report((order(), REFUSED))["differences"]
    (waiting,) = report((order(), UNSETTLED))["differences"]
    assert (refused["candidate"], waiting["candidate"]) == ({"refused": "below_minimum"}, {"refused": None})


# --- sums ---


def test_rewards_are_summed_up_by_where_they_are() -> None:
    """What was granted is held, available or void by now, to the cent."""
    some = (order(450), order(400, released=True), order(0, granted=100), order(30, granted=50, released=True))
    side = report(*((it, REFUSED) for it in some))["in_force"]
    assert side["total"] == {
        "orders": 4,
        "friend_discounts": [eur(2000)],
        "rewards": [{"granted": eur(1050), "held": eur(450), "available": eur(430), "void": eur(170)}],
    }


def test_units_and_currencies_are_summed_up_apart() -> None:
    """In the order of their names."""
    some = (
        order(45, unit="points", granted=45),
        order(450),
        order(450, currency="CHF"),
        order(1, unit="gift:Mug", granted=1),
    )
    total = report(*((it, it) for it in some))["candidate"]["total"]
    assert total["friend_discounts"] == [{"amount": 500, "currency": "CHF"}, eur(1500)]
    assert [it["granted"] for it in total["rewards"]] == [
        {"amount": 450, "currency": "CHF"},
        eur(450),
        {"amount": 1, "unit": "gift:Mug"},
        {"amount": 45, "unit": "points"},
    ]


def test_tiers_come_by_the_referrals_behind_them() -> None:
    """The fewest that any of their orders had, then by name; each with the sums of its own orders."""
    some = (
        order(tier="Gold", reached=20),
        order(tier="Alumni", reached=5),
        order(tier="Teal", reached=6),
        order(tier="Almost", reached=1),
        order(tier="Silver", reached=9),
        order(tier="Silver", reached=5),
        order(tier="Silver", reached=7),
        order(tier="Zero", reached=0),
    )
    side = report(*((it, REFUSED) for it in some))["in_force"]
    assert [(it["tier"], it["orders"]) for it in side["tiers"]] == [
        ("Zero", 1),
        ("Almost", 1),
        ("Alumni", 1),
        ("Silver", 3),
        ("Teal", 1),
        ("Gold", 1),
    ]
    assert side["tiers"][3]["rewards"][0]["held"] == eur(1350)


def test_prizes_and_refusals_are_summed_up_beside_the_orders() -> None:
    """Also those of orders that are not settled; a unit of which as much was lost as granted is not told."""
    waiting = replace(UNSETTLED, bonuses={"EUR": 700})
    some = (
        order(bonuses={"points": 5, "EUR": -200}),
        order(bonuses={"gift:Mug": 1}),
        order(bonuses={"gift:Mug": -1}),
        waiting,
        REFUSED,
        REFUSED,
        replace(REFUSED, refused="program_closed"),
        replace(REFUSED, refused="own_code"),
    )
    side = report(*((order(), it) for it in some))["candidate"]
    assert side["bonuses"] == [eur(500), {"amount": 5, "unit": "points"}]
    assert side["refused"] == [
        {"reason": "below_minimum", "orders": 2},
        {"reason": "own_code", "orders": 1},
        {"reason": "program_closed", "orders": 1},
    ]
    assert side["total"]["orders"] == 3


def test_each_side_has_its_own_sums() -> None:
    """What was in force on the one, the candidate on the other; the period and the caveats stand beside them."""
    found = Comparison()
    found.add(order(450), order(400, tier="Silver"))
    told = shown(Preview(date(2026, 3, 1), date(2026, 4, 30), found, [("minimum", "why")], []))
    assert (told["period"], told["orders"]) == ({"from": "2026-03-01", "to": "2026-04-30"}, 1)
    assert [it["tier"] for side in ("in_force", "candidate") for it in told[side]["tiers"]] == ["Starter", "Silver"]
    assert told["caveats"] == [{"pointer": "/program/minimum", "detail": "why"}]
    assert shown(Preview(date(2026, 3, 1), date(2026, 3, 1), Comparison(), [], []))["candidate"] == {
        "tiers": [],
        "total": {"orders": 0, "friend_discounts": [], "rewards": []},
        "bonuses": [],
        "refused": [],
    }
    assert Side().total.reached is None


# --- what cannot be seen ---

REFUSED_THEN = "Orders that were refused are not kept, so those that this would admit are not counted."
NOT_ASKED = "What the shop said of first orders is not kept, so none is refused for it."
NO_LINES = "The lines of orders are not kept: what did not count then does not count now, and all else does."
NOT_LOOKED = "Rings, throw-away mailboxes and visits were not looked for then, so these signals are missing."
ONE_BY_ONE = "Ambassadors are played one after the other, so the budget is shared out in that order."
WATCHING = Watch(review_at=50)


@pytest.mark.parametrize(
    ("candidate", "before", "told"),
    [
        ({}, {}, []),
        ({"minimum": 999}, {"minimum": 1000}, [("minimum", REFUSED_THEN)]),
        ({"minimum": 1000}, {"minimum": 1000}, []),
        ({"minimum": 1001}, {"minimum": 1000}, []),
        ({}, {"open": False}, [("open", REFUSED_THEN)]),
        ({"open": False}, {}, []),
        ({"open": False}, {"open": False}, []),
        ({"friend_days": 31}, {"friend_days": 30}, [("friend_days", REFUSED_THEN)]),
        ({"friend_days": 1}, {}, [("friend_days", REFUSED_THEN)]),
        ({"friend_days": 30}, {"friend_days": 30}, []),
        ({}, {"friend_days": 30}, []),
        ({"new_friends_only": False}, {}, [("new_friends_only", REFUSED_THEN)]),
        ({}, {"new_friends_only": False}, [("new_friends_only", NOT_ASKED)]),
        ({"new_friends_only": False}, {"new_friends_only": False}, []),
        ({"excluded_skus": ("A", "B")}, {"excluded_skus": ("B", "A")}, []),
        ({"excluded_skus": ("A",)}, {}, [("excluded_skus", NO_LINES)]),
        ({}, {"excluded_skus": ("A",)}, [("excluded_skus", NO_LINES)]),
        ({"watch": WATCHING}, {}, [("watch", NOT_LOOKED)]),
        ({"watch": WATCHING}, {"watch": WATCHING}, []),
        ({}, {"watch": WATCHING}, []),
        ({"budget_month": 0}, {}, []),
    ],
)
def test_what_past_orders_do_not_tell(candidate: Body, before: Body, told: list[tuple[str, str]]) -> None:
    """Whom a stricter rule turned away, and what was not looked for, is not in the table: each field says so."""
    assert caveats(program(**candidate), [program(**before)]) == told


def test_one_of_several_rules_is_enough_for_a_caveat() -> None:
    """What was in force for any of the orders counts; and the rules may come only once."""
    candidate = program(minimum=500, friend_days=9, new_friends_only=False, excluded_skus=("A",), watch=WATCHING)
    before: list[Program] = [candidate, program(minimum=1000, open=False), candidate]
    names = ["minimum", "open", "friend_days", "new_friends_only", "excluded_skus", "watch"]
    assert [name for name, _ in caveats(candidate, iter(before))] == names
    both = [program(), program(new_friends_only=False)]
    assert caveats(program(), both) == [("new_friends_only", NOT_ASKED)]


def test_a_budget_is_shared_out_otherwise_when_ambassadors_are_played_one_by_one() -> None:
    """Only then, and only if there is one."""
    budget = program(budget_month=0)
    assert caveats(budget, [budget], piecewise=True) == [("budget_month", ONE_BY_ONE)]
    assert caveats(program(), [budget], piecewise=True) == []
    assert caveats(budget, [budget]) == []
