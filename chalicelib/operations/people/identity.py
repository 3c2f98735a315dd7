"""Who an ambassador is: found by an address, an id of the shop or a code, and corrected where the shop had it wrong."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from chalicelib.domain.effects import Effect, Replace
from chalicelib.domain.model.people import Profile, Told
from chalicelib.domain.people.codes import normal_code
from chalicelib.domain.people.membership import freed, holder, taken
from chalicelib.domain.people.pseudonyms import pseudonym_of_customer, pseudonym_of_email
from chalicelib.operations.once import Plan, decide
from chalicelib.operations.people.codes import owned
from chalicelib.operations.people.merged import profile_of
from chalicelib.store.table import Table


@dataclass(frozen=True, slots=True)
class Taken:
    """The address or id is of another ambassador, `by`; nothing was changed."""

    reason: Literal["email_taken", "customer_id_taken"]
    by: str


def names_of(pepper: bytes, person: Told) -> tuple[str, ...]:
    """Return the pseudonyms of a person: of the e-mail address, then of the shop's id if there is one."""
    email = pseudonym_of_email(pepper, person.email)
    return (email, pseudonym_of_customer(pepper, person.customer_id)) if person.customer_id else (email,)


def find(table: Table, pseudonym: str) -> Profile | None:
    """Find the ambassador who is known by a pseudonym.

    Raises:
        BusyError: the table did not answer in time.
    """
    known = holder(table.read_memberships([pseudonym]), pseudonym)
    return profile_of(table, known) if known else None


def find_by_code(table: Table, typed: str) -> Profile | None:
    """Find the ambassador of a code, any of theirs, as somebody typed it.

    Raises:
        BusyError: the table did not answer in time.
    """
    normal = normal_code(typed)
    code = table.read_code(normal) if normal else None
    return profile_of(table, code.ambassador_id) if code else None


def correct(table: Table, ambassador_id: str, change: Callable[[Told], Told], *, pepper: bytes) -> Profile | Taken:
    """Change what is known of an ambassador who exists; orders, sessions, codes and the account stay.

    Another address or id moves the guards that make a person one ambassador, and owns all codes as the former one does:
    with that nobody becomes a friend of their own either. The former one is free, so that whoever it is of, if it was
    a mistake, can be an ambassador.

    Raises:
        BusyError: others were faster for too long; the same request may be sent again.
    """

    def look() -> Plan[Profile | Taken]:
        profile = profile_of(table, ambassador_id)
        assert profile is not None, "profiles are kept for good"
        person = change(profile.person)
        if person == profile.person:
            return Plan(profile)
        moves = _moves(table, profile, names_of(pepper, profile.person), names_of(pepper, person))
        if isinstance(moves, Taken):
            return Plan(moves)
        after = replace(profile, person=person, version=profile.version + 1)
        return Plan(after, [Replace(after), *moves])

    return decide(table, look)


def join(table: Table, ambassador_id: str, customer_id: str, *, pepper: bytes) -> bool:
    """Let an ambassador be known by a customer id that the shop gives later, and return whether that was free.

    One that is another's owns the codes all the same: the shop has said that this is the same person.

    Raises:
        BusyError: others were faster for too long; the same request may be sent again.
    """
    person = pseudonym_of_customer(pepper, customer_id)

    def look() -> Plan[bool]:
        guards, profile = table.read_memberships([person]), profile_of(table, ambassador_id)
        assert profile is not None, "profiles are kept for good"
        by = holder(guards, person)
        if by == profile.ambassador_id:
            return Plan(True)
        effects, known = owned(table, profile, (person,)), profile.person
        if by is None:
            effects = [*effects, taken(guards, person, profile.ambassador_id, profile.code)]
            known = known if known.customer_id else replace(known, customer_id=customer_id)
        if not effects:
            return Plan(False)
        after = replace(profile, person=known, version=profile.version + 1)
        return Plan(by is None, [*effects, Replace(after)])

    return decide(table, look)


def _moves(table: Table, profile: Profile, before: tuple[str, ...], after: tuple[str, ...]) -> list[Effect] | Taken:
    """What another address or id moves: the guards, and whose the codes are."""
    if before == after:
        return []
    guards, own = table.read_memberships([*before, *after]), profile.ambassador_id
    effects: list[Effect] = []
    for person in after:
        by = holder(guards, person)
        if by is None:
            effects.append(taken(guards, person, own, profile.code))
        elif by != own:
            return Taken("email_taken" if person == after[0] else "customer_id_taken", by)
    left = (guards[person] for person in before if person not in after and holder(guards, person) == own)
    return [*effects, *map(freed, left), *owned(table, profile, after)]
