"""Say that a gift was sent, and find out whether it still has to be."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.accounts.gifts import NotSent, Sent, TaskClosed, earned_by, reopen, send
from chalicelib.domain.accounts.suspensions import Stopped
from chalicelib.domain.effects import Create, Effect, Replace
from chalicelib.domain.model.accounts import Gift
from chalicelib.domain.program.program import Program
from chalicelib.operations.once import Plan, decide
from chalicelib.operations.people.merged import account_of
from chalicelib.store.table import Table


@dataclass(frozen=True, slots=True)
class Closed:
    """A task that is closed, as sent or as withdrawn; `replayed` if an earlier request said the same."""

    gift: Gift
    replayed: bool


def mark_sent(
    table: Table, gift_id: str, program: Program, *, author: str, note: str | None, now: datetime
) -> Closed | Stopped | TaskClosed | None:
    """Close a task: with an entry, or as withdrawn when the ambassador has lost the gift. None: no such task.

    Raises:
        BusyError: settlements or other requests were faster for too long; the same request may be sent again.
    """

    def look() -> Plan[Closed | Stopped | TaskClosed | None]:
        was = table.read_gift(gift_id)
        if was is None:
            return Plan(None)
        account, order_id = account_of(table, was.ambassador_id), earned_by(was)
        # The order after the account: what takes it back in between moves the account, and is not overlooked.
        order = table.read_redemption(order_id) if order_id else None
        answer = send(was, account, program, order, author=author, note=note, now=now)
        if isinstance(answer, Stopped):
            return Plan(answer)
        if isinstance(answer, TaskClosed):
            return Plan(Closed(was, replayed=True)) if answer.repeated else Plan(answer)
        effects: list[Effect] = [Replace(answer.gift)]
        effects += _posted(answer) if isinstance(answer, Sent) else []
        return Plan(Closed(answer.gift, replayed=False), effects)

    return decide(table, look)


def mark_unsent(
    table: Table, gift_id: str, program: Program, *, author: str, note: str, now: datetime
) -> Closed | NotSent | None:
    """Open a task again that was closed as sent by mistake; one that is open again stays so. None: no such task.

    Raises:
        BusyError: settlements or other requests were faster for too long; the same request may be sent again.
    """

    def look() -> Plan[Closed | NotSent | None]:
        was = table.read_gift(gift_id)
        if was is None:
            return Plan(None)
        if was.state == "open" and was.earlier:
            return Plan(Closed(was, replayed=True))
        account = account_of(table, was.ambassador_id)
        answer = reopen(was, account, program, author=author, note=note, now=now)
        if isinstance(answer, NotSent):
            return Plan(answer)
        effects: list[Effect] = [Replace(answer.gift), Create(answer.entry), Replace(answer.account)]
        return Plan(Closed(answer.gift, replayed=False), effects)

    return decide(table, look)


def _posted(answer: Sent) -> list[Effect]:
    return [Create(answer.entry), Replace(answer.account), Create(answer.message)]
