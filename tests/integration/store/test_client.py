"""The program's own client takes a short way with attributes, and nobody can tell from what it sends and answers."""

from typing import Any

from botocore.config import Config

from chalicelib import deps
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
    """An item of all kinds, written through one client and read through the other, is what it was."""
    del shop
    name, mine = ENVIRONMENT["TABLE_NAME"], deps.aws_session().client("dynamodb")
    plain = OWN_SESSION.client("dynamodb", config=Config(parameter_validation=True))
    key = {"PK": EVERYTHING["PK"], "SK": EVERYTHING["SK"]}
    for writer, reader in ((mine, plain), (plain, mine)):
        writer.put_item(TableName=name, Item=EVERYTHING)
        assert reader.get_item(TableName=name, Key=key, ConsistentRead=True)["Item"] == EVERYTHING
        assert reader.query(
            TableName=name,
            KeyConditionExpression="PK = :pk",
            ExpressionAttributeValues={":pk": key["PK"]},
            ConsistentRead=True,
        )["Items"] == [EVERYTHING]
        writer.delete_item(TableName=name, Key=key)


def test_the_short_way_is_taken(shop: Shop) -> None:
    """The addition to the model is read; a botocore that no longer did would make every call dearer without a sound."""
    del shop
    short, plain = (session.client("dynamodb").meta.service_model for session in (deps.aws_session(), OWN_SESSION))
    assert short.shape_for("AttributeValue").is_document_type
    assert not plain.shape_for("AttributeValue").is_document_type


def test_every_read_that_may_be_stale_is_seen() -> None:
    """The watch over all calls can fail: a read of the table that asks for no consistency is named, in any call."""
    asks, asks_not = {"ConsistentRead": True}, {"ConsistentRead": False}
    for told in ({}, asks_not):
        assert len(stale("GetItem", told)) == 1
        assert len(stale("Query", told)) == 1
        assert len(stale("BatchGetItem", {"RequestItems": {"t": told}})) == 1
    assert not stale("GetItem", asks) + stale("Query", asks) + stale("BatchGetItem", {"RequestItems": {"t": asks}})
    assert not stale("Query", {"IndexName": "due"}) + stale("PutItem", {})
