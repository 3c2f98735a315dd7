"""Run a command beside an instance of its own.

`python -m infra.local.with_instance --home DIR -- COMMAND {run_json}`
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from infra.local.cloud import dying_with_parent
from infra.local.home import ROOT, Home, RunInfo, RunnerError, forget

START_SECONDS = 90.0
STOP_SECONDS = 45.0


@contextmanager
def instance(path: Path, *options: str, fresh: bool = False, root: Path = ROOT) -> Iterator[RunInfo]:
    """Run the program from `path` on free ports until the block is left; `fresh` forgets earlier data first.

    `root` is where its code lies, another version's for one; `options` are more of `infra.local.run`.

    Raises:
        RunnerError: it did not start, or did not stop as it should.
    """
    home = Home(path.resolve())
    if fresh:
        forget(home)
    process = subprocess.Popen(
        [sys.executable, "-m", "infra.local.run", "--home", home.path, "--port", "0", "--cloud-port", "0", *options],
        cwd=root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=dying_with_parent(),  # noqa: PLW1509 - one call of C, and started from the main thread
    )
    try:
        yield wait_until_ready(process, home)
    finally:
        process.terminate()
        code = process.wait(STOP_SECONDS)
    if code:
        raise RunnerError(f"The instance in {home.path} did not stop well (exit {code}): see {home / 'app.log'}")


def wait_until_ready(process: "subprocess.Popen[bytes]", home: Home) -> RunInfo:
    """Return what `process` says of itself when it answers.

    Raises:
        RunnerError: it has stopped, or takes too long.
    """
    until = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        info = home.info
        if info and info.pid == process.pid:
            return info
        time.sleep(0.05)
    raise RunnerError(f"The instance in {home.path} did not start (exit {process.poll()}).")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m infra.local.with_instance", description="Run a command beside an instance of its own."
    )
    parser.add_argument("--home", type=Path, required=True, help="folder of the instance")
    parser.add_argument("--fresh", action="store_true", help="forget what an earlier instance left there")
    parser.add_argument(
        "command", nargs="+", help="what to run; {run_json} becomes the path of the instance's run.json"
    )
    options = parser.parse_args(arguments)
    run_json = str((options.home / "run.json").resolve())
    try:
        with instance(options.home, fresh=options.fresh):
            command = [part.replace("{run_json}", run_json) for part in options.command]
            return subprocess.run(command, check=False).returncode
    except RunnerError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
