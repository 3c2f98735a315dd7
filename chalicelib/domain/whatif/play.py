"""What if other rules had been in force? The orders of the past are played again, by the same `admit` and `settle`.

What happened stays as it was: which codes were used on which orders, when the shop and the admins reported what, and
when each order was settled for the first time. What rules decide is decided anew, in the order of time: discounts,
tiers, caps, the month's budget, campaigns, a friend's further orders, holds, reviews, prizes. An order is played by the
candidate if it is asked about, and by its own rules if not, so that the accounts are what they were when the period
began and go on from there. Until an order of its ambassador is played by the candidate, an order keeps its terms.

What this takes for granted is written down in docs/adr/0013-what-if.md.
"""

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from chalicelib.domain.accounts.ledger import moved
from chalicelib.domain.accounts.limits import Used, after_draws
from chalicelib.domain.model.accounts import Account, Draw, LedgerEntry
from chalicelib.domain.model.facts import Later, in_force
from chalicelib.domain.model.orders import Order, Redemption, Terms
from chalicelib.domain.model.people import Code, Friend
from chalicelib.domain.money import Money
from chalicelib.domain.orders.admit import Ask, Line, Reason, Refused, admit, redemption
from chalicelib.domain.orders.counters import welcomed
from chalicelib.domain.orders.evidence import Evidence
from chalicelib.domain.orders.friends import Holder, first_root, seeker_of
from chalicelib.domain.orders.settle import Settlement, settle_on
from chalicelib.domain.orders.terms import decide_terms
from chalicelib.domain.program.program import Program

SEEN_IN_TABLE = frozenset({"shared_payment", "shared_address", "ring", "disposable_email"})
"""Signals that an order's terms keep as they were found; the others are told by the account."""

L = TypeVar("L", bound=Later)

_DUE, _FACT, _FIRST = range(3)
"""What comes first of what happens at the same moment."""

Bonuses = dict[str, int]
"""By unit, what was granted for tiers and milestones less what was taken back."""


@dataclass(frozen=True, slots=True)
class Past:
    """A settled order as it went: its facts, and the rules by which it was admitted.

    `campaign` is the one that its code belongs to, whether or not it ran. `asked` tells that the order is one of those
    that the candidate is tried on. `roots` are those that its friend had before any order that is played again.
    """

    facts: Order
    program: Program
    campaign: str | None = None
    asked: bool = True
    roots: tuple[Friend, ...] = ()

    @property
    def redemption(self) -> Redemption:
        """The order as it stands in the table."""
        return self.facts.redemption

    @property
    def terms(self) -> Terms:
        """The terms that it has in the table."""
        assert self.redemption.standing is not None, "only settled orders are listed"
        return self.redemption.standing.terms


@dataclass(frozen=True, slots=True)
class Result:
    """What came of an order: the redemption with where it stands, or the reason why it was refused.

    `bonuses` are the prizes that moved when it was settled.
    """

    order_id: str
    redemption: Redemption | None = None
    refused: Reason | None = None
    bonuses: Bonuses = field(default_factory=dict)


def play_again(
    pasts: Iterable[Past], candidate: Program, *, now: datetime, used: Used | None = None
) -> tuple[dict[str, Result], Used]:
    """Play orders again up to `now`. Return what came of those that are asked about, by id, and what is then used.

    All settled orders of an ambassador belong together. `used` is what is used of the months' budgets in the table;
    what these orders took of it is given back before they are played. The candidate must be sound.
    """
    play = _Play(candidate, now, used or {})
    for past in pasts:
        play.begin(past)
    play.go_on()
    asked = (order for order in play.orders if order.past.asked)
    return {it.past.facts.order_id: it.result() for it in asked}, play.used


def as_posted(past: Past, entries: Iterable[LedgerEntry] = ()) -> Result:
    """Say what really came of an order; `entries` are those that name it, if any of them is about a prize."""
    return Result(past.facts.order_id, past.redemption, bonuses=bonuses_in(entries))


def bonuses_in(entries: Iterable[LedgerEntry]) -> Bonuses:
    """Add up prizes, by unit."""
    found: Bonuses = {}
    for entry in entries:
        sign = {"bonus": 1, "bonus_lost": -1}.get(entry.kind)
        if sign:
            unit = entry.legs[-1].currency
            found[unit] = found.get(unit, 0) + sign * moved(entry)
    return found


@dataclass(slots=True)
class _Lane:
    """One ambassador: the account, the friends' roots, and whether the candidate has decided on anything yet."""

    account: Account
    friends: dict[str, Friend] = field(default_factory=dict)
    orders: dict[str, "_Order"] = field(default_factory=dict)
    tried: bool = False

    def take(self, admitted: Redemption) -> None:
        """Put an order in its friend's place, or beside the one that has it."""
        was, number = self.friends.get(admitted.friend), admitted.friend_order
        if was is not None and number > 1:
            self.friends[admitted.friend] = replace(was, count=max(was.count, number))
            return
        root = first_root(admitted.friend, seeker_of(admitted), now=admitted.recorded_at)
        further = was is not None and was.count > 1
        self.friends[admitted.friend] = replace(root, since=was.since, count=was.count) if was and further else root

    def holders(self, order: "_Order", at: datetime) -> list[Holder]:
        """Who has the place of an order's friend, with what was known of that order by a moment."""
        mine = self.friends.get(order.past.redemption.friend)
        found = []
        for root in (mine,) if mine else order.past.roots:
            other = self.orders.get(root.order_id)
            facts = _known(other.past.facts, other.redemption, at) if other and other.redemption else None
            found.append(Holder(root, facts))
        return found


@dataclass(slots=True)
class _Order:
    """An order on its way through the play."""

    past: Past
    lane: _Lane
    program: Program
    redemption: Redemption | None = None
    refused: Reason | None = None
    entries: list[LedgerEntry] = field(default_factory=list)

    def result(self) -> Result:
        """What has come of it. An order that stands as it was admitted has not been settled by now."""
        return Result(self.past.facts.order_id, self.redemption, self.refused, bonuses_in(self.entries))


class _Play:
    """The orders of some ambassadors, played again in the order of time."""

    def __init__(self, candidate: Program, now: datetime, used: Used) -> None:
        self.candidate = candidate
        self.now = now
        self.used = used
        self.orders: list[_Order] = []
        self._lanes: dict[str, _Lane] = {}
        self._looks: list[tuple[datetime, int, int, str, int]] = []

    def begin(self, past: Past) -> None:
        """Put an order at the moment at which it was settled for the first time."""
        was = past.redemption
        assert was.standing is not None
        lane = self._lanes.setdefault(was.ambassador_id, _Lane(Account(was.ambassador_id)))
        program = self.candidate if past.asked else past.program
        self.orders.append(_Order(past, lane, program))
        lane.orders[was.order_id] = self.orders[-1]
        if past.terms.budget_drawn:
            self.used = after_draws(self.used, _given_back(past))
        self._expect(len(self.orders) - 1, was.standing.settled_at, _FIRST)

    def go_on(self) -> None:
        """Look at each order whenever something happened to it, or its time has come."""
        while self._looks:
            at, kind, _, _, number = heapq.heappop(self._looks)
            order = self.orders[number]
            if kind == _FIRST:
                self._first_look(order, number, at)
            elif order.redemption and (kind == _FACT or order.redemption.due_at == at):
                self._look(order, order.redemption, number, at, order.past.terms)

    def _expect(self, number: int, at: datetime, kind: int) -> None:
        if at <= self.now:
            past = self.orders[number].past
            heapq.heappush(self._looks, (at, kind, past.terms.ambassador_order, past.facts.order_id, number))

    def _first_look(self, order: _Order, number: int, at: datetime) -> None:
        """Admit an order and decide its terms, and see for when its later facts have to be expected."""
        order.lane.tried = order.lane.tried or order.past.asked
        admitted, taken = _judged(order, self.candidate, at)
        if isinstance(admitted, Refused):
            order.refused = admitted.reason
            return
        if not taken:
            order.lane.take(admitted)
        order.lane.account = welcomed(order.lane.account, admitted, order.program)
        terms, draws = self._terms(order, _known(order.past.facts, admitted, at), taken=taken)
        self._look(order, admitted, number, at, terms, draws)
        for later in {fact.recorded_at for fact in order.past.facts.later if fact.recorded_at > at}:
            self._expect(number, later, _FACT)

    def _terms(self, order: _Order, facts: Order, *, taken: bool) -> tuple[Terms, tuple[Draw, ...]]:
        was = order.past.terms
        if not order.lane.tried:
            return was, tuple(Draw(was.month, shard, amount) for shard, amount in was.budget_drawn)
        found = tuple(name for name in was.signals if name in SEEN_IN_TABLE)
        clicks = 0 if "no_clicks" in was.signals else None
        evidence = Evidence(found, clicks, self.used, taken)
        return decide_terms(facts, order.lane.account, order.program, evidence)

    def _look(
        self,
        order: _Order,
        was: Redemption,
        number: int,
        at: datetime,
        terms: Terms,
        draws: tuple[Draw, ...] = (),
    ) -> None:
        facts, terms = _known(order.past.facts, was, at), was.standing.terms if was.standing else terms
        settlement = settle_on(facts, order.lane.account, order.program, terms, draws, now=at)
        self._keep(order, settlement)
        due_at = settlement.redemption.due_at
        if due_at is not None and due_at > at:
            self._expect(number, due_at, _DUE)

    def _keep(self, order: _Order, settlement: Settlement) -> None:
        order.redemption = settlement.redemption
        order.entries += settlement.entries
        if settlement.account_changed:
            order.lane.account = replace(settlement.account, version=order.lane.account.version + 1)
        if settlement.draws:
            self.used = after_draws(self.used, settlement.draws)


def _judged(order: _Order, candidate: Program, at: datetime) -> tuple[Redemption | Refused, bool]:
    """Let the candidate judge an order that is asked about; tell also whether another one has its friend's place.

    An order that came before it was paid for had been admitted by then, and keeps its discount all the same. A place
    that went to another ambassador's order, which is played apart from this one, stays there.
    """
    if not order.past.asked:
        return _bare(order.past.redemption), order.past.terms.limit == "friend_already_referred"
    answer = _admitted(order, candidate, order.lane.holders(order, at), at)
    if isinstance(answer, Redemption):
        is_theirs = answer.friend in order.lane.friends
        return answer, not is_theirs and order.past.terms.limit == "friend_already_referred"
    if answer.reason != "friend_already_referred":
        return answer, False
    return (_admitted(order, candidate, (), at), True) if order.past.redemption.pending else (answer, False)


def _admitted(order: _Order, candidate: Program, holders: Sequence[Holder], at: datetime) -> Redemption | Refused:
    """Let the candidate judge an order as the checkout brought it, as far as that was kept, now that it is paid for."""
    was = order.past.redemption
    ask = Ask(
        order_id=was.order_id,
        code=was.code,
        persons=(was.friend,),
        amount=Money(was.amount, was.currency),
        placed_at=was.placed_at,
        tax=was.tax,
        lines=(Line("", was.excluded, gift_card=True),) if was.excluded else (),
        payment=was.payment,
        address=was.address,
        claim=was.claim,
        fingerprint=was.fingerprint,
    )
    code = Code(was.code, was.ambassador_id, (), was.recorded_at, campaign=was.campaign or order.past.campaign)
    answer = admit(code, ask, candidate, holders, now=at)
    if isinstance(answer, Refused):
        return answer
    admitted = redemption(answer, ask, candidate, now=was.recorded_at, due_at=was.recorded_at)
    return replace(admitted, pending=was.pending, revision=was.revision)


def _bare(was: Redemption) -> Redemption:
    """An order as it was admitted."""
    return replace(was, standing=None, version=1, due_at=None)


def _known(facts: Order, redemption: Redemption, at: datetime) -> Order:
    """The facts that had been reported by a moment."""
    releases = _until(at, (*facts.once_freed, *([facts.freed] if facts.freed else [])))
    return Order(
        facts.order_id,
        redemption=redemption,
        refunds=_until(at, facts.refunds),
        reversals=_until(at, facts.reversals),
        fulfilments=_until(at, facts.fulfilments),
        reviews=_until(at, facts.reviews),
        payment=facts.payment if facts.payment and facts.payment.recorded_at <= at else None,
        freed=in_force(releases, _until(at, facts.kept)),
    )


def _until(at: datetime, facts: tuple[L, ...]) -> tuple[L, ...]:
    return tuple(fact for fact in facts if fact.recorded_at <= at) if facts else ()


def _given_back(past: Past) -> list[Draw]:
    """What an order has taken of the month's budget until now, below zero."""
    terms, standing = past.terms, past.redemption.standing
    assert standing is not None
    freed = [Draw(terms.month, terms.budget_drawn[0][0], terms.granted - standing.cap_used)]
    return [*(Draw(terms.month, shard, -amount) for shard, amount in terms.budget_drawn), *freed]
