"""Start the whole system on this machine: `python -m infra.local.run`, or simply `make run`."""

import argparse
import errno
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from infra.local import cloud
from infra.local.home import Home, RunInfo, RunnerError
from infra.local.output import kept_output
from infra.local.settings import TABLE, use_local_cloud

WELCOME = """
The referral program runs at {api}

  admin key      {admin_key}
  checkout key   {checkout_key}
  enrol key      {enrol_key}

Look around, each once within 15 minutes (new links: make sign-in{home_option}):

  console      {console}
  ambassador   {ambassador}

Enrol someone:

  curl {api}/v1/ambassadors -H 'Authorization: Bearer {enrol_key}' \\
    -H 'Content-Type: application/json' -d '{{"email": "maya@example.com", "first_name": "Maya"}}'

  calls   {api}/docs, every one with its fields and answers
  mails   make mails{home_option}
  clock   echo 2592000 > {clock_file}   (30 days ahead; 0 is now)
  logs    {home}/app.log, which follows here; {home}/cloud.log
  stop    Ctrl-C; the data stay in {home} until: make clean{home_option}
"""

ENDINGS = signal.SIGINT, signal.SIGTERM, signal.SIGHUP


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until told to stop; return the exit code."""
    options = _parser().parse_args(arguments)
    home = Home(options.home)
    stop = threading.Event()
    for number in ENDINGS:
        signal.signal(number, lambda *_: stop.set())
    try:
        with home.locked() as lock:
            run(home, options, lock, stop)
    except RunnerError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        for number in ENDINGS:
            signal.signal(number, signal.SIG_IGN)  # Python gives its own handlers up before the process has ended
    return 0


def run(home: Home, options: argparse.Namespace, lock: int, stop: threading.Event) -> None:
    """Start the parts in the order in which they need each other, wait, and stop them the other way round.

    Raises:
        RunnerError: a port is taken, or a part did not start or stopped by itself.
    """
    home.withdraw()
    port = claim(options.host, options.port, "PORT=8001")
    cloud_port = claim("127.0.0.1", options.cloud_port, "CLOUD_PORT=4567")
    print(f"Starting, with the data in {home.path} …", flush=True)
    with ExitStack() as stack:
        process = stack.enter_context(cloud.running(home, cloud_port, lock, stop))
        if stop.is_set():
            return
        terminal = stack.enter_context(kept_output(home / "app.log"))
        cloud_url = f"http://127.0.0.1:{cloud_port}"
        use_local_cloud(home, f"http://{options.host}:{port}", cloud_url, options.table)
        from infra.local.system import System  # only now: it loads the program, which reads the settings

        system = System(home, cloud_url)
        threads = stack.enter_context(system.running(options.host, port, options.tick, stop))
        try:
            info, links = system.info(), system.links()
            if not stop.is_set():
                home.announce(info)
                print(_welcome(home, info, links), file=terminal, flush=True)
            _watch(home, process, threads, stop)
        finally:
            home.withdraw()
            print("Stopping …", file=terminal, flush=True)


def claim(host: str, port: int, other: str) -> int:
    """Return `port` if it is free, or any free one for 0.

    Raises:
        RunnerError: it is taken; says what to do.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OverflowError:
            raise RunnerError(f"There is no port {port}: they go up to 65535.") from None
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            why = "is taken by another program" if taken else f"cannot be used ({error.strerror})"
            raise RunnerError(f"Port {port} {why}. Choose another one: {other} make run") from None
        free: int = probe.getsockname()[1]
        return free


def _watch(
    home: Home, process: subprocess.Popen[bytes], threads: list[threading.Thread], stop: threading.Event
) -> None:
    """Look after what runs until somebody asks to stop. What ends because of that has not ended by itself."""
    while not stop.wait(0.2):
        if process.poll() is not None and not stop.is_set():
            raise RunnerError(
                "The local cloud has stopped by itself. It saves when it is asked to stop, so what came since the "
                f"start is lost.{cloud.last_words(home)}"
            )
        for thread in threads:
            if not thread.is_alive() and not stop.is_set():
                raise RunnerError(f"The thread '{thread.name}' has stopped by itself: see {home / 'app.log'}")


def _welcome(home: Home, info: RunInfo, links: dict[str, str]) -> str:
    option = "" if home.path == Path(".local") else f" HOME_DIR={home.path}"
    return WELCOME.format(home=home.path, home_option=option, **asdict(info), **links)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m infra.local.run",
        description="Run the whole referral program on this machine: a local cloud, the API, the stream and the clock.",
        epilog="Ctrl-C stops it; the data stay. While it answers, run.json in the home tells its address and its keys.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--home", type=Path, default=Path(".local"), help="folder for data, secrets and logs")
    parser.add_argument("--host", default="127.0.0.1", help="address at which the API listens")
    parser.add_argument("--port", type=int, default=8000, help="port of the API; 0 takes a free one")
    parser.add_argument("--cloud-port", type=int, default=4566, help="port of the local cloud; 0 takes a free one")
    parser.add_argument("--table", default=TABLE, help="table in the local cloud, such as one that was restored")
    parser.add_argument("--tick", type=float, default=1.0, help="seconds from one run of the schedule to the next")
    return parser


if __name__ == "__main__":
    sys.exit(main())
