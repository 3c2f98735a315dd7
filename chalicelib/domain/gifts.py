"""Gifts are sent by people: each entry that makes one available comes with a task, and sending it closes the task."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from chalicelib.domain.ledger import AVAILABLE, Posting, post
from chalicelib.domain.model import Account, Gift, LedgerEntry
from chalicelib.domain.program import GIFT, Program


@dataclass(frozen=True, slots=True)
class Sent:
    """A gift is on its way: the task closed, the account without it, the entry that says so."""

    gift: Gift
    account: Account
    entry: LedgerEntry


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The account has lost the gift meanwhile: the task is closed, and nothing is to be sent."""

    gift: Gift


@dataclass(frozen=True, slots=True)
class Already:
    """The task was closed before: by this very request (`repeated`), by another one, or as withdrawn."""

    gift: Gift
    repeated: bool


def tasks(entries: Iterable[LedgerEntry]) -> tuple[Gift, ...]:
    """Return what somebody has to send for these entries."""
    return tuple(_task(entry) for entry in entries if _makes_available(entry))


def covers(account: Account, gift: Gift) -> bool:
    """Tell whether an ambassador still has what a task says. A task of several pieces stands or falls as a whole."""
    return account.balance(gift.unit, "available") >= gift.amount


def send(
    gift: Gift, account: Account, program: Program, *, author: str, note: str | None, now: datetime
) -> Sent | Withdrawn | Already:
    """Close a task: as sent if the account still covers it, as withdrawn if what earned the gift was taken back."""
    if gift.state != "open":
        return Already(gift, repeated=gift.state == "sent" and gift.note == note)
    state: Literal["sent", "withdrawn"] = "sent" if covers(account, gift) else "withdrawn"
    closed = replace(gift, state=state, closed_at=now, author=author, note=note, version=gift.version + 1)
    if state == "withdrawn":
        return Withdrawn(closed)
    posting = Posting("gift_sent", gift.amount, gift.unit, f"gift:{gift.id}", reason=note, author=author)
    after, entry = post(account, posting, program, now=now)
    return Sent(closed, after, entry)


def _makes_available(entry: LedgerEntry) -> bool:
    return any(leg.account == AVAILABLE and leg.amount > 0 and leg.currency.startswith(GIFT) for leg in entry.legs)


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
