"""Those who act at once in a history: checkouts, back offices, admins, workers, the weather."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

from chalicelib.domain.model.access import IdempotencyKey
from chalicelib.domain.model.facts import Decision, Fulfilment, Refund, Reversal
from chalicelib.domain.model.orders import Order, Redemption
from chalicelib.domain.money import Money
from chalicelib.domain.orders.admit import Ask, Line
from chalicelib.domain.orders.refunds import foreign_refunds
from chalicelib.domain.program.program import Program
from chalicelib.operations.orders.answers import Redeemed
from chalicelib.operations.orders.facts import report
from chalicelib.operations.orders.friends import Contact
from chalicelib.operations.orders.redeem import redeem
from chalicelib.operations.orders.reviews import review
from chalicelib.operations.outlook import Outlook
from chalicelib.operations.people.codes import add_code
from chalicelib.operations.people.enrol import Enrolment, enrol
from chalicelib.operations.people.identity import correct
from chalicelib.operations.people.merge import merge_ambassadors
from chalicelib.operations.people.merged import profile_of
from chalicelib.operations.program import programs, publication
from chalicelib.store.items import entity_of
from chalicelib.store.table import BusyError
from chalicelib.workers import mail, schedule, stream
from infra.local.clock import scheduled
from tests.simulator.workloads import Workload, rules
from tests.simulator.world import START, World

PEPPER = b"pepper"
PATIENCE = 40
NAMES = ("maya", "asha", "li")


class Town:
    """The people around one shop. `taken` are the orders that a checkout was told are stored, with their amounts."""

    def __init__(self, world: World, workload: Workload) -> None:
        self.world = world
        self.workload = workload
        self.chance = world.chance
        self.taken: dict[str, int] = {}
        self.asked: Counter[str] = Counter()
        self.codes: list[str] = []
        self.owners: list[str] = []
        self.ambassadors: list[str] = []
        self._read_records = 0

    def settle_down(self) -> None:
        """Publish the first rules and enrol the ambassadors, before there is any trouble."""
        self._publish()
        for name in NAMES[: self.workload.ambassadors]:
            person = Enrolment(f"{name}@example.com", name.title())
            rules_now = programs.current(self.world.table)
            enrolled = enrol(
                self.world.table, person, rules_now, Outlook(rules_now, PEPPER), now=self.world.now, chance=Random(name)
            )
            self.codes.append(enrolled.code)
            code = self.world.table.read_code(enrolled.code)
            assert code is not None
            self.owners.append(code.owners[0])
            self.ambassadors.append(code.ambassador_id)
        if self.chance.random() < 0.5:
            self.world.table.change_code(self.codes[0], {"campaign": "spring"})

    # --- the shop -----------------------------------------------------------------------------------------------------

    def checkout(self) -> None:
        """Redeem an order, with retries, sometimes with another content under the same id."""
        order_id = self.some_order()
        friend = self.chance.choice([self.some_friend(), order_id])
        self._redeem(order_id, friend, self.chance.choice(self.codes), tries=self.chance.randint(1, 3))

    def farmer(self) -> None:
        """Buy, send it all back, and buy again with the same or another code."""
        for turn in self.chance.sample(range(1, self.workload.orders + 1), 3):
            order_id = f"o{turn}"
            self._redeem(order_id, "friend1", self.chance.choice(self.codes), tries=1)
            back = Refund(order_id, "all", "refund", 10_000, "EUR", recorded_at=self.world.now)
            quietly(lambda back=back: report(self.world.table, back))  # type: ignore[misc]
            if self.chance.random() < 0.5:
                other = Reversal(f"o{self.chance.randint(1, self.workload.orders)}", "all", recorded_at=self.world.now)
                quietly(lambda other=other: report(self.world.table, other))  # type: ignore[misc]

    def ring(self) -> None:
        """Ambassadors buy with one another's codes, and try their own."""
        for number, owner in enumerate(self.owners):
            order_id = f"ring{number}"
            self._redeem(order_id, owner, self.chance.choice(self.codes), tries=2)

    def back_office(self) -> None:
        """Report refunds, reversals, deliveries: of any order, in any order, more than once."""
        for _ in range(self.chance.randint(1, 4)):
            fact = self._fact()
            for _ in range(self.chance.randint(1, 2)):
                quietly(lambda fact=fact: report(self.world.table, fact))  # type: ignore[misc]

    def returner(self) -> None:
        """Pay a whole order back line by line: rounding the tax of each leaves a cent or two."""
        with suppress(BusyError):
            order = self.world.table.read_redemption(self.some_order())
            if order is None:
                return
            lines = self.chance.randint(2, 4)
            for line in range(lines):
                goods = order.paid // lines - (line == 0)
                back = Refund(
                    *(order.order_id, f"line{line}", "refund", goods + 19, "EUR", 19), recorded_at=self.world.now
                )
                quietly(lambda back=back: report(self.world.table, back))  # type: ignore[misc]

    def carrier(self) -> None:
        """Report deliveries and correct them, in any order: parcels to come, days of return, none at all."""
        for _ in range(self.chance.randint(1, 4)):
            now = self.world.now
            told = Fulfilment(
                self.some_order(),
                self.chance.choice(["r1", "r2"]),
                self.chance.choice([now, START, START - timedelta(days=9000)]),
                recorded_at=now,
                revision=self.chance.randint(1, 3),
                return_by=now + timedelta(days=30) if self.chance.random() < 0.3 else None,
                more=self.chance.random() < 0.3,
                void=self.chance.random() < 0.2,
            )
            quietly(lambda told=told: report(self.world.table, told))  # type: ignore[misc]

    def bank(self) -> None:
        """Take money back that nobody can sum, some time after the order was settled, and sometimes give in."""
        for _ in range(self.chance.randint(1, 2)):
            order_id, name = self.some_order(), self.chance.choice(["b1", "b2"])
            self._wait_until(lambda order_id=order_id: self._settled(order_id))  # type: ignore[misc]
            self.world.pass_time(hours=self.chance.choice([0, 1, 20]))
            now = self.world.now
            back = Refund(order_id, name, "chargeback", 5500, "USD", recorded_at=now)
            quietly(lambda back=back: report(self.world.table, back))  # type: ignore[misc]
            if self.chance.random() < 0.2:
                won = Reversal(order_id, name, recorded_at=now)
                quietly(lambda won=won: report(self.world.table, won))  # type: ignore[misc]

    def undoer(self) -> None:
        """Pay back and take that back, in one breath."""
        for _ in range(self.chance.randint(1, 3)):
            order_id, now = self.some_order(), self.world.now
            name = f"u{self.chance.randint(1, 3)}"
            quietly(
                lambda order_id=order_id, name=name, now=now: report(  # type: ignore[misc]
                    self.world.table, Refund(order_id, name, "refund", 1000, "EUR", recorded_at=now)
                )
            )
            quietly(
                lambda order_id=order_id, name=name, now=now: report(  # type: ignore[misc]
                    self.world.table, Reversal(order_id, name, recorded_at=now)
                )
            )

    def sleeper(self) -> None:
        """Live through months in which nobody does anything; then lose orders, win them back and lose them again."""
        for _ in range(3):
            for days in (1, 1, 40):
                quietly(self.minute)
                self.world.pass_time(days=days)
            quietly(self.minute)
            order_id, by_review = self.some_order(), self.chance.random() < 0.4
            for turn in range(3):
                self._lose_or_win(order_id, f"lost{turn}", lose=turn % 2 == 0, by_review=by_review)
                for _ in range(2):
                    quietly(self.minute)

    def _lose_or_win(self, order_id: str, name: str, *, lose: bool, by_review: bool) -> None:
        """Cancel or deny an order, or undo that."""
        now = self.world.now
        if by_review:
            decision: Any = "deny" if lose else "approve"
            quietly(lambda: review(self.world.table, order_id, decision, author="key", note="looked", now=now))
        elif lose:
            kind: Any = self.chance.choice(["cancellation", "refund"])
            back = Refund(order_id, name, kind, 2000 if kind == "refund" else 0, "EUR", recorded_at=now)
            quietly(lambda: report(self.world.table, back))
        else:
            quietly(lambda: self._win_back(order_id))

    def _win_back(self, order_id: str) -> None:
        for refund in self.world.table.read_order(order_id).refunds:
            report(self.world.table, Reversal(order_id, refund.refund_id, recorded_at=self.world.now))

    # --- the admins ---------------------------------------------------------------------------------------------------

    def admin(self) -> None:
        """Decide on orders."""
        for _ in range(self.chance.randint(1, 2)):
            order_id = self.some_order()
            self._decide(order_id, self.chance.choice(["approve", "deny"]))

    def assessor(self) -> None:
        """Say what refunds in another currency are worth, as soon as there is one; and say it again, and otherwise."""
        for _ in range(self.chance.randint(1, 3)):
            order_id = self.some_order()
            self._wait_until(lambda order_id=order_id: self._foreign(order_id))  # type: ignore[misc]
            for _ in range(2):
                self._decide(order_id, "approve")

    def registrar(self) -> None:
        """Find out that ambassadors are one person, sometimes more than once; correct who they are, give them codes."""
        for _ in range(self.chance.randint(1, 3)):
            for _ in range(self.chance.randint(1, 2 * PATIENCE)):
                self.world.switch()
            quietly(self.chance.choice([self._merge, self._merge, self._correct, self._add_code]))

    def ruler(self) -> None:
        """Change the rules while everything goes on."""
        for _ in range(self.chance.randint(1, 2)):
            self.world.switch()
            self.world.fired["program change"] += 1
            quietly(self._publish)

    # --- the workers --------------------------------------------------------------------------------------------------

    def stream_worker(self) -> None:
        """Carry stream records: late, doubled, in another order across items, and only some of them."""
        for _ in range(self.chance.randint(1, 4)):
            self._wait_for_records()
            doubled = self.chance.randint(0, 3)
            fresh = self.world.engine.records[max(0, self._read_records - doubled) :]
            self._read_records = len(self.world.engine.records)
            self.world.fired["stream doubled"] += doubled > 0
            if len(fresh) > 1 and self.chance.random() < 0.5:
                self.chance.shuffle(fresh)
                self.world.fired["stream reordered"] += 1
            if len(fresh) > 1 and self.chance.random() < 0.3:
                fresh = fresh[: self.chance.randrange(len(fresh))]
                self.world.fired["stream partial"] += 1
            for reader in (stream.on_table_change, mail.on_message):
                quietly(lambda reader=reader, fresh=fresh: reader({"Records": fresh}, None))  # type: ignore[misc]
            self.world.switch()

    def _wait_for_records(self) -> None:
        """A stream calls when there is something, or not at all."""
        self._wait_until(lambda: self._read_records < len(self.world.engine.records))

    def schedule(self) -> None:
        """The minute's run."""
        for _ in range(self.chance.randint(1, 3)):
            self.world.pass_time(minutes=1)
            quietly(self.minute)

    def minute(self) -> None:
        """One run of the schedule."""
        schedule.every_minute(scheduled(self.world.now), None)
        schedule.every_minute_jobs(scheduled(self.world.now), None)
        mail.every_minute_mail(scheduled(self.world.now), None)

    def weather(self) -> None:
        """Time jumps, and the mail service goes and comes."""
        for _ in range(self.chance.randint(1, 4)):
            self.world.switch()
            self.world.pass_time(hours=self.chance.choice([0.01, 0.3, 30, 300]))
            self.world.fired["clock jump"] += 1
            self.world.mails_down = self.chance.random() < 0.2

    def kin(self, ambassador_id: str) -> tuple[str, ...]:
        """All ids of an ambassador, as a request reads them."""
        profile = profile_of(self.world.table, ambassador_id)
        assert profile is not None
        return profile.kin

    # --- inside -------------------------------------------------------------------------------------------------------

    def program(self, version: int | None = None) -> Program:
        """The rules in force, or one version of them."""
        found = [entity_of(item) for item in self.world.engine.partition("PROGRAM")]
        versions = [it for it in found if isinstance(it, Program)]
        return next(it for it in versions if it.version == version) if version else versions[-1]

    def some_order(self) -> str:
        """An order that there is, or may be."""
        return f"o{self.chance.randint(1, self.workload.orders)}"

    def some_friend(self) -> str:
        """A friend."""
        return f"friend{self.chance.randint(1, self.workload.friends)}"

    def ask(self, order_id: str, friend: str, code: str) -> tuple[Ask, Contact]:
        """What a checkout sends for an order: not always the same."""
        amount = self.chance.choice([5000, 5000, 3333])
        both = (friend, f"customer-{friend}")
        persons = both if self.chance.random() < self.workload.tells_both else self.chance.choice([both[:1], both[1:]])
        card = self.chance.choice([(), (), (Line("CARD", 1000, gift_card=True),)])
        tax = self.chance.choice([None, None, 798])
        ask = Ask(
            order_id=order_id,
            code=code,
            persons=persons,
            unaddressed=True if persons[0] != friend else None,
            amount=Money(amount, "EUR"),
            placed_at=START,
            tax=tax,
            lines=card,
            payment=self.chance.choice([None, None, "card1", "card2"]),
            address=self.chance.choice([None, None, "home1"]),
            fingerprint=f"{amount}-{friend}-{code}-{len(card)}-{tax}",
        )
        return ask, Contact(f"{order_id}@friends.example", None, "Fay", "en")

    def take(self, redemption: Redemption) -> None:
        """Note what a checkout is told: an order is taken once, and stays as it was taken."""
        amount = self.taken.setdefault(redemption.order_id, redemption.amount)
        assert redemption.amount == amount, f"{redemption.order_id} was taken twice"

    def _merge(self) -> None:
        one, other = self.chance.sample(self.ambassadors, 2)
        for _ in range(3):
            quietly(
                lambda: merge_ambassadors(
                    *(self.world.table, one, other, self.program(), Outlook(self.program(), PEPPER)),
                    note="one",
                    author="key",
                    now=self.world.now,
                )
            )

    def _correct(self) -> None:
        who, email = self.chance.choice(self.ambassadors), f"new{self.chance.randint(1, 3)}@example.com"
        correct(
            self.world.table,
            who,
            lambda it: replace(it, email=email),
            Outlook(self.program(), PEPPER),
            now=self.world.now,
        )

    def _add_code(self) -> None:
        profile = profile_of(self.world.table, self.chance.choice(self.ambassadors))
        assert profile is not None
        key = IdempotencyKey(f"code-{self.chance.randint(1, 6)}", "a code", self.world.now)
        add_code(self.world.table, profile, idempotency_key=key, now=self.world.now, chance=self.chance)

    def _publish(self) -> None:
        publication.publish(self.world.table, rules(self.chance, self.workload), author="admin", now=self.world.now)

    def _redeem(self, order_id: str, friend: str, code: str, *, tries: int) -> None:
        ask, contact = self.ask(order_id, friend, code)
        for _ in range(tries):
            self.asked[order_id] += 1
            with suppress(BusyError):
                answer = redeem(self.world.table, ask, contact, self.program(), now=self.world.now)
                if isinstance(answer, Redeemed):
                    assert answer.redemption.fingerprint == ask.fingerprint, f"{order_id} was answered as another one"
                    alone = self.asked[order_id] == 1
                    assert not (alone and answer.replayed), f"{order_id} is a repeat of nothing"
                    self.take(answer.redemption)

    def _decide(self, order_id: str, decision: Decision) -> None:
        """Decide on an order, and value some of the refunds that ask for it."""
        names = [name for name in self._foreign(order_id) if self.chance.random() < 0.7]
        values = {name: Money(self.chance.choice([0, 900, 2222, 4500]), "EUR") for name in names}
        told: dict[str, Any] = {"author": "key", "note": "looked", "now": self.world.now, "values": values}
        quietly(lambda: review(self.world.table, order_id, decision, **told))

    def _foreign(self, order_id: str) -> list[str]:
        """The refunds of which an admin can say what they are worth."""
        order = self._settled(order_id)
        return [it.refund_id for it in foreign_refunds(order)] if order else []

    def _settled(self, order_id: str) -> Order | None:
        """The facts of an order that has been settled, as far as the table tells."""
        with suppress(BusyError):
            order = self.world.table.read_order(order_id)
            return order if isinstance(order, Order) and order.redemption.standing else None
        return None

    def _wait_until(self, is_so: Callable[[], Any]) -> None:
        """Let others go on until something is so, or for as long as patience lasts."""
        for _ in range(PATIENCE):
            if is_so():
                return
            self.world.switch()

    def _fact(self) -> Refund | Reversal | Fulfilment:
        order_id, name = self.some_order(), self.chance.choice(["r1", "r2"])
        now, choice = self.world.now, self.chance.random()
        if choice < 0.6:
            kind: Any = self.chance.choice(["refund", "refund", "chargeback", "cancellation"])
            if kind == "cancellation":
                return Refund(order_id, name, kind, recorded_at=now)
            amount, currency = self.chance.choice([(1000, "EUR"), (1333, "EUR"), (4500, "EUR"), (700, "USD")])
            tax, shipping = self.chance.choice([(None, None), (None, None), (160, None), (160, 490), (0, amount)])
            return Refund(order_id, name, kind, amount, currency, tax, shipping, recorded_at=now)
        if choice < 0.8:
            return Reversal(order_id, name, recorded_at=now)
        return Fulfilment(order_id, name, delivered_at=now, recorded_at=now, more=self.chance.random() < 0.2)


def quietly(act: Callable[[], Any]) -> None:
    """Do something that may find the table busy: whoever called gives up, and the rest goes on."""
    with suppress(BusyError):
        act()
