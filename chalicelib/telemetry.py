"""Logs and metrics, and nothing personal in either: no address, name, token or key is ever passed to them.

Both carry the name of the service, which is each stage's own: no alarm counts what happens in another one.
"""

import os

from aws_lambda_powertools import Logger, Metrics

SERVICE = os.environ.get("POWERTOOLS_SERVICE_NAME", "referrals")

logger = Logger(service=SERVICE, log_uncaught_exceptions=False)
metrics = Metrics(namespace="Referrals", service=SERVICE)


def report_newer(where: str, error: Exception | None = None) -> None:
    """Raise the alarm: a newer build wrote what this one was to act on, so that it waits.

    Outside of an `except` block it is told the error.
    """
    logger.error("a newer build wrote this", id=where, exc_info=error or True)
    metrics.add_metric(name="ItemsNewer", unit="Count", value=1)
