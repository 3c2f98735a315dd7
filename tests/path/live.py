"""A shop over real HTTP: what a client sends, and what the local cloud keeps of it."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from chalicelib.store.table import Table
from chalicelib.store.wire import Wire
from infra.local.home import RunInfo
from infra.local.settings import TABLE, calling

Body = dict[str, Any]
MINUTE = timedelta(minutes=1)
T = TypeVar("T")


class Answer(NamedTuple):
    """Status, headers and body of an answer."""

    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Body:
        """The JSON body."""
        found: Body = json.loads(self.raw)
        return found


def eur(amount: int) -> Body:
    """Minor units of euro."""
    return {"amount": amount, "currency": "EUR"}


class Live:
    """The clients of a running instance."""

    def __init__(self, info: RunInfo) -> None:
        self.info = info

    def call(self, method: str, path: str, body: object = None, *, key: str = "", **headers: str) -> Answer:
        """Send one request."""
        sent = {name.replace("_", "-"): text for name, text in headers.items()}
        if key:
            sent["Authorization"] = f"Bearer {getattr(self.info, f'{key}_key')}"
        if body is not None:
            sent["Content-Type"] = "application/json"
        url = path if path.startswith("http") else self.info.api + path
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, sent, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return Answer(answer.status, dict(answer.headers), answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, dict(error.headers), error.read())

    def at_once(self, requests: list[Callable[[], T]]) -> list[T]:
        """Send requests at the same moment, each on a thread and connection of its own."""
        with ThreadPoolExecutor(len(requests)) as threads:
            return [future.result() for future in [threads.submit(request) for request in requests]]

    def enrol(self, email: str, first_name: str = "Maya") -> Answer:
        """Make somebody an ambassador."""
        return self.call("POST", "/v1/ambassadors", {"email": email, "first_name": first_name}, key="enrol")

    def redeem(self, code: str, order_id: str, friend: str, amount: int = 5000, **more: str) -> Answer:
        """Use a code on an order."""
        customer = {"email": friend, "first_name": "Fay", "first_order": True}
        order = {"order_id": order_id, "code": code, "customer": customer, "amount": eur(amount), **more}
        return self.call("POST", "/v1/redemptions", order, key="checkout")

    def refund(self, order_id: str, refund_id: str, amount: int, **more: str) -> Answer:
        """Report money paid back."""
        told = {"refund_id": refund_id, "amount": eur(amount), **more}
        return self.call("POST", f"/v1/orders/{order_id}/refunds", told, key="checkout")

    def ambassador(self, ambassador_id: str) -> Body:
        """An ambassador as an admin reads them."""
        return self.call("GET", f"/v1/ambassadors/{ambassador_id}", key="admin").body

    def balances(self, ambassador_id: str) -> tuple[int, int]:
        """What is held and available, in cents."""
        account = self.ambassador(ambassador_id)["account"]
        return account["held"][0]["amount"], account["available"][0]["amount"]

    def postings(self, **filters: str) -> list[tuple[str, int]]:
        """Kind and amount of ledger entries."""
        query = "&".join(f"{name}={value}" for name, value in filters.items())
        items = self.call("GET", f"/v1/ledger?limit=100&{query}", key="admin").body["items"]
        return [(entry["kind"], entry["legs"][1]["amount"]) for entry in items]

    def mails(self, to: str) -> list[str]:
        """Subjects of the mails that one person got."""
        kept = self.call("GET", self.info.mailbox).body["messages"]
        return [mail["Subject"] for mails in kept.values() for mail in mails if to in mail["To"]]

    def move_clock(self, days: float) -> None:
        """Let the program believe that it is so many days later than it is."""
        Path(self.info.clock_file).write_text(f"{int(days * 86_400)}\n")

    def wait(self, look: Callable[[], T], wanted: T, seconds: float = 20) -> None:
        """Look until it is as wanted; fails with what was seen last."""
        until = time.monotonic() + seconds
        while (seen := look()) != wanted:
            assert time.monotonic() < until, f"wanted {wanted!r}, still {seen!r} after {seconds} s"
            time.sleep(0.05)

    def settled(self) -> None:
        """Wait until nothing is due, nor will be in a minute: all facts settled, all mails sent.

        What is reported now is due half a minute later, so "nothing is due" is true before the stream has begun.
        """
        table = Table(Wire(calling(self.info.cloud), TABLE))
        for _ in range(2):  # a look takes several calls, and work may move from what is seen last to what was first
            self.wait(lambda: table.count_due(datetime.now(UTC) + MINUTE), 0)
