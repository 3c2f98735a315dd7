"""What nobody would hear of otherwise: work that waits although everything runs, and an audit that nobody has ended.

It is a function of its own that only reads, so that it tells of the others whatever has become of them; and its silence
is an alarm as well.
"""

from datetime import datetime, timedelta

from chalice.app import Blueprint, CloudWatchEvent, Rate

from chalicelib import deps
from chalicelib.telemetry import logger, metrics

blueprint = Blueprint(__name__)

AUDIT_TAKES = timedelta(hours=28)
"""So long after midnight the audit of a day has ended: it begins at 02:17, and has a day."""


@blueprint.schedule(Rate(5, unit=Rate.MINUTES), name="every_five_minutes")
def every_five_minutes(_: CloudWatchEvent) -> None:
    """Measure how much is due and for how long the oldest of it has been, and look for the audit of yesterday."""
    table, now = deps.table(), deps.now()
    oldest = table.list_late(now, 1)
    age = (now - datetime.fromisoformat(oldest[0])).total_seconds() if oldest else 0.0
    metrics.add_metric(name="DueAge", unit="Seconds", value=age)
    metrics.add_metric(name="Due", unit="Count", value=table.count_due(now))
    try:
        if _audit_is_overdue(now):
            logger.error("the day's audit has not ended")
            metrics.add_metric(name="AuditOverdue", unit="Count", value=1)
    finally:
        metrics.flush_metrics()


def _audit_is_overdue(now: datetime) -> bool:
    """Whether the audit of a day that has had its time is not done. A stage that was not there yet owes none."""
    from chalicelib.operations.audit.audit import daily

    day = (now - AUDIT_TAKES).date()
    job = daily(deps.table(), day)
    if job is not None:
        return job.state != "done"
    first = deps.table().read_program(1)
    return first is not None and first.created_at is not None and first.created_at.date() < day
