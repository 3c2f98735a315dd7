"""Money is a whole number of minor units beside its currency; nothing here ever sees a float.

Every division of the program goes through `share`, so there is one rounding rule: down, in favour of the shop,
which also makes partial refunds that add up to the whole leave exactly nothing.
"""

from chalicelib.domain.frozen import frozen

BASIS = 10_000


@frozen
class Money:
    """An amount in minor units (cents) of an ISO 4217 currency."""

    amount: int
    currency: str


def share(amount: int, part: int, whole: int) -> int:
    """Return `amount x part / whole`, rounded down. `whole` must be positive."""
    return amount * part // whole


def is_currency(unit: str) -> bool:
    """Whether a unit is a currency, by its form: neither a unit of a program's own nor a gift."""
    return len(unit) == len("EUR") and unit.isupper()
