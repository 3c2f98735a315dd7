"""Send a message of the outbox: mark it as being sent, send it once, mark it as sent."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.delivery.ses import Mailer, NotSentError, UnsureError
from chalicelib.domain.model import Message
from chalicelib.operations import programs
from chalicelib.store.table import Table

if TYPE_CHECKING:
    from chalicelib.web.render import Mail

ABANDONED = timedelta(minutes=15)
"""After this long, whoever marked a message as being sent has died. Sending it again may double it: the one window."""

ATTEMPTS_MAX = 12
_LONGEST_GAP = timedelta(hours=4)


def deliver(table: Table, mailer: Mailer, message_id: str, *, now: datetime) -> str | None:
    """Deliver one message and return what became of it, or None when there was nothing to do.

    A call that breaks off leaves the message marked: whether it was sent is not known, so it is not sent again before
    `ABANDONED` has passed.
    """
    message = table.claim_message(message_id, now, now - ABANDONED)
    if message is None:
        return None
    try:
        to, mail = _compose(table, message)
        mailer.send(to, mail.subject, mail.text, mail.html)
    except UnsureError:
        return "unsure"
    except NotSentError as error:
        return _not_sent(table, message, error, now)
    table.finish_message(message, "sent")
    return "sent"


def _not_sent(table: Table, message: Message, error: NotSentError, now: datetime) -> str:
    """Give a message back for another attempt after a growing while, or give it up."""
    if error.for_good or message.attempts >= ATTEMPTS_MAX:
        table.finish_message(message, "undeliverable")
        return "undeliverable"
    gap = min(timedelta(minutes=2**message.attempts), _LONGEST_GAP)
    table.return_message(message, now + gap, str(error))
    return "returned"


def _compose(table: Table, message: Message) -> "tuple[str, Mail]":
    """Write the mail in the words and language of its reader; answers the address and the mail."""
    shop_name = programs.version(table, message.program_version).shop_name
    return _to_friend(table, message, shop_name) if message.friend else _to_ambassador(table, message, shop_name)


def _to_friend(table: Table, message: Message, shop_name: str) -> "tuple[str, Mail]":
    from chalicelib.web import render

    friend = table.read_friend(message.friend or "")
    if friend is None or friend.email is None:
        raise NotSentError("nobody to write to", for_good=True)
    return friend.email, render.friend_thanks(
        shop_name=shop_name,
        first_name=friend.first_name,
        order_id=message.order_id,
        discount=message.amount,
        currency=message.currency,
        locale=friend.locale,
    )


def _to_ambassador(table: Table, message: Message, shop_name: str) -> "tuple[str, Mail]":
    from chalicelib.web import render

    profile = table.read_profile(message.ambassador_id)
    if profile is None:
        raise NotSentError("nobody to write to", for_good=True)
    person = profile.person
    told: dict[str, Any] = {"shop_name": shop_name, "first_name": person.first_name, "locale": person.locale}
    told |= {"amount": message.amount, "currency": message.currency}
    if message.release_at is not None:
        return person.email, render.reward_held(**told, release_at=message.release_at)
    return person.email, render.reward_released(**told, available=message.available)
