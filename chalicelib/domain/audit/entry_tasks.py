"""What gifts and tasks post: given with a touch, sent, earned by a proof, and taken back when somebody was mistaken."""

from collections.abc import Callable, Iterator, Mapping

from chalicelib.domain.accounts.gifts import is_gift
from chalicelib.domain.accounts.ledger import moved
from chalicelib.domain.audit.audit import Finding, Reading, compared
from chalicelib.domain.audit.causes import Causes, agree, caused_by, uncaused, unit_of, whose
from chalicelib.domain.care.proofs import reward_of
from chalicelib.domain.model.accounts import Gift, LedgerEntry


def check_gift(reading: Reading, entry: LedgerEntry, causes: Causes) -> Iterator[Finding]:
    """An entry that makes a gift available comes with the task to send it."""
    if not is_gift(entry):
        return
    gift = causes.gifts.get(entry.id)
    if gift is None:
        yield Finding("gift", f"gift/{entry.id}", "a task", None)
        return
    yield from agree(
        "gift",
        f"gift/{gift.id}",
        ambassador_id=(entry.ambassador_id, gift.ambassador_id),
        unit=(unit_of(entry), gift.unit),
        amount=(moved(entry), gift.amount),
        cause=(entry.cause, gift.cause),
        order_id=(entry.order_id, gift.order_id),
        created_at=(str(entry.at), str(gift.created_at)),
    )
    _await_sent(reading, gift)


def _await_sent(reading: Reading, gift: Gift) -> None:
    """Await the entry that sends a gift, if it was sent since: it may be so later than it was read."""
    cause = f"gift:{gift.id}"
    if gift.state == "sent" or len(gift.earlier) > reading.reopened.get(cause, 0):
        reading.awaited[cause] = "gift_sent"
    elif gift.state == "open":
        reading.unsent.add(cause)


def _check_given(reading: Reading, entry: LedgerEntry, causes: Causes) -> Iterator[Finding]:
    """A gift came with a touch of the ambassador's own, once, as the program gives it and as their letter says."""
    touch = causes.messages.get(f"{entry.cause}#1")
    if touch is None or touch.cause.kind != "touch" or entry.cause in reading.given:
        yield uncaused(entry, "a touch that came with a gift, once")
    reading.given.add(entry.cause)
    if touch is None:
        return
    whose = causes.people.get(touch.to.id)
    if whose not in {entry.ambassador_id, *causes.kin}:
        yield Finding("gift", f"{entry.id}/person", "somebody who is this ambassador", whose)
    amount, unit = moved(entry), unit_of(entry)
    if (amount, unit) not in causes.offered.get(entry.cause, ()):
        given = ", ".join(f"{it} {of}" for it, of in sorted(causes.offered.get(entry.cause, ())))
        yield Finding("gift", f"{entry.id}/amount", given or None, f"{amount} {unit}")
    yield from compared("gift", f"{entry.id}/letter", f"{amount} {unit}", f"{touch.letter.amount} {touch.letter.unit}")


def _check_task(reading: Reading, entry: LedgerEntry, causes: Causes) -> Iterator[Finding]:
    """A proof is rewarded when an admin approves it, with what the program offered for it when it came in.

    That is once, unless the reward was taken back since, and the proof approved anew.
    """
    task = causes.tasks.get(caused_by(entry))
    if task is None or entry.cause != f"task:{task.id}" or task.reward is None:
        yield uncaused(entry, "a task with a reward")
        return
    before = next((it for it in task.earlier if (it.decision, it.at) == ("approve", entry.at)), None)
    if reading.rewarded.get(entry.cause):
        yield uncaused(entry, "a task whose reward was taken back since")
    reading.rewarded[entry.cause] = moved(entry)
    if before is not None:
        reading.awaited[entry.cause] = "task_undone"
    yield from agree(
        "task",
        f"task/{task.id}",
        kind=("proof", task.kind),
        decision=("approve", before.decision if before else task.decision),
        ambassador_id=(whose(entry, causes, task.ambassador_id or ""), task.ambassador_id),
        amount=(moved(entry), task.reward.amount),
        unit=(unit_of(entry), task.reward.unit),
        by=(entry.author, before.by if before else task.by),
        closed_at=(str(entry.at), str(before.at if before else task.closed_at)),
    )
    program = causes.programs.get(task.program_version or 0)
    offered = next((it for it in program.tasks if it.name == task.about), None) if program else None
    if program is None or offered is None or reward_of(offered, program) != task.reward:
        yield uncaused(entry, "a reward that the program offers for this task")
    if causes.posted.get(entry.cause, 1) > 1:
        yield uncaused(entry, "a task that was rewarded once")


def _check_undone(reading: Reading, entry: LedgerEntry, causes: Causes) -> Iterator[Finding]:
    """The reward of a proof is taken back whole, when an admin opens again what was approved."""
    task, amount = causes.tasks.get(caused_by(entry)), reading.rewarded.pop(entry.cause, None)
    reading.awaited.pop(entry.cause, None)
    before = next((it for it in task.earlier if it.reopened_at == entry.at), None) if task else None
    if task is None or entry.cause != f"task:{task.id}" or before is None or before.decision != "approve" or not amount:
        yield uncaused(entry, "a task that was rewarded, and opened again")
        return
    yield from agree(
        "task",
        f"task/{task.id}",
        ambassador_id=(whose(entry, causes, task.ambassador_id or ""), task.ambassador_id),
        amount=(moved(entry), amount),
        unit=(unit_of(entry), task.reward.unit if task.reward else None),
        reopened_by=(entry.author, before.reopened_by),
    )


def _check_sent(reading: Reading, entry: LedgerEntry, causes: Causes) -> Iterator[Finding]:
    """A gift leaves by a task that is closed as sent, once; it may have been open when it was read."""
    gift, times = causes.gifts.get(caused_by(entry)), reading.reopened.get(entry.cause, 0)
    is_sent = gift is not None and (gift.state == "sent" or len(gift.earlier) > times)
    sent_since = entry.cause in reading.unsent and is_sent
    reading.unsent.discard(entry.cause)
    awaited = reading.awaited.pop(entry.cause, None) == "gift_sent" or sent_since
    if gift is None or entry.cause != f"gift:{gift.id}" or not awaited:
        yield uncaused(entry, "a gift that was sent")
        return
    reading.sent[entry.cause] = moved(entry)
    before = gift.earlier[times] if len(gift.earlier) > times else None
    if before is not None:
        reading.awaited[entry.cause] = "gift_returned"
    yield from agree(
        "gift",
        f"gift/{gift.id}",
        unit=(unit_of(entry), gift.unit),
        sent=(moved(entry), before.sent if before else gift.sent),
        author=(entry.author, before.author if before else gift.author),
        closed_at=(str(entry.at), str(before.at if before else gift.closed_at)),
    )


def _check_unsent(reading: Reading, entry: LedgerEntry, causes: Causes) -> Iterator[Finding]:
    """A gift that turned out not to be sent comes back whole, as often as the task says that it was opened again."""
    gift, times = causes.gifts.get(caused_by(entry)), reading.reopened.get(entry.cause, 0) + 1
    was_sent = reading.sent.pop(entry.cause, None)
    reading.awaited.pop(entry.cause, None)
    if gift is None or entry.cause != f"gift:{gift.id}" or was_sent is None or times > len(gift.earlier):
        yield uncaused(entry, "a gift that was sent, and is to be sent after all")
        return
    reading.reopened[entry.cause], before = times, gift.earlier[times - 1]
    yield from agree(
        "gift",
        f"gift/{gift.id}",
        unit=(unit_of(entry), gift.unit),
        returned=(moved(entry), was_sent),
        reopened_by=(entry.author, before.reopened_by),
        reopened_at=(str(entry.at), str(before.reopened_at)),
    )
    _await_sent(reading, gift)


OF_TASKS: Mapping[str, Callable[[Reading, LedgerEntry, Causes], Iterator[Finding]]] = {
    "gift": _check_given,
    "gift_sent": _check_sent,
    "gift_returned": _check_unsent,
    "task": _check_task,
    "task_undone": _check_undone,
}
