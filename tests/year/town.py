"""A shop of many people through a year: what they buy, tell and answer, and what the shop does for them by hand."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, Literal

from chalicelib.domain.care.answers import Given
from chalicelib.domain.care.offers import Unusable, UsedAlready
from chalicelib.domain.model.access import IdempotencyKey
from chalicelib.domain.model.facts import Fulfilment, Purchase, Refund
from chalicelib.domain.model.people import EVERYTHING
from chalicelib.domain.model.tasks import Guide
from chalicelib.domain.money import Money
from chalicelib.domain.orders.admit import Ask
from chalicelib.domain.people.mail_events import MailEvent, mark_in
from chalicelib.domain.people.person import moment, restrict
from chalicelib.domain.people.pseudonyms import names_of, pseudonym_of_email
from chalicelib.operations.accounts.withdrawals import Wanted, withdraw
from chalicelib.operations.care import guides, offers, tasks
from chalicelib.operations.messages.events import note
from chalicelib.operations.orders.answers import Redeemed
from chalicelib.operations.orders.facts import report
from chalicelib.operations.orders.friends import Contact
from chalicelib.operations.orders.purchases import report as report_purchase
from chalicelib.operations.orders.redeem import redeem
from chalicelib.operations.people.answers import answer
from chalicelib.operations.people.enrol import Enrolment, enrol
from chalicelib.operations.people.erase import erase_person
from chalicelib.operations.people.tell import Known, Particulars, Word, change, correct, tell_of
from chalicelib.operations.people.unite import merge_two
from chalicelib.operations.program import programs, publication
from tests.life.post import Taken
from tests.life.town import STEP, Life
from tests.simulator.world import SETTINGS
from tests.year.facts import Fact, Kind, Somebody
from tests.year.rules import CHOICES, GUIDES, KIND_OF, PROMOTIONAL, first_rules, looser, tighter

PEOPLE, DAYS = 2000, 365
START = datetime(2026, 10, 1, 12, tzinfo=UTC)
REST_DAYS = 12
IMPORTED = 3
"""By this day the shop has told of all orders from before the year."""

HOMES = (
    ("Europe/Berlin", "DE", "de"),
    ("America/New_York", "US", "en"),
    ("Asia/Kolkata", "IN", "gu"),
    ("Asia/Kathmandu", "NP", "en"),
    ("Australia/Sydney", "AU", "en"),
    ("America/Bogota", "CO", "es"),
)
"""Where people live, and what they speak: six zones, of which three change their clocks within the year."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many live there, for how long, and from when on."""

    people: int
    days: int
    trouble: float = 0.05
    start: datetime = START


WHOLE = Size(PEOPLE, DAYS)


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """Something that somebody has bought."""

    id: str
    placed_at: datetime
    skus: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of it when somebody tried to use an offer on an order: "used", or why not."""

    at: datetime
    code: str
    who: Somebody
    order_id: str
    became: str


class Town(Life):
    """The people, what they still have in mind, and what came of it."""

    def __init__(self, seed: int, size: Size = WHOLE) -> None:
        super().__init__(seed, size.days, size.trouble, size.start)
        self.size = size
        self.rules = first_rules(size.start, size.people)
        self.program: list[Fact] = []
        """The versions of the rules: what was asked for, and when."""
        self.people = [self._born(number) for number in range(size.people)]
        self.by_email = {it.email: it for it in self.people}
        self.by_id: dict[str, Somebody] = {}
        """By the id as a person, as an ambassador, or a pseudonym of an address."""
        self.orders: dict[str, Order] = {}
        self.tried: list[Tried] = []
        self.silences: list[list[Counter[str]]] = []
        """How often each of the people was looked at, at the beginning and at the end of times without new rules."""
        for it in self.people:
            self.by_id[pseudonym_of_email(SETTINGS.pepper, it.email)] = it

    def _born(self, number: int) -> Somebody:
        """Somebody of whom the shop knows the zone, or only the country, or neither."""
        zone, country, language = HOMES[number % len(HOMES)]
        known: dict[str, Any] = self.chance.choice([{"time_zone": zone}, {"time_zone": zone}, {"country": country}, {}])
        email = f"p{number}@home.example"
        words = {"email": email, "first_name": "Noor", "locale": language, **known}
        return Somebody(number, zone, words, quiet=number % 10 == 3, email=email)

    # --- the year -----------------------------------------------------------------------------------------------------

    def settle_down(self) -> None:
        """Publish the rules and the guides, and plan the year of each of the people, and of the shop."""
        now, days = self.world.now, self.size.days
        self._publish(self.rules)
        for name, language, skus, categories in GUIDES:
            link = f"https://kavya-ceramics.example/{name}"
            guides.keep(self.world.table, Guide(name, name, link, language, now, skus, categories))
        sharing = [it for it in self.people if not it.quiet][: max(2, len(self.people) // 8)]
        for somebody in self.people:
            self.plan("told", self.chance.uniform(0, 6), partial(self._begin, somebody))
            if somebody.quiet:
                self._be_quiet(somebody)
            else:
                self._have_in_mind(somebody, sharing)
        for name, share in (("mail service away", 0.3), ("sender not verified", 0.6)):
            self.plan(name, 24 * days * share, partial(self.outage, name))
        for share in (0, 1 / 3, 2 / 3):
            self.plan("silence", 24 * (days * share + 2), lambda: self.silences.append([self.world.touched.copy()]))
            ends = 24 * days * (share + 1 / 3) - 1
            self.plan("silence", ends, lambda: self.silences[-1].append(self.world.touched.copy()))
        self.plan("rules", 24 * days / 3, lambda: self._publish(looser(self.rules)))
        self.plan("rules", 24 * days * 2 / 3, lambda: self._publish(tighter(self.rules, self.world.now)))

    def plan(self, name: str, hours: float, deed: Callable[[], None]) -> None:
        """Have something in mind that is done in so many hours, unless the year is over by then."""
        if self.world.now + timedelta(hours=hours) < self._ends:
            super().plan(name, hours, deed)

    def is_waiting(self) -> bool:
        """Whether the days of rest are not over."""
        return self.world.now < self._ends + timedelta(days=REST_DAYS)

    def interrupt(self) -> None:
        """Some refuse letters, restrict or erase what is known of them in the very moment in which one is to go."""
        for person_id in self.world.people_due(self.world.now + STEP):
            somebody, luck = self.by_id.get(person_id), self.world.chance.random()
            if somebody and not somebody.quiet and luck < 0.01:
                about = self.world.chance.choice([*PROMOTIONAL, EVERYTHING])
                self.plan("unsubscribed at once", 0, partial(self._say, somebody, about, yes=False))
                if about != EVERYTHING:
                    self.plan("subscribed again", 30, partial(self._say, somebody, about, yes=True))
            elif somebody and luck < 0.0115:
                self.plan("erased at once", 0, partial(self._erase, somebody))
            elif somebody and luck < 0.013:
                self.plan("restricted at once", 0, partial(self._restrict, somebody, lifted=False))
                self.plan("restriction lifted", 24 * 9, partial(self._restrict, somebody, lifted=True))

    def _have_in_mind(self, somebody: Somebody, sharing: list[Somebody]) -> None:
        days, chance = self.size.days, self.chance
        is_friend = somebody not in sharing and chance.random() < 0.4
        if somebody in sharing:
            self.plan("enrolled", 24 * chance.uniform(0.5, days / 6), partial(self._enrol, somebody))
        if chance.random() < 0.85:
            self._buy_by_rhythm(somebody, sharing if is_friend else None)
        if chance.random() < 0.85:
            self._celebrate(somebody)
        if chance.random() < 0.15:
            at, handles = 24 * chance.uniform(1, days * 0.8), {"instagram": f"noor{somebody.number}"}
            self.plan("handles", at, partial(self._tell, somebody, "handles", {"handles": handles}))
        plans: tuple[tuple[float, str, Callable[[], Any]], ...] = (
            (0.12, "unsubscribed", partial(self._change_mind, somebody)),
            (0.1, "imported again", partial(self._import, somebody)),
            (0.07, "moved", partial(self._move, somebody)),
            (0.06, "corrected", partial(self._correct, somebody)),
            (0.04, "restricted", partial(self._restrict, somebody, lifted=False)),
            (0.03, "merged", partial(self._merge, somebody)),
            (0.025, "erased", partial(self._erase, somebody)),
        )
        for share, name, deed in plans:
            if chance.random() < share:
                at = 24 * chance.uniform(days / 8, days)
                self.plan(name, at, deed)
                if name == "restricted":
                    self.plan("lifted", at + 24 * 20, partial(self._restrict, somebody, lifted=True))

    def _be_quiet(self, somebody: Somebody) -> None:
        """Agree to nothing; half of them have bought something and told a birthday all the same."""
        if somebody.number % 20 == 3:
            placed_at = self.world.now - timedelta(days=50)
            self.plan("birthday", 9, partial(self._tell, somebody, "birthday", {"birthday": "03-01"}))
            self.plan("bought", 9, partial(self._buy, somebody, f"o{next(self.numbers)}", placed_at, ("MUG",)))

    def _buy_by_rhythm(self, somebody: Somebody, sharing: list[Somebody] | None) -> None:
        """Buy again and again, at a pace of one's own, until one goes quiet; some have bought before the year."""
        chance, days = self.chance, self.size.days
        gap = chance.uniform(18, 80)
        until = days * chance.choice([0.2, 0.5, 1, 1])
        at = chance.uniform(-200, 60) if sharing is None else chance.uniform(days / 6 + 0.5, days * 0.7)
        while at < until:
            order_id = f"o{next(self.numbers)}"
            skus = tuple(sorted(set(chance.choices([*KIND_OF, "CARD"], k=chance.randint(1, 2)))))
            hours = 24 * (at if at > IMPORTED else chance.uniform(0.3, IMPORTED))
            if sharing:
                owner = chance.choice(sharing)
                self.plan("redeemed", hours, partial(self._redeem, somebody, owner, order_id))
                sharing = None
            else:
                placed_at = self.world.now + timedelta(days=min(at, days - 0.1))
                self.plan("bought", hours, partial(self._buy, somebody, order_id, placed_at, skus))
            self._follow_up(somebody, order_id, at, hours)
            at += gap * chance.uniform(0.7, 1.4)

    def _follow_up(self, somebody: Somebody, order_id: str, at: float, hours: float) -> None:
        """What becomes of an order: delivered, in parts, late, never; sent back, in part, or cancelled."""
        chance, delivered = self.chance, 24 * (at + self.chance.uniform(2, 6))
        late = chance.choice([0, 0, 0, 0, 24 * chance.uniform(1, 12)])
        arrived = self.world.now + timedelta(hours=delivered)
        luck = chance.random()
        if luck < 0.12:
            at_home = arrived - timedelta(days=1)
            first = partial(self._deliver, somebody, order_id, "f1", at_home, more=True)
            self.plan("delivered in part", max(hours, delivered - 24 + late), first)
        if luck < 0.8:
            whole = partial(self._deliver, somebody, order_id, "f2", arrived, more=False)
            self.plan("delivered", max(hours, delivered + late), whole)
        if chance.random() < 0.16:
            kind = chance.choice(["all", "all", "part", "cancellation"])
            back = max(hours, 24 * (at + chance.uniform(0.2, 30)))
            self.plan("sent back", back, partial(self._give_back, somebody, order_id, kind))

    def _celebrate(self, somebody: Somebody) -> None:
        """Tell a birthday: early or late, 29 February among them; some tell another one later."""
        chance, days = self.chance, self.size.days
        early = 24 * chance.uniform(0.3, 5)
        told = chance.choice([early, early, early, 24 * chance.uniform(1, days)])
        day = (self.size.start + timedelta(days=chance.uniform(20, days + 20))).date()
        if chance.random() < 0.3:
            ahead = chance.uniform(10, 50)  # around the limit of thirty days
            told = 24 * chance.uniform(1, days / 2)
            day = (self.size.start + timedelta(hours=told, days=ahead)).date()
        if chance.random() < 0.08:
            day = date(2000, 2, 29)
        text = f"{day:%m-%d}" if chance.random() < 0.5 else f"{chance.choice([1984, 1996, 2000])}-{day:%m-%d}"
        text = text if text[-5:] != "02-29" or len(text) == len("02-29") else "2000-02-29"
        self.plan("birthday", told, partial(self._tell, somebody, "birthday", {"birthday": text}))
        if chance.random() < 0.1:
            anew = (day + timedelta(days=chance.randint(5, 90))).strftime("%m-%d")
            later = told + 24 * chance.uniform(10, days / 2)
            self.plan("birthday anew", later, partial(self._tell, somebody, "birthday", {"birthday": anew}))

    # --- what people and the shop say ---------------------------------------------------------------------------------

    def _told(self, somebody: Somebody, fact: Fact, act: Callable[[], Any]) -> Any:
        """Do what a fact is about. One that has to be tried again is the same fact."""
        if fact.asked is None:
            fact.asked, fact.asked_at = next(self.world.places), self.world.now
            somebody.facts.append(fact)
        fact.last = next(self.world.places)
        answered = act()
        fact.answered, fact.answered_at = next(self.world.places), self.world.now
        return answered

    def _begin(self, somebody: Somebody) -> None:
        """The shop imports its customers, and to what they have agreed."""
        chance, place = self.world.chance, next(self.world.places)
        agreed = {} if somebody.quiet else {it: Word(given=True) for it in PROMOTIONAL}
        if not somebody.quiet and somebody.number % 7 == 5:
            agreed = {"wishes": Word(given=True), "tips": Word(given=False)}
        known = tell_of(self.world.table, Particulars(somebody.words, agreed), **self.here(chance=chance))
        assert isinstance(known, Known)
        somebody.person_id = known.person.id
        self.by_id[known.person.id] = somebody
        told: list[tuple[Kind, str, Any]] = [("email", "", somebody.email)]
        told += [(kind, "", zone) for kind, zone in self._zone(somebody.words)]
        told += [("yes" if word.given else "no", it, None) for it, word in agreed.items()]
        for kind, about, value in told:
            end = next(self.world.places)
            fact = Fact(kind, about, value, own=False, asked=place, asked_at=self.world.now, last=end)
            fact.answered, fact.answered_at = end, self.world.now
            somebody.facts.append(fact)

    @staticmethod
    def _zone(words: dict[str, Any]) -> list[tuple[Kind, str]]:
        if "time_zone" in words:
            return [("time_zone", words["time_zone"])]
        return [("country", next(it[0] for it in HOMES if it[1] == words["country"]))] if "country" in words else []

    def _tell(self, somebody: Somebody, kind: Kind, words: dict[str, Any]) -> None:
        """The shop tells something of a customer, by the address that it has."""
        somebody = somebody.now
        if somebody.is_erased or not somebody.person_id:
            return
        fact = self._fact(somebody, kind, words.get(kind))
        told = Particulars(words, own=True)
        self._told(somebody, fact, lambda: correct(self.world.table, somebody.person_id, told, **self.here()))

    def _fact(self, somebody: Somebody, kind: Kind, value: Any = None, about: str = "", *, own: bool = True) -> Fact:
        """What is to be told; if it was begun to be told before and nobody has answered, that."""
        begun = (
            it for it in somebody.of(kind) if it.answered is None and it.about == about and value in (None, it.value)
        )
        return next(begun, None) or Fact(kind, about, value, own=own)

    def _move(self, somebody: Somebody) -> None:
        zone = HOMES[(somebody.number + 2) % len(HOMES)][0]
        self._tell(somebody, "time_zone", {"time_zone": zone})

    def _correct(self, somebody: Somebody) -> None:
        """An address was wrong, or is another one now."""
        somebody = somebody.now
        if somebody.is_erased:
            return
        email = f"new{somebody.number}@home.example"
        self.by_email[email] = somebody
        self.by_id[pseudonym_of_email(SETTINGS.pepper, email)] = somebody
        self._tell(somebody, "email", {"email": email})
        somebody.email = email

    def _say(self, somebody: Somebody, about: str, *, yes: bool, own: bool = True) -> None:
        """A tap on a link in a mail, or a word of the shop."""
        somebody = somebody.now
        if somebody.is_erased or not somebody.person_id:
            return
        fact = self._fact(somebody, "yes" if yes else "no", None, about, own=own)
        told = Particulars({}, {about: Word(given=yes)}, own=own)
        self._told(somebody, fact, lambda: correct(self.world.table, somebody.person_id, told, **self.here()))

    def _change_mind(self, somebody: Somebody) -> None:
        """Refuse some letters or all; perhaps want them again some weeks later."""
        about = self.chance.choice([*PROMOTIONAL, EVERYTHING])
        self.plan("refused", 0, partial(self._say, somebody, about, yes=False))
        if self.chance.random() < 0.5:
            back = 24 * self.chance.uniform(0.1, 20)
            for purpose in PROMOTIONAL if about == EVERYTHING else (about,):
                self.plan("wanted again", back, partial(self._say, somebody, purpose, yes=True))

    def _import(self, somebody: Somebody) -> None:
        """The shop says yes once more, which takes back no word of theirs."""
        for purpose in PROMOTIONAL[:2]:
            self.plan("shop says yes", 0, partial(self._say, somebody, purpose, yes=True, own=False))

    def _restrict(self, somebody: Somebody, *, lifted: bool) -> None:
        somebody = somebody.now
        if somebody.is_erased or not somebody.person_id:
            return
        fact, now = self._fact(somebody, "lift" if lifted else "restrict"), self.world.now
        self._told(
            somebody,
            fact,
            lambda: change(
                self.world.table,
                somebody.person_id,
                lambda it: restrict(it, moment(it, now), lifted=lifted),
                **self.here(),
            ),
        )

    def _erase(self, somebody: Somebody) -> None:
        somebody = somebody.now
        if not somebody.person_id:
            return
        fact = self._fact(somebody, "erase")
        told: dict[str, Any] = {"by": "themselves", "note": None, "now": self.world.now, "chance": self.world.chance}
        erased = self._told(somebody, fact, lambda: erase_person(self.world.table, somebody.person_id, **told))
        fact.mail_until = erased.mail_until

    def _merge(self, somebody: Somebody) -> None:
        """Two of the shop's customers turn out to be one."""
        somebody = somebody.now
        other = self.people[(somebody.number + 6) % len(self.people)].now
        ids = {somebody.person_id, other.person_id}
        if len(ids) == 1 or "" in ids or somebody.is_erased or other.is_erased or other.quiet:
            return
        fact = self._fact(somebody, "merged", other)
        rules = programs.current(self.world.table)
        one = (self.world.table, somebody.person_id, other.person_id, rules, self.here()["outlook"])
        self._told(somebody, fact, lambda: merge_two(*one, note="one", author="admin", now=self.world.now))
        other.into = somebody
        somebody.code = somebody.code or other.code
        somebody.ambassador_id = somebody.ambassador_id or other.ambassador_id

    def _enrol(self, somebody: Somebody) -> None:
        somebody = somebody.now
        if somebody.is_erased or somebody.code or not somebody.person_id:
            return
        told = Enrolment(somebody.email, "Noor", locale=somebody.words["locale"])
        rules, fact = programs.current(self.world.table), self._fact(somebody, "enrolled")
        here = self.here(chance=self.world.chance)
        enrolled = self._told(somebody, fact, lambda: enrol(self.world.table, told, rules, **here))
        somebody.code, somebody.ambassador_id = enrolled.code, enrolled.ambassador_id
        self.by_id[enrolled.ambassador_id] = somebody
        if self.chance.random() < 0.6:
            self.plan("spent", 24 * self.chance.uniform(40, 100), partial(self._spend, somebody))

    def _spend(self, somebody: Somebody) -> None:
        somebody = somebody.now
        wanted = Wanted("spend", somebody.ambassador_id, Money(300, "EUR"))
        key = IdempotencyKey(f"spend-{somebody.number}", "spend", self.world.now)
        rules = programs.current(self.world.table)
        told: dict[str, Any] = {"idempotency_key": key, "now": self.world.now, "chance": self.world.chance}
        withdraw(self.world.table, wanted, rules, **told)

    def _publish(self, rules: dict[str, Any]) -> None:
        fact = next((it for it in self.program if it.value == rules), None) or Fact("rules", value=rules)
        if fact not in self.program:
            fact.asked, fact.asked_at = next(self.world.places), self.world.now
            self.program.append(fact)
        publication.publish(self.world.table, rules, author="admin", now=self.world.now)
        fact.answered, fact.answered_at = next(self.world.places), self.world.now
        self.rules = rules

    # --- orders -------------------------------------------------------------------------------------------------------

    def _buy(self, somebody: Somebody, order_id: str, placed_at: datetime, skus: tuple[str, ...]) -> None:
        """Buy something without a code."""
        somebody = somebody.now
        if somebody.is_erased:
            return
        fact = self._fact(somebody, "order", about=order_id)
        order = self.orders.setdefault(order_id, Order(order_id, min(placed_at, self.world.now), skus))
        fact.value = order
        email, kinds = somebody.email, tuple(sorted({KIND_OF[it] for it in skus if it in KIND_OF}))
        names = names_of(SETTINGS.pepper, email, None)
        told = Purchase(order_id, names, 5000, "EUR", order.placed_at, self.world.now, skus, kinds, email=email)
        self._told(somebody, fact, lambda: report_purchase(self.world.table, told))

    def _redeem(self, friend: Somebody, owner: Somebody, order_id: str) -> None:
        """Buy with a friend's code; what was bought the shop doesn't say."""
        friend, owner = friend.now, owner.now
        if friend.is_erased or not owner.code or friend is owner:
            return
        now, fact = self.world.now, self._fact(friend, "order", about=order_id)
        order = self.orders.setdefault(order_id, Order(order_id, now, ()))
        ask = Ask(
            order_id=order_id,
            code=owner.code,
            persons=names_of(SETTINGS.pepper, friend.email, None),
            amount=Money(5000, "EUR"),
            placed_at=order.placed_at,
            fingerprint=order_id,
        )
        contact = Contact(friend.email, None, "Noor", friend.words["locale"])
        rules = programs.current(self.world.table)
        fact.value = order
        answered = self._told(friend, fact, lambda: redeem(self.world.table, ask, contact, rules, now=now))
        if not isinstance(answered, Redeemed):
            friend.facts.remove(fact)

    def _is_bought(self, somebody: Somebody, order_id: str) -> bool:
        return any(it.about == order_id and it.answered for it in somebody.of("order"))

    def _deliver(self, somebody: Somebody, order_id: str, name: str, at: datetime, *, more: bool) -> None:
        somebody = somebody.now
        if not self._bought_by(somebody, order_id):
            return
        at = min(at, self.world.now)
        begun = next((it for it in somebody.of("delivery") if it.about == order_id and it.value[0] == name), None)
        fact = begun or Fact("delivery", order_id, (name, at, more))
        told = Fulfilment(order_id, name, delivered_at=fact.value[1], recorded_at=self.world.now, more=more)
        self._told(somebody, fact, lambda: report(self.world.table, told))

    def _give_back(self, somebody: Somebody, order_id: str, kind: str) -> None:
        somebody = somebody.now
        if not self._bought_by(somebody, order_id):
            return
        fact = self._fact(somebody, "refund", kind != "part", order_id)
        amount = {"all": 5000, "part": 700, "cancellation": 0}[kind]
        what: Any = "cancellation" if kind == "cancellation" else "refund"
        if kind == "all" and not self.orders[order_id].skus:
            what, amount = "cancellation", 0  # a friend has paid less than the whole
        told = Refund(order_id, "r1", what, amount, "EUR" if amount else None, recorded_at=self.world.now)
        self._told(somebody, fact, lambda: report(self.world.table, told))

    def _bought_by(self, somebody: Somebody, order_id: str) -> bool:
        """Whether an order was taken, of whoever they were."""
        return any(self._is_bought(it, order_id) for it in self.people if it.now is somebody)

    # --- mails --------------------------------------------------------------------------------------------------------

    def hear_of(self, taken: Taken) -> None:
        """Some addresses are none, and some readers call a mail spam; others answer, join or buy."""
        luck, chance = self.chance.random(), self.chance
        if not taken.messages:
            return
        somebody, message = self.by_email[taken.to], taken.messages[0]
        if luck < 0.004:
            self.plan("bounce", 0.02, partial(self._hear, taken, "bounced"))
        elif luck < 0.007:
            self.plan("spam", 3, partial(self._hear, taken, "complained"))
        about, likes = message.letter.about or "", chance.random()
        after = chance.choice([0.1, 5, chance.uniform(1, 90)])
        match message.letter.name:
            case "check_in" if likes < 0.7:
                value = chance.choice(["happy", "happy", "happy", "fine", "unhappy"])
                self.plan("answered", after, partial(self._answer, somebody, about, value))
                if likes < 0.05:
                    self.plan("answered anew", after + 50, partial(self._answer, somebody, about, "happy"))
            case "invitation" if likes < 0.4:
                self.plan("joined", after, partial(self._enrol, somebody))
            case "interests" if likes < 0.5:
                told = {"interests": tuple(chance.sample(CHOICES, 2))}
                self.plan("interests", after, partial(self._tell, somebody, "interests", told))
        if message.letter.offer and likes < 0.6:
            self._use_offer(somebody, message.letter.offer, 24 * chance.uniform(0.2, 45))

    def _use_offer(self, somebody: Somebody, code: str, hours: float) -> None:
        """Use an offer, perhaps too late or twice; sometimes somebody else has found it and tries."""
        chance, order_id = self.chance, f"o{next(self.numbers)}"
        if chance.random() < 0.3:
            other = chance.choice([it for it in self.people if not it.quiet])
            self.plan("tried by somebody", hours, partial(self._try_offer, other, code, f"o{next(self.numbers)}"))
        self.plan("used an offer", hours, partial(self._try_offer, somebody, code, order_id))
        if chance.random() < 0.3:
            again = hours + chance.choice([0, 20])
            self.plan("used it again", again, partial(self._try_offer, somebody, code, f"o{next(self.numbers)}"))

    def _try_offer(self, somebody: Somebody, code: str, order_id: str) -> None:
        somebody = somebody.now
        if somebody.is_erased:
            return
        names = names_of(SETTINGS.pepper, somebody.email, None)
        checkout = offers.Checkout(order_id, Money(5000, "EUR"), names)
        answered = offers.use(self.world.table, code, checkout, by="checkout", now=self.world.now)
        match answered:
            case Unusable(_, reason):
                became = str(reason)
            case UsedAlready(_, repeated):
                became = "used" if repeated else "used before"
            case _:
                became = "used"
                placed = self.world.now
                self.plan("bought by offer", 0, partial(self._buy, somebody, order_id, placed, ("MUG",)))
        self.tried.append(Tried(self.world.now, code, somebody, order_id, became))

    def _answer(self, somebody: Somebody, order_id: str, value: Any) -> None:
        """Say how it went; who is not happy is answered by the shop some days later."""
        somebody = somebody.now
        if somebody.is_erased:
            return
        fact = self._fact(somebody, "answer", value, order_id)
        given = Given(order_id, value)
        case = self._fact(somebody, "case", about=f"care:{order_id}") if value == "unhappy" else None
        told = partial(answer, self.world.table, somebody.person_id, given, **self.here())
        if case is None:
            self._told(somebody, fact, told)
            return
        self._told(somebody, fact, lambda: self._told(somebody, case, told))
        self.plan("answered by the shop", 24 * self.chance.uniform(1, 6), partial(self._close_cases, somebody))

    def _close_cases(self, somebody: Somebody) -> None:
        """A person of the shop answers all who wait, of this one."""
        somebody = somebody.now
        waiting = tasks.queue(self.world.table, ["care"], None, 100)
        for _, task in waiting:
            whose = self.by_id.get(getattr(task, "person_id", ""))
            if whose is None or whose.now is not somebody or somebody.is_erased:
                continue
            fact = self._fact(somebody, "closed", about=getattr(task, "about", ""))
            rules = programs.current(self.world.table)
            done = partial(
                tasks.done,
                self.world.table,
                task.id,
                rules,
                decision=None,
                by="admin",
                note="We talked.",
                **self.here(),
            )
            self._told(somebody, fact, done)

    def _hear(self, taken: Taken, kind: Literal["bounced", "complained"]) -> None:
        """What the mail service tells of an address."""
        somebody, mark = self.by_email[taken.to].now, mark_in(taken.tags)
        assert mark is not None, "a mail says whose it is"
        if somebody.is_erased:
            return
        fact = self._fact(somebody, "bounced" if kind == "bounced" else "spam", about=taken.to)
        event = MailEvent(kind, mark, self.world.now, taken.at)
        self._told(somebody, fact, lambda: note(self.world.table, event, **self.here()))
