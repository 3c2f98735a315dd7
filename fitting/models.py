"""The parameters under which what customers did was likeliest, of both models.

The likelihoods are those of Fader, Hardie and Lee (Marketing Science 24, 2005, section 7), and of Fader and Hardie,
"The Gamma-Gamma Model of Monetary Value" (2013), equation (1a).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import gammaln

from chalicelib.domain.worth.buying import Buying
from chalicelib.domain.worth.history import History
from chalicelib.domain.worth.spending import Spending

Numbers = NDArray[np.float64]

REPEATING_MIN = 50
"""Of fewer customers who have bought again nothing is learned that would hold for others."""

LOWEST, HIGHEST = 1e-3, 1e4
"""Between these a parameter is one; where the likeliest lies at an end, the model does not fit."""

STARTS = (0.3, 3.0)


class FitError(Exception):
    """The models cannot be fitted; the text says why."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """Both models, how likely each made what was observed, and how many customers that were.

    Attributes:
        correlation: Of how often and how much those who bought again have bought: gamma-gamma takes it for nothing.
    """

    buying: Buying
    buying_likelihood: float
    customers: int
    spending: Spending
    spending_likelihood: float
    repeating: int
    correlation: float


def fit(histories: Sequence[History]) -> Fitted:
    """Fit both models by maximum likelihood.

    Raises:
        FitError: there are too few customers who have bought again, or the models do not fit them.
    """
    paying = [it for it in histories if it.frequency > 0 and it.value > 0]
    if len(paying) < REPEATING_MIN:
        detail = f"{len(paying)} customers have bought again; it takes {REPEATING_MIN}."
        raise FitError(f"There are too few customers to fit anything to: {detail}")
    buying, likely = fit_buying(histories)
    spending, too = fit_spending(paying)
    often, much = ([getattr(it, name) for it in paying] for name in ("frequency", "value"))
    alike = float(np.corrcoef(often, much)[0, 1]) if len(set(often)) > 1 and len(set(much)) > 1 else 0.0
    return Fitted(buying, likely, len(histories), spending, too, len(paying), alike)


def fit_buying(histories: Sequence[History]) -> tuple[Buying, float]:
    """Fit BG/NBD; return it with its log-likelihood.

    Raises:
        FitError: it does not fit.
    """
    rows = np.array([(it.frequency, it.recency, it.age) for it in histories], dtype=np.float64)
    patterns, weights = np.unique(rows, axis=0, return_counts=True)
    x, recency, age = patterns.T
    unit = float(age.max()) or 1.0

    def minus(logs: Numbers) -> float:
        return -float(weights @ log_likelihood(np.exp(logs), x, recency / unit, age / unit))

    (r, alpha, a, b), least = _likeliest(minus, 4, "BG/NBD")
    # time is in units of the oldest customer's age, and a density of purchases grows as its unit shrinks
    return Buying(r, alpha * unit, a, b), -least - float(weights @ x) * float(np.log(unit))


def fit_spending(histories: Sequence[History]) -> tuple[Spending, float]:
    """Fit gamma-gamma to customers who have bought again; return it with its log-likelihood.

    Raises:
        FitError: it does not fit.
    """
    x, mean = np.array([(it.frequency, it.value) for it in histories], dtype=np.float64).T
    unit = float(mean.mean())

    def minus(logs: Numbers) -> float:
        return -float(spent_likelihood(np.exp(logs), x, mean / unit).sum())

    (p, q, v), least = _likeliest(minus, 3, "Gamma-gamma")
    if q <= 1:
        raise FitError(f"Gamma-gamma does not fit: what customers spend has no mean (q = {q:.3f}).")
    return Spending(p, q, v * unit), -least - len(x) * float(np.log(unit))


def log_likelihood(parameters: Numbers, x: Numbers, recency: Numbers, age: Numbers) -> Numbers:
    """How likely BG/NBD makes each history, as a logarithm."""
    r, alpha, a, b = parameters
    drawn = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    drawn += gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    alive = -(r + x) * np.log(alpha + age)
    gone = np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + recency)
    both: Numbers = drawn + np.logaddexp(alive, np.where(x > 0, gone, -np.inf))
    return both


def spent_likelihood(parameters: Numbers, x: Numbers, mean: Numbers) -> Numbers:
    """How likely gamma-gamma makes each mean, as a logarithm."""
    p, q, v = parameters
    each: Numbers = (
        gammaln(p * x + q)
        - gammaln(p * x)
        - gammaln(q)
        + q * np.log(v)
        + (p * x - 1) * np.log(mean)
        + p * x * np.log(x)
        - (p * x + q) * np.log(x * mean + v)
    )
    return each


def _likeliest(minus: Callable[[Numbers], float], number: int, name: str) -> tuple[list[float], float]:
    """Find where the logarithms of parameters make least of a function, from several starts."""
    ends = (float(np.log(LOWEST)), float(np.log(HIGHEST)))
    found = [
        minimize(minus, np.full(number, np.log(start)), method="L-BFGS-B", bounds=[ends] * number,
                 options={"ftol": 1e-13, "gtol": 1e-6, "maxiter": 1000})
        for start in STARTS
    ]  # fmt: skip
    best = min(found, key=lambda it: float(it.fun))
    if not np.isfinite(best.fun) or min(np.abs(best.x - end).min() for end in ends) < 1e-3:
        raise FitError(f"{name} does not fit: a parameter leaves all bounds. Try again with more customers.")
    return [float(it) for it in np.exp(best.x)], float(best.fun)
