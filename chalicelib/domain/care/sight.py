"""What an occasion sees: a person, the rules in force, and the clocks that the person lives by."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo

from chalicelib.domain.model.people import Answer, Bought, Person
from chalicelib.domain.people.policy import zone_of
from chalicelib.domain.program.program import Program


@dataclass(frozen=True, slots=True)
class Sight:
    """A person at a moment, as the program in force sees them."""

    person: Person
    program: Program
    now: datetime

    @property
    def zone(self) -> tzinfo:
        """By whose clocks they live."""
        return zone_of(self.person, self.program)

    @property
    def orders(self) -> tuple[Bought, ...]:
        """What they bought and kept, the latest last."""
        return tuple(it for it in self.person.orders if not it.refunded)

    def answer(self, about: str) -> Answer | None:
        """What they have answered."""
        return next((it for it in self.person.answers if it.about == about), None)

    def gone(self, occasion: str) -> dict[str, datetime]:
        """When each touch of an occasion was let through, by its subject."""
        return {it.subject: it.at for it in self.person.touches if it.occasion == occasion}

    def day(self, at: datetime) -> date:
        """The day of a moment on their wall."""
        return at.astimezone(self.zone).date()

    def begins(self, day: date) -> datetime:
        """The first moment that bears a date on their wall, in UTC. Where clocks skip midnight it is that moment."""
        return datetime.combine(day, time(), self.zone).astimezone(UTC)
