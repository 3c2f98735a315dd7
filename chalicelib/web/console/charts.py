"""Where the marks of a chart go: scales, ticks, paths, and labels that never meet, whatever the figures are.

A drawing is as wide as the page lets it be and always as high: places across are in percent, places down in pixels.
So words keep their size, and only shapes are stretched. What must not overlap is judged at the narrowest width.
A figure comes with its own words: whoever asks for a chart knows the language, the currency and the definition.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10
from typing import Literal

Say = Callable[[int], str]
"""Says a figure of an axis in words: `12000` as €120."""

Anchor = Literal["start", "middle", "end"]

NARROW = 280
"""Pixels across on the narrowest phone, between the margins of the page."""

LETTER = 7.0
"""Pixels across that a letter of a label takes at most, on the average."""

LINE = 16.0
"""Pixels down that a line of words takes."""

GAP = 8.0
"""Pixels that stay free between two labels side by side."""

PLOT = 128.0
"""Pixels down of a plot with an axis, without its labels."""

STRETCHED = 1000
"""Units across of shapes that are stretched."""

_INSET = 1.5
"""Percent across that stay free beside the first and the last point, for their marks."""


@dataclass(frozen=True, slots=True)
class Point:
    """A figure of a chart.

    Attributes:
        label: What it is of: a day, a month, a channel.
        value: None where nobody knows; that is not nothing.
        text: The figure in words, as the table and the label say it.
    """

    label: str
    value: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Series:
    """Figures of one kind in the order in which they are drawn."""

    name: str
    points: Sequence[Point]


@dataclass(frozen=True, slots=True)
class Range:
    """An effect, and between what it lies; without a `value` there is nothing to tell yet.

    Attributes:
        low: The least that it may be.
        high: The most.
        is_clear: Whether that leaves out zero.
    """

    label: str
    text: str
    value: int | None = None
    low: int = 0
    high: int = 0
    is_clear: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """Words in a drawing: `x` in percent, `y` (of their foot) in pixels."""

    x: float
    y: float
    text: str
    anchor: Anchor = "start"

    def span(self, width: float) -> tuple[float, float]:
        """Return from where to where they reach in pixels, at most, in a drawing of a width."""
        long, at = len(self.text) * LETTER, self.x * width / 100
        start = {"start": at, "middle": at - long / 2, "end": at - long}[self.anchor]
        return start, start + long


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across at a value of the axis."""

    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A point that is marked: the last of a series, or one that stands alone."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Path:
    """A series as it is drawn; `place` is its number, by which it differs in stroke and mark."""

    place: int
    d: str
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The same figures to read: what the rows are of, the columns, and each row with its label first."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Spark:
    """A line as large as a word: where it went, without an axis."""

    width: int
    height: int
    d: str
    last: Dot | None


@dataclass(frozen=True, slots=True)
class Line:
    """Series over time, on an axis that has zero."""

    height: float
    zero: float
    ticks: tuple[Tick, ...]
    labels: tuple[Mark, ...]
    paths: tuple[Path, ...]
    ends: tuple[Mark, ...]
    names: tuple[str, ...]
    table: Table


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar across, below its label and its figure."""

    label: str
    text: str
    top: float
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars across, one below the other: figures of things that have no order of time."""

    height: float
    zero: float
    bars: tuple[Bar, ...]
    table: Table


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a column; `place` is the number of its series."""

    place: int
    x: float
    width: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Stack:
    """Columns over time, each of several pieces."""

    height: float
    zero: float
    ticks: tuple[Tick, ...]
    labels: tuple[Mark, ...]
    pieces: tuple[Piece, ...]
    names: tuple[str, ...]
    table: Table


@dataclass(frozen=True, slots=True)
class Effect:
    """An effect as it is drawn: a mark between two ends; None where there is none yet."""

    label: str
    text: str
    top: float
    x: float | None
    low: float
    high: float
    is_clear: bool


@dataclass(frozen=True, slots=True)
class Interval:
    """Effects beside no effect, one below the other on one scale."""

    height: float
    zero: float
    labels: tuple[Mark, ...]
    effects: tuple[Effect, ...]


# --- scales -----------------------------------------------------------------------------------------------------------


def steps(low: int, high: int, most: int = 4) -> tuple[int, ...]:
    """Return round values that hold both bounds and zero: 1, 2 or 5 of a power of ten apart, at most `most` + 1.

    Where everything is nothing, zero is alone.
    """
    low, high = min(low, 0), max(high, 0)
    if low == high:
        return (0,)
    for step in _rounds((high - low) / most):
        first, last = floor(low / step), ceil(high / step)
        if last - first <= most:
            return tuple(step * n for n in range(first, last + 1))
    raise AssertionError("unreachable")


def _rounds(least: float) -> Iterator[int]:
    """Round numbers from one on that is not above another, which are whole."""
    power = max(0, floor(log10(least)))
    while True:
        yield from (factor * 10**power for factor in (1, 2, 5))
        power += 1


def _scale(values: Sequence[int], start: float, end: float) -> Callable[[int], float]:
    """Return what places a value between two ends, to which the first and the last of some values go.

    Where these are the same, it is at the first.
    """
    low, span = values[0], values[-1] - values[0]
    return lambda value: start + (end - start) * ((value - low) / span) if span else start


def _short(number: float) -> float:
    return round(number, 2) + 0.0


# --- words ------------------------------------------------------------------------------------------------------------


def across(places: Sequence[tuple[float, str]], y: float, most: int = 5) -> tuple[Mark, ...]:
    """Label as many of some places in a row as there is room for on the narrowest page: first, last, some between.

    If there is room for one only, it is the last: what is newest.
    """
    for number in range(min(most, len(places)), 1, -1):
        chosen = [places[round(n * (len(places) - 1) / (number - 1))] for n in range(number)]
        marks = tuple(_mark(x, y, text) for x, text in chosen)
        spans = [it.span(NARROW) for it in marks]
        if all(one[1] + GAP <= other[0] for one, other in pairwise(spans)):
            return marks
    return tuple(_mark(x, y, text) for x, text in places[-1:])


def _mark(x: float, y: float, text: str) -> Mark:
    """Words in the middle of a place, or to one side where they would reach over the edge."""
    start, end = Mark(x, y, text, "middle").span(NARROW)
    if start < 0:
        return Mark(0.0, y, text, "start")
    return Mark(100.0, y, text, "end") if end > NARROW else Mark(_short(x), y, text, "middle")


def shortened(text: str, beside: str) -> str:
    """Return words that leave room for others at the end of their line, if need be with an ellipsis."""
    room = max(8, int((NARROW - GAP) / LETTER) - len(beside))
    return text if len(text) <= room else f"{text[: room - 1].rstrip()}…"


def _apart(places: Sequence[float], top: float, bottom: float) -> list[float]:
    """Move places down that lie less than a line apart, and all of them up again where the last has no room."""
    order = sorted(range(len(places)), key=lambda n: places[n])
    moved = [max(it, top) for it in places]
    for one, other in pairwise(order):
        moved[other] = max(moved[other], moved[one] + LINE)
    limit = bottom
    for n in reversed(order):
        moved[n] = min(moved[n], limit)
        limit = moved[n] - LINE
    return moved


# --- charts -----------------------------------------------------------------------------------------------------------


def spark(values: Sequence[int | None], width: int = 120, height: int = 32) -> Spark:
    """Draw a line as large as a word, from the least to the most of its values and zero."""
    known = [it for it in values if it is not None]
    bounds = (min([0, *known]), max([0, *known]))
    down = _scale(bounds, height - 3.0, 3.0)
    places = [
        None if it is None else (_along(n, len(values), 3, width - 3), _short(down(it))) for n, it in enumerate(values)
    ]
    last = next((Dot(*it) for it in reversed(places) if it), None)
    return Spark(width, height, _path(places), last)


def line(series: Sequence[Series], say: Say, label: str) -> Line:
    """Draw series over the same times; `label` names what these are, for the table."""
    values = [it.value for one in series for it in one.points if it.value is not None]
    ticks = steps(min(values, default=0), max(values, default=0))
    top, bottom = 2 * LINE, 2 * LINE + PLOT
    down = _scale(ticks, bottom, top)
    paths, ends = [], []
    for place, one in enumerate(series):
        number = len(one.points)
        spots = [
            None if it.value is None else (_along(n, number, _INSET, 100 - _INSET), _short(down(it.value)))
            for n, it in enumerate(one.points)
        ]
        shape = _path([it and (_short(it[0] * STRETCHED / 100), it[1]) for it in spots])
        marked = [it for n, it in enumerate(spots) if it and _is_marked(spots, n)]
        paths.append(Path(place, shape, tuple(Dot(*it) for it in marked)))
        known = [(spot, it) for spot, it in zip(spots, one.points, strict=True) if spot]
        ends += known[-1:]
    feet = _apart([spot[1] - LINE / 2 for spot, _ in ends], LINE, bottom - 2)
    first = series[0].points if series else ()
    return Line(
        height=bottom + 1.5 * LINE,
        zero=_short(down(0)),
        ticks=tuple(Tick(_short(down(it)), say(it)) for it in ticks),
        labels=_times([it.label for it in first], bottom + LINE, _INSET),
        paths=tuple(paths),
        ends=tuple(Mark(100.0, _short(y), it.text, "end") for y, (_, it) in zip(feet, ends, strict=True)),
        names=tuple(it.name for it in series),
        table=table(series, label),
    )


def bars(points: Sequence[Point], label: str, name: str) -> Bars:
    """Draw bars across, in the order given, each below its words; `name` is what the figures are."""
    values = [it.value or 0 for it in points]
    bounds = (min([0, *values]), max([0, *values]))
    along = _scale(bounds, 0.0, 100.0)
    zero, pitch = along(0), 2.5 * LINE
    drawn = [
        Bar(
            label=shortened(it.label, it.text),
            text=it.text,
            top=n * pitch,
            x=_short(min(zero, along(it.value or 0))),
            width=_short(abs(along(it.value or 0) - zero)),
        )
        for n, it in enumerate(points)
    ]
    return Bars(len(points) * pitch, _short(zero), tuple(drawn), table([Series(name, points)], label))


def stack(series: Sequence[Series], say: Say, label: str) -> Stack:
    """Draw a column for each time, of the pieces that the series have for it: below zero what is below zero."""
    number = max((len(it.points) for it in series), default=0)
    columns = [[one.points[n].value or 0 for one in series] for n in range(number)]
    highest = max((sum(it for it in column if it > 0) for column in columns), default=0)
    lowest = min((sum(it for it in column if it < 0) for column in columns), default=0)
    ticks = steps(lowest, highest)
    top, bottom = LINE, LINE + PLOT
    down, pitch = _scale(ticks, bottom, top), 100 / max(1, number)
    width = min(pitch * 0.7, 12.0)
    pieces = []
    for n, column in enumerate(columns):
        above, below = 0, 0
        for place, value in enumerate(column):
            start = above if value > 0 else below
            y, foot = sorted((down(start), down(start + value)))
            if value:
                x = (n + 0.5) * pitch - width / 2
                pieces.append(Piece(place, _short(x), _short(width), _short(y), _short(foot - y)))
            above, below = above + max(0, value), below + min(0, value)
    labels = [it.label for it in series[0].points] if series else []
    return Stack(
        height=bottom + 1.5 * LINE,
        zero=_short(down(0)),
        ticks=tuple(Tick(_short(down(it)), say(it)) for it in ticks),
        labels=across([((n + 0.5) * pitch, it) for n, it in enumerate(labels)], bottom + LINE),
        pieces=tuple(pieces),
        names=tuple(it.name for it in series),
        table=table(series, label),
    )


def interval(ranges: Sequence[Range], say: Say) -> Interval:
    """Draw effects on one scale that has zero, each below its words."""
    known = [it for it in ranges if it.value is not None]
    ticks = steps(min((it.low for it in known), default=0), max((it.high for it in known), default=0))
    along = _scale(ticks, 4.0, 96.0) if len(ticks) > 1 else lambda _: 50.0
    pitch = 2.5 * LINE
    foot = len(ranges) * pitch
    return Interval(
        height=foot + 1.5 * LINE,
        zero=_short(along(0)),
        labels=_with_zero([(along(it), say(it), it == 0) for it in ticks], foot + LINE),
        effects=tuple(
            Effect(
                label=shortened(it.label, it.text),
                text=it.text,
                top=n * pitch,
                x=None if it.value is None else _short(along(it.value)),
                low=_short(along(it.low)),
                high=_short(along(it.high)),
                is_clear=it.is_clear,
            )
            for n, it in enumerate(ranges)
        ),
    )


def table(series: Sequence[Series], label: str) -> Table:
    """Return the figures of some series as rows, in words."""
    first = series[0].points if series else ()
    rows = [(it.label, *(one.points[n].text for one in series)) for n, it in enumerate(first)]
    return Table((label, *(it.name for it in series)), tuple(rows))


def _times(labels: Sequence[str], y: float, inset: float) -> tuple[Mark, ...]:
    return across([(_along(n, len(labels), inset, 100 - inset), it) for n, it in enumerate(labels)], y)


def _with_zero(places: Sequence[tuple[float, str, bool]], y: float) -> tuple[Mark, ...]:
    """Label zero, and of the other places of an axis those that leave room, from both ends inwards."""
    marks = [_mark(x, y, text) for x, text, is_zero in places if is_zero]
    others = [_mark(x, y, text) for x, text, is_zero in places if not is_zero]
    for mark in [*others[:1], *others[-1:], *others[1:-1]]:
        start, end = mark.span(NARROW)
        if all(end + GAP <= it.span(NARROW)[0] or it.span(NARROW)[1] + GAP <= start for it in marks):
            marks.append(mark)
    return tuple(sorted(marks, key=lambda it: it.x))


def _along(place: int, number: int, start: float, end: float) -> float:
    """Return where one of a number of points goes, which are all as far apart; one alone is at the end."""
    return _short(end if number < 2 else start + (end - start) * place / (number - 1))


def _path(places: Sequence[tuple[float, float] | None]) -> str:
    """Write a line through places, in pieces where one is not known."""
    words, pen = [], "M"
    for it in places:
        if it is not None:
            words.append(f"{pen}{it[0]:g} {it[1]:g}")
        pen = "M" if it is None else "L"
    return "".join(words)


def _is_marked(spots: Sequence[object], place: int) -> bool:
    """Whether a point is the last one known, or has no neighbour that a line could lead to."""
    alone = not any(spots[n] for n in (place - 1, place + 1) if 0 <= n < len(spots))
    return alone or not any(spots[place + 1 :])
