"""What Amazon SES publishes of a mail (https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns.html).

Of an event only what decides is read, and all of that is checked: whoever may publish to the topic may write anything.
"""

import json
from datetime import UTC, datetime
from typing import Any

from chalicelib.domain.people.mail_events import Kind, MailEvent, mark_in

_PARTS: dict[str, tuple[str, Kind]] = {
    "Send": ("send", "sent"),
    "Reject": ("reject", "rejected"),
    "Delivery": ("delivery", "delivered"),
    "DeliveryDelay": ("deliveryDelay", "delayed"),
    "Bounce": ("bounce", "returned"),
    "Complaint": ("complaint", "complained"),
}
"""By the type of an event, the object that tells of it, and what it says; of some more there is to say."""

_REASONS = {
    "Bounce": ("bounceType", "bounceSubType"),
    "Complaint": ("complaintFeedbackType", "complaintSubType"),
    "DeliveryDelay": ("delayType",),
    "Reject": ("reason",),
}
_REASON_MAX = 80
_WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -_")


class UnreadableEventError(ValueError):
    """An event is not as SES writes them; the text says what is wrong with it, and holds nothing of it."""


def read_event(text: str) -> MailEvent | None:
    """Read an event; None if it is of no concern: of a mail that is not ours, or one that was clicked or opened.

    Raises:
        UnreadableEventError: it is no event of SES.
    """
    event = _object(_parsed(text), "event")
    kind = event.get("eventType")
    if not isinstance(kind, str):
        raise UnreadableEventError("it has no type")
    if kind not in _PARTS:
        return None
    mail = _object(event.get("mail"), "mail")
    mark = mark_in(_tags(mail))
    if mark is None:
        return None
    name, says = _PARTS[kind]
    part = _object(event.get(name), name)
    if kind == "Complaint" and part.get("complaintFeedbackType") == "not-spam":
        return None
    if kind == "Bounce" and part.get("bounceType") == "Permanent":
        says = "bounced"
    sent_at = _time(mail.get("timestamp"))
    at = _time(part["timestamp"]) if "timestamp" in part else sent_at
    return MailEvent(says, mark, at, sent_at, _reason(part, _REASONS.get(kind, ())))


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise UnreadableEventError("it is no JSON") from None


def _object(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UnreadableEventError(f"its {name} is no object")
    return value


def _tags(mail: dict[str, Any]) -> dict[str, str]:
    """The tags of a mail, each of which may have several values: ours have one."""
    tags = mail.get("tags") or {}
    return {
        name: values[0]
        for name, values in _object(tags, "tags").items()
        if isinstance(values, list) and len(values) == 1 and isinstance(values[0], str)
    }


def _time(value: Any) -> datetime:
    """A time, to the millisecond as it is stored."""
    try:
        time = datetime.fromisoformat(value)
        if time.tzinfo is None:
            raise UnreadableEventError("a time has no zone")
        utc = time.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise UnreadableEventError("a time can't be read") from None
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


def _reason(part: dict[str, Any], names: tuple[str, ...]) -> str | None:
    """SES's words for why. They are for the log, so nothing that could be an address gets through."""
    told = [word for name in names if isinstance(word := part.get(name), str) and set(word) <= _WORD]
    return ", ".join(told)[:_REASON_MAX] or None
