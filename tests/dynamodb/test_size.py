"""What only size shows, judged by AWS's own engine: pages that end at 1 MB, batches that leave keys over at 16 MB."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from chalicelib.domain.accounts.ledger import legs
from chalicelib.domain.effects import Create
from chalicelib.domain.model.accounts import LedgerEntry
from chalicelib.store import keys
from chalicelib.store.table import Table
from infra.dynamodb.local import Local
from memory.faults import Faults
from tests.dynamodb.town import START

ENTRIES = 60
LARGE = "x" * 380_000
"""Nearly as large as an item may be: three fit into a page, some forty into a batch."""


@pytest.fixture(scope="module")
def table(local: Local) -> Table:
    """A table with an account of very large entries."""
    made = Table(local.wire())
    for number in range(ENTRIES):
        entry = LedgerEntry(
            ambassador_id="amb_large",
            number=f"{number:08d}-001",
            kind="adjustment",
            at=START + timedelta(seconds=number),
            cause=f"adjustment:adj_{number}",
            legs=legs("adjustment", 100, "EUR"),
            program_version=1,
            reason=LARGE,
        )
        assert made.commit([Create(entry)]) == ()
    return made


@pytest.fixture
def heard(local: Local) -> Iterator[tuple[Table, Faults]]:
    """The same table through a client whose calls are heard."""
    with Faults().heard() as faults:
        yield Table(local.wire()), faults


@pytest.mark.usefixtures("table")
def test_a_query_goes_on_where_a_page_of_a_megabyte_ends(heard: tuple[Table, Faults]) -> None:
    """All entries come, each once and in their order, however many calls it takes."""
    table, faults = heard
    found = table.list_ledger("amb_large", None, 2 * ENTRIES)
    assert [entry.number for entry in found] == [f"{number:08d}-001" for number in range(ENTRIES)]
    assert faults.count("Query") > ENTRIES // 4


@pytest.mark.usefixtures("table")
def test_a_batch_asks_again_for_what_did_not_fit(heard: tuple[Table, Faults]) -> None:
    """All items come in the order of their keys, though one answer holds no more than 16 MB."""
    table, faults = heard
    wanted = [keys.entry("amb_large", f"{number:08d}-001") for number in reversed(range(ENTRIES))]
    assert list(table.find(wanted)) == wanted
    assert faults.count("BatchGetItem") > 1


@pytest.mark.usefixtures("table")
def test_what_is_listed_by_an_index_is_read_whole(heard: tuple[Table, Faults]) -> None:
    """The index has keys alone; what it lists takes several batches."""
    table, _ = heard
    found = table.list_days([START.date()], " ", "~", 2 * ENTRIES)
    assert [entry.number for _, entry in found] == [f"{number:08d}-001" for number in range(ENTRIES)]
