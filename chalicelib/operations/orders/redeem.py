"""Use a code on an order: the only thing a checkout waits for. One read, one transaction, nothing shared touched."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.domain.effects import Create, Effect
from chalicelib.domain.model.orders import Redemption
from chalicelib.domain.model.people import Friend
from chalicelib.domain.orders.admit import Ask, Offered, Refused, admit, redemption
from chalicelib.domain.program.program import Program
from chalicelib.operations.orders.friends import Contact, look, placing, unknown
from chalicelib.store.table import BusyError, Table

GRACE = timedelta(seconds=30)
"""How long the stream has before the schedule looks for a fact by itself."""

_LOOKS = 6


@dataclass(frozen=True, slots=True)
class Redeemed:
    """The order's redemption, stored now or (`replayed`) by an earlier request with the same content.

    `paid` says whether it is paid for, `superseded` that a later revision of it has come before this one.
    """

    redemption: Redemption
    replayed: bool
    paid: bool = True
    superseded: bool = False


@dataclass(frozen=True, slots=True)
class Conflicting:
    """The order was redeemed before with other content, which stands; or what was to be stored along has changed."""


@dataclass(frozen=True, slots=True)
class AlreadyPaid:
    """The order has been paid for, so what it was then stands."""


Answer = Redeemed | Refused | Conflicting | AlreadyPaid


def quote(table: Table, ask: Ask, program: Program, *, now: datetime) -> Offered | Refused:
    """Say what redeeming would answer, and store nothing. A friend is looked up only when the quote names one."""
    code = table.read_code(ask.code) if ask.code else None
    answer = admit(code, ask, program, now=now)
    if isinstance(answer, Refused) and not _depends_on_place(answer, program):
        return answer
    return admit(code, ask, program, look(table, ask.persons).holders, now=now)


def redeem(
    table: Table, ask: Ask, contact: Contact, program: Program, *, now: datetime, along: Sequence[Effect] = ()
) -> Answer:
    """Admit an order and store it with the friend's guards, or answer as the stored redemption says.

    `along` is stored with it or not at all.

    A refusal looks for an earlier redemption of the same order first: a retry must get its first answer even when the
    code was paused or the program closed in between. The friend's guards are read when one of them was in the way, or
    when the program takes further orders of a friend; whoever loses a race for the place looks again.

    Raises:
        BusyError: the table did not answer in time, or others were faster each time; the same request may be sent
            again.
    """
    code = table.read_code(ask.code) if ask.code else None
    known = look(table, ask.persons) if program.friend_days else unknown()
    is_new = False
    for _ in range(_LOOKS):
        answer = admit(code, ask, program, known.holders, now=now)
        if isinstance(answer, Refused) and not known.looked and _depends_on_place(answer, program):
            known = look(table, ask.persons)
            answer = admit(code, ask, program, known.holders, now=now)
        if isinstance(answer, Refused):
            stored = None if is_new else table.read_redemption(ask.order_id)
            return _again(table, stored, ask, contact, now=now) if stored else answer
        order = redemption(answer, ask, program, now=now, due_at=now + GRACE)
        seeker = ask.seeker(answer.code)
        guards = placing(answer.place, seeker, ask.persons, known, contact, now=now, due_at=now + GRACE)
        failures = table.commit([Create(order), *guards, *along])
        if not failures:
            return Redeemed(order, replayed=False, paid=not ask.pending)
        stored = next((failure.stored for failure in failures if isinstance(failure.stored, Redemption)), None)
        if stored:
            return _again(table, stored, ask, contact, now=now)
        if any(failure.effect in along for failure in failures):
            return Conflicting()
        is_new, met = True, [failure.stored for failure in failures if isinstance(failure.stored, Friend)]
        known = look(table, ask.persons, () if known.looked else met)
    raise BusyError


def _depends_on_place(answer: Refused, program: Program) -> bool:
    """Whether the friend's earlier orders could change a refusal."""
    return answer.reason == "not_first_order" or (answer.reason == "below_minimum" and program.later is not None)


def _again(table: Table, stored: Redemption, ask: Ask, contact: Contact, *, now: datetime) -> Answer:
    """Answer a request about an order that is stored: as a repeat, or as another revision if it may still change."""
    if stored.pending:
        from chalicelib.operations.orders.revise import revise

        return revise(table, stored, ask, contact, now=now)
    return Redeemed(stored, replayed=True) if stored.fingerprint == ask.fingerprint else Conflicting()
