"""What the API refuses, said to ambassadors in their language, by the reason that it gives."""

from chalicelib.web.explain import not_available_now
from chalicelib.web.language import Language


def told(language: Language) -> dict[str, str]:
    """Return what each reason means to an ambassador. One that is not here is told as the API does."""
    _ = language.translations.gettext
    return {
        "not_found": _("There is nothing here, or not any more."),
        "busy": _("Just now too much is going on here. Please try again in a moment."),
        "internal_error": _("Something broke on our side. Please try again in a moment."),
        "foreign_form": _("This page was open for too long. Please send it once more."),
        "body_too_large": _("That is too long."),
        "not_available_now": not_available_now(language),
        "insufficient_balance": _("You don’t have that much available."),
        "below_minimum": _("That is less than the smallest coupon."),
        "not_divisible": _("That isn’t one of the steps in which this can be spent."),
        "not_spendable": _("This can’t be made into a coupon."),
        "currency_mismatch": _("This can’t be made into a coupon."),
        "coupon_confirmed": _("This coupon has been used, so it can’t be taken back."),
        "coupon_cancelled": _("This coupon can’t be used any more; you have its amount again."),
        "too_many_claims": _("Several of your orders are still being looked at. Please wait for an answer first."),
        "code_taken": _("Somebody has this code already, or one that looks like it. Try another word."),
        "code_not_allowed": _("This word can’t be a code. Try another one, such as your name."),
        "too_many_codes": _("You have as many codes as there may be."),
        "paused_by_shop": _("The shop has paused this code. Please write to us if you think that is a mistake."),
        "task_ended": _("This is over: we take no more of it."),
        "task_limit": _("You have sent as many as we take of this."),
        "conflicting_repeat": _("You have sent this before, with other words. It stays as it was."),
        "idempotency_key_reused": _("This was sent already. Please look whether it is in the list below."),
        "name_not_allowed": _("A name here can’t hold an address, a link or a telephone number. Try another one."),
        "restricted": _("You have asked us to use your data for nothing but your rewards, so nobody is shown a name."),
    }
