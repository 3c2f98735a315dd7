"""The sure way: once a minute everything whose time has come is settled, whatever became of the stream.

It is done in parts, side by side, each with shards of its own (`infra/resources/functions.json` says how many).
Long work has a function of its own, so that neither waits for the other.

And once a day a part of the books is audited, the next one each day. The API is deployed with the workers and imports
them: so each imports what it works with when it is called.
"""

from chalice.app import Blueprint, CloudWatchEvent, Cron, Rate

from chalicelib import deps
from chalicelib.telemetry import logger, metrics

blueprint = Blueprint(__name__)

SECONDS = 40.0
"""How long one run begins new work: with the last of it, it has ended before the next one, as a rule."""


@blueprint.schedule(Rate(1, unit=Rate.MINUTES), name="every_minute")
def every_minute(event: CloudWatchEvent) -> None:
    """Work through what is due in some shards, batch after batch, as far as a minute goes."""
    from chalicelib.workers.due import attend, due_in

    deadline = deps.table().deadline(SECONDS)
    for batch in due_in(event):
        if deps.table().is_past(deadline):
            break
        attend(batch)


@blueprint.schedule(Rate(1, unit=Rate.MINUTES), name="every_minute_jobs")
def every_minute_jobs(event: CloudWatchEvent) -> None:
    """Carry long work on: what is left goes on a minute later."""
    from chalicelib.workers.due import due_in
    from chalicelib.workers.jobs import carry_on

    found: list[str] = []
    try:
        for batch in due_in(event):
            found += batch
    finally:
        carry_on(found, SECONDS)


@blueprint.schedule(Cron(17, 2, "*", "*", "?", "*"), name="every_day")
def every_day(_: CloudWatchEvent) -> None:
    """Begin the day's audit and figures, and once a week two rounds of all people: what goes, and what they are worth.

    The other functions carry them on. A day without one of them is made up for by the next. And whoever waits for a
    person of the shop for too long is counted.
    """
    from chalicelib.operations import jobs
    from chalicelib.operations.audit import audit
    from chalicelib.operations.people import names, retention
    from chalicelib.operations.stats import fold
    from chalicelib.operations.worth import cohorts

    begun = audit.begin_daily(deps.table(), now=deps.now())
    logger.info("the day's audit", job_id=begun.id if begun else None)
    week = jobs.begin_weekly(deps.table(), retention.KIND, now=deps.now())
    if week is not None:
        logger.info("the week's round", job_id=week.id)
    listed = names.begin(deps.table(), now=deps.now())
    if listed is not None:
        logger.info("the list of names", job_id=listed.id)
    figures = fold.begin_daily(deps.table(), deps.quotes(), now=deps.now())
    logger.info("the day's figures", job_id=figures.id if figures else None)
    summed = jobs.begin_weekly(deps.table(), cohorts.KIND, now=deps.now())
    if summed is not None:
        logger.info("the week's sums of worth", job_id=summed.id)
    late = deps.table().count_tasks("care", deps.now())
    if late:
        logger.warning("people wait for an answer", tasks=late)
        metrics.add_metric(name="CareOverdue", unit="Count", value=late)
        metrics.flush_metrics()
