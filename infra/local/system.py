"""What runs in the runner's own process: the program behind its server, the stream's pump and the schedule.

Import it only when the settings are in the environment and the output is where it shall go, for it imports the program.
"""

import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

import boto3
from botocore.config import Config as BotoConfig
from chalice.config import Config

from app import app
from chalicelib import deps
from chalicelib.operations.program import programs
from chalicelib.workers.mail import every_minute_mail, on_mail_event, on_message
from chalicelib.workers.schedule import every_day, every_minute, every_minute_jobs
from chalicelib.workers.stream import on_table_change
from infra.local import cloud, guests
from infra.local.clock import Clock, run_daily, run_schedule
from infra.local.home import ROOT, Home, RunInfo
from infra.local.mail_service import MailService
from infra.local.prepare import prepare, stream_arn
from infra.local.pump import Stream, run_pump
from infra.local.serve import serving

NIGHT = timedelta(hours=2, minutes=17)
"""When the daily schedule runs, after midnight (UTC), as `workers/schedule.py` says."""


class System:
    """The program on a local cloud that is already there."""

    def __init__(self, home: Home, cloud_url: str) -> None:
        self._home = home
        self._cloud_url = cloud_url
        self._clock = Clock(home / "clock")
        self._mails = home / "mails"

    @contextmanager
    def running(self, host: str, port: int, tick: float, stop: threading.Event) -> Iterator[list[threading.Thread]]:
        """Run until the block is left; yields the threads, which end only by `stop` or by a bug."""
        deps.use_clock(self._clock.now)
        prepare(self._home)
        wire = BotoConfig(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 1})
        streams, arn = boto3.client("dynamodbstreams", config=wire), stream_arn()
        settings = json.loads((ROOT / ".chalice/config.json").read_text())
        self._mails.mkdir(exist_ok=True)
        service = MailService(self._clock.now, lambda mail_id, raw: (self._mails / f"{mail_id}.eml").write_bytes(raw))
        deps.watch_mails(service.watched)
        with ExitStack() as stack:
            yield [
                stack.enter_context(_thread("pump", stop, run_pump, Stream(streams, arn), on_table_change)),
                stack.enter_context(_thread("mail pump", stop, run_pump, Stream(streams, arn), on_message)),
                stack.enter_context(_thread("schedule", stop, run_schedule, self._clock, every_minute, tick)),
                stack.enter_context(_thread("job schedule", stop, run_schedule, self._clock, every_minute_jobs, tick)),
                stack.enter_context(_thread("daily schedule", stop, run_daily, self._clock, every_day, NIGHT)),
                stack.enter_context(_thread("mail schedule", stop, run_schedule, self._clock, every_minute_mail, tick)),
                stack.enter_context(_thread("mail events", stop, service.run, on_mail_event)),
                stack.enter_context(serving(app, Config("dev", config_from_disk=settings), host, port)),
            ]

    def links(self) -> dict[str, str]:
        """What opens the console and an ambassador's pages, once."""
        return {"console": guests.console_link(), "ambassador": guests.ambassador_link()}

    def info(self) -> RunInfo:
        """What the users of this instance must know, when it answers."""
        api = deps.settings().public_url
        with cloud.fetch(f"{api}/healthz", timeout=30):
            pass
        secrets = self._home.secrets
        return RunInfo(
            api=api,
            admin_key=secrets["admin_key"],
            checkout_key=secrets["checkout_key"],
            enrol_key=secrets["enrol_key"],
            currency=programs.current(deps.table()).currency,
            mailbox=f"{self._cloud_url}/_ministack/ses/messages",
            clock_file=str((self._home / "clock").resolve()),
            cloud=self._cloud_url,
            pid=os.getpid(),
        )


@contextmanager
def _thread(name: str, stop: threading.Event, work: Callable[..., None], *arguments: Any) -> Iterator[threading.Thread]:
    thread = threading.Thread(target=work, args=(*arguments, stop), name=name, daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join(timeout=15)
