"""The figures as bars: a few panels of SVG, readable on white and on black."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Figures = dict[str, Any]

WIDTH, LABELS, VALUES = 860, 300, 70
ROW, BAR, HEAD, GAP = 22, 14, 34, 18
OURS, FLOOR, INDEX, AIM = "#2f6f9f", "#9a9a9a", "#8fb8d6", "#c0392b"

STYLE = (
    "text { font: 13px sans-serif; fill: #222 } .title { font-weight: bold } .aim { stroke-dasharray: 4 3 }"
    " @media (prefers-color-scheme: dark) { .page { fill: #16191d } text { fill: #ddd } }"
)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its pieces one behind the other, each a value and a colour."""

    label: str
    pieces: tuple[tuple[float, str], ...]
    shown: str


@dataclass(frozen=True, slots=True)
class Panel:
    """Bars of one unit; a dashed line stands at the aim."""

    title: str
    bars: list[Bar]
    aim: float | None = None

    @property
    def height(self) -> int:
        """In pixels."""
        return HEAD + ROW * len(self.bars) + GAP


def draw(results: Figures) -> str:
    """Draw a panel for each part that has been measured."""
    panels = [panel for name, draws in _PANELS.items() if name in results for panel in draws(results[name])]
    height = GAP + sum(panel.height for panel in panels)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        "<title>What a redemption costs</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="page" width="{WIDTH}" height="{height}" fill="white"/>',
    ]
    top = GAP
    for panel in panels:
        lines += _panel(panel, top)
        top += panel.height
    return "\n".join([*lines, "</svg>", ""])


def _panel(panel: Panel, top: int) -> Iterator[str]:
    longest = max([sum(value for value, _ in bar.pieces) for bar in panel.bars] + [panel.aim or 0])
    scale = (WIDTH - LABELS - VALUES) / longest
    yield f'<text class="title" x="12" y="{top + 14}">{panel.title}</text>'
    for place, bar in enumerate(panel.bars):
        yield from _bar(bar, top + HEAD + ROW * place - 8, scale)
    if panel.aim is not None:
        at, bottom = LABELS + panel.aim * scale, top + HEAD + ROW * len(panel.bars) - 6
        yield f'<path class="aim" d="M{at:.1f} {top + 20}V{bottom}" stroke="{AIM}" fill="none"/>'
        yield f'<text x="{at:.1f}" y="{top + 14}" text-anchor="end">aim {panel.aim:g}</text>'


def _bar(bar: Bar, top: int, scale: float) -> Iterator[str]:
    yield f'<text x="{LABELS - 8}" y="{top + 12}" text-anchor="end">{bar.label}</text>'
    left = float(LABELS)
    for value, colour in bar.pieces:
        yield f'<rect x="{left:.1f}" y="{top}" width="{value * scale:.1f}" height="{BAR}" fill="{colour}"/>'
        left += value * scale
    yield f'<text x="{left + 6:.1f}" y="{top + 12}">{bar.shown}</text>'


def _units(part: Figures) -> Iterator[Panel]:
    written = {name: it for name, it in part["operations"].items() if it["write_units"]}
    bars = [
        Bar(name, ((it["table_units"], OURS), (it["index_units"], INDEX)), f"{it['write_units']}")
        for name, it in written.items()
    ]
    yield Panel("Write units: of the table, and of its indexes (light)", bars, part["aims"]["whole life"])


def _cpu(part: Figures) -> Iterator[Panel]:
    for threads, measured in part["redeem"].items():
        bars = [
            _one(label, measured[name]["cpu_ms"], OURS if name == "app" else FLOOR) for name, label in NAMES.items()
        ]
        aim = part["aims"]["ratio"] * measured["route"]["cpu_ms"]
        yield Panel(f"CPU ms per redemption, {threads} at once", bars, round(aim, 1))


def _imports(part: Figures) -> Iterator[Panel]:
    bars = [_one("the program", part["app"]["cpu_best"], OURS), _one("floor", part["floor"]["cpu_best"], FLOOR)]
    yield Panel("Cold start: imports and first client, CPU ms", bars, round(part["aim"] * part["floor"]["cpu_best"]))


def _zip(part: Figures) -> Iterator[Panel]:
    large = list(part["parts"].items())[:6]
    yield Panel("The zip by content, KB", [_one(name, size["packed"] / 1024, OURS) for name, size in large])


def _viral(part: Figures) -> Iterator[Panel]:
    bars = [_one(name, rate, OURS) for name, rate in part["per_second"].items()]
    yield Panel(f"Redemptions per second, {part['at_once']} at once", bars)


def _backlog(part: Figures) -> Iterator[Panel]:
    bars = [_one("settle", part["settle"]["per_second"], OURS), _one("mails", part["deliver"]["per_second"], OURS)]
    yield Panel(f"Backlog of {part['orders']} orders of one ambassador: orders per second", bars)


def _one(label: str, value: float, colour: str) -> Bar:
    return Bar(label, ((value, colour),), f"{value:.1f}" if value < 100 else f"{value:.0f}")


NAMES = {"app": "the program", "route": "bare route", "loop": "bare calls"}

_PANELS: dict[str, Callable[[Figures], Iterator[Panel]]] = {
    "units": _units,
    "cpu": _cpu,
    "imports": _imports,
    "zip": _zip,
    "viral": _viral,
    "backlog": _backlog,
}
