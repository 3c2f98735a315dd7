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
        "spent": _("Your coupon is made. You find its code below."),
        "taken_back": _("The coupon is taken back, and you have its amount again."),
        "claimed": _("Thank you. Somebody will look at it."),
        "paused": _("The code is paused."),
        "resumed": _("The code works again."),
        "made": _("The code is made, and works at once."),
        "shown": _("Thank you! Somebody will look at it soon."),
        "entered": _("You are on the list."),
        "left": _("You are not on the list any more."),
        "nothing": _("You get only emails that answer what you do."),
        "limited": _("From now on we use your data for nothing but your rewards."),
        "unlimited": _("We may use your data again as before."),
        "signed_out_there": _("That browser is signed out."),
        "signed_out_elsewhere": _("All others are signed out."),
    }
