"""Orders that wait to be paid: carts that change, payments that fail or come late, friends whom an admin sets free."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from chalicelib.domain.model.facts import Payment
from chalicelib.domain.orders.admit import Refused
from chalicelib.operations.orders.answers import GRACE, AlreadyPaid, Redeemed
from chalicelib.operations.orders.facts import report
from chalicelib.operations.orders.friends import keep, release
from chalicelib.operations.orders.redeem import redeem
from chalicelib.store.table import BusyError
from tests.simulator.actors import Town, quietly
from tests.simulator.world import START

CARTS = 3
REVISIONS = 3


class Carts:
    """A checkout that redeems before it is paid.

    `revised` are the highest revisions that it was told are stored, by order; `paid` the orders of which it was told
    that they are paid for. `refused` are the highest revisions of unpaid orders of which it was told that they have no
    discount.
    """

    def __init__(self, town: Town) -> None:
        self.town = town
        self.chance = town.chance
        self.revised: dict[str, int] = {}
        self.paid: set[str] = set()
        self.refused: dict[str, int] = {}

    def shopper(self) -> None:
        """Fill a cart, change it, send old requests again, and pay, or begin once more under another order id."""
        friend, code = self.town.some_friend(), self.chance.choice(self.town.codes)
        for _ in range(self.chance.randint(1, 5)):
            order_id = self._some_cart()
            if self.chance.random() < 0.2:
                friend, code = self.town.some_friend(), self.chance.choice(self.town.codes)
            revision = self.chance.choice([self.chance.randint(1, REVISIONS), self.revised.get(order_id, 0) + 1])
            self._send(order_id, friend, code, revision, pending=self.chance.random() < 0.8)

    def waverer(self) -> None:
        """Take the code off a cart and put one on again, cart after cart, in the order of the revisions or not."""
        friend, code = self.town.some_friend(), self.chance.choice(self.town.codes)
        revisions = range(1, 2 * REVISIONS) if self.chance.random() < 0.7 else range(2 * REVISIONS, 0, -1)
        for revision in revisions:
            for order_id in self.chance.sample([f"cart{number}" for number in range(1, CARTS + 1)], 2):
                self._send(order_id, friend, code, revision, pending=True, off=0.5)

    def cashier(self) -> None:
        """Report payments: of any order, once or more, before the order or after it."""
        for _ in range(self.chance.randint(1, 3)):
            order_id = self.chance.choice([self._some_cart(), self.town.some_order()])
            now = self.town.world.now
            payment = Payment(order_id, self.chance.choice(["p1", "p1", "p2"]), paid_at=now, recorded_at=now)
            quietly(lambda payment=payment: report(self.town.world.table, payment))  # type: ignore[misc]

    def releaser(self) -> None:
        """An admin sets friends free, whether or not that costs a reward, and takes that back."""
        for _ in range(4):
            for _ in range(self.chance.randint(1, 20)):
                self.town.world.switch()
            order_id = self.chance.choice([self._some_cart(), self.town.some_order()])
            quietly(lambda order_id=order_id: self._release_or_keep(order_id))  # type: ignore[misc]

    def _release_or_keep(self, order_id: str) -> None:
        table, now = self.town.world.table, self.town.world.now
        if self.chance.random() < 0.4:
            keep(table, order_id, author="key", note="a slip", now=now, due_at=now + GRACE)
            return
        void_reward = self.chance.random() < 0.5
        release(table, order_id, void_reward=void_reward, author="key", note="asked", now=now, due_at=now + GRACE)

    def _some_cart(self) -> str:
        return f"cart{self.chance.randint(1, CARTS)}"

    def _send(self, order_id: str, friend: str, code: str, revision: int, *, pending: bool, off: float = 0.3) -> None:
        ask, contact = self.town.ask(order_id, friend, code)
        removed = pending and self.chance.random() < off
        ask = replace(
            ask,
            code="" if removed else ask.code,
            placed_at=START + timedelta(minutes=revision),
            pending=pending,
            revision=revision,
            fingerprint=f"{ask.fingerprint}-{removed}",
        )
        with suppress(BusyError):
            answer = redeem(self.town.world.table, ask, contact, self.town.program(), now=self.town.world.now)
            if isinstance(answer, Refused) and pending:
                self.refused[order_id] = max(self.refused.get(order_id, 0), revision)
            if isinstance(answer, AlreadyPaid):
                self.paid.add(order_id)
            if isinstance(answer, Redeemed):
                stored = answer.redemption
                assert answer.superseded or stored.fingerprint == ask.fingerprint, f"{order_id} is not what was sent"
                assert not answer.superseded or stored.revision > revision, f"{order_id} is superseded by nothing"
                self.revised[order_id] = max(self.revised.get(order_id, 0), stored.revision)
                if answer.paid:
                    self.paid.add(order_id)
