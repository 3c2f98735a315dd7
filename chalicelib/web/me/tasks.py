"""The words of what ambassadors do for a reward."""

from chalicelib.web.language import Language


def states(language: Language) -> dict[str, str]:
    """What becomes of something that was shown."""
    _ = language.translations.gettext
    return {
        "open": _("We are looking at it"),
        "approved": _("It counts, and the reward is yours"),
        "denied": _("We could not count it"),
    }


def no_link(language: Language) -> str:
    """What was typed is no link."""
    return language.translations.gettext("Please paste the whole link, which begins with https://")
