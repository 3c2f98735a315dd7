"""The words of claims."""

from chalicelib.web.language import Language


def states(language: Language) -> dict[str, str]:
    """What becomes of a claim, as its ambassador is told."""
    _ = language.translations.gettext
    return {
        "received": _("We are looking at it"),
        "approved": _("It counts for you"),
        "denied": _("We could not count it"),
    }


def no_order(language: Language) -> str:
    """What was typed is no number of an order."""
    return language.translations.gettext("Please type the number as it stands in the confirmation of the order.")


def too_long(language: Language) -> str:
    """What was typed is too long for a note."""
    return language.translations.gettext("Please say it in fewer words.")
