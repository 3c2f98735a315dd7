"""Use a code on an order: the only thing a checkout waits for. One read, one transaction, nothing shared touched."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.admit import Ask, Offered, Refused, admit, redemption
from chalicelib.domain.effects import Create, Effect, Present
from chalicelib.domain.model import Friend, Redemption
from chalicelib.domain.program import Program
from chalicelib.store.table import Table

GRACE = timedelta(seconds=30)
"""How long the stream has before the schedule looks for a fact by itself."""

_LOOKS = 3


@dataclass(frozen=True, slots=True)
class Contact:
    """How the friend is thanked; without an address not at all."""

    email: str | None
    first_name: str | None
    locale: str


@dataclass(frozen=True, slots=True)
class Redeemed:
    """The order's redemption, stored now or (`replayed`) by an earlier request with the same content."""

    redemption: Redemption
    replayed: bool


@dataclass(frozen=True, slots=True)
class Conflicting:
    """The order was redeemed before with other content, which stands; or what was to be stored along has changed."""


def quote(table: Table, ask: Ask, program: Program) -> Offered | Refused:
    """Say what redeeming would answer, and store nothing. A friend is looked up only when the quote names one."""
    code = table.read_code(ask.code) if ask.code else None
    answer = admit(code, ask, program)
    known = _known(table, ask) if isinstance(answer, Offered) or program.friend_days else ()
    return admit(code, ask, program, known) if known else answer


def redeem(
    table: Table, ask: Ask, contact: Contact, program: Program, *, now: datetime, along: Sequence[Effect] = ()
) -> Redeemed | Refused | Conflicting:
    """Admit an order and store it with the friend's guards, or answer as the stored redemption says.

    `along` is stored with it or not at all.

    A refusal looks for an earlier redemption of the same order first: a retry must get its first answer even when the
    code was paused or the program closed in between. Only a program that takes further orders of a friend reads the
    guards; whoever loses a race for them looks again.

    Raises:
        BusyError: the table did not answer in time; the same request may be sent again.
    """
    code = table.read_code(ask.code) if ask.code else None
    for _ in range(_LOOKS):
        known = _known(table, ask) if program.friend_days else ()
        answer = admit(code, ask, program, known)
        if isinstance(answer, Refused):
            stored = table.read_redemption(ask.order_id)
            return _again(stored, ask) if stored else answer
        order = redemption(answer, ask, program, now=now, due_at=now + GRACE)
        failures = table.commit([Create(order), *_guards(order, ask, contact, known), *along])
        if not failures:
            return Redeemed(order, replayed=False)
        stored = next((failure.stored for failure in failures if isinstance(failure.stored, Redemption)), None)
        if stored:
            return _again(stored, ask)
        if any(failure.effect in along for failure in failures):
            return Conflicting()
        if not program.friend_days:
            break
    return Refused("friend_already_referred")


def _known(table: Table, ask: Ask) -> tuple[Friend, ...]:
    """The guards of a friend who was referred before."""
    guards = (table.read_friend(person) for person in ask.persons)
    return tuple(guard for guard in guards if guard is not None)


def _guards(order: Redemption, ask: Ask, contact: Contact, known: tuple[Friend, ...]) -> list[Effect]:
    """One guard for each way of knowing the friend; the first, that of an address if there is one, has the contact.

    A guard that comes later, for another way of knowing them, counts their days from the first order all the same.
    """
    standing = {guard.person: guard for guard in known}
    since = min([ask.placed_at, *(guard.since for guard in known if guard.since)])
    effects: list[Effect] = []
    for person in ask.persons:
        if person in standing:
            effects.append(Present(standing[person]))
            continue
        guard = Friend(person, ask.order_id, ambassador_id=order.ambassador_id, since=since)
        if person == ask.persons[0]:
            guard = replace(guard, email=contact.email, first_name=contact.first_name, locale=contact.locale)
        effects.append(Create(guard))
    return effects


def _again(stored: Redemption, ask: Ask) -> Redeemed | Conflicting:
    return Redeemed(stored, replayed=True) if stored.fingerprint == ask.fingerprint else Conflicting()
