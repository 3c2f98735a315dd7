"""Send a message of the outbox: mark it as being sent, send each of its letters once, say how it went."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.delivery.ses import Mailer, NotSentError, UnsureError
from chalicelib.domain.model import Letter, Message
from chalicelib.domain.program import Program
from chalicelib.operations import programs
from chalicelib.store.table import BusyError, Table

if TYPE_CHECKING:
    from chalicelib.web.render import Mail

ABANDONED = timedelta(minutes=15)
"""After this long, whoever marked a message as being sent has died. Sending it again may double it: the one window."""

ATTEMPTS_MAX = 12
_LONGEST_GAP = timedelta(hours=4)


def deliver(table: Table, mailer: Mailer, message_id: str, *, now: datetime) -> list[str]:
    """Send what a message still owes, and return what became of each letter; empty when there was nothing to do.

    A call that breaks off leaves the message marked: whether that letter was sent is not known, so it is not sent
    again before `ABANDONED` has passed. What was refused for now goes again after a growing while.
    """
    message = table.claim_message(message_id, now, now - ABANDONED)
    if message is None:
        return []
    outcomes = [_send(table, mailer, message, letter) for letter in message.letters]
    outcomes = ["undeliverable" if it == "refused" and message.attempts >= ATTEMPTS_MAX else it for it in outcomes]
    message = replace(message, letters=tuple(map(_noted, message.letters, outcomes)))
    if "unsure" in outcomes:
        table.keep_message(message)
    elif "refused" in outcomes:
        table.return_message(message, now + min(timedelta(minutes=2**message.attempts), _LONGEST_GAP))
    else:
        table.finish_message(message)
    return [outcome for outcome in outcomes if outcome != "closed"]


def _noted(letter: Letter, outcome: str) -> Letter:
    match outcome:
        case "sent" | "undeliverable":
            return replace(letter, state=outcome)
    return letter


def _send(table: Table, mailer: Mailer, message: Message, letter: Letter) -> str:
    """Send one letter once, and say how it went. One that can't be written now, since the table is busy, goes later."""
    if letter.state != "owed":
        return "closed"
    try:
        to, mail = _compose(table, message, letter)
        mailer.send(to, mail.subject, mail.text, mail.html)
    except UnsureError:
        return "unsure"
    except NotSentError as error:
        return "undeliverable" if error.for_good else "refused"
    except BusyError:
        return "refused"
    return "sent"


def _compose(table: Table, message: Message, letter: Letter) -> "tuple[str, Mail]":
    """Write a letter in the words and language of its reader; answers the address and the mail."""
    program = programs.version(table, message.program_version)
    write = _to_friend if letter.template == "friend_thanks" else _to_ambassador
    return write(table, message, letter, program)


def _to_friend(table: Table, message: Message, letter: Letter, program: Program) -> "tuple[str, Mail]":
    from chalicelib.web import render
    from chalicelib.web.language import spoken

    friend = table.read_friend(message.friend)
    if friend is None or friend.email is None:
        raise NotSentError("nobody to write to", for_good=True)
    return friend.email, render.friend_thanks(
        shop_name=program.shop_name,
        first_name=friend.first_name,
        order_id=message.order_id,
        discount=letter.amount,
        currency=message.currency,
        locale=spoken([friend.locale], program).tag,
    )


def _to_ambassador(table: Table, message: Message, letter: Letter, program: Program) -> "tuple[str, Mail]":
    from chalicelib.web import render
    from chalicelib.web.language import spoken

    profile = table.read_profile(message.ambassador_id)
    if profile is None:
        raise NotSentError("nobody to write to", for_good=True)
    person = profile.person
    told: dict[str, Any] = {
        "shop_name": program.shop_name,
        "first_name": person.first_name,
        "locale": spoken([person.locale], program).tag,
        "amount": letter.amount,
        "unit": letter.unit or message.currency,
    }
    if letter.release_at is not None:
        return person.email, render.reward_held(**told, release_at=letter.release_at)
    return person.email, render.reward_released(**told, available=letter.available)
