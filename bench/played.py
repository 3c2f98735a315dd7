"""One request to a cold function, and what the table answers it: made here, and played by `bench.cold` elsewhere."""

import json
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from bench.event import post, redemption
from chalicelib.domain.model.access import ApiKey
from chalicelib.domain.model.people import Code
from chalicelib.domain.people.codes import random_code
from chalicelib.domain.program.program import Program
from chalicelib.operations.access.api_keys import digest_of
from chalicelib.store.items import item_of

PROGRAM = Path(__file__).parents[1] / "examples" / "program.json"
KEY = "rk_a-key-of-a-till"
CODE = random_code(Random(1))  # noqa: S311 - a code for one run


def played(name: str) -> str:
    """A request by its name, `quote` or `redemption`, with all answers that it needs, as JSON."""
    amount = {"amount": 5000, "currency": "EUR"}
    events = {
        "quote": post("/v1/quotes", {"code": CODE, "order": {"amount": amount}}, KEY),
        "redemption": redemption(CODE, "5123456000001", KEY),
    }
    return json.dumps({"event": events[name], "answers": _answers()})


def _answers() -> dict[str, Any]:
    """What the table answers, by operation and the first part of the key."""
    now = datetime.now(UTC)
    program = msgspec.convert({**json.loads(PROGRAM.read_text()), "version": 1}, Program)
    key = ApiKey(digest_of(KEY), "key_1", "till", ("checkout",), now, last_used_at=now)
    return {
        "Query": {"Items": [item_of(program)]},
        "GetItem KEY": {"Item": item_of(key)},
        "GetItem CODE": {"Item": item_of(Code(CODE, "amb_01K0000000000000000000000", ("somebody",), now))},
        "GetItem SHARDS": {},
        "TransactWriteItems": {},
    }
