"""Numbers as people type them."""

import pytest

from chalicelib.web.numbers import minor_units


@pytest.mark.parametrize(
    ("typed", "currency", "amount"),
    [
        ("5", "EUR", 500),
        ("5.5", "EUR", 550),
        ("5,50", "EUR", 550),
        ("0.05", "EUR", 5),
        ("1 234,50", "EUR", 123450),
        ("500", "JPY", 500),
        ("20", "points", 20),
        ("১২.৫", "EUR", 1250),
        ("5.505", "EUR", None),
        ("5.5", "JPY", None),
        ("1.5", "points", None),
        ("1,234.50", "EUR", None),
        ("-5", "EUR", None),
        ("+5", "EUR", None),
        ("5e3", "EUR", None),
        (".5", "EUR", None),
        ("²", "EUR", None),
        ("", "EUR", None),
        ("9" * 10, "EUR", None),
    ],
)
def test_an_amount_that_somebody_types(typed: str, currency: str, amount: int | None) -> None:
    """A point or a comma before the decimals, digits of any script, and nothing that could mean two amounts."""
    assert minor_units(typed, currency) == amount
