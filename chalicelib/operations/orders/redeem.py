"""Use a code on an order: the only thing a checkout waits for. One read, one transaction, nothing shared touched."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.domain.effects import Create, Effect, Replace
from chalicelib.domain.model.facts import TakenOff
from chalicelib.domain.model.orders import Redemption
from chalicelib.domain.model.people import Code, Friend
from chalicelib.domain.orders.admit import Ask, Offered, Refused, admit, redemption
from chalicelib.domain.program.program import Program
from chalicelib.operations.once import Failures, Plan, decide
from chalicelib.operations.orders.answers import GRACE, Answer, Conflicting, Redeemed
from chalicelib.operations.orders.friends import Contact, look, placing, unknown
from chalicelib.operations.orders.revise import noting, overtaken, revise
from chalicelib.store.table import Table


def quote(table: Table, ask: Ask, program: Program, *, now: datetime) -> Offered | Refused:
    """Say what redeeming would answer, and store nothing. A friend is looked up only when the quote names one.

    The code may be some seconds old. A redemption reads it anew, so none goes by what was changed before it.
    """
    code = table.recall_code(ask.code) if ask.code else None
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

    A refused revision of an order that waits for its payment is noted, if there may be a lower one which is still to
    come: that must not be taken for the last word.

    Raises:
        BusyError: others were faster for too long; the same request may be sent again.
    """
    code, taken_off = _read(table, ask)
    friend = look(table, ask.persons) if program.friend_days else unknown()
    lost: Failures = ()

    def look_at() -> Plan[Answer]:
        nonlocal friend
        if taken_off and taken_off.revision >= ask.revision:
            return replace(_late(table, ask, contact, code, program, taken_off, now=now), if_lost=if_lost)
        if lost:
            met = [it.stored for it in lost if isinstance(it.stored, Friend)]
            friend = look(table, ask.persons, () if friend.looked else met)
        answer = admit(code, ask, program, friend.holders, now=now)
        if isinstance(answer, Refused) and not friend.looked and _depends_on_place(answer, program):
            friend = look(table, ask.persons)
            answer = admit(code, ask, program, friend.holders, now=now)
        if isinstance(answer, Refused):
            stored = None if lost else table.read_redemption(ask.order_id)
            if stored:
                return Plan(_again(table, stored, ask, contact, now=now))
            return Plan(answer, noting(ask, answer, taken_off, now=now), if_lost=if_lost)
        order = redemption(answer, ask, program, now=now, due_at=now + GRACE)
        seeker = ask.seeker(answer.code)
        guards = placing(answer.place, seeker, ask.persons, friend, contact, now=now, due_at=now + GRACE)
        redeemed = Redeemed(order, replayed=False, paid=not ask.pending)
        return Plan(redeemed, [Create(order), *guards, *along], if_lost=if_lost)

    def if_lost(failures: Failures) -> Answer | None:
        nonlocal lost, taken_off
        stored = next((it.stored for it in failures if isinstance(it.stored, Redemption)), None)
        if stored:
            return _again(table, stored, ask, contact, now=now)
        if any(it.effect in along for it in failures):
            return Conflicting()
        taken_off = _met(failures) or taken_off
        lost = failures
        return None

    return decide(table, look_at)


def _read(table: Table, ask: Ask) -> tuple[Code | None, TakenOff | None]:
    """Read the code, and of an order that waits for its payment what took one off before the order was stored."""
    if ask.pending:
        return table.read_unpaid(ask.code, ask.order_id)
    return table.read_code(ask.code) if ask.code else None, None


def _met(failures: Failures) -> TakenOff | None:
    """What has taken the code off meanwhile, if that was in the way."""
    return next((it.stored for it in failures if isinstance(it.stored, TakenOff)), None)


def _late(
    table: Table, ask: Ask, contact: Contact, code: Code | None, program: Program, by: TakenOff, *, now: datetime
) -> Plan[Answer]:
    """Answer a revision of an order of which a refusal was noted under this number or a higher one.

    Whoever notes a still higher one has seen no order, so what was noted is written with it.
    """
    stored = table.read_redemption(ask.order_id)
    if stored:
        return Plan(_again(table, stored, ask, contact, now=now))
    answer = overtaken(ask, admit(code, ask, program, now=now), by, program, now=now)
    if not isinstance(answer, Redeemed):
        return Plan(answer)
    return Plan(answer, [Create(answer.redemption), Replace(replace(by, version=by.version + 1))])


def _depends_on_place(answer: Refused, program: Program) -> bool:
    """Whether the friend's earlier orders could change a refusal."""
    return answer.reason == "not_first_order" or (answer.reason == "below_minimum" and program.later is not None)


def _again(table: Table, stored: Redemption, ask: Ask, contact: Contact, *, now: datetime) -> Answer:
    """Answer a request about an order that is stored: as a repeat, or as another revision if it may still change."""
    if stored.pending:
        return revise(table, stored, ask, contact, now=now)
    return Redeemed(stored, replayed=True) if stored.fingerprint == ask.fingerprint else Conflicting()
