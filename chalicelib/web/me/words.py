"""What an ambassador's pages call things."""

from chalicelib.web.language import Language


def screens(language: Language) -> dict[str, str]:
    """What each page is called, by its path."""
    _ = language.translations.gettext
    return {
        "": _("Share"),
        "rewards": _("Rewards"),
        "poster": _("Poster"),
        "spend": _("Spend"),
        "statement": _("Statement"),
        "codes": _("Further codes"),
        "tasks": _("More rewards"),
        "offers": _("Your offers"),
        "claims": _("Missing an order?"),
        "leaderboard": _("Among others"),
        "preferences": _("Emails"),
        "data": _("Your data"),
        "sessions": _("Where you are signed in"),
    }


def done(language: Language) -> dict[str, str]:
    """What a page says after something was done, by the word in its address."""
    _ = language.translations.gettext
    return {
        "saved": _("Saved."),
    }
