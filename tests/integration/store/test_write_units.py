"""What the main path costs, to the unit. A change that costs more has to say so here."""

import pytest

from bench.recorder import Cost
from bench.units import AIMS, Costs, measure

TRIPS_PER_REDEMPTION = 2
KB = 1024


@pytest.fixture(scope="module")
def costs() -> Costs:
    """Every operation once, in a warm function."""
    return measure()


def shape(cost: Cost) -> tuple[int, float, int, int]:
    """Calls, read units, write units of the table, write units of the indexes."""
    return cost.trips, cost.read_units, cost.table_units, cost.index_units


@pytest.mark.parametrize(
    ("operation", "trips", "read", "table", "index"),
    [
        ("quote", 1, 1, 0, 0),
        ("redeem, friend known by address", 2, 1, 4, 1),
        ("redeem, friend known by address and customer id", 2, 1, 6, 1),
        ("redeem, replay", 2, 1, 4, 0),
        ("redeem, refused: unknown code", 2, 2, 0, 0),
        ("settle", 7, 6, 20, 12),
        ("deliver thanks and news", 10, 6, 10, 4),
        ("settle a refund", 4, 3, 10, 4),
        ("release", 4, 3, 8, 4),
        ("deliver release", 5, 3, 5, 2),
        ("whole life", 28, 19, 47, 23),
    ],
)
def test_cost_of(costs: Costs, operation: str, trips: int, read: float, table: int, index: int) -> None:
    """A redemption is a read and a transaction; what follows is a few calls more, however large the shop."""
    assert shape(costs[operation]) == (trips, read, table, index)


@pytest.mark.parametrize(("operation", "most"), AIMS.items())
def test_aims(costs: Costs, operation: str, most: int) -> None:
    """What the design promises."""
    assert costs[operation].write_units <= most


def test_a_checkout_waits_for_two_calls(costs: Costs) -> None:
    """The code is read, then the order is stored or looked up; for a friend who came before, that order as well."""
    trips = {name: cost.trips for name, cost in costs.items() if name.startswith("redeem")}
    assert trips.pop("redeem, refused: friend came before") == TRIPS_PER_REDEMPTION + 1
    assert set(trips.values()) == {TRIPS_PER_REDEMPTION}, trips


def test_items_are_well_below_a_kb(costs: Costs) -> None:
    """The next KB would double the price of a write, so there has to be room for longer ids and names.

    A person grows with what is known of them: with consents, an order and two touches it is still one.
    """
    largest = {name: cost.largest for name, cost in costs.items()}
    people = {name for name in largest if name.startswith("care:")}
    assert max(size for name, size in largest.items() if name not in people) <= KB * 7 // 8, largest
    assert max(largest[name] for name in people) <= KB, largest
