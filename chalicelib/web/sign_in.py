"""What the pages say on which people sign in."""

from chalicelib.web.language import Language


def titles(language: Language) -> dict[str, str]:
    """What each page is called, by its path."""
    _ = language.translations.gettext
    return {"": _("Sign in"), "code": _("Check your email"), "*": _("Sign in")}


def problems(language: Language) -> dict[str, str]:
    """What is wrong, by the reason of the problem."""
    _ = language.translations.gettext
    return {
        "invalid_request": _("This is not an email address. Please look at it again."),
        "too_many_requests": _("Many people have asked from where you are. Please try again in a few minutes."),
        "wrong_code": _("This is not the code from the email, or it has been used. Please look at it again."),
        "sign_in_over": _("This link or code has been used, or its time is over. Please ask for another email."),
        "program_closed": _("The program takes nobody new at the moment."),
        "unknown_key": _("There is no such key, or it may not do anything here."),
        "foreign_form": _("This form did not come from our page. Please send it from here."),
        "no_program": _("The shop has not set up its program yet. With a key you can sign in."),
        "busy": _("That took too long. Please try again in a moment."),
    }
