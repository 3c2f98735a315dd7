"""The folder of one local instance: its files, its secrets, and the lock that gives it to one runner at a time.

Only the standard library is imported here, so `make clean` can look into a home before anything is installed.
"""

import fcntl
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
KEPT = ("state", "tmp", "mails", "secrets.json", "run.json", "clock", "app.log", "cloud.log", "cloud.lock", "lock")
SAVING_SECONDS = 20.0


class RunnerError(Exception):
    """The runner cannot go on; the text is for the person who started it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInfo:
    """What those who use a running instance must know; `run.json` while it answers.

    `mailbox` is where the local cloud tells the mails sent so far, `clock_file` holds the seconds by which the
    program's clock is ahead.
    """

    api: str
    admin_key: str
    checkout_key: str
    enrol_key: str
    currency: str
    mailbox: str
    clock_file: str
    cloud: str
    pid: int


@dataclass(frozen=True, slots=True)
class Home:
    """Where an instance keeps what it needs; whatever is under `path` survives a restart."""

    path: Path

    def __truediv__(self, name: str) -> Path:
        return self.path / name

    @property
    def info(self) -> RunInfo | None:
        """What was announced last and not withdrawn; a runner that was killed can't withdraw it."""
        document = _read(self / "run.json")
        return RunInfo(**document) if document else None

    def announce(self, info: RunInfo) -> None:
        """Tell the world that the instance answers."""
        _write(self / "run.json", asdict(info))

    def withdraw(self) -> None:
        """Tell the world that it no longer does."""
        (self / "run.json").unlink(missing_ok=True)

    @property
    def secrets(self) -> dict[str, str]:
        """What was made up for this instance so far."""
        return _read(self / "secrets.json")

    def keep(self, name: str, secret: str) -> None:
        """Add one secret; the file is whole at any moment."""
        _write(self / "secrets.json", {**self.secrets, name: secret})

    def secret(self, name: str) -> str:
        """Return a secret, made up at its first use."""
        if name not in self.secrets:
            self.keep(name, secrets.token_urlsafe(32))
        return self.secrets[name]

    @contextmanager
    def locked(self) -> Iterator[int]:
        """Hold this home alone. Yields the descriptor that the local cloud is to inherit.

        There are two locks: the runner's own, and one that lasts as long as the runner or its cloud. So a start waits
        for a runner that is about to stop, and for the cloud of a killed one, until the data are saved.

        Raises:
            RunnerError: another runner has it.
        """
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _opened(self / "lock") as mine, _opened(self / "cloud.lock") as shared:
            until = time.monotonic() + SAVING_SECONDS
            while not _locked(mine):
                if self.info or time.monotonic() > until:
                    raise RunnerError(self._taken())
                time.sleep(0.1)
            os.truncate(mine, 0)
            os.pwrite(mine, json.dumps({"pid": os.getpid(), "since": _local_time()}).encode(), 0)
            while not _locked(shared):
                if time.monotonic() > until:
                    raise RunnerError(f"The local cloud of an earlier run from {self.path} does not end.")
                time.sleep(0.1)
            yield shared

    def _taken(self) -> str:
        holder, info = _read(self / "lock"), self.info
        where = f" at {info.api}" if info else ""
        return (
            f"An instance is already running from {self.path}{where}: process {holder.get('pid', '?')}, "
            f"since {holder.get('since', 'just now')}.\n"
            f"Stop it with Ctrl-C in its terminal, or with: kill {holder.get('pid', '?')}"
        )


def forget(home: Home) -> None:
    """Remove what an instance has kept, and its folder if that leaves it empty.

    Raises:
        RunnerError: it is running.
    """
    if (home / "lock").exists():
        with home.locked():
            for name in KEPT:
                path = home / name
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink(missing_ok=True)
    if home.path.is_dir() and not any(home.path.iterdir()):
        home.path.rmdir()


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(path: Path) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(path.read_text() or "{}")
    except FileNotFoundError:
        return {}
    return document


def _write(path: Path, document: dict[str, Any]) -> None:
    draft = path.with_suffix(".draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(document, file, indent=2)
    draft.replace(path)


def _local_time() -> str:
    return datetime.now(UTC).astimezone().isoformat(sep=" ", timespec="seconds")
