"""One request in a fresh interpreter, with the table's answers from memory.

Prints the time from the first statement to the answer, and which modules were loaded by importing the app and which
after the answer. Only the wire is played: an engine in this process would load half a world of its own. What it
answers is written beforehand, by another process: making it loads much of what a cold function would have to.
"""

from time import perf_counter, process_time

BEGUN = perf_counter(), process_time()

import json  # noqa: E402 - Chalice has it by now
import os  # noqa: E402
import sys  # noqa: E402

import app  # noqa: E402 - it is what is measured, before anything else
from chalicelib.aws.lines import Line, Reply  # noqa: E402 - a cold function has it by now, or needs it at once

AT_IMPORT = sorted(sys.modules)


def play(known: "dict[str, object]") -> None:
    """Answer every call from now on, by operation and the first part of the key."""

    def answer(_: Line, __: str, headers: "dict[str, str]", body: bytes) -> Reply:
        asked = json.loads(body)
        kind = asked["Key"]["PK"]["S"].partition("#")[0] if "Key" in asked else ""
        operation = headers["x-amz-target"].rpartition(".")[2]
        return Reply(200, {}, json.dumps(known[f"{operation} {kind}".strip()]).encode())

    setattr(Line, "exchange", answer)  # noqa: B010 - the wire is played


def main() -> None:
    """Answer one request, as a cold function does, and tell what that has taken and loaded."""
    played = json.loads(os.environ["PLAYED"])
    play(played["answers"])
    answer = app.app(played["event"], None)
    wall, cpu = (1000 * (after - before) for before, after in zip(BEGUN, (perf_counter(), process_time()), strict=True))
    told = {"wall": wall, "cpu": cpu, "modules": len(sys.modules), "status": answer["statusCode"]}
    sys.stdout.write(json.dumps({**told, "at_import": AT_IMPORT, "after": sorted(sys.modules)}) + "\n")
