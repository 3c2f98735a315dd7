"""How often a customer will buy: BG/NBD, the model of Fader, Hardie and Lee (Marketing Science 24, 2005, 275-284).

While a customer is alive they buy at a rate of their own, drawn from a gamma distribution (`r`, `alpha`); after each
purchase they may be gone for good, with a chance of their own, drawn from a beta distribution (`a`, `b`).
"""

from dataclasses import dataclass
from math import asinh, cosh, exp, expm1, log, log1p, sinh, sqrt

from chalicelib.domain.worth.history import History

_STEP = 1 / 8
_FAR = 40.0
"""How much less than the most, as a logarithm, still counts: 1e-17."""


@dataclass(frozen=True, slots=True)
class Buying:
    """The model's four parameters, all above zero. Time is in days.

    Attributes:
        r: How alike the rates are: the shape of their distribution. The mean rate is `r / alpha` a day.
        alpha: The scale of that distribution, in days.
        a: With `b`: the mean chance to be gone after a purchase is `a / (a + b)`.
    """

    r: float
    alpha: float
    a: float
    b: float

    def alive(self, seen: History) -> float:
        """Return the chance that somebody is still a customer. Who has bought once only is, by this model.

        http://www.brucehardie.com/notes/021/palive_for_BGNBD.pdf
        """
        if seen.frequency == 0:
            return 1.0
        silence = log((self.alpha + seen.age) / (self.alpha + seen.recency))
        against = log(self.a / (self.b + seen.frequency - 1)) + (self.r + seen.frequency) * silence
        return 1 / (1 + exp(min(against, 700.0)))

    def purchases(self, seen: History, *days: float) -> list[float]:
        """Return on how many days somebody will buy within each of so many days from now: equation (10).

        Its closed form divides by `a - 1` and multiplies what is too large with what is too small for a float. So the
        integral is taken that it is the closed form of: over the chance `p` to be gone after a purchase, weighted as a
        beta distribution with `a` and `b + frequency`, of `(1 - (1 + p t / (alpha + T)) ** -(r + frequency)) / p`.
        """
        alive, order, scale = self.alive(seen), self.r + seen.frequency, self.alpha + seen.age
        nodes = _beta(self.a, self.b + seen.frequency)
        return [alive * sum(weight * _bought(order, t / scale, gone) for gone, weight in nodes) for t in days]


def _bought(order: float, time: float, gone: float) -> float:
    """Expect purchases of those alive whose chance to be gone after each is `gone`."""
    return -expm1(-order * log1p(gone * time)) / gone


def _beta(a: float, b: float) -> tuple[tuple[float, float], ...]:
    """Return where to look at a function of a beta distribution, each with its weight; the weights sum to 1.

    The trapezoid rule over `u`, where the log-odds are their centre plus their spread times sinh(u): what is far out is
    reached in few steps, and the error falls exponentially with their number. It is below 1e-7 for parameters of 0.1
    and more.
    """
    centre, spread = log(a / b), sqrt(1 / a + 1 / b)
    top = a * _log_of(centre) + b * _log_of(-centre)
    reach = asinh(2 * _FAR * max(1 / a, 1 / b, 1.0) / spread)
    steps = int(reach / _STEP) + 1
    nodes: list[tuple[float, float]] = []
    for number in range(-steps, steps + 1):
        u = number * _STEP
        odds = centre + spread * sinh(u)
        height = a * _log_of(odds) + b * _log_of(-odds) - top + log(cosh(u))
        if height > -_FAR:
            nodes.append((exp(max(_log_of(odds), -700.0)), exp(height)))
    whole = sum(weight for _, weight in nodes)
    return tuple((gone, weight / whole) for gone, weight in nodes)


def _log_of(odds: float) -> float:
    """Return the logarithm of a chance by its log-odds."""
    return min(odds, 0.0) - log1p(exp(-abs(odds)))
