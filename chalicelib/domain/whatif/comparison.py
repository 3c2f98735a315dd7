"""What rules cost, in sums: what was in force beside a candidate, by tier, and the orders that differ most."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.domain.model.orders import Redemption, State
from chalicelib.domain.orders.admit import Reason
from chalicelib.domain.orders.explain import Step, reason_of, state_of, trace
from chalicelib.domain.program.program import Program
from chalicelib.domain.whatif.play import Result

SHOWN_MAX = 20
"""At most this many of the orders that differ most are shown."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one order under one set of rules, or why it was refused; neither if it is not settled yet.

    Attributes:
        tier: The ambassador's tier; None if there is no reward.
        worth: The reward, in `unit`.
        unit: A currency, a unit of the program's, or a gift.
        state: Where the reward stands.
        reason: Why it waits, or is less than the rate gives.
        friend_discount: What the friend saved, in `currency`.
        trace: The rules in the order in which they decided.
    """

    refused: Reason | None = None
    tier: str | None = None
    worth: int = 0
    unit: str = ""
    state: State | None = None
    reason: str | None = None
    friend_discount: int = 0
    currency: str = ""
    trace: list[Step] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Difference:
    """An order of which two sets of rules make something else, by `difference` minor units or points."""

    order_id: str
    ambassador_id: str
    placed_at: datetime
    difference: int
    in_force: Outcome
    candidate: Outcome


@dataclass(slots=True)
class Reward:
    """Rewards in one unit: what terms granted, and what of it is held, available, or void by now."""

    granted: int = 0
    held: int = 0
    available: int = 0
    void: int = 0


@dataclass(slots=True)
class Sums:
    """Orders, what their friends saved by currency, their rewards by unit, and the fewest referrals behind any."""

    orders: int = 0
    discounts: dict[str, int] = field(default_factory=dict)
    rewards: dict[str, Reward] = field(default_factory=dict)
    reached: int | None = None

    def add(self, redemption: Redemption) -> None:
        """Count one order more."""
        self.orders += 1
        currency, standing = redemption.currency, redemption.standing
        assert standing is not None
        self.discounts[currency] = self.discounts.get(currency, 0) + redemption.friend_discount
        reward = self.rewards.setdefault(redemption.unit, Reward())
        reward.granted += standing.terms.granted
        reward.held += standing.held
        reward.available += standing.available
        reward.void += standing.terms.granted - standing.worth
        self.reached = standing.terms.referrals if self.reached is None else min(self.reached, standing.terms.referrals)


@dataclass(slots=True)
class Side:
    """What one set of rules comes to: by tier, in all, for prizes by unit, and how many orders it refuses and why."""

    tiers: dict[str, Sums] = field(default_factory=dict)
    total: Sums = field(default_factory=Sums)
    bonuses: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)

    def add(self, result: Result) -> None:
        """Take in what came of one order."""
        for unit, amount in result.bonuses.items():
            self.bonuses[unit] = self.bonuses.get(unit, 0) + amount
        if result.refused is not None:
            self.refused[result.refused] = self.refused.get(result.refused, 0) + 1
        redemption = result.redemption
        if redemption is not None and redemption.standing is not None:
            self.total.add(redemption)
            self.tiers.setdefault(redemption.standing.terms.tier, Sums()).add(redemption)

    def rank(self, tier: str) -> tuple[int, str]:
        """The place of a tier among the others: by referrals."""
        return self.tiers[tier].reached or 0, tier


@dataclass(slots=True)
class Comparison:
    """Both sides, and the orders that differ most, the greatest difference first."""

    orders: int = 0
    in_force: Side = field(default_factory=Side)
    candidate: Side = field(default_factory=Side)
    differences: list[Difference] = field(default_factory=list)

    def add(self, really: Result, instead: Result) -> None:
        """Compare what came of one order with what would have."""
        self.orders += 1
        self.in_force.add(really)
        self.candidate.add(instead)
        by = difference(really, instead)
        if by and (len(self.differences) < SHOWN_MAX or (-by, really.order_id) < _rank(self.differences[-1])):
            was = really.redemption
            assert was is not None, "it is in the table"
            order = Difference(was.order_id, was.ambassador_id, was.placed_at, by, _outcome(really), _outcome(instead))
            self.differences = sorted([*self.differences, order], key=_rank)[:SHOWN_MAX]


def difference(one: Result, other: Result) -> int:
    """By how much two results of an order differ: in the reward, as far as units allow, and in the discount."""
    (worth, unit, discount), (instead, unit_instead, saved) = _amounts(one), _amounts(other)
    return (abs(worth - instead) if unit == unit_instead else worth + instead) + abs(discount - saved)


def caveats(candidate: Program, rules: Iterable[Program], *, piecewise: bool = False) -> list[tuple[str, str]]:
    """Say what of a candidate cannot be seen in past orders, as (field, why). `rules` were in force for them.

    `piecewise` means that ambassadors are played one after the other, not all at once.
    """
    before = list(rules)
    refused = "Orders that were refused are not kept, so those that this would admit are not counted."
    found = {
        "minimum": any(candidate.minimum < it.minimum for it in before) and refused,
        "open": any(candidate.open and not it.open for it in before) and refused,
        "friend_days": any((candidate.friend_days or 0) > (it.friend_days or 0) for it in before) and refused,
        "new_friends_only": any(it.new_friends_only and not candidate.new_friends_only for it in before) and refused,
        "excluded_skus": any(set(it.excluded_skus) != set(candidate.excluded_skus) for it in before)
        and "The lines of orders are not kept: what did not count then does not count now, and all else does.",
        "watch": candidate.watch.on
        and any(not it.watch.on for it in before)
        and "Rings, throw-away mailboxes and visits were not looked for then, so these signals are missing.",
        "budget_month": piecewise
        and candidate.budget_month is not None
        and "Ambassadors are played one after the other, so the budget is shared out in that order.",
    }
    if not found["new_friends_only"] and any(candidate.new_friends_only and not it.new_friends_only for it in before):
        found["new_friends_only"] = "What the shop said of first orders is not kept, so none is refused for it."
    return [(name, why) for name, why in found.items() if why]


def _outcome(result: Result) -> Outcome:
    redemption = result.redemption
    if redemption is None or redemption.standing is None:
        return Outcome(refused=result.refused)
    standing = redemption.standing
    return Outcome(
        tier=standing.terms.tier,
        worth=standing.worth,
        unit=redemption.unit,
        state=state_of(standing),
        reason=reason_of(standing),
        friend_discount=redemption.friend_discount,
        currency=redemption.currency,
        trace=trace(redemption),
    )


def _amounts(result: Result) -> tuple[int, str, int]:
    """Reward, unit and discount."""
    redemption = result.redemption
    if redemption is None or redemption.standing is None:
        return 0, "", 0
    return redemption.standing.worth, redemption.unit, redemption.friend_discount


def _rank(order: Difference) -> tuple[int, str]:
    return -order.difference, order.order_id
