"""64 at once on AWS's own engine, through the real operations; in the end the books must be right to the cent.

The tests of this module share one table and run in their order: the last one drains it and looks at everything.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from threading import Barrier, Event
from typing import TypeVar

import pytest

from chalicelib.domain.model.messages import Message
from chalicelib.domain.model.orders import Order, Redemption
from chalicelib.domain.money import share
from chalicelib.domain.orders.admit import Refused
from chalicelib.operations.orders.answers import Conflicting, Redeemed
from chalicelib.operations.orders.facts import Taken
from chalicelib.operations.orders.reviews import Reviewed
from chalicelib.operations.people.enrol import Enrolled
from chalicelib.store.items import entity_of
from chalicelib.store.table import Table
from infra.dynamodb.fetch import say
from infra.dynamodb.local import TABLE, Local
from tests.dynamodb.town import Town
from tests.simulator.books import of, orders, violations
from tests.simulator.history import is_entity

THREADS = 64
PATIENCE_SECONDS = 120
DAYS = 30
WORKERS = 8
REWARD = 450

T = TypeVar("T")


@pytest.fixture(scope="module")
def town(local: Local) -> Iterator[Town]:
    """One shop for the module, with a connection for each thread."""
    began = time.monotonic()
    shop = Town(Table(local.wire()), Random(0))
    yield shop
    say(f"\n{THREADS} threads: {time.monotonic() - began:.0f} s in all, {shop.busy} calls were told to come again")


def at_once(act: Callable[[int], T], number: int = THREADS) -> list[T]:
    """Do something at the same moment in so many threads, each with a number of its own."""
    ready = Barrier(number)

    def join(place: int) -> T:
        ready.wait()
        return act(place)

    with ThreadPoolExecutor(number) as threads:
        return list(threads.map(join, range(number)))


def beside_workers(town: Town, act: Callable[[int], T]) -> list[T]:
    """The same in all threads, while workers settle and deliver beside them, and until they find nothing more."""
    done = Event()
    with ThreadPoolExecutor(WORKERS) as threads:
        working = [threads.submit(work_off, town, done) for _ in range(WORKERS)]
        try:
            answers = at_once(act)
        finally:
            done.set()
        for worker in working:
            worker.result()
    return answers


def work_off(town: Town, no_more: Event | None = None) -> None:
    """Look for what is due again and again, until there is nothing and no more will come."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while town.work() or not (no_more is None or no_more.is_set()):
        assert time.monotonic() < deadline, f"still something due after {PATIENCE_SECONDS} s"
        time.sleep(0.01)


def held(town: Town, ambassador: Enrolled) -> int:
    """What an ambassador has on hold, in cents."""
    account = town.table.read_account(ambassador.ambassador_id)
    assert account is not None
    return account.balance("EUR", "held")


def test_a_code_that_goes_viral_admits_everybody(town: Town) -> None:
    """64 friends at once, settled by 8 workers at once: all are admitted, and each is rewarded once."""
    maya = town.enrol("viral")
    answers = beside_workers(town, lambda n: town.redeem(f"viral-{n}", maya.code, f"viral-friend-{n}"))
    assert all(isinstance(answer, Redeemed) and not answer.replayed for answer in answers)
    assert held(town, maya) == THREADS * REWARD


def test_of_many_orders_of_one_friend_one_gets_the_place(town: Town) -> None:
    """The first order came to nothing, and 64 others want its place at once: one has it, and one reward is held."""
    maya = town.enrol("wanted")
    town.redeem("wanted", maya.code, "wanted-friend")
    town.refund("wanted", "c", 0, "cancellation")
    answers = beside_workers(town, lambda n: town.redeem(f"wanted-{n}", maya.code, "wanted-friend"))
    assert sum(isinstance(answer, Redeemed) for answer in answers) == 1
    assert {answer for answer in answers if not isinstance(answer, Redeemed)} == {Refused("friend_already_referred")}
    assert held(town, maya) == REWARD


def test_of_many_orders_that_are_paid_for_at_once_one_is_rewarded(town: Town) -> None:
    """Three orders of each of twenty friends wait for their payment, and all are paid for at once."""
    maya = town.enrol("paid")

    def pay(thread: int) -> None:
        friend, turn = divmod(thread, 3)
        order_id = f"paid-{friend}-{turn}"
        town.redeem(order_id, maya.code, f"paid-friend-{friend}", pending=True)
        town.pay(order_id)

    beside_workers(town, lambda n: pay(n) if n < 60 else None)
    assert held(town, maya) == 20 * REWARD


def test_a_cap_holds_however_many_come_at_once(town: Town) -> None:
    """64 orders against a month's cap of ten rewards: granted is the cap, and not a cent more."""
    town.publish(caps=[{"per": "month", "amount": 10 * REWARD}])
    maya = town.enrol("capped")
    beside_workers(town, lambda n: town.redeem(f"cap-{n}", maya.code, f"cap-friend-{n}"))
    town.publish()
    assert held(town, maya) == 10 * REWARD


def test_each_order_settled_by_a_worker_of_its_own(town: Town) -> None:
    """64 workers at once on one account. Half of their orders were cancelled: these post nothing and undo nothing."""
    maya = town.enrol("crowded")

    def order(thread: int) -> None:
        if thread % 2:
            town.refund(f"crowd-{thread}", "c", 0, "cancellation")
        town.redeem(f"crowd-{thread}", maya.code, f"crowd-friend-{thread}")

    at_once(order)
    at_once(lambda thread: town.settle([f"crowd-{thread}"]))
    work_off(town)
    assert held(town, maya) == THREADS // 2 * REWARD


def test_the_same_order_from_all_threads_is_one_order(town: Town) -> None:
    """Half of them with other content: one is taken, the same content is a replay, the other a conflict."""
    maya = town.enrol("same")
    answers = beside_workers(town, lambda n: town.redeem("same-1", maya.code, "same-friend", 5000 + n % 2))
    kinds = Counter(answer.replayed if isinstance(answer, Redeemed) else type(answer) for answer in answers)
    assert kinds == {False: 1, True: THREADS // 2 - 1, Conflicting: THREADS // 2}


def test_one_friend_with_64_codes_is_referred_once(town: Town) -> None:
    """The friend's guard decides the race: one redemption, and everybody else is told why not."""
    rivals = at_once(lambda n: town.enrol(f"rival-{n}"))
    answers = beside_workers(town, lambda n: town.redeem(f"rival-{n}", rivals[n].code, "wanted"))
    kinds = Counter(answer.reason if isinstance(answer, Refused) else type(answer) for answer in answers)
    assert kinds == {Redeemed: 1, "friend_already_referred": THREADS - 1}


def test_one_person_enrolled_by_all_threads_is_one_ambassador(town: Town) -> None:
    """One is new, and all get the same code."""
    answers = at_once(lambda _: town.enrol("popular"))
    assert Counter(answer.new for answer in answers) == {True: 1, False: THREADS - 1}
    assert len({answer.code for answer in answers}) == 1


def test_a_storm_of_refunds_leaves_what_was_kept(town: Town) -> None:
    """Eight refunds of each of eight orders, each reported by eight threads at once, and half of them won back."""
    maya = town.enrol("storm")
    at_once(lambda n: town.redeem(f"storm-{n}", maya.code, f"storm-friend-{n}"), 8)

    def rain(thread: int) -> int:
        told = []
        for refund in Random(thread).sample(range(8), 8):
            told.append(town.refund(f"storm-{thread % 8}", f"r{refund}", 300, "chargeback"))
            if refund % 2:
                told.append(town.reverse(f"storm-{thread % 8}", f"r{refund}"))
        return sum(isinstance(it, Taken) and not it.replayed for it in told)

    assert sum(beside_workers(town, rain)) == 8 * (8 + 4), "each was new once"
    assert held(town, maya) == 8 * share(REWARD, 4500 - 4 * 300, 4500)


def test_reviews_that_cross_are_told_so(town: Town) -> None:
    """64 admins decide on one order at once: each decision taken has a number of its own, and none is lost."""
    maya = town.enrol("reviewed")
    town.redeem("review-1", maya.code, "review-friend")
    town.work()
    answers = beside_workers(town, lambda n: town.review("review-1", "approve" if n % 2 else "deny"))
    taken = [answer.review.number for answer in answers if isinstance(answer, Reviewed) and not answer.replayed]
    assert sorted(taken) == list(range(1, len(taken) + 1))
    assert len(town.table.read_order("review-1").reviews) == len(taken)


def test_a_storm_of_everything(town: Town) -> None:
    """Each thread does a dozen things with orders and friends that all share, and workers settle beside them."""
    codes = [town.enrol(f"any-{n}").code for n in range(4)]

    def live(thread: int) -> None:
        chance = Random(thread)
        for _ in range(12):
            town.anything(chance, codes)

    beside_workers(town, live)


def test_in_the_end_the_books_are_right(town: Town, local: Local) -> None:
    """Drained by workers at once: no violation, every order is worth what its facts say, each mail was sent once."""
    for _ in range(0, DAYS, 2):
        at_once(lambda _: work_off(town), WORKERS)
        town.now += timedelta(days=2)
    pages = local.client().get_paginator("scan").paginate(TableName=TABLE, ConsistentRead=True)
    entities = [entity_of(item) for page in pages for item in page["Items"] if is_entity(item["SK"]["S"])]
    assert of(Redemption, entities)
    assert violations(entities, now=town.now) == []
    for order in orders(entities):
        standing = order.redemption.standing
        assert standing is not None
        assert (standing.held, standing.available) == (0, worth(order)), order
    letters = sum(1 for _ in of(Message, entities))
    assert town.mails.total() == letters
    say(f"\n{len(entities)} items, {letters} mails, 0 violations")


def worth(order: Order) -> int:
    """What an order must be worth in the end under these rules, said independently: from facts and granted amount."""
    assert order.redemption.standing is not None
    undone = {it.refund_id for it in order.reversals}
    counting = [it for it in order.refunds if it.refund_id not in undone]
    denied = order.reviews and max(order.reviews, key=lambda it: it.number).decision == "deny"
    if denied or order.freed is not None or any(it.kind == "cancellation" for it in counting):
        return 0
    paid = order.redemption.paid
    kept = max(0, paid - sum(it.amount for it in counting))
    return order.redemption.standing.terms.granted * kept // paid
