"""Send a message of the outbox: mark it as being sent, send each of its letters once, say how it went."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.delivery.ses import Cause, Mailer, NotSentError, UnsureError
from chalicelib.domain.calendar import local
from chalicelib.domain.model import Letter, Message, Person
from chalicelib.domain.program import Program
from chalicelib.operations import programs
from chalicelib.operations.tries import account_of, profile_of
from chalicelib.store.table import BusyError, Table

if TYPE_CHECKING:
    from chalicelib.web.render import Mail

ABANDONED = timedelta(minutes=15)
"""After this long, whoever marked a message as being sent has died. Sending it again may double it: the one window."""

PATIENCE = 12
"""So many attempts, over more than a day, may fail by themselves before the operator hears of it."""

_LONGEST_GAP = timedelta(hours=4)
_DOUBLINGS = 8
"""After so many the gap is beyond the longest one."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a letter, and if it was not sent, why: never with an address in it.

    It was `sent`; SES left us `unsure`; it is `undeliverable`, since the address itself is wrong. Or it goes again
    later: it was `refused` for now, or is `blocked` until the operator mends something.
    """

    outcome: str
    reason: str | None = None


def deliver(table: Table, mailer: Mailer, message_id: str, *, now: datetime) -> list[Fate]:
    """Send what a message still owes, and return what became of each letter; empty when there was nothing to do.

    A call that breaks off leaves the message marked: whether that letter was sent is not known, so it is not sent
    again before `ABANDONED` has passed. What could not be sent goes again after a growing while, until it is: only a
    letter whose address is wrong is given up.
    """
    message = table.claim_message(message_id, now, now - ABANDONED)
    if message is None:
        return []
    fates = [_send(table, mailer, message, letter) for letter in message.letters]
    outcomes = {fate.outcome for fate in fates}
    message = replace(message, letters=tuple(map(_noted, message.letters, fates)))
    if "unsure" in outcomes:
        table.keep_message(message)
    elif outcomes & {"refused", "blocked"}:
        table.return_message(message, now + _gap(message.attempts))
    else:
        table.finish_message(message)
    return [fate for fate in fates if fate.outcome != "closed"]


def _gap(attempts: int) -> timedelta:
    return min(timedelta(minutes=2 ** min(attempts, _DOUBLINGS)), _LONGEST_GAP)


def _noted(letter: Letter, fate: Fate) -> Letter:
    match fate.outcome:
        case "sent" | "undeliverable" as state:
            return replace(letter, state=state)
    return letter


def _send(table: Table, mailer: Mailer, message: Message, letter: Letter) -> Fate:
    """Send one letter once, and say how it went. One that can't be written now, since the table is busy, goes later."""
    if letter.state != "owed":
        return Fate("closed")
    try:
        to, mail = _compose(table, message, letter)
        mailer.send(to, mail.subject, mail.text, mail.html)
    except UnsureError as error:
        return Fate("unsure", str(error))
    except NotSentError as error:
        return Fate(_outcome(error.cause, message.attempts), str(error))
    except BusyError:
        return Fate("refused", "the table is busy")
    return Fate("sent")


def _outcome(cause: Cause, attempts: int) -> str:
    if cause == "address":
        return "undeliverable"
    return "blocked" if cause == "operator" or attempts >= PATIENCE else "refused"


def _compose(table: Table, message: Message, letter: Letter) -> "tuple[str, Mail]":
    """Write a letter in the words and language of its reader; answers the address and the mail."""
    program = programs.version(table, message.program_version)
    write = _to_friend if letter.template == "friend_thanks" else _to_ambassador
    return write(table, message, letter, program)


def _to_friend(table: Table, message: Message, letter: Letter, program: Program) -> "tuple[str, Mail]":
    from chalicelib.web import render
    from chalicelib.web.language import spoken

    assert message.order_id is not None, "a friend is thanked for an order"
    friend = table.read_friend(message.friend) if message.friend else None
    if friend is None or friend.email is None:
        raise NotSentError("nobody to write to", "address")
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

    profile = profile_of(table, message.ambassador_id)
    if profile is None:
        raise NotSentError("nobody to write to", "address")
    person = profile.person
    if letter.template == "balances":
        return person.email, _balances(table, message.ambassador_id, person, program)
    told: dict[str, Any] = {
        "shop_name": program.shop_name,
        "first_name": person.first_name,
        "locale": spoken([person.locale], program).tag,
        "amount": letter.amount,
        "unit": letter.unit or message.currency,
    }
    if letter.release_at is not None:
        return person.email, render.reward_held(**told, release_at=local(letter.release_at, program))
    return person.email, render.reward_released(**told, available=letter.available)


def _balances(table: Table, ambassador_id: str, person: Person, program: Program) -> "Mail":
    """Where things stand, at the moment at which it is told."""
    from chalicelib.web import render
    from chalicelib.web.language import spoken

    account = account_of(table, ambassador_id)
    found = {
        part: [(amount, unit) for unit in account.balances if (amount := account.balance(unit, part)) > 0]
        for part in ("available", "held")
    }
    return render.balances(
        shop_name=program.shop_name,
        first_name=person.first_name,
        locale=spoken([person.locale], program).tag,
        **found,
    )
