"""DynamoDB's semantics in memory, for the calls that this program makes and no others.

Writes are conditional and atomic, transactions all or nothing with tokens and ALL_OLD, the table is read consistently,
an index is not: it lags behind by some writes. Every change leaves a stream record. Exact against AWS's own engine by a
differential test.
"""

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import lru_cache
from random import Random
from typing import Any

from botocore.exceptions import ClientError

Item = dict[str, Any]
Key = tuple[str, str]
INDEXES = {"due": ("due_pk", "due_at"), "owner": ("owner_pk", "owner_sk"), "day": ("day_pk", "day_sk")}
ACTIONS_MAX = 100

_EXISTS = re.compile(r"attribute_(not_)?exists\((\S+)\)")
_COMPARES = re.compile(r"(\S+) (=|<) (:\w+)")
_SECTION = re.compile(r"\b(SET|REMOVE|ADD)\b")
_COUNTS = re.compile(r"(\w+) \+ (:\w+)")

Condition = Callable[[Item, dict[str, str], Item], bool]


def refused(code: str, status: int = 400, **more: Any) -> ClientError:
    """An error as botocore raises it."""
    answer = {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": status}, **more}
    return ClientError(answer, "Simulated")  # type: ignore[arg-type]


class Engine:
    """One table with its indexes and its stream. `chance` decides how far an index lags."""

    def __init__(self, chance: Random) -> None:
        self.items: dict[Key, Item] = {}
        self.records: list[Item] = []
        self._chance = chance
        self._index: dict[Key, Item] = {}
        self._lagging: list[tuple[Key, Item | None]] = []
        self._tokens: dict[str, Any] = {}

    # --- the calls ----------------------------------------------------------------------------------------------------

    def get_item(self, *, Key: Item, **_: Any) -> Item:
        """GetItem, always consistent."""
        found = self.items.get(_key(Key))
        return {"Item": deepcopy(found)} if found else {}

    def batch_get_item(self, *, RequestItems: Item) -> Item:
        """BatchGetItem of one table."""
        ((name, request),) = RequestItems.items()
        found = [self.items[_key(key)] for key in request["Keys"] if _key(key) in self.items]
        return {"Responses": {name: deepcopy(found)}, "UnprocessedKeys": {}}

    def put_item(self, **action: Any) -> Item:
        """PutItem with a condition."""
        self._check(action, _key(action["Item"]))
        self._store(_key(action["Item"]), deepcopy(action["Item"]))
        return {}

    def update_item(self, **action: Any) -> Item:
        """UpdateItem; makes an item that is not there."""
        key = _key(action["Key"])
        if "ConditionExpression" in action:
            self._check(action, key)
        self._store(key, _updated(self.items.get(key) or dict(action["Key"]), action))
        return {"Attributes": deepcopy(self.items[key])}

    def transact_write_items(self, *, TransactItems: list[Item], ClientRequestToken: str) -> Item:
        """TransactWriteItems: all or nothing, and a token that was used succeeds again without effect."""
        if ClientRequestToken in self._tokens:
            if self._tokens[ClientRequestToken] != TransactItems:
                raise refused("IdempotentParameterMismatchException")
            return {}
        actions = [next(iter(item.items())) for item in TransactItems]
        keys = [_key(action.get("Item") or action["Key"]) for _, action in actions]
        if len(actions) > ACTIONS_MAX or len(set(keys)) < len(keys):
            raise refused("ValidationException")
        reasons = [self._reason(action, key) for (_, action), key in zip(actions, keys, strict=True)]
        if any(reason["Code"] != "None" for reason in reasons):
            raise refused("TransactionCanceledException", CancellationReasons=reasons)
        for (kind, action), key in zip(actions, keys, strict=True):
            if kind == "Put":
                self._store(key, deepcopy(action["Item"]))
            elif kind == "Update":
                self._store(key, _updated(self.items[key], action))
        self._tokens[ClientRequestToken] = deepcopy(TransactItems)
        return {}

    def query(self, **request: Any) -> Item:
        """Query the table, or an index that may lag."""
        index = request.get("IndexName")
        hash_key, sort_key = INDEXES[index] if index else ("PK", "SK")
        source = self._lagged() if index else self.items
        values = request["ExpressionAttributeValues"]
        low, high = values.get(":low", {"S": ""})["S"], values.get(":high", {"S": "\U0010ffff"})["S"]
        found = [
            item
            for item in source.values()
            if item.get(hash_key) == values[":pk"] and low <= item.get(sort_key, {"S": ""})["S"] <= high
        ]
        found.sort(
            key=lambda item: (item[sort_key]["S"], item["PK"]["S"]), reverse=not request.get("ScanIndexForward", True)
        )
        if request.get("Select") == "COUNT":
            return {"Count": len(found)}
        return {"Items": deepcopy(found[: request.get("Limit")])}

    # --- what the simulator asks -----------------------------------------------------------------------------------

    def settle_indexes(self) -> None:
        """Let the indexes catch up."""
        self._catch_up(len(self._lagging))

    def partition(self, pk: str) -> Iterator[Item]:
        """The items of a partition, as they are."""
        return (item for key, item in sorted(self.items.items()) if key[0] == pk)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _check(self, action: Item, key: Key) -> None:
        reason = self._reason(action, key)
        if reason["Code"] != "None":
            more = {"Item": reason["Item"]} if "Item" in reason else {}
            raise refused("ConditionalCheckFailedException", **more)

    def _reason(self, action: Item, key: Key) -> Item:
        item = self.items.get(key)
        holds = _condition(action["ConditionExpression"])
        if holds(item or {}, action.get("ExpressionAttributeNames", {}), action.get("ExpressionAttributeValues", {})):
            return {"Code": "None"}
        old = (
            {"Item": deepcopy(item)} if item and action.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" else {}
        )
        return {"Code": "ConditionalCheckFailed", **old}

    def _store(self, key: Key, item: Item) -> None:
        before = self.items.get(key)
        if before == item:
            return
        self.items[key] = item
        names = {name for pair in INDEXES.values() for name in pair}
        listed = {name: value for name, value in item.items() if name in names | {"PK", "SK"}}
        self._lagging.append((key, listed))
        record = {
            "eventName": "MODIFY" if before else "INSERT",
            "dynamodb": {"Keys": {"PK": item["PK"], "SK": item["SK"]}},
        }
        self.records.append(record)

    def _lagged(self) -> dict[Key, Item]:
        self._catch_up(self._chance.randint(0, len(self._lagging)))
        return self._index

    def _catch_up(self, writes: int) -> None:
        for key, listed in self._lagging[:writes]:
            self._index[key] = listed or {}
        del self._lagging[:writes]


def _key(item: Item) -> Key:
    return item["PK"]["S"], item["SK"]["S"]


@lru_cache
def _condition(expression: str) -> Condition:
    """Compile a condition: comparisons and existence, joined by AND within OR."""
    choices = [
        [_factor(factor.strip(" ()")) for factor in choice.split(" AND ")] for choice in expression.split(" OR ")
    ]
    return lambda item, names, values: any(all(f(item, names, values) for f in factors) for factors in choices)


def _factor(factor: str) -> Condition:
    exists = _EXISTS.fullmatch(factor if factor.endswith(")") else factor + ")")
    if exists:
        absent, name = bool(exists[1]), exists[2]
        return lambda item, _, __: (name in item) is not absent
    compares = _COMPARES.fullmatch(factor)
    assert compares, factor
    left, operator, right = compares.groups()

    def holds(item: Item, names: dict[str, str], values: Item) -> bool:
        stored = item.get(names.get(left, left))
        if stored is None:
            return False
        return stored == values[right] if operator == "=" else bool(stored["S"] < values[right]["S"])

    return holds


def _updated(item: Item, action: Item) -> Item:
    """An item after an update expression of SET (values and counts), REMOVE and ADD."""
    after, names = deepcopy(item), action.get("ExpressionAttributeNames", {})
    values = action.get("ExpressionAttributeValues", {})
    parts = _SECTION.split(action["UpdateExpression"])[1:]
    for section, body in zip(parts[::2], parts[1::2], strict=True):
        for clause in (clause.strip() for clause in body.split(",")):
            if section == "REMOVE":
                after.pop(clause, None)
            elif section == "ADD":
                name, value = clause.split()
                after[name] = _sum(after.get(name, {"N": "0"}), values[value])
            else:
                name, expression = clause.split(" = ")
                counts = _COUNTS.fullmatch(expression)
                found = _sum(item[counts[1]], values[counts[2]]) if counts else values[expression]
                after[names.get(name, name)] = deepcopy(found)
    return after


def _sum(one: Item, other: Item) -> Item:
    return {"N": str(int(one["N"]) + int(other["N"]))}
