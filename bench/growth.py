"""Whether anything grows with the table: each operation at 1,000 and at 100,000 orders.

The engine is AWS's own DynamoDB Local, in a process of its own. Its table is filled with what the program itself writes
of one ambassador and ten orders, settled, released, one refunded, all mails sent: copied with other ids and on other
days. Then the operations of `units` are counted on it, and some more are called again and again by the clock.
"""

import json
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from hashlib import sha1
from http.client import HTTPConnection
from itertools import islice
from statistics import median
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from bench.progress import Say
from bench.units import BROWSER, counted_in
from chalicelib import deps
from chalicelib.aws.services import DYNAMODB, RefusedError
from chalicelib.domain.people.codes import ALPHABET
from chalicelib.workers.due import attend
from chalicelib.workers.mail import send
from infra.dynamodb import fetch
from infra.dynamodb.alone import is_alone, raise_loopback, run_alone
from infra.dynamodb.local import running
from infra.local.table import create_table
from memory.shop import ENVIRONMENT, Body, Shop, eur, open_shop

SIZES = (1_000, 100_000)
OF_A_FAMILY = 10
DAYS = 300
TIMES = 25
AT_ONCE = 25
FILL_SECONDS = 900
"""When that is over the table stays as large as it is by then; the report says so."""

TABLE = ENVIRONMENT["TABLE_NAME"]
_ID = r"(?P<id>(?<=[a-z]{3}_)[0-9A-HJKMNP-TV-Z]{26})"
_PARTS = re.compile(
    rf"{_ID}|(?P<hex>\b[0-9a-f]{{32,64}}\b)|(?P<order>\b8800000\d{{6}})|(?P<day>\b2026-\d\d-\d\d)|(?P<code>CODEHERE)"
)
_OWN = ("PROGRAM", "KEY#", "JOB#", "STATS#", "SIGNIN#")
_BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def run(say: Say) -> dict[str, Any]:
    """Fill a table for each size, and measure on it."""
    fetch.engine()
    fetch.java()
    if not is_alone():
        run_alone([sys.executable, "-W", "ignore", "-m", "bench", "growth", "--inside"])
    raise_loopback()
    family = _family()
    say(f"{family.count(chr(10)) + 1} items of {OF_A_FAMILY} orders")
    return {"wished": SIZES, "times": TIMES, "sizes": [_measured(family, size, say) for size in SIZES]}


def _measured(family: str, orders: int, say: Say) -> dict[str, Any]:
    with running() as local:
        create_table(local.client(), TABLE)
        begun = time.perf_counter()
        families, items = _fill(local.url, family, orders // OF_A_FAMILY, say)
        filled = time.perf_counter() - begun
        with patch("memory.cloud.Engine", lambda _: Remote(local.url)):
            say("units")
            with open_shop(seed=1) as shop:
                costs = {name: cost.as_json() for name, cost in counted_in(shop).items()}
            say("times")
            with open_shop(seed=2) as shop:
                times = _Timed(shop).all()
    return {
        "orders": families * OF_A_FAMILY,
        "items": items,
        "fill_seconds": filled,
        "operations": costs,
        "times": times,
    }


# --- filling ----------------------------------------------------------------------------------------------------------


def _family() -> str:
    """What an ambassador with some orders leaves in the table, an item a line."""
    with open_shop(seed=20261128) as shop:
        shop.publish(letters={"welcome": True})
        before = {(it["PK"]["S"], it["SK"]["S"]) for it in shop.everything()}
        maya = shop.enrol()
        for number in range(OF_A_FAMILY):
            shop.redeem(maya["code"], f"{8800000000000 + number}")
        shop.stream()
        shop.refund("8800000000000", "r1", 1500)
        shop.stream()
        shop.days(31)
        shop.days(2)
        items = [it for it in shop.everything() if (it["PK"]["S"], it["SK"]["S"]) not in before]
    kept = [it for it in items if not it["PK"]["S"].startswith(_OWN)]
    assert not any("due_at" in it for it in kept), "nothing of it is due"
    lines = "\n".join(json.dumps(it, ensure_ascii=False, separators=(",", ":")) for it in kept)
    return lines.replace(maya["code"], "CODEHERE")


def _fill(url: str, family: str, families: int, say: Say) -> tuple[int, int]:
    """Write copies of a family; answers how many, and of how many items, when all are there or the time is over."""
    remote, cut, written = Remote(url), _cut(family), 0
    until = time.monotonic() + FILL_SECONDS
    for number in range(families):
        lines = iter(_copied(cut, number).split("\n"))
        while page := list(islice(lines, AT_ONCE)):
            puts = ",".join(f'{{"PutRequest":{{"Item":{line}}}}}' for line in page)
            answer = remote.send("BatchWriteItem", f'{{"RequestItems":{{"{TABLE}":[{puts}]}}}}')
            assert not answer["UnprocessedItems"]
            written += len(page)
        if number % 500 == 499:
            say(f"{(number + 1) * OF_A_FAMILY} orders, {written} items")
        if time.monotonic() > until:
            return number + 1, written
    return families, written


Cut = list[tuple[str, str]]


def _cut(text: str) -> Cut:
    """Cut a text where ids stand: pieces by what kind of id they are, "" for what stays."""
    pieces, at = Cut(), 0
    for found in _PARTS.finditer(text):
        pieces += [("", text[at : found.start()]), (found.lastgroup or "", found.group())]
        at = found.end()
    return [*pieces, ("", text[at:])]


def _copied(cut: Cut, number: int) -> str:
    """The same with other ids, each as long as before, the same ones for the same."""
    known: dict[tuple[str, str], str] = {}
    return "".join(
        piece if not kind else known.get((kind, piece)) or known.setdefault((kind, piece), _OTHER[kind](piece, number))
        for kind, piece in cut
    )


def _other_id(piece: str, number: int) -> str:
    return piece[:10] + _written(number, _BASE32, 6) + piece[-10:]


def _other_hex(piece: str, number: int) -> str:
    return (sha1(f"{piece}{number}".encode()).hexdigest() * 2)[: len(piece)]  # noqa: S324 - a name, and no secret


def _other_day(piece: str, number: int) -> str:
    return f"{date.fromisoformat(piece) - timedelta(days=60 + number % DAYS)}"


def _written(number: int, digits: str, length: int) -> str:
    text = ""
    for _ in range(length):
        number, digit = divmod(number, len(digits))
        text = digits[digit] + text
    return text


_OTHER: dict[str, Callable[[str, int], str]] = {
    "id": _other_id,
    "hex": _other_hex,
    "day": _other_day,
    "order": lambda piece, number: f"{int(piece) + (number + 1) * OF_A_FAMILY}",
    "code": lambda _, number: "B" + _written(number, ALPHABET[-12:], 7),
}


class Remote:
    """The engine of the cloud in memory, in another process: the program's calls, and nothing of ours counted twice."""

    def __init__(self, url: str) -> None:
        self._connection = HTTPConnection(urlsplit(url).netloc, timeout=60)

    def call(self, operation: str, request: Body) -> Body:
        """Carry out a call.

        Raises:
            RefusedError: the engine refused it.
        """
        return self.send(operation, json.dumps(request))

    def send(self, operation: str, body: str) -> Body:
        """Carry out a call that is written already."""
        signed = "AWS4-HMAC-SHA256 Credential=local/20260101/eu-central-1/dynamodb/aws4_request, SignedHeaders=host"
        headers = {"X-Amz-Target": f"{DYNAMODB.target}{operation}", "Authorization": f"{signed}, Signature=none"}
        headers["Content-Type"] = "application/x-amz-json-1.0"
        self._connection.request("POST", "/", body.encode(), headers)
        reply = self._connection.getresponse()
        answer: Body = json.loads(reply.read())
        if reply.status != 200:
            raise RefusedError(str(answer.get("__type", "")).rpartition("#")[2], reply.status, answer)
        return answer

    def settle_indexes(self) -> None:
        """It does that by itself."""


# --- measuring --------------------------------------------------------------------------------------------------------


class _Timed:
    """A shop whose operations are called again and again, each time on something new."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._times: dict[str, float] = {}

    def all(self) -> dict[str, float]:
        """Return the median of each, in milliseconds."""
        shop, time_of = self._shop, self._time
        shop.publish(letters={"welcome": True}, spend_minimum=100)
        maya = shop.enrol("maya.timed@example.com")
        code, orders = maya["code"], [f"77000000000{number:02d}" for number in range(TIMES)]
        redeemed = [partial(shop.redeem, code, it) for it in orders]
        quoted = {"code": code, "order": {"amount": eur(5000)}}
        time_of("enrol, with a welcome", [partial(shop.enrol, f"{n}.timed@example.com", "Nia") for n in range(TIMES)])
        time_of("quote", [partial(shop.call, "POST", "/v1/quotes", quoted, scope="checkout")] * TIMES)
        time_of("redeem", redeemed)
        time_of("redeem, replay", redeemed)
        time_of("settle", [partial(attend, [f"ORDER#{it}"]) for it in orders])
        mails = [[f"MSG#order:{it}#2@friend", f"MSG#order:{it}#2"] for it in orders]
        time_of("deliver thanks and news", [partial(send, it) for it in mails])
        time_of("landing page, with its click", [partial(shop.call, "GET", f"/r/{code}", User_Agent=BROWSER)] * TIMES)
        for name, path in self._pages(maya, orders[0]).items():
            time_of(name, [partial(self._get, path)] * TIMES)
        time_of("schedule, looking for what is due", [lambda: list(deps.table().list_due(shop.now))] * TIMES)
        shop.now += timedelta(days=31)
        deps.program()
        time_of("release", [partial(attend, [f"ORDER#{it}"]) for it in orders])
        time_of("refund", [partial(shop.refund, it, "r1", 1000) for it in orders])
        time_of("settle a refund", [partial(attend, [f"ORDER#{it}"]) for it in orders])
        return self._times

    def _pages(self, maya: Body, order_id: str) -> dict[str, str]:
        day = f"from={self._shop.now.date() - timedelta(days=100)}&to={self._shop.now.date() - timedelta(days=99)}"
        return {
            "GET redemption": f"/v1/redemptions/{order_id}",
            "ledger page, one ambassador": f"/v1/ledger?ambassador_id={maya['id']}",
            "ledger page, one day": f"/v1/ledger?{day}",
            "referrals of an ambassador": f"/v1/ambassadors/{maya['id']}/referrals",
            "people by address": "/v1/people?email=maya.timed@example.com",
            "people by name, one of all": "/v1/people?name=Fay",
            "today, the first screen": "/v1/today",
            "health, with what is due": "/healthz",
        }

    def _get(self, path: str) -> None:
        answer = self._shop.call("GET", path, scope="admin:read")
        assert answer.status_code == 200, answer.body

    def _time(self, name: str, works: Sequence[Callable[[], Any]]) -> None:
        spent = list(_spent(works))
        self._times[name] = median(spent) * 1000


def _spent(works: Sequence[Callable[[], Any]]) -> Iterator[float]:
    for work in works:
        begun = time.perf_counter()
        work()
        yield time.perf_counter() - begun
