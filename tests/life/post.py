"""The world of the simulator with a post office that remembers, and clocks that go on while somebody works."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

import greenlet

from chalicelib.domain.model.messages import Message
from chalicelib.store.items import entity_of
from chalicelib.store.keys import stamp
from memory.cloud import Sent
from memory.engine import Item, refused
from tests.simulator.world import World

SECONDS_MAX = 55
"""How far the clock may go between two steps of an actor: so a minute may pass between a claim and its mail."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail that the mail service has taken, with its tags, and the messages that its sender had in hand.

    It was begun `at` this time; how long a call takes is nobody's to say.
    """

    at: datetime
    to: str
    tags: Mapping[str, str]
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Stored:
    """A message as it was stored at a time, and in which place among all that has happened."""

    at: datetime
    place: int
    message: Message


class PostOffice(World):
    """Takes mails, or is away, refuses what the operator has not allowed, or breaks off.

    `opens_at` and `allowed_at` are when it is there again, and when the operator has mended what kept it from sending.
    `stored` is every state of each message that the table has taken, by id; `places` numbers all that happens.
    """

    def __init__(self, seed: int) -> None:
        super().__init__(seed, trouble=0)
        self.taken: list[Taken] = []
        self.stored: dict[str, list[Stored]] = defaultdict(list)
        self.opens_at = self.allowed_at = self.now
        self.places = count()
        self._open: dict[str, Message] = {}
        self._in_hand: dict[greenlet.greenlet, list[Message]] = {}
        self._looked_at: dict[str, str] = {}
        self.touched: Counter[str] = Counter()
        """How often each partition of a person was read or written."""

    def due_until(self, until: datetime) -> list[Message]:
        """The messages that wait for a moment until then."""
        return [message for message in self._open.values() if message.due_at and message.due_at < until]

    def people_due(self, until: datetime) -> list[str]:
        """The ids of people who are to be looked at until then."""
        end = stamp(until)
        return [name for name, at in self._looked_at.items() if at < end]

    def switch(self) -> None:
        """Let others go on; meanwhile some seconds may pass."""
        if self.trouble and self.chance.random() < 0.02:
            self.pass_time(seconds=self.chance.randint(1, SECONDS_MAX))
        super().switch()

    def pass_time(self, **duration: float) -> None:
        """Move the clock, and with it the one by which calls are given up."""
        super().pass_time(**duration)
        self._monotonic += timedelta(**duration).total_seconds()

    def send(self, operation: str, request: Item) -> Item:
        """SES: takes a mail, refuses it, or breaks off before or after it took it."""
        if self.now < self.opens_at:
            self.fired["mail service down"] += 1
            raise refused("TooManyRequestsException")
        if self.now < self.allowed_at:
            self.fired["sender not verified"] += 1
            raise refused("MessageRejected")
        begun = self.now
        return self._call(operation, lambda _: self._take(Sent(request), begun), {})

    def _take(self, sent: Sent, begun: datetime) -> Item:
        ((to,),) = sent.destinations.values()
        in_hand = tuple(self._in_hand.get(greenlet.getcurrent(), ()))
        self.taken.append(Taken(begun, to, sent.tags, in_hand))
        return {"MessageId": f"mail-{len(self.taken)}"}

    def _note(self, request: Item) -> None:
        """Remember what has been stored: an order put off, a message as it is now, and who has it in hand."""
        self.postponed |= ":reason" in request.get("ExpressionAttributeValues", {})
        written = list(_written(request))
        self._note_people(request, written)
        found = [entity_of(item) for item in written if item["PK"]["S"].startswith("MSG#")]
        for message in found:
            states = self.stored[message.id]
            if not states or states[-1].message != message:  # a transaction that is repeated is known by its token
                states.append(Stored(self.now, next(self.places), message))
            self._open.pop(message.id, None)
            if message.state == "pending":
                self._open[message.id] = message
        if claimed := [message for message in found if message.state == "sending"]:
            self._in_hand[greenlet.getcurrent()] = claimed

    def _note_people(self, request: Item, written: list[Item]) -> None:
        for item in written:
            kind, _, name = item["PK"]["S"].partition("#")
            if kind == "PERSON":
                self.touched[name] += 1
                self._looked_at.pop(name, None)
                if "due_at" in item:
                    self._looked_at[name] = item["due_at"]["S"]
        for key in _read(request):
            kind, _, name = key["PK"]["S"].partition("#")
            if kind == "PERSON":
                self.touched[name] += 1


def _read(request: Item) -> Iterator[Item]:
    """The keys that a request has read."""
    if "Key" in request:
        yield request["Key"]
    for asked in request.get("RequestItems", {}).values():
        yield from asked["Keys"]


def _written(request: Item) -> Iterator[Item]:
    """The items that a request has put."""
    if "Item" in request:
        yield request["Item"]
    for action in request.get("TransactItems", ()):
        if "Put" in action:
            yield action["Put"]["Item"]
