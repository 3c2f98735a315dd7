"""Let a letter go out again, because an admin says so: once each time, and through the gate as any other."""

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.effects import Create, Replace
from chalicelib.domain.model.access import IdempotencyKey
from chalicelib.domain.model.messages import Message
from chalicelib.domain.people import outbox
from chalicelib.domain.people.policy import Bar, Later, Never
from chalicelib.domain.program.program import Program
from chalicelib.operations.messages.readers import Reached, reach
from chalicelib.operations.once import Plan, Reused, decide_once
from chalicelib.store.table import Table


@dataclass(frozen=True, slots=True)
class Request:
    """Which message to send again, with the pseudonyms' key; by whom, and why."""

    message_id: str
    pepper: bytes
    author: str
    note: str


@dataclass(frozen=True, slots=True)
class Resent:
    """The copy, whether this request made it or one before it, and who gets it."""

    message: Message
    reached: Reached
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Unfinished:
    """The message, or a copy of it, has not gone out yet: nothing is sent again before that."""


@dataclass(frozen=True, slots=True)
class Barred:
    """It may never go."""

    why: Bar


@dataclass(frozen=True, slots=True)
class Unknown:
    """There is no such message."""


Answer = Resent | Unfinished | Barred | Unknown


def resend(table: Table, request: Request, rules: Program, *, key: IdempotencyKey, now: datetime) -> Answer | Reused:
    """Make a copy of a message that was sent, could not be sent, or was closed. One copy at a time can be under way.

    It goes out when the policy lets it. A copy of a copy is another copy of the first.

    Raises:
        BusyError: others were faster for too long; the same request may be sent again.
    """

    def look() -> Plan[Answer]:
        found = table.read_message(request.message_id)
        first = table.read_message(found.first) if found and found.copy else found
        if first is None:
            return Plan(Unknown())
        latest = table.read_message(replace(first, copy=first.copies).id) if first.copies else first
        if latest is None or latest.state != "done":
            return Plan(Unfinished())
        reached = reach(table, first.to)
        if reached is None:
            return Plan(Barred("no_address"))
        copy = outbox.copied(first, author=request.author, note=request.note, now=now)
        match outbox.verdict(reached.person, copy, rules, reached.mailbox(request.pepper), now):
            case Never(why):
                return Plan(Barred(why))
            case Later(at, whys):
                copy = replace(copy, due_at=at, why=whys)
        more = replace(first, copies=copy.copy, version=first.version + 1)
        return Plan(Resent(copy, reached), [Replace(more), Create(copy)], result=copy.id)

    def repeat(message_id: str) -> Answer:
        copy = table.read_message(message_id)
        reached = reach(table, copy.to) if copy else None
        return Resent(copy, reached, replayed=True) if copy and reached else Unknown()

    return decide_once(table, key, look, repeat)
