"""What other rules would have cost beside what was really posted, side by side for a table."""

from dataclasses import dataclass
from typing import Any

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One figure on both sides.

    Attributes:
        what: `orders`, `rewards`, `discounts`, `bonuses` or `refused`.
        name: Of what: a unit, the reason of a refusal.
        tier: Of which tier; "" for all.
    """

    what: str
    name: str
    before: Body | int
    after: Body | int
    tier: str = ""

    @property
    def money(self) -> bool:
        """Whether it is an amount and no number."""
        return isinstance(self.before, dict)

    @property
    def difference(self) -> Body | int:
        """By how much the candidate has more."""
        if isinstance(self.before, dict) and isinstance(self.after, dict):
            return {**self.after, "amount": self.after["amount"] - self.before["amount"]}
        assert isinstance(self.before, int)
        assert isinstance(self.after, int)
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Beside:
    """All figures: in all, by tier, and the orders that were played."""

    orders: int
    total: list[Row]
    tiers: list[Row]
    refused: list[Row]


def beside(result: Body) -> Beside:
    """Lay both sides of a preview beside each other."""
    now, then = result["in_force"], result["candidate"]
    names = dict.fromkeys(it["tier"] for side in (now, then) for it in side["tiers"])
    tiers = [row for name in names for row in _sums(_tier(now, name), _tier(then, name), name)]
    bonuses = _amounts("bonuses", now["bonuses"], then["bonuses"])
    refused = [
        Row("refused", reason, _orders(now, reason), _orders(then, reason))
        for reason in dict.fromkeys(it["reason"] for side in (now, then) for it in side["refused"])
    ]
    return Beside(result["orders"], [*_sums(now["total"], then["total"]), *bonuses], tiers, refused)


def _sums(now: Body, then: Body, tier: str = "") -> list[Row]:
    granted, would = ([it["granted"] for it in side["rewards"]] for side in (now, then))
    return [
        Row("orders", "", now["orders"], then["orders"], tier),
        *_amounts("rewards", granted, would, tier),
        *_amounts("discounts", now["friend_discounts"], then["friend_discounts"], tier),
    ]


def _amounts(what: str, now: list[Body], then: list[Body], tier: str = "") -> list[Row]:
    before, after = {_unit(it): it for it in now}, {_unit(it): it for it in then}
    nothing = {unit: {**it, "amount": 0} for unit, it in {**before, **after}.items()}
    return [Row(what, unit, before.get(unit, none), after.get(unit, none), tier) for unit, none in nothing.items()]


def _unit(amount: Body) -> str:
    return str(amount.get("currency") or amount["unit"])


def _tier(side: Body, name: str) -> Body:
    empty: Body = {"orders": 0, "rewards": [], "friend_discounts": []}
    return next((it for it in side["tiers"] if it["tier"] == name), empty)


def _orders(side: Body, reason: str) -> int:
    return next((it["orders"] for it in side["refused"] if it["reason"] == reason), 0)
