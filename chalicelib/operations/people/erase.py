"""Forget somebody: at once all that is known of them, then piece by piece what lies about them elsewhere.

The books stay exact: the ledger, the guards and all numbers go by pseudonym, and nothing of these changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from chalicelib.domain.effects import Create, Effect, Replace
from chalicelib.domain.ids import new_id
from chalicelib.domain.model.people import EVERYTHING, Consent, Erasure, Person, Profile
from chalicelib.domain.people.erasure import taken
from chalicelib.domain.people.names import WORDS_MAX
from chalicelib.domain.people.person import erase, is_blank, moment
from chalicelib.domain.people.policy import BEGINS
from chalicelib.operations.access import sessions
from chalicelib.operations.once import Plan, decide
from chalicelib.operations.people.belongings import belongings, recipients
from chalicelib.operations.people.merged import profile_of
from chalicelib.store.table import EFFECTS_MAX, Table

LAST_LOOK = timedelta(minutes=15)
"""So long after the request it is looked once more: a request that was on its way may have left something."""

BY_THEMSELVES = "person"
"""Who has asked for an erasure, if it was the person."""

_MAILS = 50


@dataclass(frozen=True, slots=True)
class Erased:
    """A person of whom nothing is known any more, now or (`replayed`) since before.

    Attributes:
        erasure: What is still to be taken elsewhere; None if nothing has been told since the last time.
        mail_until: Until when a mail may still begin that was let through before; None if there is none.
    """

    person: Person
    erasure: Erasure | None
    mail_until: datetime | None
    replayed: bool


def erase_person(
    table: Table, person_id: str, *, by: str, note: str | None, now: datetime, chance: Random
) -> Erased | None:
    """Forget a person; None if there is no such person. A second time does so only if something was told since.

    From the answer on nothing is sent but what `mail_until` is about. All their sessions have ended.

    Raises:
        BusyError: others were faster for too long; the same request may be sent again.
    """

    def look() -> Plan[Erased | None]:
        person = table.read_person(person_id)
        if person is None:
            return Plan(None)
        kin = _kin(table, person)
        if is_forgotten(person):
            return Plan(Erased(person, None, mail_until(table, person, kin, now=now), replayed=True))
        at = moment(person, now)
        gone = replace(erase(person, at), due_at=None, version=person.version + 1)
        erasure = Erasure(new_id("ers", now, chance), person.id, at, by, note, due_at=now)
        contacts = [effect for it in table.read_friends(person.names) if (effect := taken(it))]
        accounts = [effect for it in table.read_accounts(kin).values() if (effect := taken(it))]
        effects: list[Effect] = [Replace(gone), Create(erasure), *contacts, *accounts]
        effects += sessions.ending(table, kin, now=now)[: EFFECTS_MAX - WORDS_MAX - len(effects)]
        return Plan(Erased(gone, erasure, mail_until(table, person, kin, now=now), replayed=False), effects)

    answer = decide(table, look)
    if answer is not None:
        sessions.end_all(table, _kin(table, answer.person), now=now)
    return answer


def is_forgotten(person: Person) -> bool:
    """Whether a person was erased, and nothing has been told of them since."""
    if person.erased_at is None:
        return False
    only = {EVERYTHING: Consent(own_no=person.erased_at)}
    said = {} if person.consents == only else person.consents
    return is_blank(replace(person, erased_at=None, consents=said, ambassador_id=None, sent=())) and not person.orders


def carry_on(table: Table, erasure_id: str, *, now: datetime) -> Erasure | None:
    """Take what is left of somebody who was erased, and return how far that is; None if there is nothing to do.

    Each piece is taken by itself, and one that somebody has changed meanwhile is read anew: until none is left, and
    none has come in for a while.

    Raises:
        BusyError: the table did not answer in time; it stays due.
    """
    erasure = table.read_erasure(erasure_id)
    person = table.read_person(erasure.person_id) if erasure else None
    if erasure is None or erasure.due_at is None or person is None:
        return None
    number = sum(not table.commit([effect]) for effect in _left(table, person))
    is_last = number == 0 and not _left(table, person) and now >= erasure.asked_at + LAST_LOOK
    after = replace(erasure, taken=erasure.taken + number, version=erasure.version + 1)
    if is_last:
        after = replace(after, state="done", ended_at=now, due_at=None)
    else:
        after = replace(after, due_at=max(now, erasure.asked_at + LAST_LOOK) if number == 0 else now)
    return after if not table.commit([Replace(after)]) else None


def mail_until(table: Table, person: Person, kin: Sequence[str], *, now: datetime) -> datetime | None:
    """Return until when a mail to a person may still begin, since it was let through before; None if there is none.

    Raises:
        BusyError: the table did not answer in time.
    """
    found = table.list_messages(recipients(person, kin), None, _MAILS)
    ends = [it.sending_at + BEGINS for _, it in found if it.state == "sending" and it.sending_at]
    return max((end for end in ends if end > now), default=None)


def _left(table: Table, person: Person) -> list[Effect]:
    return [effect for it in belongings(table, person).items() if (effect := taken(it))]


def _kin(table: Table, person: Person) -> tuple[str, ...]:
    profile: Profile | None = profile_of(table, person.ambassador_id) if person.ambassador_id else None
    return profile.kin if profile else ()
