"""What SES publishes of the mails that it is given, for clouds that publish nothing: as its mailbox simulator does it.

A mail to bounce@simulator.amazonses.com comes back, one to complaint@simulator.amazonses.com is called spam, and so on
(https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html#send-email-simulator); any other arrives.
"""

import json
import logging
import threading
from base64 import b64decode
from collections.abc import Callable
from datetime import datetime
from email import message_from_bytes
from email.policy import SMTP
from queue import Empty, Queue
from typing import Any

from chalice.local import LambdaContext

from chalicelib.aws.services import Call

Body = dict[str, Any]

SIMULATOR = "simulator.amazonses.com"
POLL_SECONDS = 0.1

_AT = "%Y-%m-%dT%H:%M:%S.%fZ"

log = logging.getLogger("infra.local")


def behaviour(address: str) -> str:
    """How SES's mailbox simulator treats mails to an address; what is labelled (bounce+1@) is treated alike."""
    local, _, host = address.lower().rpartition("@")
    return local.partition("+")[0] if host == SIMULATOR else "success"


def published(request: Body, mail_id: str, at: datetime, behaves: str) -> list[str]:
    """Return what SES publishes of a mail, in order: that it was sent, and what became of it.

    Args:
        request: What SendEmail was asked.
        mail_id: The id that it has answered.
        at: The time.
        behaves: As the mailbox simulator's `success`, `bounce`, `ooto`, `complaint` or `suppressionlist`; or as `full`,
            where SES gives up at last, or as `slow`, where it tries on.
    """
    (address,) = request["Destination"]["ToAddresses"]
    time, recipient = at.strftime(_AT), {"emailAddress": address}
    feedback = {"timestamp": time, "feedbackId": f"{mail_id}-feedback"}
    send: tuple[str, str, Body] = ("Send", "send", {})
    delivery = ("Delivery", "delivery", {"timestamp": time, "recipients": [address], "smtpResponse": "250 ok"})

    def bounce(kind: str, subtype: str, status: str) -> tuple[str, str, Body]:
        of_whom = {
            **recipient,
            "action": "failed",
            "status": status,
            "diagnosticCode": f"smtp; 550 {status} <{address}>",
        }
        told = {"bounceType": kind, "bounceSubType": subtype, "bouncedRecipients": [of_whom], **feedback}
        return "Bounce", "bounce", told

    complaint = {"complainedRecipients": [recipient], "complaintFeedbackType": "abuse", "arrivalDate": time, **feedback}
    delay = {"delayType": "MailboxFull", "delayedRecipients": [recipient], "expirationTime": time, "timestamp": time}
    became = {
        "bounce": [bounce("Permanent", "General", "5.1.1")],
        "suppressionlist": [bounce("Permanent", "Suppressed", "5.1.1")],
        "full": [bounce("Transient", "MailboxFull", "4.2.2")],
        "slow": [("DeliveryDelay", "deliveryDelay", delay)],
        "ooto": [delivery, bounce("Transient", "General", "5.7.0")],
        "complaint": [delivery, ("Complaint", "complaint", complaint)],
    }.get(behaves, [delivery])
    mail = _mail(request, mail_id, time)
    return [json.dumps({"eventType": kind, name: told, "mail": mail}) for kind, name, told in [send, *became]]


def notification(message: str, topic: str = "arn:aws:sns:eu-central-1:000000000000:mail-news") -> Body:
    """What a Lambda function gets from a topic to which this was published."""
    told: Body = {"Type": "Notification", "MessageId": "local", "TopicArn": topic, "Subject": None, "Message": message}
    told["MessageAttributes"] = {}
    record = {"EventSource": "aws:sns", "EventVersion": "1.0", "EventSubscriptionArn": f"{topic}:local", "Sns": told}
    return {"Records": [record]}


def raw_of(request: Body) -> bytes:
    """Return the mail that SendEmail was asked to send: a client takes its bytes, the wire carries them in base64."""
    data = request["Content"]["Raw"]["Data"]
    return data if isinstance(data, bytes) else b64decode(data)


class MailService:
    """Watches what the program sends by SES, and brings what SES would publish of it to a function."""

    def __init__(self, now: Callable[[], datetime], keep: Callable[[str, bytes], object]) -> None:
        """Tell the time by `now`; `keep` gets the id and the bytes of each mail."""
        self._now = now
        self._keep = keep
        self._published: Queue[str] = Queue()

    def watched(self, call: Call) -> Call:
        """Return a call to SES that does the same, and lets itself be watched."""

        def watched(operation: str, request: Body) -> Body:
            answer = call(operation, request)
            self._taken(request, answer["MessageId"])
            return answer

        return watched

    def run(self, work: Callable[[Any, Any], Any], stop: threading.Event) -> None:
        """Bring what is published, each alone as SNS does, until told to stop."""
        while not stop.is_set():
            try:
                message = self._published.get(timeout=POLL_SECONDS)
            except Empty:
                continue
            try:
                work(notification(message), LambdaContext("mail events", 256, 60_000))
            except Exception:  # as Lambda does: it brings the event again
                log.exception("The function of the mail service's events failed; the event comes again.")
                self._published.put(message)
                stop.wait(1.0)

    def _taken(self, request: Body, mail_id: str) -> None:
        self._keep(mail_id, raw_of(request))
        if "ConfigurationSetName" not in request:
            return
        (address,) = request["Destination"]["ToAddresses"]
        for message in published(request, mail_id, self._now(), behaviour(address)):
            self._published.put(message)


def _mail(request: Body, mail_id: str, time: str) -> Body:
    """What SES says of the mail itself in each event: all its headers, and the tags that it came with."""
    raw = message_from_bytes(raw_of(request), policy=SMTP)
    tags = {it["Name"]: [it["Value"]] for it in request.get("EmailTags", [])}
    return {
        "timestamp": time,
        "source": request["FromEmailAddress"],
        "sendingAccountId": "000000000000",
        "messageId": mail_id,
        "destination": request["Destination"]["ToAddresses"],
        "headersTruncated": False,
        "headers": [{"name": name, "value": str(value)} for name, value in raw.items()],
        "commonHeaders": {"messageId": mail_id, "subject": str(raw["Subject"]), "to": [str(raw["To"])]},
        "tags": {"ses:configuration-set": [request["ConfigurationSetName"]], "ses:operation": ["SendEmail"], **tags},
    }
