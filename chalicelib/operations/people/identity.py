"""Who an ambassador is: found by an address, an id of the shop or a code, and corrected where the shop had it wrong."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from chalicelib.domain.effects import Effect, Replace
from chalicelib.domain.model.people import Person, Profile
from chalicelib.domain.people.codes import normal_code
from chalicelib.domain.people.membership import Guards, freed, holder, taken, whose
from chalicelib.domain.people.person import TOLD, known_as, merge_people, moment, news, tell
from chalicelib.domain.people.pseudonyms import names_of, pseudonym_of_customer
from chalicelib.operations.once import Plan, decide
from chalicelib.operations.outlook import Outlook
from chalicelib.operations.people.codes import owned
from chalicelib.operations.people.merged import person_of, profile_of
from chalicelib.store.table import Table


@dataclass(frozen=True, slots=True)
class Taken:
    """The address or id is of another ambassador, `by`; nothing was changed."""

    reason: Literal["email_taken", "customer_id_taken"]
    by: str


@dataclass(frozen=True, slots=True)
class Match:
    """An ambassador, and by which `code` of theirs whoever was looked for has shared."""

    profile: Profile
    code: str | None


def find(table: Table, pseudonym: str) -> Match | None:
    """Find the ambassador who is known by a pseudonym.

    Raises:
        BusyError: the table did not answer in time.
    """
    guard = table.read_memberships([pseudonym]).get(pseudonym)
    profile = profile_of(table, guard.ambassador_id) if guard and guard.ambassador_id else None
    return Match(profile, guard.code) if guard and profile else None


def find_by_code(table: Table, typed: str) -> Match | None:
    """Find the ambassador of a code, any of theirs, as somebody typed it.

    Raises:
        BusyError: the table did not answer in time.
    """
    normal = normal_code(typed)
    code = table.read_code(normal) if normal else None
    profile = profile_of(table, code.ambassador_id) if code else None
    return Match(profile, normal) if profile else None


def correct(
    table: Table, ambassador_id: str, change: Callable[[Person], Person], outlook: Outlook, *, now: datetime
) -> tuple[Profile, Person] | Taken:
    """Change what is known of an ambassador who exists; orders, sessions, codes and the account stay.

    Another address or id moves the guards that make a person one ambassador, and owns all codes as the former one does:
    with that nobody becomes a friend of their own either. The former one is free, so that whoever it is of, if it was
    a mistake, can be an ambassador.

    Raises:
        BusyError: others were faster for too long; the same request may be sent again.
    """

    def look() -> Plan[tuple[Profile, Person] | Taken]:
        profile, person = _known(table, ambassador_id)
        changed = change(person)
        if changed == person:
            return Plan((profile, person))
        words = {name: getattr(changed, name) for name in TOLD}
        changed = tell(replace(person, consents=changed.consents), news(person, words), moment(person, now))
        before, after = (names_of(outlook.pepper, it.email, it.customer_id) for it in (person, changed))
        moves = _moves(table, profile, changed, before, after)
        if isinstance(moves, Taken):
            return Plan(moves)
        changed = replace(outlook.ahead(moves[0], now), version=person.version + 1)
        return Plan((profile, changed), [Replace(changed), *moves[1]])

    return decide(table, look)


def join(table: Table, ambassador_id: str, customer_id: str, outlook: Outlook, *, now: datetime) -> bool:
    """Let an ambassador be known by a customer id that the shop gives later, and return whether that was free.

    One that is another's owns the codes all the same: the shop has said that this is the same person.

    Raises:
        BusyError: others were faster for too long; the same request may be sent again.
    """
    name = pseudonym_of_customer(outlook.pepper, customer_id)

    def look() -> Plan[bool]:
        guards, (profile, person) = table.read_memberships([name]), _known(table, ambassador_id)
        by = holder(guards, name)
        if by == profile.ambassador_id:
            return Plan(True)
        effects = owned(table, profile, (name,))
        if by is None:
            known = {} if person.customer_id else {"customer_id": customer_id}
            person, moves = taking(table, guards, (name,), tell(person, known, moment(person, now)), profile.code)
            effects = [*effects, *moves, Replace(replace(outlook.ahead(person, now), version=person.version + 1))]
        if not effects:
            return Plan(False)
        return Plan(by is None, [*effects, Replace(replace(profile, version=profile.version + 1))])

    return decide(table, look)


def people_of(table: Table, guards: Guards, names: Iterable[str]) -> list[Person]:
    """Return the people to whom these pseudonyms lead, each once.

    Raises:
        BusyError: the table did not answer in time.
    """
    found = table.read_people(dict.fromkeys(known for name in names if (known := whose(guards, name))))
    return list({it.id: it for it in found.values()}.values())


def taking(
    table: Table, guards: Guards, names: Sequence[str], person: Person, code: str | None = None
) -> tuple[Person, list[Effect]]:
    """Let a person be known in ways that are no other ambassador's: whom they led to has turned out to be the same.

    Returns the person, at the version that they had, and what else is written.

    Raises:
        BusyError: the table did not answer in time.
    """
    effects: list[Effect] = []
    for other in people_of(table, guards, names):
        if other.id != person.id:
            person, led = merge_people(person, other)
            effects.append(Replace(led))
    effects += (taken(guards, name, person.id, person.ambassador_id, code) for name in names)
    return known_as(person, *names), effects


def _known(table: Table, ambassador_id: str) -> tuple[Profile, Person]:
    """Read who an ambassador is, who exists."""
    profile = profile_of(table, ambassador_id)
    assert profile is not None, "profiles are kept for good"
    return profile, person_of(table, profile)


def _moves(
    table: Table, profile: Profile, person: Person, before: tuple[str, ...], after: tuple[str, ...]
) -> tuple[Person, list[Effect]] | Taken:
    """What another address or id moves: the guards, and whose the codes are."""
    if before == after:
        return person, []
    guards, own = table.read_memberships([*before, *after]), profile.ambassador_id
    fresh = tuple(name for name in after if holder(guards, name) != own)
    for name in fresh:
        if by := holder(guards, name):
            return Taken("email_taken" if name == after[0] else "customer_id_taken", by)
    person, effects = taking(table, guards, fresh, person, profile.code)
    left = (guards[name] for name in before if name not in after and holder(guards, name) == own)
    moved = replace(profile, version=profile.version + 1)
    return person, [*effects, *map(freed, left), *owned(table, profile, after), Replace(moved)]
