"""The intervals are those of the literature, and hold what they promise when they are tried out."""

from collections.abc import Callable
from random import Random

import pytest

from chalicelib.domain.stats.intervals import (
    Difference,
    Sample,
    difference_of_means,
    difference_of_shares,
    share_interval,
    student,
)

NEWCOMBE = [
    ((56, 70, 48, 80), (0.0524, 0.3339)),
    ((9, 10, 3, 10), (0.1705, 0.8090)),
    ((6, 7, 2, 7), (0.0582, 0.8062)),
    ((5, 56, 0, 29), (-0.0381, 0.1926)),
    ((0, 10, 0, 20), (-0.1611, 0.2775)),
    ((0, 10, 0, 10), (-0.2775, 0.2775)),
    ((10, 10, 0, 20), (0.6791, 1.0000)),
    ((10, 10, 0, 10), (0.6075, 1.0000)),
]
"""Table II of Newcombe's paper: hits and number of two groups, and the bounds that method 10 gives."""

SINGLE = [
    (81, 263, (0.2553, 0.3662)),
    (15, 148, (0.0624, 0.1605)),
    (0, 20, (0.0000, 0.1611)),
    (1, 29, (0.0061, 0.1718)),
]
"""Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17 (1998), method 3."""

STUDENT = [(1, 12.7062), (2, 4.3027), (5, 2.5706), (10, 2.2281), (30, 2.0423), (120, 1.9799)]
"""The usual table of Student's t at 95 %, two-sided."""

WELCH = [
    (
        [275, 210, 190, 236, 170, 179, 169, 201, 219, 226, 231, 196, 190, 217, 214],
        [271, 220, 208, 234, 234, 235, 258, 220, 248, 202, 219, 221, 229, 205, 244],
        0.021378001462867,
    ),
    (
        [172, 209, 226, 181, 217, 214, 235, 242, 147, 218],
        [215, 228, 210, 230, 216, 236, 225, 207, 234, 218, 207, 217, 215, 225, 236, 215, 225, 235, 215, 218],
        0.148841696605327,
    ),
    (
        [198, 204, 196, 178, 185, 189, 183, 189, 195, 220],
        [282, 266, 201, 233, 252, 221, 177, 276, 206, 137, 232, 175, 206, 180, 239, 216, 243, 204, 240, 132],
        0.035972271029797,
    ),
    ([3002, 2999, 3011, 2997, 3001, 2999], [2989, 2993, 2972, 2998, 3002, 2998], 0.090773324285671),
    ([30, 40, 10, 21], [4902, 3400, 4339], 0.010751561149785),
]
"""Two samples in tenths or hundredths, and the p-value of Welch's test that Rosetta Code gives for them."""


def sample(*values: int) -> Sample:
    """What is known of some values."""
    return Sample(len(values), sum(values), sum(it * it for it in values))


@pytest.mark.parametrize(("groups", "bounds"), NEWCOMBE)
def test_shares_differ_as_published(groups: tuple[int, int, int, int], bounds: tuple[float, float]) -> None:
    """The interval of two shares is that of the paper's examples, to the four digits that it prints."""
    found = difference_of_shares(*groups)
    assert found is not None
    assert (found.low, found.high) == pytest.approx(bounds, abs=6e-5)
    assert found.value == pytest.approx(groups[0] / groups[1] - groups[2] / groups[3])


@pytest.mark.parametrize(("hits", "number", "bounds"), SINGLE)
def test_a_share_lies_as_published(hits: int, number: int, bounds: tuple[float, float]) -> None:
    """The interval of one share is that of the examples in Newcombe's paper on single shares."""
    assert share_interval(hits, number) == pytest.approx(bounds, abs=6e-5)


@pytest.mark.parametrize(("freedom", "t"), STUDENT)
def test_student_is_that_of_the_tables(freedom: int, t: float) -> None:
    """The quantiles are those of every table; beyond a million degrees the normal one's."""
    assert student(0.95, freedom) == pytest.approx(t, abs=6e-5)
    assert student(0.95, 1e7) == pytest.approx(1.95996, abs=1e-4)
    assert student(0.99, 10) == pytest.approx(3.1693, abs=6e-5)


@pytest.mark.parametrize(("one", "other", "chance"), WELCH)
def test_means_differ_as_published(one: list[int], other: list[int], chance: float) -> None:
    """An interval that leaves out as much as a published p-value says ends at zero: it is Welch's test turned round."""
    found = difference_of_means(sample(*one), sample(*other), 1 - chance)
    assert found is not None
    nearer = min(abs(found.low), abs(found.high))
    assert nearer == pytest.approx(0, abs=1e-6 * abs(found.value))


def test_nothing_is_said_of_nobody() -> None:
    """A group of nobody has no share, and one value has no spread; equal values have none to speak of either."""
    assert difference_of_shares(0, 0, 1, 10) is None
    assert difference_of_shares(1, 10, 0, 0) is None
    assert difference_of_means(sample(1), sample(1, 2)) is None
    assert difference_of_means(sample(3, 3), sample(1, 1)) == Difference(2, 2, 2)


def test_large_sums_lose_nothing() -> None:
    """Amounts in the millions with a spread of a cent have just that spread."""
    assert sample(10**12, 10**12 + 1, 10**12 + 2).variance == 1


def covered(truth: float, draw: Callable[[Random], Difference | None], rounds: int) -> float:
    """How many of the intervals hold what is true."""
    chance, held = Random(20260301), 0
    for _ in range(rounds):
        found = draw(chance)
        assert found is not None
        held += found.low <= truth <= found.high
    return held / rounds


@pytest.mark.parametrize(("share", "other", "number", "held_out"), [(0.30, 0.20, 400, 100), (0.06, 0.06, 300, 60)])
def test_nineteen_of_twenty_intervals_of_shares_hold(share: float, other: float, number: int, held_out: int) -> None:
    """Drawn 400 times, with a planted difference or with none, about 95 % of the intervals hold it."""

    def draw(chance: Random) -> Difference | None:
        hits = sum(chance.random() < share for _ in range(number))
        others = sum(chance.random() < other for _ in range(held_out))
        return difference_of_shares(hits, number, others, held_out)

    assert 0.93 <= covered(share - other, draw, 400) <= 0.985


def test_nineteen_of_twenty_intervals_of_means_hold() -> None:
    """The same of what people spend: most of them nothing, a few much, in groups of unequal size."""

    def spent(chance: Random, share: float, number: int) -> Sample:
        return sample(*(int(chance.gammavariate(2, 2500)) if chance.random() < share else 0 for _ in range(number)))

    def draw(chance: Random) -> Difference | None:
        return difference_of_means(spent(chance, 0.3, 200), spent(chance, 0.2, 80))

    assert 0.92 <= covered(0.1 * 2 * 2500, draw, 250) <= 0.98
