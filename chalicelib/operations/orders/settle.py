"""Bring orders up to date with their facts and the time. The stream and the schedule both come through here."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from chalicelib.domain.accounts.limits import Used, after_draws, merged
from chalicelib.domain.effects import Absent, Create, Effect, Replace, Seen, Take, Unchanged
from chalicelib.domain.model.accounts import Account, Draw, Gift, LedgerEntry
from chalicelib.domain.model.orders import Order, OrderFacts, Redemption
from chalicelib.domain.model.reviews import Trait
from chalicelib.domain.orders.friends import Place, claim, lost, seeker_of
from chalicelib.domain.orders.settle import Settlement, settle
from chalicelib.domain.orders.terms import decides_terms
from chalicelib.domain.program.program import Program
from chalicelib.operations.orders.answers import GRACE
from chalicelib.operations.orders.evidence import Circle, read_circle, read_evidence
from chalicelib.operations.orders.friends import look, placing
from chalicelib.operations.orders.lanes import Lane
from chalicelib.operations.program import programs
from chalicelib.store import keys
from chalicelib.store.table import EFFECTS_MAX, BusyError, Failure, NewerError, Table

FOLD_MAX = 20
LANE_SECONDS = 20.0
_TURN = 2
"""How long somebody waits for their turn, as a number of attempts: up to 0.08 s."""

_TRAITS = 2
"""At most a card and an address come with an order."""


@dataclass(frozen=True, slots=True)
class Postponed:
    """An order that could not be settled, and why. It will be looked at again after a growing while.

    `newer` tells that a newer build wrote what it is settled by: so the while grows only as long as this one runs.
    """

    order_id: str
    reason: str
    newer: bool = False


class Met(NamedTuple):
    """What the buyer of an order has heard of: how many later facts, and which version of its redemption, 0 of none."""

    version: int
    facts: int


def settle_orders(
    table: Table, order_ids: Iterable[str], *, now: datetime, met: Mapping[str, Met] | None = None
) -> list[Postponed]:
    """Settle orders and return those that could not be.

    Orders of one ambassador go through one lane: many of them fold into one transaction, so they don't fight for the
    account. Lanes go on side by side, as far as the table has threads, the shortest first: others may be at a long one.
    An order that fails by a rule or a bug is moved away and never blocks the others.

    `met` says what the buyers of orders have heard of. An order that has come, was paid for or was revised since then
    is not settled for the first time, and no newer fact of one is taken, but stays due: letters need to know whom they
    go to, and what these have.
    """
    postponed: list[Postponed] = []
    lanes: dict[str, list[Order]] = defaultdict(list)
    for found in table.each(lambda order_id: _look(table, order_id, now, met), dict.fromkeys(order_ids)):
        if isinstance(found, Order):
            lanes[found.redemption.ambassador_id].append(found)
        elif found is not None:
            postponed.append(found)

    def settle_lane(ambassador_id: str) -> list[Postponed]:
        orders = sorted(lanes[ambassador_id], key=lambda order: order.order_id)
        return _settle_lane(table, ambassador_id, orders, now, met)

    for left in table.each(settle_lane, sorted(lanes, key=lambda whose: len(lanes[whose]))):
        postponed += left
    return postponed


def _look(table: Table, order_id: str, now: datetime, met: Mapping[str, Met] | None) -> Order | Postponed | None:
    """Read an order that is to be settled; None if it asks for nothing, or the table did not answer in time."""
    try:
        order = table.read_order(order_id)
        if not _is_met(order, met):
            return None
        if isinstance(order, Order):
            return order
        _settle_unknown(table, order)
    except BusyError:
        pass
    except Exception as error:  # noqa: BLE001 - one poisoned order must not stop the others; it is reported
        return postpone(table, order_id, error, now)
    return None


def _is_met(order: OrderFacts, met: Mapping[str, Met] | None) -> bool:
    if met is None:
        return True
    heard = met.get(order.order_id, Met(0, 0))
    if isinstance(order, Order) and decides_terms(order) and heard.version != order.redemption.version:
        return False
    return len(order.later) <= heard.facts


def _settle_unknown(table: Table, order: OrderFacts) -> None:
    """Facts that wait for a redemption ask for nothing any more: it will read them when it comes."""
    waiting = [Seen(fact) for fact in order.later if fact.due_at is not None]
    for start in range(0, len(waiting), EFFECTS_MAX - 1):
        table.commit([Absent(order.order_id), *waiting[start : start + EFFECTS_MAX - 1]])


@dataclass(slots=True)
class _Queue:
    """The orders of a lane that still wait, and how many of them go together into the next transaction.

    Attributes:
        lost: How often the next ones have lost in a row.
        apart: How many are left of those that failed together by a bug, and so go one by one.
    """

    waiting: list[Order]
    size: int = FOLD_MAX
    lost: int = 0
    apart: int = 0

    @property
    def next(self) -> list[Order]:
        """Those that go together."""
        return self.waiting[: self.size]

    def settled(self, number: int) -> None:
        """Go on after the first ones, with more at a time."""
        self.waiting, self.lost, self.apart = self.waiting[number:], 0, self.apart - number
        if self.apart <= 0:
            self.size = min(FOLD_MAX, 2 * self.size)

    def halve(self) -> None:
        """Let fewer go together, if they have lost twice."""
        if self.lost > 1:
            self.size = max(1, self.size // 2)

    def take_apart(self) -> Order | None:
        """Let each go alone, since they failed by a bug; the one that failed alone is taken out and returned."""
        failed = self.waiting.pop(0) if self.size == 1 else None
        self.size, self.apart = 1, max(self.apart, self.size) - (failed is not None)
        return failed


def _settle_lane(
    table: Table, ambassador_id: str, orders: Sequence[Order], now: datetime, met: Mapping[str, Met] | None
) -> list[Postponed]:
    """Settle one ambassador's orders, batch after batch; when the time is up, the rest keeps its `due_at`.

    Whoever finds that the account has moved goes through the lane from then on. What loses to something else is read
    anew.
    """
    deadline, lane = table.deadline(LANE_SECONDS), Lane(table, ambassador_id, now, alone=len(orders) == 1)
    postponed: list[Postponed] = []
    queue = _Queue(list(orders))
    account: Account | None = None
    while queue.waiting:
        try:
            account = account or lane.look()
            if account is None or (lane.is_crowded and not lane.take()):
                account = None
                table.pause(_TURN, deadline)
                continue
            fold, account = _fold(table, queue.next, account, now), None
            effects = fold.transaction()
            failures = table.commit(effects) if effects else ()
            if not failures:
                postponed += fold.postponed
                account = fold.left
                queue.settled(fold.taken)
                continue
            queue.lost += 1
            if all(_is_accounts(failure.effect) for failure in failures):
                lane.is_crowded, account = True, _moved(failures)
            else:
                queue.halve()
                again = _still_of(ambassador_id, [table.read_order(order.order_id) for order in queue.waiting])
                queue.waiting = [order for order in again if _is_met(order, met)]
            table.pause(queue.lost, deadline)
        except BusyError:
            break
        except Exception as error:  # noqa: BLE001 - as above
            account, failed = None, queue.take_apart()
            if failed is not None:
                postponed.append(postpone(table, failed.order_id, error, now))
    lane.leave()
    return postponed


def _moved(failures: Iterable[Failure]) -> Account | None:
    """The account as it stood in the way; None if it did not, or leads on to another one."""
    found = next((it.stored for it in failures if isinstance(it.stored, Account)), None)
    return found if found and not found.merged_into else None


def _still_of(ambassador_id: str, orders: Iterable[OrderFacts]) -> list[Order]:
    """Leave out what goes to another ambassador by now, as an order that is not paid for may: it stays due."""
    return [it for it in orders if isinstance(it, Order) and it.redemption.ambassador_id == ambassador_id]


@dataclass(slots=True)
class _Fold:
    """Several settlements on their way into one transaction; `taken` orders of those offered fit into it."""

    account: Account
    circle: Circle
    used: Used = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)
    draws: list[Draw] = field(default_factory=list)
    postponed: list[Postponed] = field(default_factory=list)
    posted: int = 0
    taken: int = 0
    moved: bool = False

    @property
    def room(self) -> int:
        """How many effects still fit beside the account, the draws, and the traits with those of one order more."""
        return EFFECTS_MAX - 1 - len(self.effects) - len(merged(self.draws)) - len(self.circle.effects()) - _TRAITS

    def add(self, order: Order, settlement: Settlement, effects: list[Effect]) -> None:
        """Take a settlement in."""
        if decides_terms(order):
            self.circle.remember(order.redemption)
        self.effects += effects
        self.draws += settlement.draws
        self.used = after_draws(self.used, settlement.draws)
        self.account = settlement.account
        self.posted += len(settlement.entries)
        self.moved = self.moved or settlement.account_changed

    @property
    def left(self) -> Account:
        """The account as it leaves it."""
        return replace(self.account, version=self.account.version + 1) if self.moved else self.account

    def transaction(self) -> list[Effect]:
        """Everything that it writes."""
        account = [Replace(self.left)] if self.moved else []
        return [*self.effects, *map(Take, merged(self.draws)), *self.circle.effects(), *account]


def _fold(table: Table, orders: Sequence[Order], account: Account, now: datetime) -> _Fold:
    fold = _Fold(account, read_circle(table, orders, account))
    for order in orders:
        claims = _claims_place(order)
        if claims and fold.taken:
            break
        settlement = _settle_one(table, order, fold, now)
        if isinstance(settlement, Postponed):
            fold.postponed.append(settlement)
        else:
            effects = _effects(order, settlement, room=fold.room - len(settlement.draws), alone=fold.taken == 0)
            if effects is None:
                break
            fold.add(order, settlement, effects)
        fold.taken += 1
        if claims:
            break
    return fold


def _claims_place(order: Order) -> bool:
    """Whether the order was not paid for when it came, is by now, and wants its friend's place: then it goes alone."""
    return order.redemption.pending and decides_terms(order)


def _settle_one(table: Table, order: Order, fold: _Fold, now: datetime) -> Settlement | Postponed:
    try:
        program = programs.sound(table, order.redemption.program_version)
        evidence = None
        if decides_terms(order):
            evidence = read_evidence(table, fold.circle, order, fold.account, program, used=fold.used, now=now)
            fold.used = evidence.used
        claimed: list[Effect] = []
        if evidence and _claims_place(order):
            place, claimed = _claim_place(table, order.redemption, fold.account, program, now)
            evidence = replace(evidence, taken=place is None)
            friend_order = place.friend_order if place else order.redemption.friend_order
            order = replace(order, redemption=replace(order.redemption, friend_order=friend_order))
        settlement = settle(order, fold.account, program, now=now, posted=fold.posted, evidence=evidence)
    except BusyError:
        raise
    except Exception as error:  # noqa: BLE001 - as above
        return postpone(table, order.order_id, error, now)
    fold.effects += claimed
    return settlement


def _claim_place(
    table: Table, redemption: Redemption, account: Account, program: Program, now: datetime
) -> tuple[Place | None, list[Effect]]:
    """Return the place of an order among its friend's, and what gives it; None if another order is there and stands.

    The root is written even if it names this order: whoever takes the place at this moment has read it before.
    """
    persons = (redemption.friend, *redemption.aliases)
    known, seeker = look(table, persons), seeker_of(redemption, (account.ambassador_id, *account.absorbed))
    number = redemption.friend_order
    place = claim(seeker, number, known.holders, program, now=now)
    left = place or lost(seeker, number, known.holders, program, now=now)
    return place, placing(left, seeker, persons, known, now=now, due_at=now + GRACE) if left else []


def _effects(order: Order, settlement: Settlement, *, room: int, alone: bool) -> list[Effect] | None:
    """Return what one settlement writes, or None when it has to wait for the next transaction.

    The facts of a single order may be more than fit: all count, as many as fit are cleared, the rest stay due.
    """
    redemption, case = settlement.redemption, settlement.case
    core: list[Effect] = [Replace(redemption) if settlement.changed else Unchanged(redemption)]
    core += map(Create, settlement.entries)
    core += map(Create, settlement.gifts)
    core += map(Create, settlement.messages)
    core += [Create(case) if case.version == 1 else Replace(case)] if case else []
    seen: list[Effect] = [Seen(fact) for fact in order.later if fact.due_at is not None]
    if not settlement.changed and not seen:
        return []
    if len(core) + len(seen) > room:
        return core + seen[: room - len(core)] if alone else None
    return [*core, *seen]


def _is_accounts(effect: Effect) -> bool:
    """Whether an effect failed because the account has moved: its own item, or what is named by its version."""
    return isinstance(effect, Replace | Create) and isinstance(effect.entity, Account | LedgerEntry | Gift | Trait)


def postpone(table: Table, order_id: str, error: Exception, now: datetime) -> Postponed:
    """Move an order away for a growing while, and say so."""
    table.postpone(keys.order(order_id), now, repr(error))
    return Postponed(order_id, repr(error), newer=isinstance(error, NewerError))
