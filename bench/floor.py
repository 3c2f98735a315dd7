"""How a program that does nothing else would call the table: by boto3, or over this program's wire."""

from typing import Any

import boto3
from botocore.config import Config

from chalicelib.aws.services import DYNAMODB, Answer, Call, Service


def by_boto3() -> Call:
    """Return what carries calls out with boto3, as most programs do."""
    client: Any = boto3.client("dynamodb", config=Config(max_pool_connections=32))
    operations = {
        "GetItem": client.get_item,
        "BatchGetItem": client.batch_get_item,
        "Query": client.query,
        "TransactWriteItems": client.transact_write_items,
    }

    def carry_out(operation: str, request: dict[str, Any]) -> Answer:
        answer: Answer = operations[operation](**request)
        return answer

    return carry_out


def over_the_wire() -> Call:
    """Return what carries calls out as this program does."""
    return Service(DYNAMODB, connect=1, answer=3).call
