"""What figures come to: what a new customer costs, how the program spreads, and what touches of care were good for."""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.domain.model.stats import Rows
from chalicelib.domain.money import share
from chalicelib.domain.stats.intervals import Difference, Sample, difference_of_means, difference_of_shares

COSTS = ("rewards", "discounts", "offers", "gifts", "adjustments")
"""What a program costs, as far as it is money."""

_HELD = "held_"

Measures = Mapping[str, int]


def amounts(measures: Measures, name: str) -> dict[str, int]:
    """Return what a measure that has units comes to, by unit."""
    prefix = f"{name}:"
    return {it.removeprefix(prefix): n for it, n in sorted(measures.items()) if it.startswith(prefix)}


def cost(measures: Measures, currency: str) -> int:
    """Return what the program has cost, in its currency. Points and gifts by name have no price that it knows."""
    return sum(measures.get(f"{name}:{currency}", 0) for name in COSTS)


def cost_of_customer(measures: Measures, currency: str) -> int | None:
    """Return what each new customer by a code has cost; None if there is none."""
    number = measures.get("new_customers", 0)
    return share(cost(measures, currency), 1, number) if number else None


@dataclass(frozen=True, slots=True)
class Spread:
    """How a program spreads by itself: `k` is how many new customers each ambassador has brought.

    It is visits per ambassador times new customers per visit, where anybody has visited.
    """

    visits_per_ambassador: float | None
    conversion: float | None
    k: float | None


def spread(measures: Measures) -> Spread:
    """Return how a program has spread."""
    visits, brought = measures.get("visits", 0), measures.get("new_customers", 0)
    ambassadors = measures.get("ambassadors", 0)
    return Spread(
        visits / ambassadors if ambassadors else None,
        brought / visits if visits else None,
        brought / ambassadors if ambassadors else None,
    )


@dataclass(frozen=True, slots=True)
class Group:
    """Touches that went out, or those of people who are held out.

    Attributes:
        touches: How many there were.
        compared: Of how many of these all days have passed in which an order counts.
        bought: After how many of those somebody has bought.
        spent: What they spent on all orders in these days, and the sum of the `squares` of that, touch by touch.
    """

    touches: int
    answered: int
    clicked: int
    compared: int
    bought: int
    spent: int
    squares: int

    @property
    def sample(self) -> Sample:
        """What was spent after each touch."""
        return Sample(self.compared, self.spent, self.squares)


@dataclass(frozen=True, slots=True)
class Result:
    """What an occasion, or a variant of it, was good for: beside what happened to those who got nothing.

    Attributes:
        not_sent: How many touches were closed without a mail, for other reasons.
        not_sent_why: How many of them by the first of their reasons.
        share: How much more often somebody bought; None as long as one group is empty.
        value: How much more somebody spent, in minor units; None as long as there are fewer than two in one group.
    """

    occasion: str
    variant: str | None
    went: Group
    held_out: Group
    not_sent: int
    not_sent_why: Measures
    share: Difference | None
    value: Difference | None


def results(rows: Rows, *, by_variant: bool) -> list[Result]:
    """Return what each occasion was good for, or each of its variants.

    Who is held out is so whatever variant they would have had: so a variant is compared with all of them.
    """
    groups: dict[tuple[str, str], dict[str, int]] = {}
    held: dict[str, dict[str, int]] = {}
    for row, measures in rows.items():
        occasion, _, variant = row.partition("|")
        _add(groups.setdefault((occasion, variant if by_variant else ""), {}), measures)
        _add(held.setdefault(occasion, {}), measures)
    return [
        _result(occasion, variant or None, measures, held[occasion])
        for (occasion, variant), measures in sorted(groups.items())
    ]


def _result(occasion: str, variant: str | None, measures: Measures, all_held: Measures) -> Result:
    went, held_out = _group(measures, ""), _group(all_held, _HELD)
    return Result(
        occasion=occasion,
        variant=variant,
        went=went,
        held_out=held_out,
        not_sent=measures.get("not_sent", 0),
        not_sent_why=amounts(measures, "not_sent"),
        share=difference_of_shares(went.bought, went.compared, held_out.bought, held_out.compared),
        value=difference_of_means(went.sample, held_out.sample),
    )


def _group(measures: Measures, prefix: str) -> Group:
    names = ("touches", "answered", "clicked", "compared", "bought", "spent", "squares")
    return Group(**{name: measures.get(f"{prefix}{name}", 0) for name in names})


def _add(sums: dict[str, int], measures: Measures) -> None:
    for name, amount in measures.items():
        sums[name] = sums.get(name, 0) + amount
