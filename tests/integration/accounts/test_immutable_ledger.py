"""What is posted stays as it was posted: no call changes an entry, no put lands on one, and whoever does it is noticed.

That no call of any other test changes an entry either is watched over by `Faults`, which hears them all.
"""

import json
import logging
from dataclasses import replace
from io import StringIO
from typing import get_args, get_type_hints

import pytest

from chalicelib import deps
from chalicelib.aws.services import RefusedError
from chalicelib.domain.accounts.ledger import legs
from chalicelib.domain.effects import Create, Effect
from chalicelib.domain.model.accounts import Draw, LedgerEntry
from chalicelib.domain.model.facts import Later
from chalicelib.store.kinds import classes
from chalicelib.store.table import Failure
from chalicelib.workers import stream
from infra.local.home import ROOT
from memory.faults import refused
from memory.shop import PROGRAM, START, Body, Shop
from memory.wire import IF_ABSENT, LEDGER, Touch, touches, trespasses

WRITING = {
    *("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"),
    *("ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction"),
}
"""Every operation of DynamoDB that writes items."""

KEY: Body = {"PK": {"S": "LEDGER#amb_1"}, "SK": {"S": "ENTRY#00000001-001"}}
SET: Body = {"Key": KEY, "UpdateExpression": "SET cause = :cause", "ConditionExpression": IF_ABSENT}
TRESPASSES: list[tuple[str, Body]] = [
    ("PutItem", {"Item": KEY}),
    ("PutItem", {"Item": KEY, "ConditionExpression": "attribute_exists(PK)"}),
    ("UpdateItem", SET),
    ("DeleteItem", {"Key": KEY}),
    ("BatchWriteItem", {"RequestItems": {"t": [{"PutRequest": {"Item": KEY}}]}}),
    ("BatchWriteItem", {"RequestItems": {"t": [{"DeleteRequest": {"Key": KEY}}]}}),
    ("TransactWriteItems", {"TransactItems": [{"Put": {"Item": KEY}}]}),
    ("TransactWriteItems", {"TransactItems": [{"Update": SET}]}),
    ("TransactWriteItems", {"TransactItems": [{"Delete": {"Key": KEY}}]}),
    ("ExecuteStatement", {"Statement": "DELETE FROM t"}),
]


def sell(shop: Shop, *order_ids: str) -> str:
    """Redeem orders on one ambassador's code and settle them; answers the ambassador's id."""
    maya = shop.enrol()
    for order_id in order_ids:
        assert shop.redeem(maya["code"], order_id).status_code == 201
    shop.stream()
    return str(maya["id"])


def ledger(shop: Shop) -> list[Body]:
    """All entries as they lie in the table."""
    return [row for row in shop.everything() if row["PK"]["S"].startswith(LEDGER)]


def record(change: str, pk: str, sk: str) -> Body:
    """What the stream says of an item that was inserted, modified or removed."""
    return {"eventName": change, "dynamodb": {"Keys": {"PK": {"S": pk}, "SK": {"S": sk}}}}


# --- the program changes no entry -------------------------------------------------------------------------------------


def test_only_a_create_can_carry_an_entry() -> None:
    """What decisions can ask for: an entry fits into no effect but the one that needs a free key."""
    entry = LedgerEntry("amb_1", "00000001-001", "earned", START, "order:o1", (), 1)
    names = {kind.__name__: kind for kind in (*classes(), Draw)} | {"Later": Later}
    hints = {effect: get_type_hints(effect, localns=names).values() for effect in get_args(Effect)}
    kinds = {effect: [kind for hint in told for kind in get_args(hint) or (hint,)] for effect, told in hints.items()}
    carrying = [
        effect for effect, those in kinds.items() if isinstance(entry, tuple(it for it in those if it is not ...))
    ]
    assert carrying == [Create]


def test_nothing_is_written_but_by_the_wire() -> None:
    """The calls that write stand in one module, and none that deletes, writes in batches or speaks PartiQL is there."""
    sources = {path.name: path.read_text() for path in (ROOT / "chalicelib").rglob("*.py")}
    calling = {(name, call) for name, text in sources.items() for call in WRITING if f'"{call}"' in text}
    assert calling == {("wire.py", call) for call in ("PutItem", "UpdateItem", "TransactWriteItems")}
    assert [name for name, text in sources.items() if "boto3" in text and "import boto3" in text] == ["traffic.py"]


def test_every_kind_of_entry_is_put_on_a_free_key_and_stays(shop: Shop) -> None:
    """A whole path: each call that writes to the ledger puts what is new, and each entry stands until the end."""
    tiers = [PROGRAM["tiers"][0], {**PROGRAM["tiers"][1], "threshold": 1, "bonus": 500}]
    shop.publish(tiers=tiers)
    sell(shop, "o1", "o2")
    steps = (
        lambda: shop.refund("o2", "r1", 5000),
        lambda: shop.days(30),
        lambda: shop.refund("o1", "r1", 5000),
        lambda: shop.days(0.1),
        lambda: shop.call("POST", "/v1/orders/o1/refunds/r1/reversal", {}, scope="checkout"),
        lambda: shop.days(0.1),
    )
    for step in steps:
        before = ledger(shop)
        step()
        assert [row for row in ledger(shop) if row in before] == before

    kinds = {row["kind"]["S"] for row in ledger(shop)}
    assert kinds >= {"hold", "void", "release", "bonus", "clawback", "bonus_lost", "reinstate"}
    touched = [touch for operation, params in shop.faults.calls for touch in touches(operation, params)]
    written = [touch for touch in touched if touch.pk.startswith(LEDGER) and touch.action != "dynamodb:Query"]
    assert len(written) >= len(ledger(shop))
    assert {(action, condition) for action, _, condition in written} <= {
        ("dynamodb:PutItem", IF_ABSENT),
        ("dynamodb:BatchGetItem", None),
    }


@pytest.mark.parametrize(("operation", "params"), TRESPASSES)
def test_a_trespass_is_seen(operation: str, params: Body) -> None:
    """The watch over all calls can fail: it names every way to change an entry."""
    assert len(trespasses(operation, params)) == 1


def test_what_is_lawful_is_no_trespass() -> None:
    """Nor does it cry at the rest: a put on a free key, a reading, and changes of anything else."""
    elsewhere = {"PK": {"S": "ORDER#o1"}, "SK": {"S": "#REDEMPTION"}}
    lawful: list[tuple[str, Body]] = [
        ("PutItem", {"Item": KEY, "ConditionExpression": IF_ABSENT}),
        ("TransactWriteItems", {"TransactItems": [{"Put": {"Item": KEY, "ConditionExpression": IF_ABSENT}}]}),
        ("TransactWriteItems", {"TransactItems": [{"Update": {**SET, "Key": elsewhere}}]}),
        ("GetItem", {"Key": KEY}),
        ("BatchGetItem", {"RequestItems": {"t": {"Keys": [KEY]}}}),
    ]
    assert [trespasses(operation, params) for operation, params in lawful] == [[]] * len(lawful)
    assert list(touches("GetItem", {"Key": KEY})) == [Touch("dynamodb:GetItem", "LEDGER#amb_1")]


# --- no put lands on an entry -----------------------------------------------------------------------------------------


def test_a_put_over_an_entry_is_stopped_by_its_condition(shop: Shop) -> None:
    """Alone or in a transaction: the answer is the entry that stands there, and nothing at all is stored."""
    table, maya = deps.table(), sell(shop, "o1")
    (stored,) = table.list_ledger(maya, None, 10)
    forged, other = Create(replace(stored, legs=legs("hold", 99900, "EUR"))), Create(replace(stored, number="9-001"))
    before = shop.everything()
    assert table.commit([forged]) == (Failure(forged, stored),)
    assert table.commit([other, forged]) == (Failure(forged, stored),)
    assert shop.everything() == before


# --- whoever changes an entry is noticed ------------------------------------------------------------------------------


class Told:
    """What the stream's function says to the operator about some records."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys = capsys
        self._log = StringIO()
        (handler,) = [it for it in logging.getLogger("referrals").handlers if isinstance(it, logging.StreamHandler)]
        monkeypatch.setattr(handler, "stream", self._log)

    def counted(self) -> list[float]:
        """The values of the metric that the alarm watches."""
        lines = [json.loads(line) for line in self._capsys.readouterr().out.splitlines() if "LedgerTampered" in line]
        assert all(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["service"]] for line in lines)
        return [value for line in lines for value in line["LedgerTampered"]]

    def errors(self) -> list[Body]:
        """The errors in the log."""
        lines = [json.loads(line) for line in self._log.getvalue().splitlines()]
        return [line for line in lines if line["level"] == "ERROR"]


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Told:
    """The operator's ears."""
    return Told(capsys, monkeypatch)


@pytest.mark.usefixtures("shop")
def test_a_changed_or_removed_entry_raises_the_alarm(told: Told) -> None:
    """Each is counted for the alarm, and the log names it by its key, which holds ids and nothing else."""
    pairs = [("MODIFY", "ENTRY#00000001-001"), ("REMOVE", "ENTRY#00000002-001")]
    records = [record(change, "LEDGER#amb_1", sk) for change, sk in pairs]
    assert stream.on_table_change({"Records": records}, None) == {"batchItemFailures": []}
    assert told.counted() == [1, 1]
    named = [(line["message"], line["change"], line["pk"], line["sk"]) for line in told.errors()]
    assert named == [("a ledger entry was changed or removed", change, "LEDGER#amb_1", sk) for change, sk in pairs]


def test_what_the_program_does_raises_no_alarm(shop: Shop, told: Told) -> None:
    """New entries, and changes and removals of anything else, are daily work."""
    maya = sell(shop, "o1")
    rows = [(row["PK"]["S"], row["SK"]["S"]) for row in shop.everything()]
    records = [record("INSERT", pk, sk) for pk, sk in rows if pk.startswith(LEDGER)]
    records += [record(change, *row) for row in rows if row[0] != f"LEDGER#{maya}" for change in ("MODIFY", "REMOVE")]
    stream.on_table_change({"Records": records}, None)
    assert (told.counted(), told.errors()) == ([], [])


def test_an_outage_does_not_keep_the_alarm_back(shop: Shop, told: Told) -> None:
    """It is told before the batch is worked on: a table that fails then leaves no tampering unsaid."""
    shop.faults.before("Query", *[refused("ValidationException")] * 2)
    records = [record("INSERT", "ORDER#o1", "#REDEMPTION"), record("REMOVE", "LEDGER#amb_1", "ENTRY#00000001-001")]
    with pytest.raises(RefusedError):
        stream.on_table_change({"Records": records}, None)
    assert told.counted() == [1]
