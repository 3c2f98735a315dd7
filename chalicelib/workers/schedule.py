"""The sure way: once a minute everything whose time has come is settled, whatever became of the stream.

It is done in parts, side by side, each with shards of its own (`infra/resources/functions.json` says how many).
Long work has a function of its own, so that neither waits for the other.

And once a day a part of the books is audited, the next one each day. The API is deployed with the workers and imports
them: so each imports what it works with when it is called.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from chalice.app import Blueprint, CloudWatchEvent, Cron, Rate

from chalicelib import deps
from chalicelib.telemetry import logger, metrics

if TYPE_CHECKING:
    from chalicelib.domain.model.work import Job

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
    person of the shop for too long is counted. What can't be begun keeps none of the others from it.

    Raises:
        Exception: whatever has kept the first of them from it, when the others have had their turn.
    """
    from chalicelib.operations import jobs
    from chalicelib.operations.audit import audit
    from chalicelib.operations.people import names, retention
    from chalicelib.operations.stats import fold
    from chalicelib.operations.worth import cohorts

    table, now, failures = deps.table(), deps.now(), list[Exception]()
    rounds: dict[str, Callable[[], Job | None]] = {
        "the day's audit": lambda: audit.begin_daily(table, now=now),
        "the week's round": lambda: jobs.begin_weekly(table, retention.KIND, now=now),
        "the list of names": lambda: names.begin(table, now=now),
        "the day's figures": lambda: fold.begin_daily(table, deps.quotes(), now=now),
        "the week's sums of worth": lambda: jobs.begin_weekly(table, cohorts.KIND, now=now),
    }
    for name, begin in rounds.items():
        try:
            job = begin()
        except Exception as error:  # noqa: BLE001 - one that is broken must not stop the others; it is raised below
            failures.append(error)
            logger.exception("a round could not be begun", round=name)
        else:
            logger.info(name, job_id=job.id if job else None)
    late = table.count_tasks("care", now)
    if late:
        logger.warning("people wait for an answer", tasks=late)
        metrics.add_metric(name="CareOverdue", unit="Count", value=late)
        metrics.flush_metrics()
    if failures:
        raise failures[0]
