"""Fitting the models: the package `lifetimes`, the papers, and customers whose parameters are known."""

from dataclasses import astuple
from datetime import date
from functools import cache
from random import Random

import pytest

from chalicelib.domain.worth.history import History, history
from fitting import cdnow
from fitting.models import FitError, Fitted, fit, fit_buying


def histories(until: date) -> list[History]:
    """All customers of the store until a day."""
    return [seen for it in cdnow.customers() if (seen := history(it.purchases, until))]


@cache
def fitted_until(until: date) -> Fitted:
    """Both models, fitted to all of them."""
    return fit(histories(until))


@pytest.mark.parametrize("until", [cdnow.QUARTER_3, cdnow.LAST])
def test_what_is_fitted_is_what_lifetimes_fits(until: date) -> None:
    """All seven parameters, to a tenth of a per cent, after 39 weeks and after all 78."""
    fitted, reference = fitted_until(until), cdnow.reference(until)
    assert fitted.customers == reference["customers"] == 2357
    assert astuple(fitted.buying) == pytest.approx(tuple(reference["buying"].values()), rel=1e-3)
    assert astuple(fitted.spending) == pytest.approx(tuple(reference["spending"].values()), rel=1e-3)


def test_the_papers_parameters_are_found() -> None:
    """Those that the authors publish for these customers after 39 weeks, whose unit is the week and the dollar."""
    fitted = fitted_until(cdnow.QUARTER_3)
    r, alpha, a, b = astuple(fitted.buying)
    assert (r, alpha / 7, a, b) == pytest.approx((0.243, 4.414, 0.793, 2.426), abs=2e-3)
    # a density by weeks is larger than one by days, once for each of the 2,457 purchases
    assert fitted.buying_likelihood + 2457 * 1.945910 == pytest.approx(-9582.4, abs=1)
    p, q, v = astuple(fitted.spending)
    assert (p, q, v / 100) == pytest.approx((6.25, 3.74, 15.44), abs=0.01)
    assert fitted.repeating == 946


def simulated(number: int, chance: Random) -> History:
    """A customer as BG/NBD describes one: a rate, a chance to be gone, and days of purchases until they are."""
    rate, gone, age = chance.gammavariate(0.8, 1 / 60), chance.betavariate(1.2, 4.0), 300 + number % 400
    at, times = 0.0, [0.0]
    while chance.random() >= (gone if len(times) > 1 else 0):
        at += chance.expovariate(rate)
        if at > age:
            break
        times.append(at)
    return History(len(times) - 1, round(times[-1]), age)


def test_known_parameters_are_found_again() -> None:
    """From customers who were drawn by the model itself, what it expects of them all is what it was drawn from."""
    chance = Random(20260301)
    drawn = [simulated(number, chance) for number in range(6000)]
    buying, _ = fit_buying(drawn)
    assert buying.r / buying.alpha == pytest.approx(0.8 / 60, rel=0.08)
    assert buying.a / (buying.a + buying.b) == pytest.approx(1.2 / 5.2, rel=0.08)


def test_too_few_customers_are_refused() -> None:
    """Nothing is learned of a handful, nor of customers of whom nobody has bought again; the text says so."""
    few = [it for it in histories(cdnow.LAST) if it.frequency][:49]
    for seen in (few, [], [History(0, 0, 90)] * 500):
        with pytest.raises(FitError, match="too few"):
            fit(seen)


def test_customers_who_all_do_the_same_are_refused() -> None:
    """Where nothing differs the models have no parameters, and none are made up."""
    with pytest.raises(FitError, match="does not fit"):
        fit([History(10, 300, 330, 5000.0)] * 200)
