"""Who gets a message: the person behind its recipient, as they are now."""

from dataclasses import dataclass

from chalicelib.domain.effects import Versioned
from chalicelib.domain.model.messages import Recipient
from chalicelib.domain.model.people import Friend, Person
from chalicelib.domain.people.pseudonyms import pseudonym_of_email
from chalicelib.operations.people.merged import person_of, profile_of
from chalicelib.store.table import Table


@dataclass(frozen=True, slots=True)
class Reached:
    """Somebody who can be written to, or could be.

    Attributes:
        head: what changes with whatever stops letters to them.
        code: what they share, if they are written to as an ambassador.
    """

    person: Person
    head: Versioned
    code: str | None = None

    def mailbox(self, pepper: bytes) -> str | None:
        """The pseudonym of the address that a mail goes to."""
        return pseudonym_of_email(pepper, self.person.email) if self.person.email else None


def reach(table: Table, to: Recipient) -> Reached | None:
    """Read who gets a message; None if there is nobody.

    Raises:
        BusyError: the table did not answer in time.
    """
    match to.kind:
        case "friend":
            person = table.read_known([to.id]).get(to.id)
            return Reached(person, person) if person else _guarded(table.read_friend(to.id))
        case "ambassador":
            profile = profile_of(table, to.id)
            if profile is None:
                return None
            person = person_of(table, profile)
            return Reached(person, person, profile.code)


def _guarded(friend: Friend | None) -> Reached | None:
    """A friend of whom nothing but an order has told."""
    if friend is None:
        return None
    person = Person("", email=friend.email, first_name=friend.first_name, locale=friend.locale)
    return Reached(person, friend)
