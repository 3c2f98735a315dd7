"""What a shop tells about somebody, who is found by an address and an id of the shop, or met now."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random
from typing import Any, Literal

from chalicelib.domain.effects import Create, Effect, Replace
from chalicelib.domain.ids import new_id
from chalicelib.domain.model.people import Person
from chalicelib.domain.people.consent import Voice, said
from chalicelib.domain.people.membership import Guards, freed, whose
from chalicelib.domain.people.person import is_blank, moment, news, tell
from chalicelib.domain.people.pseudonyms import names_of
from chalicelib.operations.once import Plan, decide
from chalicelib.operations.outlook import Outlook
from chalicelib.operations.people.codes import owned
from chalicelib.operations.people.identity import Taken, people_of, taking
from chalicelib.operations.people.merged import profile_of
from chalicelib.store.table import Table


@dataclass(frozen=True, slots=True)
class Word:
    """A yes or a no to a purpose.

    Attributes:
        at: When it was given; None for now.
        source: Where.
        text: What was agreed to, or the version of that text.
    """

    given: bool
    at: datetime | None = None
    source: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Particulars:
    """What is told of somebody: words by the names of `TOLD`, and by purpose what they said to it.

    `own` if they say it themselves, in a session or on a page; else it is the shop's word, which yields to theirs.
    """

    words: Mapping[str, Any] = field(default_factory=dict)
    consents: Mapping[str, Word] = field(default_factory=dict)
    own: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """The person as they are known now; `new` if nobody knew of them."""

    person: Person
    new: bool


@dataclass(frozen=True, slots=True)
class TwoPeople:
    """The address leads to one person and the id to another, and of both more is known than that."""

    by_email: str
    by_customer_id: str
    reason: Literal["customer_id_taken"] = "customer_id_taken"


def tell_of(
    table: Table, particulars: Particulars, outlook: Outlook, *, now: datetime, chance: Random
) -> Known | TwoPeople:
    """Take what the shop tells of a customer by an `email` and perhaps a `customer_id`; the same again changes nothing.

    Somebody who is known by the one is from now on known by the other as well, and goes on being known as before. If
    the two lead to two people, they are one if of either nothing is known beyond that; otherwise an admin must say so.

    Raises:
        BusyError: others were faster for too long; the same request may be sent again.
    """
    names = names_of(outlook.pepper, particulars.words["email"], particulars.words.get("customer_id"))

    def look() -> Plan[Known | TwoPeople]:
        guards = table.read_memberships(names)
        people = people_of(table, guards, names)
        if not people:
            met = Person(new_id("per", now, chance), version=0, created_at=now)
            person, moves = taking(table, guards, names, after(met, particulars, now=now))
            person = replace(outlook.ahead(person, now), version=1)
            return Plan(Known(person, new=True), [Create(person), *moves])
        known = _one_of(*people) if len(people) > 1 else people[0]
        if known is None:
            return Plan(TwoPeople(people[0].id, people[1].id))
        fresh = tuple(name for name in names if whose(guards, name) != known.id)
        person = after(known, particulars, now=now)
        if person == known and not fresh:
            return Plan(Known(person, new=False))
        person, moves = _taking(table, guards, fresh, person)
        person = replace(outlook.ahead(person, now), version=known.version + 1)
        return Plan(Known(person, new=False), [Replace(person), *moves])

    return decide(table, look)


def correct(
    table: Table, person_id: str, particulars: Particulars, outlook: Outlook, *, now: datetime
) -> Person | Taken | None:
    """Correct what is known of a person, and return them as they are then; None if there is no such person.

    A former address or id is free, since it may have been a mistake; but it stays among the person's names, and with
    an ambassador's codes nobody who is known by it becomes a friend.

    Raises:
        BusyError: others were faster for too long; the same request may be sent again.
    """

    def look() -> Plan[Person | Taken | None]:
        person = table.read_person(person_id)
        if person is None:
            return Plan(None)
        changed = after(person, particulars, now=now)
        if changed == person:
            return Plan(person)
        before, names = (names_of(outlook.pepper, it.email, it.customer_id) for it in (person, changed))
        guards = table.read_memberships([*before, *names]) if before != names else {}
        fresh = tuple(name for name in names if before != names and whose(guards, name) != person.id)
        for name in fresh:
            for other in people_of(table, guards, [name]):
                by_email = changed.email is not None and name == names[0]
                if other.id != person.id and not is_blank(other, but="email" if by_email else "customer_id"):
                    return Plan(Taken("email_taken" if by_email else "customer_id_taken", other.id))
        changed, effects = _taking(table, guards, fresh, changed)
        left = (guards[name] for name in before if name not in names and whose(guards, name) == person.id)
        changed = replace(outlook.ahead(changed, now), version=person.version + 1)
        return Plan(changed, [Replace(changed), *effects, *map(freed, left)])

    return decide(table, look)


def change(
    table: Table, person_id: str, changing: Callable[[Person], Person], outlook: Outlook, *, now: datetime
) -> Person | None:
    """Change what is known of a person, but for how they are known, and return them; None if there is no such person.

    Raises:
        BusyError: others were faster for too long; the same request may be sent again.
    """

    def look() -> Plan[Person | None]:
        person = table.read_person(person_id)
        changed = changing(person) if person else None
        if changed is None or changed == person:
            return Plan(person)
        changed = replace(outlook.ahead(changed, now), version=changed.version + 1)
        return Plan(changed, [Replace(changed)])

    return decide(table, look)


def after(person: Person, particulars: Particulars, *, now: datetime) -> Person:
    """Return a person after what is told: what is news has its time from now, a word on a purpose its own if given."""
    fresh, at = news(person, particulars.words), moment(person, now)
    known = tell(person, fresh, at) if fresh else person
    consents = known.consents
    voice: Voice = "person" if particulars.own else "shop"
    for purpose, word in particulars.consents.items():
        when = at if particulars.own or word.at is None else min(word.at, now)
        consents = said(consents, purpose, voice, when, yes=word.given, source=word.source, text=word.text)
    return replace(known, consents=consents)


def _one_of(by_email: Person, by_customer_id: Person) -> Person | None:
    """Say who of two takes in the other one, of whom nothing is known but the address or the id; None for neither."""
    if is_blank(by_customer_id, but="customer_id"):
        return by_email
    return by_customer_id if is_blank(by_email, but="email") else None


def _taking(table: Table, guards: Guards, names: Sequence[str], person: Person) -> tuple[Person, list[Effect]]:
    """Let a person be known in further ways; an ambassador owns their codes under these as well."""
    profile = profile_of(table, person.ambassador_id) if person.ambassador_id else None
    if profile is None or not names:
        return taking(table, guards, names, person)
    person, effects = taking(table, guards, names, person, profile.code)
    moved = replace(profile, version=profile.version + 1)
    return person, [*effects, *owned(table, profile, names), Replace(moved)]
