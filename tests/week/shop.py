"""A shop that sells on while its mail service refuses, pauses, hangs, leaves it open or is away, and is well again."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from io import StringIO
from random import Random
from typing import Any

from chalicelib import deps
from chalicelib.aws.lines import LostError, UnreachedError
from chalicelib.domain.model.accounts import LedgerEntry
from chalicelib.domain.model.facts import Refund
from chalicelib.domain.money import Money
from chalicelib.domain.orders.admit import Ask
from chalicelib.domain.people.pseudonyms import names_of
from chalicelib.operations.messages import undelivered
from chalicelib.operations.messages.resend import Request
from chalicelib.operations.orders.answers import Redeemed
from chalicelib.operations.orders.facts import report
from chalicelib.operations.orders.friends import Contact
from chalicelib.operations.orders.redeem import redeem
from chalicelib.operations.outlook import Outlook
from chalicelib.operations.people.enrol import Enrolment, enrol
from chalicelib.operations.program import programs, publication
from chalicelib.store.items import entity_of
from chalicelib.workers import mail, schedule, stream
from infra.local.clock import scheduled
from memory.cloud import Sent
from memory.engine import Item, refused
from tests.life.post import PostOffice
from tests.simulator.world import SETTINGS

MINUTE = timedelta(minutes=1)
NOBODY_ANSWERS, NOBODY_THERE, ONE_MAIL = 10.0, 2.0, 0.05
"""How many seconds a call takes that breaks off, that finds no connection, and that goes well."""

RULES: dict[str, Any] = {
    "shop_name": "Kavya Ceramics",
    "shop_url": "https://kavya-ceramics.example/",
    "currency": "EUR",
    "time_zone": "Europe/Berlin",
    "offer": {"basis_points": 1000},
    "tiers": [{"name": "Starter", "threshold": 0, "reward": {"basis_points": 1000}}],
    "hold_days": 1,
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """What the mail service does for a while, and the metric that has to tell of it.

    Attributes:
        refusal: With what it answers, after so many `seconds`.
        takes: The share of mails that it takes nevertheless.
    """

    name: str
    metric: str
    refusal: Exception
    seconds: float = 0
    takes: float = 0


WEEK = (
    Trouble("sender not verified", "LettersBlocked", refused("MessageRejected")),
    Trouble("paused", "LettersBlocked", refused("SendingPausedException")),
    Trouble("a second's quota", "LettersRefused", refused("TooManyRequestsException", 429)),
    Trouble(
        "a day's quota", "LettersBlocked", refused("TooManyRequestsException", 429, message="Daily quota exceeded")
    ),
    Trouble("away", "LettersRefused", UnreachedError("planned"), NOBODY_THERE),
    Trouble("hangs", "LettersUnsure", LostError("planned"), NOBODY_ANSWERS, 0.5),
    Trouble("leaves it open", "LettersUnsure", refused("InternalFailure", 500), 0, 0.5),
)
"""One after the other; then it is well."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many minutes each trouble lasts, how many orders are placed in an hour, and for how many ambassadors."""

    minutes: int = 24 * 60
    orders: int = 6
    ambassadors: int = 12


class MailService(PostOffice):
    """Takes mails, or does what its trouble says."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.trouble_now: Trouble | None = None
        self.calls: list[tuple[datetime, str]] = []
        """When it was called, and in which trouble."""
        self.luck = Random(seed)

    def send(self, operation: str, request: Item) -> Item:
        """SES, which takes its time."""
        begun, trouble = self.now, self.trouble_now
        self.calls.append((begun, trouble.name if trouble else "well"))
        seconds = trouble.seconds if trouble else ONE_MAIL
        if trouble is None or self.luck.random() < trouble.takes:
            answer = self._take(Sent(request), begun)
        self.pass_time(seconds=seconds)
        if trouble:
            self.fired[trouble.name] += 1
            raise trouble.refusal
        assert operation == "SendEmail"
        return answer


class Shop:
    """What is sold in a week, and what came of it. With the same seed the same is bought at the same moments.

    Attributes:
        told: When each metric was counted first in each trouble, and how often in all.
        longest: The longest time that a function took, in seconds, by its name.
    """

    def __init__(self, seed: int, size: Size, *, calm: bool = False) -> None:
        self.world = MailService(seed)
        self.size, self.is_calm = size, calm
        self.chance = Random(seed)
        self.told: dict[tuple[str, str], datetime] = {}
        self.metrics: Counter[str] = Counter()
        self.longest: Counter[str] = Counter()
        self.sent_again = 0
        self._streamed = {"settles": 0, "mails": 0}
        self._codes: list[str] = []

    def live(self) -> None:
        """Let the week pass, then a day without trouble in which the operator looks after what was given up."""
        with self.world.inhabited():
            publication.publish(self.world.table, RULES, author="admin", now=self.world.now)
            self._enrol()
            self._pass(30, "well")
            for trouble in WEEK:
                self.world.trouble_now = None if self.is_calm else trouble
                self._pass(self.size.minutes, trouble.name)
            self.world.trouble_now = None
            self._pass(5 * 60, "well again", sells=False)
            self._send_again()
            self._pass(36 * 60, "well again", sells=False)

    def postings(self) -> dict[tuple[str, str], datetime]:
        """When each order was settled, and how: what the ledger says."""
        found = (entity_of(item) for (_, sk), item in self.world.engine.items.items() if sk.startswith("ENTRY#"))
        return {(it.order_id, it.kind): it.at for it in found if isinstance(it, LedgerEntry) and it.order_id}

    def _enrol(self) -> None:
        outlook = Outlook(programs.current(self.world.table), SETTINGS.pepper)
        for number in range(self.size.ambassadors):
            told = Enrolment(f"amb{number}@home.example", "Noor")
            rules = programs.current(self.world.table)
            made = enrol(self.world.table, told, rules, outlook=outlook, now=self.world.now, chance=self.world.chance)
            self._codes.append(made.code)

    def _pass(self, minutes: int, trouble: str, *, sells: bool = True) -> None:
        until, chance = self.world.now + timedelta(minutes=minutes), self.chance
        while (minute := self.world.now) < until:
            if sells and chance.random() < self.size.orders / 60:
                self._buy(f"o{chance.getrandbits(40)}", chance.choice(self._codes))
            if not self._is_idle():
                told = StringIO()
                with redirect_stdout(told):
                    self._run(minute)
                self._hear(told.getvalue(), minute, trouble)
            self.world.now = minute + MINUTE

    def _is_idle(self) -> bool:
        """Whether the functions would find nothing to do."""
        heard = min(self._streamed.values()) == len(self.world.engine.records)
        return heard and next(self.world.table.list_due(self.world.now), None) is None

    def _run(self, minute: datetime) -> None:
        """Let the functions do what they have to: each by itself, from the full minute on."""
        for name, work in self._functions(minute):
            self.world.now = minute
            work()
            self.longest[name] = max(self.longest[name], int((self.world.now - minute).total_seconds()))
            self.world.engine.settle_indexes()

    def _functions(self, minute: datetime) -> Iterator[tuple[str, Callable[[], object]]]:
        yield "settles", lambda: stream.on_table_change({"Records": self._records("settles")}, None)
        yield "settles", partial(schedule.every_minute, scheduled(minute), None)
        yield "mails", lambda: mail.on_message({"Records": self._records("mails")}, None)
        yield "mails", partial(mail.every_minute_mail, scheduled(minute), None)

    def _records(self, name: str) -> list[Any]:
        records, read = self.world.engine.records, self._streamed[name]
        self._streamed[name] = len(records)
        return records[read:]

    def _hear(self, told: str, minute: datetime, trouble: str) -> None:
        """Note which metrics were counted."""
        for line in told.splitlines():
            if '"_aws"' not in line:
                continue
            said = json.loads(line)
            for metric in said["_aws"]["CloudWatchMetrics"][0]["Metrics"]:
                self.told.setdefault((trouble, metric["Name"]), minute)
                self.metrics[metric["Name"]] += len(said[metric["Name"]])

    def _buy(self, order_id: str, code: str) -> None:
        email = f"{order_id}@friends.example"
        ask = Ask(
            order_id=order_id,
            code=code,
            persons=names_of(SETTINGS.pepper, email, None),
            amount=Money(5000, "EUR"),
            placed_at=self.world.now,
            fingerprint=order_id,
        )
        contact = Contact(email, None, "Noor", "en")
        answer = redeem(self.world.table, ask, contact, deps.program(), now=self.world.now)
        assert isinstance(answer, Redeemed)
        if self.chance.random() < 0.1:
            refund = Refund(order_id, "r1", "cancellation", 0, "EUR", recorded_at=self.world.now)
            report(self.world.table, refund)

    def _send_again(self) -> None:
        """What an operator does whom the alarm has told that letters were given up."""
        table, now, since = self.world.table, self.world.now, self.world.now - timedelta(days=30)
        for found in list(undelivered.ended(table, since, now + MINUTE)):
            request = Request(found.message.id, SETTINGS.pepper, "Bea", "after the trouble at SES")
            undelivered.send_again(table, request, deps.program(), now=now)
            self.sent_again += 1
