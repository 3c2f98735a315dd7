"""Concurrent actors over one engine: at every call to the table, to the mail service, or to sleep, another may go on.

Each actor is a greenlet; the seed decides who runs next and what goes wrong. So a history is a pure function of its
seed, and a seed that fails fails again.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from unittest.mock import patch

import greenlet

from chalicelib import deps
from chalicelib.aws.lines import LostError
from chalicelib.aws.services import RefusedError
from chalicelib.config import Settings
from chalicelib.delivery.circuit import Circuit
from chalicelib.delivery.ses import Mailer
from chalicelib.operations.program import programs
from chalicelib.store.table import Table
from chalicelib.store.wire import Wire
from memory.cloud import Sent
from memory.engine import Engine, Item, refused
from memory.faults import KilledError

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
SETTINGS = Settings("simulated", "https://friends.example", "thanks@shop.example", "", str.encode)


class World:
    """The engine, the mail service, the clock, the faults, and the actors that are still running.

    `trouble` is the share of calls that meet a fault; 0 lets everything work. `postponed` tells that a worker moved an
    order away because it could not make sense of it, `invalid` that the table was sent what it can't take, `hasty` that
    a mail of which nobody knows was sent again within a quarter of an hour: no fault excuses any of them.
    """

    def __init__(self, seed: int, trouble: float = 0.15) -> None:
        self.chance = Random(seed)
        self.engine = Engine(self.chance)
        self.now = START
        self.trouble = trouble
        self.fired: Counter[str] = Counter()
        self.mails: Counter[tuple[str, str]] = Counter()
        self.unheard: Counter[tuple[str, str]] = Counter()
        self.mails_down = False
        self.postponed = self.invalid = False
        self.hasty = False
        self._sending: set[tuple[str, str]] = set()
        self._leases: dict[greenlet.greenlet, tuple[str, str]] = {}
        self._unsure: dict[str, str] = {}
        self._monotonic = 0.0
        self._actors: list[greenlet.greenlet] = []
        wire = Wire(
            self.call,
            "simulated",
            attempts=1,
            sleep=self._sleep,
            jitter=self.chance.random,
            clock=lambda: self._monotonic,
        )
        self.table = Table(wire)
        self.mailer = Mailer(self.send, SETTINGS.sender)

    @contextmanager
    def inhabited(self) -> Iterator[None]:
        """Let the program find its table, its mail service, its settings and its clock in this world."""
        circuit = Circuit()
        here: Any = {
            "circuit": lambda: circuit,
            "table": lambda: self.table,
            "mailer": lambda: self.mailer,
            "settings": lambda: SETTINGS,
            "_clock": lambda: self.now,
        }
        with patch.multiple(deps, _program=None, _guides=None, _chance=self.chance, **here):
            yield
        programs.version.cache_clear()

    # --- actors -------------------------------------------------------------------------------------------------------

    def start(self, work: Callable[[], Any]) -> None:
        """Add an actor; it runs when `run` comes to it."""

        def live() -> None:
            try:
                work()
            except KilledError:
                self.fired["killed"] += 1

        self._actors.append(greenlet.greenlet(live))

    def run(self) -> None:
        """Let the actors run, a step at a time in an order of the seed's choosing, until all have ended."""
        while self._actors:
            actor = self.chance.choice(self._actors)
            actor.switch()
            self._actors = [other for other in self._actors if not other.dead]

    def switch(self) -> None:
        """A point at which others may go on."""
        parent = greenlet.getcurrent().parent
        if parent is not None:
            parent.switch()

    def _sleep(self, seconds: float) -> None:
        self._monotonic += seconds
        self.switch()

    @property
    def may_be_doubled(self) -> int:
        """How many mails may have gone twice: one for each time that a sender never said how it went."""
        return len(self._sending) + sum(self.unheard.values())

    # --- the wire -----------------------------------------------------------------------------------------------------

    def call(self, operation: str, request: Item) -> Item:
        """An operation on the table, through the faults."""
        return self._call(operation, lambda request: self.engine.call(operation, request), request)

    def send(self, operation: str, request: Item) -> Item:
        """SES: takes a mail, refuses it, or breaks off before or after it took it."""
        mail = (request["Destination"]["ToAddresses"][0], Sent(request).subject)
        if self.mails_down:
            self.fired["mail service down"] += 1
            raise refused("TooManyRequestsException")
        try:
            return self._call(operation, lambda _: self._deliver(mail), {})
        except (LostError, KilledError):
            self.unheard[mail] += 1
            message, at = self._leases[greenlet.getcurrent()]
            self._unsure[message] = at
            self.fired["mail unsure"] += 1
            raise

    def _deliver(self, mail: tuple[str, str]) -> Item:
        self.mails[mail] += 1
        return {"MessageId": f"mail-{self.mails.total()}"}

    def _call(self, operation: str, carry_out: Callable[[Item], Item], request: Item) -> Item:
        self.switch()
        fault = self._fault(operation)
        if fault == "lost request":
            raise LostError(fault)
        if fault == "killed before":
            raise KilledError
        if fault and fault not in {"lost reply", "killed after"}:
            raise self._refusal(fault, request)
        try:
            answer = self._torn(carry_out, request) if operation == "Query" else carry_out(request)
        except RefusedError as error:
            self.invalid |= error.code == "ValidationException"
            raise
        self._note(request)
        self.switch()
        if fault == "lost reply":
            raise LostError(fault)
        if fault == "killed after":
            raise KilledError
        return answer

    def _torn(self, carry_out: Callable[[Item], Item], request: Item) -> Item:
        """A query is no snapshot: what it reads first may be older than what it reads last."""
        early = carry_out(request)
        if self.trouble == 0 or "IndexName" in request or self.chance.random() < 0.7:
            return early
        for _ in range(self.chance.randint(1, 4)):
            self.switch()
        late, forward = carry_out(request), request.get("ScanIndexForward", True)
        places = sorted(item["SK"]["S"] for item in (*early["Items"], *late["Items"]))
        if not places or "LastEvaluatedKey" in {**early, **late}:
            return late
        self.fired["torn read"] += early != late
        cut = self.chance.choice(places)
        items = [it for it in early["Items"] if (it["SK"]["S"] < cut) == forward]
        items += [it for it in late["Items"] if (it["SK"]["S"] < cut) != forward]
        return {**late, "Items": items, "Count": len(items)}

    def _note(self, request: Item) -> None:
        """Remember what has been stored: an order put off, a sender who took a message, or said how it went."""
        told = request.get("ExpressionAttributeValues", {})
        self.postponed |= ":reason" in told
        puts = [it.get("Put", {}) for it in request.get("TransactItems", [request])]
        for message in (it.get("Item", request.get("Item", {})) for it in puts):
            if message.get("SK", {}).get("S") == "MSG":
                self._note_message(message)

    def _note_message(self, message: Item) -> None:
        name, sender = message["PK"]["S"], greenlet.getcurrent()
        if message["state"]["S"] == "sending":
            at = message["sending_at"]["S"]
            self.hasty |= name in self._unsure and _apart(self._unsure[name], at) <= timedelta(minutes=15)
            self._sending.add((name, at))
            self._leases[sender] = name, at
        elif self._leases.get(sender, ("", ""))[0] == name:
            self._sending.discard(self._leases[sender])

    def _fault(self, operation: str) -> str | None:
        if self.chance.random() >= self.trouble * (2 if operation == "SendEmail" else 1):
            return None
        faults = ["lost request", "lost reply", "throttle", "server error"]
        faults += ["killed before", "killed after"] if self.chance.random() < 0.3 else []
        faults += ["conflict", "conflict", "in progress"] if operation == "TransactWriteItems" else []
        fault = self.chance.choice(faults)
        self.fired[fault] += 1
        return fault

    @staticmethod
    def _refusal(fault: str, request: Item) -> Exception:
        if fault == "conflict":
            reasons = [{"Code": "None"} for _ in request["TransactItems"]]
            reasons[0] = {"Code": "TransactionConflict"}
            return refused("TransactionCanceledException", CancellationReasons=reasons)
        code, status = {
            "throttle": ("ThrottlingException", 400),
            "server error": ("InternalServerError", 500),
            "in progress": ("TransactionInProgressException", 400),
        }[fault]
        return refused(code, status)

    def pass_time(self, **duration: float) -> None:
        """Move the clock."""
        self.now += timedelta(**duration)


def _apart(one: str, other: str) -> timedelta:
    return datetime.fromisoformat(other) - datetime.fromisoformat(one)
