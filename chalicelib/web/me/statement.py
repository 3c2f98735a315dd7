"""The words of a statement."""

from chalicelib.web.language import Language, months_in
from chalicelib.web.numbers import write_digits


def parts(language: Language) -> dict[str, str]:
    """What each part of an account is called, in the order in which rewards go through them."""
    _ = language.translations.gettext
    return {
        "held": _("Waiting"),
        "available": _("Available"),
        "reserved": _("In coupons"),
        "spent": _("Used"),
        "paid": _("Paid out"),
        "expired": _("Expired"),
    }


def month_name(month: str, language: Language) -> str:
    """A month, such as 2026-03, in words."""
    _ = language.translations.gettext
    text = _("%(month)s %(year)d") % {"month": months_in(language)[int(month[5:]) - 1], "year": int(month[:4])}
    return write_digits(text, language.tag)
