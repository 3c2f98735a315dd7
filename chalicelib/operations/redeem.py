"""Use a code on an order: the only thing a checkout waits for. One read, one transaction, nothing shared touched."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.admit import Ask, Offered, Refused, admit, redemption
from chalicelib.domain.effects import Create, Effect
from chalicelib.domain.model import Friend, Redemption
from chalicelib.domain.program import Program
from chalicelib.store.table import Table

GRACE = timedelta(seconds=30)
"""How long the stream has before the schedule looks for a fact by itself."""


@dataclass(frozen=True, slots=True)
class Contact:
    """How the friend is thanked."""

    email: str
    first_name: str | None
    locale: str


@dataclass(frozen=True, slots=True)
class Redeemed:
    """The order's redemption, stored now or (`replayed`) by an earlier request with the same content."""

    redemption: Redemption
    replayed: bool


@dataclass(frozen=True, slots=True)
class Conflicting:
    """The order was redeemed before with other content; that redemption stands."""


def quote(table: Table, ask: Ask, program: Program) -> Offered | Refused:
    """Say what redeeming would answer, and store nothing. A friend is looked up only when the quote names one."""
    answer = admit(table.read_code(ask.code) if ask.code else None, ask, program)
    if isinstance(answer, Offered):
        for person in ask.persons:
            guard = table.read_friend(person)
            if guard is not None and guard.order_id != ask.order_id:
                return Refused("friend_already_referred")
    return answer


def redeem(
    table: Table, ask: Ask, contact: Contact, program: Program, *, now: datetime
) -> Redeemed | Refused | Conflicting:
    """Admit an order and store it with the friend's guards, or answer as the stored redemption says.

    A refusal looks for an earlier redemption of the same order first: a retry must get its first answer even when the
    code was paused or the program closed in between.

    Raises:
        BusyError: the table did not answer in time; the same request may be sent again.
    """
    answer = admit(table.read_code(ask.code) if ask.code else None, ask, program)
    if isinstance(answer, Refused):
        stored = table.read_redemption(ask.order_id)
        return _again(stored, ask) if stored else answer
    order = redemption(answer, ask, program, now=now, due_at=now + GRACE)
    failures = table.commit([Create(order), *_guards(ask, contact)])
    if not failures:
        return Redeemed(order, replayed=False)
    stored = next((failure.stored for failure in failures if isinstance(failure.stored, Redemption)), None)
    return _again(stored, ask) if stored else Refused("friend_already_referred")


def _guards(ask: Ask, contact: Contact) -> list[Effect]:
    """One guard for each way of knowing the friend; the first carries the contact."""
    first, *others = (Friend(person, ask.order_id) for person in ask.persons)
    reachable = replace(first, email=contact.email, first_name=contact.first_name, locale=contact.locale)
    return [Create(guard) for guard in (reachable, *others)]


def _again(stored: Redemption, ask: Ask) -> Redeemed | Conflicting:
    return Redeemed(stored, replayed=True) if stored.fingerprint == ask.fingerprint else Conflicting()
