"""The sure way: once a minute everything whose time has come is settled or delivered, whatever became of the stream."""

from itertools import islice

from chalice.app import Blueprint, CloudWatchEvent, Rate

from chalicelib import deps
from chalicelib.workers.due import settle_and_deliver
from chalicelib.workers.jobs import carry_on

blueprint = Blueprint(__name__)

BATCH = 200
JOB_SECONDS = 40.0
"""How long jobs are carried on: what is left goes on a minute later."""


@blueprint.schedule(Rate(1, unit=Rate.MINUTES), name="every_minute")
def every_minute(_: CloudWatchEvent) -> None:
    """Work through what is due, batch after batch; long work comes last."""
    due = (key.pk for key in deps.table().list_due(deps.now()))
    jobs: list[str] = []
    while batch := list(islice(due, BATCH)):
        settle_and_deliver(batch)
        jobs += (pk for pk in batch if pk.startswith("JOB#"))
    carry_on(jobs, JOB_SECONDS)
