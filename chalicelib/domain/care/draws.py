"""Whom a surprise meets, and when: drawn from the person and the month alone, so that anybody can draw it again.

Its budget is that of the month, in slices, so that many who are surprised at once do not meet in one item. What a
surprise has taken stays taken, whatever becomes of its letter: a month may spend less than its budget, never more.
"""

import hashlib
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from chalicelib.domain.accounts.limits import slices
from chalicelib.domain.care.giving import Given
from chalicelib.domain.care.offers import Terms
from chalicelib.domain.effects import Create, Effect, Take
from chalicelib.domain.model.offers import SurpriseGift
from chalicelib.domain.model.people import Person
from chalicelib.domain.money import BASIS

NOTICE = timedelta(days=1)
"""So long before a month begins in UTC its terms are fixed: it has begun nowhere by then, and no worker has older ones.
"""

LAST_DAY = 21
"""The last day of a month that is drawn: a letter that has to wait some days still goes in its month."""

_BITS = 64


@dataclass(frozen=True, slots=True)
class MonthTerms:
    """By what the surprises of one month are drawn and paid for, whatever the program says since.

    Attributes:
        chance: Of 10,000 people so many are drawn.
        budget: The most that is given in the month, counted in the `unit` of the gift.
        version: That of the program which says so.
    """

    month: str
    chance: int
    budget: int
    gift: Terms
    unit: str
    version: int

    @property
    def cost(self) -> int:
        """What one surprise takes of the budget: of a share of an order the most that it may come to."""
        rate = self.gift.rate
        return rate.of(0) if rate.basis_points is None else rate.maximum or 0


def begun(now: datetime) -> str:
    """Return the last month whose terms are fixed."""
    return f"{now.astimezone(UTC) + NOTICE:%Y-%m}"


def is_drawn(person_id: str, month: str, chance: int) -> bool:
    """Whether a surprise meets somebody in a month, of 10,000 people `chance`."""
    return _number("who", person_id, month) * BASIS < chance << _BITS


def moment(person_id: str, month: str, zone: tzinfo) -> datetime:
    """Return the moment of the month at which it does, by the clocks of a zone. Hours of the night are others' care."""
    year, number = int(month[:4]), int(month[5:])
    minutes = min(LAST_DAY, monthrange(year, number)[1]) * 24 * 60
    minute = _number("when", person_id, month) * minutes >> _BITS
    wall = datetime(year, number, 1, tzinfo=zone) + timedelta(minutes=minute)
    return wall.astimezone(UTC)


def budget_of(month: str) -> str:
    """Name the budget of a month's surprises among all budgets."""
    return f"surprise:{month}"


def surprise(
    given: Given, person: Person, terms: MonthTerms, used: Sequence[int], *, now: datetime
) -> list[Effect] | None:
    """Return what is written beside what is given, which takes of the budget; None if too little of that is left.

    `used` is what is used of each slice by now.
    """
    draws = slices(used, terms.budget, budget_of(terms.month), person.id, terms.cost)
    if sum(it.amount for it in draws) < terms.cost:
        return None
    taken = tuple((it.shard, it.amount) for it in draws)
    gift = SurpriseGift(person.id, terms.month, terms.cost, terms.unit, taken, given.name, terms.version, now)
    return [Create(gift), *map(Take, draws)]


def _number(question: str, person_id: str, month: str) -> int:
    """A number below 2^64 that nobody can choose: the same for the same person, month and question."""
    digest = hashlib.sha256(f"surprise {question} {month} {person_id}".encode()).digest()
    return int.from_bytes(digest[: _BITS // 8])
