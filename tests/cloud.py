"""AWS behind botocore's wire, in memory: the table is the simulator's engine, and SES takes every mail.

The program's own clients write real requests and read real answers; only the connection is missing. The engine answers
as AWS's own does, call for call (`make test-dynamodb`), and in a fraction of the time that an emulator takes.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from random import Random
from typing import Any, NamedTuple, cast
from unittest.mock import patch

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError
from botocore.httpsession import URLLib3Session

from infra.local.table import properties
from tests.simulator.engine import Engine, Item

OPERATIONS = {
    "GetItem": "get_item",
    "BatchGetItem": "batch_get_item",
    "PutItem": "put_item",
    "UpdateItem": "update_item",
    "DeleteItem": "delete_item",
    "TransactWriteItems": "transact_write_items",
    "Query": "query",
}


class Sent(NamedTuple):
    """A mail as SES got it."""

    request: dict[str, Any]

    @property
    def destinations(self) -> dict[str, list[str]]:
        """Who gets it, by the kind of recipient."""
        found: dict[str, list[str]] = self.request["Destination"]
        return found

    @property
    def subject(self) -> str:
        """Its subject."""
        return str(self.request["Content"]["Simple"]["Subject"]["Data"])

    @property
    def body(self) -> str:
        """Its text, and then its HTML."""
        body = self.request["Content"]["Simple"]["Body"]
        return "\n".join(body[part]["Data"] for part in ("Text", "Html"))


class Cloud:
    """One table and one mailbox. Set a limit to meet what else only a large table shows.

    `page_max` ends each page of a query after so many items, as 1 MB does; `batch_max` leaves what a batch asks for
    beyond so many keys unprocessed, as 16 MB do; `is_behind` lets the indexes stay as they were.
    """

    def __init__(self) -> None:
        self.engine = Engine(_Late())
        self.sent: list[Sent] = []
        self.page_max: int | None = None
        self.batch_max: int | None = None
        self.is_behind = False

    @contextmanager
    def reached(self) -> Iterator["Cloud"]:
        """Let every request of every client in this process come here, and none go out."""
        with patch.object(URLLib3Session, "send", lambda _, request: self._answer(request)):
            yield self

    def _answer(self, request: AWSPreparedRequest) -> AWSResponse:
        told, target = (
            json.loads(cast("bytes", request.body) or b"{}"),
            _text(request.headers.get("X-Amz-Target", request.url)),
        )
        status, answer = 200, dict[str, Any]()
        if target.endswith("/v2/email/outbound-emails"):
            self.sent.append(Sent(told))
            answer = {"MessageId": f"mail-{len(self.sent)}"}
        else:
            service, _, operation = target.partition(".")
            assert service == "DynamoDB_20120810", f"{target} is not in memory"
            try:
                answer = self._ask(operation, told)
            except ClientError as error:
                status, answer = _told(error)
        return AWSResponse(request.url, status, HTTPHeaders(), _Raw(json.dumps(answer).encode()))

    def _ask(self, operation: str, told: Item) -> Item:
        if operation == "DescribeTable":
            return {"Table": {**properties(), "TableName": told["TableName"], "TableStatus": "ACTIVE"}}
        left: list[Item] = []
        if operation == "Query" and self.page_max:
            told["Limit"] = min(self.page_max, told.get("Limit", self.page_max))
        if operation == "BatchGetItem" and self.batch_max:
            ((name, asked),) = told["RequestItems"].items()
            asked["Keys"], left = asked["Keys"][: self.batch_max], asked["Keys"][self.batch_max :]
        answer: Item = getattr(self.engine, OPERATIONS[operation])(**told)
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


def _told(error: ClientError) -> tuple[int, Item]:
    """An error as the wire carries it."""
    response: Any = error.response
    told = {name: part for name, part in response.items() if name not in {"Error", "ResponseMetadata"}}
    return response["ResponseMetadata"]["HTTPStatusCode"], {"__type": f"aws#{response['Error']['Code']}", **told}


def _text(header: str | bytes) -> str:
    return header.decode() if isinstance(header, bytes) else header
