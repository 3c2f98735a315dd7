"""Who gets a message: the person behind its recipient, as they are now."""

from dataclasses import dataclass

from chalicelib.domain.effects import Effect, Unchanged, Valid
from chalicelib.domain.model.access import ApiKey
from chalicelib.domain.model.messages import Recipient
from chalicelib.domain.model.people import Person
from chalicelib.domain.people.pseudonyms import pseudonym_of_email
from chalicelib.operations.people.merged import person_of, profile_of
from chalicelib.store.table import Table


@dataclass(frozen=True, slots=True)
class Reached:
    """Somebody who can be written to, or could be.

    `code` is what they share, if it is as an ambassador. An `admin` is no person of the shop's: the `person` is what a
    letter needs to know of them, and stored nowhere.
    """

    person: Person
    code: str | None = None
    admin: ApiKey | None = None

    @property
    def stands(self) -> Effect:
        """What must still be so when a mail is claimed: they are as they were read, and an admin was not revoked."""
        return Valid(self.admin) if self.admin else Unchanged(self.person)

    def mailbox(self, pepper: bytes) -> str | None:
        """The pseudonym of the address that a mail goes to."""
        return pseudonym_of_email(pepper, self.person.email) if self.person.email else None


def recipients_of(table: Table, person: Person) -> list[Recipient]:
    """Return all as whom a person was written to, also before it was known that two are one.

    Raises:
        BusyError: the table did not answer in time.
    """
    profile = profile_of(table, person.ambassador_id) if person.ambassador_id else None
    as_ambassador = [Recipient("ambassador", it) for it in profile.kin] if profile else []
    as_person = [Recipient("person", it) for it in (person.id, *person.absorbed)]
    return [*as_person, *as_ambassador, *(Recipient("friend", it) for it in person.names)]


def reach(table: Table, to: Recipient) -> Reached | None:
    """Read who gets a message; None if there is nobody.

    Raises:
        BusyError: the table did not answer in time.
    """
    match to.kind:
        case "friend":
            person = table.read_known([to.id]).get(to.id)
            return Reached(person) if person else None
        case "person":
            person = table.read_person(to.id)
            profile = profile_of(table, person.ambassador_id) if person and person.ambassador_id else None
            return Reached(person, profile.code if profile else None) if person else None
        case "ambassador":
            profile = profile_of(table, to.id)
            return Reached(person_of(table, profile), profile.code) if profile else None
        case "admin":
            key = table.find_api_key(to.id)
            if key is None or key.revoked_at is not None:
                return None
            return Reached(Person(key.id, email=key.email, first_name=key.name), admin=key)
