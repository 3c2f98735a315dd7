"""The words of offers."""

from chalicelib.web.language import Language


def states(language: Language) -> dict[str, str]:
    """What each state of an offer is called to whose it is."""
    _ = language.translations.gettext
    return {"open": _("Ready to use"), "confirmed": _("Used"), "expired": _("Over")}
