"""What a message goes through from when it is owed until it is done: pure, each step the next version of it.

A claim that nobody ended within a quarter of an hour is dead: whether its mail went is not known. So it counts as
unsure, and after three of these the message is given up, for a fourth mail would help nobody. A message that surely did
not go, and is not to blame for that, is given up after two weeks: what it says is old by then. Either can be sent again
by hand.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.domain.model.messages import Message, Outcome
from chalicelib.domain.model.people import Person, Purpose, Sent
from chalicelib.domain.people.person import join
from chalicelib.domain.people.policy import BEGINS, PURPOSES, Verdict, may
from chalicelib.domain.program.program import Program

ABANDONED = timedelta(minutes=15)
"""After this long, whoever claimed a message has died. Sending it again may double its mail: the one window."""

UNSURE_MAX = 3
"""So many mails may have gone of which nobody knows. Then the message is given up."""

DIGEST_MAX = 20
"""So many messages at most are told in one mail."""

PATIENCE = timedelta(days=14)
"""So long a message is tried that surely has not been sent. Then it is given up."""

FIRST_GAP, LONGEST_GAP = timedelta(minutes=2), timedelta(hours=4)
"""How long a message waits that surely has not been sent, at first and at most."""

_MOVED = {"gathering", "cap", "quiet_hours"}


def purpose_of(message: Message) -> Purpose:
    """Return what a message is for."""
    return PURPOSES[message.letter.name]


def verdict(person: Person, message: Message, rules: Program, mailbox: str | None, now: datetime) -> Verdict:
    """Ask the policy whether a message may go to somebody. A copy was asked for, so it gathers nothing."""
    return may(
        person,
        purpose_of(message),
        rules,
        now,
        mailbox=mailbox,
        key=message.carried_by or message.id,
        since=None if message.copy else message.owed_at,
    )


def is_due(message: Message, now: datetime) -> bool:
    """Whether somebody has to look at a message: its time has come, or who had claimed it has died."""
    if message.state == "sending":
        return message.sending_at is not None and message.sending_at < now - ABANDONED
    return message.state == "pending" and message.due_at is not None and message.due_at <= now


def is_late(message: Message, now: datetime) -> bool:
    """Whether the time in which a message makes sense is over."""
    return message.until is not None and message.until <= now


def freed(message: Message) -> Message:
    """Return a message without the claim of who has died, and with one more mail of which nobody knows."""
    if message.state != "sending":
        return message
    return replace(message, state="pending", sending_at=None, unsure=message.unsure + 1)


def waiting(message: Message, until: datetime, why: Sequence[str]) -> Message:
    """Let a message wait. A night does not end that it is stuck; what is longer does."""
    it = freed(message)
    stuck_at = it.stuck_at if set(why) <= {"quiet_hours"} else None
    return replace(
        it,
        state="pending",
        sending_at=None,
        stuck_at=stuck_at,
        due_at=until,
        why=tuple(why),
        version=it.version + 1,
    )


def done(message: Message, outcome: Outcome, why: Sequence[str], now: datetime) -> Message:
    """Let a message ask for nothing any more. One that was to go with others and did not has gone by itself."""
    return replace(
        message,
        carried_by=message.carried_by if "digest" in why else None,
        state="done",
        outcome=outcome,
        why=tuple(why),
        done_at=now,
        stuck_at=None,
        due_at=None,
        version=message.version + 1,
    )


def gathers(message: Message, gather_minutes: int) -> bool:
    """Whether a message goes out together with others: news of rewards that was moved, or that others may join."""
    if purpose_of(message) != "rewards" or message.copy:
        return False
    return gather_minutes > 0 or message.carried_by is not None or not _MOVED.isdisjoint(message.why)


def together(message: Message, others: Sequence[Message], now: datetime) -> list[Message]:
    """Return a message with those that can go out in one mail with it, the oldest first.

    These are other news of rewards to the same reader that nobody has in hand: whatever they wait for, now it may go.
    """
    joining = [
        it
        for it in others
        if it.id != message.id
        and purpose_of(it) == "rewards"
        and not it.copy
        and (it.state == "pending" or is_due(it, now))
        and freed(it).unsure < UNSURE_MAX
    ]
    return sorted([message, *joining[: DIGEST_MAX - 1]], key=lambda it: (it.owed_at, it.id))


def carrier_of(group: Sequence[Message]) -> str:
    """Return the id under which a mail is known: one that was begun before stays itself when it is tried again."""
    return next((it.carried_by for it in group if it.carried_by), group[0].id)


def claimed(group: Sequence[Message], now: datetime) -> list[Message]:
    """Take the messages of one mail in hand."""
    carrier = carrier_of(group) if len(group) > 1 else None
    return [
        replace(
            freed(it),
            state="sending",
            sending_at=now,
            why=(),
            waited=tuple(dict.fromkeys((*it.waited, *(word for word in it.why if word in _MOVED)))),
            tries=it.tries + 1,
            carried_by=carrier or it.carried_by,
            version=it.version + 1,
        )
        for it in group
    ]


def given_back(message: Message, why: str, now: datetime) -> Message:
    """Return a claimed message that has surely not been sent, to be tried again, or given up.

    The longer it has been stuck the longer it waits: 2, 4, 8 … minutes, up to four hours.
    """
    stuck_at = message.stuck_at or now
    if now - stuck_at >= PATIENCE:
        return done(message, "closed", ["given_up"], now)
    return replace(
        message,
        state="pending",
        sending_at=None,
        stuck_at=stuck_at,
        due_at=now + min(now - stuck_at + FIRST_GAP, LONGEST_GAP),
        why=(why,),
        version=message.version + 1,
    )


def copied(message: Message, *, author: str, note: str, now: datetime) -> Message:
    """Return the next copy of a message, which an admin lets go out again, as a message of its own."""
    anew = Message(message.cause, message.to, message.letter, message.program_version, now, due_at=now)
    return replace(anew, copy=message.copies + 1, author=author, note=note)


def counting(person: Person, key: str, purpose: Purpose, now: datetime) -> Person:
    """Note with a person that a mail may go out: dated by the end of the minute in which it begins.

    A mail that is tried again is noted once, by its last date. Of each purpose the last eight are kept.
    """
    return join(person, Person(person.id, sent=(Sent(key, purpose, now + BEGINS),)))


def uncounted(person: Person, key: str) -> Person:
    """Take back what was noted of a mail that surely never went."""
    return replace(person, sent=tuple(it for it in person.sent if it.key != key))
