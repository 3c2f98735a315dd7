"""An order that is not paid for yet may still change: the highest revision counts, until a payment is reported."""

from dataclasses import replace
from datetime import datetime
from typing import cast

from chalicelib.domain.admit import Ask, Reason, Refused, admit_again, redemption
from chalicelib.domain.effects import Absent, Create, Effect, Replace, Unchanged
from chalicelib.domain.model import Friend, Payment, Redemption
from chalicelib.operations import programs
from chalicelib.operations.friends import Contact, reached
from chalicelib.operations.redeem import GRACE, AlreadyPaid, Answer, Conflicting, Redeemed
from chalicelib.store.table import BusyError, Table

REMOVED = "code_removed"
"""Why an order is withdrawn when the checkout says that no code is used on it any more."""

_LOOKS = 6


def revise(table: Table, stored: Redemption, ask: Ask, contact: Contact, *, now: datetime) -> Answer:
    """Answer a further request about an order that was pending when it came.

    The same content without `pending` says that it is paid for. A higher revision with other content is judged by the
    program of the first one, and takes its place whether it is admitted or not: what was refused last earns nothing.

    Raises:
        BusyError: the table did not answer in time, or others were faster each time; the same request may be sent
            again.
    """
    for _ in range(_LOOKS):
        payment = table.read_payment(stored.order_id)
        answer = _repeated(stored, payment, ask)
        if answer is not None:
            return answer
        effects, answer = _change(table, stored, ask, contact, now)
        if not table.commit(effects):
            return answer
        again = table.read_redemption(stored.order_id)
        assert again is not None, "redemptions are kept for good"
        stored = again
    raise BusyError


def _repeated(stored: Redemption, payment: Payment | None, ask: Ask) -> Answer | None:
    """What to answer if nothing changes; None if something does."""
    same = stored.fingerprint == ask.fingerprint
    if same and (ask.pending or payment):
        return _as_stored(stored, payment)
    if same:
        return None
    if ask.revision < stored.revision:
        return Redeemed(stored, replayed=True, paid=payment is not None, superseded=True)
    if ask.revision == stored.revision or not set(ask.persons).intersection(_persons(stored)):
        return Conflicting()
    return AlreadyPaid() if payment else None


def _as_stored(stored: Redemption, payment: Payment | None) -> Answer:
    if stored.withdrawn and stored.withdrawn != REMOVED:
        return Refused(cast("Reason", stored.withdrawn))
    return Redeemed(stored, replayed=True, paid=payment is not None)


def _change(table: Table, stored: Redemption, ask: Ask, contact: Contact, now: datetime) -> tuple[list[Effect], Answer]:
    """Return what a request about an unpaid order writes, and what it is answered then."""
    payment = Payment(stored.order_id, stored.order_id, paid_at=now, recorded_at=now, due_at=now + GRACE)
    if stored.fingerprint == ask.fingerprint:
        return [Unchanged(stored), Create(payment)], Redeemed(stored, replayed=True)
    revised, answer = _revised(table, stored, ask)
    effects: list[Effect] = [Replace(revised), Absent(stored.order_id, "freed")]
    effects.append(Absent(stored.order_id, "payment") if ask.pending else Create(payment))
    return [*effects, *_aliases(table, stored, ask, contact)], answer


def _revised(table: Table, stored: Redemption, ask: Ask) -> tuple[Redemption, Answer]:
    """Return the order as it is from now on, and the answer. It stays the order of its friend that it was."""
    others = (person for person in (*ask.persons, *_persons(stored)) if person != ask.persons[0])
    ask = replace(ask, placed_at=stored.placed_at, persons=(ask.persons[0], *dict.fromkeys(others)))
    same = replace(stored, revision=ask.revision, fingerprint=ask.fingerprint, version=stored.version + 1)
    if ask.code == "":
        withdrawn = replace(same, withdrawn=REMOVED)
        return withdrawn, Redeemed(withdrawn, replayed=False, paid=not ask.pending)
    program = programs.version(table, stored.program_version)
    offered = admit_again(table.read_code(ask.code) if ask.code else None, ask, program, stored)
    if isinstance(offered, Refused):
        return replace(same, withdrawn=offered.reason), offered
    order = replace(
        redemption(offered, ask, program, now=stored.recorded_at, due_at=stored.due_at),
        friend_order=stored.friend_order,
        pending=True,
        aliases=ask.persons[1:],
        version=same.version,
    )
    return order, Redeemed(order, replayed=False, paid=not ask.pending)


def _aliases(table: Table, stored: Redemption, ask: Ask, contact: Contact) -> list[Effect]:
    """Guard what the friend is known by now and was not before."""
    told = [person for person in ask.persons if person not in _persons(stored)]
    if not told:
        return []
    roots = table.read_roots([stored.friend, *told])
    fresh = [person for person in told if person not in roots]
    return [Create(reached(Friend(it, root=roots[stored.friend].person), ask.persons, contact)) for it in fresh]


def _persons(stored: Redemption) -> tuple[str, ...]:
    return stored.friend, *stored.aliases
