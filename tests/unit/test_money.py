"""Money: whole minor units, and one rounding rule."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.money import share
from chalicelib.edge.answers import money

AMOUNTS = st.integers(0, 10**12)


@pytest.mark.parametrize(
    ("amount", "part", "whole", "result"),
    [
        (4500, 1000, 10_000, 450),
        (4599, 1000, 10_000, 459),
        (9, 1000, 10_000, 0),
        (450, 1500, 4500, 150),
        (450, 4499, 4500, 449),
        (450, 4500, 4500, 450),
        (450, 0, 4500, 0),
        (10**15 + 1, 1, 1, 10**15 + 1),
    ],
)
def test_a_share_is_rounded_down(amount: int, part: int, whole: int, result: int) -> None:
    """In favour of the shop, and exact where a float would not be."""
    found = share(amount, part, whole)
    assert (found, type(found)) == (result, int)


@given(AMOUNTS, st.lists(st.integers(1, 10**9), min_size=1, max_size=6))
def test_parts_never_come_to_more_than_the_whole(amount: int, parts: list[int]) -> None:
    """However an amount is shared out, less than one unit for each part is left over, and nothing is missing."""
    whole = sum(parts)
    left = amount - sum(share(amount, part, whole) for part in parts)
    assert 0 <= left < len(parts)


@pytest.mark.parametrize(
    ("unit", "field"),
    [("EUR", "currency"), ("JPY", "currency"), ("points", "unit"), ("pts", "unit"), ("gift:Mug", "unit")],
)
def test_an_amount_is_written_beside_what_it_counts(unit: str, field: str) -> None:
    """Three capital letters are a currency, and no other unit looks like one."""
    assert msgspec.to_builtins(money(450, unit)) == {"amount": 450, field: unit}
