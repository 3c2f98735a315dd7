"""The program's clock on a local instance, and what happens by the clock.

A file holds the seconds by which the program is ahead of the real time. Writing a month into it is how a demonstration
or a test gets to the end of a hold.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from chalice.local import LambdaContext

from infra.local.cloud import REGION

POLL_SECONDS = 0.05
PAUSE_SECONDS = 1.0

log = logging.getLogger("infra.local")


class Clock:
    """Real UTC plus what the file says, read at each look: whoever has written it finds the new time at once."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._ahead = timedelta()
        if not file.exists():
            file.write_text("0\n")

    def now(self) -> datetime:
        """The program's time."""
        return datetime.now(UTC) + self.ahead()

    def ahead(self) -> timedelta:
        """How far the program is ahead. What cannot be read, such as a file half written, changes nothing."""
        try:
            ahead = timedelta(seconds=float(self._file.read_text()))
            datetime.now(UTC) + ahead
        except (ValueError, OverflowError, FileNotFoundError):
            return self._ahead
        self._ahead = ahead
        return ahead


def run_schedule(clock: Clock, work: Callable[[Any, Any], Any], every: float, stop: threading.Event) -> None:
    """Call a schedule's function each `every` seconds, and at once when the clock was moved."""
    seen, due = clock.ahead(), 0.0
    while not stop.wait(POLL_SECONDS):
        ahead = clock.ahead()
        if ahead == seen and time.monotonic() < due:
            continue
        try:
            work(scheduled(clock.now()), LambdaContext("schedule", 256, 60_000))
        except Exception:  # as EventBridge does: a failed run is noted, the next one comes all the same
            log.exception("The schedule's run failed; the next one comes in %s s.", every)
        seen, due = ahead, time.monotonic() + every


def run_daily(clock: Clock, work: Callable[[Any, Any], Any], at: timedelta, stop: threading.Event) -> None:
    """Call a schedule's function each day, so long after midnight (UTC); once if the clock was moved over several.

    While somebody moves it day by day, as a demonstration does, it waits until they have paused.
    """
    seen, ahead, still = (clock.now() - at).date(), clock.ahead(), 0.0
    while not stop.wait(POLL_SECONDS):
        if clock.ahead() != ahead:
            ahead, still = clock.ahead(), time.monotonic() + PAUSE_SECONDS
        day = (clock.now() - at).date()
        if day <= seen or time.monotonic() < still:
            seen = min(seen, day)
            continue
        try:
            work(scheduled(clock.now()), LambdaContext("schedule", 256, 60_000))
        except Exception:  # as above
            log.exception("The day's run failed; the next one comes tomorrow.")
        seen = day


def scheduled(at: datetime) -> dict[str, Any]:
    """The event of a schedule's run, as EventBridge sends it."""
    return {
        "version": "0",
        "id": "local",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "000000000000",
        "time": at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "region": REGION,
        "resources": [],
        "detail": {},
    }
