"""What the field's models expect, applied in plain Python: held to the package `lifetimes`, and to the papers."""

from dataclasses import replace
from math import inf, isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import hyp2f1

from chalicelib.domain.worth.buying import Buying
from chalicelib.domain.worth.expectation import Models, expect
from chalicelib.domain.worth.history import History, history
from chalicelib.domain.worth.spending import Spending
from fitting import cdnow

PAPER = Buying(r=0.243, alpha=4.414 * 7, a=0.793, b=2.426)
"""Table 2 of Fader, Hardie and Lee (2005), whose unit is the week."""


def test_what_is_expected_of_all_customers_is_what_lifetimes_expects() -> None:
    """With the same parameters, each of the four figures of 2,357 customers is equal to six digits."""
    models = replace(cdnow.models(), discount=cdnow.YEARLY)
    for it in cdnow.customers():
        seen = history(it.purchases, cdnow.LAST)
        assert seen is not None
        year, months = expect(models, seen), expect(models, seen, 360)
        assert year.alive == pytest.approx(it.alive, rel=1e-5)
        assert year.purchases == pytest.approx(it.expected, rel=1e-5)
        assert year.per_purchase == pytest.approx(it.per_purchase, rel=1e-5)
        assert months.value == pytest.approx(it.value, rel=5e-5)  # a discount is a whole number of basis points


def test_the_example_of_the_paper() -> None:
    """The customer whom the authors work out: 1.226 purchases in the 39 weeks after the first 38.86."""
    (expected,) = PAPER.purchases(History(frequency=2, recency=213, age=272), 39 * 7)
    assert expected == pytest.approx(1.226, abs=0.001)


@given(
    r=st.floats(0.05, 20),
    alpha=st.floats(0.5, 500),
    a=st.floats(0.1, 8).filter(lambda it: abs(it - 1) > 1e-3),
    b=st.floats(0.3, 30),
    frequency=st.integers(0, 40),
    silence=st.integers(0, 400),
    days=st.integers(1, 2000),
)
def test_the_integral_is_the_closed_form(
    r: float, alpha: float, a: float, b: float, frequency: int, silence: int, days: int
) -> None:
    """Where the closed form of equation (10) can be worked out, by Gauss' hypergeometric function, it says the same."""
    recency = 7 * frequency
    age = recency + silence
    order, sum_of, scale = r + frequency, a + b + frequency - 1, alpha + age
    if abs(sum_of) < 1e-3:
        return  # the closed form has a pole there
    series = hyp2f1(order, b + frequency, sum_of, days / (scale + days))
    rest = (scale / (scale + days)) ** order * series
    if not (isfinite(rest) and abs(1 - rest) > 1e-4 * abs(a - 1)):
        return  # too large for a float, or too few of its digits left
    model, seen = Buying(r, alpha, a, b), History(frequency, recency, age)
    (expected,) = model.purchases(seen, days)
    assert expected == pytest.approx(model.alive(seen) * sum_of / (a - 1) * (1 - rest), rel=1e-6, abs=1e-9)


@given(
    parameters=st.tuples(*[st.floats(1e-3, 1e4)] * 4),
    frequency=st.integers(0, 5000),
    recency=st.integers(0, 5000),
    silence=st.integers(0, 9000),
)
def test_no_customer_is_too_much(
    parameters: tuple[float, float, float, float], frequency: int, recency: int, silence: int
) -> None:
    """Whatever the parameters and the history: chances are chances, and more time never expects less."""
    seen = History(frequency, recency if frequency else 0, recency + silence)
    model = Buying(*parameters)
    assert 0 <= model.alive(seen) <= 1
    none, month, year = model.purchases(seen, 0, 30, 365)
    assert none == 0 <= month <= year < inf


def test_where_the_closed_form_divides_by_zero() -> None:
    """At a = 1, and at a + b = 1 for somebody who bought once, the expectation lies between its neighbours."""
    for a, b in ((1.0, 2.0), (0.5, 0.5)):
        for seen in (History(0, 0, 30), History(3, 40, 60)):
            models = (Buying(0.5, 20.0, a + step, b) for step in (1e-6, 0.0, -1e-6))
            low, at, high = (model.purchases(seen, 365)[0] for model in models)
            assert low < at < high
            assert high - low < 1e-5 * at


def test_longer_silence_makes_a_customer_less_likely() -> None:
    """The chance to be alive falls with silence, sooner for who has bought often; who bought once is always alive."""
    often, seldom = (
        [PAPER.alive(History(frequency, 200, 200 + silence)) for silence in (0, 30, 90, 300)] for frequency in (12, 2)
    )
    for chances in (often, seldom):
        assert chances == sorted(chances, reverse=True)
    assert often[0] > seldom[0]
    assert often[-1] < seldom[-1]
    assert PAPER.alive(History(0, 0, 5000)) == 1.0


def test_what_is_known_of_somebody_weighs_more_with_each_purchase() -> None:
    """Of whoever has bought once all customers' mean is expected; after many purchases nearly their own."""
    model = Spending(p=6.25, q=3.74, v=1544)
    everybody = 6.25 * 1544 / 2.74
    assert model.value(History(0, 0, 100)) == pytest.approx(everybody)
    once, often = (model.value(History(frequency, 50, 100, value=9000.0)) for frequency in (1, 200))
    assert everybody < once < often < 9000
    assert often == pytest.approx(9000, rel=0.02)


def test_a_later_purchase_is_worth_less() -> None:
    """Without discount the value is purchases times what each brings; with one it is less, but not by more than it."""
    seen = History(4, 90, 120, 4000.0)
    plain = expect(cdnow.models(), seen)
    assert plain.value == pytest.approx(plain.purchases * plain.per_purchase)
    tenth = expect(Models(cdnow.models().buying, cdnow.models().spending, "EUR", 1000), seen)
    assert plain.value / 1.1 < tenth.value < plain.value
    assert tenth.purchases == plain.purchases
    assert (plain.days, expect(cdnow.models(), seen, 30).days) == (365, 30)
