"""A life with the shop: what is told of somebody by and by, and what care makes of it, as its worker carries it out."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.domain.care.care import Line, Plan, care, purpose_of, touched
from chalicelib.domain.care.settings import Care
from chalicelib.domain.model.people import PROMOTIONAL, Bought, Consent, Person
from chalicelib.domain.people.person import join
from chalicelib.domain.people.policy import is_counted
from chalicelib.domain.program.program import LetterCap, Letters, Program
from tests.unit.book import program

MAILBOX = "a mailbox"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
YES: dict[str, Consent] = {it: Consent(own_yes=datetime(2010, 1, 1, tzinfo=UTC)) for it in PROMOTIONAL}
BORN = datetime(2010, 1, 1, tzinfo=UTC)


def at(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def known(**about: Any) -> Person:
    """Somebody who has agreed to everything long ago, and lives by UTC."""
    asha = Person("per_1", created_at=BORN, email="asha@example.com", time_zone="UTC", consents=YES)
    return replace(asha, **about)


def ruled(*caps: tuple[int, int], **letters: Any) -> Program:
    """A program whose letters nothing limits but this: caps as so many letters in so many days."""
    limits = tuple(LetterCap(*it) for it in caps)
    return program(letters=replace(Letters(quiet=None, caps=limits), **letters))


def order(name: str, placed: str, **more: Any) -> Bought:
    """An order of two goods."""
    return Bought(name, at(placed), skus=("vase", "bowl"), **more)


def buyer(*orders: Bought, **about: Any) -> Person:
    """Somebody who has bought."""
    ordered = sorted(orders, key=lambda it: it.placed_at)
    return known(orders=tuple(ordered), first_bought_at=ordered[0].placed_at, **about)


def look(person: Person, settings: Care, now: str | datetime, rules: Program | None = None) -> Plan:
    """What is due for somebody who can be written to."""
    now = at(now) if isinstance(now, str) else now
    return care(person, settings, rules or ruled(), now, mailbox=MAILBOX)


@dataclass
class Life:
    """A person as they are by now, and what was done for them.

    Attributes:
        went: What was let through, and when.
        ended: What was recorded as over, and when.
    """

    person: Person
    settings: Care
    now: datetime
    rules: Program = field(default_factory=ruled)
    mailbox: str | None = MAILBOX
    went: list[tuple[datetime, Line]] = field(default_factory=list)
    ended: list[tuple[datetime, Line]] = field(default_factory=list)
    looks: int = 0

    def look(self) -> Plan:
        """See what is due, without doing it."""
        return care(self.person, self.settings, self.rules, self.now, mailbox=self.mailbox)

    def carry_out(self) -> datetime | None:
        """Do what is due until nothing is; return when to look again."""
        while True:
            plan, self.looks = self.look(), self.looks + 1
            self.person = replace(self.person, seen_until=self.now)
            self.ended += [(self.now, it) for it in plan.ended]
            if plan.go:
                assert plan.go.touch.key not in self.keys(), "nothing is done twice"
                self.went.append((self.now, plan.go))
                purpose = purpose_of(plan.go.touch)
                counts = purpose is not None and is_counted(purpose, self.rules)
                self.person = touched(self.person, plan.go, self.now, counts=counts)
            elif not plan.ended:
                return plan.due_at

    def until(self, end: str | datetime) -> "Life":
        """Go on to a moment, and look whenever care has said so, and at the end."""
        end = at(end) if isinstance(end, str) else end
        due_at = self.carry_out()
        while due_at is not None and due_at < end:
            self.now = due_at
            due_at = self.carry_out()
        self.now = end
        self.carry_out()
        return self

    def tell(self, change: Callable[[Person], Person]) -> "Life":
        """Let something be known now. What is over by now is over by what was known until now."""
        self.carry_out()
        self.person = change(self.person)
        self.carry_out()
        return self

    def learn(self, fact: Person) -> "Life":
        """The same with something that is folded in."""
        return self.tell(lambda it: join(it, fact))

    def keys(self) -> list[str]:
        """What went, in order."""
        return [line.touch.key for _, line in self.went]

    def times(self, occasion: str = "") -> list[datetime]:
        """When something of an occasion went."""
        return [when for when, line in self.went if line.touch.occasion.startswith(occasion)]

    def reasons(self) -> dict[str, tuple[str, ...]]:
        """Why what is over did not go, by its key."""
        return {line.touch.key: line.why for _, line in self.ended}


def went_at(settings: Care, person: Person, start: str, end: str, rules: Program | None = None) -> dict[str, datetime]:
    """When each touch went in a life in which nothing more is told."""
    life = Life(person, settings, at(start), rules or ruled()).until(end)
    return {line.touch.key: when for when, line in life.went}
