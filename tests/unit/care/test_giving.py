"""What the program gives of itself: through the ledger to an ambassador, as an offer to anybody else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from chalicelib.domain.accounts.ledger import moved
from chalicelib.domain.care.giving import Given, give
from chalicelib.domain.care.offers import Terms
from chalicelib.domain.effects import Create, Replace
from chalicelib.domain.model.accounts import Account
from chalicelib.domain.model.people import Person
from chalicelib.domain.program.program import Program, Rate, Tier, Worth

NOW = datetime(2026, 3, 14, 9, tzinfo=UTC)
PROGRAM = Program(
    3, "Shop", "https://shop.example/", "EUR", (Tier("All", 0),), units={"points": Worth(5, 2)}, expiry_months=6
)
UMA = Person("per_uma", ambassador_id="amb_uma")
CAUSE = "touch:per_uma:birthday:2026"
ACCOUNT = Account("amb_uma", version=4, balances={"EUR": {"available": 100}}, active_at=NOW - timedelta(days=170))


def gave(rate: Rate, account: Account | None) -> Given | None:
    """Give it for Uma's birthday."""
    return give(Terms(rate, 30, 2000), UMA, account, CAUSE, PROGRAM, now=NOW, chance=Random(1))


@pytest.mark.parametrize(
    ("rate", "unit", "amount"),
    [
        (Rate(amount=400), "EUR", 400),
        (Rate(amount=80, unit="points"), "points", 80),
        (Rate(amount=80, unit="stars"), "stars", 80),
        (Rate(gift="Tea mug"), "gift:Tea mug", 1),
    ],
)
def test_an_ambassador_has_it_at_once(rate: Rate, unit: str, amount: int) -> None:
    """An entry of its own kind, with the touch as its cause; its time to be used begins anew."""
    given = gave(rate, ACCOUNT)
    assert given is not None
    assert given.entry is not None
    assert given.account is not None
    assert (given.amount, given.unit, given.offer) == (amount, unit, None)
    entry = given.entry
    assert (entry.kind, entry.cause, entry.number, entry.at) == ("gift", CAUSE, "00000005-001", NOW)
    assert (moved(entry), entry.legs[-1].account, entry.legs[-1].currency) == (amount, "ambassador:available", unit)
    assert given.account.version == 5
    assert given.account.balance(unit, "available") == amount + (100 if unit == "EUR" else 0)
    assert given.account.active_at == NOW
    assert given.account.due_at is not None
    assert given.name == entry.id


def test_it_takes_nothing_of_caps() -> None:
    """They are about orders: who is given something can be rewarded as before."""
    given = gave(Rate(amount=400), replace(ACCOUNT, referrals=3))
    assert given is not None
    assert given.account is not None
    assert (given.account.months, given.account.prizes, given.account.referrals) == ({}, {}, 3)


def test_a_thing_comes_with_the_task_to_send_it() -> None:
    """As every gift in the ledger does; one transaction has all of it."""
    given = gave(Rate(gift="Tea mug"), ACCOUNT)
    assert given is not None
    (task,) = given.tasks
    assert (task.name, task.amount, task.cause, task.order_id) == ("Tea mug", 1, CAUSE, None)
    account, entry, created = given.effects
    assert isinstance(account, Replace)
    assert isinstance(entry, Create)
    assert created == Create(task)


@pytest.mark.parametrize(
    ("rate", "off"),
    [
        (Rate(amount=400), Rate(amount=400)),
        (Rate(basis_points=1500, maximum=900), Rate(basis_points=1500, maximum=900)),
        (Rate(amount=81, unit="points"), Rate(amount=200)),
    ],
)
def test_anybody_else_gets_an_offer_of_the_same(rate: Rate, off: Rate) -> None:
    """Points by what they are worth in whole steps, under the terms of the gift."""
    given = gave(rate, None)
    assert given is not None
    assert given.offer is not None
    assert (given.offer.rate, given.offer.cause, given.offer.minimum) == (off, CAUSE, 2000)
    assert (given.amount, given.unit) == (off.amount or 0, "EUR")
    assert given.effects == [Create(given.offer)]
    assert given.name == given.offer.code


def test_a_share_of_an_order_is_an_offer_for_an_ambassador_as_well() -> None:
    """There is nothing yet that it is a share of."""
    given = gave(Rate(basis_points=1500), ACCOUNT)
    assert given is not None
    assert given.offer is not None
    assert given.entry is None


@pytest.mark.parametrize(
    "rate",
    [
        Rate(gift="Tea mug"),
        Rate(amount=80, unit="stars"),
        Rate(amount=1, unit="points"),
        Rate(basis_points=1500, unit="points"),
    ],
)
def test_what_cannot_be_an_offer_is_for_ambassadors_alone(rate: Rate) -> None:
    """A thing, units that are worth nothing, and a share that is paid in a unit."""
    assert gave(rate, None) is None


@pytest.mark.parametrize("rate", [Rate(amount=400), Rate(basis_points=1500)])
def test_a_suspended_account_is_given_nothing(rate: Rate) -> None:
    """As long as somebody looks into it: in no way, an offer neither."""
    assert gave(rate, replace(ACCOUNT, suspended_in=3)) is None
