"""Logs and metrics, and nothing personal in either: no address, name, token or key is ever passed to them.

Both carry the name of the service, which is each stage's own: no alarm counts what happens in another one.
"""

import os
from datetime import UTC, datetime
from logging import INFO, StreamHandler
from typing import Any, cast

import msgspec
from aws_lambda_powertools import Logger, Metrics

SERVICE = os.environ.get("POWERTOOLS_SERVICE_NAME", "referrals")

logger = Logger(service=SERVICE, log_uncaught_exceptions=False, use_rfc3339=True, utc=True)
_handler = cast("StreamHandler[Any]", logger.registered_handler)
metrics = Metrics(namespace="Referrals", service=SERVICE)


def log_request(*, method: str, route: str, status: int, request_id: str) -> None:
    """Write the one line of a request. By way of the logger the same line took a tenth of a redemption's CPU."""
    if logger.log_level > INFO:
        return
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    line: dict[str, str | int] = {"level": "INFO", "message": "request", "timestamp": at, "service": SERVICE}
    line |= {"method": method, "route": route, "status": status, "request_id": request_id}
    trace = os.environ.get("_X_AMZN_TRACE_ID")
    if trace:
        line["xray_trace_id"] = trace.partition(";")[0].removeprefix("Root=")
    _handler.stream.write(f"{msgspec.json.encode(line).decode()}\n")
    _handler.flush()


def report_newer(where: str, error: Exception | None = None) -> None:
    """Raise the alarm: a newer build wrote what this one was to act on, so that it waits.

    Outside of an `except` block it is told the error.
    """
    logger.error("a newer build wrote this", id=where, exc_info=error or True)
    metrics.add_metric(name="ItemsNewer", unit="Count", value=1)
