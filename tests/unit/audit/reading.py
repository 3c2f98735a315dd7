"""Entries, and what an audit finds as it reads them."""

from dataclasses import astuple, replace
from typing import Any

from chalicelib.domain.accounts.ledger import legs
from chalicelib.domain.audit.audit import Reading, Value
from chalicelib.domain.audit.causes import Causes
from chalicelib.domain.audit.entry import take
from chalicelib.domain.model.accounts import Adjustment, Gift, LedgerEntry, Withdrawal
from chalicelib.domain.program.program import Milestone, Rate, Tier
from tests.unit.book import TEN_PERCENT, at, program

ID = "ent_1_00000001-001"
MUG = "gift:Mug"
SILVER = Tier("Silver", 3, TEN_PERCENT, bonus=300)
EVERY_SECOND = Milestone("each second", Rate(gift="Mug"), every=2)
RULES = program(tiers=(Tier("Starter", 0, TEN_PERCENT), SILVER), milestones=(EVERY_SECOND,), expiry_months=6)
CAUSES = Causes(programs={1: RULES}, owners={"o1": "amb_1", "o2": "amb_2"})
ACCOUNTS = ("held", "available", "reserved", "spent", "paid", "expired")

SPEND = Withdrawal("spd_1", "spend", "amb_1", 250, "EUR", at(0), code="ABCD")
PAYOUT = Withdrawal("pay_1", "payout", "amb_1", 250, "EUR", at(0), author="key_1")
CLOSED: dict[str, Any] = {"closed_at": at(0), "closed_by": "key_2"}
CORRECTION = Adjustment("adj_1", "amb_1", 500, "EUR", "A parcel was lost.", "key_1", "Bea", at(0), state="posted")
GIFT = Gift(ID, "amb_1", MUG, 1, "milestone:each second", at(0), order_id="o1")

Found = list[tuple[str, str, Value, Value]]


def entry(kind: str = "hold", amount: int = 450, unit: str = "EUR", **more: Any) -> LedgerEntry:
    """An entry of order o1, the first of the account's first version."""
    plain = LedgerEntry(
        ambassador_id="amb_1",
        number="00000001-001",
        kind=kind,
        at=at(0),
        cause="redemption",
        legs=legs(kind, amount, unit),
        program_version=1,
        order_id="o1",
    )
    return replace(plain, **more)


def then(it: LedgerEntry) -> LedgerEntry:
    """The same in the version after."""
    return replace(it, number="00000002-001")


def rich(**more: Any) -> Reading:
    """A reading of books in which there is plenty of everything."""
    plenty = {unit: dict.fromkeys(ACCOUNTS, 10_000) for unit in ("EUR", MUG, "points")}
    return Reading(balances=plenty, **more)


def found(it: LedgerEntry, reading: Reading | None = None, *, version: int = 9, **causes: Any) -> Found:
    """What is found when an entry is read."""
    reading = rich() if reading is None else reading
    return [astuple(finding) for finding in take(reading, it, version, replace(CAUSES, **causes))]


def uncaused(it: LedgerEntry, expected: str) -> Found:
    """The finding that an entry has not the cause that it names."""
    return [("cause", f"{it.id}/cause", expected, it.cause)]
