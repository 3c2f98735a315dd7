"""Entries one by one, in the order of posting: each is sound in itself, follows the one before, and has its cause."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from chalicelib.domain.accounts.gifts import is_gift
from chalicelib.domain.accounts.ledger import EXPIRED, KINDS, MERGE, add, legs, moved
from chalicelib.domain.accounts.suspensions import was_suspended
from chalicelib.domain.accounts.tiers import offered
from chalicelib.domain.audit.audit import NUMBER, Finding, Kind, Reading, Value, compared, version_of
from chalicelib.domain.care.proofs import reward_of
from chalicelib.domain.model.accounts import Adjustment, Gift, LedgerEntry, Leg, Suspension, Withdrawal
from chalicelib.domain.model.messages import Message
from chalicelib.domain.model.tasks import Task
from chalicelib.domain.program.program import Program

OF_ORDERS = frozenset({"hold", "release", "void", "clawback", "reinstate"})
"""The kinds of entries that an order names."""

BONUSES = frozenset({"bonus", "bonus_lost"})

WITHDRAWN = frozenset(kind for kind in KINDS if kind.partition("_")[0] in {"spend", "payout"})
"""The kinds of entries that a withdrawal makes, by whose name they begin."""

_INACTIVE = re.compile(r"inactive_since:\d{4}-\d{2}-\d{2}")
_NEVER_BELOW_ZERO = ("held", "reserved", "expired", "spent", "paid")
_EXPIRES = frozenset({"clawback", "bonus_lost", "reinstate", "bonus"})
"""What may take from what has expired, or put back there."""
_COVERED = frozenset({"spend", "payout", "gift_sent"})
_LEAVES = _COVERED | {"expiry"}


@dataclass(frozen=True, slots=True)
class Causes:
    """What the table has of the causes that a page of entries names; what is not in it does not exist.

    `kin` are the ids of the ambassador, of whom each may have what is posted for any. `owners` maps an order to the
    ambassador of its redemption, `posted` a cause to how many entries it made at the moment of the entry. `suspensions`
    are all decisions about the account, in their order. `messages` are those that entries owe, and those that came with
    a gift, by their ids. `people` maps the id of somebody who was given something to whom they are as an ambassador,
    `offered` the cause of a gift to amounts and units that the program of its entry gives for it.
    """

    kin: tuple[str, ...] = ()
    programs: Mapping[int, Program] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)
    gifts: Mapping[str, Gift] = field(default_factory=dict)
    withdrawals: Mapping[str, Withdrawal] = field(default_factory=dict)
    adjustments: Mapping[str, Adjustment] = field(default_factory=dict)
    tasks: Mapping[str, Task] = field(default_factory=dict)
    posted: Mapping[str, int] = field(default_factory=dict)
    suspensions: Sequence[Suspension] = ()
    messages: Mapping[str, Message] = field(default_factory=dict)
    people: Mapping[str, str | None] = field(default_factory=dict)
    offered: Mapping[str, Collection[tuple[int, str]]] = field(default_factory=dict)


def take(reading: Reading, entry: LedgerEntry, version: int, causes: Causes) -> Iterator[Finding]:
    """Check one entry and take it in. `version` is the account's, read after the entry."""
    yield from _check_number(reading.number, entry, version)
    yield from _check_legs(entry)
    reading.balances = add(reading.balances, (entry,))
    yield from _check_cover(reading, entry)
    if entry.kind in _LEAVES and was_suspended(causes.suspensions, version_of(entry.number)):
        yield Finding("suspension", entry.id, "nothing that leaves a suspended account", entry.kind)
    yield from _check_cause(reading, entry, causes)
    yield from _check_gift(reading, entry, causes)
    reading.number = entry.number
    reading.entries += 1


def caused_by(entry: LedgerEntry) -> str:
    """Return the id of the withdrawal, adjustment, gift or task that an entry names as its cause, if it names one."""
    return entry.cause.partition(":")[2]


def _check_number(before: str, entry: LedgerEntry, version: int) -> Iterator[Finding]:
    """A number is the account's version and a count within it, without a gap."""
    found = NUMBER.fullmatch(entry.number)
    if found is None:
        yield Finding("number", entry.id, "a version and a count", entry.number)
        return
    was = NUMBER.fullmatch(before)
    same = was is not None and was[1] == found[1]
    follows = int(was[2]) + 1 if was is not None and same else 1
    yield from compared("number", entry.id, f"{found[1]}-{follows:03d}", entry.number)
    if int(found[1]) > version:
        yield Finding("number", entry.id, f"a version up to {version}", entry.number)


def _check_legs(entry: LedgerEntry) -> Iterator[Finding]:
    """The legs of each unit sum to zero, and move an amount as the kind says."""
    sums: dict[str, int] = {}
    for leg in entry.legs:
        sums[leg.currency] = sums.get(leg.currency, 0) + leg.amount
    for unit, total in sorted(sums.items()):
        yield from compared("legs", f"{entry.id}/{unit}", 0, total)
    if entry.kind not in KINDS:
        yield Finding("legs", f"{entry.id}/kind", "a kind that there is", entry.kind)
    elif entry.kind == "merge":
        strange = [
            leg.account for leg in entry.legs if leg.account != MERGE and not leg.account.startswith("ambassador:")
        ]
        yield from compared("legs", entry.id, None, ", ".join(strange) or None)
    elif not any(sums.values()) and not _moves_as_it_says(entry):
        yield Finding("legs", entry.id, _shown(entry, moved(entry)), _shown(entry))


def _moves_as_it_says(entry: LedgerEntry) -> bool:
    amount = moved(entry)
    if not (amount > 0 or (amount and entry.kind == "adjustment")):
        return False
    there = [abs(leg.amount) for leg in entry.legs if leg.account == EXPIRED]
    expired = sum(there) if entry.kind in _EXPIRES else 0
    return entry.legs == legs(entry.kind, amount, entry.legs[-1].currency, expired=expired)


def _shown(entry: LedgerEntry, amount: int | None = None) -> str:
    """The legs as they are, or as the kind would have them for an amount."""
    shown = entry.legs if amount is None else legs(entry.kind, amount, _unit(entry))
    return f"{entry.kind}: {_written(shown)}"


def _written(shown: tuple[Leg, ...]) -> str:
    return ", ".join(f"{leg.account} {leg.amount:+d} {leg.currency}" for leg in shown)


def _check_cover(reading: Reading, entry: LedgerEntry) -> Iterator[Finding]:
    """Nothing is spent that was not there, nothing leaves the hold twice, and what expires is all that is left."""
    for unit in sorted({leg.currency for leg in entry.legs}):
        for part in _NEVER_BELOW_ZERO:
            if reading.balance(unit, part) < 0:
                yield Finding("overdrawn", f"{entry.id}/{part}/{unit}", "0 or more", reading.balance(unit, part))
        available = reading.balance(unit, "available")
        if entry.kind in _COVERED and available < 0:
            yield Finding("overdrawn", f"{entry.id}/available/{unit}", "0 or more", available)
        if entry.kind == "expiry":
            yield from compared("overdrawn", f"{entry.id}/available/{unit}", 0, available)


def _check_cause(reading: Reading, entry: LedgerEntry, causes: Causes) -> Iterator[Finding]:
    """Every entry has a program, and something that exists made it."""
    program = causes.programs.get(entry.program_version)
    if program is None:
        yield Finding("cause", f"{entry.id}/program_version", "a version that there is", entry.program_version)
    if entry.kind in OF_ORDERS:
        yield from _check_order(reading, entry)
    elif entry.kind in BONUSES:
        yield from _check_bonus(reading, entry, program, causes)
    elif entry.kind in WITHDRAWN:
        yield from _check_withdrawal(reading, entry, causes)
    elif entry.kind == "adjustment":
        yield from _check_adjustment(entry, causes)
    elif entry.kind == "merge":
        yield from _check_merge(reading, entry)
    elif entry.kind in _OF_TASKS:
        yield from _OF_TASKS[entry.kind](reading, entry, causes)
    elif entry.kind == "expiry":
        reading.expired_in = version_of(entry.number)
        if not _INACTIVE.fullmatch(entry.cause) or (program is not None and program.expiry_months is None):
            yield _uncaused(entry, "a program in which rewards expire")


def _check_order(reading: Reading, entry: LedgerEntry) -> Iterator[Finding]:
    """Whether the order exists, and names the entry, shows when all orders have been read."""
    if entry.order_id is None:
        yield _uncaused(entry, "an order")
    else:
        reading.links.add(f"{entry.ambassador_id}/{entry.number}", entry.order_id)


def _check_bonus(reading: Reading, entry: LedgerEntry, program: Program | None, causes: Causes) -> Iterator[Finding]:
    """A bonus is a prize of its program, for an order of the ambassador's; what is taken back was granted before."""
    by_merger = entry.order_id is None and version_of(entry.number) == reading.merged_in
    if not by_merger and causes.owners.get(entry.order_id or "") not in (entry.ambassador_id, *causes.kin):
        yield Finding("cause", f"{entry.id}/order_id", "an order of this ambassador", entry.order_id)
    amount, unit = moved(entry), _unit(entry)
    if entry.kind == "bonus":
        prizes = [it for it in offered(program) if it.cause == entry.cause and it.unit == unit] if program else []
        if program is not None and not any(it.amount and amount % it.amount == 0 for it in prizes):
            yield _uncaused(entry, "a prize of the program")
        key = prizes[0].key if prizes else entry.cause
        granted = reading.prizes.setdefault(key, {})
        granted[unit] = granted.get(unit, 0) + amount
        _take_out(reading, f"{key} {unit}", entry)
        return
    granted = reading.prizes.setdefault(entry.cause, {})
    if granted.get(unit, 0) < amount:
        yield _uncaused(entry, "a prize that was granted")
    granted[unit] = granted.get(unit, 0) - amount
    if not granted[unit]:
        del granted[unit]
    _take_out(reading, f"{entry.cause} {unit}", entry)


def _take_out(reading: Reading, prize: str, entry: LedgerEntry) -> None:
    """Note what a bonus lost takes out of what has expired, or a bonus puts back there."""
    out = -sum(leg.amount for leg in entry.legs if leg.account == EXPIRED)
    if out:
        reading.gone[prize] = reading.gone.get(prize, 0) + out


def _check_gift(reading: Reading, entry: LedgerEntry, causes: Causes) -> Iterator[Finding]:
    """An entry that makes a gift available comes with the task to send it."""
    if not is_gift(entry):
        return
    gift = causes.gifts.get(entry.id)
    if gift is None:
        yield Finding("gift", f"gift/{entry.id}", "a task", None)
        return
    yield from _agree(
        "gift",
        f"gift/{gift.id}",
        ambassador_id=(entry.ambassador_id, gift.ambassador_id),
        unit=(_unit(entry), gift.unit),
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


def _check_withdrawal(reading: Reading, entry: LedgerEntry, causes: Causes) -> Iterator[Finding]:
    """Money goes out by a withdrawal that says the same: reserved once, closed once, returned no more than it says."""
    kind, _, step = entry.kind.partition("_")
    withdrawal = causes.withdrawals.get(caused_by(entry))
    if withdrawal is None or entry.cause != f"{kind}:{withdrawal.id}":
        yield _uncaused(entry, f"a {kind}")
        return
    if step == "returned":
        yield from _check_returned(reading, entry, withdrawal, causes)
        return
    yield from _agree(
        "withdrawal",
        f"withdrawal/{withdrawal.id}",
        kind=(kind, withdrawal.kind),
        ambassador_id=(_whose(entry, causes, withdrawal.ambassador_id), withdrawal.ambassador_id),
        amount=(moved(entry), withdrawal.amount),
        currency=(_unit(entry), withdrawal.currency),
        **{
            "closed_at" if step else "created_at": (
                str(entry.at),
                str(withdrawal.closed_at if step else withdrawal.created_at),
            )
        },
        **{"closed_by" if step else "author": (entry.author, withdrawal.closed_by if step else withdrawal.author)},
    )
    if step:
        was_open, awaited = reading.opened.pop(entry.cause, None), reading.awaited.pop(entry.cause, None)
        if awaited is None and was_open is not None and withdrawal.state != "reserved":
            awaited = _closing(withdrawal)
        if awaited != entry.kind:
            yield _uncaused(entry, f"a {kind} that was reserved before and is {step}, not {withdrawal.state}")
        _await_returned(reading, entry, withdrawal)
        return
    if entry.cause in reading.opened:
        yield _uncaused(entry, f"a {kind} that was not reserved before")
    yield from _check_worth(entry, withdrawal, causes)
    reading.opened[entry.cause] = _unit(entry), moved(entry)
    if withdrawal.state != "reserved":
        reading.awaited[entry.cause] = _closing(withdrawal)
    if kind == "spend":
        reading.spends.add(entry.cause, str(moved(entry)))


def _closing(withdrawal: Withdrawal) -> str:
    """The kind of the entry that closes a withdrawal as it is closed."""
    return f"{withdrawal.kind}_{'confirmed' if withdrawal.state == 'confirmed' else 'cancelled'}"


def _check_worth(entry: LedgerEntry, withdrawal: Withdrawal, causes: Causes) -> Iterator[Finding]:
    """A coupon for a unit of the program's own is worth what the program said when it was asked for."""
    program = causes.programs.get(entry.program_version)
    if program is None:
        return
    worth = program.units.get(withdrawal.currency)
    expected = f"{worth.of(withdrawal.amount)} {program.currency}" if worth is not None else None
    found = f"{withdrawal.worth.amount} {withdrawal.worth.currency}" if withdrawal.worth is not None else None
    yield from compared("withdrawal", f"withdrawal/{withdrawal.id}/worth", expected, found)


def _check_returned(reading: Reading, entry: LedgerEntry, withdrawal: Withdrawal, causes: Causes) -> Iterator[Finding]:
    """What comes back was confirmed before, and is no more than the withdrawal says has come back."""
    reading.awaited.pop(entry.cause, None)
    back = reading.returned.get(entry.cause, 0) + moved(entry)
    reading.returned[entry.cause] = back
    yield from _agree(
        "withdrawal",
        f"withdrawal/{withdrawal.id}",
        ambassador_id=(_whose(entry, causes, withdrawal.ambassador_id), withdrawal.ambassador_id),
        currency=(_unit(entry), withdrawal.currency),
    )
    if (
        withdrawal.state != "confirmed"
        or entry.cause in reading.opened
        or back > min(withdrawal.returned, withdrawal.amount)
    ):
        yield _uncaused(
            entry, f"a {withdrawal.kind} that was confirmed, of which {withdrawal.returned} came back, and not {back}"
        )
    _await_returned(reading, entry, withdrawal)


def _await_returned(reading: Reading, entry: LedgerEntry, withdrawal: Withdrawal) -> None:
    """Await what else has come back; a withdrawal may have gone on since, and then says more than before."""
    if withdrawal.returned > reading.returned.get(entry.cause, 0):
        reading.awaited[entry.cause] = f"{withdrawal.kind}_returned, to {withdrawal.returned} in all"


def _check_adjustment(entry: LedgerEntry, causes: Causes) -> Iterator[Finding]:
    """An adjustment is posted as it was asked for, once, and by leave of a second admin if it had to wait."""
    adjustment = causes.adjustments.get(caused_by(entry))
    if adjustment is None or entry.cause != f"adjustment:{adjustment.id}":
        yield _uncaused(entry, "an adjustment")
        return
    yield from _agree(
        "adjustment",
        f"adjustment/{adjustment.id}",
        state=("posted", adjustment.state),
        ambassador_id=(_whose(entry, causes, adjustment.ambassador_id), adjustment.ambassador_id),
        amount=(moved(entry), adjustment.amount),
        unit=(_unit(entry), adjustment.unit),
        reason=(entry.reason, adjustment.reason),
        author=(entry.author, adjustment.author),
        **{
            "decided_at" if adjustment.decided_at else "created_at": (
                str(entry.at),
                str(adjustment.decided_at or adjustment.created_at),
            )
        },
    )
    if causes.posted.get(entry.cause, 1) > 1:
        yield _uncaused(entry, "an adjustment that was posted once")
    if adjustment.undoes:
        undone = causes.adjustments.get(adjustment.undoes)
        where, told = (
            f"adjustment/{adjustment.id}/undoes",
            (undone.amount, undone.unit, undone.undone_by) if undone else None,
        )
        expected = (-adjustment.amount, adjustment.unit, adjustment.id)
        yield from compared("adjustment", where, str(expected), str(told))


def _check_given(reading: Reading, entry: LedgerEntry, causes: Causes) -> Iterator[Finding]:
    """A gift came with a touch of the ambassador's own, once, as the program gives it and as their letter says."""
    touch = causes.messages.get(f"{entry.cause}#1")
    if touch is None or touch.cause.kind != "touch" or entry.cause in reading.given:
        yield _uncaused(entry, "a touch that came with a gift, once")
    reading.given.add(entry.cause)
    if touch is None:
        return
    whose = causes.people.get(touch.to.id)
    if whose not in {entry.ambassador_id, *causes.kin}:
        yield Finding("gift", f"{entry.id}/person", "somebody who is this ambassador", whose)
    amount, unit = moved(entry), _unit(entry)
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
        yield _uncaused(entry, "a task with a reward")
        return
    before = next((it for it in task.earlier if (it.decision, it.at) == ("approve", entry.at)), None)
    if reading.rewarded.get(entry.cause):
        yield _uncaused(entry, "a task whose reward was taken back since")
    reading.rewarded[entry.cause] = moved(entry)
    if before is not None:
        reading.awaited[entry.cause] = "task_undone"
    yield from _agree(
        "task",
        f"task/{task.id}",
        kind=("proof", task.kind),
        decision=("approve", before.decision if before else task.decision),
        ambassador_id=(_whose(entry, causes, task.ambassador_id or ""), task.ambassador_id),
        amount=(moved(entry), task.reward.amount),
        unit=(_unit(entry), task.reward.unit),
        by=(entry.author, before.by if before else task.by),
        closed_at=(str(entry.at), str(before.at if before else task.closed_at)),
    )
    program = causes.programs.get(task.program_version or 0)
    offered = next((it for it in program.tasks if it.name == task.about), None) if program else None
    if program is None or offered is None or reward_of(offered, program) != task.reward:
        yield _uncaused(entry, "a reward that the program offers for this task")
    if causes.posted.get(entry.cause, 1) > 1:
        yield _uncaused(entry, "a task that was rewarded once")


def _check_undone(reading: Reading, entry: LedgerEntry, causes: Causes) -> Iterator[Finding]:
    """The reward of a proof is taken back whole, when an admin opens again what was approved."""
    task, amount = causes.tasks.get(caused_by(entry)), reading.rewarded.pop(entry.cause, None)
    reading.awaited.pop(entry.cause, None)
    before = next((it for it in task.earlier if it.reopened_at == entry.at), None) if task else None
    if task is None or entry.cause != f"task:{task.id}" or before is None or before.decision != "approve" or not amount:
        yield _uncaused(entry, "a task that was rewarded, and opened again")
        return
    yield from _agree(
        "task",
        f"task/{task.id}",
        ambassador_id=(_whose(entry, causes, task.ambassador_id or ""), task.ambassador_id),
        amount=(moved(entry), amount),
        unit=(_unit(entry), task.reward.unit if task.reward else None),
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
        yield _uncaused(entry, "a gift that was sent")
        return
    reading.sent[entry.cause] = moved(entry)
    before = gift.earlier[times] if len(gift.earlier) > times else None
    if before is not None:
        reading.awaited[entry.cause] = "gift_returned"
    yield from _agree(
        "gift",
        f"gift/{gift.id}",
        unit=(_unit(entry), gift.unit),
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
        yield _uncaused(entry, "a gift that was sent, and is to be sent after all")
        return
    reading.reopened[entry.cause], before = times, gift.earlier[times - 1]
    yield from _agree(
        "gift",
        f"gift/{gift.id}",
        unit=(_unit(entry), gift.unit),
        returned=(moved(entry), was_sent),
        reopened_by=(entry.author, before.reopened_by),
        reopened_at=(str(entry.at), str(before.reopened_at)),
    )
    _await_sent(reading, gift)


def _check_merge(reading: Reading, entry: LedgerEntry) -> Iterator[Finding]:
    """What leaves one ledger by a merger, which is all there is, arrives in the other one."""
    named = caused_by(entry)
    left = reading.left.pop(named, None)
    if left is None:
        reading.left[entry.ambassador_id] = entry.legs
        remain = sum(abs(amount) for accounts in reading.balances.values() for amount in accounts.values())
        yield from compared("balance", f"{entry.id}/left", 0, remain)
        return
    reading.merged_in = version_of(entry.number)
    back = tuple(Leg(leg.account, -leg.amount, leg.currency) for leg in left)
    if entry.legs != back:
        yield Finding("legs", entry.id, _written(back), _written(entry.legs))


def _whose(entry: LedgerEntry, causes: Causes, other: str) -> str:
    """Whose a thing must be that an entry is about: anybody's whom this ambassador was merged with."""
    return other if other in causes.kin else entry.ambassador_id


def _agree(about: Kind, where: str, **told: tuple[Value, Value]) -> Iterator[Finding]:
    """Compare what an entry tells with the fields of what caused it."""
    for name, (expected, found) in told.items():
        yield from compared(about, f"{where}/{name}", expected, found)


def _unit(entry: LedgerEntry) -> str:
    return entry.legs[-1].currency if entry.legs else ""


def _uncaused(entry: LedgerEntry, expected: str) -> Finding:
    return Finding("cause", f"{entry.id}/cause", expected, entry.cause)


_OF_TASKS: Mapping[str, Callable[[Reading, LedgerEntry, Causes], Iterator[Finding]]] = {
    "gift": _check_given,
    "gift_sent": _check_sent,
    "gift_returned": _check_unsent,
    "task": _check_task,
    "task_undone": _check_undone,
}
