"""Mails, in functions of their own: a mail service that hangs keeps nothing else waiting.

The stream brings a message at once; once a minute the schedule finds whatever of them is due, as `stream` and
`schedule` do for everything else. What is worked with is imported at the call, as there.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from chalice.app import Blueprint, CloudWatchEvent, DynamoDBEvent, Rate

from chalicelib import deps
from chalicelib.store import keys
from chalicelib.telemetry import logger, metrics
from chalicelib.workers.stream import PLACEHOLDER

if TYPE_CHECKING:
    from chalicelib.operations.messages.deliver import Post

blueprint = Blueprint(__name__)

SECONDS = 40.0
"""How long one run sends mails: with the last one it ends before the next minute, even if no mail service answers."""


@blueprint.on_dynamodb_record(stream_arn=PLACEHOLDER, name="on_message")
def on_message(event: DynamoDBEvent) -> dict[str, list[dict[str, str]]]:
    """Send the new messages of a batch of stream records. What the time does not suffice for is found by its due time.

    Nothing has to be sent again: only an outage of the table raises, and Lambda then sends the whole batch again.
    """
    inserted = [it for it in event.to_dict()["Records"] if it["eventName"] == "INSERT"]
    send(it["dynamodb"]["Keys"]["PK"]["S"] for it in inserted)
    return {"batchItemFailures": []}


@blueprint.schedule(Rate(1, unit=Rate.MINUTES), name="every_minute_mail")
def every_minute_mail(_: CloudWatchEvent) -> None:
    """Send what is due, the oldest first of each shard, as far as a minute goes."""
    send(key.pk for key in deps.table().list_due(deps.now()))


def send(partitions: Iterable[str]) -> None:
    """Send the messages among these partitions, one after the other, for `SECONDS` in all.

    One that breaks does not stop the others; the log tells of each, and the metrics count them.
    """
    from chalicelib.operations.messages.deliver import Post

    table, post = deps.table(), None
    deadline = table.deadline(SECONDS)
    for pk in dict.fromkeys(partitions):
        if not pk.startswith(keys.message("").pk):
            continue
        if table.is_past(deadline):
            break
        post = post or Post(table, deps.mailer(), deps.program(), deps.settings().public_url)
        _send(post, pk.removeprefix(keys.message("").pk))
    if metrics.metric_set:
        metrics.flush_metrics()


def _send(post: "Post", message_id: str) -> None:
    from chalicelib.operations.messages.deliver import deliver

    try:
        fate = deliver(post, message_id, now=deps.now())
    except Exception:  # noqa: BLE001 - one that is broken must not stop the others; it is reported
        logger.exception("a message could not be delivered", id=message_id)
        _count("LettersFailed")
        return
    if fate is not None:
        log = logger.error if fate.outcome == "blocked" else logger.info
        log("letter", message_id=message_id, outcome=fate.outcome, reason=fate.reason)
        _count(f"Letters{fate.outcome.title()}")


def _count(metric: str) -> None:
    metrics.add_metric(name=metric, unit="Count", value=1)
