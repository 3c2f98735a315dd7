"""What an ambassador was told of their account: nothing without a cause, and all that the account remembers."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from chalicelib.domain.audit.account_messages import check_caused, check_remembered, remembered
from chalicelib.domain.audit.audit import Finding
from chalicelib.domain.model.accounts import Account, LedgerEntry
from chalicelib.domain.model.messages import Cause, Message
from chalicelib.domain.model.people import Profile
from chalicelib.domain.program.program import Program
from chalicelib.operations.audit.findings import LAG, entity, look_up, sound
from chalicelib.operations.program import programs
from chalicelib.operations.program.programs import NoProgramError
from chalicelib.store import keys
from chalicelib.store.keys import Key
from chalicelib.store.table import Table

_KEPT = timedelta(minutes=2)
"""For so long an enrolment may still go by the rules before those in force: each process keeps them for a minute."""


def check_letters(table: Table, ambassador_id: str, listed: Iterable[Key]) -> Iterator[Finding]:
    """Each message about the account of an ambassador tells a change that there was."""
    findings: list[Finding] = []
    stored = [entity(sound(it, findings), Message) for it in table.find(listed).values()]
    messages = [it for it in stored if it is not None and it.cause.kind in {"account", "tier", "expiry"}]
    yield from findings
    if not messages:
        return
    of_versions = [it.cause.version for it in messages if it.cause.kind == "account"]
    wanted = [keys.entry(ambassador_id, f"{version:08d}-001") for version in of_versions]
    found = [entity(it, LedgerEntry) for it in table.find(wanted).values()]
    entries = {it.number: it for it in found if it is not None}
    account, decisions = table.read_account(ambassador_id), table.list_suspensions(ambassador_id)
    for message in messages:
        yield from check_caused(message, account or Account(ambassador_id), entries, decisions)


def check_owed(table: Table, ambassador_id: str, kin: Sequence[str], *, now: datetime) -> Iterator[Finding]:
    """A new ambassador was welcomed if the program has it so, and what the account remembers was told."""
    account, profile = table.read_account(ambassador_id), look_up(table, keys.profile(ambassador_id), Profile)
    newest = table.read_newest_program()
    if account is None or profile is None or newest is None:
        return
    causes = [it for named in remembered(account, newest, kin).values() for it in named]
    first = Cause("account", ambassador_id, 0)
    found = [entity(it, Message) for it in table.find(keys.message(it.key) for it in (first, *causes)).values()]
    messages = {it.id: it for it in found if it is not None}
    yield from check_remembered(account, newest, messages, kin)
    if first.key not in messages and profile.created_at < now - LAG and _welcomes(table, newest, profile.created_at):
        yield Finding("message", f"{ambassador_id}/messages/{first.key}", "welcome", None)


def _welcomes(table: Table, newest: Program, at: datetime) -> bool:
    """Whether all rules that may have been in force at a time welcome a new ambassador."""
    rules, number = newest, newest.version
    while True:
        since = rules.created_at
        if since is None or since <= at:
            if not rules.letters.welcome:
                return False
            if since is None or since <= at - _KEPT or number == 1:
                return True
        number -= 1
        try:
            rules = programs.version(table, number)
        except (NoProgramError, ValueError):
            return False
