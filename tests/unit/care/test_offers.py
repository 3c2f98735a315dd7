"""An offer is one person's, for one order, until the end of a day; what it can't be used for is told as a coupon is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from chalicelib.domain.care.giving import Given, give
from chalicelib.domain.care.offers import (
    Order,
    Terms,
    Unusable,
    UsedAlready,
    discount_of,
    free,
    is_over,
    offer_for,
    refusal,
    use,
)
from chalicelib.domain.effects import Create, Replace
from chalicelib.domain.model.accounts import Account
from chalicelib.domain.model.offers import Offer
from chalicelib.domain.money import Money
from chalicelib.domain.program.program import Rate, Worth
from tests.unit.book import program
from tests.unit.care.life import known

NOW = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)
UNTIL = datetime(2026, 4, 9, 22, 0, tzinfo=UTC) - timedelta(milliseconds=1)
CAUSE = "touch:per_1:miss_you:1001"
RULES = replace(program(time_zone="Europe/Berlin"), units={"points": Worth(5)})


def offer(**more: Any) -> Offer:
    """Ten percent off an order of 20 euros at least."""
    made = offer_for(known(), Terms(Rate(basis_points=1000), 29, 2000), CAUSE, RULES, now=NOW, chance=Random(1))
    return replace(made, **more)


def order(amount: int = 5000, **more: Any) -> Order:
    """An order of Asha's."""
    return replace(Order("1002", Money(amount, "EUR"), "per_1"), **more)


def test_an_offer_says_all_that_its_use_depends_on() -> None:
    """It is good until the last millisecond of its last day, by the clocks of the shop; its code can't be guessed."""
    made = offer()
    assert made == Offer(made.code, "per_1", CAUSE, Rate(basis_points=1000), "EUR", NOW, UNTIL, 2000)
    assert not is_over(made, UNTIL)
    assert is_over(made, UNTIL + timedelta(milliseconds=1))
    others = {
        offer_for(known(), Terms(Rate(amount=1), 1), CAUSE, RULES, now=NOW, chance=Random(n)).code for n in range(9)
    }
    assert len(others) == 9


def test_an_offer_takes_off_no_more_than_there_is() -> None:
    """Neither a share nor an amount."""
    assert discount_of(offer(), 5000) == 500
    assert discount_of(offer(rate=Rate(amount=700)), 5000) == 700
    assert discount_of(offer(rate=Rate(amount=700)), 600) == 600


@pytest.mark.parametrize(
    ("about", "asked", "now", "why"),
    [
        ({}, order(), NOW, None),
        ({}, order(2000), UNTIL, None),
        ({}, order(1999), NOW, "below_minimum"),
        ({}, order(person_id="per_2"), NOW, "not_yours"),
        ({}, order(person_id=None), NOW, "not_yours"),
        ({}, replace(order(), amount=Money(5000, "USD")), NOW, "currency_mismatch"),
        ({}, order(), UNTIL + timedelta(seconds=1), "coupon_cancelled"),
        ({"state": "used", "order_id": "1001"}, order(), NOW, "coupon_confirmed"),
        ({"state": "used", "order_id": "1002"}, order(), NOW, None),
    ],
)
def test_each_refusal_says_why(about: dict[str, Any], asked: Order, now: datetime, why: str | None) -> None:
    """Somebody else's comes first: whoever guesses a code learns nothing of it."""
    assert refusal(offer(**about), "per_1", asked, now=now) == why
    assert refusal(offer(**about), "per_9", replace(asked, person_id="per_8"), now=now) == "not_yours"


def test_an_offer_is_used_by_one_order() -> None:
    """Which says what it cost and what came off; the same again is the same, anything else is told what stands."""
    used = use(offer(), "per_1", order(), by="key_1", now=NOW)
    assert used == offer(
        state="used", order_id="1002", amount=5000, discount=500, used_at=NOW, used_by="key_1", version=2
    )
    assert isinstance(used, Offer)
    assert use(used, "per_1", order(), by="key_2", now=NOW) == UsedAlready(used, repeated=True)
    for other in (order(order_id="1003"), order(4000)):
        assert use(used, "per_1", other, by="key_1", now=NOW) == UsedAlready(used, repeated=False)
    assert use(offer(), "per_1", order(100), by="key_1", now=NOW) == Unusable(offer(), "below_minimum")
    merged = use(offer(), "per_2", order(person_id="per_2"), by="key_1", now=NOW)
    assert isinstance(merged, Offer)


def test_an_order_that_does_without_an_offer_gives_it_back() -> None:
    """That very order, once; then it is as it was, and another order can use it."""
    used = use(offer(), "per_1", order(), by="key_1", now=NOW)
    assert isinstance(used, Offer)
    assert free(used, "1003") == UsedAlready(used, repeated=False)
    assert free(used, None) == UsedAlready(used, repeated=False)
    back = free(used, "1002")
    assert back == offer(version=3)
    assert free(offer(), "1002") == UsedAlready(offer(), repeated=True)
    assert isinstance(back, Offer)
    assert isinstance(use(back, "per_1", order(order_id="1003"), by="key_1", now=NOW), Offer)


# --- what is given ----------------------------------------------------------------------------------------------------


def given_by(rate: Rate, account: Account | None = None) -> Given | None:
    """What comes with a touch, for 29 days and orders of 20 euros at least."""
    return give(Terms(rate, 29, 2000), known(), account, CAUSE, RULES, now=NOW, chance=Random(1))


def test_who_is_no_ambassador_gets_an_offer() -> None:
    """Of the same worth, by all of its terms; a thing, or a unit that is worth nothing, can't be had so."""
    given = given_by(Rate(amount=500))
    assert given is not None
    made = offer(rate=Rate(amount=500))
    assert (given.amount, given.unit, given.offer, given.name) == (500, "EUR", made, made.code)
    assert given.effects == [Create(made)]
    points = given_by(Rate(amount=30, unit="points"))
    assert points is not None
    assert points.offer == offer(rate=Rate(amount=150))
    share = given_by(Rate(basis_points=1000))
    assert share is not None
    assert (share.amount, share.offer) == (0, offer())
    for none in (Rate(gift="vase"), Rate(amount=5, unit="stamps"), Rate(amount=0, unit="points")):
        assert given_by(none) is None
    assert given_by(Rate(basis_points=100, unit="points")) is None


def test_an_ambassador_gets_it_in_the_account() -> None:
    """At once; but a share of an order is an offer for everybody, and who is looked into gets nothing."""
    account = Account("amb_1")
    given = given_by(Rate(amount=500), account)
    assert given is not None
    assert given.entry is not None
    assert given.account is not None
    assert (given.amount, given.unit, given.name, given.offer) == (500, "EUR", given.entry.id, None)
    assert (given.entry.cause, given.entry.kind) == (CAUSE, "gift")
    assert {it.amount for it in given.entry.legs} == {500, -500}
    assert given.effects == [Replace(given.account), Create(given.entry)]
    share = given_by(Rate(basis_points=1000), account)
    assert share is not None
    assert share.offer == offer()
    thing = given_by(Rate(gift="vase"), account)
    assert thing is not None
    assert len(thing.tasks) == 1
    assert thing.effects[2:] == [Create(thing.tasks[0])]
    for rate in (Rate(amount=500), Rate(basis_points=1000)):
        assert given_by(rate, replace(account, suspended_in=1)) is None
