"""What the first settlement decides for good: the tier, the rate, and what caps and the month's budget leave of it."""

from chalicelib.domain.accounts.limits import capped, draw
from chalicelib.domain.accounts.tiers import reached
from chalicelib.domain.calendar import month_of
from chalicelib.domain.model.accounts import Account, Draw
from chalicelib.domain.model.orders import Order, Standing, Terms
from chalicelib.domain.orders.evidence import Evidence
from chalicelib.domain.orders.fraud import needs_review, signals
from chalicelib.domain.program.program import Program, campaign_of, reward_of, tier_of


def decides_terms(order: Order) -> bool:
    """Whether settling the order now decides its terms."""
    return order.redemption.standing is None and order.is_paid and not order.withdrawn


def decide_terms(
    order: Order, account: Account, program: Program, evidence: Evidence
) -> tuple[Terms, tuple[Draw, ...]]:
    """Decide once, at the first settlement, what an order can earn at most: tier, rate, what caps and budget leave.

    `account` counts the order already. Return the terms, and what they take of the month's budget.
    """
    redemption = order.redemption
    month = month_of(order.begins, program)
    referrals = reached(account, program, month)
    tier = tier_of(program, referrals)
    campaign = campaign_of(program, redemption.campaign, redemption.placed_at)
    rate = reward_of(program, tier, campaign, redemption.friend_order)
    full = rate.of(redemption.paid) if rate else 0
    unit = rate.unit_in(program.currency) if rate else program.currency
    left = 0 if evidence.taken else capped(account, program, month, full, unit)
    budgeted = program.budget_month is not None and unit == program.currency
    draws = draw(evidence.used, program, month, account.ambassador_id, left) if budgeted else ()
    taken = sum(it.amount for it in draws) if budgeted else left
    found = signals(evidence, account, program, month)
    terms = Terms(
        tier=tier.name,
        rate=rate,
        reward_at_rate=full,
        granted=taken,
        month=month,
        ambassador_order=account.orders_settled,
        referrals=referrals,
        begins=None if order.begins == redemption.placed_at else order.begins,
        unit=None if unit == redemption.currency else unit,
        campaign=campaign.name if campaign else None,
        limit=_limit(evidence, full, left, taken),
        signals=found,
        review=needs_review(found, program.watch),
        budget_drawn=tuple((it.shard, it.amount) for it in draws),
    )
    return terms, draws


def redrawn(room: int, after: Standing) -> tuple[Draw, ...]:
    """Give back to the budget what refunds freed of `room`, or take it again when a refund no longer counts."""
    if not after.terms.budget_drawn or after.cap_used == room:
        return ()
    shard, _ = after.terms.budget_drawn[0]
    return (Draw(after.terms.month, shard, after.cap_used - room),)


def _limit(evidence: Evidence, full: int, left: int, taken: int) -> str | None:
    """Why less is granted than the rate gives, or nothing at all."""
    if evidence.taken:
        return "friend_already_referred"
    if taken < left:
        return "cap_budget"
    return "cap_ambassador" if left < full else None
