"""Gifts are sent by people: each entry that makes one available comes with a task, and sending it closes the task."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.accounts.ledger import Posting, gains, post
from chalicelib.domain.accounts.messages import gift_sent
from chalicelib.domain.accounts.suspensions import Stopped
from chalicelib.domain.accounts.tiers import PRIZES
from chalicelib.domain.model.accounts import Account, Gift, LedgerEntry, Sending
from chalicelib.domain.model.messages import Message
from chalicelib.domain.model.orders import Redemption
from chalicelib.domain.program.program import GIFT, Program


@dataclass(frozen=True, slots=True)
class Sent:
    """A gift is on its way: the task closed, with how many pieces, the account without them, the entry that says so.

    And the message that tells the ambassador.
    """

    gift: Gift
    account: Account
    entry: LedgerEntry
    message: Message


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The account has lost the gift meanwhile: the task is closed, and nothing is to be sent."""

    gift: Gift


@dataclass(frozen=True, slots=True)
class Reopened:
    """A gift that is to be sent after all: the task open again, the account with its pieces, the entry that says so."""

    gift: Gift
    account: Account
    entry: LedgerEntry


@dataclass(frozen=True, slots=True)
class NotSent:
    """There is nothing to take back: the gift waits to be sent, or was withdrawn."""

    gift: Gift


@dataclass(frozen=True, slots=True)
class TaskClosed:
    """The task was closed before: by this very request (`repeated`), by another one, or as withdrawn."""

    gift: Gift
    repeated: bool


def is_gift(entry: LedgerEntry) -> bool:
    """Whether an entry leaves a gift to send. What comes by a merger, or was not sent, has its task already."""
    return entry.kind not in {"merge", "gift_returned"} and any(unit.startswith(GIFT) for unit in gains(entry))


def tasks(entries: Iterable[LedgerEntry]) -> tuple[Gift, ...]:
    """Return what somebody has to send for these entries."""
    return tuple(_task(entry) for entry in entries if is_gift(entry))


def earned_by(gift: Gift) -> str | None:
    """Name the order whose reward the gift is, if it is that and no prize: with the order the gift goes back."""
    return None if gift.cause.startswith(PRIZES) else gift.order_id


def pieces(gift: Gift, account: Account, order: Redemption | None = None) -> int:
    """Return how many pieces of a task are to be sent: those that the ambassador still has.

    `order` is the one that `earned_by` names; if nothing is left of its reward, that is none.
    """
    if order is not None and order.standing is not None and order.standing.available == 0:
        return 0
    return min(gift.amount, max(0, account.balance(gift.unit, "available")))


def send(
    gift: Gift,
    account: Account,
    program: Program,
    order: Redemption | None = None,
    *,
    author: str,
    note: str | None,
    now: datetime,
) -> Sent | Withdrawn | Stopped | TaskClosed:
    """Close a task: as sent, with the pieces that are left of it, or as withdrawn if none are."""
    if gift.state != "open":
        return TaskClosed(gift, repeated=gift.state == "sent" and gift.note == note)
    if account.suspended:
        return Stopped()
    closed = replace(gift, closed_at=now, author=author, note=note, version=gift.version + 1)
    left = pieces(gift, account, order)
    if not left:
        return Withdrawn(replace(closed, state="withdrawn"))
    posting = Posting("gift_sent", left, gift.unit, f"gift:{gift.id}", author=author)
    after, entry = post(account, posting, program, now=now)
    sent = replace(closed, state="sent", sent=left)
    return Sent(sent, after, entry, gift_sent(sent, after, program, now=now))


def reopen(
    gift: Gift, account: Account, program: Program, *, author: str, note: str, now: datetime
) -> Reopened | NotSent:
    """Say that a gift was not sent after all: the ambassador has its pieces again, and somebody has to send them.

    Notes stay with the gift: in the ledger they could not be taken back.
    """
    if gift.state != "sent":
        return NotSent(gift)
    assert gift.closed_at is not None, "a gift that was sent says when"
    before = Sending(gift.closed_at, gift.author or "", gift.sent or 0, now, author, gift.note, why=note)
    posting = Posting("gift_returned", before.sent, gift.unit, f"gift:{gift.id}", author=author)
    after, entry = post(account, posting, program, now=now)
    again = replace(
        gift,
        state="open",
        closed_at=None,
        author=None,
        note=None,
        sent=None,
        earlier=(*gift.earlier, before),
        version=gift.version + 1,
    )
    return Reopened(again, after, entry)


def _task(entry: LedgerEntry) -> Gift:
    *_, taken = entry.legs
    return Gift(
        id=entry.id,
        ambassador_id=entry.ambassador_id,
        unit=taken.currency,
        amount=taken.amount,
        cause=entry.cause,
        created_at=entry.at,
        order_id=entry.order_id,
    )
