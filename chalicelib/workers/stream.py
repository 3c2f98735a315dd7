"""The fast way: what has been committed is settled at once, from the table's stream.

A record carries keys only and says no more than that there is something to do. Whatever is lost, doubled or late here
is found by the schedule through `due_at`. It is also where a change of the ledger that nobody should have made shows.
What is worked with is imported at the call, as in `schedule`.
"""

from collections.abc import Iterable
from typing import Any

from chalice.app import Blueprint, DynamoDBEvent

from chalicelib.store import keys
from chalicelib.telemetry import logger, metrics

blueprint = Blueprint(__name__)

Record = dict[str, Any]

JOB_SECONDS = 5.0
"""How long a new job is carried on here, where orders wait behind it; the schedule goes on with what is left."""

PLACEHOLDER = "arn:aws:dynamodb:eu-central-1:000000000000:table/referrals/stream/2026-01-01T00:00:00.000"
"""Chalice wants an ARN at import; the template that is deployed puts the real table's in its place."""


@blueprint.on_dynamodb_record(stream_arn=PLACEHOLDER, name="on_table_change")
def on_table_change(event: DynamoDBEvent) -> dict[str, list[dict[str, str]]]:
    """Act on the new facts of a batch of stream records, and report a changed ledger.

    Nothing has to be sent again: what could not be done keeps its `due_at`. Only an outage raises, and Lambda then
    sends the whole batch again.
    """
    from chalicelib.workers.due import attend
    from chalicelib.workers.jobs import carry_on

    records: list[Record] = event.to_dict()["Records"]
    _report_tampering(records)
    inserted = [record for record in records if record["eventName"] == "INSERT"]
    found = [record["dynamodb"]["Keys"]["PK"]["S"] for record in inserted]
    attend(found)
    carry_on(found, JOB_SECONDS)
    return {"batchItemFailures": []}


def _report_tampering(records: Iterable[Record]) -> None:
    """Raise the alarm for each entry that was changed or removed: this program never does, so somebody else has.

    It is reported before anything else is done, so that no outage can keep it back.
    """
    for record in records:
        key = {name: part["S"] for name, part in record["dynamodb"]["Keys"].items()}
        if record["eventName"] != "INSERT" and key["PK"].startswith(keys.ledger("")):
            logger.error(
                "a ledger entry was changed or removed", change=record["eventName"], pk=key["PK"], sk=key["SK"]
            )
            metrics.add_metric(name="LedgerTampered", unit="Count", value=1)
    if metrics.metric_set:
        metrics.flush_metrics()
