"""Attend to what has come up: which kind of partition is whose, and how the operator hears of what breaks."""

from collections.abc import Callable, Iterable, Mapping

from chalicelib import deps
from chalicelib.operations.accounts.expiry import expire
from chalicelib.operations.accounts.withdrawals import expire_coupon
from chalicelib.operations.orders.buyers import meet_buyers
from chalicelib.operations.orders.settle import settle_orders
from chalicelib.operations.people import erase
from chalicelib.store import keys
from chalicelib.store.table import NewerError
from chalicelib.telemetry import logger, metrics, report_newer

Attendant = Callable[[list[str]], None]
"""Takes the keys of all partitions of one kind in a batch. What it could not do stays due."""


def attend(partitions: Iterable[str]) -> None:
    """Attend to partitions by their keys, kind after kind; those of other kinds ask for nothing.

    One that is poisoned stops none of the others.
    """
    found = list(dict.fromkeys(partitions))
    for prefix, attendant in ATTENDANTS.items():
        try:
            attendant([pk for pk in found if pk.startswith(prefix)])
        except NewerError:
            report_newer(prefix)
    if metrics.metric_set:
        metrics.flush_metrics()


def _each(work: Callable[[str], None], metric: str, failure: str) -> Attendant:
    """Attend to one after the other by their ids; the log tells of each that broke, and the metric counts it."""

    def attendant(partitions: list[str]) -> None:
        for pk in partitions:
            name = pk.partition("#")[2]
            try:
                work(name)
            except NewerError:
                report_newer(name)
            except Exception:  # noqa: BLE001 - one that is broken must not stop the others; it is reported
                logger.exception(failure, id=name)
                _count(metric)

    return attendant


def _expire_coupon(withdrawal_id: str) -> None:
    expire_coupon(deps.table(), withdrawal_id, deps.program(), now=deps.now())


def _expire_rewards(ambassador_id: str) -> None:
    expire(deps.table(), ambassador_id, deps.program(), now=deps.now())


def _erase(erasure_id: str) -> None:
    after = erase.carry_on(deps.table(), erasure_id, now=deps.now())
    if after is not None:
        logger.info("an erasure", id=erasure_id, state=after.state, taken=after.taken)


def _settle(partitions: list[str]) -> None:
    """Meet the buyers of orders, and settle these together: many of one ambassador's fit into one transaction."""
    table, now = deps.table(), deps.now()
    met, unmet = meet_buyers(table, map(keys.order_in, partitions), deps.outlook(keyed=False), now=now)
    for postponed in (*unmet, *settle_orders(table, met, now=now, met=met)):
        logger.error("an order was postponed", order_id=postponed.order_id, failure=postponed.reason)
        _count("ItemsNewer" if postponed.newer else "SettlesFailed")


def _count(metric: str) -> None:
    metrics.add_metric(name=metric, unit="Count", value=1)


ATTENDANTS: Mapping[str, Attendant] = {
    "WITHDRAWAL#": _each(_expire_coupon, "SettlesFailed", "a coupon could not be looked at"),
    "AMB#": _each(_expire_rewards, "SettlesFailed", "an account could not be looked at"),
    "ORDER#": _settle,
    "ERASURE#": _each(_erase, "SettlesFailed", "an erasure could not be carried on"),
}
"""Who attends to each kind of partition, in this order. Jobs come last, and have a time limit (`workers.jobs`).

Mails are no business of these functions (`workers.mail`).
"""
