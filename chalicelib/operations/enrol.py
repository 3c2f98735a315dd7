"""Make a customer an ambassador: a profile, an account and a code, once per person."""

from dataclasses import dataclass
from datetime import datetime
from random import Random

from chalicelib.domain.codes import random_code
from chalicelib.domain.effects import Create
from chalicelib.domain.model import Account, Code, Membership, Person, Profile
from chalicelib.domain.people import pseudonym_of_customer, pseudonym_of_email
from chalicelib.operations.ids import new_id
from chalicelib.store.table import Table


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The ambassador that this person is now, or was already (`new` is False then)."""

    ambassador_id: str
    code: str
    new: bool


def enrol(table: Table, person: Person, *, pepper: bytes, now: datetime, chance: Random) -> Enrolled:
    """Enrol a person. Whoever is known keeps what they have, and nothing is changed.

    The membership guard decides a race between two requests; a code that is taken is drawn again.
    """
    names = [pseudonym_of_email(pepper, person.email)]
    if person.customer_id:
        names.append(pseudonym_of_customer(pepper, person.customer_id))
    known = table.read_membership(names[0])
    while known is None:
        code, ambassador_id = random_code(chance), new_id("amb", now, chance)
        failures = table.commit(
            [
                Create(Membership(names[0], ambassador_id, code)),
                Create(Profile(ambassador_id, code, now, person)),
                Create(Account(ambassador_id)),
                Create(Code(code, ambassador_id, owners=tuple(names), created_at=now)),
            ]
        )
        if not failures:
            return Enrolled(ambassador_id, code, new=True)
        known = next((failure.stored for failure in failures if isinstance(failure.stored, Membership)), None)
    return Enrolled(known.ambassador_id, known.code, new=False)
