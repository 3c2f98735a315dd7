"""Correct a balance by hand, and let a second admin decide where the correction is large."""

from dataclasses import dataclass, replace
from datetime import datetime
from random import Random

from chalicelib.domain.accounts import adjustments
from chalicelib.domain.accounts.adjustments import AlreadyDecided, Posted, UnknownUnit
from chalicelib.domain.effects import Create, Effect, Replace
from chalicelib.domain.ids import new_id
from chalicelib.domain.model.access import ApiKey, IdempotencyKey
from chalicelib.domain.model.accounts import Adjustment
from chalicelib.domain.model.facts import Decision
from chalicelib.domain.program.program import Program
from chalicelib.operations.access.api_keys import may_second
from chalicelib.operations.once import Plan, Reused, decide, decide_once
from chalicelib.operations.people.merged import account_of
from chalicelib.operations.program import programs
from chalicelib.store.table import Table


@dataclass(frozen=True, slots=True)
class Wanted:
    """By how much an ambassador's balance is to change, in which unit, and why."""

    ambassador_id: str
    amount: int
    unit: str
    reason: str


@dataclass(frozen=True, slots=True)
class Adjusted:
    """An adjustment as it is now, brought there by this request or (`replayed`) by an earlier one like it."""

    adjustment: Adjustment
    replayed: bool


@dataclass(frozen=True, slots=True)
class NoSecond:
    """The key that decides is the author's own, or of the same owner, or made by such a key."""


def ask_to_adjust(
    table: Table,
    wanted: Wanted,
    program: Program,
    *,
    by: ApiKey,
    idempotency_key: IdempotencyKey,
    now: datetime,
    chance: Random,
) -> Adjusted | UnknownUnit | Reused:
    """Post an adjustment at once, or leave it to a second admin.

    Raises:
        BusyError: settlements or other requests were faster for too long; the same request may be sent again.
    """
    limit = programs.adjustment_limit(table, program, now=now)

    def look() -> Plan[Adjusted | UnknownUnit]:
        account = account_of(table, wanted.ambassador_id)
        asked = Adjustment(
            id=new_id("adj", now, chance),
            ambassador_id=account.ambassador_id,
            amount=wanted.amount,
            unit=wanted.unit,
            reason=wanted.reason,
            author=by.id,
            owner=by.owner,
            created_at=now,
        )
        answer = adjustments.adjust(asked, account, program, limit, now=now)
        if isinstance(answer, UnknownUnit):
            return Plan(answer)
        stored = answer.adjustment
        posted = _postings(answer) if isinstance(answer, Posted) else []
        return Plan(Adjusted(stored, replayed=False), [Create(stored), *posted], asked.id)

    def repeat(made: str) -> Adjusted:
        stored = table.read_adjustment(made)
        assert stored is not None, "adjustments are kept for good"
        return Adjusted(stored, replayed=True)

    return decide_once(table, idempotency_key, look, repeat)


@dataclass(frozen=True, slots=True)
class NotPosted:
    """There is nothing to undo: the adjustment waits, or was denied."""


@dataclass(frozen=True, slots=True)
class AlreadyUndone:
    """Another adjustment takes this one back, or waits for a second admin to do so."""

    by: Adjustment


def undo_adjustment(
    table: Table, adjustment_id: str, program: Program, *, by: ApiKey, note: str, now: datetime, chance: Random
) -> Adjusted | NotPosted | AlreadyUndone | UnknownUnit | None:
    """Take an adjustment back by one of the opposite amount; None when there is no such adjustment.

    It is one like any other: above the program's limit it waits for a second admin. If that one denies it, it may be
    asked for again.

    Raises:
        BusyError: settlements or other requests were faster for too long; the same request may be sent again.
    """
    limit = programs.adjustment_limit(table, program, now=now)

    def look() -> Plan[Adjusted | NotPosted | AlreadyUndone | UnknownUnit | None]:
        was = table.read_adjustment(adjustment_id)
        if was is None:
            return Plan(None)
        if was.state != "posted":
            return Plan(NotPosted())
        undoing = table.read_adjustment(was.undone_by) if was.undone_by else None
        if undoing and undoing.state != "denied":
            same = (undoing.author, undoing.reason) == (by.id, note)
            return Plan(Adjusted(undoing, replayed=True) if same else AlreadyUndone(undoing))
        account = account_of(table, was.ambassador_id)
        asked = Adjustment(
            id=new_id("adj", now, chance),
            ambassador_id=account.ambassador_id,
            amount=-was.amount,
            unit=was.unit,
            reason=note,
            author=by.id,
            owner=by.owner,
            created_at=now,
            undoes=was.id,
        )
        answer = adjustments.adjust(asked, account, program, limit, now=now)
        if isinstance(answer, UnknownUnit):
            return Plan(answer)
        posted = _postings(answer) if isinstance(answer, Posted) else []
        undone = replace(was, undone_by=asked.id, version=was.version + 1)
        return Plan(Adjusted(answer.adjustment, replayed=False), [Replace(undone), Create(answer.adjustment), *posted])

    return decide(table, look)


def decide_adjustment(
    table: Table,
    adjustment_id: str,
    decision: Decision,
    program: Program,
    *,
    by: ApiKey,
    note: str,
    now: datetime,
) -> Adjusted | NoSecond | AlreadyDecided | None:
    """Approve or deny what waits, as a second admin; None when there is no such adjustment.

    Raises:
        BusyError: settlements or other requests were faster for too long; the same request may be sent again.
    """

    def look() -> Plan[Adjusted | NoSecond | AlreadyDecided | None]:
        was = table.read_adjustment(adjustment_id)
        if was is None:
            return Plan(None)
        if not may_second(was.owner, by):
            return Plan(NoSecond())
        account = account_of(table, was.ambassador_id)
        answer = adjustments.decide(was, account, program, decision, by=by.id, note=note, now=now)
        if isinstance(answer, AlreadyDecided):
            return Plan(Adjusted(was, replayed=True)) if answer.repeated else Plan(answer)
        posted = _postings(answer) if isinstance(answer, Posted) else []
        return Plan(Adjusted(answer.adjustment, replayed=False), [Replace(answer.adjustment), *posted])

    return decide(table, look)


def _postings(answer: Posted) -> list[Effect]:
    return [Create(answer.entry), *map(Create, answer.gifts), Replace(answer.account)]
