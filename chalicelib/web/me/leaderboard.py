"""The words of the leaderboard."""

from chalicelib.web.language import Language


def no_name(language: Language) -> str:
    """What was typed is no name for a list."""
    return language.translations.gettext("Please choose a shorter name.")
