"""AWS behind the wire, in memory: the table is the engine's, and SES takes every mail.

The program writes real requests and reads real answers; only the connection is missing, and so it is for clients of
boto3. The engine answers
as AWS's own does, call for call (`make test-dynamodb`), and in a fraction of the time that an emulator takes.
"""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from io import BytesIO
from random import Random
from typing import Any, Literal, NamedTuple, cast
from unittest.mock import patch

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.httpsession import URLLib3Session

from chalicelib.aws.lines import Reply
from chalicelib.aws.services import DYNAMODB, RefusedError
from infra.local.mail_service import behaviour, published, raw_of
from infra.local.table import properties
from memory.engine import Engine, Item
from memory.tap import tapped

_TABLES = DYNAMODB.target


class Sent(NamedTuple):
    """A mail as SES got it."""

    request: dict[str, Any]

    @property
    def destinations(self) -> dict[str, list[str]]:
        """Who gets it, by the kind of recipient."""
        found: dict[str, list[str]] = self.request["Destination"]
        return found

    @property
    def raw(self) -> bytes:
        """All of it, as it goes over the wire."""
        return raw_of(self.request)

    @property
    def message(self) -> EmailMessage:
        """The same, taken apart."""
        return message_from_bytes(self.raw, policy=SMTP)

    @property
    def subject(self) -> str:
        """Its subject."""
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """Its text."""
        return self._part("plain")

    @property
    def html(self) -> str:
        """Its HTML."""
        return self._part("html")

    @property
    def body(self) -> str:
        """Its text, and then its HTML."""
        return f"{self.text}\n{self.html}"

    def published(self, number: int, at: datetime, behaves: str = "") -> list[str]:
        """What SES publishes of it, if it was the mail of this number; `behaves` as the mailbox simulator's address."""
        if "ConfigurationSetName" not in self.request:
            return []
        (address,) = self.destinations["ToAddresses"]
        return published(self.request, f"mail-{number}", at, behaves or behaviour(address))

    @property
    def tags(self) -> dict[str, str]:
        """What SES is to say again in its events."""
        return {it["Name"]: it["Value"] for it in self.request["EmailTags"]}

    def _part(self, kind: Literal["plain", "html"]) -> str:
        part = self.message.get_body((kind,))
        assert part is not None, f"a mail without {kind}"
        return str(part.get_content()).replace("\r\n", "\n")


class Cloud:
    """One table and one mailbox. Set a limit to meet what else only a large table shows.

    `page_max` ends each page of a query after so many items, as 1 MB does; `batch_max` leaves what a batch asks for
    beyond so many keys unprocessed, as 16 MB do; `is_behind` lets the indexes stay as they were. `asked` counts how
    often each operation has come here; `outage` names those that fail, with a status or an exception.
    """

    def __init__(self) -> None:
        self.engine = Engine(_Late())
        self.sent: list[Sent] = []
        self.page_max: int | None = None
        self.batch_max: int | None = None
        self.is_behind = False
        self.asked: Counter[str] = Counter()
        self.outage: dict[str, int | Exception] = {}

    @contextmanager
    def reached(self) -> Iterator["Cloud"]:
        """Let every request of the program, and of clients of boto3 in this process, come here, and none go out."""
        own = tapped(lambda operation, request, _: self._replied(operation, request))
        with own, patch.object(URLLib3Session, "send", lambda _, request: self._answer(request)):
            yield self

    def _answer(self, request: AWSPreparedRequest) -> AWSResponse:
        target = _text(request.headers.get("X-Amz-Target", request.url))
        operation = target.removeprefix(_TABLES)
        assert operation != target, f"{target} is not in memory"
        reply = self._replied(operation, json.loads(cast("bytes", request.body) or b"{}"))
        return AWSResponse(request.url, reply.status, HTTPHeaders(), _Raw(reply.body))

    def _replied(self, operation: str, request: Any) -> Reply:
        self.asked[operation] += 1
        status, answer = self._carried_out(operation, request)
        return Reply(status, {}, json.dumps(answer).encode())

    def _carried_out(self, operation: str, request_body: Any) -> tuple[int, Item]:
        outage = self.outage.get(operation)
        if isinstance(outage, Exception):
            raise outage
        if outage is not None:
            return outage, {"__type": "aws#Planned"}
        if operation == "SendEmail":
            self.sent.append(Sent(request_body))
            return 200, {"MessageId": f"mail-{len(self.sent)}"}
        try:
            return 200, self._ask(operation, request_body)
        except RefusedError as error:
            return error.status, error.answer

    def _ask(self, operation: str, request_body: Item) -> Item:
        if operation == "DescribeTable":
            return {"Table": {**properties(), "TableName": request_body["TableName"], "TableStatus": "ACTIVE"}}
        left: list[Item] = []
        if operation == "Query" and self.page_max:
            request_body["Limit"] = min(self.page_max, request_body.get("Limit", self.page_max))
        if operation == "BatchGetItem" and self.batch_max is not None:
            ((name, asked),) = request_body["RequestItems"].items()
            asked["Keys"], left = asked["Keys"][: self.batch_max], asked["Keys"][self.batch_max :]
            if not asked["Keys"]:
                return {"Responses": {}, "UnprocessedKeys": {name: {**asked, "Keys": left}}}
        answer: Item = self.engine.call(operation, request_body)
        if left:
            answer["UnprocessedKeys"] = {name: {**asked, "Keys": left}}
        if not self.is_behind:
            self.engine.settle_indexes()
        return answer


class _Late(Random):
    """Leaves the indexes as they are until they are told to catch up."""

    def randint(self, a: int, b: int) -> int:
        del b
        return a


class _Raw(BytesIO):
    """A body as botocore reads it."""

    def stream(self) -> Iterator[bytes]:
        """All of it."""
        yield self.read()


def _text(header: str | bytes) -> str:
    return header.decode() if isinstance(header, bytes) else header
