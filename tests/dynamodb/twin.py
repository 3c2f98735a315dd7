"""Two engines as one: every call goes to both, and they must answer the same."""

from collections import Counter, defaultdict
from pprint import pformat
from typing import Any

from chalicelib.aws.services import Call, RefusedError
from memory.engine import INDEXES, Engine, Item

TRANSACTION = "TransactWriteItems"


class Twin:
    """The engine in memory beside DynamoDB Local. `told` counts what they answered, by operation and outcome."""

    def __init__(self, engine: Engine, local: Call) -> None:
        self.engine = engine
        self.told: Counter[tuple[str, str]] = Counter()
        self.differences = 0
        self._local = local

    def call(self, operation: str, request: Item) -> Item:
        """Carry out an operation on both engines; the one in memory's answer is given on, or its error raised."""
        if "IndexName" in request:
            self.engine.settle_indexes()
        mine, its = (_carry_out(call, operation, request) for call in (self.engine.call, self._local))
        if _comparable(mine, request) != _comparable(its, request):
            self.differences += 1
            raise AssertionError(_difference(operation, request, mine, its))
        self.told[operation, mine.code if isinstance(mine, RefusedError) else "done"] += 1
        if isinstance(mine, RefusedError):
            raise mine
        return mine

    @property
    def transactions(self) -> int:
        """How many transactions both have answered."""
        return sum(times for (operation, _), times in self.told.items() if operation == TRANSACTION)

    @property
    def others(self) -> int:
        """How many other calls both have answered."""
        return self.told.total() - self.transactions

    @property
    def invalid(self) -> int:
        """How many calls of any kind both have called invalid."""
        return sum(times for (_, outcome), times in self.told.items() if outcome == "ValidationException")

    def check_contents(self, local: Any, table: str) -> None:
        """Compare every item of the table and every entry of its indexes."""
        pages = local.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
        stored = {(item["PK"]["S"], item["SK"]["S"]): item for page in pages for item in page["Items"]}
        assert stored == self.engine.items
        for index, (hash_key, _) in INDEXES.items():
            pages = local.get_paginator("scan").paginate(TableName=table, IndexName=index)
            entries = sum(page["Count"] for page in pages)
            for pk in sorted({item[hash_key]["S"] for item in stored.values() if hash_key in item}):
                asked = {"KeyConditionExpression": f"{hash_key} = :pk", "ExpressionAttributeValues": {":pk": {"S": pk}}}
                asked |= {"TableName": table, "IndexName": index}
                entries -= len(self.call("Query", asked)["Items"])
            assert entries == 0, f"{entries} more entries in index {index} than were found in its partitions"

    def check_stream(self, streams: Any) -> None:
        """Compare what the streams tell of each item, in order."""
        arn = streams.list_streams()["Streams"][0]["StreamArn"]
        events = defaultdict(list)
        for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
            for record in _records(streams, arn, shard["ShardId"]):
                events[_keys(record)].append(record["eventName"])
        mine = defaultdict(list)
        for record in self.engine.records:
            mine[_keys(record)].append(record["eventName"])
        assert events == mine


def _carry_out(call: Call, operation: str, request: Item) -> Item | RefusedError:
    try:
        return call(operation, request)
    except RefusedError as error:
        return error


def _comparable(answer: Item | RefusedError, request: Item) -> Any:
    """What both must agree on: all but wordings, the order of a batch, and of equal sort keys in an index."""
    if isinstance(answer, RefusedError):
        reasons = [(reason["Code"], reason.get("Item")) for reason in answer.answer.get("CancellationReasons", [])]
        return answer.code, answer.answer.get("Item"), reasons
    if "Responses" in answer:
        answer["Responses"] = {name: sorted(items, key=_place) for name, items in answer["Responses"].items()}
    if "IndexName" in request and "Items" in answer:
        sort_key = INDEXES[request["IndexName"]][1]
        answer["Items"] = sorted(
            answer["Items"],
            key=lambda item: (item[sort_key]["S"], _place(item)),
            reverse=not request.get("ScanIndexForward", True),
        )
    return answer


def _difference(operation: str, request: Item, mine: Item | RefusedError, its: Item | RefusedError) -> str:
    """What was asked and what each answered, for a person to read."""
    answers = [pformat(it.answer if isinstance(it, RefusedError) else it, width=120) for it in (mine, its)]
    asked = pformat(request, width=120)
    return f"{operation} {asked}\nThe engine in memory answers:\n{answers[0]}\nDynamoDB Local answers:\n{answers[1]}"


def _place(item: Item) -> tuple[str, str]:
    return item["PK"]["S"], item["SK"]["S"]


def _keys(record: Item) -> tuple[str, str]:
    return _place(record["dynamodb"]["Keys"])


def _records(streams: Any, arn: str, shard: str) -> list[Item]:
    found: list[Item] = []
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")[
        "ShardIterator"
    ]
    while iterator:
        answer = streams.get_records(ShardIterator=iterator, Limit=1000)
        if not answer["Records"]:
            break
        found += answer["Records"]
        iterator = answer.get("NextShardIterator")
    return found
