"""What a withdrawal or an adjustment posts: it says the same as what was asked for, and follows in its order."""

from collections.abc import Iterator

from chalicelib.domain.accounts.ledger import moved
from chalicelib.domain.audit.audit import Finding, Reading, compared
from chalicelib.domain.audit.causes import Causes, agree, caused_by, uncaused, unit_of, whose
from chalicelib.domain.model.accounts import LedgerEntry, Withdrawal


def check_withdrawal(reading: Reading, entry: LedgerEntry, causes: Causes) -> Iterator[Finding]:
    """Money goes out by a withdrawal that says the same: reserved once, closed once, returned no more than it says."""
    kind, _, step = entry.kind.partition("_")
    withdrawal = causes.withdrawals.get(caused_by(entry))
    if withdrawal is None or entry.cause != f"{kind}:{withdrawal.id}":
        yield uncaused(entry, f"a {kind}")
        return
    if step == "returned":
        yield from _check_returned(reading, entry, withdrawal, causes)
        return
    yield from agree(
        "withdrawal",
        f"withdrawal/{withdrawal.id}",
        kind=(kind, withdrawal.kind),
        ambassador_id=(whose(entry, causes, withdrawal.ambassador_id), withdrawal.ambassador_id),
        amount=(moved(entry), withdrawal.amount),
        currency=(unit_of(entry), withdrawal.currency),
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
            yield uncaused(entry, f"a {kind} that was reserved before and is {step}, not {withdrawal.state}")
        _await_returned(reading, entry, withdrawal)
        return
    if entry.cause in reading.opened:
        yield uncaused(entry, f"a {kind} that was not reserved before")
    yield from _check_worth(entry, withdrawal, causes)
    reading.opened[entry.cause] = unit_of(entry), moved(entry)
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
    yield from agree(
        "withdrawal",
        f"withdrawal/{withdrawal.id}",
        ambassador_id=(whose(entry, causes, withdrawal.ambassador_id), withdrawal.ambassador_id),
        currency=(unit_of(entry), withdrawal.currency),
    )
    if (
        withdrawal.state != "confirmed"
        or entry.cause in reading.opened
        or back > min(withdrawal.returned, withdrawal.amount)
    ):
        yield uncaused(
            entry, f"a {withdrawal.kind} that was confirmed, of which {withdrawal.returned} came back, and not {back}"
        )
    _await_returned(reading, entry, withdrawal)


def _await_returned(reading: Reading, entry: LedgerEntry, withdrawal: Withdrawal) -> None:
    """Await what else has come back; a withdrawal may have gone on since, and then says more than before."""
    if withdrawal.returned > reading.returned.get(entry.cause, 0):
        reading.awaited[entry.cause] = f"{withdrawal.kind}_returned, to {withdrawal.returned} in all"


def check_adjustment(entry: LedgerEntry, causes: Causes) -> Iterator[Finding]:
    """An adjustment is posted as it was asked for, once, and by leave of a second admin if it had to wait."""
    adjustment = causes.adjustments.get(caused_by(entry))
    if adjustment is None or entry.cause != f"adjustment:{adjustment.id}":
        yield uncaused(entry, "an adjustment")
        return
    yield from agree(
        "adjustment",
        f"adjustment/{adjustment.id}",
        state=("posted", adjustment.state),
        ambassador_id=(whose(entry, causes, adjustment.ambassador_id), adjustment.ambassador_id),
        amount=(moved(entry), adjustment.amount),
        unit=(unit_of(entry), adjustment.unit),
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
        yield uncaused(entry, "an adjustment that was posted once")
    if adjustment.undoes:
        undone = causes.adjustments.get(adjustment.undoes)
        where, told = (
            f"adjustment/{adjustment.id}/undoes",
            (undone.amount, undone.unit, undone.undone_by) if undone else None,
        )
        expected = (-adjustment.amount, adjustment.unit, adjustment.id)
        yield from compared("adjustment", where, str(expected), str(told))
