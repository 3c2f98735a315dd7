"""Send a message of the outbox: mark it as being sent, send its mail once, say how it went."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

from chalicelib.delivery.mime import Envelope
from chalicelib.delivery.ses import Fault, Mailer, NotSentError, UnsureError
from chalicelib.domain.model.messages import Message, Recipient
from chalicelib.domain.people.codes import share_url
from chalicelib.domain.program.program import Program
from chalicelib.operations.people.merged import account_of, person_of, profile_of
from chalicelib.operations.program import programs
from chalicelib.store.table import BusyError, Table
from chalicelib.web.language import spoken
from chalicelib.web.letters import Occasion, write
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
    """What became of a message, and if it was not sent, why: never with an address in it.

    It was `sent`; SES left us `unsure`; it is `undeliverable`, since the address itself is wrong. Or it goes again
    later: it was `refused` for now, or is `blocked` until the operator mends something.
    """

    outcome: Literal["sent", "unsure", "undeliverable", "refused", "blocked"]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """What mails are written from and go out by: `rules` are those in force, `public_url` the origin of the links."""

    table: Table
    mailer: Mailer
    rules: Program
    public_url: str


def deliver(post: Post, message_id: str, *, now: datetime) -> Fate | None:
    """Send what is still owed, and return what became of it; None when there was nothing to do.

    A call that breaks off leaves the message marked: whether its mail was sent is not known, so it is not sent again
    before `ABANDONED` has passed. What could not be sent goes again after a growing while, until it is: only a message
    whose address is wrong is given up.
    """
    table = post.table
    message = table.lease_message(message_id, now, now - ABANDONED)
    if message is None:
        return None
    fate = _send(post, message, now)
    match fate.outcome:
        case "sent" | "undeliverable" as outcome:
            table.finish_message(message, outcome)
        case "refused" | "blocked":
            table.return_message(message, now + _gap(message.tries))
    return fate


def _gap(tries: int) -> timedelta:
    return min(timedelta(minutes=2 ** min(tries, _DOUBLINGS)), _LONGEST_GAP)


def _send(post: Post, message: Message, now: datetime) -> Fate:
    """Send the mail once, and say how it went. One that can't be written now, since the table is busy, goes later."""
    try:
        envelope, mail = _compose(post, message, now)
        post.mailer.send(envelope, mail)
    except UnsureError as error:
        return Fate("unsure", str(error))
    except NotSentError as error:
        return Fate(_outcome(error.fault, message.tries), str(error))
    except BusyError:
        return Fate("refused", "the table is busy")
    return Fate("sent")


def _outcome(fault: Fault, tries: int) -> Literal["undeliverable", "blocked", "refused"]:
    if fault == "address":
        return "undeliverable"
    return "blocked" if fault == "operator" or tries >= PATIENCE else "refused"


def _compose(post: Post, message: Message, now: datetime) -> tuple[Envelope, Mail]:
    """Write a letter in the words and language of its reader.

    It speaks of the rules of its message, and promises what the rules in force keep.
    """
    program = programs.version(post.table, message.program_version)
    address, reader = _reader(post, message.to, program)
    account = partial(account_of, post.table, message.to.id)
    occasion = Occasion(message.letter, message.cause, reader, program, post.rules, account, now)
    return Envelope(address, program.shop_name, program.reply_to), write(occasion)


def _reader(post: Post, to: Recipient, program: Program) -> tuple[str, Reader]:
    """Return the address of a recipient, and how they are written to.

    Raises:
        NotSentError: there is nobody, or no address.
    """
    match to.kind:
        case "friend":
            friend = post.table.read_friend(to.id)
            if friend is None or friend.email is None:
                raise NotSentError("nobody to write to", "address")
            link = program.shop_url
            return friend.email, Reader(program.shop_name, friend.first_name, link, _spoken(friend.locale, program))
        case "ambassador":
            profile = profile_of(post.table, to.id)
            if profile is None:
                raise NotSentError("nobody to write to", "address")
            person, link = person_of(post.table, profile), share_url(post.public_url, profile.code)
            if person.email is None:
                raise NotSentError("nobody to write to", "address")
            language = _spoken(person.locale or program.locale, program)
            return person.email, Reader(program.shop_name, person.first_name, link, language)


def _spoken(locale: str, program: Program) -> str:
    return spoken([locale], program).tag
