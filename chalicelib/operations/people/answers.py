"""What people answer, and which links of ours they follow: kept with them, and on the message that asked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.care.answers import (
    CHECK_IN,
    Given,
    added,
    answered,
    followed,
    messages_of,
    order_of,
    replied,
    touch_of,
)
from chalicelib.domain.care.tasks import open_tasks
from chalicelib.domain.effects import Create, Effect, Replace
from chalicelib.domain.model.messages import Message
from chalicelib.domain.model.people import Person
from chalicelib.domain.model.tasks import Guide, Task
from chalicelib.domain.people.links import Link
from chalicelib.operations.once import Plan, decide
from chalicelib.operations.outlook import Outlook
from chalicelib.operations.people.preferences import whose
from chalicelib.store import keys
from chalicelib.store.table import Table


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody, and the order that they were asked about."""

    person: Person
    order_id: str


def asked(table: Table, link: Link | None) -> Asked | None:
    """Return whom an answer link is about, and which order; None if it leads nowhere any more.

    Raises:
        BusyError: the table did not answer in time.
    """
    person = whose(table, link)
    order_id = order_of(person, link.about) if person and link else None
    return Asked(person, order_id) if person and order_id else None


def answer(table: Table, person_id: str, given: Given, outlook: Outlook, *, now: datetime) -> Person | None:
    """Take an answer, and return who gave it as they are then; None if nobody is known by the id.

    Raises:
        BusyError: others were faster for too long; the same request may be sent again.
    """

    def look() -> Plan[Person | None]:
        person = table.read_person(person_id)
        if person is None:
            return Plan(None)
        after, task = answered(person, given, now)
        effects: list[Effect] = []
        if after != person:
            after = replace(outlook.ahead(after, now), version=person.version + 1)
            effects += [Replace(after), *map(Replace, _replied(table, after, given, now))]
        if task is not None:
            effects.append(Create(task))
        elif given.note and given.case in after.complaints:
            effects += map(Replace, _added(table, after, given))
        return Plan(after, effects)

    return decide(table, look)


def follow(table: Table, link: Link, person: Person, *, now: datetime) -> None:
    """Note on the message of a touch that somebody has followed a link in it, if it can be found.

    Raises:
        BusyError: the table did not answer in time, or others were faster.
    """
    touch = touch_of(person, link.about)
    if touch is None:
        return
    for message in _messages(table, messages_of(person, touch.occasion, touch.subject)):
        after = followed(message, now)
        if after != message:
            table.commit([Replace(after)])


def reply(table: Table, person: Person, occasion: str, value: str, *, now: datetime) -> None:
    """Note on the message of somebody's last touch of an occasion that they have done what it asks, the first time.

    Raises:
        BusyError: others were faster for too long; the same request may be sent again.
    """
    touch = max((it for it in person.touches if it.occasion == occasion), key=lambda it: it.at, default=None)
    if touch is None:
        return

    def look() -> Plan[None]:
        asking = _messages(table, messages_of(person, occasion, touch.subject))
        changed = [(it, replied(it, value, now, now)) for it in asking if it.answered_at is None]
        return Plan(None, [Replace(after) for before, after in changed if after != before])

    decide(table, look)


def guide_of(table: Table, guide_id: str | None) -> Guide | None:
    """Return the guide that a link leads to, unless the shop shows it to nobody any more.

    Raises:
        BusyError: the table did not answer in time.
    """
    guide = table.read_guide(guide_id) if guide_id else None
    return guide if guide and guide.retired_at is None else None


def _replied(table: Table, person: Person, given: Given, now: datetime) -> list[Message]:
    """The message that asked, changed by the answer as the person has it now."""
    latest = next((it for it in person.answers if it.about == f"{CHECK_IN}:{given.order_id}"), None)
    if latest is None:
        return []
    asking = _messages(table, messages_of(person, CHECK_IN, given.order_id))
    changed = [(it, replied(it, latest.value, latest.at, now)) for it in asking]
    return [after for before, after in changed if after != before]


def _added(table: Table, person: Person, given: Given) -> list[Task]:
    """The task of the case that is open already, with what was written now."""
    wanted = map(keys.task_of, open_tasks(person, given.case))
    tasks = [it.entity for it in table.find(wanted).values() if isinstance(it.entity, Task)]
    changed = [(it, added(it, given.note)) for it in tasks if it.state == "open"]
    return [after for before, after in changed if after != before]


def _messages(table: Table, ids: Sequence[str]) -> list[Message]:
    found = table.find(map(keys.message, ids))
    return [it.entity for it in found.values() if isinstance(it.entity, Message)]
