"""The picture beside a share link in a messenger: whose shop it is, who recommends it, and what a friend saves.

It has no words, so one picture is right in every language: a messenger fetches it once, and asks in none.
"""

import unicodedata
from dataclasses import astuple, dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from xml.sax.saxutils import escape

from chalicelib.domain.people.pseudonyms import greetable
from chalicelib.domain.program.brand import USUAL, Brand
from chalicelib.web import brand as brands
from chalicelib.web.brand import Colours, colours_of
from chalicelib.web.text import one_line

WIDTH, HEIGHT = 1200, 630
"""What messengers and networks lay their previews out for."""

DESIGN = "1"
"""Another number makes the addresses of all cards new: whoever keeps old ones fetches the new design."""

DRAWN_MAX = 32
"""So many drawn cards are kept, of some 30 KB each."""

_FONTS = Path(__file__).parent / "fonts"
_FAMILIES = {
    "LATIN": "Noto Serif",
    "BENGALI": "Noto Serif Bengali",
    "DEVANAGARI": "Noto Serif Devanagari",
    "GUJARATI": "Noto Serif Gujarati",
}
_PARTS = (range(0x20, 0x7F), range(0xA0, 0x180), range(0x900, 0xA00), range(0xA80, 0xB00), range(0x1EA0, 0x1EFA))
_OTHERS = "ȘșȚț\u0301\u0303\u0323\u200c\u200d‐–—‘’“”„•…€₹₺₽₩₫₱₦₴₪"
_NARROW, _WIDE = " .,'-–!|()IJfijlt1", "%@&MWmw"
_SMALLEST = 30


@dataclass(frozen=True, slots=True)
class Card:
    """What stands on a card. `saving` is a figure such as 10% or €5; it and the name may be empty."""

    shop_name: str
    first_name: str
    saving: str
    colours: Colours = brands.USUAL

    @property
    def version(self) -> str:
        """What identifies this card in its address."""
        shown = (DESIGN, self.shop_name, self.first_name, self.saving, *astuple(self.colours))
        return sha256("\0".join(shown).encode()).hexdigest()[:16]


def card_of(shop_name: str, first_name: str | None, saving: str, brand: Brand = USUAL) -> Card | None:
    """Return the card for a shop; None when its name can't be drawn.

    An ambassador's name that can't be drawn, or is none to greet with, is left out; so is a figure.
    """
    told = (shop_name, greetable(first_name) or "", saving)
    shop, name, figure = (text if _family(text) else "" for text in map(one_line, told))
    return Card(shop, name, figure, colours_of(brand)) if shop else None


@lru_cache(maxsize=DRAWN_MAX)
def draw(card: Card) -> bytes:
    """Draw a card as a PNG. It takes a twentieth of a second, so the last ones that were asked for are kept."""
    from resvg_py import svg_to_bytes  # heavy, and a page only asks for the address of its card

    fonts = sorted(str(path) for path in _FONTS.glob("*.ttf"))
    return svg_to_bytes(svg_string=_svg(card), skip_system_fonts=True, font_files=fonts)


def _svg(card: Card) -> str:
    """The ticket of the friend's page, with rings as large as a picture of its size wants them."""
    main = f"–{card.saving}" if card.saving else card.first_name
    below, colours = card.first_name if card.saving else "", card.colours
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}">'
        f'<path fill="#fbf4e8" d="M0 0h{WIDTH}v{HEIGHT}H0z"/>'
        + _rings(110, 110, 34, "#2a211a", 4, colours.mark)
        + _text(card.shop_name, 212, 130, 60, 920, "#2a211a")
        + f'<path fill="{colours.ticket}" d="M104 200h736v366H104a40 40 0 0 1-40-40V240a40 40 0 0 1 40-40z"/>'
        '<path fill="#fffdf8" d="M840 200h256a40 40 0 0 1 40 40v286a40 40 0 0 1-40 40H840z"/>'
        '<path stroke="#d9c9ae" stroke-width="4" stroke-dasharray="14 12" d="M840 236v294"/>'
        '<g fill="#fbf4e8"><circle cx="840" cy="200" r="24"/><circle cx="840" cy="566" r="24"/></g>'
        + _rings(950, 383, 64, colours.ticket, 9, colours.mark)
        + _text(main, 120, 420 if below else 440, 180 if card.saving else 120, 680, colours.figure)
        + _text(below, 122, 514, 60, 680, colours.on_ticket)
        + "</svg>"
    )


def _rings(x: int, y: int, radius: int, colour: str, line: int, mark: str) -> str:
    """Two people, one of whom passes something on: the mark of all pages."""
    return (
        f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{mark}"/>'
        f'<circle cx="{x + radius * 1.2}" cy="{y}" r="{radius}" fill="none" stroke="{colour}" stroke-width="{line}"/>'
    )


def _text(text: str, x: int, y: int, size: int, room: int, colour: str) -> str:
    """A line of text, as large as it may be and as small as it must be; shortened when it would be too small."""
    while (smaller := int(room / max(_ems(text), 1))) < _SMALLEST:
        text = text.removesuffix("…")[:-1].rstrip() + "…"
    family = _family(text) or ""
    return (
        f'<text x="{x}" y="{y}" font-size="{min(size, smaller)}" font-family="{family}" fill="{colour}">'
        f"{escape(text)}</text>"
    )


def _family(text: str) -> str | None:
    """Return the font for a text; None when there is none, or the text would be spelt wrongly.

    A line is shaped by the rules of one script. In a mixed one Indic vowel signs would stand on the wrong side.
    """
    scripts = {_script(letter) for letter in text if unicodedata.category(letter)[0] in "LM"} - {"COMBINING"}
    if len(scripts) > 1 or not any(map(str.isalnum, text)) or not all(map(_is_drawn, text)):
        return None
    return _FAMILIES.get(scripts.pop() if scripts else "LATIN")


def _script(letter: str) -> str:
    return unicodedata.name(letter, "UNKNOWN").partition(" ")[0]


def _is_drawn(letter: str) -> bool:
    """Whether the fonts may have a glyph for a character; they hold the parts of Unicode that are named here."""
    return letter in _OTHERS or any(ord(letter) in part for part in _PARTS)


def _ems(text: str) -> float:
    """How wide a text is at most, in sizes of its font."""
    return sum(_em(letter) for letter in text)


def _em(letter: str) -> float:
    if unicodedata.category(letter) in {"Mn", "Cf"}:
        return 0
    return 0.42 if letter in _NARROW else 1.07 if letter in _WIDE or ord(letter) > 0x17F else 0.8
