"""The local cloud: MiniStack, as a child process with a virtual environment of its own.

It saves its data only when it is asked to stop. So it lives in a session of its own, where a Ctrl-C in the terminal
does not hit it before the runner has closed the shop.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local.home import ROOT, SAVING_SECONDS, Home, RunnerError

REGION = "eu-central-1"
READY_SECONDS = 60.0
PR_SET_PDEATHSIG = 1

fetch = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


@contextmanager
def running(home: Home, port: int, lock: int, stop: threading.Event) -> Iterator[subprocess.Popen[bytes]]:
    """Run the cloud until the block is left; its data are saved then.

    Raises:
        RunnerError: it is not installed, or does not answer in time.
    """
    process = _start(home, port, lock)
    try:
        _wait_until_ready(process, home, port, stop)
        yield process
    finally:
        _end(process)
        shutil.rmtree(home / "tmp", ignore_errors=True)


def last_words(home: Home) -> str:
    """The end of the cloud's log, for a message about its end."""
    lines = (home / "cloud.log").read_text(errors="replace").splitlines()[-15:]
    return "\n".join(["", f"The end of {home / 'cloud.log'}:", *(f"  {line}" for line in lines or ["(it is empty)"])])


def answers(url: str) -> bool:
    """Whether something good comes from `url`."""
    try:
        with fetch(url, timeout=2):
            return True
    except OSError:
        return False


def dying_with_parent() -> Callable[[], None] | None:
    """What a child does first, so that it is asked to stop when its parent was killed. Linux only."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _start(home: Home, port: int, lock: int) -> subprocess.Popen[bytes]:
    program = Path(os.environ.get("CLOUD_BIN") or ROOT / ".venv/cloud/bin/ministack")
    if not program.exists():
        raise RunnerError(f"The local cloud is not installed: {program} is missing. `make run` installs it.")
    shutil.rmtree(home / "tmp", ignore_errors=True)
    (home / "tmp").mkdir()
    with (home / "cloud.log").open("wb") as log:
        return subprocess.Popen(
            [program],
            env=_environment(home, port),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=(lock,),
            preexec_fn=dying_with_parent(),  # noqa: PLW1509 - one call of C, and started from the main thread
        )


def _environment(home: Home, port: int) -> dict[str, str]:
    """Nothing of the user's own cloud or Docker comes near it, and it leaves nothing outside its home."""
    return {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH") if name in os.environ},
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "PERSIST_STATE": "1",
        "STATE_DIR": str(home.path.resolve() / "state"),
        "TMPDIR": str(home.path.resolve() / "tmp"),
        "DOCKER_HOST": f"unix://{home.path.resolve() / 'tmp' / 'no-docker'}",
        "MINISTACK_REGION": REGION,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        "PYTHONUNBUFFERED": "1",
    }


def _wait_until_ready(process: subprocess.Popen[bytes], home: Home, port: int, stop: threading.Event) -> None:
    until = time.monotonic() + READY_SECONDS
    while not answers(f"http://127.0.0.1:{port}/_ministack/ready") and not stop.wait(0.05):
        if process.poll() is not None:
            raise RunnerError(f"The local cloud did not start (exit {process.returncode}).{last_words(home)}")
        if time.monotonic() > until:
            raise RunnerError(f"The local cloud does not answer after {READY_SECONDS:.0f} seconds.{last_words(home)}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(SAVING_SECONDS)
    except subprocess.TimeoutExpired:
        print("The local cloud does not stop: killing it. What changed since its start may be lost.", file=sys.stderr)
        process.kill()
        process.wait()
