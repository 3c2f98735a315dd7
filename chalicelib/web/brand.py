"""How a shop's brand shows: its colours where there are any, and its own sentences filled."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from markupsafe import Markup, escape

from chalicelib.domain.program.brand import DARK, LIGHT, SEEN, SENTENCES, Brand, LetterName, Text, contrast
from chalicelib.web.language import Language
from chalicelib.web.numbers import NUMBERING

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Colours:
    """The colours of what stands out: a box with a figure, a button on paper, and the mark of all pages."""

    ticket: str = "#14483a"
    on_ticket: str = "#fff8ea"
    figure: str = "#ffc65c"
    button: str = "#ffc65c"
    on_button: str = "#2a1d05"
    mark: str = "#ffc65c"


USUAL = Colours()


def colours_of(brand: Brand) -> Colours:
    """Return the shop's colours, or the usual ones."""
    ground, text = brand.color, brand.text_color
    return Colours(ground, text, text, ground, text, ground) if ground and text else USUAL


def page_style(brand: Brand) -> str:
    """Return what a page's stylesheet says otherwise for this shop; "" for the usual colours.

    A button lies on the ticket there, so it has its colours the other way round. Where the shop's colour can hardly be
    told from the page, by day or by night, what lies in it gets an edge that can.
    """
    if not brand.color:
        return ""
    it = colours_of(brand)
    style = (
        f":root{{--ticket:{it.ticket};--on-ticket:{it.on_ticket};--ticket-hover:{it.ticket};"
        f"--gold:{it.on_ticket};--on-gold:{it.ticket};--gold-hover:{it.on_ticket};{_on(it, LIGHT)}}}"
        f"@media (prefers-color-scheme:dark){{:root{{{_on(it, DARK)}}}}}"
    )
    if brand.logo_ground == "color":
        style += f".logo{{background:{it.ticket};color:{it.on_ticket}}}"
    return style


def _on(colours: Colours, ground: str) -> str:
    """What depends on the ground: the edge of what lies in the shop's colour, small things such as ticks, the mark.

    They are in the shop's colour where it can be seen.
    """
    if contrast(colours.ticket, ground) >= SEEN:
        return f"--rim:transparent;--accent:{colours.ticket};--mark:{colours.mark}"
    return f"--rim:var(--soft);--accent:var(--focus);--mark:{colours.on_ticket}"


def own_text(brand: Brand, name: LetterName, language: Language, variant: str | None = None) -> Text | None:
    """Return the shop's own sentences in a letter, in the language or else in the one that it is a kind of.

    A variant says in its own what it says otherwise.
    """
    usual, other = _in_language(brand, name, language, None), _in_language(brand, name, language, variant)
    if usual is None or other is None:
        return other or usual
    said = {part: sentence for part in SENTENCES if (sentence := getattr(other, part)) is not None}
    return replace(usual, **said)


def _in_language(brand: Brand, name: LetterName, language: Language, variant: str | None) -> Text | None:
    texts = {_parts(it.language): it for it in brand.texts if (it.letter, it.variant) == (name, variant)}
    wanted = _parts(language.tag.partition(NUMBERING)[0])
    return next((texts[wanted[:n]] for n in range(len(wanted), 0, -1) if wanted[:n] in texts), None)


def filled(sentence: str | None, values: Mapping[str, object], *, escaped: bool) -> str:
    """Return a sentence of the shop's with everything that it names; "" if there is nothing to say of some of it."""
    if not sentence or not all(values.get(name) for name in _PLACEHOLDER.findall(sentence)):
        return ""
    if not escaped:
        return _PLACEHOLDER.sub(lambda found: str(values[found[1]]), sentence)
    return Markup(_PLACEHOLDER.sub(lambda found: str(escape(values[found[1]])), str(escape(sentence))))  # noqa: S704


def _parts(tag: str) -> tuple[str, ...]:
    return tuple(tag.replace("_", "-").lower().split("-"))
