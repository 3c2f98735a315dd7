"""The entities: what follows from their fields."""

from dataclasses import replace

import pytest

from chalicelib.domain.model.access import ApiKey
from chalicelib.domain.model.accounts import Account, Gift, LedgerEntry
from chalicelib.domain.model.orders import Redemption, Standing, Terms
from chalicelib.domain.program.program import Rate
from tests.unit.book import TEN_PERCENT, Book, at

HELD = Standing(Terms("Starter", TEN_PERCENT, 450, 450), at(0), at(30), net=4500, worth=450, marks=("denied",))
RELEASED = replace(HELD, released_in=4)


def test_a_key_from_before_there_were_owners_is_owned_by_its_name() -> None:
    """Somebody has to answer for it; a key with an owner keeps it."""
    old = ApiKey("digest", "key_1", "web shop", ("checkout",), at(0))
    assert (old.owner, replace(old, owner="Bea").owner) == ("web shop", "Bea")


@pytest.mark.parametrize(
    ("standing", "held", "available", "counted"),
    [
        (HELD, 450, 0, False),
        (RELEASED, 0, 450, True),
        (replace(RELEASED, worth=0), 0, 0, False),
        (replace(RELEASED, worth=1), 0, 1, True),
    ],
)
def test_a_reward_is_held_or_available(standing: Standing, held: int, available: int, counted: bool) -> None:
    """Never both; it counts for tiers once something of it is available."""
    assert (standing.held, standing.available, standing.counts) == (held, available, counted)


def test_a_standing_has_its_marks_and_no_others() -> None:
    """They say what else is true of an order."""
    assert HELD.has("denied")
    assert not HELD.has("earned")


def test_a_balance_that_nothing_was_ever_posted_to_is_nothing() -> None:
    """In a unit that the account has, or in any other."""
    account = Account("amb_1", balances={"EUR": {"held": 9}})
    assert [account.balance(*of) for of in (("EUR", "held"), ("EUR", "available"), ("points", "held"))] == [9, 0, 0]


def test_what_counts_of_an_order_is_what_rewards_are_shares_of() -> None:
    """The amount without what is left out and without the friend's discount."""
    order: Redemption = Book().redemption
    assert (order.paid, replace(order, excluded=1000).paid) == (4500, 3500)


def test_the_unit_of_an_order_is_told_by_its_terms() -> None:
    """Its currency until it has any, and when they name none."""
    order = Book().redemption
    points = replace(HELD, terms=replace(HELD.terms, rate=Rate(amount=5, unit="points"), unit="points"))
    assert [replace(order, standing=it).unit for it in (None, HELD, points)] == ["EUR", "EUR", "points"]


def test_public_names() -> None:
    """An entry's id leads to its ambassador and place; a gift's name is what somebody sends."""
    entry = LedgerEntry("amb_7k3q", "00000042-001", "hold", at(0), "redemption", (), 1)
    assert entry.id == "ent_7k3q_00000042-001"
    assert Gift("g", "amb_1", "gift:Tea mug", 1, "cause", at(0)).name == "Tea mug"
