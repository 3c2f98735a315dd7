"""Stop what leaves an account, with all its codes if that is wished, and let it go on."""

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.accounts import suspensions
from chalicelib.domain.effects import Create, Effect, Paused, Replace
from chalicelib.domain.model.accounts import Suspension
from chalicelib.domain.model.people import FurtherCodes
from chalicelib.domain.program.program import Program
from chalicelib.operations.once import Plan, decide
from chalicelib.operations.people.merged import account_of
from chalicelib.store.table import Table


@dataclass(frozen=True, slots=True)
class Stands:
    """The decision that stands, made by this request or (`replayed`) before it."""

    suspension: Suspension
    replayed: bool


def suspend(table: Table, ambassador_id: str, *, pause_codes: bool, by: str, note: str, now: datetime) -> Stands:
    """Suspend an ambassador, and pause all codes in the same transaction if that is wished.

    Whoever is suspended already stays so by the first decision; codes that still work are paused all the same.

    Raises:
        BusyError: settlements or other requests were faster for too long; the same request may be sent again.
    """

    def look() -> Plan[Stands]:
        account = account_of(table, ambassador_id)
        decided = suspensions.suspend(account, by=by, note=note, now=now)
        effects = _pauses(table, account.ambassador_id) if pause_codes else []
        if decided is not None:
            effects = [Create(decided.suspension), Replace(decided.account), *effects]
            return Plan(Stands(decided.suspension, replayed=False), effects)
        return Plan(Stands(table.list_suspensions(account.ambassador_id)[-1], replayed=True), effects)

    return decide(table, look)


def reinstate(
    table: Table, ambassador_id: str, program: Program, *, by: str, note: str, now: datetime
) -> Stands | None:
    """Let go on what leaves an ambassador's account; None if it was never stopped. Codes stay as they are.

    Raises:
        BusyError: settlements or other requests were faster for too long; the same request may be sent again.
    """

    def look() -> Plan[Stands | None]:
        account = account_of(table, ambassador_id)
        decided = suspensions.reinstate(account, program, by=by, note=note, now=now)
        if decided is None:
            known = table.list_suspensions(account.ambassador_id)
            return Plan(Stands(known[-1], replayed=True)) if known else Plan(None)
        message = [Create(decided.message)] if decided.message else []
        effects: list[Effect] = [Create(decided.suspension), Replace(decided.account), *message]
        return Plan(Stands(decided.suspension, replayed=False), effects)

    return decide(table, look)


def _pauses(table: Table, ambassador_id: str) -> list[Effect]:
    """Pause the codes that work. The list of codes is written too, so that none that is made meanwhile is left out."""
    known, profile = table.read_further_codes(ambassador_id), table.read_profile(ambassador_id)
    assert profile is not None, "profile and account are made in one transaction"
    codes = table.read_codes([profile.code, *(known.codes if known else ())])
    active = [code for code in codes if code.state == "active" or code.own_pause]
    if not active:
        return []
    listing = Replace(replace(known, version=known.version + 1)) if known else Create(FurtherCodes(ambassador_id))
    return [listing, *map(Paused, active)]
