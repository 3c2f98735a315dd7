"""The messages about an account: each is owed by a change of it, and none that was owed is missing."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from chalicelib.domain.accounts.ledger import moved
from chalicelib.domain.audit.audit import Finding, compared, version_of
from chalicelib.domain.calendar import day_of
from chalicelib.domain.model.accounts import Account, LedgerEntry, Suspension
from chalicelib.domain.model.messages import Cause, Message
from chalicelib.domain.program.program import Program

Messages = Mapping[str, Message]
"""By their ids."""

TELLING = {"spend": "spent", "payout": "spent", "gift_sent": "gift_sent", "task": "proof_approved"}
"""The letter of each kind of entry that its ambassador is told, whoever caused it."""

_TOLD = re.compile(r"told:(\d{4}-\d{2}-\d{2})")


def owed_by(entry: LedgerEntry, kin: Sequence[str]) -> list[Cause]:
    """Return the causes of which one has its message, if the entry was told; of an expiry somebody of `kin` was."""
    if entry.kind in TELLING:
        return [Cause("account", entry.ambassador_id, version_of(entry.number))]
    told = _TOLD.fullmatch(entry.reason or "") if entry.kind == "expiry" else None
    return _of_day(date.fromisoformat(told[1]), kin) if told else []


def check_told(
    entry: LedgerEntry, program: Program | None, messages: Messages, kin: Sequence[str]
) -> Iterator[Finding]:
    """What leaves an account is told, with amount and unit; what expires was told before, if the program tells it."""
    found = next((messages[it.key] for it in owed_by(entry, kin) if it.key in messages), None)
    where = f"{entry.id}/message"
    if entry.kind in TELLING:
        name, unit = TELLING[entry.kind], entry.legs[-1].currency if entry.legs else ""
        said = f"{found.letter.name} {found.letter.amount} {found.letter.unit}" if found else None
        yield from compared("message", where, f"{name} {moved(entry)} {unit}", said)
        yield from compared(
            "message", f"{where}/to", entry.ambassador_id, found.to.id if found else entry.ambassador_id
        )
    elif entry.kind == "expiry" and (entry.reason or (program is not None and program.expiry_notice_days)):
        yield from compared("message", where, "expiring", found.letter.name if found else None)


def remembered(account: Account, program: Program, kin: Sequence[str]) -> dict[str, list[Cause]]:
    """Return the causes of which one has its message, by what the account remembers that it told."""
    causes = {
        f"tiers_told/{number}": [Cause("tier", f"{name}:{number}", int(month.replace("-", ""))) for name in kin]
        for number, month in account.tiers_told.items()
    }
    if account.expiry_told is not None:
        causes["expiry_told"] = _of_day(day_of(account.expiry_told, program), kin)
    return causes


def _of_day(day: date, kin: Sequence[str]) -> list[Cause]:
    """What may have been told of a day, which another time zone of the program's may have called its neighbour."""
    days = [day + timedelta(days=number) for number in (-1, 0, 1)]
    return [Cause("expiry", name, int(f"{it:%Y%m%d}")) for name in kin for it in days]


def check_remembered(account: Account, program: Program, messages: Messages, kin: Sequence[str]) -> Iterator[Finding]:
    """What an account remembers that it told was told."""
    for name, causes in remembered(account, program, kin).items():
        expected = "tier_reached" if name.startswith("tiers") else "expiring"
        found = next((messages[it.key].letter.name for it in causes if it.key in messages), None)
        yield from compared("message", f"{account.ambassador_id}/{name}", expected, found)


def check_caused(
    message: Message, account: Account, entries: Mapping[str, LedgerEntry], decisions: Sequence[Suspension]
) -> Iterator[Finding]:
    """A message about an account tells a change that there was. `entries` are the first of each version, by number."""
    where, kind, version = f"{message.to.id}/messages/{message.id}", message.cause.kind, message.cause.version
    if message.state != "done" and message.due_at is None:
        yield Finding("wake_up", f"{where}/due_at", "a time", None)
    if kind == "account":
        yield from compared("message", where, _owed_at(account, version, entries, decisions), message.letter.name)
    elif kind == "tier":
        yield from compared("message", where, "tier_reached", message.letter.name)
    elif kind == "expiry":
        yield from compared("message", where, "expiring", message.letter.name)


def _owed_at(
    account: Account, version: int, entries: Mapping[str, LedgerEntry], decisions: Sequence[Suspension]
) -> str | None:
    """Name the letter that a version of an account owes, if any."""
    if version == 0:
        return "welcome"
    if version > account.version:
        return None
    if any(it.version == version and it.state == "reinstated" for it in decisions):
        return "balances"
    entry = entries.get(f"{version:08d}-001")
    return TELLING.get(entry.kind) if entry is not None else None
