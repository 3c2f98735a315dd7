"""Signals that something may be wrong. They never refuse an order: they make a reward wait for an admin."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from chalicelib.domain.calendar import number_of
from chalicelib.domain.model.accounts import Account, Pace
from chalicelib.domain.model.orders import Redemption
from chalicelib.domain.model.reviews import Trait
from chalicelib.domain.orders.evidence import Evidence
from chalicelib.domain.program.program import Program, Watch
from chalicelib.domain.program.signals import SIGNALS, WEIGHTS, Safe

_FRIENDS_MAX = 2
_BASELINE_MONTHS = 3
_BASELINE_DAYS = 90


def noticed(
    redemption: Redemption,
    traits: Mapping[str, Trait],
    own: Iterable[Redemption],
    *,
    ring: bool = False,
    disposable: bool = False,
) -> tuple[str, ...]:
    """Return the signals that other orders and people speak for.

    `traits` are by pseudonym those of the order's ambassador, `own` are orders that the ambassador has placed. A friend
    who uses a card or an address again is the same person and no signal.
    """
    bought = tuple(own)
    found = {
        "shared_payment": _shared(redemption.payment, redemption.friend, traits, [it.payment for it in bought]),
        "shared_address": _shared(redemption.address, redemption.friend, traits, [it.address for it in bought]),
        "ring": ring,
        "disposable_email": disposable,
    }
    return tuple(name for name, raised in found.items() if raised)


def remembered(trait: Trait, friend: str) -> Trait:
    """Note who has used a card or an address; the same trait if there is nothing to note."""
    if friend in trait.friends or len(trait.friends) >= _FRIENDS_MAX:
        return trait
    return replace(trait, friends=(*trait.friends, friend))


def safe_to_tell(signals: tuple[str, ...]) -> Safe:
    """Return what the ambassador may be told of a reward that waits because of these signals: of two, the vaguer."""
    told = {SIGNALS[name].safe for name in signals}
    return told.pop() if len(told) == 1 else "routine"


def signals(evidence: Evidence, account: Account, program: Program, month: str) -> tuple[str, ...]:
    """Return the signals of an order placed in `month`, the weightiest first. `account` counts the order already."""
    watch = program.watch
    own = {
        "velocity": _too_fast(account, watch, month),
        "refund_rate": account.orders_settled >= watch.refunded_orders
        and account.orders_refunded * 100 >= account.orders_settled * watch.refunded_percent,
        "no_clicks": evidence.clicks == 0 and account.orders_settled >= watch.clickless_orders,
    }
    return tuple(name for name in WEIGHTS if own.get(name) or name in evidence.found)


def weight(signals: tuple[str, ...], watch: Watch) -> int:
    """Return what signals weigh together."""
    return sum(watch.weights.get(name, WEIGHTS[name]) for name in signals)


def needs_review(signals: tuple[str, ...], watch: Watch) -> bool:
    """Whether a reward has to wait for an admin.

    A visit counts for a person by the name of the browser, which is a guess. So is what a lack of visits means, however
    heavily a program weighs it: alone it is shown, and no reward waits for it.
    """
    heavy = watch.review_at is not None and weight(signals, watch) >= watch.review_at
    return heavy and any(not SIGNALS[name].guess for name in signals)


def paced(pace: Pace | None, day: str) -> Pace:
    """Count an order of this day. One of an earlier day than the last counts to the last."""
    if pace is None or day > pace.day:
        return Pace(day, 1)
    return Pace(pace.day, pace.orders + 1)


def _shared(trait: str | None, friend: str, traits: Mapping[str, Trait], own: Iterable[str | None]) -> bool:
    """Whether somebody else has used a card or an address before."""
    if trait is None:
        return False
    others = set(traits[trait].friends if trait in traits else ()) - {friend}
    return bool(others) or trait in own


def _too_fast(account: Account, watch: Watch, month: str) -> bool:
    """Whether a day has more orders than the ambassador's own last three months explain."""
    orders = account.last_day.orders if account.last_day else 0
    until = number_of(month)
    usual = sum(it.uses for name, it in account.months.items() if until - _BASELINE_MONTHS <= number_of(name) < until)
    return orders >= watch.velocity_orders and orders * _BASELINE_DAYS >= usual * watch.velocity_times
