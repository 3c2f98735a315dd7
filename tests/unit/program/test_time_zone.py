"""Caps, budgets and tiers go by the months of the shop's own clocks."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.program.program import Cap, Rate, Tier
from tests.unit.book import TEN_PERCENT, Shelf, program

ZONES = ("UTC", "Asia/Kolkata", "Asia/Kathmandu", "Europe/Berlin", "America/Los_Angeles", "Pacific/Kiritimati")
EVENING = 30.3125
"""So many days after the first order of a test it is 19:30 UTC on 31 March: one o'clock on 1 April in Kolkata."""


def test_a_cap_of_the_month_begins_anew_at_the_shops_midnight() -> None:
    """The same two orders, half an hour and one day apart: one month in UTC, two in Kolkata."""
    for zone, granted in (("UTC", [450, 0]), ("Asia/Kolkata", [450, 450])):
        shelf = Shelf(program(caps=(Cap("month", amount=450),), time_zone=zone))
        sold = [shelf.sell(day) for day in (EVENING - 1, EVENING)]
        assert [book.standing.terms.granted for book in sold] == granted


def test_a_budget_is_of_the_shops_month() -> None:
    """What is drawn for an order on the first of April in Kolkata is April's, though it was March by UTC."""
    shelf = Shelf(program(budget_month=10_000, time_zone="Asia/Kolkata"))
    book = shelf.sell(EVENING)
    assert book.standing.terms.month == "2026-04"
    assert {month: sum(shards) for month, shards in shelf.used.items()} == {"2026-04": 450}


def test_a_window_of_months_is_of_the_shops_months() -> None:
    """A referral of the shop's April decides the tier in April, not in March, where UTC would have it."""
    tiers = (Tier("Starter", 0, TEN_PERCENT), Tier("Silver", 1, Rate(basis_points=2000)))
    for zone, tier in (("UTC", "Starter"), ("Asia/Kolkata", "Silver")):
        shelf = Shelf(program(tiers=tiers, tier_months=1, hold_days=0, time_zone=zone))
        shelf.sell(EVENING)
        shelf.pass_to(EVENING)
        assert shelf.sell(EVENING + 1).standing.terms.tier == tier


def test_too_many_orders_of_a_day_are_of_the_shops_day() -> None:
    """Three orders before midnight in Kolkata and three behind it are no day of six."""
    for zone, orders in (("UTC", 6), ("Asia/Kolkata", 3)):
        shelf = Shelf(program(time_zone=zone))
        for n in range(6):
            shelf.sell(EVENING - 0.1 + n * 0.025)
        assert shelf.account.last_day is not None
        assert shelf.account.last_day.orders == orders


@given(
    st.lists(st.tuples(st.floats(29.9, 31.1), st.sampled_from(ZONES), st.booleans()), min_size=1, max_size=6),
    st.sampled_from(ZONES),
)
def test_what_is_given_back_goes_to_the_month_it_came_from(orders: list[tuple[float, str, bool]], last: str) -> None:
    """Whatever zones the program has had meanwhile: what stands is counted once, what was cancelled leaves nothing."""
    shelf = Shelf(program(budget_month=10**6, caps=(Cap("month", amount=10**6),)))
    for version, (day, zone, _) in enumerate(orders, start=1):
        shelf.program = replace(shelf.program, version=version, time_zone=zone)
        shelf.sell(round(day, 3))
    shelf.program = replace(shelf.program, version=9, time_zone=last)
    for book, (_, _, cancelled) in zip(shelf.books, orders, strict=True):
        if cancelled:
            book.refund(0, kind="cancellation", days=80)
        shelf.look(book, 80)
    standing = sum(not cancelled for _, _, cancelled in orders)
    assert sum(sum(shards) for shards in shelf.used.values()) == 450 * standing
    assert all(used >= 0 for shards in shelf.used.values() for used in shards)
    assert sum(month.cap_used for month in shelf.account.months.values()) == 450 * standing
    assert all(month.cap_used > 0 for month in shelf.account.months.values())
