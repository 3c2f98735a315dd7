"""Ids that sort by the time they were made and can't be guessed."""

from datetime import datetime
from random import Random

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id(prefix: str, now: datetime, chance: Random) -> str:
    """Make an id: the prefix and a ULID (48 bits of milliseconds, 80 random bits, in Crockford's base 32)."""
    return id_of(prefix, int(now.timestamp() * 1000) << 80 | chance.getrandbits(80))


def id_of(prefix: str, number: int) -> str:
    """Write a ULID with its prefix."""
    return f"{prefix}_" + "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


def number_of(name: str) -> int:
    """Read the number in an id back.

    Raises:
        ValueError: it is no ULID.
    """
    number = 0
    for letter in name.partition("_")[2]:
        number = number << 5 | _CROCKFORD.index(letter)
    return number
