"""How days and months are said where there is little room: on an axis, and beside a figure."""

from chalicelib.web.language import Language, format_birthday, months_in
from chalicelib.web.numbers import write_digits


def day(text: str, language: Language) -> str:
    """Say a day without its year: `2026-10-03` is 3 October."""
    return format_birthday(text[5:], language)


def month(text: str, language: Language) -> str:
    """Say a month: `2026-10` is October 2026."""
    parts = {"month": months_in(language)[int(text[5:]) - 1], "year": int(text[:4])}
    return write_digits(language.translations.gettext("%(month)s %(year)d") % parts, language.tag)


def time(text: str, language: Language) -> str:
    """Say a day or a month, whichever it is."""
    return day(text, language) if len(text) > len("2026-10") else month(text, language)
