"""Make a customer an ambassador: a profile, an account and a code, once per person."""

from dataclasses import dataclass, replace
from datetime import datetime
from random import Random

from chalicelib.domain.effects import Create
from chalicelib.domain.ids import new_id
from chalicelib.domain.model.accounts import Account
from chalicelib.domain.model.people import Code, Profile, Told
from chalicelib.domain.people.codes import random_code
from chalicelib.domain.people.membership import Guards, holder, taken
from chalicelib.operations.once import Plan, decide
from chalicelib.operations.people.identity import join, names_of
from chalicelib.store.table import Table


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The ambassador that this person is now, or was already (`new` is False then).

    `id_taken` says that the customer id is another ambassador's, and so did not become this one's.
    """

    ambassador_id: str
    code: str
    new: bool
    id_taken: bool = False


def enrol(table: Table, person: Told, *, pepper: bytes, now: datetime, chance: Random) -> Enrolled:
    """Enrol a person. Whoever is known by the address keeps what they have; a customer id given later joins them.

    The guards decide a race between two requests; a code that is taken is drawn again.

    Raises:
        BusyError: others were faster for too long; the same request may be sent again.
    """
    names = names_of(pepper, person)

    def look() -> Plan[Enrolled]:
        guards = table.read_memberships(names)
        known = guards.get(names[0])
        if known is None or known.ambassador_id is None or known.code is None:
            return _plan(person, names, guards, now, chance)
        joins = person.customer_id and holder(guards, names[1]) != known.ambassador_id
        free = not joins or join(table, known.ambassador_id, person.customer_id or "", pepper=pepper)
        return Plan(Enrolled(known.ambassador_id, known.code, new=False, id_taken=not free))

    return decide(table, look)


def _plan(person: Told, names: tuple[str, ...], guards: Guards, now: datetime, chance: Random) -> Plan[Enrolled]:
    """Make an ambassador, unless another request is faster, or the code is taken."""
    code, ambassador_id = random_code(chance), new_id("amb", now, chance)
    free = [name for name in names if holder(guards, name) is None]
    id_taken = len(free) < len(names)
    profile = Profile(ambassador_id, code, now, replace(person, customer_id=None) if id_taken else person)
    effects = [
        *(taken(guards, name, ambassador_id, code) for name in free),
        Create(profile),
        Create(Account(ambassador_id)),
        Create(Code(code, ambassador_id, owners=names, created_at=now)),
    ]
    return Plan(Enrolled(ambassador_id, code, new=True, id_taken=id_taken), effects)
