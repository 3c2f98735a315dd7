"""Somebody wants to see what is known of them, or to be forgotten: first they show that they read the person's mail."""

from datetime import datetime, timedelta

from chalicelib.domain.effects import Create
from chalicelib.domain.model.messages import Cause, Letter, Message, Recipient
from chalicelib.domain.model.people import Person
from chalicelib.domain.people.pseudonyms import pseudonym_of_email
from chalicelib.store.table import Table

ONCE_IN = timedelta(minutes=10)
"""However often somebody asks, one mail goes out in this time."""


def ask(table: Table, person: Person, program_version: int, *, pepper: bytes, now: datetime) -> bool:
    """Owe a person the mail that leads to their data, and return whether there is an address for it.

    Raises:
        BusyError: the table did not answer in time; the same request may be sent again.
    """
    if person.email is None:
        return False
    turn = int(now.timestamp() // ONCE_IN.total_seconds())
    message = Message(
        Cause("person", person.id, turn),
        Recipient("friend", pseudonym_of_email(pepper, person.email)),
        Letter("confirm"),
        program_version,
        owed_at=now,
        due_at=now,
    )
    table.commit([Create(message)])
    return True
