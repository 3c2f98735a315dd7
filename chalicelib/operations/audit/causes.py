"""What a page of entries names as its causes."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from chalicelib.domain.accounts.gifts import is_gift
from chalicelib.domain.audit.account_messages import owed_by
from chalicelib.domain.audit.causes import BONUSES, WITHDRAWN, Causes, caused_by
from chalicelib.domain.audit.gifts import gifts_of
from chalicelib.domain.model.accounts import Adjustment, Gift, LedgerEntry, Withdrawal
from chalicelib.domain.model.messages import Message
from chalicelib.domain.model.orders import Redemption
from chalicelib.domain.model.tasks import Task
from chalicelib.domain.program.program import Program
from chalicelib.operations.audit.findings import entity
from chalicelib.operations.program import programs
from chalicelib.operations.program.programs import NoProgramError
from chalicelib.operations.program.settings import care_of
from chalicelib.store import keys
from chalicelib.store.keys import Key
from chalicelib.store.table import Table


def causes_of(table: Table, entries: Sequence[LedgerEntry], kin: tuple[str, ...]) -> Causes:
    """Read what a page of entries names as causes, after the entries: it is at least as new."""
    wanted: list[Key] = []
    for entry in entries:
        if entry.kind in WITHDRAWN:
            wanted.append(keys.withdrawal(caused_by(entry)))
        elif entry.kind == "adjustment":
            wanted.append(keys.adjustment(caused_by(entry)))
        elif entry.kind in {"task", "task_undone"}:
            wanted.append(keys.task_of(caused_by(entry)))
        elif entry.kind in {"gift_sent", "gift_returned"}:
            wanted.append(keys.gift(caused_by(entry)))
        elif entry.kind == "gift":
            wanted.append(keys.message(f"{entry.cause}#1"))
        elif entry.kind in BONUSES and entry.order_id:
            wanted.append(keys.redemption(entry.order_id))
        if is_gift(entry):
            wanted.append(keys.gift(entry.id))
        wanted += (keys.message(cause.key) for cause in owed_by(entry, kin))
    found = [it.entity for it in table.find(wanted).values()]
    undone = {it.undoes for it in found if isinstance(it, Adjustment) and it.undoes}
    found += [it.entity for it in table.find(map(keys.adjustment, undone)).values()] if undone else []
    messages = {it.id: it for it in found if isinstance(it, Message)}
    receivers = {it.to.id for it in messages.values() if it.cause.kind == "touch"}
    once = {entry.cause: entry for entry in entries if entry.kind in {"adjustment", "task"}}
    tasks = {it.id: it for it in found if isinstance(it, Task)}
    versions = {entry.program_version for entry in entries} | {it.program_version or 0 for it in tasks.values()}
    read = read_programs(table, versions)
    return Causes(
        kin=tuple(kin),
        programs=read,
        owners={it.order_id: it.ambassador_id for it in found if isinstance(it, Redemption)},
        gifts={it.id: it for it in found if isinstance(it, Gift)},
        withdrawals={it.id: it for it in found if isinstance(it, Withdrawal)},
        adjustments={it.id: it for it in found if isinstance(it, Adjustment)},
        tasks=tasks,
        posted={cause: posted(table, entry, cause) for cause, entry in once.items()},
        suspensions=table.list_suspensions(entries[0].ambassador_id) if entries else (),
        messages=messages,
        people={name: it.ambassador_id for name, it in table.read_people(receivers).items()},
        offered={it.cause: _offered(it, read.get(it.program_version)) for it in entries if it.kind == "gift"},
    )


def _offered(entry: LedgerEntry, program: Program | None) -> set[tuple[int, str]]:
    return gifts_of(care_of(program), entry.cause, program) if program else set()


def posted(table: Table, record: LedgerEntry | Withdrawal, cause: str) -> int:
    """Count the entries that a cause has made at the moment of an entry or a withdrawal. Slightly stale."""
    at = record.at if isinstance(record, LedgerEntry) else record.created_at
    return posted_at(table, record.ambassador_id, at, record.kind, cause)


def posted_at(table: Table, ambassador_id: str, at: datetime, kind: str, cause: str) -> int:
    """Count the entries of a kind that a cause has made at a moment in one ledger. Slightly stale."""
    entries = [entity(found, LedgerEntry) for found in table.find_posted(ambassador_id, at)]
    return sum((entry.kind, entry.cause) == (kind, cause) for entry in entries if entry is not None)


def read_programs(table: Table, versions: Iterable[int]) -> dict[int, Program]:
    """Read the programs of these versions; one that is not there, or cannot be read, is left out."""
    found = {}
    for version in versions:
        try:
            found[version] = programs.version(table, version)
        except (NoProgramError, ValueError):
            continue
    return found
