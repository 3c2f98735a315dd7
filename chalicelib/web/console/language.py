"""The language of the console: a catalogue of its own, so that letters and customers' pages don't carry its words."""

from collections.abc import Iterable
from dataclasses import replace

from chalicelib.web.language import NAMES, Language, choose

CATALOGUE = "console.mo"


def console_language(wanted: Iterable[str]) -> Language:
    """The first of the wanted locales that the console speaks, else English. It speaks all that there are."""
    found = next((it for it in wanted if it.replace("_", "-").partition("-")[0].lower() in NAMES), "en")
    language = choose(found)
    return replace(language, catalogue=language.catalogue and language.catalogue.with_name(CATALOGUE))
