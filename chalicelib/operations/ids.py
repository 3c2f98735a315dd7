"""Ids that sort by the time they were made and can't be guessed."""

from datetime import datetime
from random import Random

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id(prefix: str, now: datetime, chance: Random) -> str:
    """Make an id: the prefix and a ULID (48 bits of milliseconds, 80 random bits, in Crockford's base 32)."""
    number = int(now.timestamp() * 1000) << 80 | chance.getrandbits(80)
    return f"{prefix}_" + "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))
