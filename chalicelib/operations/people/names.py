"""Find people by their names, and list those who were there before names were.

Whoever stores a person lists them (`store/names.py`): what is left to do is to store each of those once whom nobody has
stored since.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.domain.effects import Replace
from chalicelib.domain.model.people import Person
from chalicelib.domain.model.work import Job
from chalicelib.domain.people.names import fits, listed_words, words_in
from chalicelib.operations import jobs
from chalicelib.operations.people import everybody
from chalicelib.store.table import Table

KIND = "names"

_ALL_LISTED = f"job_{KIND}-1"
"""The round that lists all people. Whoever changes how words are compared gives it the next number."""


def find_by_name(table: Table, typed: str, after: str | None, limit: int) -> list[tuple[str, Person | None]]:
    """Look through up to `limit` places of the list of names, in the order of the alphabet, each with its position.

    A place is of a person if every word that was typed begins another word of their name; else of nobody: whoever is
    listed there has other names beside, or was met at an earlier word of their own.

    Raises:
        BusyError: the table did not answer in time.
    """
    words = words_in(typed)
    looked_for = max(words, key=len)
    rows = table.list_named(looked_for, after, limit)
    people = table.read_people(person_id for _, _, person_id in rows)
    return [(at, _met(people.get(person_id), word, looked_for, words)) for at, word, person_id in rows]


def _met(person: Person | None, word: str, looked_for: str, typed: Sequence[str]) -> Person | None:
    known = listed_words(person.first_name, person.last_name) if person else ()
    first = min((it for it in known if it.startswith(looked_for)), default=None)
    return person if first == word and fits(typed, known) else None


def begin(table: Table, *, now: datetime) -> Job | None:
    """Begin to list all people, once and for all.

    Raises:
        BusyError: the table did not answer in time.
    """
    return jobs.begin_once(table, _ALL_LISTED, KIND, now=now)


def step(table: Table, job: Job, deadline: float, *, now: datetime) -> Job:  # noqa: ARG001 - steps are called alike
    """Carry the round on; how far it is counts people.

    Raises:
        BusyError: the table did not answer in time; the slice is done again, which changes nothing more.
    """

    def list_anew(person: Person) -> None:
        if person.listed != listed_words(person.first_name, person.last_name):
            # Whoever has stored them meanwhile has listed them as well.
            table.commit([Replace(replace(person, version=person.version + 1))])

    return everybody.walk(table, job, deadline, list_anew)
