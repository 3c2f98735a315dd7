"""Signals that something may be wrong. They never refuse an order: they make a reward wait for an admin."""

from dataclasses import dataclass

from chalicelib.domain.calendar import number_of
from chalicelib.domain.model import Account, Pace
from chalicelib.domain.program import Program, Watch

WEIGHTS = {
    "shared_payment": 60,
    "velocity": 40,
    "refund_rate": 40,
    "ring": 40,
    "shared_address": 30,
    "disposable_email": 30,
    "no_clicks": 20,
}
"""Every signal, and what it weighs unless the program says otherwise."""

_BASELINE_MONTHS = 3
_BASELINE_DAYS = 90


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the table shows about an order: signals found there, and the visits of the code's link in 30 days."""

    found: tuple[str, ...] = ()
    clicks: int | None = None


def signals(evidence: Evidence, account: Account, program: Program, month: str) -> tuple[str, ...]:
    """Return the signals of an order placed in `month`, the weightiest first. `account` counts the order already."""
    watch = program.watch
    own = {
        "velocity": _too_fast(account, watch, month),
        "refund_rate": account.settled >= watch.refunded_orders
        and account.refunded * 100 >= account.settled * watch.refunded_percent,
        "no_clicks": evidence.clicks == 0 and account.settled >= watch.clickless_orders,
    }
    return tuple(name for name in WEIGHTS if own.get(name) or name in evidence.found)


def weight(found: tuple[str, ...], watch: Watch) -> int:
    """Return what signals weigh together."""
    return sum(watch.weights.get(name, WEIGHTS[name]) for name in found)


def needs_review(found: tuple[str, ...], watch: Watch) -> bool:
    """Tell whether a reward has to wait for an admin."""
    return watch.review_at is not None and weight(found, watch) >= watch.review_at


def paced(pace: Pace | None, day: str) -> Pace:
    """Count an order of this day. One of an earlier day than the last counts to the last."""
    if pace is None or day > pace.day:
        return Pace(day, 1)
    return Pace(pace.day, pace.orders + 1)


def _too_fast(account: Account, watch: Watch, month: str) -> bool:
    """Tell whether a day has more orders than the ambassador's own last three months explain."""
    orders = account.pace.orders if account.pace else 0
    until = number_of(month)
    usual = sum(it.uses for name, it in account.months.items() if until - _BASELINE_MONTHS <= number_of(name) < until)
    return orders >= watch.velocity_orders and orders * _BASELINE_DAYS >= usual * watch.velocity_times
