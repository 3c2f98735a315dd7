"""Charts show what the figures are, and their words never meet: whatever the figures, on the narrowest phone."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.web.console import charts
from chalicelib.web.console.charts import GAP, LINE, NARROW, Mark, Point, Range, Series, across, steps

values = st.integers(-(10**13), 10**13)
"""Up to a hundred billion euros, owed or owing."""

words = st.text(st.characters(min_codepoint=32, max_codepoint=0x9FF), max_size=24)


def say(value: int) -> str:
    """A figure in words."""
    return f"{value:,}"


def series(name: str, numbers: list[int | None]) -> Series:
    """One figure for each day of October."""
    points = [Point(f"{n + 1} Oct", it, "unknown" if it is None else say(it)) for n, it in enumerate(numbers)]
    return Series(name, points)


many = st.lists(st.none() | values, max_size=60)


@given(values, values, st.integers(2, 6))
def test_an_axis_has_few_round_steps_that_hold_everything(low: int, high: int, most: int) -> None:
    """All values and zero lie on the axis, its steps are alike, 1, 2 or 5 of a power of ten, and few."""
    low, high = sorted((low, high))
    found = steps(low, high, most)
    assert found[0] <= min(low, 0)
    assert found[-1] >= max(high, 0)
    assert 0 in found
    assert len(found) <= most + 1
    assert len({other - one for one, other in pairwise(found)}) <= 1
    if len(found) > 1:
        assert re.fullmatch("[125]0*", str(found[1] - found[0]))


@given(st.lists(st.tuples(st.floats(0, 100), words), max_size=40), st.integers(1, 6))
def test_labels_below_an_axis_never_meet(places: list[tuple[float, str]], most: int) -> None:
    """On 280 pixels no two labels come closer than their gap, and none is left out if there is one place only."""
    marks = across(sorted(places), 0.0, most)
    assert len(marks) >= min(1, len(places))
    assert len(marks) <= max(1, most)
    assert_apart(list(marks))


def test_labels_stand_at_both_ends_where_there_is_room() -> None:
    """Of a month of days the first and the last are told, and some between."""
    marks = across([(n * 100 / 30, f"{n + 1} Oct") for n in range(31)], 0.0)
    assert [it.text for it in marks] == ["1 Oct", "9 Oct", "16 Oct", "23 Oct", "31 Oct"]


@given(many, many)
def test_lines_stay_in_their_plot_and_their_last_figures_apart(one: list[int | None], other: list[int | None]) -> None:
    """No point leaves the drawing; the figures at the ends of two lines are a line apart; labels never meet."""
    size = min(len(one), len(other))
    drawn = charts.line([series("One", one[:size]), series("Other", other[:size])], say, "Day")
    for path in drawn.paths:
        numbers = [tuple(map(float, it.split())) for it in re.findall(r"[ML]([-0-9.e+]+ [-0-9.e+]+)", path.d)]
        assert all(0 <= x <= 1000 and 0 <= y <= drawn.height for x, y in numbers)
        assert all(0 <= it.x <= 100 and 0 <= it.y <= drawn.height for it in path.dots)
    feet = sorted(it.y for it in drawn.ends)
    assert all(below - above >= LINE - 0.1 for above, below in pairwise(feet))
    assert all(0 < it <= drawn.height for it in feet)
    assert_apart(list(drawn.labels))


@given(many)
def test_a_line_has_a_place_for_each_figure_that_is_known(numbers: list[int | None]) -> None:
    """A figure that nobody knows is a gap, not a zero; the table has all of them, in their words."""
    drawn = charts.line([series("One", numbers)], say, "Day")
    known = [it for it in numbers if it is not None]
    assert len(re.findall("[ML]", drawn.paths[0].d)) == len(known)
    runs = [it for n, it in enumerate(numbers) if it is not None and (n == 0 or numbers[n - 1] is None)]
    assert drawn.paths[0].d.count("M") == len(runs)
    assert drawn.table.columns == ("Day", "One")
    assert [row[1] for row in drawn.table.rows] == ["unknown" if it is None else say(it) for it in numbers]


@given(st.lists(values, min_size=2, max_size=40))
def test_higher_is_more(numbers: list[int]) -> None:
    """Of two points the one with the larger figure is never lower, and zero is where the axis says."""
    drawn = charts.line([series("One", [*numbers])], say, "Day")
    heights = [float(it) for it in re.findall(r"[ML]\S+ ([-0-9.e+]+)", drawn.paths[0].d)]
    rows = sorted(zip(numbers, heights, strict=True))
    assert all(above >= below for (_, above), (_, below) in pairwise(rows))
    assert drawn.zero in {it.y for it in drawn.ticks}


def test_a_point_between_gaps_is_marked() -> None:
    """A line of one point shows nothing: so it is a dot, as is the last one."""
    drawn = charts.line([series("One", [None, 5, None, 7, 8])], say, "Day")
    assert len(drawn.paths[0].dots) == 2


@pytest.mark.parametrize("numbers", [[], [None], [0], [0, 0, 0], [-5], [7], [10**15, -(10**15)]])
def test_a_chart_of_next_to_nothing_is_still_one(numbers: list[int | None]) -> None:
    """Nothing, one point, zeros, debts and extremes: each chart is drawn without an error, and says what it has."""
    one = series("One", numbers)
    known = [it for it in numbers if it is not None]
    assert charts.spark(numbers).last is not None or not known
    assert len(charts.line([one], say, "Day").ends) == min(1, len(known))
    assert len(charts.bars(one.points, "Channel", "Visits").bars) == len(numbers)
    assert len(charts.stack([one], say, "Month").pieces) == len([it for it in known if it])
    assert charts.line([], say, "Day").table.rows == ()
    assert charts.stack([], say, "Month").pieces == ()


def test_nothing_lies_on_the_floor() -> None:
    """Where all figures are zero the line is at the foot of the plot, not at its head."""
    drawn = charts.line([series("One", [0, 0])], say, "Day")
    assert drawn.zero == 2 * LINE + charts.PLOT


@given(st.lists(st.tuples(words, values), min_size=1, max_size=12))
def test_bars_are_as_long_as_their_figures_say(rows: list[tuple[str, int]]) -> None:
    """Lengths are in proportion, all on one side of zero or the other, and words beside each other never meet."""
    drawn = charts.bars([Point(label, value, say(value)) for label, value in rows], "Channel", "Visits")
    span = max([0, *(it for _, it in rows)]) - min([0, *(it for _, it in rows)])
    for bar, (_, value) in zip(drawn.bars, rows, strict=True):
        assert bar.width == pytest.approx(100 * abs(value) / span if span else 0, abs=0.02)
        assert bar.x + bar.width <= 100.02
        assert (bar.x + bar.width <= drawn.zero + 0.02) if value < 0 else (bar.x >= drawn.zero - 0.02)
        assert_apart([Mark(0, 0, bar.label, "start"), Mark(100, 0, bar.text, "end")])


@given(st.lists(st.tuples(values, values, values), min_size=1, max_size=24))
def test_columns_add_up(rows: list[tuple[int, int, int]]) -> None:
    """The pieces of a column lie on each other without a gap, and together they are as high as their sum."""
    drawn = charts.stack([series(name, [row[n] for row in rows]) for n, name in enumerate("abc")], say, "Month")
    highest, lowest = drawn.ticks[-1], drawn.ticks[0]
    assert len(drawn.table.rows) == len(rows)
    for piece in drawn.pieces:
        assert highest.y - 0.02 <= piece.y <= piece.y + piece.height <= lowest.y + 0.02
    places = sorted({it.x for it in drawn.pieces})
    filled = [row for row in rows if any(row)]
    assert len(places) == len(filled)
    for x, row in zip(places, filled, strict=True):
        column = list(zip((it for it in drawn.pieces if it.x == x), filter(None, row), strict=True))
        above, below = [it for it, value in column if value > 0], [it for it, value in column if value < 0]
        feet = [drawn.zero, *(it.y for it in above)]
        assert [it.y + it.height for it in above] == pytest.approx(feet[:-1], abs=0.02)
        heads = [drawn.zero, *(it.y + it.height for it in below)]
        assert [it.y for it in below] == pytest.approx(heads[:-1], abs=0.02)
        unit = (lowest.y - highest.y) / (_value(lowest) - _value(highest))
        assert sum(it.height for it in above) == pytest.approx(-unit * sum(it for it in row if it > 0), abs=0.1)
    assert_apart(list(drawn.labels))


@given(st.lists(st.tuples(words, st.tuples(values, values, values)), max_size=8))
def test_an_effect_lies_between_its_ends(rows: list[tuple[str, tuple[int, int, int]]]) -> None:
    """Ends and mark are in order and within the drawing; zero is there, and its label too if there is any."""
    ranges = []
    for label, numbers in rows:
        low, value, high = sorted(numbers)
        ranges.append(Range(label, "text", value, low, high, not low <= 0 <= high))
    drawn = charts.interval([*ranges, Range("none", "nothing yet")], say)
    assert 0 <= drawn.zero <= 100
    for effect, told in zip(drawn.effects, ranges, strict=False):
        assert effect.x is not None
        assert 0 <= effect.low <= effect.x <= effect.high <= 100
        if told.is_clear:
            assert not effect.low < drawn.zero < effect.high
    assert drawn.effects[-1].x is None
    assert "0" in {it.text for it in drawn.labels}
    assert_apart(list(drawn.labels))


@given(st.lists(st.none() | values, max_size=40))
def test_a_spark_stays_in_its_frame(numbers: list[int | None]) -> None:
    """No point of the small line is cut off."""
    drawn = charts.spark(numbers)
    for x, y in re.findall(r"[ML]([-0-9.e+]+) ([-0-9.e+]+)", drawn.d):
        assert 2 <= float(x) <= drawn.width - 2
        assert 2 <= float(y) <= drawn.height - 2


def _value(tick: charts.Tick) -> int:
    return int(tick.text.replace(",", ""))


def assert_apart(marks: list[Mark]) -> None:
    """No two labels in a row come closer than their gap."""
    spans = sorted(it.span(NARROW) for it in marks)
    assert all(one[1] + GAP <= other[0] + 0.01 for one, other in pairwise(spans))
