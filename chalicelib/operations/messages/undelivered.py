"""The letters that have not gone out though they should: what waits for the mail service, and what was given up.

Whoever runs the program looks at them after trouble, and lets those go out again that were given up.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice
from typing import Literal

from chalicelib.domain.model.access import IdempotencyKey
from chalicelib.domain.model.messages import Message
from chalicelib.domain.people import outbox
from chalicelib.domain.program.program import Program
from chalicelib.operations.messages.resend import Answer, Request, resend
from chalicelib.operations.once import Reused
from chalicelib.store import keys
from chalicelib.store.table import Table

End = Literal["unsure", "given_up", "undeliverable"]
"""How a letter ended that should have gone: nobody knows of three mails whether they went, it could not be sent for two
weeks, or the mail service can't read its address."""

_PAGE = 100
_MESSAGES = keys.message("").pk
_ONCE = timedelta(days=1)
"""So long the same request again is the same one."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A letter that ended without being sent, and whether a copy of it was asked for since."""

    message: Message
    end: End
    again: bool


def waiting(table: Table, now: datetime) -> Iterator[Message]:
    """Return the messages that could not be sent yet, or of whose mail nobody knows yet. Slightly stale.

    Raises:
        BusyError: the table did not answer in time.
    """
    due = table.list_due(now + outbox.LONGEST_GAP)
    for message in _read(table, (it.pk.removeprefix(_MESSAGES) for it in due if it.pk.startswith(_MESSAGES))):
        if message.stuck_at or message.unsure or message.state == "sending":
            yield message


def ended(table: Table, since: datetime, until: datetime) -> Iterator[Ended]:
    """Return the letters that ended within a time without being sent, day by day. Slightly stale.

    Raises:
        BusyError: the table did not answer in time.
    """
    for days in range((until.date() - since.date()).days + 1):
        for message in _read(table, table.list_ended(since.date() + timedelta(days=days))):
            end = _end(message)
            if end and message.done_at and since <= message.done_at < until:
                first = table.read_message(message.first) if message.copy else message
                yield Ended(message, end, first is None or first.copies > message.copy)


def send_again(table: Table, request: Request, rules: Program, *, now: datetime) -> Answer | Reused:
    """Let a letter go out again: within a day once, however often that is asked.

    Raises:
        BusyError: others were faster for too long; the same may be asked again.
    """
    digest = sha256(f"send again {request.message_id}".encode()).hexdigest()
    key = IdempotencyKey(digest, request.message_id, now, expires_at=now + _ONCE)
    return resend(table, request, rules, key=key, now=now)


def _end(message: Message) -> End | None:
    if message.outcome == "undeliverable":
        return "undeliverable"
    whys: tuple[End, ...] = ("unsure", "given_up")
    return next((it for it in whys if message.outcome == "closed" and it in message.why), None)


def _read(table: Table, message_ids: Iterable[str]) -> Iterator[Message]:
    ids = iter(message_ids)
    while page := list(islice(ids, _PAGE)):
        yield from table.read_messages(page)
