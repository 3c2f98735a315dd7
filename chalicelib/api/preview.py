"""What other rules would have cost, as clients read it."""

from datetime import date, datetime
from typing import Any, Self

import msgspec
from msgspec import UNSET, UnsetType

from chalicelib.api.orders import Step
from chalicelib.domain.model.work import Job
from chalicelib.domain.whatif import comparison
from chalicelib.edge.answers import Answer, Sum, money
from chalicelib.edge.problems import Flaw
from chalicelib.operations.whatif import preview


class Days(Answer, rename={"first": "from", "last": "to"}):
    """The days whose orders were played."""

    first: date
    last: date


class Rewards(Answer):
    """What rewards of one unit come to, by where they stand.

    Attributes:
        granted: What caps and budget left of them.
        void: What of it came to nothing since.
    """

    granted: Sum
    held: Sum
    available: Sum
    void: Sum


class Sums(Answer, kw_only=True):
    """What orders come to together.

    Attributes:
        friend_discounts: By currency.
        rewards: By unit.
    """

    orders: int
    friend_discounts: list[Sum]
    rewards: list[Rewards]

    @classmethod
    def of(cls, sums: comparison.Sums, **beside: Any) -> Self:
        """Show the sums of some orders."""
        return cls(
            orders=sums.orders,
            friend_discounts=[money(amount, currency) for currency, amount in sorted(sums.discounts.items())],
            rewards=[
                Rewards(
                    granted=money(reward.granted, unit),
                    held=money(reward.held, unit),
                    available=money(reward.available, unit),
                    void=money(reward.void, unit),
                )
                for unit, reward in sorted(sums.rewards.items())
            ],
            **beside,
        )


class TierSums(Sums, kw_only=True):
    """What the orders of one tier come to."""

    tier: str


class RefusedOrders(Answer):
    """How many orders the rules refuse for one reason.

    Attributes:
        reason: As the checkout would have said it.
    """

    reason: str
    orders: int


class Side(Answer):
    """What one of two programs makes of the orders.

    Attributes:
        bonuses: By unit, what tiers and milestones granted less what was taken back.
        refused: The orders that it would not have taken.
    """

    tiers: list[TierSums]
    total: Sums
    bonuses: list[Sum]
    refused: list[RefusedOrders]

    @classmethod
    def of(cls, side: comparison.Side) -> Self:
        """Show one side."""
        return cls(
            tiers=[TierSums.of(side.tiers[name], tier=name) for name in sorted(side.tiers, key=side.rank)],
            total=Sums.of(side.total),
            bonuses=[money(amount, unit) for unit, amount in sorted(side.bonuses.items()) if amount],
            refused=[RefusedOrders(reason, orders) for reason, orders in sorted(side.refused.items())],
        )


class Outcome(Answer):
    """What a program makes of an order, and why; or the reason why it refuses it.

    Attributes:
        refused: The reason why it would not have taken the order; null if the order is not settled yet.
        tier: The name of the ambassador's tier.
        reason: Why the reward waits or is less than its rate gives.
        trace: The rules in the order in which they decided.
    """

    refused: str | UnsetType | None = UNSET
    tier: str | UnsetType = UNSET
    reward: Sum | UnsetType = UNSET
    state: str | UnsetType | None = UNSET
    reason: str | UnsetType | None = UNSET
    friend_discount: Sum | UnsetType = UNSET
    trace: list[Step] | UnsetType = UNSET


class Difference(Answer):
    """One order that differs: both amounts, and why each is what it is.

    Attributes:
        difference: How far both are apart, in minor units or points.
    """

    order_id: str
    ambassador_id: str
    placed_at: datetime
    difference: int
    in_force: Outcome
    candidate: Outcome


class Preview(Answer):
    """What other rules would have made of the orders of a period, beside what was really posted.

    Attributes:
        orders: How many orders were played.
        in_force: What was really posted.
        candidate: What would have been.
        differences: The twenty orders that differ most in reward and discount together.
        caveats: Fields of the candidate whose effect past orders don't tell, and why.
        warnings: What in the candidate is valid and yet probably not intended.
    """

    period: Days
    orders: int
    in_force: Side
    candidate: Side
    differences: list[Difference]
    caveats: list[Flaw]
    warnings: list[Flaw]

    @classmethod
    def of(cls, outcome: preview.Preview) -> Self:
        """Show what a preview has found."""
        compared = outcome.comparison
        return cls(
            period=Days(outcome.first, outcome.last),
            orders=compared.orders,
            in_force=Side.of(compared.in_force),
            candidate=Side.of(compared.candidate),
            differences=[_difference(it) for it in compared.differences],
            caveats=[Flaw(f"/program/{name}", why) for name, why in outcome.caveats],
            warnings=[Flaw(f"/program{pointer}", why) for pointer, why in outcome.warnings],
        )


def result_of(job: Job) -> dict[str, Any]:
    """Return what a job that previews a program has come to; nothing before its first slice."""
    stored: dict[str, Any] = msgspec.json.decode(job.result)
    if not stored:
        return stored
    shown: dict[str, Any] = msgspec.to_builtins(Preview.of(msgspec.convert(stored, preview.Preview)))
    return shown


def _difference(order: comparison.Difference) -> Difference:
    return Difference(
        order_id=order.order_id,
        ambassador_id=order.ambassador_id,
        placed_at=order.placed_at,
        difference=order.difference,
        in_force=_outcome(order.in_force),
        candidate=_outcome(order.candidate),
    )


def _outcome(outcome: comparison.Outcome) -> Outcome:
    if outcome.tier is None:
        return Outcome(refused=outcome.refused)
    return Outcome(
        tier=outcome.tier,
        reward=money(outcome.worth, outcome.unit),
        state=outcome.state,
        reason=outcome.reason,
        friend_discount=money(outcome.friend_discount, outcome.currency),
        trace=[Step(**step) for step in outcome.trace],
    )
