"""What-if: the answer to "what would these rules have cost" is what a shop that had them really posts."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from itertools import permutations

import pytest

from chalicelib import deps
from chalicelib.domain.whatif import Result
from chalicelib.operations import preview
from chalicelib.operations.program_document import read
from tests.memory_shop import open_memory_shop
from tests.shop import PROGRAM, Body, Shop

SPRING = {"name": "Spring", "starts_at": "2026-03-20T00:00:00Z", "ends_at": "2026-04-10T00:00:00Z"}

RULES: dict[str, Body] = {
    "flat": {
        **PROGRAM,
        "offer": {"amount": 500},
        "tiers": [{"name": "All", "threshold": 0, "reward": {"amount": 400}}],
        "campaigns": [SPRING],
    },
    "capped": {
        **PROGRAM,
        "tiers": [
            {"name": "Starter", "threshold": 0, "reward": {"basis_points": 1000, "maximum": 600}},
            {"name": "Silver", "threshold": 2, "reward": {"basis_points": 2000}, "bonus": 700},
        ],
        "tier_months": 2,
        "caps": [{"per": "month", "amount": 1500}, {"per": "life", "count": 9}],
        "milestones": [{"name": "Third", "every": 3, "reward": {"gift": "Mug"}}],
        "campaigns": [SPRING],
        "hold_days": 14,
    },
    "campaign": {
        **PROGRAM,
        "minimum": 2500,
        "campaigns": [{**SPRING, "offer": {"basis_points": 2000}, "reward": {"amount": 900}}],
        "budget_month": 4000,
        "friend_days": None,
        "hold_from": "delivery",
        "hold_days": 10,
        "longest_wait_days": 45,
        "watch": {"review_at": 40, "velocity_orders": 3, "velocity_times": 1, "clickless_orders": 1000},
        "review_days": 5,
        "review_default": "deny",
    },
    "points": {
        **PROGRAM,
        "offer": None,
        "friend_days": 40,
        "tiers": [{"name": "Fan", "threshold": 0, "reward": {"basis_points": 10000, "unit": "points"}}],
        "campaigns": [SPRING],
        "void_below_minimum": True,
        "expiry_months": 1,
    },
}
FROM, TO = date(2026, 3, 1), date(2026, 7, 31)


def live(shop: Shop) -> None:
    """Three months of a shop: every kind of fact, early and late, and every second its own."""
    maya, noor = (shop.enrol(f"{name}@example.com")["code"] for name in ("maya", "noor"))
    deps.table().change_code(maya, {"campaign": "Spring"})
    for day in range(30):
        for send in (*orders(shop, maya, noor, day), *returns(shop, day)):
            shop.now += timedelta(seconds=1)
            send()
            shop.stream()
        shop.days(3)


def orders(shop: Shop, maya: str, noor: str, day: int) -> Iterator[Callable[[], object]]:
    """What is bought on a day."""
    yield lambda: shop.redeem(maya, f"m{day:02}", 2400 + 431 * day)
    if day % 3 == 0:
        yield lambda: shop.redeem(noor, f"n{day:02}", 5000 - 70 * day, customer={"email": f"f{day // 6}@example.com"})
    if day == 9:
        yield lambda: shop.redeem(noor, "early", 8000)
    if day == 12:
        yield from (partial(shop.redeem, noor, f"burst{n}", 6000) for n in range(4))


def returns(shop: Shop, day: int) -> Iterator[Callable[[], object]]:
    """What else is reported on a day."""
    if day % 4 == 1:
        yield lambda: shop.refund(f"m{day:02}", "half", 1000)
    if day % 5 == 2:
        yield lambda: deliver(shop, f"m{day:02}")
    if day == 7:
        yield lambda: shop.refund("m06", "whole", 9000, kind="chargeback")
        yield lambda: shop.refund("early", "first", 1500)
    if day == 20:
        yield lambda: shop.call("POST", "/v1/orders/m06/refunds/whole/reversal", {}, scope="checkout")
        yield lambda: shop.refund("n00", "r", 4500, kind="cancellation")


def deliver(shop: Shop, order_id: str) -> None:
    """Report a delivery."""
    told = {"fulfilment_id": "f", "delivered_at": f"{shop.now:%Y-%m-%dT%H:%M:%SZ}"}
    shop.call("POST", f"/v1/orders/{order_id}/fulfilments", told, scope="checkout")


class Lived:
    """A shop that lived under some rules, as far as it is compared: amounts, and what each preview says."""

    def __init__(self, name: str) -> None:
        with open_memory_shop(RULES[name]) as shop:
            live(shop)
            self.posted = {past.facts.order_id: amounts(really) for past, really, _ in played(shop, name)}
            self.foretold = {
                other: {past.facts.order_id: amounts(instead) for past, _, instead in played(shop, other)}
                for other in RULES
            }
            self.answers = {other: ask(shop, RULES[other]) for other in RULES}


def played(shop: Shop, name: str) -> list[preview.Played]:
    """All orders, played again by some rules."""
    found = preview.play(deps.table(), read(RULES[name]), preview.Period(FROM, TO), now=shop.now)
    assert found is not None
    return found


def amounts(result: Result) -> object:
    """Everything that a result says of money."""
    redemption = result.redemption
    if redemption is None:
        return result.refused
    assert redemption.standing is not None
    terms, standing = redemption.standing.terms, redemption.standing
    bonuses = {unit: amount for unit, amount in result.bonuses.items() if amount}
    money = (redemption.friend_discount, terms.granted, standing.held, standing.available)
    return *money, redemption.unit, terms.tier, terms.limit, terms.signals, bonuses


def ask(shop: Shop, document: Body, first: date = FROM, last: date = TO) -> Body:
    """Ask over HTTP; it must fit into the request."""
    told = {"program": document, "period": {"from": str(first), "to": str(last)}}
    answer = shop.call("POST", "/v1/program/preview", told, scope="admin:read")
    assert answer.status_code == 200, answer.body
    return shop.read(answer)


@pytest.fixture(scope="module")
def lives() -> dict[str, Lived]:
    """The same events under each of the rules."""
    return {name: Lived(name) for name in RULES}


@pytest.mark.parametrize("name", RULES)
def test_the_rules_in_force_foretell_what_is_posted(lives: dict[str, Lived], name: str) -> None:
    """Asked about the very rules that were in force, the preview tells each order's amounts as they stand."""
    lived = lives[name]
    assert lived.foretold[name] == lived.posted
    answer = lived.answers[name]
    assert answer["candidate"] == answer["in_force"]
    assert answer["differences"] == []


@pytest.mark.parametrize(("lived", "asked"), list(permutations(RULES, 2)))
def test_a_preview_is_what_the_other_shop_posts(lives: dict[str, Lived], lived: str, asked: str) -> None:
    """Of orders that both take, the preview of other rules says to the cent what a shop under them posts."""
    foretold, posted = lives[lived].foretold[asked], lives[asked].posted
    both = foretold.keys() & posted.keys()
    assert len(both) >= 40
    assert {name: foretold[name] for name in both} == {name: posted[name] for name in both}
