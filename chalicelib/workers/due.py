"""What both workers do with the work they find: settle orders, deliver messages, tell the operator.

The API is deployed with the workers and imports them; so what they work with is imported when there is work.
"""

from collections.abc import Callable, Iterable

from chalicelib import deps
from chalicelib.store import keys
from chalicelib.telemetry import logger, metrics


def settle_and_deliver(partitions: Iterable[str]) -> None:
    """Work through partition keys of orders, messages, accounts and withdrawals; others ask for nothing.

    Neither a poisoned order nor an unreachable mail service stops the others.
    """
    from chalicelib.operations.accounts.expiry import expire
    from chalicelib.operations.accounts.withdrawals import expire_coupon
    from chalicelib.operations.orders.settle import settle_orders

    found = list(dict.fromkeys(partitions))
    for withdrawal_id in _named("WITHDRAWAL#", found):
        _attend("withdrawal", withdrawal_id, expire_coupon)
    for ambassador_id in _named("AMB#", found):
        _attend("ambassador", ambassador_id, expire)
    orders = [keys.order_in(pk) for pk in found if pk.startswith(keys.order(""))]
    for postponed in settle_orders(deps.table(), orders, now=deps.now()):
        logger.error("an order was postponed", order_id=postponed.order_id, failure=postponed.reason)
        metrics.add_metric(name="SettlesFailed", unit="Count", value=1)
    for message_id in _named("MSG#", found):
        _deliver(message_id)
    if metrics.metric_set:
        metrics.flush_metrics()


def _named(prefix: str, partitions: list[str]) -> list[str]:
    """The ids behind the partition keys of one kind."""
    return [pk.removeprefix(prefix) for pk in partitions if pk.startswith(prefix)]


def _attend(kind: str, name: str, look: Callable[..., object]) -> None:
    """Look at what may expire; whatever breaks is told to the operator, and it stays due."""
    try:
        look(deps.table(), name, deps.program(), now=deps.now())
    except Exception:  # noqa: BLE001 - one broken account or coupon must not stop the others; it is reported
        logger.exception("something could not be looked at", kind=kind, id=name)
        metrics.add_metric(name="SettlesFailed", unit="Count", value=1)


def _deliver(message_id: str) -> None:
    """Deliver one message; whatever breaks is told to the operator, and the message stays due."""
    from chalicelib.operations.messages.deliver import Fate, Post, deliver

    try:
        post = Post(deps.table(), deps.mailer(), deps.program(), deps.settings().public_url)
        fates = deliver(post, message_id, now=deps.now())
    except Exception:  # noqa: BLE001 - one broken message must not stop the others; it is reported
        logger.exception("a message could not be delivered", message_id=message_id)
        fates = [Fate("failed")]
    for fate in fates:
        tell = logger.error if fate.outcome == "blocked" else logger.info
        tell("letter", message_id=message_id, outcome=fate.outcome, reason=fate.reason)
        metrics.add_metric(name=f"Letters{fate.outcome.title()}", unit="Count", value=1)
