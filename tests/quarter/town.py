"""A shop of many people through a quarter: who lives where, what they do, and the functions that work for them."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from random import Random
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
from chalicelib.operations.outlook import Outlook
from chalicelib.operations.people.enrol import Told as Enrolment
from chalicelib.operations.people.enrol import enrol
from chalicelib.operations.people.erase import erase_person
from chalicelib.operations.people.tell import Known, Told, change, tell_of
from chalicelib.operations.program import programs, publication
from chalicelib.store.table import BusyError
from chalicelib.workers import mail, schedule, stream
from infra.local.clock import scheduled
from tests.quarter.facts import Somebody
from tests.quarter.post import PostOffice, Taken
from tests.simulator.actors import quietly
from tests.simulator.world import SETTINGS

PEOPLE, DAYS = 2000, 90
STEP = timedelta(minutes=15)

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


Deed = Callable[[], None]
DAYS_OF_WAITING = 60


@dataclass(frozen=True, slots=True)
class Size:
    """How many live there, and for how long."""

    people: int
    days: int
    trouble: float = 0.05


WHOLE = Size(PEOPLE, DAYS)


class Town:
    """The people, what they still have in mind, and what came of it."""

    def __init__(self, seed: int, size: Size = WHOLE) -> None:
        self.size = size
        self.chance = Random(f"town {seed}")
        self.world = PostOffice(seed)
        self.people = [self._born(number) for number in range(size.people)]
        self.by_email = {it.email: it for it in self.people}
        self.readers = {pseudonym_of_email(SETTINGS.pepper, it.email): it for it in self.people}
        """By what messages call them: their pseudonym, or as ambassadors their id."""
        self.done: Counter[str] = Counter()
        self._ends = self.world.now + timedelta(days=size.days)
        self._settled = self._mailed = self._heard = 0
        self._plans: list[tuple[datetime, int, str, Deed]] = []
        self._numbers = count()
        self.bought: dict[str, tuple[Somebody, Somebody]] = {}

    def _born(self, number: int) -> Somebody:
        """Somebody of whom the shop knows the zone, or only the country, or neither."""
        zone, country, language = HOMES[number % len(HOMES)]
        known = self.chance.choice(["zone", "zone", "country", "nothing"])
        words = {"zone": {"time_zone": zone}, "country": {"country": country}, "nothing": {}}[known]
        zone = RULES["time_zone"] if known == "nothing" else zone
        email = f"p{number}@home.example"
        return Somebody(email, zone, {"email": email, "first_name": "Noor", "locale": language, **words})

    # --- the quarter --------------------------------------------------------------------------------------------------

    def live(self, tell: Callable[[str], None] = lambda _: None) -> None:
        """Let everything happen that people have in mind, with trouble; then without, until nothing waits any more."""
        with self.world.inhabited():
            publication.publish(self.world.table, RULES, author="admin", now=self.world.now)
            self._have_in_mind()
            self.world.trouble = self.size.trouble
            while self.world.now < self._ends:
                self._live_a_day(tell)
            self.world.trouble = 0
            self.world.opens_at = self.world.allowed_at = self.world.now
            while self._plans or self._waiting():
                self._live_a_day(tell)

    def _live_a_day(self, tell: Callable[[str], None]) -> None:
        until = self.world.now + timedelta(days=1)
        while self.world.now < until:
            self._step()
        tell(self._told())

    def _step(self) -> None:
        """A quarter of an hour, or an hour without trouble: people and functions do what they have to, all at once."""
        now = self.world.now
        until = now + (STEP if self.world.trouble else 4 * STEP)
        self._interrupt()
        due = [plan for plan in self._plans if plan[0] <= now]
        self._plans = [plan for plan in self._plans if plan[0] > now]
        for _, number, name, deed in due:
            self.world.start(partial(self._try, number, name, deed))
        for work in (self._settle, self._mail, self._minute, self._mail_minute):
            self.world.start(partial(quietly, work))
        self.world.run()
        self._hear_of_mails()
        self.world.engine.settle_indexes()
        self.world.pass_time(seconds=max(0, (until - self.world.now).total_seconds()))

    def _interrupt(self) -> None:
        """Some refuse letters, or all there is of them, in the very moment in which one is to go."""
        for message in self.world.due_until(self.world.now + STEP):
            somebody, luck = self.readers.get(message.to.id), self.world.chance.random()
            if somebody and self.world.trouble and luck < 0.04:
                self._plan("unsubscribed at once", 0, partial(self._say, somebody, "rewards", "no"))
                self._plan("subscribed again", 20, partial(self._say, somebody, "rewards", "yes"))
            elif somebody and self.world.trouble and luck < 0.041:
                self._plan("erased at once", 0, partial(self._erase, somebody))

    def _try(self, number: int, name: str, deed: Deed) -> None:
        """Do something, or try it again a quarter of an hour later: a table that is busy, or a process that died."""
        plan = (self.world.now + STEP, number, name, deed)
        self._plans.append(plan)
        with suppress(BusyError):
            deed()
            self._plans.remove(plan)
            self.done[name] += 1

    def _waiting(self) -> bool:
        """Whether anything is still to be sent, or settled."""
        return next(iter(self.world.table.list_due(self.world.now + timedelta(days=DAYS_OF_WAITING))), None) is not None

    def _told(self) -> str:
        return f"{self.world.now:%d %B}: {len(self.world.taken):,} mails; {len(self._plans):,} things still in mind"

    # --- the functions ------------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        """The stream: some of it late, doubled, or not at all."""
        records, self._settled = self._records(self._settled)
        stream.on_table_change({"Records": records}, None)

    def _mail(self) -> None:
        records, self._mailed = self._records(self._mailed)
        mail.on_message({"Records": records}, None)

    def _records(self, read: int) -> tuple[list[Any], int]:
        records = self.world.engine.records
        if self.world.trouble and self.world.chance.random() < 0.1:
            self.world.fired["stream late"] += 1
            return records[max(0, read - 3) : read], len(records)
        return records[read:], len(records)

    def _minute(self) -> None:
        schedule.every_minute(scheduled(self.world.now), None)

    def _mail_minute(self) -> None:
        mail.every_minute_mail(scheduled(self.world.now), None)

    def _hear_of_mails(self) -> None:
        """What becomes of mails: some addresses are none, and some readers call a mail spam."""
        fresh, self._heard = self.world.taken[self._heard :], len(self.world.taken)
        for taken in fresh:
            luck = self.chance.random()
            if luck < 0.015:
                self._plan("bounce", 0.02, partial(self._hear, taken, "bounced"))
            elif luck < 0.02:
                self._plan("spam", 3, partial(self._hear, taken, "complained"))

    # --- the people ---------------------------------------------------------------------------------------------------

    def _have_in_mind(self) -> None:
        """Plan the quarter: a shop imports its customers, some share, others buy, send back, and say what they want."""
        days, chance = self.size.days, self.chance
        for somebody in self.people:
            self._plan("told", chance.uniform(0, 6), partial(self._tell, somebody))
        sharing = self.people[: max(2, len(self.people) // 6)]
        for somebody in sharing:
            self._plan("enrolled", 24 * chance.uniform(0.5, days / 6), partial(self._enrol, somebody))
        for somebody in self.people[len(sharing) :]:
            owner = sharing[min(int(chance.expovariate(6 / len(sharing))), len(sharing) - 1)]
            at = 24 * chance.uniform(days / 6 + 0.5, days - 1)
            order_id = f"o{next(self._numbers)}"
            self._plan("bought", at, partial(self._buy, somebody, owner, order_id))
            if chance.random() < 0.2:
                self._plan("sent back", at + 24 * chance.uniform(0.2, days / 4), partial(self._give_back, order_id))
        for somebody in chance.sample(self.people, len(self.people) // 6):
            self._change_of_mind(somebody)
        for somebody in chance.sample(self.people[len(sharing) // 2 :], len(self.people) // 40):
            self._plan("erased", 24 * chance.uniform(days / 6, days), partial(self._erase, somebody))
        for name, share in (("mail service away", 0.3), ("sender not verified", 0.6)):
            self._plan(name, 24 * days * share, partial(self._outage, name))

    def _change_of_mind(self, somebody: Somebody) -> None:
        """Refuse news of rewards, or everything; perhaps want it again some weeks later."""
        at = 24 * self.chance.uniform(self.size.days / 6, self.size.days)
        about = self.chance.choice(["rewards", "rewards", EVERYTHING])
        self._plan("unsubscribed", at, partial(self._say, somebody, about, "no"))
        if self.chance.random() < 0.4:
            at += 24 * self.chance.uniform(0.1, 20)
            self._plan("subscribed again", at, partial(self._say, somebody, "rewards", "yes"))

    def _plan(self, name: str, hours: float, deed: Deed) -> None:
        self._plans.append((self.world.now + timedelta(hours=hours), next(self._numbers), name, deed))

    def _outage(self, name: str) -> None:
        until = self.world.now + timedelta(hours=30)
        if name == "mail service away":
            self.world.opens_at = until
        else:
            self.world.allowed_at = until

    def _tell(self, somebody: Somebody) -> None:
        known = tell_of(self.world.table, Told(somebody.words), **self._here(chance=self.world.chance))
        assert isinstance(known, Known)
        somebody.person_id = known.person.id

    def _enrol(self, somebody: Somebody) -> None:
        if somebody.is_erased:
            return
        told = Enrolment(somebody.email, "Noor", locale=somebody.words["locale"])
        rules = programs.current(self.world.table)
        enrolled = enrol(self.world.table, told, rules, **self._here(chance=self.world.chance))
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
            report(self.world.table, Refund(order_id, "r1", kind, amount, "EUR", recorded_at=self.world.now))

    def _say(self, somebody: Somebody, about: str, word: Literal["yes", "no"]) -> None:
        """What a tap on a link in a mail says."""
        if somebody.is_erased:
            return
        fact = somebody.tells(word, about, next(self.world.places))
        assert change(
            self.world.table, somebody.person_id, lambda it: _said(it, about, word, self.world.now), **self._here()
        )
        fact.answered = next(self.world.places)

    def _hear(self, taken: Taken, kind: Literal["bounced", "complained"]) -> None:
        """What the mail service tells of an address; whoever calls a mail spam refuses everything by it."""
        somebody, mark = self.by_email[taken.to], mark_in(taken.tags)
        assert mark is not None, "a mail says whose it is"
        if somebody.is_erased:
            return
        fact = somebody.tells("stop", EVERYTHING, next(self.world.places))
        note(self.world.table, MailEvent(kind, mark, self.world.now, taken.at), **self._here())
        fact.answered = next(self.world.places)

    def _erase(self, somebody: Somebody) -> None:
        fact = somebody.tells("erase", EVERYTHING, next(self.world.places))
        told: dict[str, Any] = {"by": "themselves", "note": None, "now": self.world.now, "chance": self.world.chance}
        erased = erase_person(self.world.table, somebody.person_id, **told)
        assert erased is not None, "an erasure finds nobody"
        fact.answered, fact.answered_at = next(self.world.places), self.world.now
        fact.mail_until = erased.mail_until

    def _here(self, **more: Any) -> dict[str, Any]:
        return {"outlook": Outlook(programs.current(self.world.table), SETTINGS.pepper), "now": self.world.now, **more}


def _said(person: Person, about: str, word: str, now: datetime) -> Person:
    return replace(person, consents=said(person.consents, about, "person", moment(person, now), yes=word == "yes"))
