"""What somebody chooses to get, said without signing in, by a link that was mailed to them."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime

from chalicelib.domain.effects import Replace
from chalicelib.domain.model.people import Person
from chalicelib.domain.people.links import Link
from chalicelib.domain.people.preferences import choose, refuse
from chalicelib.operations.once import Plan, decide
from chalicelib.operations.outlook import Outlook
from chalicelib.store.table import Table


def whose(table: Table, link: Link | None) -> Person | None:
    """Return whom a link is about; None if there is no such link or nobody is known by it, erased people among them.

    Raises:
        BusyError: the table did not answer in time.
    """
    person = table.read_person(link.person_id) if link else None
    return None if person is None or (person.erased_at and person.email is None) else person


def unsubscribe(table: Table, link: Link | None, outlook: Outlook, *, now: datetime) -> Person | None:
    """Let somebody refuse what a link is about, and return them; None as in `whose`.

    Raises:
        BusyError: others were faster for too long; the same request may be sent again.
    """
    if link is None or link.purpose is None:
        return None
    return _change(table, link, lambda person: refuse(person, str(link.purpose), now), outlook, now)


def unsubscribe_all(table: Table, link: Link | None, outlook: Outlook, *, now: datetime) -> Person | None:
    """Let somebody refuse everything that can be refused.

    Raises:
        BusyError: as above.
    """
    return _change(table, link, lambda person: refuse(person, "*", now), outlook, now)


def choose_letters(
    table: Table,
    link: Link | None,
    wanted: Collection[str],
    texts: Mapping[str, str],
    locale: str | None,
    outlook: Outlook,
    *,
    now: datetime,
) -> Person | None:
    """Let somebody get letters of these purposes and no others, in another language if there is one.

    Raises:
        BusyError: as above.
    """
    return _change(table, link, lambda person: choose(person, wanted, texts, locale, now), outlook, now)


def _change(
    table: Table, link: Link | None, change: Callable[[Person], Person], outlook: Outlook, now: datetime
) -> Person | None:
    def look() -> Plan[Person | None]:
        person = whose(table, link)
        after = change(person) if person else None
        if person is None or after is None or after == person:
            return Plan(person)
        after = replace(outlook.ahead(after, now), version=person.version + 1)
        return Plan(after, [Replace(after)])

    return decide(table, look)
