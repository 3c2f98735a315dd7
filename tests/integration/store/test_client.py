"""What the program writes over its own wire is what every other client reads, and the other way round."""

from typing import Any

from botocore.config import Config

from chalicelib.aws.services import DYNAMODB, Service
from chalicelib.store.items import value
from memory.shop import ENVIRONMENT, OWN_SESSION, Shop
from memory.wire import stale

EVERYTHING: dict[str, Any] = {
    "PK": {"S": "ORDER#o1"},
    "SK": {"S": "#REDEMPTION"},
    **{
        name: value(told)
        for name, told in {
            "text": "મગ · মগ · ☕",
            "empty": "",
            "number": 10**30,
            "below": -1,
            "flag": False,
            "deep": {"a": {"b": [1, "two", {"three": [True]}]}},
            "list": [],
        }.items()
    },
    "nothing": {"NULL": True},
}
"""Every kind of value that the program stores."""


def test_what_is_stored_is_the_same_through_both_clients(shop: Shop) -> None:
    """An item of all kinds, written by the program and read by boto3, or the other way round, is what it was."""
    del shop
    name, mine = ENVIRONMENT["TABLE_NAME"], Service(DYNAMODB, connect=1, answer=3).call
    plain = OWN_SESSION.client("dynamodb", config=Config(parameter_validation=True))
    key = {"PK": EVERYTHING["PK"], "SK": EVERYTHING["SK"]}
    put: Any = {"TableName": name, "Item": EVERYTHING}
    get: Any = {"TableName": name, "Key": key, "ConsistentRead": True}
    query: Any = {
        "TableName": name,
        "KeyConditionExpression": "PK = :pk",
        "ExpressionAttributeValues": {":pk": key["PK"]},
        "ConsistentRead": True,
    }
    mine("PutItem", put)
    assert plain.get_item(**get)["Item"] == EVERYTHING
    assert plain.query(**query)["Items"] == [EVERYTHING]
    plain.delete_item(TableName=name, Key=key)
    plain.put_item(**put)
    assert mine("GetItem", get)["Item"] == EVERYTHING
    assert mine("Query", query)["Items"] == [EVERYTHING]


def test_every_read_that_may_be_stale_is_seen() -> None:
    """The watch over all calls can fail: a read of the table that asks for no consistency is named, in any call."""
    asks, asks_not = {"ConsistentRead": True}, {"ConsistentRead": False}
    for told in ({}, asks_not):
        assert len(stale("GetItem", told)) == 1
        assert len(stale("Query", told)) == 1
        assert len(stale("BatchGetItem", {"RequestItems": {"t": told}})) == 1
    assert not stale("GetItem", asks) + stale("Query", asks) + stale("BatchGetItem", {"RequestItems": {"t": asks}})
    assert not stale("Query", {"IndexName": "due"}) + stale("PutItem", {})
