"""What caused an entry: what the table has of it, and whether it says the same as the entry."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from chalicelib.domain.accounts.ledger import KINDS
from chalicelib.domain.audit.audit import Finding, Kind, Value, compared
from chalicelib.domain.model.accounts import Adjustment, Gift, LedgerEntry, Suspension, Withdrawal
from chalicelib.domain.model.messages import Message
from chalicelib.domain.model.tasks import Task
from chalicelib.domain.program.program import Program

OF_ORDERS = frozenset({"hold", "release", "void", "clawback", "reinstate"})
"""The kinds of entries that an order names."""

BONUSES = frozenset({"bonus", "bonus_lost"})

WITHDRAWN = frozenset(kind for kind in KINDS if kind.partition("_")[0] in {"spend", "payout"})
"""The kinds of entries that a withdrawal makes, by whose name they begin."""


@dataclass(frozen=True, slots=True)
class Causes:
    """What the table has of the causes that a page of entries names; what is not in it does not exist.

    `kin` are the ids of the ambassador, of whom each may have what is posted for any. `owners` maps an order to the
    ambassador of its redemption, `posted` a cause to how many entries it made at the moment of the entry. `suspensions`
    are all decisions about the account, in their order. `messages` are those that entries owe, and those that came with
    a gift, by their ids. `people` maps the id of somebody who was given something to whom they are as an ambassador,
    `offered` the cause of a gift to amounts and units that the program of its entry gives for it.
    """

    kin: tuple[str, ...] = ()
    programs: Mapping[int, Program] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)
    gifts: Mapping[str, Gift] = field(default_factory=dict)
    withdrawals: Mapping[str, Withdrawal] = field(default_factory=dict)
    adjustments: Mapping[str, Adjustment] = field(default_factory=dict)
    tasks: Mapping[str, Task] = field(default_factory=dict)
    posted: Mapping[str, int] = field(default_factory=dict)
    suspensions: Sequence[Suspension] = ()
    messages: Mapping[str, Message] = field(default_factory=dict)
    people: Mapping[str, str | None] = field(default_factory=dict)
    offered: Mapping[str, Collection[tuple[int, str]]] = field(default_factory=dict)


def caused_by(entry: LedgerEntry) -> str:
    """Return the id of the withdrawal, adjustment, gift or task that an entry names as its cause, if it names one."""
    return entry.cause.partition(":")[2]


def whose(entry: LedgerEntry, causes: Causes, other: str) -> str:
    """Whose a thing must be that an entry is about: anybody's whom this ambassador was merged with."""
    return other if other in causes.kin else entry.ambassador_id


def agree(about: Kind, where: str, **told: tuple[Value, Value]) -> Iterator[Finding]:
    """Compare what an entry tells with the fields of what caused it."""
    for name, (expected, found) in told.items():
        yield from compared(about, f"{where}/{name}", expected, found)


def unit_of(entry: LedgerEntry) -> str:
    """The unit that an entry moves; empty if it has no legs."""
    return entry.legs[-1].currency if entry.legs else ""


def uncaused(entry: LedgerEntry, expected: str) -> Finding:
    """That nothing that exists has made an entry."""
    return Finding("cause", f"{entry.id}/cause", expected, entry.cause)
