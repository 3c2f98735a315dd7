"""What people of the shop have to do: what waits, what is known of whom it is for, and to say that it is done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median

from chalicelib.domain.accounts.suspensions import Stopped
from chalicelib.domain.care.proofs import judge, undo
from chalicelib.domain.care.tasks import (
    GIFT_WITHIN,
    AlreadyDone,
    NotDone,
    care_task,
    finish,
    open_tasks,
    reopen,
    until,
)
from chalicelib.domain.effects import Create, Effect, Replace
from chalicelib.domain.model.accounts import Account, Gift
from chalicelib.domain.model.facts import Decision
from chalicelib.domain.model.people import Person, Profile
from chalicelib.domain.model.tasks import TASK_KINDS, Task
from chalicelib.domain.program.program import Program
from chalicelib.operations.once import Plan, decide
from chalicelib.operations.outlook import Outlook
from chalicelib.operations.people.merged import account_of, accounts_of, profiles_of
from chalicelib.store import keys
from chalicelib.store.table import Table

GIFT = "gift"
"""How the list calls a gift that somebody has to send."""

KINDS = (*TASK_KINDS, GIFT)

EARLIER_MAX = 10
"""So many of somebody's earlier tasks are shown, the last ones."""

SAMPLE = 100
"""How long tasks take is told by so many that were done last."""

_STAMP = len("2026-01-31T12:00:00.000Z")

ToDo = Task | Gift


@dataclass(frozen=True, slots=True)
class Background:
    """What is known of whom a task is for.

    Attributes:
        earlier: Their other tasks, the latest last.
    """

    person: Person
    profile: Profile | None
    account: Account | None
    earlier: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many tasks of a kind wait, and for how many it is too late to be in time.

    Attributes:
        took: How long the last ones took, in the middle; None if none was done yet, or nobody measures it.
    """

    open: int
    overdue: int
    took: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """A task that is done, by this request or (`replayed`) by an earlier one like it."""

    task: Task
    replayed: bool


@dataclass(frozen=True, slots=True)
class Undecided:
    """A proof needs a decision, and no other task takes one."""

    task: Task


@dataclass(frozen=True, slots=True)
class Noted:
    """The task that answers what somebody has written, opened by this request or (`replayed`) by an earlier one."""

    task: Task
    replayed: bool


def queue(table: Table, kinds: Sequence[str], after: str | None, limit: int) -> list[tuple[str, ToDo]]:
    """Read up to `limit` things that wait, of some kinds, what is to be done soonest first, each with its position.

    Raises:
        BusyError: the table did not answer in time.
    """
    rows: list[tuple[str, ToDo]] = []
    for kind in kinds:
        if kind == GIFT:
            gifts = table.list_gifts(_moved(after, -GIFT_WITHIN), limit)
            rows += ((_moved(position, GIFT_WITHIN) or "", it) for position, it in gifts)
        else:
            rows += table.list_tasks(kind, after, limit)
    return sorted(rows, key=lambda row: row[0])[:limit]


def history(table: Table, kinds: Sequence[str], after: str | None, limit: int) -> list[tuple[str, ToDo]]:
    """Read up to `limit` tasks of some kinds that are done, the latest first, each with its position.

    Raises:
        BusyError: the table did not answer in time.
    """
    rows: list[tuple[str, ToDo]] = []
    for kind in kinds:
        rows += table.list_done(kind, after, limit)
    return sorted(rows, key=lambda row: row[0], reverse=True)[:limit]


def backgrounds_of(table: Table, tasks: Iterable[ToDo]) -> dict[str, Background]:
    """Read what is known of those whom some tasks are for, by the id of the task.

    Raises:
        BusyError: the table did not answer in time.
    """
    tasks = list(tasks)
    owners = profiles_of(table, {it.ambassador_id for it in tasks if isinstance(it, Gift)})
    whose = {it.id: _whose(it, owners) for it in tasks}
    people = table.read_people(whose.values())
    members = {it.ambassador_id for it in people.values() if it.ambassador_id}
    profiles, accounts = profiles_of(table, members), accounts_of(table, members)
    each = {it.id: it for it in people.values()}
    all_tasks = dict(
        zip(each, table.each(lambda it: table.tasks_of((it.id, *it.absorbed)), each.values()), strict=True)
    )
    found: dict[str, Background] = {}
    for task in tasks:
        person = people.get(whose[task.id])
        if person is None:
            continue
        member = person.ambassador_id or ""
        earlier = tuple(it for it in all_tasks[person.id] if it.id != task.id)[-EARLIER_MAX:]
        found[task.id] = Background(person, profiles.get(member), accounts.get(member), earlier)
    return found


def count(table: Table, *, now: datetime) -> dict[str, Count]:
    """Count what waits, by kind, and say how long it took lately. Slightly stale.

    Raises:
        BusyError: the table did not answer in time.
    """
    counts = {GIFT: _counted(table.list_waiting(keys.GIFTS), now - GIFT_WITHIN)}
    for kind in TASK_KINDS:
        counts[kind] = replace(_counted(table.list_waiting(keys.tasks(kind)), now), took=_took(table, kind))
    return counts


def done(
    table: Table,
    task_id: str,
    program: Program,
    outlook: Outlook,
    *,
    decision: Decision | None,
    by: str,
    note: str,
    now: datetime,
) -> Finished | AlreadyDone | Undecided | Stopped | None:
    """Say that a task is done; None if there is no such task.

    In the same transaction a care task closes the complaint of its person, so that they are asked again, and a proof
    that is approved is rewarded.

    Raises:
        BusyError: others were faster for too long; the same request may be sent again.
    """

    def look() -> Plan[Finished | AlreadyDone | Undecided | Stopped | None]:
        task = table.read_task(task_id)
        person = table.read_person(task.person_id) if task else None
        if task is None or person is None:
            return Plan(None)
        if (task.kind == "proof") != (decision is not None):
            return Plan(Undecided(task))
        answer = finish(task, person, by=by, note=note, decision=decision, now=now)
        if isinstance(answer, AlreadyDone):
            return Plan(Finished(task, replayed=True)) if answer.repeated else Plan(answer)
        effects: list[Effect] = [Replace(answer.task)]
        if answer.person != person:
            effects.append(Replace(replace(outlook.ahead(answer.person, now), version=person.version + 1)))
        if decision is not None:
            account = account_of(table, task.ambassador_id or "")
            judged = judge(task, account, program, decision, by=by, now=now)
            if isinstance(judged, Stopped):
                return Plan(judged)
            effects += judged
        return Plan(Finished(answer.task, replayed=False), effects)

    return decide(table, look)


def undone(
    table: Table, task_id: str, program: Program, outlook: Outlook, *, by: str, note: str, now: datetime
) -> Finished | NotDone | None:
    """Open a task again that was done by mistake; one that is open again stays so. None if there is no such task.

    In the same transaction the complaint of a care task comes up anew, with a task of its own, and the reward of a
    proof that was approved is taken back.

    Raises:
        BusyError: others were faster for too long; the same request may be sent again.
    """

    def look() -> Plan[Finished | NotDone | None]:
        task = table.read_task(task_id)
        person = table.read_person(task.person_id) if task else None
        if task is None or person is None:
            return Plan(None)
        answer = reopen(task, person, by=by, note=note, now=now)
        if isinstance(answer, NotDone):
            again = _open_again(table, task, person)
            return Plan(Finished(again, replayed=True) if again else answer)
        if answer.task.own != task.own:
            after = replace(outlook.ahead(answer.person, now), version=person.version + 1)
            return Plan(Finished(answer.task, replayed=False), [Create(answer.task), Replace(after)])
        effects: list[Effect] = [Replace(answer.task)]
        if task.decision == "approve":
            effects += undo(task, account_of(table, task.ambassador_id or ""), program, by=by, now=now)
        return Plan(Finished(answer.task, replayed=False), effects)

    return decide(table, look)


def note(
    table: Table, person_id: str, own: str, words: str, outlook: Outlook, *, now: datetime
) -> Noted | AlreadyDone | None:
    """Take what somebody has written to the shop, by an id of the shop's own; None if there is no such person.

    It opens a complaint with its task: nobody asks them for anything until somebody has answered. `AlreadyDone` if
    another text came under that id.

    Raises:
        BusyError: others were faster for too long; the same request may be sent again.
    """
    about = f"note:{own}"

    def look() -> Plan[Noted | AlreadyDone | None]:
        person = table.read_person(person_id)
        if person is None:
            return Plan(None)
        known = [it for it in table.tasks_of((person.id, *person.absorbed)) if (it.kind, it.about) == ("care", about)]
        if known:
            same = known[-1].words in {words, None}
            return Plan(Noted(known[-1], replayed=True) if same else AlreadyDone(known[-1], repeated=False))
        after, task = care_task(person, about, words, now)
        assert task is not None, "a complaint that is open has its task"
        after = replace(outlook.ahead(after, now), version=person.version + 1)
        return Plan(Noted(task, replayed=False), [Create(task), Replace(after)])

    return decide(table, look)


def is_overdue(task: ToDo, now: datetime) -> bool:
    """Whether something should have been done by now."""
    return task.state == "open" and (until(task) if isinstance(task, Gift) else task.until) <= now


def _whose(task: ToDo, owners: Mapping[str, Profile]) -> str:
    if isinstance(task, Task):
        return task.person_id
    owner = owners.get(task.ambassador_id)
    return owner.person_id if owner else ""


def _counted(moments: Sequence[str], until: datetime) -> Count:
    return Count(len(moments), sum(at <= keys.stamp(until) for at in moments))


def _took(table: Table, kind: str) -> timedelta | None:
    times = [it.closed_at - it.opened_at for _, it in table.list_done(kind, None, SAMPLE) if it.closed_at]
    return timedelta(seconds=round(median(it.total_seconds() for it in times))) if times else None


def _moved(position: str | None, by: timedelta) -> str | None:
    """A position in a list by time, in one that is so much later."""
    if position is None:
        return None
    at = datetime.fromisoformat(position[:_STAMP]) + by
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z{position[_STAMP:]}"


def _open_again(table: Table, task: Task, person: Person) -> Task | None:
    """Return the task that is open in the place of one that was done; None if that was never done, or came up anew."""
    if task.state == "open":
        return task if task.earlier else None
    found = (table.read_task(it) for it in open_tasks(person, task.about))
    return next((it for it in found if it and it.earlier), None)
