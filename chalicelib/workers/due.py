"""Attend to what has come up: which kind of partition is whose, and how the operator hears of what breaks."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from math import gcd

from chalice.app import CloudWatchEvent

from chalicelib import deps
from chalicelib.operations.accounts.expiry import expire
from chalicelib.operations.accounts.withdrawals import expire_coupon
from chalicelib.operations.orders.buyers import meet_buyers
from chalicelib.operations.orders.settle import settle_orders
from chalicelib.operations.people import erase
from chalicelib.store import keys
from chalicelib.store.shards import shard_of
from chalicelib.store.table import BusyError, NewerError
from chalicelib.telemetry import logger, metrics, report_newer

PAGE, BATCH = 1000, 200
"""How much is read of a shard in its turn, and how much of that is attended to together."""

Attendant = Callable[[list[str]], None]
"""Takes the keys of all partitions of one kind in a batch. What it could not do stays due."""


def due_in(event: CloudWatchEvent) -> Iterator[list[str]]:
    """Yield the partitions in which something is due, batch after batch: of the shards of one run of the schedule.

    The event says which part it is of how many (`{"part": 0, "of": 8}`), and every partition is in one of them; without
    that it is all.

    Raises:
        BusyError: some shard could not be read. It comes last, so it keeps none of the others waiting.
    """
    failures: list[BusyError] = []
    found = _due_in(event.detail.get("part", 0), event.detail.get("of", 1), failures)
    while batch := list(islice(found, BATCH)):
        yield list(dict.fromkeys(batch))
    if failures:
        raise failures[0]


def _due_in(part: int, parts: int, failures: list[BusyError]) -> Iterator[str]:
    """Read the shards of a part in turns, so that none waits for the end of another one; note which can't be read.

    There may be more parts than shards: then some read the same ones, and each takes what is its own. Where there is
    much, it begins anywhere: a run that overlaps with the last one meets it rarely.
    """
    table, now = deps.table(), deps.now()
    step = gcd(parts, *table.shards().counts)
    shards = [table.list_due(now, [it]) for number, it in enumerate(table.due_shards()) if number % step == part % step]
    while shards:
        for shard in list(shards):
            page: list[str] = []
            try:
                page += (key.pk for key in islice(shard, PAGE))
            except BusyError as error:
                failures.append(error)
            if len(page) < PAGE:
                shards.remove(shard)
            first = deps.chance().randrange(len(page)) if len(page) > BATCH else 0
            yield from (pk for pk in (*page[first:], *page[:first]) if shard_of(pk, parts) == part)


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
    """Attend to each by its id; the log tells of each that broke, and the metric counts it."""

    def attempt(pk: str) -> Exception | None:
        try:
            work(pk.partition("#")[2])
        except Exception as error:  # noqa: BLE001 - one that is broken must not stop the others; it is reported
            return error
        return None

    def attendant(partitions: list[str]) -> None:
        for pk, error in zip(partitions, deps.table().each(attempt, partitions), strict=True):
            name = pk.partition("#")[2]
            if isinstance(error, NewerError):
                report_newer(name, error)
            elif error is not None:
                logger.error(failure, id=name, exc_info=error)
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
"""Who attends to each kind of partition, in this order.

Jobs and mails are the business of other functions (`workers.jobs`, `workers.mail`).
"""
