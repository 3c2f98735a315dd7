"""The words of coupons."""

from chalicelib.web.language import Language


def states(language: Language) -> dict[str, str]:
    """What each state of a coupon is called to whose it is."""
    _ = language.translations.gettext
    return {
        "reserved": _("Ready to use"),
        "confirmed": _("Used"),
        "cancelled": _("Taken back"),
        "expired": _("Not used in time; you have its amount again"),
    }


def no_amount(language: Language) -> str:
    """What was typed is no amount."""
    return language.translations.gettext("Please write an amount in figures.")
