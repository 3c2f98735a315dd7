"""A customer's purchases in four figures, as the field reckons them."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.worth.history import History, history, rhythm
from fitting import cdnow

DAY = date(2026, 1, 1)
PURCHASES = st.lists(st.tuples(st.dates(DAY, DAY + timedelta(days=60)), st.integers(0, 10**6)), max_size=12)


def test_all_customers_are_summed_up_as_lifetimes_does() -> None:
    """Frequency, recency, age and value of 2,357 customers of a real store are those of the field's package."""
    for it in cdnow.customers():
        seen = history(it.purchases, cdnow.LAST)
        assert seen is not None
        assert (seen.frequency, seen.recency, seen.age) == (it.frequency, it.recency, it.age)
        assert abs(seen.value - it.mean) <= 1e-6 * it.mean
    assert len(cdnow.customers()) == 2357


def test_the_first_day_is_no_repeat_and_a_day_is_one() -> None:
    """Two orders on a day are one purchase of both amounts; what the first day brought is not in the value."""
    bought = [(DAY, 100), (DAY, 900), (DAY + timedelta(days=9), 300), (DAY + timedelta(days=9), 500)]
    assert history(bought, DAY + timedelta(days=20)) == History(1, 9, 20, 800.0)
    assert history(bought[:2], DAY) == History(0, 0, 0, 0.0)


def test_what_comes_after_the_day_is_not_seen() -> None:
    """A history ends on its day, that day included; whoever comes later has none."""
    later = DAY + timedelta(days=5)
    assert history([(DAY, 100), (later, 200)], later - timedelta(days=1)) == History(0, 0, 4, 0.0)
    assert history([(DAY, 100), (later, 200)], later) == History(1, 5, 5, 200.0)
    assert history([(later, 200)], DAY) is None
    assert history([], DAY) is None


@given(PURCHASES, st.randoms())
def test_the_order_of_telling_is_nothing(bought: list[tuple[date, int]], chance: object) -> None:
    """Purchases count the same in any order."""
    shuffled = list(bought)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    until = DAY + timedelta(days=60)
    assert history(shuffled, until) == history(bought, until)
    assert rhythm(day for day, _ in shuffled) == rhythm(day for day, _ in bought)


def test_the_rhythm_is_the_median_gap() -> None:
    """Between days on which somebody has bought; one day has no rhythm, and one long pause does not change it."""
    days = [DAY + timedelta(days=it) for it in (0, 10, 30, 41, 400)]
    assert rhythm(days) == 15.5
    assert rhythm(days[:4]) == 11.0
    assert rhythm([DAY, DAY]) is None
    assert rhythm([]) is None
