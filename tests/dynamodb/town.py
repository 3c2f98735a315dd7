"""A shop on a table of one's choosing: its real operations in the words of the tests, its clock, its mails."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, TypeVar

from chalicelib.delivery.ses import Mailer
from chalicelib.domain.model.facts import Decision, Fulfilment, Payment, Refund, Reversal
from chalicelib.domain.money import Money
from chalicelib.domain.orders.admit import Ask
from chalicelib.operations.messages.deliver import Post, deliver
from chalicelib.operations.orders.answers import Answer
from chalicelib.operations.orders.buyers import meet_buyers
from chalicelib.operations.orders.facts import Reported, report
from chalicelib.operations.orders.friends import Contact
from chalicelib.operations.orders.redeem import redeem
from chalicelib.operations.orders.reviews import review
from chalicelib.operations.orders.settle import settle_orders
from chalicelib.operations.outlook import Outlook
from chalicelib.operations.people.enrol import Enrolled, Enrolment, enrol
from chalicelib.operations.program import publication
from chalicelib.store.table import BusyError, Table
from memory.cloud import Sent
from memory.engine import Item

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
PEPPER = b"pepper"
TRIES = 20
RULES: dict[str, Any] = {
    "shop_name": "Kavya Ceramics",
    "shop_url": "https://kavya-ceramics.example/",
    "currency": "EUR",
    "offer": {"basis_points": 1000},
    "tiers": [
        {"name": "Starter", "threshold": 0, "reward": {"basis_points": 1000}},
        {"name": "Silver", "threshold": 5, "reward": {"basis_points": 1200}, "bonus": 250},
    ],
    "hold_days": 10,
    "review_days": 5,
}

T = TypeVar("T")


class Town:
    """The shop, its workers, its mail service. `mails` counts by recipient and subject, `busy` calls made again."""

    def __init__(self, table: Table, chance: Random) -> None:
        self.table = table
        self._chance = chance
        self.now = START
        self.mails: Counter[tuple[str, str]] = Counter()
        self.busy = 0
        self._one_at_a_time = threading.Lock()
        self._mailer = Mailer(self.send, "thanks@shop.example")
        self._program = publication.publish(table, RULES, author="setup", now=START)

    def publish(self, **rules: Any) -> None:
        """Change the rules for the orders to come."""
        self._program = publication.publish(self.table, {**RULES, **rules}, author="admin", now=self.now)

    # --- what people do -----------------------------------------------------------------------------------------------

    def enrol(self, name: str) -> Enrolled:
        """Make somebody an ambassador."""
        person = Enrolment(f"{name}@example.com", name.title())
        rules, chance = self._program, self._chance
        return self._patiently(
            lambda: enrol(self.table, person, rules, Outlook(rules, PEPPER), now=self.now, chance=chance)
        )

    def redeem(self, order_id: str, code: str, friend: str, amount: int = 5000, *, pending: bool = False) -> Answer:
        """Use a code on an order."""
        persons = (friend, f"customer-{friend}")
        told = f"{code}-{friend}-{amount}"
        ask = Ask(order_id, code, persons, Money(amount, "EUR"), placed_at=START, pending=pending, fingerprint=told)
        contact = Contact(f"{friend}@friends.example", None, "Fay", "en")
        return self._patiently(lambda: redeem(self.table, ask, contact, self._program, now=self.now))

    def pay(self, order_id: str) -> Any:
        """Report that an order is paid for."""
        return self._report(Payment(order_id, "p1", paid_at=self.now, recorded_at=self.now))

    def refund(self, order_id: str, refund_id: str, amount: int, kind: Any = "refund", currency: str = "EUR") -> Any:
        """Report money paid back."""
        return self._report(Refund(order_id, refund_id, kind, amount, currency, recorded_at=self.now))

    def reverse(self, order_id: str, refund_id: str) -> Any:
        """Report a dispute won."""
        return self._report(Reversal(order_id, refund_id, recorded_at=self.now))

    def fulfil(self, order_id: str, fulfilment_id: str) -> Any:
        """Report a delivery."""
        return self._report(Fulfilment(order_id, fulfilment_id, delivered_at=self.now, recorded_at=self.now))

    def review(self, order_id: str, decision: Decision) -> Any:
        """Decide on an order's reward."""
        return self._patiently(
            lambda: review(self.table, order_id, decision, author="key", note="looked", now=self.now)
        )

    def anything(self, chance: Random, codes: Sequence[str]) -> None:
        """Do one of all that, with a few orders and friends that others use too."""
        order_id, name = f"any-{chance.randint(1, 40)}", chance.choice(["r1", "r2", "r3"])
        match chance.randint(1, 9):
            case 1 | 2 | 3:
                friend = f"any-friend-{chance.randint(1, 60)}"
                self.redeem(order_id, chance.choice(codes), friend, chance.choice([5000, 3333]))
            case 4 | 5:
                self.refund(order_id, name, chance.choice([700, 1000]), chance.choice(["refund", "chargeback"]))
            case 6:
                self.refund(order_id, f"c-{name}", 0, "cancellation")
                self.reverse(order_id, f"c-{name}")
            case 7:
                self.reverse(order_id, name)
            case 8:
                self.fulfil(order_id, name)
            case _:
                self.review(order_id, chance.choice(["approve", "deny"]))

    # --- what workers do ----------------------------------------------------------------------------------------------

    def settle(self, order_ids: Sequence[str]) -> None:
        """Settle some orders, as a worker does that the stream has told of them."""
        met, unmet = meet_buyers(self.table, order_ids, Outlook(self._program, b""), now=self._soon)
        postponed = settle_orders(self.table, met, now=self._soon, met=met)
        assert not (*unmet, *postponed), (unmet, postponed)

    def work(self) -> int:
        """Settle and deliver what is due, and what was just reported; return how much that was."""
        due = [key.pk for key in self._patiently(lambda: list(self.table.list_due(self._soon)))]
        self.settle(_named("ORDER#", due))
        post = Post(self.table, self._mailer, self._program, "https://friends.example", PEPPER, b"links")
        for message_id in _named("MSG#", due):
            deliver(post, message_id, now=self._soon)
        return len(due)

    def send(self, _: str, request: Item) -> Item:
        """SES: takes every mail."""
        mail = (request["Destination"]["ToAddresses"][0], Sent(request).subject)
        with self._one_at_a_time:
            self.mails[mail] += 1
        return {"MessageId": f"mail-{self.mails.total()}"}

    # --- inside -------------------------------------------------------------------------------------------------------

    @property
    def _soon(self) -> datetime:
        """When the time of grace has passed that the stream is given."""
        return self.now + timedelta(minutes=1)

    def _report(self, fact: Reported) -> Any:
        return self._patiently(lambda: report(self.table, fact))

    def _patiently(self, act: Callable[[], T]) -> T:
        """Do as clients do: who is told that the table is busy sends the same request again."""
        for _ in range(TRIES):
            try:
                return act()
            except BusyError:
                with self._one_at_a_time:
                    self.busy += 1
        raise TimeoutError(f"busy {TRIES} times in a row")


def _named(prefix: str, pks: list[str]) -> list[str]:
    return [pk.removeprefix(prefix) for pk in dict.fromkeys(pks) if pk.startswith(prefix)]
