"""When to look again what is due for a person: worked out whenever something about them is stored."""

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.care.care import care
from chalicelib.domain.care.settings import Care
from chalicelib.domain.model.people import Person
from chalicelib.domain.people.pseudonyms import pseudonym_of_email
from chalicelib.domain.program.program import Program
from chalicelib.operations.program.settings import care_of

_NONE = Care()


@dataclass(frozen=True, slots=True)
class Outlook:
    """By what it is worked out: the rules in force, None before there are any, and the key of people's pseudonyms.

    Whoever stores a person stores them as `ahead` returns them. So a person of whom nothing is due is looked at by
    nobody, and one of whom something is, is found at the right moment.

    Functions that handle no addresses do without the key. By them nobody's address counts as stopped: whoever's is, is
    looked at once more than needed, by the function that sends mails and has the key.
    """

    program: Program | None
    pepper: bytes = b""

    @property
    def settings(self) -> Care:
        """The occasions that are on."""
        return care_of(self.program) if self.program else _NONE

    @property
    def currency(self) -> str:
        """In which the program counts."""
        return self.program.currency if self.program else ""

    @property
    def is_on(self) -> bool:
        """Whether there is any occasion."""
        return self.settings != _NONE

    def ahead(self, person: Person, now: datetime) -> Person:
        """Return a person with when to look again.

        If by what was known nothing has been due until now, all until now is seen: what comes to be known only now is
        not held against it, and makes nothing over that was never in sight.
        """
        if self.program is None or not self.is_on:
            return replace(person, due_at=None) if person.due_at else person
        if person.due_at is None or person.due_at > now:
            person = replace(person, seen_until=now)
        plan = care(person, self.settings, self.program, now, mailbox=self.mailbox(person))
        return replace(person, due_at=plan.due_at, seen_until=person.seen_until or now)

    def mailbox(self, person: Person) -> str | None:
        """The pseudonym of the address that mails to somebody go to; without the key an empty one."""
        if not person.email:
            return None
        return pseudonym_of_email(self.pepper, person.email) if self.pepper else ""
