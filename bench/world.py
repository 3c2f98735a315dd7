"""The program in this process, on a local cloud in another one whose time is not counted."""

import json
import logging
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

from chalice.app import Chalice
from chalice.local import LambdaContext, LocalChalice

import app
from bench.event import Event, post, redemption
from chalicelib import deps
from chalicelib.workers.mail import every_minute_mail, on_message
from chalicelib.workers.schedule import every_minute
from chalicelib.workers.stream import on_table_change
from infra.local import cloud
from infra.local.clock import scheduled
from infra.local.home import Home
from infra.local.prepare import prepare
from infra.local.run import claim
from infra.local.settings import use_local_cloud

CREATED = 201
FIRST_ORDER = 5123456000001

Handler = Callable[[Event, Any], Any]


class World:
    """Whoever calls the program's functions as Lambda does. `ahead` moves the program's clock."""

    def __init__(self, secrets: dict[str, str]) -> None:
        self.secrets = secrets
        self.ahead = timedelta()
        self._numbers = count(FIRST_ORDER)
        deps.use_clock(lambda: datetime.now(UTC) + self.ahead)

    def order_id(self) -> str:
        """An order's id that was never used before, as long as those of shops."""
        return str(next(self._numbers))

    def call(self, event: Event) -> dict[str, Any]:
        """Call the function behind the API."""
        return call(app.app, event)

    def enrol(self, email: str) -> str:
        """Make somebody an ambassador; return the code."""
        body = {"email": email, "first_name": "Maya"}
        answer = self.call(post("/v1/ambassadors", body, self.secrets["enrol_key"]))
        code: str = json.loads(answer["body"])["code"]
        return code

    def redemption(self, code: str, order_id: str) -> Event:
        """The event of a redemption, by a friend of that order's own."""
        return redemption(code, order_id, self.secrets["checkout_key"])

    def redeem(self, event: Event) -> None:
        """Redeem, and see that it was taken."""
        answer = self.call(event)
        assert answer["statusCode"] == CREATED, answer["body"]

    def change(self, *pks: str) -> None:
        """Call the function behind the table's stream that is for these new items: there is one for mails."""
        records = [{"eventName": "INSERT", "dynamodb": {"Keys": {"PK": {"S": pk}}}} for pk in pks]
        work = on_message if pks[0].startswith("MSG#") else on_table_change
        cast("Handler", work)({"Records": records}, LambdaContext("on_table_change", 1024, 60_000))

    def settle(self) -> None:
        """Call the schedule's function for whatever is due, but mails."""
        self._call(every_minute)

    def deliver(self) -> None:
        """Call the schedule's function for mails."""
        self._call(every_minute_mail)

    def _call(self, function: Any) -> None:
        work, context = cast("Handler", function), LambdaContext("every_minute", 1024, 300_000)
        work(scheduled(datetime.now(UTC) + self.ahead), context)


@contextmanager
def local_cloud() -> Iterator[World]:
    """Run a fresh local cloud with the program's table, rules and keys until the block is left."""
    logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)  # 64 threads share a pool of 32 connections
    with (
        tempfile.TemporaryDirectory(prefix="referrals-bench-") as folder,
        patch.dict(os.environ),
        Home(Path(folder)).locked() as lock,
    ):
        home, port = Home(Path(folder)), claim("127.0.0.1", 0, "")
        with cloud.running(home, port, lock, threading.Event()):
            use_local_cloud(home, "https://friends.shop.example", f"http://127.0.0.1:{port}")
            os.environ["CLIENT_RATE"] = "1000000"  # all that is measured comes from one address
            deps.forget()
            prepare(home)
            use_threads(app.app)
            yield World(home.secrets)
    deps.forget()


def call(handler: Any, event: Event) -> dict[str, Any]:
    """Call a Chalice app as Lambda does behind API Gateway."""
    answer: dict[str, Any] = handler(event, LambdaContext("api_handler", 1024, 29_000))
    return answer


def use_threads(handler: Chalice) -> None:
    """Let an app answer in many threads, as `chalice local` does: it keeps the current request on itself."""
    handler.__class__ = type("ThreadedApp", (LocalChalice, type(handler)), {})


def at_once(work: Callable[[Any], None], inputs: list[Any], threads: int) -> None:
    """Do `work` on all inputs, in so many threads that begin together."""
    ready, failed = threading.Barrier(threads), list[BaseException]()

    def run(mine: list[Any]) -> None:
        ready.wait()
        try:
            for one in mine:
                work(one)
        except BaseException as error:  # noqa: BLE001 - told to the caller below
            failed.append(error)

    running = [threading.Thread(target=run, args=(inputs[start::threads],)) for start in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    if failed:
        raise failed[0]
