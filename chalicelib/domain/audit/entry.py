"""Entries one by one, in the order of posting: each is sound in itself, follows the one before, and has its cause."""

import re
from collections.abc import Iterator

from chalicelib.domain.accounts.ledger import EXPIRED, KINDS, MERGE, add, legs, moved
from chalicelib.domain.accounts.suspensions import was_suspended
from chalicelib.domain.accounts.tiers import offered
from chalicelib.domain.audit.audit import NUMBER, Finding, Reading, compared, version_of
from chalicelib.domain.audit.causes import BONUSES, OF_ORDERS, WITHDRAWN, Causes, caused_by, uncaused, unit_of
from chalicelib.domain.audit.entry_tasks import OF_TASKS, check_gift
from chalicelib.domain.audit.entry_withdrawals import check_adjustment, check_withdrawal
from chalicelib.domain.model.accounts import LedgerEntry, Leg
from chalicelib.domain.program.program import Program

_INACTIVE = re.compile(r"inactive_since:\d{4}-\d{2}-\d{2}")
_NEVER_BELOW_ZERO = ("held", "reserved", "expired", "spent", "paid")
_EXPIRES = frozenset({"clawback", "bonus_lost", "reinstate", "bonus"})
"""What may take from what has expired, or put back there."""
_COVERED = frozenset({"spend", "payout", "gift_sent"})
_LEAVES = _COVERED | {"expiry"}


def take(reading: Reading, entry: LedgerEntry, version: int, causes: Causes) -> Iterator[Finding]:
    """Check one entry and take it in. `version` is the account's, read after the entry."""
    yield from _check_number(reading.number, entry, version)
    yield from _check_legs(entry)
    reading.balances = add(reading.balances, (entry,))
    yield from _check_cover(reading, entry)
    if entry.kind in _LEAVES and was_suspended(causes.suspensions, version_of(entry.number)):
        yield Finding("suspension", entry.id, "nothing that leaves a suspended account", entry.kind)
    yield from _check_cause(reading, entry, causes)
    yield from check_gift(reading, entry, causes)
    reading.number = entry.number
    reading.entries += 1


def _check_number(before: str, entry: LedgerEntry, version: int) -> Iterator[Finding]:
    """A number is the account's version and a count within it, without a gap."""
    found = NUMBER.fullmatch(entry.number)
    if found is None:
        yield Finding("number", entry.id, "a version and a count", entry.number)
        return
    was = NUMBER.fullmatch(before)
    same = was is not None and was[1] == found[1]
    follows = int(was[2]) + 1 if was is not None and same else 1
    yield from compared("number", entry.id, f"{found[1]}-{follows:03d}", entry.number)
    if int(found[1]) > version:
        yield Finding("number", entry.id, f"a version up to {version}", entry.number)


def _check_legs(entry: LedgerEntry) -> Iterator[Finding]:
    """The legs of each unit sum to zero, and move an amount as the kind says."""
    sums: dict[str, int] = {}
    for leg in entry.legs:
        sums[leg.currency] = sums.get(leg.currency, 0) + leg.amount
    for unit, total in sorted(sums.items()):
        yield from compared("legs", f"{entry.id}/{unit}", 0, total)
    if entry.kind not in KINDS:
        yield Finding("legs", f"{entry.id}/kind", "a kind that there is", entry.kind)
    elif entry.kind == "merge":
        strange = [
            leg.account for leg in entry.legs if leg.account != MERGE and not leg.account.startswith("ambassador:")
        ]
        yield from compared("legs", entry.id, None, ", ".join(strange) or None)
    elif not any(sums.values()) and not _moves_as_it_says(entry):
        yield Finding("legs", entry.id, _shown(entry, moved(entry)), _shown(entry))


def _moves_as_it_says(entry: LedgerEntry) -> bool:
    amount = moved(entry)
    if not (amount > 0 or (amount and entry.kind == "adjustment")):
        return False
    there = [abs(leg.amount) for leg in entry.legs if leg.account == EXPIRED]
    expired = sum(there) if entry.kind in _EXPIRES else 0
    return entry.legs == legs(entry.kind, amount, entry.legs[-1].currency, expired=expired)


def _shown(entry: LedgerEntry, amount: int | None = None) -> str:
    """The legs as they are, or as the kind would have them for an amount."""
    shown = entry.legs if amount is None else legs(entry.kind, amount, unit_of(entry))
    return f"{entry.kind}: {_written(shown)}"


def _written(shown: tuple[Leg, ...]) -> str:
    return ", ".join(f"{leg.account} {leg.amount:+d} {leg.currency}" for leg in shown)


def _check_cover(reading: Reading, entry: LedgerEntry) -> Iterator[Finding]:
    """Nothing is spent that was not there, nothing leaves the hold twice, and what expires is all that is left."""
    for unit in sorted({leg.currency for leg in entry.legs}):
        for part in _NEVER_BELOW_ZERO:
            if reading.balance(unit, part) < 0:
                yield Finding("overdrawn", f"{entry.id}/{part}/{unit}", "0 or more", reading.balance(unit, part))
        available = reading.balance(unit, "available")
        if entry.kind in _COVERED and available < 0:
            yield Finding("overdrawn", f"{entry.id}/available/{unit}", "0 or more", available)
        if entry.kind == "expiry":
            yield from compared("overdrawn", f"{entry.id}/available/{unit}", 0, available)


def _check_cause(reading: Reading, entry: LedgerEntry, causes: Causes) -> Iterator[Finding]:
    """Every entry has a program, and something that exists made it."""
    program = causes.programs.get(entry.program_version)
    if program is None:
        yield Finding("cause", f"{entry.id}/program_version", "a version that there is", entry.program_version)
    if entry.kind in OF_ORDERS:
        yield from _check_order(reading, entry)
    elif entry.kind in BONUSES:
        yield from _check_bonus(reading, entry, program, causes)
    elif entry.kind in WITHDRAWN:
        yield from check_withdrawal(reading, entry, causes)
    elif entry.kind == "adjustment":
        yield from check_adjustment(entry, causes)
    elif entry.kind == "merge":
        yield from _check_merge(reading, entry)
    elif entry.kind in OF_TASKS:
        yield from OF_TASKS[entry.kind](reading, entry, causes)
    elif entry.kind == "expiry":
        reading.expired_in = version_of(entry.number)
        if not _INACTIVE.fullmatch(entry.cause) or (program is not None and program.expiry_months is None):
            yield uncaused(entry, "a program in which rewards expire")


def _check_order(reading: Reading, entry: LedgerEntry) -> Iterator[Finding]:
    """Whether the order exists, and names the entry, shows when all orders have been read."""
    if entry.order_id is None:
        yield uncaused(entry, "an order")
    else:
        reading.links.add(f"{entry.ambassador_id}/{entry.number}", entry.order_id)


def _check_bonus(reading: Reading, entry: LedgerEntry, program: Program | None, causes: Causes) -> Iterator[Finding]:
    """A bonus is a prize of its program, for an order of the ambassador's; what is taken back was granted before."""
    by_merger = entry.order_id is None and version_of(entry.number) == reading.merged_in
    if not by_merger and causes.owners.get(entry.order_id or "") not in (entry.ambassador_id, *causes.kin):
        yield Finding("cause", f"{entry.id}/order_id", "an order of this ambassador", entry.order_id)
    amount, unit = moved(entry), unit_of(entry)
    if entry.kind == "bonus":
        prizes = [it for it in offered(program) if it.cause == entry.cause and it.unit == unit] if program else []
        if program is not None and not any(it.amount and amount % it.amount == 0 for it in prizes):
            yield uncaused(entry, "a prize of the program")
        key = prizes[0].key if prizes else entry.cause
        granted = reading.prizes.setdefault(key, {})
        granted[unit] = granted.get(unit, 0) + amount
        _take_out(reading, f"{key} {unit}", entry)
        return
    granted = reading.prizes.setdefault(entry.cause, {})
    if granted.get(unit, 0) < amount:
        yield uncaused(entry, "a prize that was granted")
    granted[unit] = granted.get(unit, 0) - amount
    if not granted[unit]:
        del granted[unit]
    _take_out(reading, f"{entry.cause} {unit}", entry)


def _take_out(reading: Reading, prize: str, entry: LedgerEntry) -> None:
    """Note what a bonus lost takes out of what has expired, or a bonus puts back there."""
    out = -sum(leg.amount for leg in entry.legs if leg.account == EXPIRED)
    if out:
        reading.gone[prize] = reading.gone.get(prize, 0) + out


def _check_merge(reading: Reading, entry: LedgerEntry) -> Iterator[Finding]:
    """What leaves one ledger by a merger, which is all there is, arrives in the other one."""
    named = caused_by(entry)
    left = reading.left.pop(named, None)
    if left is None:
        reading.left[entry.ambassador_id] = entry.legs
        remain = sum(abs(amount) for accounts in reading.balances.values() for amount in accounts.values())
        yield from compared("balance", f"{entry.id}/left", 0, remain)
        return
    reading.merged_in = version_of(entry.number)
    back = tuple(Leg(leg.account, -leg.amount, leg.currency) for leg in left)
    if entry.legs != back:
        yield Finding("legs", entry.id, _written(back), _written(entry.legs))
