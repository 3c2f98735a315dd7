"""How large an item is and what reading or writing it costs, by the rules that AWS publishes.

No engine on one machine bills as AWS does, so units are computed from the items themselves. Items are in the form of
the wire: `{"name": {"S": "text"}}`. All sizes are in bytes, a KB has 1,024 of them.

Rules: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html for sizes and for
reads and writes, https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html for indexes.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Item = dict[str, dict[str, Any]]

WRITE_UNIT = 1024
READ_UNIT = 4096
COLLECTION = 3
ELEMENT = 1


@dataclass(frozen=True, slots=True)
class Index:
    """A secondary index that holds keys only. `entry` names what an entry consists of: its own keys and the table's."""

    name: str
    keys: tuple[str, ...]
    entry: tuple[str, ...]

    def entry_of(self, item: Item | None) -> Item | None:
        """The entry of an item; None when it lacks a key of the index, which is then sparse there."""
        if item is None or not all(name in item for name in self.keys):
            return None
        return {name: item[name] for name in self.entry}


def size_of(item: Item | None) -> int:
    """Return the size of an item, 0 if there is none: names and values as UTF-8.

    The 100 bytes that storage adds for each item and index entry count for storage only.
    """
    return sum(len(name.encode()) + _value(value) for name, value in (item or {}).items())


def write_units(before: Item | None, after: Item | None, *, transaction: bool = False) -> int:
    """Units that one write takes from the table: 1 per KB of the larger of the two states, twice that in a transaction.

    A condition check of a transaction is billed as a write of the item it looks at.
    """
    size = max(size_of(before), size_of(after))
    return max(1, _started(size, WRITE_UNIT)) * (2 if transaction else 1)


def index_units(index: Index, before: Item | None, after: Item | None) -> int:
    """Units that one write of an item takes from an index.

    An entry that comes or goes is one write, one whose key changes is a delete and a put, and nothing is written when
    the entry stays as it is. AWS publishes the factor of two of transactions for the table's items only, so it is not
    applied here.
    """
    old, new = index.entry_of(before), index.entry_of(after)
    if old == new:
        return 0
    return sum(_started(size_of(entry), WRITE_UNIT) for entry in (old, new) if entry)


def read_units(items: Sequence[Item], *, consistent: bool) -> float:
    """Units of a read that adds up what it finds (GetItem, Query): 1 per 4 KB, half if it need not be consistent.

    A read that finds nothing costs as much as one of the smallest item.
    """
    blocks = max(1, _started(sum(map(size_of, items)), READ_UNIT))
    return blocks if consistent else blocks / 2


def _value(value: dict[str, Any]) -> int:
    """The size of a value without its name."""
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return _number(content)
        case "B":
            return len(content if isinstance(content, bytes) else base64.b64decode(content))
        case "BOOL" | "NULL":
            return 1
        case "L":
            return COLLECTION + sum(ELEMENT + _value(element) for element in content)
        case "M":
            return COLLECTION + sum(len(name.encode()) + ELEMENT + _value(it) for name, it in content.items())
    raise ValueError(f"sets are not used here: {kind}")


def _number(digits: str) -> int:
    """About 1 byte for every two significant digits, and 1 more. Zeros at both ends do not count."""
    significant = digits.lstrip("-").replace(".", "").strip("0")
    return _started(len(significant), 2) + 1


def _started(amount: int, unit: int) -> int:
    """Units, each of which counts whole once it is begun."""
    return -(-amount // unit)
