"""What waits for people, and all payouts: each thing in these lists rests on something else that must be there."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from chalicelib.domain.audit.audit import Finding
from chalicelib.domain.care.tasks import is_open
from chalicelib.domain.model.accounts import Adjustment, Gift, LedgerEntry, Withdrawal
from chalicelib.domain.model.claims import Claim, OpenClaims
from chalicelib.domain.model.messages import Cause, Message
from chalicelib.domain.model.offers import SurpriseGift
from chalicelib.domain.model.orders import Redemption
from chalicelib.domain.model.reviews import Case
from chalicelib.domain.model.tasks import TASK_KINDS, Task
from chalicelib.operations.audit.causes import posted, posted_at
from chalicelib.operations.audit.findings import LAG, certain, guarded, look_up, sound
from chalicelib.operations.audit.gifts import check_drawn
from chalicelib.operations.people.merged import profile_of
from chalicelib.store import keys
from chalicelib.store.keys import Key
from chalicelib.store.table import Table

LISTS = (
    *(keys.CASES, keys.CLAIMS, keys.GIFTS, keys.ADJUSTMENTS, keys.SURPRISES),
    *(keys.payouts(state) for state in ("reserved", "confirmed", "cancelled")),
    *(keys.tasks(kind) for kind in TASK_KINDS),
    keys.done("proof"),
)


def check(table: Table, key: Key, *, now: datetime) -> list[Finding]:
    """Check one thing of a list.

    Raises:
        BusyError: the table did not answer in time.
    """
    return certain(lambda: _check(table, key, now))


def _check(table: Table, key: Key, now: datetime) -> Iterator[Finding]:
    findings: list[Finding] = []
    found = sound(table.find([key]).get(key), findings)
    yield from findings
    record = found.entity if found else None
    if type(record) in _CHECKS:
        yield from guarded(f"{key.pk}/{key.sk}", _CHECKS[type(record)](table, record, now))


def _check_case(table: Table, case: Case, _: datetime) -> Iterator[Finding]:
    """A case is about an order with terms."""
    order = look_up(table, keys.redemption(case.order_id), Redemption)
    if order is None or order.standing is None:
        yield Finding("case", f"order/{case.order_id}/case", "a settled order", None)


def _check_claim(table: Table, claim: Claim, _: datetime) -> Iterator[Finding]:
    """A claim that waits is counted among those of its ambassador."""
    waiting = look_up(table, keys.open_claims(claim.ambassador_id), OpenClaims)
    if claim.state == "open" and claim.id not in (waiting.claims if waiting else ()):
        yield Finding("claim", f"claim/{claim.id}", f"among the open ones of {claim.ambassador_id}", None)


def _check_gift(table: Table, gift: Gift, _: datetime) -> Iterator[Finding]:
    """A gift is sent for an entry."""
    number = gift.id.rpartition("_")[2]
    entry = look_up(table, keys.entry(gift.ambassador_id, number), LedgerEntry)
    if entry is None or entry.id != gift.id:
        yield Finding("gift", f"gift/{gift.id}", "an entry", None)


def _check_adjustment(table: Table, adjustment: Adjustment, _: datetime) -> Iterator[Finding]:
    """An adjustment is of an account."""
    if not table.find([keys.account(adjustment.ambassador_id)]):
        yield Finding("adjustment", f"adjustment/{adjustment.id}", f"an account of {adjustment.ambassador_id}", None)


def _check_payout(table: Table, payout: Withdrawal, now: datetime) -> Iterator[Finding]:
    """A payout has reserved its money, once."""
    number = posted(table, payout, f"payout:{payout.id}")
    if number != 1 and payout.created_at < now - LAG:
        yield Finding(
            "withdrawal", f"withdrawal/{payout.id}", "an entry payout", f"{number} entries" if number else None
        )


def _check_surprise(table: Table, gift: SurpriseGift, _: datetime) -> Iterator[Finding]:
    """A surprise met somebody who was drawn, and took of the month's budget what it may."""
    yield from check_drawn(table, gift)


def _check_task(table: Table, task: Task, now: datetime) -> Iterator[Finding]:
    """A task is for somebody who is known; an open care task keeps them from being asked; a decision has its effect."""
    person = table.read_person(task.person_id)
    where = f"task/{task.id}"
    if person is None:
        yield Finding("task", where, "a person", None)
    elif task.kind == "care" and task.state == "open":
        forgotten = person.erased_at is not None and person.erased_at >= task.opened_at
        if not forgotten and not is_open(person, task.about):
            yield Finding("task", f"{where}/about", "something open", task.about)
    elif task.kind == "proof" and task.state == "done" and task.closed_at and task.closed_at < now - LAG:
        yield from _check_decision(table, task, task.closed_at)


def _check_decision(table: Table, task: Task, at: datetime) -> Iterator[Finding]:
    """A proof that was approved has its entry, once, in the ledger that was its ambassador's then; else its letter."""
    where = f"task/{task.id}/decision"
    if task.decision == "deny":
        if look_up(table, keys.message(Cause("task", task.id, len(task.earlier) + 1).key), Message) is None:
            yield Finding("message", where, "proof_denied", None)
        return
    profile = profile_of(table, task.ambassador_id or "")
    kin = profile.kin if profile else (task.ambassador_id or "",)
    number = sum(posted_at(table, it, at, "task", f"task:{task.id}") for it in kin)
    if number != 1:
        yield Finding("task", where, "an entry task", f"{number} entries" if number else None)


_CHECKS: dict[type, Callable[[Table, Any, datetime], Iterator[Finding]]] = {
    Case: _check_case,
    Claim: _check_claim,
    Gift: _check_gift,
    Adjustment: _check_adjustment,
    Withdrawal: _check_payout,
    SurpriseGift: _check_surprise,
    Task: _check_task,
}
