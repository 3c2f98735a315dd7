"""The sure way: once a minute everything whose time has come is settled or delivered, whatever became of the stream."""

from itertools import islice

from chalice.app import Blueprint, CloudWatchEvent, Rate

from chalicelib import deps
from chalicelib.workers.due import settle_and_deliver

blueprint = Blueprint(__name__)

BATCH = 200


@blueprint.schedule(Rate(1, unit=Rate.MINUTES), name="every_minute")
def every_minute(_: CloudWatchEvent) -> None:
    """Work through what is due, batch after batch."""
    due = (key.pk for key in deps.table().list_due(deps.now()))
    while batch := list(islice(due, BATCH)):
        settle_and_deliver(batch)
