"""The rules by which capacity is computed, against the examples that AWS documents."""

from typing import Any

import pytest

from memory.sizes import Index, Item, index_units, read_units, size_of, write_units

KB = 1024
DUE = Index("due", ("due_pk", "due_at"), ("due_pk", "due_at", "PK"))


def item_of(size: int) -> Item:
    """An item of exactly so many bytes."""
    return {"PK": {"S": "x" * (size - len("PK"))}}


def waiting(at: str, name: str = "order") -> Item:
    """An item that waits in the sparse index."""
    return {"PK": {"S": name}, "due_pk": {"S": "DUE#1"}, "due_at": {"S": at}}


def test_the_shirt_has_23_bytes() -> None:
    """The example of AWS: shirt-color R and shirt-size M."""
    assert size_of({"shirt-color": {"S": "R"}, "shirt-size": {"S": "M"}}) == 23


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": ""}, 0),
        ({"S": "Größe"}, 7),
        ({"N": "0"}, 1),
        ({"N": "7"}, 2),
        ({"N": "42"}, 2),
        ({"N": "-123"}, 3),
        ({"N": "5000"}, 2),
        ({"N": "0.0010"}, 2),
        ({"N": "12345678901234567890123456789012345678"}, 20),
        ({"BOOL": True}, 1),
        ({"NULL": True}, 1),
        ({"B": b"abcd"}, 4),
        ({"B": "YWJjZA=="}, 4),
        ({"L": []}, 3),
        ({"M": {}}, 3),
        ({"L": [{"S": "ab"}, {"N": "1"}]}, 3 + (1 + 2) + (1 + 2)),
        ({"M": {"name": {"S": "ab"}}}, 3 + (1 + 4 + 2)),
        ({"L": [{"M": {"a": {"BOOL": False}}}]}, 3 + 1 + (3 + (1 + 1 + 1))),
    ],
)
def test_the_size_of_a_value(value: dict[str, Any], size: int) -> None:
    """Each type by its rule, beside a name of four bytes."""
    assert size_of({"name": value}) == 4 + size


@pytest.mark.parametrize(("size", "units"), [(100, 1), (512, 1), (KB, 1), (KB + 1, 2), (3 * KB + 512, 4)])
def test_a_write_takes_a_unit_for_each_kb_that_is_begun(size: int, units: int) -> None:
    """512 bytes are 1 unit, 3.5 KB are 4; in a transaction twice that."""
    assert write_units(None, item_of(size)) == units
    assert write_units(None, item_of(size), transaction=True) == 2 * units


def test_an_update_takes_the_larger_of_before_and_after() -> None:
    """Whether the item grows, shrinks or goes."""
    small, large = item_of(200), item_of(3 * KB)
    assert write_units(small, large) == write_units(large, small) == write_units(large, None) == 3


def test_a_write_that_finds_and_leaves_nothing_takes_one_unit() -> None:
    """A condition check on a key that is free."""
    assert write_units(None, None) == 1
    assert write_units(None, None, transaction=True) == 2


@pytest.mark.parametrize(
    ("sizes", "strong"),
    [([], 1), ([100], 1), ([3 * KB + 512], 1), ([8 * KB], 2), ([10 * KB], 3), ([4 * KB + 82] * 10, 11)],
)
def test_a_read_takes_a_unit_for_4_kb_of_all_it_finds(sizes: list[int], strong: int) -> None:
    """8 KB are 2 units, a query of ten items with 40.8 KB together is billed as 44 KB; half without consistency."""
    items = [item_of(size) for size in sizes]
    assert read_units(items, consistent=True) == strong
    assert read_units(items, consistent=False) == strong / 2


@pytest.mark.parametrize(
    ("before", "after", "units"),
    [
        (None, waiting("t1"), 1),
        (waiting("t1"), waiting("t2"), 2),
        (waiting("t1"), None, 1),
        (waiting("t1"), {"PK": {"S": "order"}}, 1),
        (waiting("t1"), {**waiting("t1"), "other": {"N": "1"}}, 0),
        ({"PK": {"S": "order"}}, None, 0),
        (None, {"PK": {"S": "order"}, "due_at": {"S": "t1"}}, 0),
        (None, waiting("t1", "x" * KB), 2),
        (waiting("t1", "x" * KB), waiting("t2", "x" * KB), 4),
    ],
)
def test_an_index_is_written_only_when_its_entry_changes(before: Item | None, after: Item | None, units: int) -> None:
    """A put when it comes, a delete when it goes, both when its key moves, nothing otherwise."""
    assert index_units(DUE, before, after) == units
