"""The table's stream, carried to a worker function as Lambda's event source mapping does: one reader for each.

An emulator's own mapping can lose events after a restart, and would need the function deployed. This one reads the
stream itself and calls the function in this process.
"""

import logging
import threading
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from chalice.local import LambdaContext

BATCH = 100
IDLE_SECONDS = 0.05
OUTAGE_SECONDS = 1.0
TRIES = 4
PAUSE_SECONDS = 0.1

Work = Callable[[Any, Any], Any]
log = logging.getLogger("infra.local")


class Stream:
    """The changes of a table from the moment this object was made."""

    def __init__(self, client: Any, arn: str) -> None:
        self.arn = arn
        self._client = client
        self._iterator: str | None = self._latest()

    def read(self) -> list[dict[str, Any]]:
        """Return the next changes in the shape that a Lambda function gets, or an empty list."""
        iterator = self._iterator or self._latest()
        try:
            answer = self._client.get_records(ShardIterator=iterator, Limit=BATCH)
        except ClientError:
            self._iterator = None
            raise
        self._iterator = answer.get("NextShardIterator")
        return [_as_lambda_gets_it(record, self.arn) for record in answer.get("Records", ())]

    def _latest(self) -> str:
        shard = self._client.describe_stream(StreamArn=self.arn)["StreamDescription"]["Shards"][-1]
        answer = self._client.get_shard_iterator(
            StreamArn=self.arn, ShardId=shard["ShardId"], ShardIteratorType="LATEST"
        )
        iterator: str = answer["ShardIterator"]
        return iterator


def run_pump(stream: Stream, work: Work, stop: threading.Event) -> None:
    """Carry changes until told to stop. What is missed in an outage, the schedule finds by its due time."""
    while not stop.is_set():
        try:
            records = stream.read()
        except (BotoCoreError, ClientError) as error:
            log.warning("The stream does not answer, trying again: %s", error)
            stop.wait(OUTAGE_SECONDS)
            continue
        if records:
            deliver(records, work, stop)
        else:
            stop.wait(IDLE_SECONDS)


def deliver(records: list[dict[str, Any]], work: Work, stop: threading.Event) -> None:
    """Hand over a batch: again from its lowest failed record on, and after some tries without that one."""
    tries = 0
    while records and not stop.is_set():
        failed = _lowest_failed(records, work)
        if failed is None:
            return
        tries = tries + 1 if failed == 0 else 1
        records = records[failed:]
        if tries == TRIES:
            log.error("Gave up on a change of %s after %s tries.", records[0]["dynamodb"]["Keys"], tries)
            records, tries = records[1:], 0
        stop.wait(PAUSE_SECONDS * 2**tries)


def _lowest_failed(records: list[dict[str, Any]], work: Work) -> int | None:
    try:
        answer = work({"Records": records}, LambdaContext("stream", 256, 60_000))
    except Exception:  # as Lambda does: a function that raises has failed with the whole batch
        log.exception("The stream's function failed.")
        return 0
    failures = {failure["itemIdentifier"] for failure in (answer or {}).get("batchItemFailures", [])}
    if not failures:
        return None
    numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
    return next((at for at, number in enumerate(numbers) if number in failures), 0)


def _as_lambda_gets_it(record: dict[str, Any], arn: str) -> dict[str, Any]:
    change = dict(record["dynamodb"])
    if "ApproximateCreationDateTime" in change:
        change["ApproximateCreationDateTime"] = int(change["ApproximateCreationDateTime"].timestamp())
    return {**record, "dynamodb": change, "eventSourceARN": arn}
