"""Sums of the books are compared one by one, and each difference is told exactly."""

from dataclasses import astuple, replace
from typing import Any

import pytest

from chalicelib.domain.audit.audit import (
    Counting,
    Finding,
    Links,
    Reading,
    check_awaited,
    check_balances,
    check_counters,
    compared,
    version_of,
)
from chalicelib.domain.model.accounts import Account, Grant, Month, Withdrawal
from chalicelib.domain.model.orders import Age, Redemption, Standing, Terms
from tests.unit.book import TEN_PERCENT, Book, at

HELD = Standing(Terms("Starter", TEN_PERCENT, 450, 450), at(0), at(30), net=4500, worth=450, cap_used=450)
RELEASED = replace(HELD, released_in=2)


def order(
    place: int, standing: Standing = HELD, *, placed: float = 0, unit: str | None = None, **more: Any
) -> Redemption:
    """An order that was settled as so many'th."""
    terms = replace(standing.terms, ambassador_order=place, unit=unit, month=f"{at(placed):%Y-%m}")
    plain = Book(order_id=f"o{place}", placed=placed).redemption
    return replace(plain, standing=replace(standing, terms=terms, **more))


def counting(*orders: Redemption, until: int = 9) -> Counting:
    """What these orders come to."""
    counted = Counting()
    for it in orders:
        counted.add(it, until)
    return counted


def counter_findings(account: Account, *orders: Redemption) -> list[tuple[Any, ...]]:
    """What an account says that its orders don't."""
    return [astuple(finding) for finding in check_counters(account, counting(*orders))]


def balance_findings(account: Account, reading: Reading) -> list[tuple[Any, ...]]:
    """What an account says that its entries don't."""
    return [astuple(finding) for finding in check_balances(account, reading)]


# --- pairs ------------------------------------------------------------------------------------------------------------


def links(*pairs: tuple[str, str]) -> Links:
    """These pairs."""
    found = Links()
    for one, other in pairs:
        found.add(one, other)
    return found


def test_pairs_are_compared_in_any_order() -> None:
    """The same ones are the same, another one, one more or one twice is not."""
    both = links(("1", "o1"), ("2", "o2"))
    assert both == links(("2", "o2"), ("1", "o1"))
    assert both.number == 2
    for others in (
        links(("1", "o1")),
        links(("1", "o2"), ("2", "o1")),
        links(("1", "o1"), ("1", "o1")),
        links(("1", "o1"), ("2", "o2"), ("2", "o2")),
        links(("1", "o1"), ("2", "o3")),
    ):
        assert both != others


def test_a_sum_of_pairs_stays_small() -> None:
    """However many there are: it is stored with the place where an audit goes on."""
    many, sums = Links(), []
    for n in range(100):
        many.add(str(n), f"o{n}")
        sums.append(many.checksum)
    assert (many.number, max(sums) < 2**64) == (100, True)
    assert many.checksum > 2**32


# --- orders -----------------------------------------------------------------------------------------------------------


def test_an_order_that_was_not_settled_counts_nowhere() -> None:
    """It has not been looked at."""
    assert counting(replace(order(1), standing=None)) == Counting()


def test_orders_are_counted() -> None:
    """All of them, those that count, and those of which something came back."""
    counted = counting(
        order(1),
        order(2, RELEASED),
        order(3, refunded=1),
        order(4, marks=("cancelled",)),
        order(5, RELEASED, refunded=7, marks=("cancelled", "earned")),
        order(6, marks=("denied",)),
    )
    assert (counted.orders_settled, counted.referrals, counted.orders_refunded) == (6, 2, 3)
    assert (counted.places, counted.squares) == (21, 91)


def test_months_have_what_their_orders_take() -> None:
    """By the month of purchase: room in money, uses of any reward, and those that count."""
    counted = counting(
        order(1),
        order(2, RELEASED, cap_used=300, worth=300),
        order(3, cap_used=40, unit="points"),
        order(4, cap_used=0, worth=0),
        order(5, RELEASED, placed=31, cap_used=1, worth=1),
        order(6, placed=31, cap_used=2),
    )
    assert counted.months == {
        "2026-03": Month(cap_used=750, uses=3, referrals=1),
        "2026-04": Month(cap_used=3, uses=2, referrals=1),
    }


def test_orders_name_entries() -> None:
    """Those up to the version to which entries were read."""
    named = ("00000001-001", "00000005-002", "00000006-001")
    it = order(1, entries=named)
    of = it.ambassador_id
    assert counting(it, until=5).links == links((f"{of}/{named[0]}", "o1"), (f"{of}/{named[1]}", "o1"))


def test_sums_of_places_stay_small() -> None:
    """Even of places that somebody made up, and they still tell the difference."""
    counted = counting(order(2**61 + 5), order(2**61 + 6))
    assert (counted.places, counted.squares) == (13, 85)


def test_counters_that_agree() -> None:
    """Nothing is found, with any number of orders."""
    assert counter_findings(Account("amb_1")) == []
    account = Account(
        "amb_1",
        orders_settled=3,
        referrals=1,
        orders_refunded=1,
        months={"2026-03": Month(850, 2, 1), "2026-04": Month(450, 1, 0)},
    )
    orders = order(1, RELEASED), order(3, cap_used=400, worth=400, refunded=500), order(2, placed=40)
    assert counter_findings(account, *orders) == []


def test_counters_that_differ() -> None:
    """Each is named, with what the orders make it, and what the account says."""
    account = Account(
        "amb_1",
        orders_settled=4,
        referrals=2,
        orders_refunded=1,
        months={"2026-02": Month(5, 6, 7), "2026-03": Month()},
    )
    assert counter_findings(account, order(1), order(2, RELEASED, placed=40)) == [
        ("counter", "amb_1/settled", 2, 4),
        ("counter", "amb_1/counted", 1, 2),
        ("counter", "amb_1/refunded", 0, 1),
        ("counter", "amb_1/months/2026-02/room", 0, 5),
        ("counter", "amb_1/months/2026-02/uses", 0, 6),
        ("counter", "amb_1/months/2026-02/counted", 0, 7),
        ("counter", "amb_1/months/2026-03/room", 450, 0),
        ("counter", "amb_1/months/2026-03/uses", 1, 0),
        ("counter", "amb_1/months/2026-04/room", 450, 0),
        ("counter", "amb_1/months/2026-04/uses", 1, 0),
        ("counter", "amb_1/months/2026-04/counted", 1, 0),
    ]


@pytest.mark.parametrize(
    ("places", "total"),
    [((1, 1, 3), 5), ((0, 1, 2), 3), ((2, 3, 4), 9), ((0, 3, 3), 6), ((2, 2, 2), 6), ((1, 2, 4), 7)],
)
def test_every_place_is_taken_once(places: tuple[int, ...], total: int) -> None:
    """From one on; even where the sum is right by chance."""
    orders = [order(place) for place in places]
    account = Account("amb_1", orders_settled=3, months={"2026-03": Month(1350, 3, 0)})
    expected = ("counter", "amb_1/places", "each place from 1 to 3 once", f"a sum of {total}")
    assert counter_findings(account, *orders) == [expected]


@pytest.mark.parametrize("n", [2_000_000, 3_000_000_000])
def test_places_of_very_many_orders(n: int) -> None:
    """Where a sum goes beyond the prime, it goes on modulo it on both sides."""
    prime = (1 << 61) - 1
    squares = n * (n + 1) * (2 * n + 1) // 6
    assert squares > prime
    many = Counting(orders_settled=n, places=n * (n + 1) // 2 % prime, squares=squares % prime)
    assert list(check_counters(Account("amb_1", orders_settled=n), many)) == []


def test_spends_are_paired_with_their_amounts() -> None:
    """As entries name them."""
    counted = Counting()
    counted.add_spend(Withdrawal("spd_1", "spend", "amb_1", 250, "EUR", at(0)))
    assert counted.spends == links(("spend:spd_1", "250"))
    assert counted.links == Links()


# --- balances ---------------------------------------------------------------------------------------------------------


def test_balances_that_agree() -> None:
    """Nothing is found; an account that is not there is an account with nothing in it."""
    assert balance_findings(Account("amb_1"), Reading()) == []
    reading = Reading(balances={"EUR": {"held": 5, "spent": 0}}, expired_in=3)
    assert balance_findings(Account("amb_1", balances={"EUR": {"held": 5, "paid": 0}}, expired_in=3), reading) == []


def test_balances_that_differ() -> None:
    """Each is named, on whichever side it is missing."""
    account = Account("amb_1", balances={"EUR": {"held": 5, "available": 1}, "points": {"held": 2}}, expired_in=4)
    reading = Reading(balances={"EUR": {"held": 6, "paid": 3}, "CHF": {"held": 7}}, expired_in=3)
    assert balance_findings(account, reading) == [
        ("balance", "amb_1/balances/CHF/held", 7, 0),
        ("balance", "amb_1/balances/EUR/available", 0, 1),
        ("balance", "amb_1/balances/EUR/held", 6, 5),
        ("balance", "amb_1/balances/EUR/paid", 3, 0),
        ("balance", "amb_1/balances/points/held", 0, 2),
        ("counter", "amb_1/expired_in", 3, 4),
    ]


def test_what_is_open_is_reserved() -> None:
    """By unit: coupons and payouts together."""
    balances = {"EUR": {"reserved": 400}, "points": {"reserved": 9}}
    opened = {"spend:1": ("EUR", 250), "payout:1": ("EUR", 150), "spend:2": ("points", 9)}
    account, reading = Account("amb_1", balances=balances), Reading(balances=balances, opened=opened)
    assert balance_findings(account, reading) == []
    opened |= {"spend:3": ("CHF", 7), "spend:4": ("EUR", 1)}
    del opened["spend:2"]
    assert balance_findings(account, reading) == [
        ("withdrawal", "amb_1/reserved/CHF", 7, 0),
        ("withdrawal", "amb_1/reserved/EUR", 401, 400),
        ("withdrawal", "amb_1/reserved/points", 0, 9),
    ]


# --- prizes -----------------------------------------------------------------------------------------------------------


def prize_findings(
    held: dict[str, tuple[Grant, ...]], posted: dict[str, dict[str, int]], counted: int = 9
) -> list[tuple[Any, ...]]:
    """What an account holds of prizes that the ledger has not posted, or its referrals don't earn."""
    return balance_findings(Account("amb_1", prizes=held, referrals=counted), Reading(prizes=posted))


def test_prizes_that_agree() -> None:
    """So many times so much, of different programs and units."""
    stack = Grant(300, "EUR", 2), Grant(400, "EUR"), Grant(1, "gift:Mug", 3)
    assert prize_findings({"every:1": stack}, {"every:1": {"EUR": 1000, "gift:Mug": 3}}) == []
    assert prize_findings({"tier:3": (Grant(5, "EUR"),)}, {"tier:3": {"EUR": 5}, "at:2": {}}) == []


def test_prizes_that_differ() -> None:
    """Each is named by its key and unit, on whichever side it is missing."""
    held = {"every:3": (Grant(300, "EUR"), Grant(7, "points")), "at:2": (Grant(5, "EUR"),)}
    assert prize_findings(held, {"every:3": {"EUR": 200, "CHF": 1}, "at:4": {"EUR": 6}}) == [
        ("prize", "amb_1/prizes/at:2/EUR", 0, 5),
        ("prize", "amb_1/prizes/at:4/EUR", 6, 0),
        ("prize", "amb_1/prizes/every:3/CHF", 1, 0),
        ("prize", "amb_1/prizes/every:3/EUR", 200, 300),
        ("prize", "amb_1/prizes/every:3/points", 0, 7),
    ]


def test_what_lost_prizes_took_out_of_what_has_expired() -> None:
    """The account remembers it by prize and unit, as its entries say, so that it can go back there."""
    account = Account("amb_1", ages={"at:2 EUR": Age(gone=120, fresh=5, since=3), "tier:3 points": Age(fresh=9)})
    assert balance_findings(account, Reading(gone={"at:2 EUR": 120, "at:4 EUR": 0})) == []
    assert balance_findings(account, Reading(gone={"at:2 EUR": 119, "at:4 EUR": 7, "tier:3 points": 1})) == [
        ("prize", "amb_1/ages/at:2 EUR/gone", 119, 120),
        ("prize", "amb_1/ages/at:4 EUR/gone", 7, 0),
        ("prize", "amb_1/ages/tier:3 points/gone", 1, 0),
    ]
    assert balance_findings(account, Reading()) == [("prize", "amb_1/ages/at:2 EUR/gone", 0, 120)]


@pytest.mark.parametrize(
    ("key", "times", "counted", "at_most"),
    [
        ("every:2", 2, 4, None),
        ("every:2", 2, 5, None),
        ("every:2", 2, 3, 1),
        ("every:2", 1, 1, 0),
        ("at:3", 1, 3, None),
        ("at:3", 2, 3, 1),
        ("at:3", 1, 2, 0),
        ("tier:3", 1, 2, None),
        ("tier:3", 2, 9, 1),
    ],
)
def test_milestones_are_granted_for_referrals_that_count(
    key: str, times: int, counted: int, at_most: int | None
) -> None:
    """As often as their number was reached; the prize of a tier once, by the referrals of a window that has passed."""
    stack = Grant(5, "EUR"), Grant(5, "EUR", times - 1)
    found = prize_findings({key: stack}, {key: {"EUR": 5 * times}}, counted)
    assert found == ([] if at_most is None else [("prize", f"amb_1/prizes/{key}", f"at most {at_most} times", times)])


# --- what must still follow -------------------------------------------------------------------------------------------


def test_what_was_awaited_before_and_still_is() -> None:
    """It is told by what must follow; what was read just now may be followed later."""
    reading = Reading(
        awaited={
            "spend:2": "spend_confirmed",
            "gift:ent_1:1": "gift_sent",
            "payout:1": "payout_confirmed",
            "gift:2": "gift_sent",
        }
    )
    before = {**reading.awaited, "payout:1": "payout_cancelled", "spend:9": "spend_confirmed"}
    del before["gift:2"]
    assert [astuple(finding) for finding in check_awaited(reading, before)] == [
        ("gift", "gift/ent_1:1", "an entry gift_sent", None),
        ("withdrawal", "withdrawal/2", "an entry spend_confirmed", None),
    ]
    assert list(check_awaited(reading, {})) == []


# --- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "version"),
    [
        ("00000042-007", 42),
        ("12345678-001", 12345678),
        ("00000042", 0),
        ("x00000042-007", 0),
        ("00000042-0071", 0),
        ("", 0),
    ],
)
def test_the_version_in_a_number(number: str, version: int) -> None:
    """Nothing else is a number."""
    assert version_of(number) == version


def test_the_same_is_no_finding() -> None:
    """And zero is not nothing."""
    assert list(compared("entry", "here", 1, 1)) == []
    assert list(compared("entry", "here", 0, None)) == [Finding("entry", "here", 0, None)]
