"""The leaderboard: whom an ambassador who wants to be on it sees next to them, and by how much each is ahead or behind.

Nobody is on it who did not ask for it, and nobody's place or number is told but as the distance to the one who reads.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from chalicelib.domain.model.accounts import Account, By

SIDE = 2
"""So many are shown before the reader, and so many behind."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Somebody next to the reader: the name that they chose, and how many more orders of theirs count."""

    name: str
    more: int


@dataclass(frozen=True, slots=True)
class Neighbours:
    """How many orders of the reader count in the period, and who is `ahead` and `behind`: the foremost comes first."""

    counted: int
    ahead: tuple[Neighbour, ...]
    behind: tuple[Neighbour, ...]


def named(account: Account, name: str | None) -> Account:
    """Return an account whose ambassador wants to be shown by a name, or (None) to nobody."""
    return replace(account, shown_as=name, version=account.version + 1)


def neighbours(account: Account, others: Iterable[Account], period: str, by: By) -> Neighbours:
    """Return the nearest of those accounts that are on the leaderboard of a period as they are now."""
    own = account.counted(period, by), account.ambassador_id
    listed = {(place[1], it.ambassador_id): it for it in others if (place := it.ranked(by)) and place[0] == period}
    found = sorted(listed, reverse=True)
    shown = {rank: Neighbour(listed[rank].shown_as or "", rank[0] - own[0]) for rank in found}
    ahead = tuple(shown[rank] for rank in found if rank > own)
    behind = tuple(shown[rank] for rank in found if rank < own)
    return Neighbours(own[0], ahead[-SIDE:], behind[:SIDE])
