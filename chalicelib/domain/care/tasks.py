"""What people of the shop have to do: who opens a task, and what it changes when it is done.

A care task is one side of a complaint of its person: while that is open nobody asks them for anything. Both are opened
in one transaction, and closed in one.
"""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from chalicelib.domain.model.people import Person
from chalicelib.domain.model.tasks import Task

CARE_WITHIN = timedelta(days=2)
"""So soon somebody who is not happy should have been answered."""

VISIT_WITHIN = timedelta(days=14)
"""So soon a visit should have been paid."""

_EVER = datetime(2000, 1, 1, tzinfo=UTC)
_STEP = timedelta(milliseconds=1)


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


def _own(*parts: str) -> str:
    return hashlib.sha256("#".join(parts).encode()).hexdigest()[:16]
