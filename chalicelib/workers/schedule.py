"""The sure way: once a minute everything whose time has come is settled, whatever became of the stream.

And once a day a part of the books is audited, the next one each day. The API is deployed with the workers and imports
them: so each imports what it works with when it is called.
"""

from itertools import islice

from chalice.app import Blueprint, CloudWatchEvent, Cron, Rate

from chalicelib import deps
from chalicelib.telemetry import logger, metrics

blueprint = Blueprint(__name__)

BATCH = 200
JOB_SECONDS = 40.0
"""How long jobs are carried on: what is left goes on a minute later."""


@blueprint.schedule(Rate(1, unit=Rate.MINUTES), name="every_minute")
def every_minute(_: CloudWatchEvent) -> None:
    """Work through what is due, batch after batch; long work comes last."""
    from chalicelib.workers.due import attend
    from chalicelib.workers.jobs import carry_on

    due = (key.pk for key in deps.table().list_due(deps.now()))
    jobs: list[str] = []
    while batch := list(islice(due, BATCH)):
        attend(batch)
        jobs += (pk for pk in batch if pk.startswith("JOB#"))
    carry_on(jobs, JOB_SECONDS)


@blueprint.schedule(Cron(17, 2, "*", "*", "?", "*"), name="every_day")
def every_day(_: CloudWatchEvent) -> None:
    """Begin the day's audit and figures, and once a week two rounds of all people: what goes, and what they are worth.

    The other functions carry them on. A day without one of them is made up for by the next. And whoever waits for a
    person of the shop for too long is counted.
    """
    from chalicelib.operations.audit import audit
    from chalicelib.operations.people import names, retention
    from chalicelib.operations.stats import fold
    from chalicelib.operations.worth import cohorts

    begun = audit.begin_daily(deps.table(), now=deps.now())
    logger.info("the day's audit", job_id=begun.id if begun else None)
    week = retention.begin_weekly(deps.table(), now=deps.now())
    if week is not None:
        logger.info("the week's round", job_id=week.id)
    listed = names.begin(deps.table(), now=deps.now())
    if listed is not None:
        logger.info("the list of names", job_id=listed.id)
    figures = fold.begin_daily(deps.table(), deps.quotes(), now=deps.now())
    logger.info("the day's figures", job_id=figures.id if figures else None)
    summed = cohorts.begin_weekly(deps.table(), now=deps.now())
    if summed is not None:
        logger.info("the week's sums of worth", job_id=summed.id)
    late = deps.table().count_tasks("care", deps.now())
    if late:
        logger.warning("people wait for an answer", tasks=late)
        metrics.add_metric(name="CareOverdue", unit="Count", value=late)
        metrics.flush_metrics()
