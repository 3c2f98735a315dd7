"""Make a customer an ambassador: a profile, an account and a code, once per person."""

from dataclasses import dataclass, replace
from datetime import datetime
from random import Random

from chalicelib.domain.accounts.messages import welcome
from chalicelib.domain.effects import Create, Replace
from chalicelib.domain.ids import new_id
from chalicelib.domain.model.accounts import Account
from chalicelib.domain.model.people import Code, Person, Profile
from chalicelib.domain.people.codes import random_code
from chalicelib.domain.people.membership import Guards, holder
from chalicelib.domain.people.person import TOLD
from chalicelib.domain.people.pseudonyms import names_of
from chalicelib.domain.program.program import Program
from chalicelib.operations.once import Plan, decide
from chalicelib.operations.outlook import Outlook
from chalicelib.operations.people import tell
from chalicelib.operations.people.identity import join, people_of, taking
from chalicelib.store.table import Table

SOURCE = "enrolment"
"""Where the consents come from that the shop passes on with an enrolment."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the shop tells of a customer who becomes an ambassador.

    `vouched` says that it knows who they are. Otherwise it passes on what somebody has typed: that adds to what is
    known of whoever has the address, and corrects nothing.
    """

    email: str
    first_name: str
    last_name: str | None = None
    locale: str = "en"
    customer_id: str | None = None
    birthday: str | None = None
    consents: tuple[str, ...] = ()
    vouched: bool = True


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The ambassador that this person is now, or was already (`new` is False then).

    `id_taken` says that the customer id is another ambassador's, and so did not become this one's.
    """

    ambassador_id: str
    code: str
    new: bool
    id_taken: bool = False


def enrol(
    table: Table, enrolment: Enrolment, program: Program, outlook: Outlook, *, now: datetime, chance: Random
) -> Enrolled:
    """Enrol a customer. Whoever is known by the address keeps what they have; a customer id given later joins them.

    Somebody who has bought before, with a friend's code or without, is the same person as then. The guards decide a
    race between two requests; a code that is taken is drawn again. A new ambassador is welcomed, unless the program
    leaves that to the shop.

    Raises:
        BusyError: others were faster for too long; the same request may be sent again.
    """
    names = names_of(outlook.pepper, enrolment.email, enrolment.customer_id)

    def look() -> Plan[Enrolled]:
        guards = table.read_memberships(names)
        known = guards.get(names[0])
        if known is None or known.ambassador_id is None or known.code is None:
            return _plan(table, enrolment, names, guards, program, outlook, now, chance)
        joins = enrolment.customer_id and holder(guards, names[1]) != known.ambassador_id
        free = not joins or join(table, known.ambassador_id, enrolment.customer_id or "", outlook, now=now)
        return Plan(Enrolled(known.ambassador_id, known.code, new=False, id_taken=not free))

    return decide(table, look)


def enrol_known(
    table: Table, person: Person, program: Program, outlook: Outlook, *, now: datetime, chance: Random
) -> Person:
    """Let somebody who is known, and has an address, become an ambassador, and return them; one already stays as is.

    Raises:
        BusyError: as above.
    """
    if person.ambassador_id is None:
        enrolment = Enrolment(
            person.email or "", person.first_name or "", locale=person.locale or "", customer_id=person.customer_id
        )
        enrol(table, enrolment, program, outlook, now=now, chance=chance)
    return table.read_person(person.id) or person


def _plan(
    table: Table,
    enrolment: Enrolment,
    names: tuple[str, ...],
    guards: Guards,
    program: Program,
    outlook: Outlook,
    now: datetime,
    chance: Random,
) -> Plan[Enrolled]:
    """Make an ambassador, unless another request is faster, or the code is taken."""
    code, ambassador_id = random_code(chance), new_id("amb", now, chance)
    free = tuple(name for name in names if holder(guards, name) is None)
    id_taken = len(free) < len(names)
    person = next(iter(people_of(table, guards, free)), Person(new_id("per", now, chance), version=0, created_at=now))
    is_new = person.version == 0
    person = _as_told(person, replace(enrolment, customer_id=None) if id_taken else enrolment, now=now)
    person, effects = taking(
        table, guards, free, replace(person, ambassador_id=ambassador_id, ambassador_since=now), code
    )
    person = replace(outlook.ahead(person, now), version=person.version + 1)
    account = Account(ambassador_id)
    effects += [
        Create(person) if is_new else Replace(person),
        Create(Profile(ambassador_id, code, now, person.id)),
        Create(account),
        *([Create(welcome(account, program, now=now))] if program.letters.welcome else []),
        Create(Code(code, ambassador_id, owners=names, created_at=now, person_id=person.id)),
    ]
    return Plan(Enrolled(ambassador_id, code, new=True, id_taken=id_taken), effects)


def _as_told(person: Person, enrolment: Enrolment, *, now: datetime) -> Person:
    """Return a person as they enrol: what they say now is newer than what an order told, if it is they who say it."""
    words = {name: getattr(enrolment, name) for name in TOLD if getattr(enrolment, name, None)}
    if not enrolment.vouched:
        words = {name: word for name, word in words.items() if not getattr(person, name)}
    consents = {purpose: tell.Word(given=True, source=SOURCE) for purpose in enrolment.consents}
    return tell.after(person, tell.Particulars(words, consents), now=now)
