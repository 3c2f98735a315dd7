"""Seeded calls of the shapes that this program makes, and of those it must never get away with."""

from collections.abc import Callable
from random import Random
from typing import Any

from infra.dynamodb.local import TABLE
from memory.engine import INDEXES, Item
from memory.expressions import condition, placeholders, update

NAMES = {"#state": "state"}
CONDITIONS = (
    "attribute_not_exists(PK)",
    "attribute_exists(PK)",
    "version = :n",
    "version <> :n",
    "version < :n",
    "version <= :n",
    "version > :n",
    "version >= :n",
    "due_at = :due",
    "lease <> :t",
    "lease > :t",
    "lease >= :t",
    "version < :t",
    "standing = :map",
    "attribute_not_exists(lease) OR lease <= :t",
    "#state = :pending OR (#state = :sending AND lease < :t)",
    "attribute_exists(PK) AND version >= :n AND #state <> :sending",
    "(attribute_not_exists(lease) OR lease < :t) AND attribute_exists(due_at)",
)
UPDATES = (
    "REMOVE due_pk, due_at, tries, failure",
    "SET due_at = :due, tries = :n, failure = :t",
    "SET due_pk = :shard, due_at = :due REMOVE lease",
    "SET #state = :sending, lease = :t, tries = tries + :n",
    "SET version = tries - :n, tries = version + :n",
    "SET letters = :list, #state = :pending REMOVE due_pk, due_at",
    "SET origin = if_not_exists(origin, :t)",
    "ADD ch_link :n",
    "ADD ch_link :n, version :n",
    "SET standing = :map REMOVE letters ADD ch_mail :n",
    "REMOVE #state SET lease = :t",
)
TEXTS = ("", " ", "a", "b", "2026-03-01T12:00:00.000Z", "2026-03-01T12:00:00.001Z", "é", "\uffff", "\U0001f600")
SORTS = ("ACCOUNT", "ENTRY#00000001-001", "ENTRY#00000001-002", "ENTRY#00000002-001", "MSG", "#REDEMPTION", "REFUND#r1")
ACTIONS_MAX = 100


class Calls:
    """One sequence of calls. `items` is what is stored, so that conditions can be chosen which hold."""

    def __init__(self, seed: int, items: dict[tuple[str, str], Item]) -> None:
        self._chance = Random(seed)
        self._name = f"{seed}"
        self._items = items
        self._tokens: list[tuple[str, list[Item]]] = []
        self._made = 0

    def transaction(self) -> Item:
        """A TransactWriteItems: mostly of a few actions, now and then too many, or twice on one item, or repeated."""
        draw = self._chance.random()
        if self._tokens and draw < 0.1:
            token, actions = self._chance.choice(self._tokens)
            return {"TransactItems": actions, "ClientRequestToken": token}
        wanted = self._chance.choice([1, 2, 2, 3, 3, 4, 5, 8, 13])
        wanted = self._chance.choice([30, ACTIONS_MAX, ACTIONS_MAX + 1]) if draw > 0.96 else wanted
        keys = self._keys(wanted)
        luck = 0.97 if wanted < 20 else self._chance.choice([0.97, 1])
        actions = self._twice(keys) if 0.1 < draw < 0.14 else [self._action(key, luck) for key in keys]
        used = self._chance.choice(self._tokens)[0] if self._tokens and 0.14 < draw < 0.2 else None
        token = used or f"{self._name}-{len(self._tokens)}"
        self._tokens.append((token, actions))
        return {"TransactItems": actions, "ClientRequestToken": token}

    def other(self) -> tuple[str, Item]:
        """Any other call, as operation and parameters."""
        make: Callable[[], tuple[str, Item]] = self._chance.choice(
            [self._put, self._update, self._update, self._get, self._batch, self._query, self._query, self._list]
        )
        return make()

    # --- writes -------------------------------------------------------------------------------------------------------

    def _put(self) -> tuple[str, Item]:
        (key,) = self._keys(1)
        return "PutItem", {**self._expressions(key), "Item": self._item(key)}

    def _update(self) -> tuple[str, Item]:
        (key,) = self._keys(1)
        asked = self._expressions(key, "Update")
        if self._chance.random() < 0.03:
            asked["ExpressionAttributeValues"] = {**asked.get("ExpressionAttributeValues", {}), ":nobody": {"S": "x"}}
        return "UpdateItem", {**asked, "Key": key, "ReturnValues": self._chance.choice(["ALL_NEW", "NONE"])}

    def _action(self, key: Item, luck: float) -> Item:
        kind = self._chance.choice(["Put", "Put", "Put", "Update", "Update", "ConditionCheck", "Delete"])
        about: Item = {"Item": self._item(key)} if kind == "Put" else {"Key": key}
        return {kind: {**self._expressions(key, kind, luck), **about}}

    def _twice(self, keys: list[Item]) -> list[Item]:
        """Writes without conditions, the last of an item that the first has written already.

        AWS refuses two actions on one item whatever they are. DynamoDB Local looks at conditions first, and overlooks
        a ConditionCheck behind a write.
        """
        writes: list[Item] = [{"Put": {"TableName": TABLE, "Item": self._item(key)}} for key in keys]
        return [*writes, {"Delete": {"TableName": TABLE, "Key": keys[0]}}]

    def _expressions(self, key: Item, kind: str = "Put", luck: float = 0.85) -> Item:
        """The part of a write that its expressions make. With a little luck its condition holds and it can be made."""
        stored = self._items.get((key["PK"]["S"], key["SK"]["S"]), {})
        tries = [self._drawn(kind) for _ in range(12)]
        working = [asked for asked in tries if _works(asked, stored)]
        return working[0] if working and self._chance.random() < luck else tries[0]

    def _drawn(self, kind: str) -> Item:
        expressions = {}
        if kind == "ConditionCheck" or self._chance.random() < 0.8:
            expressions["ConditionExpression"] = self._chance.choice(CONDITIONS)
        if kind == "Update":
            expressions["UpdateExpression"] = self._chance.choice(UPDATES)
        named = frozenset[str]().union(*map(placeholders, expressions.values()))
        asked: Item = {"TableName": TABLE, **expressions}
        if values := {name: self._value(name) for name in sorted(named - NAMES.keys())}:
            asked["ExpressionAttributeValues"] = values
        if named & NAMES.keys():
            asked["ExpressionAttributeNames"] = NAMES
        if self._chance.random() < 0.8:
            asked["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        return asked

    def _value(self, name: str) -> Item:
        """A value for a placeholder, by its name."""
        match name:
            case ":n":
                return {"N": str(self._chance.choice([-7, -1, 0, 1, 1, 2, 3, 10]))}
            case ":due":
                return self._time()
            case ":map":
                return {"M": self._fields(2)}
            case ":list":
                return {"L": list(self._fields(2).values())}
            case ":shard":
                text = f"DUE#{self._name}#{self._chance.randint(0, 1)}"
            case ":pending" | ":sending":
                text = name[1:]
            case _:
                text = self._chance.choice(TEXTS)
        return {"S": text}

    # --- reads --------------------------------------------------------------------------------------------------------

    def _get(self) -> tuple[str, Item]:
        return "GetItem", {"TableName": TABLE, "Key": self._keys(1)[0], "ConsistentRead": True}

    def _batch(self) -> tuple[str, Item]:
        wanted = self._chance.choice([1, 2, 5, 20, ACTIONS_MAX, ACTIONS_MAX + 1])
        keys = self._keys(wanted)
        keys += keys[:1] if self._chance.random() < 0.1 else []
        return "BatchGetItem", {"RequestItems": {TABLE: {"Keys": keys, "ConsistentRead": True}}}

    def _query(self) -> tuple[str, Item]:
        bounds = self._chance.choice([None, ("ENTRY#", "ENTRY#~"), ("ENTRY#00000001-002", "#REDEMPTION"), ("Z", "A")])
        asked = self._asked("PK", "SK", self._partition(), bounds) | {"ConsistentRead": True}
        if self._chance.random() < 0.2 and bounds != ("Z", "A"):
            between = {"PK": asked["ExpressionAttributeValues"][":pk"], "SK": {"S": "ENTRY#00000001-003"}}
            asked["ExclusiveStartKey"] = between
        return "Query", asked

    def _list(self) -> tuple[str, Item]:
        index = self._chance.choice(sorted(INDEXES))
        pk, sort_key = INDEXES[index]
        shard = f"{index.upper()}#{self._name}#{self._chance.randint(0, 1)}"
        bounds = self._chance.choice([None, (" ", self._time()["S"]), (self._time()["S"], "~")])
        asked = self._asked(pk, sort_key, shard, bounds) | {"IndexName": index}
        if index == "due":
            asked.pop("Limit", None)  # where sort keys are equal, the order is each engine's own
        return "Query", asked

    def _asked(self, pk: str, sort_key: str, partition: str, bounds: tuple[str, str] | None) -> Item:
        asked: Item = {
            "TableName": TABLE,
            "KeyConditionExpression": f"{pk} = :pk",
            "ExpressionAttributeValues": {":pk": {"S": partition}},
            "ScanIndexForward": self._chance.random() < 0.6,
        }
        if bounds:
            asked["KeyConditionExpression"] += f" AND {sort_key} BETWEEN :low AND :high"
            asked["ExpressionAttributeValues"] |= {":low": {"S": bounds[0]}, ":high": {"S": bounds[1]}}
        if self._chance.random() < 0.5:
            asked["Limit"] = self._chance.choice([1, 2, 3, 4, 7])
        if self._chance.random() < 0.15:
            asked["Select"] = "COUNT"
        return asked

    # --- what is written ----------------------------------------------------------------------------------------------

    def _partition(self) -> str:
        return f"ORDER#{self._name}#{self._chance.randint(0, 5)}"

    def _keys(self, number: int) -> list[Item]:
        """Different keys: of few items when there are few, of items that nobody knows when there are many."""
        if number > 13:
            self._made += 1
            return [_key(f"MANY#{self._name}#{self._made % 2}", f"ENTRY#{place:03d}") for place in range(number)]
        places = [(self._partition(), self._chance.choice(SORTS)) for _ in range(number * 4)]
        return [_key(*place) for place in list(dict.fromkeys(places))[:number]]

    def _item(self, key: Item) -> Item:
        """An item as the program writes them: numbers, texts, nested values, and often listed in an index."""
        counts: Item = {name: {"N": str(self._chance.randint(0, 3))} for name in ("version", "tries")}
        item = {**key, **counts, **self._fields(3)}
        if self._chance.random() < 0.5:
            item["due_at"] = self._time()
        if self._chance.random() < 0.5:
            item["due_pk"] = {"S": f"DUE#{self._name}#{self._chance.randint(0, 1)}"}
        for index in ("list", "day"):
            if self._chance.random() < 0.3:
                unique = f"{self._time()['S']}#{key['PK']['S']}#{key['SK']['S']}"
                item[f"{index}_pk"] = {"S": f"{index.upper()}#{self._name}#{self._chance.randint(0, 1)}"}
                item[f"{index}_sk"] = {"S": unique}
        return item

    def _fields(self, depth: int) -> Item:
        names = self._chance.sample(["lease", "state", "standing", "letters", "ch_link", "failure"], 3)
        return {name: self._field(name, depth) for name in names}

    def _field(self, name: str, depth: int) -> Item:
        if name == "ch_link":
            return {"N": str(self._chance.choice([0, 1, -1, 5, 10**12, -(10**18)]))}
        if name == "state":
            return {"S": self._chance.choice(["pending", "sending", "done"])}
        if name == "standing" and depth:
            return {"M": self._fields(depth - 1) if self._chance.random() < 0.9 else {}}
        if name == "letters" and depth:
            return {"L": list(self._fields(depth - 1).values()) if self._chance.random() < 0.9 else []}
        return {"S": self._chance.choice(TEXTS)} if self._chance.random() < 0.8 else {"BOOL": True}

    def _time(self) -> Item:
        return {"S": f"2026-03-01T12:00:00.00{self._chance.randint(0, 5)}Z"}


def _works(asked: Item, stored: Item) -> bool:
    """Whether a write would be taken of what is stored."""
    names, values = asked.get("ExpressionAttributeNames", {}), asked.get("ExpressionAttributeValues", {})
    try:
        update(asked.get("UpdateExpression", "REMOVE nothing"))(stored, names, values)
    except KeyError:
        return False
    return "ConditionExpression" not in asked or condition(asked["ConditionExpression"])(stored, names, values)


def _key(pk: str, sk: str) -> dict[str, Any]:
    return {"PK": {"S": pk}, "SK": {"S": sk}}
