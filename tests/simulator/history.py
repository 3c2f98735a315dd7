"""One history: a small shop under load and under faults, drained at the end, and everything that must be true then."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from operator import attrgetter

from chalicelib.domain.effects import Entity
from chalicelib.domain.model.accounts import Account, LedgerEntry, Suspension, Withdrawal
from chalicelib.domain.model.facts import Refund, Review
from chalicelib.domain.model.messages import Message
from chalicelib.domain.model.orders import Order, Redemption
from chalicelib.domain.model.people import Code
from chalicelib.domain.money import share
from chalicelib.domain.program.program import Cap, Program
from chalicelib.operations.audit.audit import audit_all
from chalicelib.store.items import entity_of
from tests.simulator import books, purses
from tests.simulator.actors import Town
from tests.simulator.carts import Carts
from tests.simulator.wallet import Wallet
from tests.simulator.workloads import WORKLOADS
from tests.simulator.world import World

DRAINED_DAYS = 130


class History:
    """A world with its actors: which workload it is, and all that happens, is in the seed."""

    def __init__(self, seed: int, trouble: float = 0.15) -> None:
        self.world = World(seed, trouble=0)
        self.workload = WORKLOADS[seed % len(WORKLOADS)]
        self.town = Town(self.world, self.workload)
        self.wallet = Wallet(self.town)
        self.carts = Carts(self.town)
        self.town.settle_down()
        self.world.trouble = trouble

    def play(self) -> None:
        """Let everybody act at once, then let the schedule finish what is due, with no more faults."""
        for actor in self.workload.actors:
            self.world.start(attrgetter(actor)(self))
        with self.world.inhabited():
            self.world.run()
            self._drain()

    def check(self) -> None:
        """Fail with all that is wrong.

        Raises:
            AssertionError: tells it.
        """
        entities = [entity_of(item) for item in self.world.engine.items.values() if is_entity(item["SK"]["S"])]
        wrong = [
            *["an order was postponed"] * self.world.postponed,
            *["a request was invalid"] * self.world.invalid,
            *["a mail of which nobody knows was sent again at once"] * self.world.hasty,
            *books.violations(entities, now=self.world.now),
            *purses.violations(entities),
            *self._lost_orders(entities),
            *self._lost_revisions(entities),
            *self._lost_withdrawals(entities),
            *self._codes_while_suspended(),
            *self._wrong_worths(entities),
            *self._wrong_release_days(entities),
            *self._early_releases(entities),
            *self._exceeded(entities),
            *self._wrong_budget(entities),
            *self._wrong_mails(entities),
            *self._findings(),
        ]
        assert not wrong, "\n".join(wrong)

    # --- what must be true ---

    def _lost_orders(self, entities: list[Entity]) -> Iterator[str]:
        """What a checkout was told is stored is stored."""
        stored = {it.order_id: it.amount for it in books.of(Redemption, entities)}
        for order_id, amount in self.town.taken.items():
            if stored.get(order_id) != amount:
                yield f"{order_id} was taken with {amount} and is stored with {stored.get(order_id)}"

    def _lost_revisions(self, entities: list[Entity]) -> Iterator[str]:
        """A cart never falls back behind what its checkout was told, and stays paid for."""
        stored = {it.order_id: it for it in books.orders(entities)}
        for order_id, revision in self.carts.revised.items():
            order = stored.get(order_id)
            if order is None or order.redemption.revision < revision:
                yield f"{order_id} was taken in revision {revision} and is {order and order.redemption}"
        yield from (f"{it} was paid for and is not" for it in self.carts.paid if not stored[it].is_paid)
        for order_id, revision in self.carts.refused.items():
            order = stored.get(order_id)
            redemption = order and order.redemption
            if redemption and redemption.pending and redemption.revision < revision and not redemption.withdrawn:
                yield f"{order_id} was refused in revision {revision} and is {redemption}"

    def _lost_withdrawals(self, entities: list[Entity]) -> Iterator[str]:
        """What was told to be reserved is there, and ended as was told."""
        withdrawals = {it.id: it for it in books.of(Withdrawal, entities)}
        stored = {name: it.state for name, it in withdrawals.items()}
        for name, part in self.wallet.returned.values():
            if withdrawals[name].returned < (part or 0) or (part is None and withdrawals[name].returned == 0):
                yield f"{part or 'all'} of {name} was told to be returned, stored is {withdrawals[name].returned}"
        for name in self.wallet.told.values():
            if name not in stored or self.wallet.ended.get(name, stored[name]) != stored[name]:
                yield f"{name} was told to be {self.wallet.ended.get(name)} and is {stored.get(name)}"

    def _codes_while_suspended(self) -> Iterator[str]:
        """No code was made for an ambassador who was suspended at that moment, in the order of commits."""
        suspended = set[str]()
        for record in self.world.engine.records:
            pk, sk = (record["dynamodb"]["Keys"][name]["S"] for name in ("PK", "SK"))
            if record["eventName"] != "INSERT" or not (sk == "CODE" or sk.startswith("SUSPENSION#")):
                continue
            made = entity_of(self.world.engine.items[pk, sk])
            if isinstance(made, Suspension):
                change = suspended.add if made.state == "suspended" else suspended.discard
                change(made.ambassador_id)
            elif isinstance(made, Code) and made.ambassador_id in suspended:
                yield f"{made.code} was made for {made.ambassador_id}, who is suspended"

    def _wrong_worths(self, entities: list[Entity]) -> Iterator[str]:
        """Every order is worth what its facts say, worked out once more and differently."""
        for order in books.orders(entities):
            if order.redemption.standing:
                worth = expected_worth(order, self.town.program(order.redemption.program_version))
                net = expected_net(order)
                if order.redemption.standing.net != net:
                    yield f"{net} is left of {order.order_id}, and it stands at {order.redemption.standing.net}"
                found = order.redemption.standing.held, order.redemption.standing.available
                if found != (0, worth):
                    yield f"{order.order_id} is worth {worth}, and stands at {found}"

    def _wrong_release_days(self, entities: list[Entity]) -> Iterator[str]:
        """The hold of every order ends when its facts say, worked out once more and differently."""
        for order in books.orders(entities):
            if order.redemption.standing:
                ends = expected_end(order, self.town.program(order.redemption.program_version))
                found = order.redemption.standing.release_at
                if found != ends:
                    yield f"the hold of {order.order_id} ends at {ends}, and stands at {found}"

    def _early_releases(self, entities: list[Entity]) -> Iterator[str]:
        """Nothing is released before the hold of its order has ended, or while signals wait for an admin."""
        orders = {it.order_id: it for it in books.of(Redemption, entities)}
        asked_before = {it.order_id for it in books.of(Refund, entities) if it.currency == "USD"}
        decided = asked_before | {it.order_id for it in books.of(Review, entities)}
        for entry in books.of(LedgerEntry, entities):
            if entry.kind == "release" and entry.order_id:
                order = orders[entry.order_id]
                program = self.town.program(order.program_version)
                wait = timedelta(days=program.longest_wait_days)
                least = program.hold if program.hold_from == "purchase" else min(program.hold, wait)
                if entry.at < order.begins + least:
                    yield f"{entry.order_id} was released at {entry.at}"
                standing = order.standing
                waits = standing is not None and standing.terms.review and entry.order_id not in decided
                if waits and standing and entry.at < standing.settled_at + timedelta(days=program.review_days):
                    yield f"{entry.order_id} was released at {entry.at}, and nobody had decided"

    def _exceeded(self, entities: list[Entity]) -> Iterator[str]:
        """No cap is exceeded, unless what was given back meanwhile was taken again: a dispute won, a value lowered."""
        orders = books.of(Redemption, entities)
        programs = [self.town.program(it.program_version) for it in orders]
        won = [it for it in books.orders(entities) if it.reversals or sum(bool(said.values) for said in it.reviews) > 1]
        if won or not programs:
            return
        for account in books.of(Account, entities):
            if account.absorbed:  # each had the whole cap until the merger
                continue
            for per in ("month", "year", "life"):
                caps = [next((cap for cap in it.caps if cap.per == per), Cap("life")) for it in programs]
                amounts, counts = [cap.amount for cap in caps], [cap.count for cap in caps]
                room, uses = _most(account, per)
                if None not in amounts and room > max(it or 0 for it in amounts):
                    yield f"{account.ambassador_id} has {room} of a cap of {amounts}"
                if None not in counts and uses > max(it or 0 for it in counts):
                    yield f"{account.ambassador_id} has {uses} orders of a cap of {counts}"
        budgets = [it.budget_month for it in programs]
        spent = Counter[str]()
        for it in orders:
            if it.standing and it.unit == it.currency:
                spent[it.standing.terms.month] += it.standing.cap_used
        if None not in budgets and max(spent.values(), default=0) > max(it or 0 for it in budgets):
            yield f"{spent} of budgets of {budgets}"

    def _wrong_budget(self, entities: list[Entity]) -> Iterator[str]:
        """What is used of each month's budget is what its orders take."""
        taken = Counter[str]()
        for it in books.of(Redemption, entities):
            if it.standing and it.standing.terms.budget_drawn:
                taken[it.standing.terms.month] += it.standing.cap_used
        for month in {"2026-03", *taken}:
            used = sum(self.world.table.read_used(month))
            if used != taken[month]:
                yield f"the budget of {month} says {used}, its orders take {taken[month]}"

    def _wrong_mails(self, entities: list[Entity]) -> Iterator[str]:
        """Every letter was sent, and no more mails than the one window in which one may go twice explains.

        But for those of which nobody knew three times whether they went: these may have gone, or not.
        """
        owed = sum(it.outcome == "sent" for it in books.of(Message, entities))
        sent, twice = sum(self.world.mails.values()), self.world.may_be_doubled
        if not owed <= sent <= owed + twice:
            yield f"{owed} letters, {sent} mails, {twice} of them may have gone twice"

    def _findings(self) -> Iterator[str]:
        """The program's own audit finds nothing either."""
        self.world.engine.settle_indexes()
        yield from (f"audit: {it}" for it in audit_all(self.world.table, now=self.world.now))

    # --- inside -------------------------------------------------------------------------------------------------------

    def _drain(self) -> None:
        """No more faults: the schedule runs until nothing is due, for as long as holds, reviews and expiry may last."""
        self.world.trouble, self.world.mails_down = 0, False
        passed = 0
        for step in (0, 0, 1, 1, 3, 5, 10, 10, 10, 20, 31, 31, 8):
            self.world.pass_time(days=step)
            passed += step
            for _ in range(3):
                self.world.engine.settle_indexes()
                self.town.minute()
                self.world.pass_time(minutes=20)
        assert passed == DRAINED_DAYS


def _most(account: Account, per: str) -> tuple[int, int]:
    """The most that an account's orders take of a cap, by amount and by count, in any one month or year, or in all."""
    taken = dict[str, tuple[int, int]]()
    for name, month in account.months.items():
        begins = {"month": name, "year": name[:4]}.get(per, "")
        room, uses = taken.get(begins, (0, 0))
        taken[begins] = room + month.cap_used, uses + month.uses
    return max((room for room, _ in taken.values()), default=0), max((uses for _, uses in taken.values()), default=0)


def is_entity(sk: str) -> bool:
    """Tell entities from bare counters."""
    return not sk.startswith(("SHARD#", "CLICKS#", "LATE#", "LANE"))


def expected_worth(order: Order, program: Program) -> int:
    """What an order must be worth in the end, said once more and differently: from the stored facts and terms alone."""
    redemption = order.redemption
    assert redemption.standing is not None
    terms = redemption.standing.terms
    net, goods = expected_net(order), redemption.amount - (redemption.tax or 0) - (redemption.excluded or 0)
    paid = goods - redemption.friend_discount
    if _denied(order, program):
        return 0
    if program.void_below_minimum and net < paid and Fraction(goods * net, paid) < program.minimum:
        return 0
    if terms.unit and terms.unit.startswith("gift:"):
        return terms.granted if net else 0
    return share(terms.granted, net, paid)


def expected_net(order: Order) -> int:
    """What must be left of what was paid for goods: nothing if only crumbs are."""
    redemption = order.redemption
    undone = {it.refund_id for it in order.reversals}
    counting = [it for it in order.refunds if it.refund_id not in undone]
    if order.freed or any(it.kind == "cancellation" for it in counting):
        return 0
    back = [worth for worth in (_goods_back(it, order.reviews) for it in counting) if worth]
    excluded = (redemption.tax or 0) + (redemption.excluded or 0) + redemption.friend_discount
    net = redemption.amount - excluded - sum(back)
    return net if net >= min(max(1, len(back)), 6) else 0


def _goods_back(refund: Refund, reviews: Sequence[Review]) -> int:
    """What came back for goods: as the shop says, or in another currency as the last admin says who valued it."""
    if refund.currency != "USD":
        return refund.amount - (refund.tax or 0) - (refund.shipping or 0)
    told = [it for it in reviews if refund.refund_id in it.values]
    return max(told, key=lambda it: it.number).values[refund.refund_id] if told else 0


def expected_end(order: Order, program: Program) -> datetime:
    """When the hold must end, said once more and differently."""
    paid_at = [order.payment.paid_at] if order.redemption.pending and order.payment else []
    begins = max([order.redemption.placed_at, *paid_at])
    last = {
        name: max((it for it in order.fulfilments if it.fulfilment_id == name), key=lambda it: it.revision)
        for name in {it.fulfilment_id for it in order.fulfilments}
    }
    there = [it for it in last.values() if not it.void]
    ends = [it.return_by for it in there if it.return_by is not None]
    if program.hold_from == "purchase":
        return max([*ends, begins + program.hold])
    ends += [max(begins, it.delivered_at or begins) + program.hold for it in there]
    if all(it.more for it in there):
        ends.append(begins + timedelta(days=program.longest_wait_days))
    return max(ends)


def _denied(order: Order, program: Program) -> bool:
    """Whether the last review denied it, or silence did: of what is foreign always, else as the program says."""
    assert order.redemption.standing is not None
    last = max(order.reviews, key=lambda it: it.number, default=None)
    undone = {it.refund_id for it in order.reversals}
    seen = {refund_id for it in order.reviews for refund_id in it.answers}
    unseen = [
        it for it in order.refunds
        if it.refund_id not in undone | seen and it.currency == "USD" and it.amount > (it.tax or 0) + (it.shipping or 0)
    ]  # fmt: skip
    if unseen or (last and last.decision == "deny"):
        return True
    return order.redemption.standing.terms.review and last is None and program.review_default == "deny"


def tally(fired: Counter[str]) -> str:
    """How often each fault came, the rarest last."""
    return ", ".join(f"{name} {times}" for name, times in fired.most_common())
