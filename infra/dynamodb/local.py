"""DynamoDB Local as a child of this process, empty at each start."""

import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3

from chalicelib.aws.credentials import Credentials
from chalicelib.aws.services import DYNAMODB, Call, Service
from chalicelib.store.wire import Wire
from infra.dynamodb import fetch
from infra.dynamodb.alone import is_alone
from infra.local.cloud import REGION, dying_with_parent
from infra.local.run import claim
from infra.local.table import create_table

TABLE = "referrals"
READY_SECONDS = 60.0


@contextmanager
def running() -> Iterator["Local"]:
    """Run a fresh engine with the program's table until the block is left."""
    assert is_alone(), "DynamoDB Local listens on all interfaces: run these tests by `make test-dynamodb`"
    began, port = time.monotonic(), claim("127.0.0.1", 0, "")
    with tempfile.TemporaryDirectory(prefix="dynamodb-local-") as folder:
        log = Path(folder) / "log"
        process = _start(port, log)
        try:
            _wait_until_ready(port, process, log)
            engine = Local(f"http://127.0.0.1:{port}")
            create_table(engine.client(), TABLE)
            fetch.say(f"DynamoDB Local is ready after {time.monotonic() - began:.1f} s.")
            yield engine
        finally:
            process.kill()
            process.wait()


class Local:
    """A running engine."""

    def __init__(self, url: str) -> None:
        self.url = url

    def client(self, service: str = "dynamodb") -> Any:
        """A client of boto3, for what the program itself never does."""
        keys = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
        make: Any = boto3.client
        return make(service, endpoint_url=self.url, region_name=REGION, **keys)

    def wire(self, *, attempts: int = 1, patience: float = 20.0) -> Wire:
        """Its table as the program calls it; each call is tried once, so that every answer is seen."""
        return Wire(self.call(patience), TABLE, attempts=attempts)

    def call(self, patience: float = 20.0) -> Call:
        """What carries out a call to it, in so many seconds at most."""
        who = Credentials("local", "local")
        return Service(DYNAMODB, connect=patience, answer=patience, region=REGION, url=self.url, who=lambda: who).call


def _start(port: int, log: Path) -> subprocess.Popen[bytes]:
    folder = fetch.engine()
    options = ["-inMemory", "-sharedDb", "-disableTelemetry", "-port", str(port)]
    with log.open("wb") as file:
        return subprocess.Popen(
            [fetch.java(), "-Djava.library.path=DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar", *options],
            cwd=folder,
            env={"HOME": str(log.parent)},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            preexec_fn=dying_with_parent(),  # noqa: PLW1509 - one call of C, and started from the main thread
        )


def _wait_until_ready(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + READY_SECONDS
    while not _answers(port):
        told = log.read_text(errors="replace")
        assert process.poll() is None, f"DynamoDB Local did not start (exit {process.returncode}):\n{told}"
        assert time.monotonic() < until, f"DynamoDB Local does not answer after {READY_SECONDS:.0f} s:\n{told}"
        time.sleep(0.1)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
