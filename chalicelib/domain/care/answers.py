"""What people answer when they are asked whether they are happy with what they bought, and what comes of it.

Whoever is not happy, or writes something, is answered by a person of the shop: a case opens, and until it is closed
nobody asks them for anything. That they are happy later closes no case: whoever has read what they wrote does.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.care.tasks import care_task, is_open
from chalicelib.domain.model.messages import Cause, Message
from chalicelib.domain.model.people import Answer, Person, Touched
from chalicelib.domain.model.tasks import Task
from chalicelib.domain.people import outbox
from chalicelib.domain.people.links import Value, mark
from chalicelib.domain.people.person import join, moment
from chalicelib.domain.people.policy import has_open_case

CHECK_IN = "check_in"
"""The occasion on which somebody is asked how it went with an order."""

WORDS_MAX = 10_000
"""Of what somebody has written to an open case, so many characters are kept: the last ones."""


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody has answered.

    Attributes:
        order_id: What it is about.
        note: What they have written beside it; empty if nothing.
        at: When, where the shop tells it later; None for now.
    """

    order_id: str
    value: Value
    note: str = ""
    at: datetime | None = None

    @property
    def case(self) -> str:
        """The name of the complaint that it opens, if it opens one."""
        return f"care:{self.order_id}"


def answered(person: Person, given: Given, now: datetime) -> tuple[Person, Task | None]:
    """Fold an answer in. The later one to a question counts, whatever clocks say; to say it twice is to say it once.

    Returns the person, at the version that they had, and the task to be created with them, if this opens a case. One
    that the shop tells late opens none that was closed since.
    """
    known, is_told = answer_of(person, given.order_id), given.at is not None
    cares = given.value == "unhappy" or bool(given.note)
    opens = cares and not is_open(person, given.case) and not _is_settled(person, given)
    at = given.at or moment(person, now)
    if is_told or opens or known is None or known.value != given.value:
        answer = Answer(_question(given.order_id), given.value, at)
        person = join(person, Person(person.id, answers=(answer,)))
    return care_task(person, given.case, given.note or None, at) if opens else (person, None)


def answer_of(person: Person, order_id: str) -> Answer | None:
    """Return what somebody has answered about an order last."""
    return next((it for it in person.answers if it.about == _question(order_id)), None)


def order_of(person: Person, about: bytes | None) -> str | None:
    """Return the order that an answer link is about, among those of which somebody was or could be asked."""
    return next((it for it in _orders_of(person) if mark(it) == about), None)


def may_be_asked(person: Person) -> bool:
    """Whether somebody who has just said something may be invited: nothing is open, and they have not restricted it."""
    return not has_open_case(person) and person.restricted_at is None


def added(task: Task, note: str) -> Task:
    """Return the task of an open case with what somebody has written since; the same again adds nothing."""
    said = task.words or ""
    if not note or note in said:
        return task
    return replace(task, words=f"{said}\n\n{note}".strip()[-WORDS_MAX:], version=task.version + 1)


def touch_of(person: Person, about: bytes | None) -> Touched | None:
    """Return the touch that a link came with."""
    return next((it for it in person.touches if mark(f"{it.occasion}:{it.subject}") == about), None)


def messages_of(person: Person, occasion: str, subject: str) -> list[str]:
    """Return the ids that the message of a touch may have: it may have gone to who was merged in since."""
    return [Cause("touch", f"{it}:{occasion}:{subject}", 1).key for it in (person.id, *person.absorbed)]


def replied(message: Message, value: str, at: datetime, now: datetime) -> Message:
    """Return the message that asked, if it went, with the latest answer to it."""
    if not _went(message) or (message.answered_at and message.answered_at >= at):
        return message
    return replace(_arrived(message, now), answer=value, answered_at=at, version=message.version + 1)


def followed(message: Message, now: datetime) -> Message:
    """Return a message, if it went, of which somebody has followed a link; the first time counts."""
    if not _went(message) or message.clicked_at:
        return message
    return replace(_arrived(message, now), clicked_at=now, version=message.version + 1)


def _went(message: Message) -> bool:
    return message.state == "sending" or message.outcome == "sent"


def _arrived(message: Message, now: datetime) -> Message:
    """Whoever answers a mail has it: one of which nobody knew whether it went, went."""
    if message.state != "sending":
        return message
    return outbox.done(message, "sent", ("digest",) if message.carried_by else (), now)


def _orders_of(person: Person) -> Iterator[str]:
    yield from (it.order_id for it in person.orders)
    yield from (it.subject for it in person.touches if it.occasion == CHECK_IN)
    yield from (it.about.removeprefix(f"{CHECK_IN}:") for it in person.answers if it.about.startswith(f"{CHECK_IN}:"))


def _question(order_id: str) -> str:
    return f"{CHECK_IN}:{order_id}"


def _is_settled(person: Person, given: Given) -> bool:
    """Whether the shop tells of a time before the case was closed."""
    closed_at = person.closed.get(given.case)
    return given.at is not None and closed_at is not None and given.at <= closed_at
