"""A whole shop in one process: the Chalice app, the workers, and AWS in memory behind the wire.

One thread only: races are tested against a real engine elsewhere.
"""

import json
import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import datetime, timedelta
from functools import cached_property
from random import Random
from typing import Any, ClassVar
from unittest.mock import patch

import boto3
from chalice.test import Client, HTTPResponse

import app
from chalicelib import deps
from chalicelib.edge import auth, brake
from chalicelib.operations.access import api_keys
from chalicelib.operations.program import programs, publication
from chalicelib.workers import mail, schedule, stream
from infra.local.clock import scheduled
from infra.local.mail_service import notification
from memory.cloud import Cloud, Sent
from memory.faults import Faults

Body = dict[str, Any]
START = datetime.fromisoformat("2026-03-01T12:00:00+00:00")
SENDER = "thanks@shop.example"
REGION = "eu-central-1"
ENVIRONMENT = {
    "TABLE_NAME": "referrals-test",
    "PUBLIC_URL": "https://friends.shop.example",
    "SENDER": SENDER,
    "CONFIGURATION_SET": "referrals-mails",
    "PEPPER": "a pepper for tests",
    "CURSOR_KEY": "a cursor key for tests",
    "CLIENT_RATE": "1000000",
    "LINK_KEY": "a link key for tests,a former one",
    "THREADS": "1",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
}

HELD = {scope: (scope,) for scope in api_keys.SCOPES} | {"enrol": ("enrol", "sessions")}
"""What each key of a shop may do, by its name."""

PROGRAM: Body = {
    "shop_name": "Kavya Ceramics",
    "shop_url": "https://kavya-ceramics.example/",
    "currency": "EUR",
    "offer": {"basis_points": 1000},
    "minimum": 2000,
    "tiers": [
        {"name": "Starter", "threshold": 0, "reward": {"basis_points": 1000}},
        {"name": "Silver", "threshold": 5, "reward": {"basis_points": 1200}},
    ],
    "hold_days": 30,
    "letters": {"welcome": False},
    "privacy": {
        "responsible": "Kavya Ceramics, 5 Lindenstrasse, 10969 Berlin",
        "contact": "privacy@kavya-ceramics.example",
        "url": "https://kavya-ceramics.example/privacy",
        "notices": {
            "en": {
                "purpose": "To thank you and your friends, and to send you what you have asked for.",
                "basis": "What we have agreed with you; for anything else your consent.",
                "recipients": "Amazon Web Services, which runs our computers; nobody else.",
                "stored": "In the European Union.",
            }
        },
    },
    "retention": {"inactive_months": 36},
}


def eur(amount: int) -> Body:
    """Minor units of euro as a request carries them."""
    return {"amount": amount, "currency": "EUR"}


def refusal(answer: HTTPResponse) -> tuple[int, str]:
    """Status and reason of a problem."""
    return answer.status_code, Shop.read(answer)["reason"]


# A session reads the services' models from disk once; this one is heard by no fault.
OWN_SESSION = boto3.Session("test", "test", region_name=REGION)


@contextmanager
def open_shop(seed: int | None = None) -> Iterator["Shop"]:
    """Open a shop with the demonstration program; with a seed, ids and codes are the same each time."""
    real = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with patch.dict(os.environ, {**real, **ENVIRONMENT}, clear=True):
        restart()
        with Cloud().reached() as cloud, Faults().heard() as faults:
            publication.publish(deps.table(), PROGRAM, author="test", now=START)
            if seed is not None:
                deps.use_chance(Random(seed))
            yield Shop(cloud, faults)
    restart()


def restart() -> None:
    """Forget all that a process keeps in memory, as a new one begins."""
    deps.forget()
    auth.forget()
    brake.forget()


class Shop:
    """What a shop and its admins do, in their words.

    `keys` are by scope; the one that enrols is that of the shop's server, which knows who is signed in: it may begin
    sessions as well.
    `now` is the program's clock, `faults` the trouble at the wire, `cloud` what is behind it; `behaves` says of
    addresses what becomes of mails to them, in the words of SES's mailbox simulator.
    """

    witness: ClassVar[Callable[[str, str, HTTPResponse], None] | None] = None
    """Hears every answer, with the method and the path of its request."""

    def __init__(self, cloud: Cloud, faults: Faults) -> None:
        self.cloud = cloud
        self.faults = faults
        self.now = START
        self._http = Client(app.app).http
        self.behaves: dict[str, str] = {}
        self._stream_seen: set[str] = set()
        self._published = 0
        deps.use_clock(lambda: self.now)
        self.keys = {name: api_keys.issue(deps.table(), name, scopes, self.now) for name, scopes in HELD.items()}

    @cached_property
    def dynamodb(self) -> Any:
        """A client of the table that is not the program's."""
        return OWN_SESSION.client("dynamodb")

    def saved(self) -> bytes:
        """All that the shop holds, to which `restore` leads back as often as one likes."""
        return pickle.dumps((vars(self.cloud.engine), self.cloud.sent, self.now, self._stream_seen))

    def restore(self, saved: bytes) -> None:
        """Let the shop be as it was when it was saved. What the process keeps in memory is forgotten."""
        engine, self.cloud.sent, self.now, self._stream_seen = pickle.loads(saved)  # noqa: S301 - it is our own
        vars(self.cloud.engine).update(engine)
        auth.forget()
        programs.version.cache_clear()
        deps.use_program(programs.current(deps.table()))

    def sent(self) -> list[Sent]:
        """Every mail that was sent."""
        return self.cloud.sent

    def call(
        self, method: str, path: str, body: object = None, *, scope: str | None = None, **headers: str
    ) -> HTTPResponse:
        """Send a request with the key for one scope; bytes are sent as they are, anything else as JSON."""
        sent = {name.replace("_", "-"): text for name, text in headers.items()}
        if scope:
            sent["Authorization"] = f"Bearer {self.keys[scope]}"
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        answer = self._http.request(method, path, headers=sent, body=raw)
        if Shop.witness is not None:
            Shop.witness(method, path, answer)
        return answer

    def publish(self, *, letters: Any = None, **changes: object) -> None:
        """Put the demonstration's rules in force with some changes, as the function that publishes them has at once.

        Nobody is welcomed unless `letters` say so: most tests count mails that are about something else.
        """
        document = {**PROGRAM, **changes, "letters": {**PROGRAM["letters"], **(letters or {})}}
        program = publication.publish(deps.table(), document, author="test", now=self.now)
        deps.use_program(program)

    def enrol(self, email: str = "maya@example.com", first_name: str = "Maya", **more: object) -> Body:
        """Make somebody an ambassador; return id, code and links."""
        told = {"email": email, "first_name": first_name, **more}
        answer = self.call("POST", "/v1/ambassadors", told, scope="enrol")
        assert answer.status_code in {200, 201}, answer.body
        return self.read(answer)

    def session(self, ambassador_id: str) -> str:
        """Let an ambassador who is signed in at the shop act; return the token."""
        answer = self.call("POST", f"/v1/ambassadors/{ambassador_id}/sessions", {}, scope="sessions")
        assert answer.status_code == 201, answer.body
        return str(self.read(answer)["token"])

    def redeem(self, code: str | None, order_id: str = "o1", amount: int = 5000, **more: Any) -> HTTPResponse:
        """Use a code on an order; the friend is a person of that order's own unless another is given."""
        customer = {"email": f"{order_id}@friends.example", "first_name": "Fay", **more.pop("customer", {})}
        order = {"order_id": order_id, "code": code, "customer": customer, "amount": eur(amount), **more}
        return self.call("POST", "/v1/redemptions", order, scope="checkout")

    def refund(self, order_id: str, refund_id: str, amount: int, **more: object) -> HTTPResponse:
        """Report money paid back."""
        told = {"refund_id": refund_id, "amount": eur(amount), **more}
        return self.call("POST", f"/v1/orders/{order_id}/refunds", told, scope="checkout")

    def stream(self) -> None:
        """Let the table's stream bring everything that is new since the last time."""
        while records := self.records():
            stream.on_table_change({"Records": records}, None)
            mail.on_message({"Records": records}, None)

    def minute(self) -> None:
        """Let the schedule run once: facts, long work, mails."""
        schedule.every_minute(scheduled(self.now), None)
        schedule.every_minute_jobs(scheduled(self.now), None)
        mail.every_minute_mail(scheduled(self.now), None)

    def published(self) -> list[str]:
        """What the mail service publishes of the mails that were sent since the last time."""
        new, before = self.sent()[self._published :], self._published
        self._published = len(self.sent())
        told: list[str] = []
        for number, sent in enumerate(new, before + 1):
            (address,) = sent.destinations["ToAddresses"]
            told += sent.published(number, self.now, self.behaves.get(address, ""))
        return told

    def hear(self, *published: str) -> None:
        """Let what the mail service has published arrive: this, or all that is new."""
        for message in published or self.published():
            mail.on_mail_event(notification(message), None)

    def day(self) -> None:
        """Let the schedule do what it does once a day, and what follows in the next minute."""
        schedule.every_day(scheduled(self.now), None)
        self.minute()

    def days(self, number: float) -> None:
        """Let time pass and the schedule work until nothing is due."""
        self.now += timedelta(days=number)
        for _ in range(4):
            self.minute()

    def order(self, order_id: str = "o1") -> Body:
        """An order's redemption as an admin reads it."""
        return self.read(self.call("GET", f"/v1/redemptions/{order_id}", scope="admin:read"))

    def account(self, ambassador_id: str) -> Body:
        """An ambassador's balances in euro cents, and the count of referrals."""
        shown = self.read(self.call("GET", f"/v1/ambassadors/{ambassador_id}", scope="admin:read"))["account"]
        balances = {name: value[0]["amount"] for name, value in shown.items() if isinstance(value, list)}
        return {**balances, "counted": shown["counted"]}

    def entries(self, **filters: str) -> list[Body]:
        """The ledger, or a part of it."""
        query = "&".join(f"{name}={value}" for name, value in filters.items())
        return list(self.read(self.call("GET", f"/v1/ledger?limit=100&{query}", scope="admin:read"))["items"])

    def postings(self, **filters: str) -> list[tuple[str, int]]:
        """The ledger as kind and amount of each entry."""
        return [(entry["kind"], entry["legs"][1]["amount"]) for entry in self.entries(**filters)]

    def findings(self, ambassador_id: str) -> list[Body]:
        """What an audit of all that an ambassador has finds."""
        audit = self.read(self.call("GET", f"/v1/ledger/audit?ambassador_id={ambassador_id}", scope="admin:read"))
        assert audit["complete"]
        return list(audit["result"]["findings"])

    def mails(self) -> list[tuple[str, str]]:
        """Recipient and subject of every mail that was sent."""
        return [(sent.destinations["ToAddresses"][0], sent.subject) for sent in self.sent()]

    def everything(self) -> list[Body]:
        """All items of the table: what a test compares before and after. That a key was used is not worth a word."""
        items = [deepcopy(item) for _, item in sorted(self.cloud.engine.items.items())]
        for item in items:
            item.pop("last_used_at", None)
        return items

    @staticmethod
    def read(answer: HTTPResponse) -> Body:
        """A JSON body."""
        body: Body = json.loads(answer.body)
        return body

    def records(self) -> list[Body]:
        """What the table's stream brings since the last time."""
        keys_now = {(item["PK"]["S"], item["SK"]["S"]) for item in self.everything()}
        new = sorted(key for key in keys_now if f"{key}" not in self._stream_seen)
        self._stream_seen |= {f"{key}" for key in new}
        return [
            {"eventName": "INSERT", "dynamodb": {"Keys": {"PK": {"S": pk}, "SK": {"S": sk}}}}
            for pk, sk in new
            if pk.startswith(("ORDER#", "MSG#", "JOB#", "SIGNIN#"))
        ]
