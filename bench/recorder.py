"""What went over the wire to the table, and what AWS would bill for it.

The recorder taps the wire, as the tests' faults do. It looks at each item before and after a call with a client of its
own, so it is exact only while nobody else writes: one thread, one process.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from chalicelib.aws.lines import Reply
from memory.sizes import Index, Item, index_units, read_units, size_of, write_units
from memory.tap import GoOn, tapped

TRANSACTION = "TransactWriteItems"
_WRITES = {"PutItem", "UpdateItem", "DeleteItem", TRANSACTION}
_READS = {"GetItem", "BatchGetItem", "Query"}
_TAKEN = 200


@dataclass(slots=True)
class Cost:
    """What one operation took of the table.

    `trips` are calls, one after the other; `reads` and `writes` are items; `table_units` and `index_units` are write
    units; `largest` is the largest item that was written, in bytes, `written` all of them together.
    """

    trips: int = 0
    reads: int = 0
    read_units: float = 0
    writes: int = 0
    table_units: int = 0
    index_units: int = 0
    written: int = 0
    largest: int = 0

    @property
    def write_units(self) -> int:
        """Of the table and its indexes together."""
        return self.table_units + self.index_units

    def __add__(self, other: "Cost") -> "Cost":
        mine, its = asdict(self), asdict(other)
        return Cost(**{name: mine[name] + its[name] for name in mine} | {"largest": max(self.largest, other.largest)})

    def as_json(self) -> dict[str, float]:
        """The figures with the sum that matters."""
        return {**asdict(self), "write_units": self.write_units}


class Recorder:
    """Adds up the cost of every call that the program makes to the table.

    `client` is not the program's: it describes the table, and reads items around each write.
    """

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table
        self._indexes = _indexes(client.describe_table(TableName=table)["Table"])
        self._cost = Cost()
        self._before: list[Item | None] = []
        self._params: Any = None

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Listen to the program within the block."""
        with tapped(self._pass):
            yield

    @contextmanager
    def counting(self) -> Iterator[Cost]:
        """Count what is called within the block; the cost is complete at its end."""
        counted = self._cost = Cost()
        yield counted
        self._cost = Cost()

    def _pass(self, operation: str, params: Any, go_on: GoOn) -> Reply:
        self._params = params
        if operation in _WRITES:
            self._before = [self._look(action) for action in _actions(operation, params)]
        reply = go_on()
        if operation in _WRITES:
            self._cost.trips += 1
            self._write(operation, taken=reply.status == _TAKEN)
        elif operation in _READS:
            self._cost.trips += 1
            self._read(operation, json.loads(reply.body))
        else:
            assert operation == "SendEmail", f"{operation} has no rule here"
        return reply

    def _write(self, operation: str, *, taken: bool) -> None:
        """Bill a write. One whose condition failed is billed for the items that stood there, and writes no index.

        See https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html on transactions and
        https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithItems.html on failed conditions.
        """
        for action, before in zip(_actions(operation, self._params), self._before, strict=True):
            after = self._look(action)
            self._cost.writes += 1
            self._cost.table_units += write_units(before, after, transaction=operation == TRANSACTION)
            if taken and after != before:
                self._cost.index_units += sum(index_units(index, before, after) for index in self._indexes)
                self._cost.written += size_of(after)
                self._cost.largest = max(self._cost.largest, size_of(after))

    def _read(self, operation: str, parsed: Any) -> None:
        """Bill a read: a query for the sum of what it finds, anything else item by item."""
        for items in _found(operation, self._params, parsed, self._table):
            consistent = self._is_consistent(operation)
            self._cost.reads += len(items)
            self._cost.read_units += read_units(items, consistent=consistent)

    def _is_consistent(self, operation: str) -> bool:
        request = self._params["RequestItems"][self._table] if operation == "BatchGetItem" else self._params
        return bool(request.get("ConsistentRead"))

    def _look(self, action: Any) -> Item | None:
        """The item that an action is about, as it stands now."""
        at = action.get("Key") or {name: action["Item"][name] for name in ("PK", "SK")}
        found: Item | None = self._client.get_item(TableName=self._table, Key=at, ConsistentRead=True).get("Item")
        return found


def _actions(operation: str, params: Any) -> list[Any]:
    """The single writes of a call."""
    if operation != TRANSACTION:
        return [params]
    return [next(iter(action.values())) for action in params["TransactItems"]]


def _found(operation: str, params: Any, parsed: Any, table: str) -> list[Sequence[Item]]:
    """What a call has read, in the groups by which it is billed; an item that is not there is billed as a small one.

    A count tells no items: it is billed as nothing found, which is right for a few hundred keys.
    """
    if operation == "Query":
        return [parsed.get("Items", [])]
    if operation == "BatchGetItem":
        found: list[Sequence[Item]] = [[item] for item in parsed["Responses"][table]]
        return found + [[]] * (len(params["RequestItems"][table]["Keys"]) - len(found))
    return [[parsed["Item"]] if "Item" in parsed else []]


def _indexes(described: Any) -> list[Index]:
    """The indexes of a table; all must hold keys only, for that is how they are billed here."""
    table_keys = tuple(key["AttributeName"] for key in described["KeySchema"])
    indexes = []
    for index in described.get("GlobalSecondaryIndexes", ()):
        assert index["Projection"]["ProjectionType"] == "KEYS_ONLY", index["IndexName"]
        keys = tuple(key["AttributeName"] for key in index["KeySchema"])
        indexes.append(Index(index["IndexName"], keys, tuple(dict.fromkeys((*keys, *table_keys)))))
    return indexes
