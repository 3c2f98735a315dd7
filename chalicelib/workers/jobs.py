"""Long work: each kind of job with the operation that carries it on."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from chalicelib import deps
from chalicelib.domain.model.work import Job
from chalicelib.operations import jobs
from chalicelib.operations.audit import audit
from chalicelib.operations.care import round as care
from chalicelib.operations.jobs import JobStep, Slice
from chalicelib.operations.people import names, retention
from chalicelib.operations.stats import fold
from chalicelib.operations.whatif import preview
from chalicelib.operations.worth import cohorts
from chalicelib.store.table import NewerError, Table
from chalicelib.telemetry import logger, metrics, report_newer


def _audit(table: Table, job: Job, deadline: float, *, now: datetime) -> Job:
    """Carry an audit on, and report what it finds before that is stored: rather twice than never."""
    after = audit.step(table, job, deadline, now=now)
    before, report = audit.found_in(job), audit.found_in(after)
    for finding in report.findings[len(before.findings) :]:
        logger.error("the books differ", job_id=job.id, kind=finding.kind, where=finding.where)
    newer = report.newer - before.newer
    found = report.differences - before.differences - newer
    if found:
        metrics.add_metric(name="AuditDifferences", unit="Count", value=found)
    if newer:
        metrics.add_metric(name="ItemsNewer", unit="Count", value=newer)
    if metrics.metric_set:
        metrics.flush_metrics()
    return after


def _care(table: Table, job: Job, deadline: float, *, now: datetime) -> Job:
    return care.step(table, job, deadline, deps.outlook(keyed=False), now=now)


STEPS: Mapping[str, JobStep] = {
    "audit": _audit,
    "care": _care,
    "names": names.step,
    "preview": preview.step,
    "retention": retention.step,
    "stats": fold.step,
    "worth": cohorts.step,
}
"""What carries on each kind."""


def carry_on(partitions: Iterable[str], seconds: float) -> None:
    """Carry on the jobs among these partitions, for `seconds` in all: each has an equal part of what is left.

    Whatever breaks is reported to the operator, and the job stays due.
    """
    table = deps.table()
    waiting = [pk.removeprefix("JOB#") for pk in dict.fromkeys(partitions) if pk.startswith("JOB#")]
    start = table.deadline(0)
    for number, job_id in enumerate(waiting, 1):
        if not table.is_past(start + seconds):
            _carry_on(job_id, start + seconds * number / len(waiting))
    if metrics.metric_set:
        metrics.flush_metrics()


def _carry_on(job_id: str, deadline: float) -> None:
    try:
        for done in jobs.work(deps.table(), job_id, STEPS, deadline, now=deps.now()):
            _tell(done)
    except NewerError:
        report_newer(job_id)
    except Exception:  # noqa: BLE001 - one broken job must not stop the others; it is reported
        logger.exception("a job could not be carried on", job_id=job_id)
        metrics.add_metric(name="JobsFailed", unit="Count", value=1)


def _tell(done: Slice) -> None:
    """Say in the log how far a job is, and raise the alarm when it breaks."""
    job = done.after
    logger.info("job", job_id=job.id, kind=job.kind, state=job.state, progress=job.progress, total=job.total)
    if job.failure:
        if job.failure.startswith(NewerError.__name__):
            metrics.add_metric(name="ItemsNewer", unit="Count", value=1)
        logger.error("a job broke off", job_id=job.id, kind=job.kind, state=job.state, failure=job.failure)
    if job.state == "failed":
        metrics.add_metric(name="JobsFailed", unit="Count", value=1)
