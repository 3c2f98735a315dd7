"""One redemption in a fresh interpreter, with the table's answers from memory: `python -m bench.cold`.

Prints which modules were loaded by importing the app, and which after the redemption. Only the wire is played: an
engine in this process would load half a world of its own.
"""

import sys

import app

AT_IMPORT = sorted(sys.modules)

import json  # noqa: E402
from collections.abc import Mapping  # noqa: E402
from datetime import UTC, datetime  # noqa: E402
from pathlib import Path  # noqa: E402
from random import Random  # noqa: E402
from typing import Any  # noqa: E402

import msgspec  # noqa: E402

from bench.event import redemption  # noqa: E402
from chalicelib.aws.lines import Line, Reply  # noqa: E402
from chalicelib.domain.model.access import ApiKey  # noqa: E402
from chalicelib.domain.model.people import Code  # noqa: E402
from chalicelib.domain.people.codes import random_code  # noqa: E402
from chalicelib.domain.program.program import Program  # noqa: E402
from chalicelib.operations.access.api_keys import digest_of  # noqa: E402
from chalicelib.store.items import item_of  # noqa: E402

NOW = datetime.now(UTC)
KEY = "rk_a-key-of-a-till"
CODE = random_code(Random(1))  # noqa: S311 - a code for one run
PROGRAM = Path(__file__).parents[1] / "examples" / "program.json"


def answers() -> dict[str, Any]:
    """What the table answers, by operation and the first part of the key."""
    program = msgspec.convert({**json.loads(PROGRAM.read_text()), "version": 1}, Program)
    key = ApiKey(digest_of(KEY), "key_1", "till", ("checkout",), NOW, last_used_at=NOW)
    code = Code(CODE, "amb_01K0000000000000000000000", ("somebody",), NOW)
    return {
        "Query": {"Items": [item_of(program)]},
        "GetItem KEY": {"Item": item_of(key)},
        "GetItem CODE": {"Item": item_of(code)},
        "TransactWriteItems": {},
    }


def play(known: dict[str, Any]) -> None:
    """Answer every call from now on."""

    def answer(_: Line, __: str, headers: Mapping[str, str], body: bytes) -> Reply:
        asked = json.loads(body)
        kind = asked["Key"]["PK"]["S"].partition("#")[0] if "Key" in asked else ""
        operation = headers["x-amz-target"].rpartition(".")[2]
        return Reply(200, {}, json.dumps(known[f"{operation} {kind}".strip()]).encode())

    setattr(Line, "exchange", answer)  # noqa: B010 - the wire is played


def main() -> None:
    """Redeem once, as a cold function does, and tell what that has loaded."""
    play(answers())
    event = redemption(CODE, "5123456000001", KEY)
    answer = app.app(event, None)
    told = {"status": answer["statusCode"], "at_import": AT_IMPORT, "after": sorted(sys.modules)}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
