"""What has to be true after each step: the audit, the totals, and each letter with one mail."""

import json
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import boto3

from examples import play
from infra.local.cloud import REGION

AUDIT_SECONDS = 300
MAILS_SECONDS = 30
Item = dict[str, Any]


class Books(NamedTuple):
    """What was counted, and what is wrong."""

    figures: dict[str, int]
    wrong: list[str]


def client(cloud: str) -> Any:
    """A client of the local cloud's tables that is not the program's."""
    return boto3.client(
        "dynamodb",
        endpoint_url=cloud,
        region_name=REGION,
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )


def everything(dynamodb: Any, table: str) -> Iterator[Item]:
    """All items of a table: for a drill, never for the program."""
    for page in dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        yield from page["Items"]


def at_rest(dynamodb: Any, table: str) -> list[Item]:
    """All items, once no mail is on its way any more: whether it went is told a moment after it went."""
    until = time.monotonic() + MAILS_SECONDS
    while True:
        items = list(everything(dynamodb, table))
        if not any(it.get("state", {}).get("S") == "sending" for it in items) or time.monotonic() > until:
            return items
        time.sleep(0.2)


def inspect(
    api: play.Api, run: play.Run, played: play.Played, lines: list[play.Line], items: list[Item], home: Path
) -> Books:
    """Look at everything, when nothing is due."""
    audit = _audited(api, run)
    expected = play.expected_totals(lines, played.last_day)
    found = play.found_totals(api, run, played, date.fromisoformat(lines[0]["day"]))
    mails = count_mails(items, home)
    wrong = [f"audit: {finding}" for finding in audit["findings"]]
    wrong += [f"audit: {audit['differences']} differences"] if audit["differences"] else []
    wrong += played.surprises + play.differences(expected, found)
    wrong += mails.wrong
    figures = {
        "orders": audit["orders"],
        "entries": audit["entries"],
        "differences": audit["differences"],
        "ambassadors as totals.sql": len(found),
        **mails.figures,
    }
    return Books(figures, wrong)


def _audited(api: play.Api, run: play.Run) -> Any:
    """Audit all books as a job of the build that runs."""
    job = api.call("POST", "/v1/ledger/audit", run.admin_key, {"all": True}).body
    until = time.monotonic() + AUDIT_SECONDS
    while (job := api.get(f"/v1/jobs/{job['id']}", run.admin_key))["state"] != "done":
        if job["state"] == "failed" or time.monotonic() > until:
            raise play.PlayError(f"The audit did not end: {json.dumps(job)[:500]}")
        time.sleep(0.2)
    return job["result"]


def count_mails(items: list[Item], home: Path) -> Books:
    """Compare the mails that the mail service took with the letters that were sent: each has its own, or shares one.

    A letter that went twice is a mail more, one that was marked as sent and never went a mail less.
    """
    sent = (it for it in items if it["SK"]["S"] == "MSG" and it.get("outcome", {}).get("S") == "sent")
    told = {it["carried_by"]["S"] if "carried_by" in it else it["PK"]["S"].partition("#")[2] for it in sent}
    mails = len(list((home / "mails").glob("*.eml")))
    wrong = [f"{mails} mails were sent, and the table knows of {len(told)}"] if mails != len(told) else []
    return Books({"mails": mails}, wrong)
