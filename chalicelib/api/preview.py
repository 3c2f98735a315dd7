"""What other rules would have cost, as clients read it."""

from typing import Any

import msgspec

from chalicelib.api.present import Body, money
from chalicelib.domain.model.work import Job
from chalicelib.domain.whatif.comparison import Difference, Outcome, Side, Sums
from chalicelib.operations.whatif.preview import Preview


def shown(preview: Preview) -> Body:
    """Both sides in sums, the orders that differ most, and what cannot be seen in past orders."""
    comparison = preview.comparison
    return {
        "period": {"from": preview.first.isoformat(), "to": preview.last.isoformat()},
        "orders": comparison.orders,
        "in_force": _side(comparison.in_force),
        "candidate": _side(comparison.candidate),
        "differences": [_difference(it) for it in comparison.differences],
        "caveats": [{"pointer": f"/program/{name}", "detail": why} for name, why in preview.caveats],
        "warnings": [{"pointer": f"/program{pointer}", "detail": why} for pointer, why in preview.warnings],
    }


def result_of(job: Job) -> Any:
    """What a job that previews a program has come to; nothing before its first slice."""
    stored = msgspec.json.decode(job.result)
    return shown(msgspec.convert(stored, Preview)) if stored else stored


def _side(side: Side) -> Body:
    return {
        "tiers": [{"tier": name, **_sums(side.tiers[name])} for name in sorted(side.tiers, key=side.rank)],
        "total": _sums(side.total),
        "bonuses": [money(amount, unit) for unit, amount in sorted(side.bonuses.items()) if amount],
        "refused": [{"reason": reason, "orders": orders} for reason, orders in sorted(side.refused.items())],
    }


def _sums(sums: Sums) -> Body:
    return {
        "orders": sums.orders,
        "friend_discounts": [money(amount, currency) for currency, amount in sorted(sums.discounts.items())],
        "rewards": [
            {
                "granted": money(reward.granted, unit),
                "held": money(reward.held, unit),
                "available": money(reward.available, unit),
                "void": money(reward.void, unit),
            }
            for unit, reward in sorted(sums.rewards.items())
        ],
    }


def _difference(order: Difference) -> Body:
    """One order that differs: both amounts, and why each is what it is."""
    return {
        "order_id": order.order_id,
        "ambassador_id": order.ambassador_id,
        "placed_at": order.placed_at,
        "difference": order.difference,
        "in_force": _outcome(order.in_force),
        "candidate": _outcome(order.candidate),
    }


def _outcome(outcome: Outcome) -> Body:
    if outcome.tier is None:
        return {"refused": outcome.refused}
    return {
        "tier": outcome.tier,
        "reward": money(outcome.worth, outcome.unit),
        "state": outcome.state,
        "reason": outcome.reason,
        "friend_discount": money(outcome.friend_discount, outcome.currency),
        "trace": outcome.trace,
    }
