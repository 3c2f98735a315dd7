"""Which language a reader gets: the catalogue of their locale, of its language, or English, the source."""

import gettext
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

DIRECTORY = Path(__file__).parent / "locale"
_TAG = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{2,8}){0,3}", re.ASCII)
_RIGHT_TO_LEFT = frozenset(["ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"])


@dataclass(frozen=True, slots=True)
class Language:
    """What a page speaks: `tag` for `<html lang>` and numbers, `catalogue` for the words (None: English)."""

    tag: str
    catalogue: Path | None

    @property
    def direction(self) -> str:
        """The value of `<html dir>`."""
        return "rtl" if self.tag.partition("-")[0] in _RIGHT_TO_LEFT else "ltr"

    @property
    def open_graph(self) -> str:
        """The value of `og:locale`, whose default for English names a territory."""
        return "en_US" if self.tag == "en" else self.tag.replace("-", "_")

    @property
    def translations(self) -> gettext.NullTranslations:
        """The catalogue, read once."""
        return _translations(self.catalogue)


def choose(locale: str) -> Language:
    """The best language for a locale: `gu-IN` is served by `gu_IN`, else `gu`, else by English."""
    parts = _parts(locale)
    for length in range(len(parts), 0, -1):
        catalogue = DIRECTORY / "_".join(parts[:length]) / "LC_MESSAGES" / "messages.mo"
        if catalogue.is_file():
            return Language("-".join(parts), catalogue)
    return Language("-".join(parts) if parts[0] == "en" else "en", None)


def format_date(moment: datetime, language: Language) -> str:
    """The day of a moment, in UTC, with the month as a word: 03/04 is two days, depending on who reads it."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone names no day")
    day = moment.astimezone(UTC)
    _ = language.translations.gettext
    months = (
        _("January"), _("February"), _("March"), _("April"), _("May"), _("June"), _("July"),
        _("August"), _("September"), _("October"), _("November"), _("December"),
    )  # fmt: skip
    parts = {"day": day.day, "month": months[day.month - 1], "year": day.year}
    return _("%(day)d %(month)s %(year)d") % parts


def _parts(locale: str) -> list[str]:
    if not _TAG.fullmatch(locale):
        return ["en"]
    language, *rest = re.split("[-_]", locale)
    shaped = [part.title() if len(part) == 4 else part.upper() for part in rest]
    return [language.lower(), *shaped]


@lru_cache(maxsize=64)
def _translations(catalogue: Path | None) -> gettext.NullTranslations:
    if catalogue is None:
        return gettext.NullTranslations()
    with catalogue.open("rb") as file:
        return gettext.GNUTranslations(file)
