"""Make a customer an ambassador: a profile, an account and a code, once per person."""

from dataclasses import dataclass
from datetime import datetime
from random import Random

from chalicelib.domain.codes import random_code
from chalicelib.domain.effects import Create, Effect
from chalicelib.domain.model import Account, Code, Membership, Profile
from chalicelib.domain.people import pseudonym_of_customer, pseudonym_of_email
from chalicelib.operations.ids import new_id
from chalicelib.store.table import Table


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What a shop tells about a customer who wants to share."""

    email: str
    first_name: str
    last_name: str | None = None
    locale: str = "en"
    customer_id: str | None = None
    birthday: str | None = None
    consents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The ambassador that this person is now, or was already (`new` is False then)."""

    ambassador_id: str
    code: str
    new: bool


def enrol(table: Table, newcomer: Newcomer, *, pepper: bytes, now: datetime, chance: Random) -> Enrolled:
    """Enrol a person. Whoever is known keeps what they have, and nothing is changed.

    The membership guard decides a race between two requests; a code that is taken is drawn again.
    """
    person = pseudonym_of_email(pepper, newcomer.email)
    known = table.read_membership(person)
    while known is None:
        code = random_code(chance)
        ambassador_id = new_id("amb", now, chance)
        failures = table.commit(_newcomer(newcomer, ambassador_id, code, person, pepper, now))
        if not failures:
            return Enrolled(ambassador_id, code, new=True)
        known = next((failure.stored for failure in failures if isinstance(failure.stored, Membership)), None)
    return Enrolled(known.ambassador_id, known.code, new=False)


def _newcomer(
    newcomer: Newcomer, ambassador_id: str, code: str, person: str, pepper: bytes, now: datetime
) -> list[Effect]:
    also = (pseudonym_of_customer(pepper, newcomer.customer_id),) if newcomer.customer_id else ()
    profile = Profile(
        ambassador_id=ambassador_id,
        email=newcomer.email,
        first_name=newcomer.first_name,
        code=code,
        created_at=now,
        last_name=newcomer.last_name,
        locale=newcomer.locale,
        customer_id=newcomer.customer_id,
        birthday=newcomer.birthday,
        consents=newcomer.consents,
    )
    return [
        Create(Membership(person, ambassador_id, code)),
        Create(profile),
        Create(Account(ambassador_id)),
        Create(Code(code, ambassador_id, owners=(person, *also), created_at=now)),
    ]
