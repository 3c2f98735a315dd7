"""How sure a difference is: between the shares of two groups, and between their means.

Shares go by Newcombe's hybrid score interval, which holds for small groups and for shares near none or all, where the
usual one breaks down. Means go by Welch's interval, which lets the groups differ in size and spread.

Newcombe, R. G. (1998): Interval estimation for the difference between independent proportions, Statistics in Medicine
17, 873-890, method 10. Wilson, E. B. (1927): Probable inference, JASA 22, 209-212. Welch, B. L. (1947): The
generalization of Student's problem, Biometrika 34, 28-35.
"""

from dataclasses import dataclass
from math import exp, inf, lgamma, log, sqrt
from statistics import NormalDist

LEVEL = 0.95
"""How many of a hundred such intervals hold what they are about."""

_STEPS = 200
_TINY = 1e-300
_CLOSE = 1e-15


@dataclass(frozen=True, slots=True)
class Difference:
    """What one group has more than another, and between what it lies, as sure as `LEVEL` says."""

    value: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether chance alone would hardly have made it: the interval leaves out zero."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Sample:
    """What is known of a group: how many there are, the sum of what each has, and the sum of the squares of that."""

    number: int
    total: int
    squares: int

    @property
    def mean(self) -> float:
        """What one of them has on average."""
        return self.total / self.number

    @property
    def variance(self) -> float:
        """How far they are spread, judged by this sample; of fewer than two nothing can be said.

        It is worked out in whole numbers: of large sums that nearly cancel nothing is lost.
        """
        return (self.number * self.squares - self.total**2) / (self.number * (self.number - 1))


def share_interval(hits: int, number: int, level: float = LEVEL) -> tuple[float, float]:
    """Return between what a share lies of which so many of a `number`, at least one, were seen (Wilson's score)."""
    z = _normal(level)
    share = hits / number
    centre, spread = share + z * z / (2 * number), z * sqrt(share * (1 - share) / number + z * z / (4 * number**2))
    scale = 1 + z * z / number
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def difference_of_shares(
    hits: int, number: int, other_hits: int, other_number: int, level: float = LEVEL
) -> Difference | None:
    """Return by how much one group's share is above another's; None if there is nobody in one of them."""
    if not number or not other_number:
        return None
    one, other = hits / number, other_hits / other_number
    low, high = share_interval(hits, number, level)
    other_low, other_high = share_interval(other_hits, other_number, level)
    value = one - other
    below, above = (
        sqrt((one - low) ** 2 + (other_high - other) ** 2),
        sqrt((high - one) ** 2 + (other - other_low) ** 2),
    )
    return Difference(value, value - below, value + above)


def difference_of_means(one: Sample, other: Sample, level: float = LEVEL) -> Difference | None:
    """Return by how much one group's mean is above another's; None if there are fewer than two in one of them."""
    if min(one.number, other.number) < 2:
        return None
    value = one.mean - other.mean
    parts = [it.variance / it.number for it in (one, other)]
    error = sum(parts)
    if error == 0:
        return Difference(value, value, value)
    squares = ((part / error) ** 2 / (it.number - 1) for part, it in zip(parts, (one, other), strict=True))
    spread = student(level, 1 / sum(squares)) * sqrt(error)
    return Difference(value, value - spread, value + spread)


def student(level: float, freedom: float) -> float:
    """Return within how many standard errors Student's t lies, on either side, with this probability.

    `freedom` may be any number above zero, as Welch's is.
    """
    outside, low, high = 1 - level, 0.0, 1.0
    while _outside(high, freedom) > outside:
        low, high = high, high * 2
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if _outside(middle, freedom) > outside else (low, middle)
    return high


def _normal(level: float) -> float:
    return NormalDist().inv_cdf(0.5 + level / 2)


def _outside(t: float, freedom: float) -> float:
    """How likely Student's t lies beyond `t`, on either side (Abramowitz and Stegun 26.7.1)."""
    return 1.0 if t == 0 else _beta(freedom / 2, 0.5, freedom / (freedom + t * t))


def _beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function (Abramowitz and Stegun 26.5), with x within 0 and 1."""
    if x in (0.0, 1.0):
        return x
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1 - x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(a, b, x) / a
    return 1 - front * _fraction(b, a, 1 - x) / b


def _fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of the incomplete beta function (Abramowitz and Stegun 26.5.8), by Lentz's method."""
    c, d = 1.0, 1 / _apart(1 - (a + b) * x / (a + 1))
    value, before, m = d, inf, 0
    while abs(value - before) > _CLOSE * abs(value):
        m, before = m + 1, value
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d, c = 1 / _apart(1 + term * d), _apart(1 + term / c)
            value *= c * d
    return value


def _apart(number: float) -> float:
    """Keep a denominator away from zero."""
    return number if abs(number) > _TINY else _TINY
