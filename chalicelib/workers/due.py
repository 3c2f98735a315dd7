"""What both workers do with the work they find: settle orders, deliver messages, tell the operator."""

from collections.abc import Iterable

from chalicelib import deps
from chalicelib.operations.deliver import deliver
from chalicelib.operations.expire import expire
from chalicelib.operations.settle_orders import settle_orders
from chalicelib.telemetry import logger, metrics


def settle_and_deliver(partitions: Iterable[str]) -> None:
    """Work through partition keys of orders, messages and accounts; keys of anything else ask for nothing.

    Neither a poisoned order nor an unreachable mail service stops the others.
    """
    found = list(dict.fromkeys(partitions))
    for pk in found:
        if pk.startswith("AMB#"):
            _expire(pk.removeprefix("AMB#"))
    orders = [pk.removeprefix("ORDER#") for pk in found if pk.startswith("ORDER#")]
    messages = [pk.removeprefix("MSG#") for pk in found if pk.startswith("MSG#")]
    for postponed in settle_orders(deps.table(), orders, now=deps.now()):
        logger.error("an order was postponed", order_id=postponed.order_id, failure=postponed.reason)
        metrics.add_metric(name="SettlesFailed", unit="Count", value=1)
    for message_id in messages:
        _deliver(message_id)
    if metrics.metric_set:
        metrics.flush_metrics()


def _expire(ambassador_id: str) -> None:
    """Look at one account; whatever breaks is told to the operator, and the account stays due."""
    try:
        expire(deps.table(), ambassador_id, deps.program(), now=deps.now())
    except Exception:  # noqa: BLE001 - one broken account must not stop the others; it is reported
        logger.exception("an account could not be looked at", ambassador_id=ambassador_id)
        metrics.add_metric(name="SettlesFailed", unit="Count", value=1)


def _deliver(message_id: str) -> None:
    """Deliver one message; whatever breaks is told to the operator, and the message stays due."""
    try:
        outcomes = deliver(deps.table(), deps.mailer(), message_id, now=deps.now())
    except Exception:  # noqa: BLE001 - one broken message must not stop the others; it is reported
        logger.exception("a message could not be delivered", message_id=message_id)
        outcomes = ["failed"]
    for outcome in outcomes:
        logger.info("letter", message_id=message_id, outcome=outcome)
        metrics.add_metric(name=f"Letters{outcome.title()}", unit="Count", value=1)
