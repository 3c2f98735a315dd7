"""What one call to DynamoDB does to which items, and what it must not do: change the ledger, or read what is stale."""

from collections.abc import Iterator
from typing import Any, NamedTuple

LEDGER = "LEDGER#"
IF_ABSENT = "attribute_not_exists(PK)"
SINGLE = {"GetItem", "PutItem", "UpdateItem", "DeleteItem"}
UNREADABLE = {"ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction"}
"""PartiQL: a key within a text, which nobody here reads, so none of it may be used at all."""


class Touch(NamedTuple):
    """One action on one item or partition, in IAM's words, and the condition under which it happens."""

    action: str
    pk: str
    condition: str | None = None


def touches(operation: str, params: Any) -> Iterator[Touch]:
    """Take a call apart; a transaction and a batch touch as many items as they name."""
    if operation in SINGLE:
        yield _touch(operation, params)
    elif operation == "TransactWriteItems":
        for part in params["TransactItems"]:
            ((name, action),) = part.items()
            yield _touch("ConditionCheckItem" if name == "ConditionCheck" else f"{name}Item", action)
    elif operation == "BatchGetItem":
        for request in params["RequestItems"].values():
            yield from (Touch("dynamodb:BatchGetItem", key["PK"]["S"]) for key in request["Keys"])
    elif operation == "BatchWriteItem":
        for requests in params["RequestItems"].values():
            for request in requests:
                ((_, action),) = request.items()
                yield _touch("BatchWriteItem", action)
    elif operation == "Query":
        yield Touch("dynamodb:Query", params["ExpressionAttributeValues"][":pk"]["S"])


def stale(operation: str, params: Any) -> list[str]:
    """What in a call reads the table as it may have been a moment ago. An index can be read in no other way."""
    if operation == "BatchGetItem":
        reads = list(params["RequestItems"].values())
    else:
        reads = [params] if operation in {"GetItem", "Query"} and "IndexName" not in params else []
    return [f"{operation}: {read} is not consistent" for read in reads if read.get("ConsistentRead") is not True]


def trespasses(operation: str, params: Any) -> list[str]:
    """What in a call would change or remove an entry of the ledger, or might: every write but a put on a free key."""
    if operation in UNREADABLE:
        return [f"{operation}: nobody can tell what it does"]
    return [
        f"{operation}: {touch}"
        for touch in touches(operation, params)
        if touch.pk.startswith(LEDGER) and not _is_harmless(touch)
    ]


def _is_harmless(touch: Touch) -> bool:
    reads = {"GetItem", "BatchGetItem", "Query", "ConditionCheckItem"}
    is_new = touch.action == "dynamodb:PutItem" and touch.condition == IF_ABSENT
    return is_new or touch.action.removeprefix("dynamodb:") in reads


def _touch(verb: str, action: Any) -> Touch:
    key = action.get("Item") or action["Key"]
    return Touch(f"dynamodb:{verb}", key["PK"]["S"], action.get("ConditionExpression"))
