"""A shop of many people through a quarter: who lives where, what they do, and the functions that work for them."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Literal

from chalicelib.domain.model.facts import Refund
from chalicelib.domain.model.people import EVERYTHING, Person
from chalicelib.domain.money import Money
from chalicelib.domain.orders.admit import Ask
from chalicelib.domain.people.consent import said
from chalicelib.domain.people.mail_events import MailEvent, mark_in
from chalicelib.domain.people.person import moment
from chalicelib.domain.people.pseudonyms import names_of, pseudonym_of_email
from chalicelib.operations.messages.events import note
from chalicelib.operations.orders.answers import Redeemed
from chalicelib.operations.orders.facts import report
from chalicelib.operations.orders.friends import Contact
from chalicelib.operations.orders.redeem import redeem
from chalicelib.operations.people.enrol import Enrolment, enrol
from chalicelib.operations.people.erase import erase_person
from chalicelib.operations.people.tell import Known, Particulars, change, tell_of
from chalicelib.operations.program import programs, publication
from tests.life.post import Taken
from tests.life.town import STEP, Life
from tests.quarter.facts import Somebody
from tests.simulator.world import SETTINGS

PEOPLE, DAYS = 2000, 90

HOMES = (
    ("Europe/Berlin", "DE", "de"),
    ("America/New_York", "US", "en"),
    ("Asia/Kolkata", "IN", "gu"),
    ("Asia/Kathmandu", "NP", "en"),
    ("Australia/Sydney", "AU", "en"),
    ("America/Bogota", "CO", "es"),
)
"""Where people live, and what they speak: six zones, of which three change their clocks within the quarter."""

EVERY = ["rewards", "care", "tips", "wishes", "offers"]
RULES: dict[str, Any] = {
    "shop_name": "Kavya Ceramics",
    "shop_url": "https://kavya-ceramics.example/",
    "currency": "EUR",
    "time_zone": "Asia/Dhaka",
    "locale": "bn",
    "languages": ["en", "es", "gu", "bn"],
    "offer": {"basis_points": 1000},
    "minimum": 1000,
    "tiers": [
        {"name": "Starter", "threshold": 0, "reward": {"basis_points": 1000}},
        {"name": "Silver", "threshold": 3, "reward": {"basis_points": 1500}, "bonus": 500},
    ],
    "hold_days": 14,
    "letters": {
        "quiet": {"starts": "20:00", "ends": "09:00", "purposes": EVERY},
        "caps": [{"letters": 2, "days": 3, "purposes": EVERY}, {"letters": 1, "days": 7}],
        "gather_minutes": 45,
    },
}
"""News of rewards waits for the morning, for the cap, and for more of it: so the policy bites."""


DAYS_OF_WAITING = 60


@dataclass(frozen=True, slots=True)
class Size:
    """How many live there, and for how long."""

    people: int
    days: int
    trouble: float = 0.05


WHOLE = Size(PEOPLE, DAYS)


class Town(Life):
    """The people, what they still have in mind, and what came of it."""

    def __init__(self, seed: int, size: Size = WHOLE) -> None:
        super().__init__(seed, size.days, size.trouble)
        self.size = size
        self.people = [self._born(number) for number in range(size.people)]
        self.by_email = {it.email: it for it in self.people}
        self.readers = {pseudonym_of_email(SETTINGS.pepper, it.email): it for it in self.people}
        """By what messages call them: their pseudonym, or as ambassadors their id."""
        self.bought: dict[str, tuple[Somebody, Somebody]] = {}
        self.lost: dict[str, datetime] = {}
        """When somebody's friend has given something back last, by the address of who shared."""

    def _born(self, number: int) -> Somebody:
        """Somebody of whom the shop knows the zone, or only the country, or neither."""
        zone, country, language = HOMES[number % len(HOMES)]
        known = self.chance.choice(["zone", "zone", "country", "nothing"])
        words = {"zone": {"time_zone": zone}, "country": {"country": country}, "nothing": {}}[known]
        zone = RULES["time_zone"] if known == "nothing" else zone
        email = f"p{number}@home.example"
        return Somebody(email, zone, {"email": email, "first_name": "Noor", "locale": language, **words})

    def settle_down(self) -> None:
        """A shop imports its customers, some share, others buy, send back, and say what they want."""
        publication.publish(self.world.table, RULES, author="admin", now=self.world.now)
        self._have_in_mind()

    def is_waiting(self) -> bool:
        """Whether anything is still to be sent, or settled."""
        return next(iter(self.world.table.list_due(self.world.now + timedelta(days=DAYS_OF_WAITING))), None) is not None

    def interrupt(self) -> None:
        """Some refuse letters, or all there is of them, in the very moment in which one is to go."""
        for message in self.world.due_until(self.world.now + STEP):
            somebody, luck = self.readers.get(message.to.id), self.world.chance.random()
            if somebody and luck < 0.04:
                self.plan("unsubscribed at once", 0, partial(self._say, somebody, "rewards", "no"))
                self.plan("subscribed again", 20, partial(self._say, somebody, "rewards", "yes"))
            elif somebody and luck < 0.041:
                self.plan("erased at once", 0, partial(self._erase, somebody))

    def hear_of(self, taken: Taken) -> None:
        """Some addresses are none, and some readers call a mail spam."""
        luck = self.chance.random()
        if luck < 0.015:
            self.plan("bounce", 0.02, partial(self._hear, taken, "bounced"))
        elif luck < 0.02:
            self.plan("spam", 3, partial(self._hear, taken, "complained"))

    # --- the people ---------------------------------------------------------------------------------------------------

    def _have_in_mind(self) -> None:
        """Plan the quarter: a shop imports its customers, some share, others buy, send back, and say what they want."""
        days, chance = self.size.days, self.chance
        for somebody in self.people:
            self.plan("told", chance.uniform(0, 6), partial(self._tell, somebody))
        sharing = self.people[: max(2, len(self.people) // 6)]
        for somebody in sharing:
            self.plan("enrolled", 24 * chance.uniform(0.5, days / 6), partial(self._enrol, somebody))
        for somebody in self.people[len(sharing) :]:
            owner = sharing[min(int(chance.expovariate(6 / len(sharing))), len(sharing) - 1)]
            at = 24 * chance.uniform(days / 6 + 0.5, days - 1)
            order_id = f"o{next(self.numbers)}"
            self.plan("bought", at, partial(self._buy, somebody, owner, order_id))
            if chance.random() < 0.2:
                self.plan("sent back", at + 24 * chance.uniform(0.2, days / 4), partial(self._give_back, order_id))
        for somebody in chance.sample(self.people, len(self.people) // 6):
            self._change_of_mind(somebody)
        for somebody in chance.sample(self.people[len(sharing) // 2 :], len(self.people) // 40):
            self.plan("erased", 24 * chance.uniform(days / 6, days), partial(self._erase, somebody))
        for name, share in (("mail service away", 0.3), ("sender not verified", 0.6)):
            self.plan(name, 24 * days * share, partial(self.outage, name))

    def _change_of_mind(self, somebody: Somebody) -> None:
        """Refuse news of rewards, or everything; perhaps want it again some weeks later."""
        at = 24 * self.chance.uniform(self.size.days / 6, self.size.days)
        about = self.chance.choice(["rewards", "rewards", EVERYTHING])
        self.plan("unsubscribed", at, partial(self._say, somebody, about, "no"))
        if self.chance.random() < 0.4:
            at += 24 * self.chance.uniform(0.1, 20)
            self.plan("subscribed again", at, partial(self._say, somebody, "rewards", "yes"))

    def _tell(self, somebody: Somebody) -> None:
        known = tell_of(self.world.table, Particulars(somebody.words), **self.here(chance=self.world.chance))
        assert isinstance(known, Known)
        somebody.person_id = known.person.id

    def _enrol(self, somebody: Somebody) -> None:
        if somebody.is_erased:
            return
        told = Enrolment(somebody.email, "Noor", locale=somebody.words["locale"])
        rules = programs.current(self.world.table)
        enrolled = enrol(self.world.table, told, rules, **self.here(chance=self.world.chance))
        somebody.code, self.readers[enrolled.ambassador_id] = enrolled.code, somebody

    def _buy(self, friend: Somebody, owner: Somebody, order_id: str) -> None:
        if friend.is_erased or not owner.code:
            return
        ask = Ask(
            order_id=order_id,
            code=owner.code,
            persons=names_of(SETTINGS.pepper, friend.email, None),
            amount=Money(5000, "EUR"),
            placed_at=self.world.now,
            fingerprint=order_id,
        )
        contact = Contact(friend.email, None, "Noor", friend.words["locale"])
        answer = redeem(self.world.table, ask, contact, programs.current(self.world.table), now=self.world.now)
        if isinstance(answer, Redeemed):
            self.bought[order_id] = (friend, owner)

    def _give_back(self, order_id: str) -> None:
        if order_id in self.bought:
            kind: Any = self.chance.choice(["refund", "cancellation"])
            amount = self.chance.choice([500, 4500]) if kind == "refund" else 0
            self.lost[self.bought[order_id][1].email] = self.world.now
            report(self.world.table, Refund(order_id, "r1", kind, amount, "EUR", recorded_at=self.world.now))

    def _say(self, somebody: Somebody, about: str, word: Literal["yes", "no"]) -> None:
        """What a tap on a link in a mail says."""
        if somebody.is_erased:
            return
        fact = somebody.tells(word, about, next(self.world.places))
        assert change(
            self.world.table, somebody.person_id, lambda it: _said(it, about, word, self.world.now), **self.here()
        )
        fact.answered = next(self.world.places)

    def _hear(self, taken: Taken, kind: Literal["bounced", "complained"]) -> None:
        """What the mail service tells of an address; whoever calls a mail spam refuses everything by it."""
        somebody, mark = self.by_email[taken.to], mark_in(taken.tags)
        assert mark is not None, "a mail says whose it is"
        if somebody.is_erased:
            return
        fact = somebody.tells("stop", EVERYTHING, next(self.world.places))
        note(self.world.table, MailEvent(kind, mark, self.world.now, taken.at), **self.here())
        fact.answered = next(self.world.places)

    def _erase(self, somebody: Somebody) -> None:
        fact = somebody.tells("erase", EVERYTHING, next(self.world.places))
        told: dict[str, Any] = {"by": "themselves", "note": None, "now": self.world.now, "chance": self.world.chance}
        erased = erase_person(self.world.table, somebody.person_id, **told)
        assert erased is not None, "an erasure finds nobody"
        fact.answered, fact.answered_at = next(self.world.places), self.world.now
        fact.mail_until = erased.mail_until


def _said(person: Person, about: str, word: str, now: datetime) -> Person:
    return replace(person, consents=said(person.consents, about, "person", moment(person, now), yes=word == "yes"))
