"""What an order has brought, however it was told."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.model.facts import Payment, Purchase, Refund, RefundKind, Reversal
from chalicelib.domain.model.orders import Order, OrderFacts
from chalicelib.domain.worth.sales import Sale, sale_of, sales_of
from tests.unit.book import Book, at


def reported(amount: int = 4200, *, order_id: str = "p1", day: float = 0, **facts: Any) -> OrderFacts:
    """An order that the shop has reported, with facts about it."""
    told = Purchase(order_id, ("p" * 32,), amount, "EUR", at(day), at(day))
    return OrderFacts(order_id, purchase=told, **facts)


def redeemed(**changes: Any) -> Order:
    """An order of 50.00 with a code that took off 5.00, settled."""
    book = Book()
    book.look(0)
    return replace(book.order, redemption=replace(book.redemption, **changes))


def back(amount: int, kind: RefundKind = "refund", name: str = "r1", **more: Any) -> Refund:
    """Money that went back."""
    return Refund("o1", name, kind, amount, "EUR", recorded_at=at(1), **more)


def test_a_reported_order_brings_its_amount() -> None:
    """Nobody earns by it, so it is not referred."""
    sale = sale_of(reported())
    assert sale == Sale("p1", at(0), "EUR", 4200)
    assert not sale.is_referred


def test_an_order_with_a_code_brings_what_the_friend_paid() -> None:
    """Less the discount, and without tax where the shop tells it; what the ambassador has of it stands beside."""
    sale = sale_of(redeemed())
    assert sale == Sale("o1", at(0), "EUR", 4500, discount=500, reward=450, unit="EUR")
    assert sale.is_referred
    taxed = sale_of(redeemed(tax=800))
    assert taxed is not None
    assert taxed.amount == 3700
    unsettled = sale_of(redeemed(standing=None))
    assert unsettled is not None
    assert (unsettled.amount, unsettled.reward, unsettled.is_referred) == (4500, 0, True)


@pytest.mark.parametrize("order", [reported(4500), redeemed()])
def test_what_came_back_was_not_brought(order: OrderFacts) -> None:
    """Goods that were paid back come off, tax and shipping among the money do not; a refund undone counts no more."""
    part = replace(order, refunds=(back(1500, tax=200, shipping=300),))
    sale = sale_of(part)
    assert sale is not None
    assert sale.amount == 3500
    whole = replace(order, refunds=(back(1500), back(3000, "chargeback", "r2")))
    assert sale_of(whole) is None
    undone = sale_of(replace(whole, reversals=(Reversal("o1", "r2", at(2)),)))
    assert undone is not None
    assert undone.amount == 3000
    assert sale_of(replace(order, refunds=(back(0, "cancellation"),))) is None


def test_one_that_was_free_is_a_purchase() -> None:
    """A customer who paid nothing has bought all the same; one who got back the only cent has not."""
    assert sale_of(replace(reported(1), refunds=(back(1),))) is None
    assert sale_of(reported(0)) == Sale("p1", at(0), "EUR", 0)


def test_money_in_another_currency_is_not_taken_off() -> None:
    """Unless an admin has said what it is worth."""
    foreign = replace(back(1000), currency="USD")
    unknown = sale_of(replace(reported(), refunds=(foreign,)))
    assert unknown is not None
    assert unknown.amount == 4200
    book = Book()
    book.look(0)
    book.order = replace(book.order, refunds=(foreign,))
    book.review("approve", values={"r1": 900})
    known = sale_of(book.order)
    assert known is not None
    assert known.amount == 3600


def test_an_order_that_waits_for_its_payment_is_none_yet() -> None:
    """It is one when the payment is reported; an order of which the code was taken off is what the shop reports."""
    waiting = redeemed(pending=True, standing=None)
    assert sale_of(waiting) is None
    assert sale_of(replace(waiting, payment=Payment("o1", "p", at(1), at(1)))) is not None
    without = redeemed(pending=True, standing=None, withdrawn="code_removed")
    assert sale_of(without) is None
    assert sale_of(replace(without, purchase=reported().purchase)) == Sale("o1", at(0), "EUR", 4200)


def test_an_order_told_twice_is_one() -> None:
    """By the shop's report and by the code that was used on it: the latter says more."""
    both = replace(redeemed(), purchase=reported(9999).purchase)
    sales = sales_of([reported(day=3), both, redeemed(), OrderFacts("nothing")])
    assert [(it.order_id, it.amount) for it in sales] == [("o1", 4500), ("p1", 4200)]
