"""What the API refuses, said to admins in their language, by the reason that it gives."""

from chalicelib.web.language import Language


def told(language: Language) -> dict[str, str]:
    """Return what each reason means to an admin; nothing in English, in which the API tells it all by itself."""
    if language.plain == "en":
        return {}
    _ = language.translations.gettext
    busy = _("Just now too much is going on here. Please try again in a moment.")
    decided = _("This has been decided, and stays so.")
    faster = _("Somebody else was faster. Look at it again before you decide.")
    nothing = _("There is nothing to take back here.")
    repeated = _("This was sent before, and stays as it was then.")
    same = _("That is one and the same person.")
    return {
        "adjustment_not_posted": nothing,
        "already_released": decided,
        "already_undone": _("This was taken back already, or is about to be."),
        "body_too_large": _("That is too long."),
        "busy": busy,
        "claim_decided": decided,
        "conflicting_repeat": repeated,
        "conflicting_review": faster,
        "customer_id_taken": _("This customer number is somebody else’s."),
        "email_taken": _("This address is somebody else’s."),
        "foreign_form": _("This page was open for too long. Please send it once more."),
        "gift_not_sent": nothing,
        "gift_withdrawn": _("This gift is not theirs any more. Please don’t send it."),
        "idempotency_key_reused": repeated,
        "insufficient_balance": _("There is less than that in the account."),
        "internal_error": _("Something broke on our side. Please try again in a moment."),
        "invalid_request": _("Something you typed can’t be taken like this. Please look at it again."),
        "last_admin_key": _("Nobody else could make keys then, so this one stays."),
        "letter_not_allowed": _("This letter may not go to them now."),
        "message_unfinished": _("This letter is still on its way."),
        "newer_format": busy,
        "no_program": _("There are no rules yet. Publish some first."),
        "not_available_now": _("Nothing leaves this account while it is suspended."),
        "not_found": _("There is nothing here, or not any more."),
        "not_released": nothing,
        "not_suspended": nothing,
        "outdated": faster,
        "payout_cancelled": decided,
        "payout_confirmed": decided,
        "payout_not_confirmed": nothing,
        "place_taken": _("By now another order counts for this friend."),
        "precondition_required": faster,
        "restricted": _("This person wants nothing made of what is known of them."),
        "same_ambassador": same,
        "same_person": same,
        "scope_not_held": _("You can’t give others a right that you don’t have yourself."),
        "second_admin_required": _("This takes a second admin: somebody other than who asked for it."),
        "task_not_done": nothing,
        "wrong_scope": _("You don’t have the right to do this."),
    }
