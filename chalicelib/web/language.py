"""Which language a reader gets, and how dates and amounts are said in it.

A locale is served by its own catalogue, else by that of its language; English is the source and needs none.
"""

import gettext
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from chalicelib.domain.program.program import Program
from chalicelib.web.numbers import (
    NBSP,
    NUMBERING,
    customary,
    format_money,
    format_number,
    format_round_money,
    write_digits,
)

DIRECTORY = Path(__file__).parent / "locale"
MESSAGES = "messages.mo"
"""The catalogue of all that customers read, in which others look for what they lack."""

POINTS = "points"
"""The one unit beside currencies that has a word in every language."""

_TAG = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{2,8}){0,3}", re.ASCII)
_RANGE = re.compile(r"([A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*)(?:\s*;\s*q=([01](?:\.[0-9]{0,3})?))?", re.ASCII)
_RANGES_MAX = 20
_RIGHT_TO_LEFT = frozenset(["ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"])


NAMES = {"en": "English", "es": "Español", "gu": "ગુજરાતી", "bn": "বাংলা", "hi": "हिन्दी"}
"""What each language calls itself, in the order in which they are offered."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A language that a reader may choose, by the name that it calls itself."""

    tag: str
    name: str


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
    def plain(self) -> str:
        """The tag without the digits that it asks for."""
        return self.tag.partition(NUMBERING)[0]

    @property
    def open_graph(self) -> str:
        """The value of `og:locale`, whose default for English names a territory."""
        return "en_US" if self.tag == "en" else self.plain.replace("-", "_")

    @property
    def translations(self) -> gettext.NullTranslations:
        """The catalogue, read once."""
        return _translations(self.catalogue)


def choose(locale: str) -> Language:
    """The best language for a locale: `gu-IN` is served by `gu_IN`, else `gu`, else by English.

    A locale that asks for digits, such as `bn-u-nu-beng`, keeps them.
    """
    tag, extension, digits = locale.partition(NUMBERING)
    found = _find(tag)
    return replace(found, tag=f"{found.tag}{extension}{digits}") if found else Language("en", None)


def spoken(wanted: Iterable[str], program: Program) -> Language:
    """The first of the wanted locales that the program speaks, else the program's own.

    A program that lists no languages speaks every one that there is. `gu` in the list also serves `gu-IN`, and
    `gu-IN` also `gu`. Numbers are in the digits that the program wants.
    """
    listed = (_listed(locale, program.languages) for locale in wanted)
    found = next(filter(None, (_find(tag) for tag in listed if tag)), None) or choose(program.locale)
    return replace(found, tag=customary(found.tag)) if program.digits == "customary" else found


def offered(program: Program) -> list[Offered]:
    """The languages that a reader may choose among: all that the program speaks."""
    return [Offered(tag, name) for tag, name in NAMES.items() if _listed(tag, program.languages)]


def accepted(header: str) -> list[str]:
    """The locales of an `Accept-Language` header (RFC 9110), the most wanted first."""
    ranges = [_RANGE.fullmatch(part.strip()) for part in header.split(",")[:_RANGES_MAX]]
    weighed = [(float(it[2] or 1), it[1]) for it in ranges if it]
    return [tag for weight, tag in sorted(weighed, key=lambda it: -it[0]) if weight > 0]


def plain_tag(language: Language) -> str:
    """The tag of a language without the digits that it is written in: what the API takes as a language."""
    return language.tag.partition(NUMBERING)[0]


def format_date(moment: datetime, language: Language) -> str:
    """The day of a moment in its own zone, with the month as a word: 03/04 is two days, depending on who reads it."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone names no day")
    _ = language.translations.gettext
    parts = {"day": moment.day, "month": months_in(language)[moment.month - 1], "year": moment.year}
    return write_digits(_("%(day)d %(month)s %(year)d") % parts, language.tag)


def format_birthday(text: str, language: Language) -> str:
    """A birthday as it is kept, `04-17` or `1987-04-17`, as day and month, and the year if it is known."""
    if len(text) > len("04-17"):
        return format_date(datetime.fromisoformat(text).replace(tzinfo=UTC), language)
    parts = {"day": int(text[3:]), "month": months_in(language)[int(text[:2]) - 1]}
    return write_digits(language.translations.gettext("%(day)d %(month)s") % parts, language.tag)


def months_in(language: Language) -> tuple[str, ...]:
    """The names of the months, as they stand in a date."""
    _ = language.translations.gettext
    return (
        _("January"), _("February"), _("March"), _("April"), _("May"), _("June"), _("July"),
        _("August"), _("September"), _("October"), _("November"), _("December"),
    )  # fmt: skip


def format_amount(amount: int, unit: str, language: Language, *, is_limit: bool = False) -> str:
    """An amount of a currency, of points or of a unit that the shop has named itself, or a gift by its name.

    A limit is said without cents when there are none: €20 or more.
    """
    if unit != POINTS:
        return (format_round_money if is_limit else format_money)(amount, unit, language.tag)
    text = language.translations.ngettext("%(number)s point", "%(number)s points", abs(amount))
    return (text % {"number": format_number(amount, language.tag)}).replace(" ", NBSP)


@lru_cache(maxsize=64)
def _find(locale: str) -> Language | None:
    """The catalogue for a locale; None when nobody has translated it yet."""
    if not _TAG.fullmatch(locale):
        return None
    parts = _parts(locale)
    for length in range(len(parts), 0, -1):
        catalogue = DIRECTORY / "_".join(parts[:length]) / "LC_MESSAGES" / MESSAGES
        if catalogue.is_file():
            return Language("-".join(parts), catalogue)
    return Language("-".join(parts), None) if parts[0] == "en" else None


def _listed(locale: str, languages: tuple[str, ...]) -> str | None:
    """The locale if it is on the list, or the one on the list that says more exactly what it says."""
    if not languages or not _TAG.fullmatch(locale):
        return locale
    wanted = _parts(locale)
    for tag in languages:
        parts = _parts(tag)
        shared = min(len(parts), len(wanted))
        if parts[:shared] == wanted[:shared]:
            return tag if len(parts) > len(wanted) else locale
    return None


def _parts(locale: str) -> list[str]:
    language, *rest = re.split("[-_]", locale)
    shaped = [part.title() if len(part) == 4 else part.upper() for part in rest]
    return [language.lower(), *shaped]


@lru_cache(maxsize=64)
def _translations(catalogue: Path | None) -> gettext.NullTranslations:
    if catalogue is None:
        return gettext.NullTranslations()
    with catalogue.open("rb") as file:
        found = gettext.GNUTranslations(file)
    if catalogue.name != MESSAGES:
        found.add_fallback(_translations(catalogue.with_name(MESSAGES)))
    return found
