"""The simulator is only as good as its engine: here it answers beside AWS's own, and nothing may differ.

The tests of this module share one table and run in their order: the last one compares all that they left.
"""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from random import Random

import pytest

from chalicelib.aws.services import RefusedError
from chalicelib.operations.accounts.ledger import Page, Period, by_ambassador, by_day, by_order
from chalicelib.operations.people import share
from chalicelib.operations.people.enrol import Enrolled
from chalicelib.operations.program import programs
from chalicelib.store.table import Table
from chalicelib.store.wire import Wire
from infra.dynamodb.fetch import say
from infra.dynamodb.local import TABLE, Local
from memory.engine import Engine, Item
from tests.dynamodb.calls import Calls
from tests.dynamodb.town import START, Town
from tests.dynamodb.twin import TRANSACTION, Twin

SEEDS = 25
TRANSACTIONS = 100
OTHERS_PER_TRANSACTION = 2
SHOPS = 2
STEPS = 150


@pytest.fixture(scope="module")
def twin(local: Local) -> Iterator[Twin]:
    """Both engines; told at the end what they did."""
    began = time.monotonic()
    both = Twin(Engine(Random(0)), local.call())
    yield both
    say(f"\n{both.transactions} transactions, {both.others} other calls, {both.differences} differences")
    say(f"  in {time.monotonic() - began:.0f} s, by call and answer:")
    for (operation, outcome), times in sorted(both.told.items()):
        say(f"  {times:6} {operation}: {outcome}")


@pytest.mark.parametrize("seed", range(SEEDS))
def test_generated_calls_get_the_same_answers(twin: Twin, seed: int) -> None:
    """Writes of every shape, repeated tokens, reads in pages: same codes, reasons and items, call for call."""
    calls = Calls(seed, twin.engine.items)
    for _ in range(TRANSACTIONS):
        make(twin, TRANSACTION, calls.transaction())
        for _ in range(OTHERS_PER_TRANSACTION):
            make(twin, *calls.other())


def test_every_kind_of_answer_was_among_them(twin: Twin) -> None:
    """The sequences are not tame: each answer that the program must understand was given often."""
    if twin.transactions < SEEDS * TRANSACTIONS:
        pytest.skip("only some of the sequences were run")
    often = {(operation, outcome) for (operation, outcome), times in twin.told.items() if times >= 20}
    assert often >= {
        (TRANSACTION, "done"),
        (TRANSACTION, "TransactionCanceledException"),
        (TRANSACTION, "IdempotentParameterMismatchException"),
        (TRANSACTION, "ValidationException"),
        ("PutItem", "ConditionalCheckFailedException"),
        ("UpdateItem", "ConditionalCheckFailedException"),
        ("UpdateItem", "ValidationException"),
        ("BatchGetItem", "ValidationException"),
        ("Query", "ValidationException"),
    }


@pytest.mark.parametrize(("size", "taken"), [(400 * 1024, True), (400 * 1024 + 1, False)])
def test_an_item_holds_400_kb(twin: Twin, size: int, taken: bool) -> None:
    """To the byte, names included, and the same in a transaction."""
    key = {"PK": {"S": "LARGE"}, "SK": {"S": f"{size}"}}
    rest = size - len("PKLARGESK") - len(f"{size}") - len("text")
    put = {"TableName": TABLE, "Item": {**key, "text": {"S": "x" * rest}}}
    before = twin.invalid
    make(twin, "PutItem", put)
    make(twin, TRANSACTION, {"TransactItems": [{"Put": put}], "ClientRequestToken": f"{size}"})
    assert twin.invalid - before == (0 if taken else 2)


@pytest.mark.parametrize("seed", range(SHOPS))
def test_a_shop_sees_no_difference(twin: Twin, seed: int) -> None:
    """The program's own calls, whatever they are by now: orders, facts, reviews, settlements, mails, listings.

    None of them is one that DynamoDB calls invalid.
    """
    town, chance, before = Town(Table(Wire(twin.call, TABLE, attempts=1)), Random(seed)), Random(seed), twin.invalid
    ambassadors = [town.enrol(f"{name}-{seed}") for name in ("maya", "asha")]
    for _ in range(STEPS):
        town.anything(chance, [it.code for it in ambassadors])
        if chance.random() < 0.2:
            town.work()
        if chance.random() < 0.1:
            town.now += timedelta(days=chance.choice([1, 2, 7]))
        if chance.random() < 0.15:
            browse(town, chance.choice(ambassadors), chance)
    assert twin.invalid == before


def test_in_the_end_table_indexes_and_stream_are_the_same(twin: Twin, local: Local) -> None:
    """Item for item, entry for entry, and the stream tells the same story of each item."""
    twin.check_contents(local.client(), TABLE)
    twin.check_stream(local.client("dynamodbstreams"))


def make(twin: Twin, operation: str, request: Item) -> None:
    """Make a call, and read a query to its last page."""
    try:
        answer = twin.call(operation, request)
        while "LastEvaluatedKey" in answer:
            answer = twin.call("Query", {**request, "ExclusiveStartKey": answer["LastEvaluatedKey"]})
    except RefusedError:
        pass  # both have answered with it


def browse(town: Town, ambassador: Enrolled, chance: Random) -> None:
    """Look through everything that is listed, in pages, and use the share link."""
    table, size = town.table, chance.randint(1, 4)
    period = Period(town.now - timedelta(days=2), town.now + timedelta(days=1))
    read_on(lambda after: by_ambassador(table, [ambassador.ambassador_id], period, after, size))
    read_on(lambda after: by_day(table, period, after, size, now=town.now))
    by_order(table, f"any-{chance.randint(1, 40)}", period, None, size)
    after: str | None = None
    while page := table.list_referrals([ambassador.ambassador_id], after, size):
        after = page[-1][0]
    table.count_due(town.now)
    table.change_code(ambassador.code, {"expires_at": chance.choice([None, town.now + timedelta(days=1)])})
    table.change_code(ambassador.code, {"expires_at": None})
    code = share.find(table, ambassador.code)
    assert code is not None
    channel = chance.choice(["qr", None, "elsewhere"])
    share.count_click(table, code, channel, programs.current(table), now=town.now)
    assert table.read_clicks(code.code, START.date())


def read_on(read: Callable[[str | None], Page]) -> None:
    """Read a listing to its end."""
    after = read(None).after
    while after:
        after = read(after).after
