"""DynamoDB's semantics in memory, for the calls that this program makes and no others.

Writes are conditional and atomic, transactions all or nothing with tokens and ALL_OLD, the table is read consistently,
an index is not: it lags behind by some writes. Every change leaves a stream record. Exact against AWS's own engine by a
differential test (`make test-dynamodb`). Left out is what no test of ours comes near: pages end by `Limit` and never at
1 MB, a transaction may be larger than 4 MB, reserved words are names like others, a query may start outside its bounds.
"""

import re
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import msgspec

from chalicelib.aws.services import RefusedError
from memory.expressions import condition, placeholders, update
from memory.sizes import size_of

Item = dict[str, Any]
Key = tuple[str, str]
INDEXES = {"due": ("due_pk", "due_at"), "list": ("list_pk", "list_sk"), "day": ("day_pk", "day_sk")}
TABLE_KEYS = ("PK", "SK")
ACTIONS_MAX = 100
KEYS_MAX = 100
ITEM_MAX = 400 * 1024
KEY_MAX = (2048, 1024)
OPERATIONS = {
    "GetItem": "get_item",
    "BatchGetItem": "batch_get_item",
    "PutItem": "put_item",
    "UpdateItem": "update_item",
    "DeleteItem": "delete_item",
    "TransactWriteItems": "transact_write_items",
    "Query": "query",
}

_KEY_CONDITION = re.compile(r"(\w+) = (:\w+)(?: AND (\w+) BETWEEN (:\w+) AND (:\w+))?")


def refused(code: str, status: int = 400, **more: Any) -> RefusedError:
    """An error as the wire raises it."""
    return RefusedError(code, status, {"__type": f"aws#{code}", **more})


class Partition:
    """Items of one partition of the table or of an index in order of the sort key, equal ones in order of their key."""

    def __init__(self) -> None:
        self._order: list[tuple[str, str, str]] = []
        self._items: dict[tuple[str, str, str], Item] = {}

    def put(self, sort: str, item: Item) -> None:
        """Put an item in its place."""
        place = (sort, *_key(item))
        if place not in self._items:
            insort(self._order, place)
        self._items[place] = item

    def drop(self, sort: str, item: Item) -> None:
        """Take an item from its place."""
        place = (sort, *_key(item))
        del self._items[place]
        del self._order[bisect_left(self._order, place)]

    def read(self, low: str, high: str, after: tuple[str, str, str] | None, *, forward: bool) -> list[Item]:
        """The items within inclusive bounds that come after a place, in one direction or the other."""
        first = bisect_left(self._order, low, key=lambda place: place[0])
        last = bisect_right(self._order, high, key=lambda place: place[0])
        if after and forward:
            first = max(first, bisect_right(self._order, after))
        elif after:
            last = min(last, bisect_left(self._order, after))
        places = self._order[first:last]
        return [self._items[place] for place in (places if forward else reversed(places))]


class Engine:
    """One table with its indexes and its stream. `chance` decides how far an index lags."""

    def __init__(self, chance: Random) -> None:
        self.items: dict[Key, Item] = {}
        self.records: list[Item] = []
        self._chance = chance
        self._partitions: dict[tuple[str | None, str], Partition] = defaultdict(Partition)
        self._lagging: list[tuple[Item | None, Item | None]] = []
        self._tokens: dict[str, bytes] = {}

    def call(self, operation: str, request: Item) -> Item:
        """Carry out an operation by its name."""
        carry_out: Callable[..., Item] = getattr(self, OPERATIONS[operation])
        return carry_out(**request)

    # --- the calls ----------------------------------------------------------------------------------------------------

    def get_item(self, *, Key: Item, **_: Any) -> Item:
        """GetItem, always consistent."""
        found = self.items.get(_key(Key))
        return {"Item": _copy(found)} if found else {}

    def batch_get_item(self, *, RequestItems: Item) -> Item:
        """BatchGetItem of one table."""
        ((name, request),) = RequestItems.items()
        keys = [_key(key) for key in request["Keys"]]
        if not 0 < len(keys) <= KEYS_MAX or len(set(keys)) < len(keys):
            raise refused("ValidationException")
        found = [self.items[key] for key in keys if key in self.items]
        return {"Responses": {name: _copy(found)}, "UnprocessedKeys": {}}

    def put_item(self, **action: Any) -> Item:
        """PutItem with or without a condition."""
        self._write_one("Put", action)
        return {}

    def update_item(self, **action: Any) -> Item:
        """UpdateItem; makes an item that is not there."""
        after = self._write_one("Update", action)
        return {"Attributes": _copy(after)} if action.get("ReturnValues") == "ALL_NEW" else {}

    def delete_item(self, *, Key: Item, **_: Any) -> Item:
        """DeleteItem, for tests in which somebody takes away what the program never would."""
        self._store(_key(Key), None)
        return {}

    def transact_write_items(self, *, TransactItems: list[Item], ClientRequestToken: str) -> Item:
        """TransactWriteItems: all or nothing, and a token that was used succeeds again without effect."""
        content = msgspec.msgpack.encode(TransactItems)
        if ClientRequestToken in self._tokens:
            if self._tokens[ClientRequestToken] != content:
                raise refused("IdempotentParameterMismatchException")
            return {}
        actions = [next(iter(item.items())) for item in TransactItems]
        keys = [_target(action) for _, action in actions]
        if not 0 < len(actions) <= ACTIONS_MAX or len(set(keys)) < len(keys):
            raise refused("ValidationException")
        reasons = [self._reason(action) for _, action in actions]
        after = [
            self._after(kind, action)
            for (kind, action), reason in zip(actions, reasons, strict=True)
            if reason["Code"] == "None"
        ]
        if len(after) < len(actions):
            raise refused("TransactionCanceledException", CancellationReasons=reasons)
        for (kind, _), key, item in zip(actions, keys, after, strict=True):
            if kind != "ConditionCheck":
                self._store(key, item)
        self._tokens[ClientRequestToken] = content
        return {}

    def query(
        self,
        *,
        TableName: str,  # noqa: ARG002 - there is one table
        KeyConditionExpression: str,
        ExpressionAttributeValues: Item,
        IndexName: str | None = None,
        ScanIndexForward: bool = True,
        Limit: int | None = None,
        ExclusiveStartKey: Item | None = None,
        Select: str = "",
        ConsistentRead: bool = False,
    ) -> Item:
        """Query the table, or an index that may lag, for a partition or for what lies BETWEEN two sort keys of it."""
        asked = _KEY_CONDITION.fullmatch(KeyConditionExpression)
        pk, sort = _keys_of(IndexName)
        assert asked, KeyConditionExpression
        assert (asked[1], asked[3] or sort) == (pk, sort), KeyConditionExpression
        values = ExpressionAttributeValues
        low, high = (values[asked[4]]["S"], values[asked[5]]["S"]) if asked[3] else ("", "\U0010ffff")
        if low > high or (IndexName and ConsistentRead):
            raise refused("ValidationException")
        if IndexName:
            self._catch_up(self._chance.randint(0, len(self._lagging)))
        start = ExclusiveStartKey
        after = (start[sort]["S"], *_key(start)) if start else None
        partition = self._partitions[IndexName, values[asked[2]]["S"]]
        found = partition.read(low, high, after, forward=ScanIndexForward)[:Limit]
        answer: Item = {"Count": len(found), "ScannedCount": len(found)}
        if len(found) == Limit and (IndexName or found[-1][sort]["S"] != (high if ScanIndexForward else low)):
            answer["LastEvaluatedKey"] = _copy(_listed(IndexName, found[-1]))
        if Select != "COUNT":
            answer["Items"] = _copy([_listed(IndexName, item) for item in found] if IndexName else found)
        return answer

    # --- what its owner asks ------------------------------------------------------------------------------------------

    def settle_indexes(self) -> None:
        """Let the indexes catch up."""
        self._catch_up(len(self._lagging))

    def partition(self, pk: str) -> Iterator[Item]:
        """The items of a partition, as they are."""
        return iter(self._partitions[None, pk].read("", "\U0010ffff", None, forward=True))

    # --- inside -------------------------------------------------------------------------------------------------------

    def _write_one(self, kind: str, action: Item) -> Item | None:
        reason = self._reason(action)
        if reason["Code"] != "None":
            more = {"Item": reason["Item"]} if "Item" in reason else {}
            raise refused("ConditionalCheckFailedException", **more)
        after = self._after(kind, action)
        self._store(_target(action), after)
        return after

    def _reason(self, action: Item) -> Item:
        """What a cancelled transaction says of an action: whether its condition holds."""
        _check_placeholders(action)
        if "ConditionExpression" not in action:
            return {"Code": "None"}
        item, holds = self.items.get(_target(action)), condition(action["ConditionExpression"])
        names, values = action.get("ExpressionAttributeNames", {}), action.get("ExpressionAttributeValues", {})
        if holds(item or {}, names, values):
            return {"Code": "None"}
        told = item and action.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
        return {"Code": "ConditionalCheckFailed", **({"Item": _copy(item)} if told else {})}

    def _after(self, kind: str, action: Item) -> Item | None:
        """What an action leaves in its place: a copy, so that nobody outside holds what is stored."""
        if kind == "Put":
            return _kept(action["Item"])
        if kind == "Update":
            before = self.items.get(_target(action)) or action["Key"]
            names, values = action.get("ExpressionAttributeNames", {}), action.get("ExpressionAttributeValues", {})
            try:
                return _kept(update(action["UpdateExpression"])(before, names, values))
            except KeyError:
                raise refused("ValidationException") from None
        return None

    def _store(self, key: Key, after: Item | None) -> None:
        before = self.items.get(key)
        if before == after:
            return
        if after is None:
            del self.items[key]
        else:
            self.items[key] = after
        self._list(None, before, after)
        self._lagging.append((before, after))
        event = "INSERT" if before is None else "MODIFY" if after else "REMOVE"
        self.records.append({"eventName": event, "dynamodb": {"Keys": {"PK": {"S": key[0]}, "SK": {"S": key[1]}}}})

    def _catch_up(self, writes: int) -> None:
        for before, after in self._lagging[:writes]:
            for index in INDEXES:
                self._list(index, before, after)
        del self._lagging[:writes]

    def _list(self, index: str | None, before: Item | None, after: Item | None) -> None:
        """List an item where it belongs now. One that lacks a key of an index is not in it."""
        pk, sort = _keys_of(index)
        was, is_now = (item if item and pk in item and sort in item else None for item in (before, after))
        if was and (not is_now or (was[pk], was[sort]) != (is_now[pk], is_now[sort])):
            self._partitions[index, was[pk]["S"]].drop(was[sort]["S"], was)
        if is_now:
            self._partitions[index, is_now[pk]["S"]].put(is_now[sort]["S"], is_now)


def _key(item: Item) -> Key:
    key = item["PK"]["S"], item["SK"]["S"]
    if any(len(part.encode()) > most for part, most in zip(key, KEY_MAX, strict=True)):
        raise refused("ValidationException")
    return key


def _target(action: Item) -> Key:
    return _key(action.get("Item") or action["Key"])


def _keys_of(index: str | None) -> tuple[str, str]:
    return INDEXES[index] if index else TABLE_KEYS


def _listed(index: str | None, item: Item) -> Item:
    """An item as an index holds it: keys only."""
    return {name: item[name] for name in (*_keys_of(index), *TABLE_KEYS)}


def _copy(content: Any) -> Any:
    """Copy what is made of plain values, several times faster than `copy.deepcopy` does."""
    return msgspec.msgpack.decode(msgspec.msgpack.encode(content))


def _kept(item: Item) -> Item:
    """Copy an item that is to be stored; one that is too large is refused."""
    packed = msgspec.msgpack.encode(item)
    if len(packed) > ITEM_MAX and size_of(item) > ITEM_MAX:  # packed, it is never smaller than DynamoDB counts
        raise refused("ValidationException")
    return msgspec.msgpack.decode(packed)  # type: ignore[no-any-return]


def _check_placeholders(action: Item) -> None:
    """Refuse names and values that no expression uses, or that one uses and nobody gave."""
    used = placeholders(action.get("ConditionExpression", "")) | placeholders(action.get("UpdateExpression", ""))
    given = {*action.get("ExpressionAttributeNames", ()), *action.get("ExpressionAttributeValues", ())}
    if used != given:
        raise refused("ValidationException")
