"""Those who act at once in a history: checkouts, back offices, admins, workers, the weather."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Any

from chalicelib.domain.admit import Ask, Line
from chalicelib.domain.model import Fulfilment, Person, Redemption, Refund, Reversal
from chalicelib.domain.money import Money
from chalicelib.domain.program import Program
from chalicelib.operations import programs
from chalicelib.operations.enrol import enrol
from chalicelib.operations.friends import Contact
from chalicelib.operations.redeem import Redeemed, redeem
from chalicelib.operations.report import report, review
from chalicelib.store.items import entity_of
from chalicelib.store.table import BusyError
from chalicelib.workers import schedule, stream
from tests.simulator.workloads import Workload, rules
from tests.simulator.world import START, World

PEPPER = b"pepper"
EVENT: Any = {"id": "1", "account": "0", "region": "r", "detail": {}, "detail-type": "t", "source": "s", "time": "t"}
EVENT |= {"version": "0", "resources": []}
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
            person = Person(f"{name}@example.com", name.title())
            enrolled = enrol(self.world.table, person, pepper=PEPPER, now=self.world.now, chance=Random(name))
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

    # --- the admins ---------------------------------------------------------------------------------------------------

    def admin(self) -> None:
        """Decide on orders."""
        for _ in range(self.chance.randint(1, 2)):
            order_id = self.some_order()
            decision: Any = self.chance.choice(["approve", "deny"])
            quietly(
                lambda order_id=order_id, decision=decision: review(  # type: ignore[misc]
                    self.world.table, order_id, decision, author="key", note="looked", now=self.world.now
                )
            )

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
            quietly(lambda fresh=fresh: stream.on_table_change({"Records": fresh}, None))  # type: ignore[misc]
            self.world.switch()

    def _wait_for_records(self) -> None:
        """A stream calls when there is something, or not at all."""
        for _ in range(PATIENCE):
            if self._read_records < len(self.world.engine.records):
                return
            self.world.switch()

    def schedule(self) -> None:
        """The minute's run."""
        for _ in range(self.chance.randint(1, 3)):
            self.world.pass_time(minutes=1)
            quietly(self.minute)

    def minute(self) -> None:
        """One run of the schedule."""
        schedule.every_minute(EVENT, None)

    def weather(self) -> None:
        """Time jumps, and the mail service goes and comes."""
        for _ in range(self.chance.randint(1, 4)):
            self.world.switch()
            self.world.pass_time(hours=self.chance.choice([0.01, 0.3, 30, 300]))
            self.world.fired["clock jump"] += 1
            self.world.mails_down = self.chance.random() < 0.2

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
        card = self.chance.choice([(), (), (Line("CARD", 1000, gift_card=True),)])
        ask = Ask(
            order_id=order_id,
            code=code,
            persons=(friend, f"customer-{friend}")[: self.chance.randint(1, 2)],
            amount=Money(amount, "EUR"),
            placed_at=START,
            lines=card,
            payment=self.chance.choice([None, None, "card1", "card2"]),
            address=self.chance.choice([None, None, "home1"]),
            fingerprint=f"{amount}-{friend}-{code}-{len(card)}",
        )
        return ask, Contact(f"{order_id}@friends.example", "Fay", "en")

    def take(self, redemption: Redemption) -> None:
        """Note what a checkout is told: an order is taken once, and stays as it was taken."""
        amount = self.taken.setdefault(redemption.order_id, redemption.amount)
        assert redemption.amount == amount, f"{redemption.order_id} was taken twice"

    def _publish(self) -> None:
        programs.publish(self.world.table, rules(self.chance, self.workload), author="admin", now=self.world.now)

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

    def _fact(self) -> Refund | Reversal | Fulfilment:
        order_id, name = self.some_order(), self.chance.choice(["r1", "r2"])
        now, choice = self.world.now, self.chance.random()
        if choice < 0.6:
            kind: Any = self.chance.choice(["refund", "refund", "chargeback", "cancellation"])
            amount, currency = self.chance.choice([(1000, "EUR"), (1333, "EUR"), (4500, "EUR"), (700, "USD")])
            return Refund(order_id, name, kind, amount, currency, recorded_at=now)
        if choice < 0.8:
            return Reversal(order_id, name, recorded_at=now)
        return Fulfilment(order_id, name, delivered_at=now, recorded_at=now)


def quietly(act: Callable[[], Any]) -> None:
    """Do something that may find the table busy: whoever called gives up, and the rest goes on."""
    with suppress(BusyError):
        act()
