"""Mails, in functions of their own: a mail service that hangs keeps nothing else waiting.

The stream brings a message at once; once a minute the schedule finds whatever of them is due, as `stream` and
`schedule` do for everything else. And what became of a mail comes back from the mail service. What is worked with is
imported at the call, as there.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from chalice.app import Blueprint, CloudWatchEvent, DynamoDBEvent, Rate, SNSEvent

from chalicelib import deps
from chalicelib.store import keys
from chalicelib.store.table import BusyError, NewerError
from chalicelib.telemetry import logger, metrics, report_newer
from chalicelib.workers.stream import PLACEHOLDER

if TYPE_CHECKING:
    from chalicelib.operations.messages.deliver import Fate, Post

blueprint = Blueprint(__name__)

MESSAGES, PEOPLE, SIGN_INS = keys.message("").pk, keys.person("").pk, keys.sign_in("").pk
ATTENDED = (MESSAGES, PEOPLE, SIGN_INS)
"""The partitions that these functions attend to."""

SECONDS = 40.0
"""How long one run sends mails: with the last one it ends before the next minute, even if no mail service answers."""

_ANSWERED = {"sent", "undeliverable", "blocked"}
"""The outcomes of a mail after which the mail service is known to answer."""

TOPIC = "arn:aws:sns:eu-central-1:000000000000:mail-news"
"""In its place the template that is deployed puts the topic to which SES publishes."""


@blueprint.on_dynamodb_record(stream_arn=PLACEHOLDER, name="on_message")
def on_message(event: DynamoDBEvent) -> dict[str, list[dict[str, str]]]:
    """Send the new messages of a batch of stream records, and find out who wants to sign in.

    What the time does not suffice for is found by its due time.

    Nothing has to be sent again: only an outage of the table raises, and Lambda then sends the whole batch again.
    """
    inserted = [it for it in event.to_dict()["Records"] if it["eventName"] == "INSERT"]
    found = (it["dynamodb"]["Keys"]["PK"]["S"] for it in inserted)
    send(dict.fromkeys(pk for pk in found if pk.startswith((MESSAGES, SIGN_INS))))
    return {"batchItemFailures": []}


@blueprint.schedule(Rate(1, unit=Rate.MINUTES), name="every_minute_mail")
def every_minute_mail(event: CloudWatchEvent) -> None:
    """Send what is due in some shards, as far as a minute goes."""
    from chalicelib.workers.due import due_in

    send(pk for batch in due_in(event) for pk in batch)


@blueprint.on_sns_message(topic=TOPIC, name="on_mail_event")
def on_mail_event(event: SNSEvent) -> None:
    """Note what became of a mail. An event that nobody can read is told to the operator, and stops none of the others.

    Only an outage of the table raises: Lambda then brings the event again, and keeps what it could not bring.
    """
    from chalicelib.delivery.events import UnreadableEventError, read_event
    from chalicelib.operations.messages.events import note

    try:
        told = read_event(event.message)
    except UnreadableEventError as error:
        logger.error("an event of a mail can't be read", reason=str(error))
        _count("MailEventsUnread")
        told = None
    if told is not None and (
        note(deps.table(), told, deps.outlook(keyed=False), now=deps.now()) or told.kind == "sent"
    ):
        log = logger.error if told.kind == "rejected" else logger.info
        log("mail", message_id=told.mark.message_id, became=told.kind, reason=told.reason)
        _count(f"Mails{told.kind.title()}")
    if metrics.metric_set:
        metrics.flush_metrics()


def send(partitions: Iterable[str]) -> None:
    """Send the messages among these partitions, and look after people and whoever wants to sign in, for `SECONDS`.

    One that breaks does not stop the others; the log tells of each, and the metrics count them. What stops them is a
    mail service that would do the same to each: that hangs, is not reached, asks for patience, or takes nothing from
    this account. Then the rest stays due, as it is.
    """
    table, post = deps.table(), None
    deadline = table.deadline(SECONDS)
    for pk in partitions:
        kind, _, name = pk.partition("#")
        if f"{kind}#" not in ATTENDED:
            continue
        if table.is_past(deadline) or deps.circuit().rests(deps.now()):
            break
        try:
            post = post or deps.post()
        except NewerError:
            report_newer(pk)
            break
        if _attend(post, f"{kind}#", name):
            break
    if metrics.metric_set:
        metrics.flush_metrics()


def _attend(post: "Post", kind: str, name: str) -> bool:
    """Attend to one partition, and say whether that is enough for this run."""
    try:
        fates = _WORK[kind](post, name)
    except Exception as error:  # noqa: BLE001 - one that is broken must not stop the others; it is reported
        if isinstance(error, NewerError):
            report_newer(name)
        else:
            logger.exception(_BROKEN[kind], id=name)
            _count("LettersFailed")
        if kind != MESSAGES:
            _put_off(kind + name, error)
        return False
    for fate in fates:
        log = logger.error if fate.outcome in {"blocked", "abandoned"} else logger.info
        log("letter", message_id=fate.message_id, outcome=fate.outcome, reason=fate.reason)
        _count(f"Letters{fate.outcome.title()}")
        if fate.outcome == "unsure":
            deps.circuit().broke_off(deps.now())
        elif fate.outcome in _ANSWERED:
            deps.circuit().answered()
    return any(fate.stops for fate in fates)


def _deliver(post: "Post", message_id: str) -> "list[Fate]":
    from chalicelib.operations.messages.deliver import deliver

    return deliver(post, message_id, now=deps.now())


def _look_after(post: "Post", person_id: str) -> "list[Fate]":
    from chalicelib.operations.care.look_after import look_after

    return look_after(post, person_id, now=deps.now())


def _meet(post: "Post", sign_in_id: str) -> "list[Fate]":
    """Owe whoever wants to sign in their mail: the stream brings that at once."""
    from chalicelib.operations.access.sign_in import meet

    meet(post.table, sign_in_id, post.rules.version, now=deps.now())
    return []


_WORK: "dict[str, Callable[[Post, str], list[Fate]]]" = {MESSAGES: _deliver, PEOPLE: _look_after, SIGN_INS: _meet}
_BROKEN = {
    MESSAGES: "a message could not be delivered",
    PEOPLE: "a person waits",
    SIGN_INS: "somebody who wants to sign in waits",
}


def _put_off(pk: str, error: Exception) -> None:
    """Move away what is broken, for a growing while."""
    try:
        deps.table().postpone(pk, deps.now(), repr(error))
    except BusyError:
        logger.exception("it stays due", id=pk)


def _count(metric: str) -> None:
    metrics.add_metric(name=metric, unit="Count", value=1)
