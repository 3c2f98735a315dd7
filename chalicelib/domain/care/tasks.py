"""What people of the shop have to do: who opens a task, and what it changes when it is done.

A care task is one side of a complaint of its person: while that is open nobody asks them for anything. Both are opened
in one transaction, and closed in one.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from chalicelib.domain.care.proofs import LOOK_WITHIN
from chalicelib.domain.model.accounts import Gift
from chalicelib.domain.model.facts import Decision
from chalicelib.domain.model.people import Person
from chalicelib.domain.model.tasks import Closing, Task
from chalicelib.domain.people.person import join

CARE_WITHIN = timedelta(days=2)
"""So soon somebody who is not happy should have been answered."""

VISIT_WITHIN = timedelta(days=14)
"""So soon a visit should have been paid."""

GIFT_WITHIN = timedelta(days=7)
"""So soon a gift should be on its way."""

_EVER = datetime(2000, 1, 1, tzinfo=UTC)
_STEP = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Done:
    """A task that is done, and its person as that leaves them, at the version that they had."""

    task: Task
    person: Person


@dataclass(frozen=True, slots=True)
class AlreadyDone:
    """The task was done before: by this very request (`repeated`), or with another note or decision, which stays."""

    task: Task
    repeated: bool


@dataclass(frozen=True, slots=True)
class Reopened:
    """A task that is to be done after all, and its person as that leaves them, at the version that they had."""

    task: Task
    person: Person


@dataclass(frozen=True, slots=True)
class NotDone:
    """There is nothing to open again: the task is open, or what it is about has come up anew."""

    task: Task


def care_task(
    person: Person, about: str, words: str | None, now: datetime, *, hint: str | None = None
) -> tuple[Person, Task | None]:
    """Open a complaint of somebody, by its name `about`, and the task to answer it, with what they said.

    Returns the person with it, at the version that they had, to be stored by whoever stores them; and the task to be
    created in the same transaction, or None if the complaint is open already: then a task is, too.
    """
    if is_open(person, about):
        return person, None
    closed_at = person.closed.get(about, _EVER)
    opened_at = max(now, closed_at + _STEP)
    own = _own("care", about, opened_at.isoformat())
    until = opened_at + CARE_WITHIN
    task = Task("care", person.id, own, about, opened_at=opened_at, until=until, words=words, hint=hint)
    return replace(person, complaints={**person.complaints, about: opened_at}), task


def is_open(person: Person, about: str) -> bool:
    """Whether a complaint of somebody is open, by its name."""
    return person.complaints.get(about, _EVER) > person.closed.get(about, _EVER)


def open_tasks(person: Person, about: str) -> list[str]:
    """Return the ids that the task of an open complaint may have: it may be of who was merged in since."""
    own = _own("care", about, person.complaints[about].isoformat())
    return [f"tsk_{it.removeprefix('per_')}_{own}" for it in (person.id, *person.absorbed)]


def social_task(person: Person, subject: str, now: datetime, *, hint: str | None = None) -> Task:
    """Return the task to visit somebody where they are at home, to be created with the touch that it is.

    `subject` is that of the occasion: there is one task for it, so whoever creates it twice collides with themselves.
    `hint` is what the program says how to go about it.
    """
    until = now + VISIT_WITHIN
    return Task("social", person.id, _own("social", subject), subject, opened_at=now, until=until, hint=hint)


def finish(
    task: Task, person: Person, *, by: str, note: str, decision: Decision | None = None, now: datetime
) -> Done | AlreadyDone:
    """Say that a task is done. A care task closes the complaint of its person with which it was opened.

    One that has come up anew since then has a task of its own, and stays open.
    """
    if task.state == "done":
        return AlreadyDone(task, repeated=(task.note, task.decision) == (note, decision))
    done = replace(task, state="done", closed_at=now, by=by, note=note, decision=decision, version=task.version + 1)
    if task.kind != "care" or person.complaints.get(task.about) != task.opened_at:
        return Done(done, person)
    closed = {task.about: max(now, task.opened_at)}
    return Done(done, join(person, Person(person.id, closed=closed)))


def reopen(task: Task, person: Person, *, by: str, note: str, now: datetime) -> Reopened | NotDone:
    """Open a task again that was said to be done by mistake. How it was done stays with it.

    Of a care task the complaint comes up anew, so that nobody asks its person for anything; that takes a task of its
    own, and the one that was done stays as it was.
    """
    if task.state == "open":
        return NotDone(task)
    assert task.closed_at is not None, "a task that is done says when"
    closing = Closing(task.closed_at, task.by or "", now, by, task.note, task.decision, why=note)
    earlier = (*task.earlier, closing)
    if task.kind == "care":
        after, new = care_task(person, task.about, task.words, now, hint=task.hint)
        return Reopened(replace(new, earlier=earlier), after) if new else NotDone(task)
    within = LOOK_WITHIN if task.kind == "proof" else VISIT_WITHIN
    again = replace(
        task,
        state="open",
        until=now + within,
        closed_at=None,
        by=None,
        note=None,
        decision=None,
        earlier=earlier,
        version=task.version + 1,
    )
    return Reopened(again, person)


def until(gift: Gift) -> datetime:
    """By when a gift should be on its way."""
    return gift.created_at + GIFT_WITHIN


def _own(*parts: str) -> str:
    return hashlib.sha256("#".join(parts).encode()).hexdigest()[:16]
