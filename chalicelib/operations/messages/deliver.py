"""Send a message of the outbox: mark it as being sent, send each of its letters once, say how it went."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.delivery.ses import Envelope, Fault, Mailer, NotSentError, UnsureError
from chalicelib.domain.calendar import local, months_after
from chalicelib.domain.model.messages import Letter, Message
from chalicelib.domain.model.orders import Told
from chalicelib.domain.program.program import Program, least_spent
from chalicelib.operations.people.merged import account_of, profile_of
from chalicelib.operations.people.share import share_url
from chalicelib.operations.program import programs
from chalicelib.store.table import BusyError, Table

if TYPE_CHECKING:
    from chalicelib.web.letters import Purse
    from chalicelib.web.mail import Mail, Reader

ABANDONED = timedelta(minutes=15)
"""After this long, whoever marked a message as being sent has died. Sending it again may double it: the one window."""

PATIENCE = 12
"""How many tries, over more than a day, may fail for what passes by itself before the operator hears of it."""

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


@dataclass(frozen=True, slots=True)
class Post:
    """What mails are written from and go out by: `rules` are those in force, `public_url` the origin of the links."""

    table: Table
    mailer: Mailer
    rules: Program
    public_url: str


def deliver(post: Post, message_id: str, *, now: datetime) -> list[Fate]:
    """Send what a message still owes, and return what became of each letter; empty when there was nothing to do.

    A call that breaks off leaves the message marked: whether that letter was sent is not known, so it is not sent
    again before `ABANDONED` has passed. What could not be sent goes again after a growing while, until it is: only a
    letter whose address is wrong is given up.
    """
    table = post.table
    message = table.lease_message(message_id, now, now - ABANDONED)
    if message is None:
        return []
    fates = [_send(post, message, letter, now) for letter in message.letters]
    outcomes = {fate.outcome for fate in fates}
    message = replace(message, letters=tuple(map(_noted, message.letters, fates)))
    if "unsure" in outcomes:
        table.keep_message(message)
    elif outcomes & {"refused", "blocked"}:
        table.return_message(message, now + _gap(message.tries))
    else:
        table.finish_message(message)
    return [fate for fate in fates if fate.outcome != "closed"]


def _gap(tries: int) -> timedelta:
    return min(timedelta(minutes=2 ** min(tries, _DOUBLINGS)), _LONGEST_GAP)


def _noted(letter: Letter, fate: Fate) -> Letter:
    match fate.outcome:
        case "sent" | "undeliverable" as state:
            return replace(letter, state=state)
    return letter


def _send(post: Post, message: Message, letter: Letter, now: datetime) -> Fate:
    """Send one letter once, and say how it went. One that can't be written now, since the table is busy, goes later."""
    if letter.state != "owed":
        return Fate("closed")
    try:
        envelope, mail = _compose(post, message, letter, now)
        post.mailer.send(envelope, mail.subject, mail.text, mail.html)
    except UnsureError as error:
        return Fate("unsure", str(error))
    except NotSentError as error:
        return Fate(_outcome(error.fault, message.tries), str(error))
    except BusyError:
        return Fate("refused", "the table is busy")
    return Fate("sent")


def _outcome(fault: Fault, tries: int) -> str:
    if fault == "address":
        return "undeliverable"
    return "blocked" if fault == "operator" or tries >= PATIENCE else "refused"


def _compose(post: Post, message: Message, letter: Letter, now: datetime) -> "tuple[Envelope, Mail]":
    """Write a letter in the words and language of its reader.

    It is about the rules of its order, and promises what the rules in force keep.
    """
    program = programs.version(post.table, message.program_version)
    write = _to_friend if letter.name == "friend_thanks" else _to_ambassador
    return write(post, message, letter, program, now)


def _to_friend(post: Post, message: Message, letter: Letter, program: Program, _: datetime) -> "tuple[Envelope, Mail]":
    from chalicelib.web import letters

    assert message.order_id is not None, "a friend is thanked for an order"
    friend = post.table.read_friend(message.friend) if message.friend else None
    if friend is None or friend.email is None:
        raise NotSentError("nobody to write to", "address")
    reader = _reader(friend.first_name, friend.locale, program.shop_url, program)
    mail = letters.friend_thanks(reader, order_id=message.order_id, discount=letter.amount, currency=message.currency)
    return Envelope(friend.email, program.shop_name, program.reply_to), mail


def _to_ambassador(
    post: Post, message: Message, letter: Letter, program: Program, now: datetime
) -> "tuple[Envelope, Mail]":
    from chalicelib.web import letters

    profile = profile_of(post.table, message.ambassador_id)
    if profile is None:
        raise NotSentError("nobody to write to", "address")
    person, unit = profile.person, letter.unit or message.currency
    reader = _reader(person.first_name, person.locale, share_url(post.public_url, profile.code), program)
    told = _at_home(letter.told, program)
    before: Any = {"was": letter.was and _at_home(letter.was, program), "turn": letter.turn}
    match letter.name:
        case "reward_held":
            mail = letters.reward_held(reader, told, unit)
        case "reward_released":
            mail = letters.reward_released(reader, told, unit, _purse(post, message, letter, now), **before)
        case "balances":
            mail = letters.balances(reader, **_balances(post, message.ambassador_id, now))
        case "reward_lost":
            mail = letters.reward_lost(reader, unit, **before)
        case _:
            mail = letters.reward_changed(reader, told, unit, **before)
    return Envelope(person.email, program.shop_name, program.reply_to), mail


def _at_home(told: Told, program: Program) -> Told:
    return replace(told, release_at=told.release_at and local(told.release_at, program))


def _reader(first_name: str | None, locale: str, link: str, program: Program) -> "Reader":
    from chalicelib.web.language import spoken
    from chalicelib.web.mail import Reader

    return Reader(program.shop_name, first_name, link, spoken([locale], program).tag)


def _balances(post: Post, ambassador_id: str, now: datetime) -> dict[str, Any]:
    """Where things stand, at the moment at which it is told."""
    account = account_of(post.table, ambassador_id)
    found = {
        part: [(amount, unit) for unit in account.balances if (amount := account.balance(unit, part)) > 0]
        for part in ("available", "held")
    }
    least = [(least_spent(post.rules, unit) or 1, unit) for _, unit in found["available"]]
    asked = [(amount, unit) for amount, unit in least if amount > 1]
    return {**found, "least": asked, "until": _until(account.active_at, post.rules, now)}


def _purse(post: Post, message: Message, letter: Letter, now: datetime) -> "Purse":
    """Say what there is to use, as the rules in force let it be used and expire."""
    from chalicelib.web.letters import Purse

    rules = post.rules
    least = least_spent(rules, letter.unit or message.currency)
    return Purse(
        letter.available,
        usable=least is not None,
        minimum=least if least and least > 1 else None,
        until=_until(letter.active_at, rules, now),
    )


def _until(active_at: datetime | None, rules: Program, now: datetime) -> datetime | None:
    """The day on which what is there expires; None if it does not, or may at any moment."""
    ends = active_at and rules.expiry_months and months_after(active_at, rules.expiry_months, rules)
    return local(ends, rules) if ends and ends > now else None
