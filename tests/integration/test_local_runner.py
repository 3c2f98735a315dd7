"""The local runner as the person at the terminal sees it: processes, signals, ports and files, all of them real."""

import http.client
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.stub import Stubber

from infra import manage
from infra.local import cloud, forget, pump, settings
from infra.local.clock import PAUSE_SECONDS, POLL_SECONDS, Clock, run_daily, run_schedule
from infra.local.home import ROOT, Home, RunInfo
from infra.local.serve import BODY_BYTES_MAX
from infra.local.table import create_table, properties
from infra.local.with_instance import instance, wait_until_ready

MAYA = {"email": "maya@example.com", "first_name": "Maya"}


class Runner:
    """One start of the runner, in a session of its own as a terminal would give it."""

    def __init__(self, home: Path, port: int = 0, cloud_port: int = 0) -> None:
        self.home = Home(home)
        self._output = home.parent / f"{home.name}.out"
        command = [sys.executable, "-m", "infra.local.run", "--home", str(home)]
        with self._output.open("w") as output:
            self.process = subprocess.Popen(
                [*command, "--port", str(port), "--cloud-port", str(cloud_port)],
                cwd=ROOT,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def ready(self) -> RunInfo:
        """Wait until it answers."""
        return wait_until_ready(self.process, self.home)

    def exit_code(self) -> int:
        """Wait until it has ended."""
        return self.process.wait(30)

    @property
    def said(self) -> str:
        """What the person at the terminal has read so far."""
        return self._output.read_text()

    def children(self) -> list[int]:
        """The processes it has started."""
        listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
        pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
        return [pid for pid, parent in pairs if parent == self.process.pid]


@contextmanager
def started(home: Path, **ports: int) -> Iterator[Runner]:
    """Start the runner; whatever a test does, none is left behind."""
    runner = Runner(home, **ports)
    try:
        yield runner
    finally:
        if runner.process.poll() is None:
            runner.process.terminate()
            runner.exit_code()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunInfo]:
    """One instance for the tests that only talk to it."""
    with instance(tmp_path_factory.mktemp("instance") / "home") as info:
        yield info


def call(url: str, body: Any = None, key: str | None = None) -> tuple[int, Any]:
    """Send JSON with an API key; return the status and the answer's JSON."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers)
    try:
        with cloud.fetch(request, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as answer:
        return answer.code, json.load(answer)


def raw(info: RunInfo, method: str, path: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    """Send exactly these headers; return the answer and its body."""
    connection = http.client.HTTPConnection(urlsplit(info.api).netloc, timeout=30)
    connection.putrequest(method, path)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def is_free(url: str) -> bool:
    """Whether nothing listens there any more."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", urlsplit(url).port or 0)) != 0


def is_alive(pid: int) -> bool:
    """Whether the process is still running; one that only waits to be collected is not."""
    listed = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(listed.strip()) and not listed.startswith("Z")


# --- start ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("taken", "advice"), [("port", "PORT=8001"), ("cloud_port", "CLOUD_PORT=4567")])
def test_a_taken_port_is_named_with_the_way_out(tmp_path: Path, taken: str, advice: str) -> None:
    """Who finds a port taken is told which one, and the very command that helps."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        runner = Runner(tmp_path / "home", **{taken: port})
        assert runner.exit_code() == 1
    assert f"Port {port} is taken" in runner.said
    assert f"{advice} make run" in runner.said
    assert "Traceback" not in runner.said


def test_from_start_to_stop(tmp_path: Path) -> None:
    """run.json appears when everything answers; SIGTERM ends it with 0, free ports and no process left."""
    with started(tmp_path / "home") as runner:
        info = runner.ready()
        assert call(f"{info.api}/healthz") == (200, {"ok": True})
        assert info.admin_key in runner.said
        assert stat.S_IMODE((runner.home / "run.json").stat().st_mode) == 0o600
        assert stat.S_IMODE((runner.home / "secrets.json").stat().st_mode) == 0o600
        children = runner.children()
        assert children

        second = Runner(tmp_path / "home")
        assert second.exit_code() == 1
        assert f"already running from {tmp_path / 'home'} at {info.api}" in second.said
        assert forget.main([str(tmp_path / "home")]) == 1

        runner.process.terminate()
        assert runner.exit_code() == 0
    assert "Traceback" not in runner.said
    assert is_free(info.api)
    assert is_free(info.cloud)
    assert not any(is_alive(child) for child in children)
    assert not (runner.home / "run.json").exists()
    assert not (runner.home / "tmp").exists()
    assert forget.main([str(tmp_path / "home")]) == 0
    assert not (tmp_path / "home").exists()


def test_ctrl_c_keeps_the_data_even_when_pressed_again(tmp_path: Path) -> None:
    """After an impatient Ctrl-C the next start knows everyone, the same keys, and the same time."""
    with started(tmp_path / "home") as runner:
        before = runner.ready()
        status, maya = call(f"{before.api}/v1/ambassadors", MAYA, before.enrol_key)
        assert status == 201
        Path(before.clock_file).write_text("86400")
        deadline = time.monotonic() + 30
        while runner.process.poll() is None and time.monotonic() < deadline:
            os.killpg(runner.process.pid, signal.SIGINT)
            time.sleep(0.005)
        assert runner.exit_code() == 0
        assert "Traceback" not in runner.said
    begin = time.monotonic()
    with started(tmp_path / "home") as runner:
        after = runner.ready()
        assert time.monotonic() - begin < 10
        assert after.admin_key == before.admin_key
        assert Path(after.clock_file).read_text() == "86400"
        status, same = call(f"{after.api}/v1/ambassadors", MAYA, after.enrol_key)
        assert (status, same["id"], same["code"]) == (200, maya["id"], maya["code"])


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_a_killed_runner_leaves_no_cloud_and_no_loss(tmp_path: Path) -> None:
    """The cloud goes with a runner that was killed, saves its data first, and the next start waits for that."""
    with started(tmp_path / "home") as runner:
        info = runner.ready()
        assert call(f"{info.api}/v1/ambassadors", MAYA, info.enrol_key)[0] == 201
        runner.process.kill()
        runner.exit_code()
    ports = {"port": urlsplit(info.api).port or 0, "cloud_port": urlsplit(info.cloud).port or 0}
    with started(tmp_path / "home", **ports) as runner:
        info = runner.ready()
        assert call(f"{info.api}/v1/ambassadors", MAYA, info.enrol_key)[0] == 200


def test_when_the_cloud_dies_the_runner_says_so(tmp_path: Path) -> None:
    """A runner without its cloud is of no use: it names the reason and stops with 1."""
    with started(tmp_path / "home") as runner:
        info = runner.ready()
        for child in runner.children():
            os.kill(child, signal.SIGKILL)
        assert runner.exit_code() == 1
    assert "The local cloud has stopped by itself" in runner.said
    assert is_free(info.api)


# --- a first start that was interrupted -------------------------------------------------------------------------------


@pytest.mark.long
def test_keys_that_the_table_does_not_know_are_made_again(tmp_path: Path) -> None:
    """Secrets without a table, as after a power cut: the next start makes the table, the program and working keys."""
    home = Home(tmp_path / "home")
    home.path.mkdir()
    home.keep("pepper", "kept-from-before")
    home.keep("admin_key", "rk_of_lost_data")
    with started(home.path) as runner:
        info = runner.ready()
        assert info.admin_key != "rk_of_lost_data"
        assert home.secrets["pepper"] == "kept-from-before"
        assert call(f"{info.api}/v1/ambassadors", MAYA, info.enrol_key)[0] == 201


@pytest.mark.long
def test_a_bare_table_gets_the_rest(tmp_path: Path) -> None:
    """A table without a program and keys, as after a Ctrl-C at the wrong moment, is completed.

    The engine's clock, which an instance may be months behind, takes nothing out of it, and nobody's session.
    """
    home = Home(tmp_path / "home")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with home.locked() as lock, cloud.running(home, port, lock, threading.Event()):
        client = client_of("dynamodb", f"http://127.0.0.1:{port}")
        create_table(client, settings.TABLE)
        expiry = properties()["TimeToLiveSpecification"]
        client.update_time_to_live(TableName=settings.TABLE, TimeToLiveSpecification=expiry)
        create_table(client, settings.TABLE)
        told = client.describe_time_to_live(TableName=settings.TABLE)["TimeToLiveDescription"]
        described = client.describe_table(TableName=settings.TABLE)["Table"]
    assert {index["IndexName"] for index in described["GlobalSecondaryIndexes"]} == {"due", "list", "day"}
    assert described["KeySchema"] == properties()["KeySchema"]
    assert told["TimeToLiveStatus"] == "DISABLED"
    with started(home.path) as runner:
        info = runner.ready()
        assert info.currency == "EUR"
        assert call(f"{info.api}/v1/ambassadors", MAYA, info.enrol_key)[0] == 201


# --- the server -------------------------------------------------------------------------------------------------------


def test_an_unknown_path_is_not_found(running: RunInfo) -> None:
    """Where Chalice's server says 403 and echoes a header, clients get the problem that the deployed gateway gives."""
    answer, body = raw(running, "GET", "/v1/nothing-here", Authorization="Bearer rk_private")
    problem = json.loads(body)
    assert answer.status == problem["status"] == 404
    assert answer.getheader("Content-Type") == "application/problem+json"
    assert problem["reason"] == "not_found"
    assert problem["request_id"] == answer.getheader("X-Request-Id")
    assert b"rk_private" not in body


@pytest.mark.parametrize("length", ["abc", "-1", "+5", "1.5", "1 2"])
def test_a_malformed_length_is_refused(running: RunInfo, length: str) -> None:
    """A Content-Length that is no number is the client's mistake, not a broken connection."""
    answer, body = raw(running, "POST", "/v1/ambassadors", Content_Length=length)
    assert answer.status == json.loads(body)["status"] == 400
    assert answer.getheader("Content-Type") == "application/problem+json"


@pytest.mark.parametrize("size", [BODY_BYTES_MAX + 1, 10**9, 10**30])
def test_a_body_that_is_too_large_is_refused_unread(running: RunInfo, size: int) -> None:
    """As the deployed gateway does, by its length alone: nobody fills the memory of this process."""
    answer, body = raw(running, "POST", "/v1/quotes", Content_Length=str(size), Content_Type="application/json")
    assert (answer.status, json.loads(body)["reason"]) == (413, "body_too_large")


def test_an_instance_is_its_owners_alone(running: RunInfo) -> None:
    """Its folder and its secrets are open to nobody else on this machine."""
    home = Path(running.clock_file).parent
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "secrets.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((home / "run.json").stat().st_mode) == 0o600


def test_path_parameters_arrive_decoded(running: RunInfo) -> None:
    """A code is found however its letters are written in the URL."""
    _, maya = call(f"{running.api}/v1/ambassadors", MAYA, running.enrol_key)
    escaped = "".join(f"%{ord(letter):02X}" for letter in maya["code"])
    assert call(f"{running.api}/v1/codes/{escaped}") == call(f"{running.api}/v1/codes/{maya['code']}")
    assert call(f"{running.api}/v1/codes/{escaped}")[0] == 200


def test_head_has_no_body(running: RunInfo) -> None:
    """An answer to HEAD ends after its headers, or the next answer on the connection would be misread.

    It tells how long the answer to GET is.
    """
    connection = http.client.HTTPConnection(urlsplit(running.api).netloc, timeout=30)
    connection.request("HEAD", "/healthz")
    head = connection.getresponse()
    assert head.read() == b""
    connection.request("GET", "/healthz")
    get = connection.getresponse()
    assert get.read() == b'{"ok":true}\n'
    assert head.headers["Content-Length"] == get.headers["Content-Length"]
    connection.close()


def test_a_head_of_nothing_has_no_body(running: RunInfo) -> None:
    """What the gateway answers by itself ends after its headers, too."""
    with socket.create_connection((urlsplit(running.api).hostname or "", urlsplit(running.api).port or 0), 30) as line:
        line.sendall(b"HEAD /nothing HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
        told = b"".join(iter(lambda: line.recv(65536), b""))
    assert told.startswith(b"HTTP/1.1 404 ")
    assert told.endswith(b"\r\n\r\n")


def test_pages_may_read(running: RunInfo) -> None:
    """A preflight, the answer, and what the gateway answers by itself: as where it is deployed."""
    connection = http.client.HTTPConnection(urlsplit(running.api).netloc, timeout=30)
    page = {"Origin": "https://somewhere.example"}
    for method, path, headers, status in (
        ("OPTIONS", "/v1/codes/CODE", {**page, "Access-Control-Request-Method": "GET"}, 204),
        ("GET", "/v1/codes/CODE", page, 200),
        ("GET", "/nothing/here", page, 404),
    ):
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (status, "*")
    connection.request("OPTIONS", "/v1/quotes", headers={**page, "Access-Control-Request-Method": "POST"})
    keyed = connection.getresponse()
    assert (keyed.status, keyed.headers["Access-Control-Allow-Origin"]) == (405, None)
    connection.close()


# --- the clock and the stream -----------------------------------------------------------------------------------------


def test_the_clock_follows_its_file(tmp_path: Path) -> None:
    """The program's time moves as soon as the file is written; a file half written or gone changes nothing."""
    file = tmp_path / "clock"
    clock = Clock(file)
    assert file.read_text() == "0\n"
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=1)
    file.write_text("86400")
    assert clock.ahead() == timedelta(days=1)
    for torn in ("", "86 400", "x", "nan", "1e300"):
        file.write_text(torn)
        assert clock.ahead() == timedelta(days=1)
    file.unlink()
    assert clock.ahead() == timedelta(days=1)
    file.write_text("-60\n")
    assert clock.ahead() == timedelta(minutes=-1)


def test_a_moved_clock_does_not_wait_for_the_next_run(tmp_path: Path) -> None:
    """Whoever moves it a month on sees at once what that brings, however long the schedule would have slept."""
    clock, runs, stop = Clock(tmp_path / "clock"), list[str](), threading.Event()

    def work(event: Any, _: Any) -> None:
        runs.append(event["time"])
        if len(runs) == 2:
            stop.set()
        (tmp_path / "clock").write_text(f"{31 * 86_400}\n")

    thread = threading.Thread(target=run_schedule, args=(clock, work, 3600.0, stop), daemon=True)
    thread.start()
    thread.join(10)
    assert stop.is_set()
    first, second = map(datetime.fromisoformat, runs)
    assert timedelta(days=31) <= second - first < timedelta(days=31, minutes=1)


def test_the_run_of_a_day_comes_once_the_clock_has_passed_it(tmp_path: Path) -> None:
    """Moved over many days it comes once, and not again while the day lasts, nor when the clock goes back."""
    clock, runs, stop = Clock(tmp_path / "clock"), list[str](), threading.Event()
    thread = threading.Thread(
        target=run_daily, args=(clock, lambda event, _: runs.append(event["time"]), timedelta(), stop), daemon=True
    )
    thread.start()
    for days, number in ((0, 0), (31, 1), (31, 1), (0, 1), (33, 2)):
        (tmp_path / "clock").write_text(f"{days * 86_400}\n")
        time.sleep(PAUSE_SECONDS + 6 * POLL_SECONDS)
        assert len(runs) == number
    stop.set()
    thread.join(10)


def changes(*numbers: int) -> list[dict[str, Any]]:
    """Records of a stream."""
    return [{"dynamodb": {"SequenceNumber": str(number), "Keys": {}}} for number in numbers]


class Worker:
    """A stream function that fails with some changes, a number of times or always."""

    def __init__(self, failures: dict[int, int]) -> None:
        self.seen: list[list[int]] = []
        self._failures = failures

    def __call__(self, event: Any, _context: Any) -> Any:
        """Note what came, and report the failures as Lambda wants them."""
        numbers = [int(record["dynamodb"]["SequenceNumber"]) for record in event["Records"]]
        self.seen.append(numbers)
        failed = [number for number in numbers if self._failures.get(number, 0) > 0]
        for number in failed:
            self._failures[number] -= 1
        return {"batchItemFailures": [{"itemIdentifier": str(number)} for number in failed]}


@pytest.fixture
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the pump try again at once."""
    monkeypatch.setattr(pump, "PAUSE_SECONDS", 0.0)


@pytest.mark.usefixtures("no_pause")
def test_a_failed_change_is_handed_over_again_with_all_after_it() -> None:
    """As Lambda does: from the lowest failed change on, so that the order is kept."""
    worker = Worker({2: 1, 4: 1})
    pump.deliver(changes(1, 2, 3, 4), worker, threading.Event())
    assert worker.seen == [[1, 2, 3, 4], [2, 3, 4]]


@pytest.mark.usefixtures("no_pause")
def test_a_change_that_always_fails_does_not_stop_the_others() -> None:
    """After some tries the pump goes on without it; the schedule finds it by its due time."""
    worker = Worker({2: 1000})
    pump.deliver(changes(1, 2, 3), worker, threading.Event())
    assert worker.seen == [[1, 2, 3], *[[2, 3]] * (pump.TRIES - 1), [3]]


@pytest.mark.usefixtures("no_pause")
def test_a_function_that_raises_has_failed_with_the_whole_batch() -> None:
    """An exception loses nothing: the batch comes again from its first change."""
    tries: list[int] = []

    def worker(event: Any, _context: Any) -> Any:
        tries.append(len(event["Records"]))
        if len(tries) == 1:
            raise RuntimeError("out of order")
        return {"batchItemFailures": []}

    pump.deliver(changes(1, 2), worker, threading.Event())
    assert tries == [2, 2]


def client_of(service: str, url: str) -> Any:
    """A client of boto3 of some cloud on this machine."""
    make: Any = boto3.client
    keys = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
    return make(service, endpoint_url=url, region_name=cloud.REGION, **keys)


def test_the_pump_survives_an_expired_place_in_the_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    """After an error of the stream, such as a machine that has slept, the pump finds a new place and goes on."""
    monkeypatch.setattr(pump, "OUTAGE_SECONDS", 0.0)
    client = client_of("dynamodbstreams", "http://127.0.0.1:1")
    arn = "arn:aws:dynamodb:eu-central-1:000000000000:table/referrals/stream/now"
    shards = {"StreamDescription": {"Shards": [{"ShardId": "shardId-000000000000000000000"}]}}
    record = {"eventName": "INSERT", "dynamodb": {"SequenceNumber": "1" * 21, "Keys": {"PK": {"S": "ORDER#1"}}}}
    stop, seen = threading.Event(), []

    def worker(event: Any, _context: Any) -> None:
        seen.extend(event["Records"])
        stop.set()

    with Stubber(client) as wire:
        for place in ("first", "second"):
            wire.add_response("describe_stream", shards)
            wire.add_response("get_shard_iterator", {"ShardIterator": place})
            if place == "first":
                wire.add_client_error("get_records", "ExpiredIteratorException")
        wire.add_response("get_records", {"Records": [record], "NextShardIterator": "third"})
        pump.run_pump(pump.Stream(client, arn), worker, stop)
        wire.assert_no_pending_responses()
    assert seen == [{**record, "eventSourceARN": arn}]


def test_moving_the_clock_runs_the_schedule(running: RunInfo) -> None:
    """Whoever moves the clock sees the work that has become due done at once, mails and all."""
    _, maya = call(f"{running.api}/v1/ambassadors", MAYA, running.enrol_key)
    order = {
        "order_id": "runner-1",
        "code": maya["code"],
        "customer": {"email": "noor@example.com", "first_name": "Noor"},
        "amount": {"amount": 10_000, "currency": running.currency},
    }
    assert call(f"{running.api}/v1/redemptions", order, running.checkout_key)[0] == 201
    wait_for(lambda: position(running) == "held")
    Path(running.clock_file).write_text(str(31 * 86_400))
    wait_for(lambda: position(running) == "available")
    wait_for(lambda: addressees(running) >= {"maya@example.com", "noor@example.com"})


def position(info: RunInfo) -> str | None:
    """Where the order of the test stands."""
    _, order = call(f"{info.api}/v1/redemptions/runner-1", key=info.admin_key)
    return (order.get("position") or {}).get("state")


def addressees(info: RunInfo) -> set[str]:
    """Who has got mail."""
    accounts = call(info.mailbox)[1]["messages"].values()
    return {address for mails in accounts for mail in mails for address in mail["To"]}


def wait_for(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until it holds; fail when it takes too long."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not come about in time"
        time.sleep(0.05)


def test_the_operators_commands_keep_the_instances_time(running: RunInfo) -> None:
    """What `make program` publishes while the clock is ahead stands in the list of versions at that time."""
    clock = Path(running.clock_file)
    clock.write_text(str(400 * 86400))
    try:
        arguments = ["--home", str(clock.parent), "program", str(ROOT / "examples/flat.json"), "--author", "test"]
        assert manage.main(arguments) == 0
        _, versions = call(f"{running.api}/v1/program/versions", key=running.admin_key)
        published = datetime.fromisoformat(versions["items"][0]["created_at"])
        assert published - datetime.now(UTC) > timedelta(days=399)
    finally:
        clock.write_text("0")


# --- make -------------------------------------------------------------------------------------------------------------


def test_make_names_everything_once() -> None:
    """A target that the Makefile makes twice is warned of at each command, and one of the two is never made."""
    done = subprocess.run(["make", "-n", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("target", "word", "option"),
    [
        ("deploy", "YES", "--yes"),
        ("deploy", "ALLOW_LOSS", "--allow-loss"),
        ("destroy", "YES", "--yes"),
        ("destroy", "ALLOW_LOSS", "--allow-loss"),
        ("rotate", "DROP_FORMER", "--drop-former"),
    ],
)
def test_whoever_says_no_to_a_loss_has_not_agreed(target: str, word: str, option: str) -> None:
    """ALLOW_LOSS=0 is a no, and is not passed over in silence either; only 1 is a yes."""

    def printed(*said: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["make", "-n", target, *said], cwd=ROOT, capture_output=True, text=True, check=False)

    assert option in printed(f"{word}=1").stdout
    assert option not in printed().stdout
    for no in ("0", "no", "false"):
        answer = printed(f"{word}={no}")
        assert answer.returncode != 0
        assert f"say {word}=1 or leave it out" in answer.stderr
