"""Offers of a person's own: for one, on one order, until the end of a day."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.care.offers import (
    Order,
    Terms,
    Unusable,
    UsedAlready,
    discount_of,
    free,
    is_over,
    offer_for,
    refusal,
    use,
)
from chalicelib.domain.model.offers import Offer
from chalicelib.domain.model.people import Person
from chalicelib.domain.money import Money
from chalicelib.domain.program.program import Program, Rate, Tier

NOW = datetime(2026, 3, 14, 9, tzinfo=UTC)
PROGRAM = Program(3, "Shop", "https://shop.example/", "EUR", (Tier("All", 0),), time_zone="America/New_York")
LEO = Person("per_leo")
FIVE = Terms(Rate(amount=500), days=30, minimum=3000)


def offer(terms: Terms = FIVE) -> Offer:
    """An offer for Leo."""
    return offer_for(LEO, terms, "touch:per_leo:miss_you:o1", PROGRAM, now=NOW, chance=Random(1))


def order(amount: int = 4000, order_id: str = "o2", whose: str | None = "per_leo", currency: str = "EUR") -> Order:
    """An order of Leo's."""
    return Order(order_id, Money(amount, currency), whose)


def test_it_is_made_for_one_person_in_the_programs_money() -> None:
    """Its code looks like any coupon's, and says nothing."""
    made = offer()
    assert (made.person_id, made.currency, made.minimum, made.rate) == ("per_leo", "EUR", 3000, Rate(amount=500))
    assert (made.state, made.created_at) == ("open", NOW)
    assert made.code.startswith("CPN")
    assert made.cause == "touch:per_leo:miss_you:o1"


def test_its_last_day_is_whole_by_the_programs_clocks() -> None:
    """Thirty days from today, to the last moment: clocks went forward in New York on 8 March."""
    made = offer()
    assert made.until == datetime(2026, 4, 14, 4, tzinfo=UTC) - timedelta(milliseconds=1)
    assert not is_over(made, made.until)
    assert is_over(made, made.until + timedelta(milliseconds=1))


@pytest.mark.parametrize(
    ("rate", "amount", "off"),
    [
        (Rate(amount=500), 4000, 500),
        (Rate(amount=500), 300, 300),
        (Rate(basis_points=1500), 4099, 614),
        (Rate(basis_points=1500, maximum=300), 4099, 300),
        (Rate(basis_points=10_000), 4099, 4099),
    ],
)
def test_what_it_takes_off(rate: Rate, amount: int, off: int) -> None:
    """An amount, or a share rounded down and up to its maximum; never more than the order costs."""
    assert discount_of(offer(Terms(rate, 30)), amount) == off


def test_it_is_used_once() -> None:
    """With what it took off; the same order again is the same, another one is told what stands."""
    used = use(offer(), LEO.id, order(), by="key", now=NOW)
    assert isinstance(used, Offer)
    assert (used.state, used.order_id, used.amount, used.discount) == ("used", "o2", 4000, 500)
    assert (used.used_at, used.used_by, used.version) == (NOW, "key", 2)
    late = used.until + timedelta(days=9)
    assert use(used, LEO.id, order(), by="other", now=late) == UsedAlready(used, repeated=True)
    assert use(used, LEO.id, order(4001), by="key", now=NOW) == UsedAlready(used, repeated=False)
    assert use(used, LEO.id, order(order_id="o3"), by="key", now=NOW) == UsedAlready(used, repeated=False)


@pytest.mark.parametrize(
    ("asked", "late", "reason"),
    [
        (order(whose="per_ben"), False, "not_yours"),
        (order(whose=None), False, "not_yours"),
        (order(whose="per_ben", amount=1), True, "not_yours"),
        (order(), True, "coupon_cancelled"),
        (order(2999), False, "below_minimum"),
        (order(currency="USD"), False, "currency_mismatch"),
        (order(1, currency="USD"), True, "coupon_cancelled"),
        (order(3000), False, None),
    ],
)
def test_why_it_cannot_be_used(asked: Order, late: bool, reason: str | None) -> None:
    """A quote and a confirmation say the same; nobody else learns more than that it is not theirs."""
    made = offer()
    now = made.until + timedelta(milliseconds=1) if late else made.until
    assert refusal(made, LEO.id, asked, now=now) == reason
    answer = use(made, LEO.id, asked, by="key", now=now)
    assert answer == Unusable(made, reason) if reason else isinstance(answer, Offer)


def test_a_quote_of_a_used_one() -> None:
    """It is usable on the order that has it, and on no other."""
    used = replace(offer(), state="used", order_id="o2")
    assert refusal(used, LEO.id, order(), now=NOW) is None
    assert refusal(used, LEO.id, order(order_id="o3"), now=NOW) == "coupon_confirmed"


def test_it_is_free_again_if_its_order_says_so() -> None:
    """As it was, with another version; and a second time there is nothing to do."""
    made = offer()
    used = use(made, LEO.id, order(), by="key", now=NOW)
    assert isinstance(used, Offer)
    back = free(used, "o2")
    assert back == replace(made, version=3)
    assert isinstance(back, Offer)
    assert free(back, "o2") == UsedAlready(back, repeated=True)


def test_a_cancellation_that_comes_late_frees_nothing() -> None:
    """The next order has it by then."""
    used = use(offer(), LEO.id, order(order_id="o3"), by="key", now=NOW)
    assert isinstance(used, Offer)
    assert free(used, "o2") == UsedAlready(used, repeated=False)
    assert free(used, None) == UsedAlready(used, repeated=False)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["use", "free"]), st.sampled_from(["o2", "o3", "o4"]), st.sampled_from(["per_leo", "per_ben"])
    ),
    max_size=12,
)


@given(steps=STEPS)
def test_whatever_is_asked_it_is_on_one_order_of_its_owner(steps: list[tuple[str, str, str]]) -> None:
    """Who was told 201 has it until they free it; what an answer leaves is what the next one meets."""
    now, holder = offer(), None
    for step, order_id, whose in steps:
        answer = (
            use(now, LEO.id, order(order_id=order_id, whose=whose), by="key", now=NOW)
            if step == "use"
            else free(now, order_id)
        )
        if isinstance(answer, Offer):
            assert (holder is None) if step == "use" else holder == order_id
            assert step == "free" or whose == LEO.id
            assert answer.version == now.version + 1
            now, holder = answer, order_id if step == "use" else None
        assert (now.state == "used", now.order_id) == (holder is not None, holder)
