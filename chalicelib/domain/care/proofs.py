"""What ambassadors do for the shop beside bringing friends: they show it, an admin looks, and the ledger rewards it.

The reward is what the program offered when the proof came in, whatever it says by the time somebody looks. Caps and
the month's budget are about orders and do not count it: how much of it there is, the program's task says itself.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from chalicelib.domain.accounts.expiry import renewed, watched
from chalicelib.domain.accounts.gifts import tasks
from chalicelib.domain.accounts.ledger import Posting, post
from chalicelib.domain.accounts.messages import proof_approved, proof_denied
from chalicelib.domain.accounts.suspensions import Stopped
from chalicelib.domain.effects import Create, Effect, Replace
from chalicelib.domain.model.accounts import Account
from chalicelib.domain.model.facts import Decision
from chalicelib.domain.model.tasks import Reward, Task
from chalicelib.domain.program.program import OfferedTask, Program

LOOK_WITHIN = timedelta(days=7)
"""So soon somebody should have looked at a proof."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A proof that the program takes no more: it is too late, or there are as many as it takes of one ambassador."""

    reason: Literal["task_ended", "task_limit"]


@dataclass(frozen=True, slots=True)
class Shown:
    """This very page was shown for this task before: with the same words (`repeated`), or with others."""

    task: Task
    repeated: bool


def submit(
    offered: OfferedTask,
    ambassador_id: str,
    person_id: str,
    proofs: Sequence[Task],
    program: Program,
    *,
    link: str,
    words: str | None,
    now: datetime,
) -> Task | Shown | Refused:
    """Take a proof of an ambassador. `proofs` are all that they have sent, in whatever state.

    It has the next number among those of its task, so that of two that come at the same time one has to look again.
    """
    of_task = [it for it in proofs if it.about == offered.name]
    known = next((it for it in of_task if it.link == link), None)
    if known is not None:
        return Shown(known, repeated=known.words == words)
    if offered.until is not None and now >= offered.until:
        return Refused("task_ended")
    if not left(offered, of_task, now):
        return Refused("task_limit")
    return Task(
        kind="proof",
        person_id=person_id,
        own=hashlib.sha256(f"proof#{offered.name}#{len(of_task)}".encode()).hexdigest()[:16],
        about=offered.name,
        opened_at=now,
        until=now + LOOK_WITHIN,
        words=words,
        link=link,
        ambassador_id=ambassador_id,
        reward=reward_of(offered, program),
        program_version=program.version,
    )


def reward_of(offered: OfferedTask, program: Program) -> Reward:
    """Return what a proof of a task earns."""
    return Reward(offered.reward.of(0), offered.reward.unit_in(program.currency))


def left(offered: OfferedTask, proofs: Iterable[Task], now: datetime) -> int:
    """Return how many more proofs of a task are taken of an ambassador now. One that was denied does not count."""
    since = None if offered.days is None else now - timedelta(days=offered.days)
    counted = [
        it
        for it in proofs
        if it.about == offered.name and it.decision != "deny" and (since is None or it.opened_at > since)
    ]
    return max(0, offered.times - len(counted))


def judge(
    task: Task, account: Account, program: Program, decision: Decision, *, by: str, now: datetime
) -> list[Effect] | Stopped:
    """Return what a decision about a proof brings: the reward and its letter, or the letter that says that it is none.

    Who is suspended is given nothing as long as somebody looks into it; a proof of theirs waits.
    """
    assert task.reward is not None, "a proof says what it earns"
    if decision == "deny":
        return [Create(proof_denied(task, account, program, now=now))]
    if account.suspended:
        return Stopped()
    posting = Posting("task", task.reward.amount, task.reward.unit, f"task:{task.id}", author=by)
    after, entry = post(account, posting, program, now=now)
    after = watched(renewed(after, [entry], now=now), program)
    told = proof_approved(task, after, program, now=now)
    return [Replace(after), Create(entry), *map(Create, tasks([entry])), Create(told)]


def undo(task: Task, account: Account, program: Program, *, by: str, now: datetime) -> list[Effect]:
    """Return what takes back the reward of a proof that was approved by mistake. What was spent of it is a debt."""
    assert task.reward is not None, "a proof says what it earns"
    posting = Posting("task_undone", task.reward.amount, task.reward.unit, f"task:{task.id}", author=by)
    after, entry = post(account, posting, program, now=now)
    return [Replace(after), Create(entry)]
