"""What the program owes: from the legs of all entries, which sum to zero, so that what is owed came from somewhere."""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.domain.model.stats import Rows

HELD, AVAILABLE, RESERVED = "ambassador:held", "ambassador:available", "ambassador:reserved"
_ENTRIES = "entries"

Amounts = Mapping[str, int]
"""By account of the ledger, an amount in minor units, or of a unit."""


@dataclass(frozen=True, slots=True)
class Owed:
    """What is owed to ambassadors: promised, theirs to use, or on its way out. A debt of one lessens what all have."""

    held: int = 0
    available: int = 0
    reserved: int = 0

    @property
    def total(self) -> int:
        """All of it."""
        return self.held + self.available + self.reserved

    @classmethod
    def of(cls, amounts: Amounts) -> "Owed":
        """What the accounts of ambassadors come to, of which something is owed."""
        return cls(amounts.get(HELD, 0), amounts.get(AVAILABLE, 0), amounts.get(RESERVED, 0))


@dataclass(frozen=True, slots=True)
class Movement:
    """What entries of one kind have changed.

    Attributes:
        entries: How many there were.
        amounts: Of all accounts that they moved: their sum is zero.
    """

    kind: str
    entries: int
    amounts: Amounts

    @property
    def owed(self) -> Owed:
        """By how much they changed what is owed."""
        return Owed.of(self.amounts)


@dataclass(frozen=True, slots=True)
class Statement:
    """What is owed of one currency or unit: before a period, by what it changed in it, and after it.

    Attributes:
        others: Where what is owed came from and went to in the period, by account: the program's, and what was spent,
            paid or has expired.
        entries: How many entries there were from the very first to the end of the period.
        difference: The sum of all their legs. Anything but zero is a fault of ours.
    """

    unit: str
    opening: Owed
    movements: tuple[Movement, ...]
    closing: Owed
    others: Amounts
    entries: int
    difference: int


def statements(before: Rows, within: Rows) -> list[Statement]:
    """Return what is owed of each unit, from the legs by kind of entry before a period and within it."""
    earlier, later = _by_unit(before), _by_unit(within)
    return [_statement(unit, earlier.get(unit, ()), later.get(unit, ())) for unit in sorted({*earlier, *later})]


def expiring(rows: Rows) -> dict[str, dict[str, int]]:
    """Return what expires, by unit and month."""
    found: dict[str, dict[str, int]] = {}
    for month, measures in rows.items():
        for name, amount in measures.items():
            of, _, unit = name.partition(":")
            if month and of == "available":
                found.setdefault(unit, {})[month] = amount
    return found


def _statement(unit: str, before: tuple[Movement, ...], within: tuple[Movement, ...]) -> Statement:
    opening, change = _sum(before), _sum(within)
    whole = _sum((*before, *within))
    owed = {HELD, AVAILABLE, RESERVED}
    return Statement(
        unit=unit,
        opening=Owed.of(opening),
        movements=within,
        closing=Owed.of(whole),
        others={account: amount for account, amount in sorted(change.items()) if amount and account not in owed},
        entries=sum(it.entries for it in (*before, *within)),
        difference=sum(whole.values()),
    )


def _by_unit(rows: Rows) -> dict[str, tuple[Movement, ...]]:
    found: dict[str, tuple[Movement, ...]] = {}
    for kind, measures in sorted(rows.items()):
        amounts: dict[str, dict[str, int]] = {}
        entries: dict[str, int] = {}
        for name, amount in measures.items():
            account, unit = _parts(name)
            if account == _ENTRIES:
                entries[unit] = amount
            else:
                amounts.setdefault(unit, {})[account] = amount
        for unit, number in entries.items():
            found[unit] = (*found.get(unit, ()), Movement(kind, number, amounts.get(unit, {})))
    return found


def _parts(name: str) -> tuple[str, str]:
    """The account and the unit in the name of a measure. An account has a colon in it, and so has a gift's unit."""
    owner, _, rest = name.partition(":")
    if owner == _ENTRIES:
        return _ENTRIES, rest
    account, _, unit = rest.partition(":")
    return f"{owner}:{account}", unit


def _sum(movements: tuple[Movement, ...]) -> dict[str, int]:
    summed: dict[str, int] = {}
    for it in movements:
        for account, amount in it.amounts.items():
            summed[account] = summed.get(account, 0) + amount
    return summed
