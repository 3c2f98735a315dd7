"""Statements: what an account held when a month began, each entry since, and what it held when the month was over.

An entry is of the month of its time, by the program's clocks. What is posted later takes nothing from a month before:
so each month begins with what the one before it ended with, and the running one ends with the balances of now.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from chalicelib.domain.accounts.ledger import add
from chalicelib.domain.calendar import month_of
from chalicelib.domain.model.accounts import Balances, LedgerEntry
from chalicelib.domain.program.program import Program


@dataclass(frozen=True, slots=True)
class Statement:
    """One month of an account: `opening` and the entries, in order of time and of posting, add up to `closing`."""

    month: str
    opening: Balances
    entries: tuple[LedgerEntry, ...]
    closing: Balances


@dataclass(frozen=True, slots=True)
class MonthEnd:
    """A month in which something moved: how many entries it has, and what the account held at its end."""

    month: str
    entries: int
    closing: Balances


def statement(month: str, since: Iterable[LedgerEntry], balances: Balances, program: Program) -> Statement:
    """Return the statement of a month, worked out backwards from the `balances` of now.

    `since` has to hold all entries of the month and of those after it; earlier ones among them make no difference.
    """
    ordered = sorted(since, key=lambda it: (it.at, it.number))
    own = tuple(it for it in ordered if month_of(it.at, program) == month)
    closing = _without(balances, (it for it in ordered if month_of(it.at, program) > month))
    return Statement(month, _without(closing, own), own, closing)


def months(entries: Iterable[LedgerEntry], program: Program) -> list[MonthEnd]:
    """Return each month that has an entry, the first one first, added up from the first entry on."""
    by_month: dict[str, list[LedgerEntry]] = {}
    for entry in entries:
        by_month.setdefault(month_of(entry.at, program), []).append(entry)
    ends: list[MonthEnd] = []
    balances: Balances = {}
    for month, own in sorted(by_month.items()):
        balances = add(balances, tuple(own))
        ends.append(MonthEnd(month, len(own), balances))
    return ends


def _without(balances: Balances, entries: Iterable[LedgerEntry]) -> Balances:
    """The balances as they were before these entries."""
    back = (replace(it, legs=tuple(replace(leg, amount=-leg.amount) for leg in it.legs)) for it in entries)
    return add(balances, tuple(back))
