"""One history: a small shop under load and under faults, drained at the end, and everything that must be true then."""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

from chalicelib.domain.admit import Ask
from chalicelib.domain.ledger import add
from chalicelib.domain.model import (
    Account,
    Friend,
    Fulfilment,
    LedgerEntry,
    Message,
    OrderFacts,
    Person,
    Redemption,
    Refund,
    Reversal,
)
from chalicelib.domain.money import Money, share
from chalicelib.domain.program import Program
from chalicelib.domain.settle import Settlement, settle
from chalicelib.operations import programs
from chalicelib.operations.deliver import deliver
from chalicelib.operations.enrol import enrol
from chalicelib.operations.redeem import Contact, Redeemed, redeem
from chalicelib.operations.report import report, review
from chalicelib.operations.settle_orders import settle_orders
from chalicelib.store.items import entity_of
from chalicelib.store.table import BusyError
from tests.simulator.world import START, World

PEPPER = b"pepper"
ORDERS = ("o1", "o2", "o3", "o4")
FRIENDS = ("fay", "ravi", "lin")
RULES: dict[str, Any] = {
    "shop_name": "Kavya Ceramics",
    "shop_url": "https://kavya-ceramics.example/",
    "currency": "EUR",
    "offer": {"basis_points": 1000},
    "hold_days": 10,
    "review_days": 5,
}


class History:
    """A world with its actors. `taken` are the orders that a checkout was told are stored."""

    def __init__(self, seed: int, trouble: float = 0.15) -> None:
        self.world = World(seed, trouble)
        self.chance = self.world.chance
        self.taken: dict[str, int] = {}
        self.read_records = 0
        self.codes: list[str] = []
        self._set_up()

    def play(self) -> None:
        """Let everybody act at once, then let the schedule finish what is due, with no more faults."""
        for _ in range(self.chance.randint(3, 7)):
            self.world.start(self.chance.choice([self.checkout, self.checkout, self.back_office, self.admin]))
        for _ in range(self.chance.randint(1, 3)):
            self.world.start(self.chance.choice([self.stream_worker, self.stream_worker, self.schedule]))
        self.world.start(self.weather)
        self.world.run()
        self.drain()

    # --- actors -------------------------------------------------------------------------------------------------------

    def checkout(self) -> None:
        """Redeem an order, with retries, sometimes with another content under the same id."""
        ask = self._ask()
        for _ in range(self.chance.randint(1, 3)):
            contact = Contact(f"{ask.order_id}@friends.example", "Fay", "en")
            try:
                answer = redeem(self.world.table, ask, contact, self._program(), now=self.world.now)
            except BusyError:
                continue
            if isinstance(answer, Redeemed):
                assert self.taken.setdefault(ask.order_id, answer.redemption.amount) == answer.redemption.amount

    def back_office(self) -> None:
        """Report refunds, reversals, deliveries: of any order, in any order, more than once."""
        for _ in range(self.chance.randint(1, 4)):
            fact = self._fact()
            for _ in range(self.chance.randint(1, 2)):
                self._quietly(lambda fact=fact: report(self.world.table, fact))  # type: ignore[misc]

    def admin(self) -> None:
        """Decide on an order, or change the rules."""
        order_id = self.chance.choice(ORDERS)
        if self.chance.random() < 0.3:
            rules = {
                **RULES,
                "tiers": self._tiers(),
                "caps": self.chance.choice([[], [{"per": "month", "amount": 500}]]),
            }
            self._quietly(lambda: programs.publish(self.world.table, rules, author="admin", now=self.world.now))
            return
        decision: Any = self.chance.choice(["approve", "deny"])
        self._quietly(
            lambda: review(self.world.table, order_id, decision, author="key", note="looked", now=self.world.now)
        )

    def stream_worker(self) -> None:
        """Carry stream records: late, doubled, in another order across items, and only some of them."""
        for _ in range(self.chance.randint(1, 4)):
            fresh = self.world.engine.records[max(0, self.read_records - self.chance.randint(0, 3)) :]
            self.read_records = len(self.world.engine.records)
            pks = [record["dynamodb"]["Keys"]["PK"]["S"] for record in fresh if record["eventName"] == "INSERT"]
            self.chance.shuffle(pks)
            self._work(pks)
            self.world._switch()  # noqa: SLF001 - an idle worker lets the others go on

    def schedule(self) -> None:
        """The minute's run."""
        for _ in range(self.chance.randint(1, 3)):
            self.world.pass_time(minutes=1)
            self._quietly(lambda: self._work([key.pk for key in self.world.table.list_due(self.world.now)]))

    def weather(self) -> None:
        """Time jumps, and the mail service goes and comes."""
        for _ in range(self.chance.randint(1, 4)):
            self.world._switch()  # noqa: SLF001 - as above
            self.world.pass_time(hours=self.chance.choice([0.01, 0.3, 30, 300]))
            self.world.mails_down = self.chance.random() < 0.2

    def drain(self) -> None:
        """No more faults: the schedule runs until nothing is due, for as long as holds and reviews may last."""
        self.world.trouble, self.world.mails_down = 0, False
        for _ in range(40):
            self.world.engine.settle_indexes()
            self._work([key.pk for key in self.world.table.list_due(self.world.now)])
            self.world.pass_time(days=2)

    # --- what must be true --------------------------------------------------------------------------------------------

    def check(self) -> None:
        """Fail with what is wrong."""
        entities = [entity_of(item) for item in self.world.engine.items.values()]
        redemptions = [it for it in entities if isinstance(it, Redemption)]
        entries = [it for it in entities if isinstance(it, LedgerEntry)]
        for it in entities:
            assert getattr(it, "due_at", None) is None, f"still due: {it}"
        self._check_orders(redemptions)
        self._check_books([it for it in entities if isinstance(it, Account)], entries, redemptions)
        self._check_friends(redemptions, [it for it in entities if isinstance(it, Friend)])
        self._check_mails([it for it in entities if isinstance(it, Message)])

    def _check_orders(self, redemptions: list[Redemption]) -> None:
        stored = {it.order_id: it for it in redemptions}
        for order_id, amount in self.taken.items():
            assert stored[order_id].amount == amount, f"{order_id} was taken and is not what is stored"
        for it in redemptions:
            assert it.standing is not None, f"{it.order_id} was never settled"
            facts = self.world.table.read_order(it.order_id)
            worth = expected_worth(facts)
            assert (it.standing.held, it.standing.available) == (0, worth), f"{it.order_id} is not worth {worth}"
            assert 0 <= it.standing.worth <= it.standing.terms.granted
            again = settle(
                facts, Account(it.ambassador_id, counted=99), self._program(it.program_version), now=self.world.now
            )
            assert isinstance(again, Settlement)
            assert not again.entries, f"{it.order_id} is not settled"

    def _check_books(self, accounts: list[Account], entries: list[LedgerEntry], redemptions: list[Redemption]) -> None:
        for account in accounts:
            own = sorted((it for it in entries if it.ambassador_id == account.ambassador_id), key=lambda it: it.number)
            assert account.balances == add({}, tuple(own)), "the account is not the sum of its entries"
            referrals = [it.standing for it in redemptions if it.ambassador_id == account.ambassador_id and it.standing]
            assert account.counted == sum(it.counted for it in referrals), "the count is wrong"
            assert sum(it.room for it in account.months.values()) == sum(it.room for it in referrals), (
                "the cap's room is wrong"
            )
            named = {number for it in referrals for number in it.entries}
            of_orders = {it.number for it in own if not it.kind.startswith("bonus")}
            assert named == of_orders, "an order does not name its entries"
        for entry in entries:
            assert sum(leg.amount for leg in entry.legs) == 0
        posted: dict[str, Counter[str]] = defaultdict(Counter)
        placed = {it.order_id: it for it in redemptions}
        for entry in entries:
            if entry.kind == "release" and entry.order_id:
                posted[entry.order_id]["release"] += 1
                assert entry.at >= placed[entry.order_id].placed_at + timedelta(days=RULES["hold_days"])
        assert all(kinds["release"] <= 1 for kinds in posted.values()), "released twice"

    def _check_friends(self, redemptions: list[Redemption], guards: list[Friend]) -> None:
        assert len({it.friend for it in redemptions}) == len(redemptions), "a friend was referred twice"
        orders = {it.order_id for it in redemptions}
        assert {guard.order_id for guard in guards} == orders, "a guard without its order, or an order without guard"

    def _check_mails(self, messages: list[Message]) -> None:
        owed: Counter[tuple[str, str]] = Counter()
        for message in messages:
            assert message.state == "done", f"{message.id} was not delivered"
            for letter in message.letters:
                assert letter.state == "sent", f"{message.id} {letter.template} is {letter.state}"
                owed[message.order_id, letter.template] += 1
        assert all(number == 1 for number in owed.values()), "an occasion was told twice"
        sent = sum(self.world.mails.values())
        assert sent >= sum(owed.values()), "a mail was lost"
        assert sent <= sum(owed.values()) + self.doubling, "more mails than the one window explains"

    @property
    def doubling(self) -> int:
        """How many mails may have gone twice: two letters for each time that a sender died or heard nothing."""
        return 2 * (self.world.fired["killed"] + sum(self.world.unheard.values()) + self.world.fired["close lost"])

    # --- inside -------------------------------------------------------------------------------------------------------

    def _set_up(self) -> None:
        trouble, self.world.trouble = self.world.trouble, 0.0
        programs.publish(self.world.table, {**RULES, "tiers": self._tiers()}, author="setup", now=self.world.now)
        for name in ("maya", "asha"):
            person = Person(f"{name}@example.com", name.title())
            enrolled = enrol(self.world.table, person, pepper=PEPPER, now=self.world.now, chance=Random(name))
            self.codes.append(enrolled.code)
        self.world.trouble = trouble

    def _tiers(self) -> list[dict[str, Any]]:
        first = {"name": "Starter", "threshold": 0, "reward": {"basis_points": self.chance.choice([1000, 333])}}
        second = {"name": "Silver", "threshold": 1, "reward": {"amount": 700}, "bonus": self.chance.choice([0, 250])}
        return [first, second]

    def _program(self, version: int | None = None) -> Program:
        found = [entity_of(item) for item in self.world.engine.partition("PROGRAM")]
        versions = [it for it in found if isinstance(it, Program)]
        return next(it for it in versions if it.version == version) if version else versions[-1]

    def _ask(self) -> Ask:
        order_id = self.chance.choice(ORDERS)
        amount = self.chance.choice([5000, 5000, 3333])
        friend = self.chance.choice([*FRIENDS, order_id])
        return Ask(
            order_id=order_id,
            code=self.chance.choice(self.codes),
            persons=(friend, f"customer-{friend}")[: self.chance.randint(1, 2)],
            amount=Money(amount, "EUR"),
            placed_at=START,
            fingerprint=f"{amount}-{friend}",
        )

    def _fact(self) -> Refund | Reversal | Fulfilment:
        order_id, name, now = self.chance.choice(ORDERS), self.chance.choice(["r1", "r2"]), self.world.now
        kind: Any = self.chance.choice(["refund", "refund", "chargeback", "cancellation"])
        amount, currency = self.chance.choice([(1000, "EUR"), (4500, "EUR"), (700, "USD")])
        choice = self.chance.random()
        if choice < 0.6:
            return Refund(order_id, name, kind, amount, currency, recorded_at=now)
        if choice < 0.8:
            return Reversal(order_id, name, recorded_at=now)
        return Fulfilment(order_id, name, delivered_at=now, recorded_at=now)

    def _work(self, pks: list[str]) -> None:
        """What the workers do with partition keys."""
        orders = [pk.removeprefix("ORDER#") for pk in pks if pk.startswith("ORDER#")]
        postponed = settle_orders(self.world.table, orders, now=self.world.now)
        assert not postponed, postponed
        for pk in dict.fromkeys(pks):
            if pk.startswith("MSG#"):
                message_id = pk.removeprefix("MSG#")
                self._quietly(
                    lambda message_id=message_id: deliver(  # type: ignore[misc]
                        self.world.table, self.world.mailer, message_id, now=self.world.now
                    ),
                    "close lost",
                )

    def _quietly(self, act: Callable[[], Any], lost: str | None = None) -> None:
        try:
            act()
        except BusyError:
            if lost:
                self.world.fired[lost] += 1


def expected_worth(order: OrderFacts) -> int:
    """What an order must be worth in the end, said once more and differently: from the stored facts and terms alone."""
    redemption = order.redemption
    assert redemption is not None
    assert redemption.standing is not None
    undone = {it.refund_id for it in order.reversals}
    counting = [it for it in order.refunds if it.refund_id not in undone]
    if any(it.kind == "cancellation" for it in counting):
        return 0
    if order.reviews and max(order.reviews, key=lambda it: it.number).decision == "deny":
        return 0
    back = sum(it.amount for it in counting if it.currency == "EUR")
    return share(redemption.standing.terms.granted, max(0, redemption.paid - back), redemption.paid)
