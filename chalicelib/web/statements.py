"""Why something moved in an account, said to whose it is: of friends nothing but that there was one."""

from chalicelib.domain.accounts.ledger import moved
from chalicelib.domain.model.accounts import LedgerEntry
from chalicelib.web.language import Language


def tell_entry(entry: LedgerEntry, language: Language) -> str:
    """Say in a sentence why an entry was posted."""
    _ = language.translations.gettext
    match entry.kind:
        case "hold" | "void" | "clawback" | "reinstate":
            return _of_order(entry, language)
        case "bonus" | "bonus_lost":
            return _of_prize(entry, language)
        case "adjustment" if moved(entry) < 0:
            return _("The shop has corrected your account: this was too much.")
        case "spend_cancelled" if entry.reason == "expired":
            return _("Your coupon was not used in time, so you have its amount again.")
    return {
        "release": _("The wait for a friend’s order is over, and the reward is yours."),
        "spend": _("You made a coupon of it."),
        "spend_confirmed": _("Your coupon was used on an order."),
        "spend_cancelled": _("Your coupon was cancelled, so you have its amount again."),
        "spend_returned": _("An order did not need all of your coupon, so the rest came back to you."),
        "payout": _("It is being paid out to you."),
        "payout_confirmed": _("It was paid out to you."),
        "payout_cancelled": _("It was not paid out, so you have it again."),
        "payout_returned": _("A payment to you came back, so you have its amount again."),
        "gift": _("A present from us to you."),
        "gift_sent": _("Your gift was sent."),
        "gift_returned": _("Your gift was not sent yet after all: it is yours again until it goes out."),
        "task_undone": _("The reward for something that you have shown was taken back."),
        "task": _("You did something for a reward, and it counts."),
        "expiry": _("Nothing was earned or spent for a long time, so this has expired."),
        "adjustment": _("The shop has corrected your account: this was missing."),
        "merge": _("Two accounts of yours became one."),
    }[entry.kind]


def _of_order(entry: LedgerEntry, language: Language) -> str:
    """What became of a reward, by what was reported or decided of its order."""
    _ = language.translations.gettext
    if entry.kind == "hold" and entry.cause == "redemption":
        return _("A friend ordered with your code.")
    if any(name.startswith("refund:") for name in entry.cause.split(",")):
        back = {
            "void": _("A friend’s order was sent back, or a part of it, before the wait was over."),
            "clawback": _("A friend’s order was sent back later, or a part of it, so its reward was taken back."),
        }
        if entry.kind in back:
            return back[entry.kind]
    return {
        "hold": _("A friend’s order is worth more to you again."),
        "reinstate": _("What was taken back for a friend’s order is yours again."),
        "void": _("A friend’s order does not count any more, or counts less."),
        "clawback": _("A friend’s order does not count any more, or counts less, so its reward was taken back."),
    }[entry.kind]


def _of_prize(entry: LedgerEntry, language: Language) -> str:
    """What a prize was for, by the name that the program gives it; one that is lost is known by a number alone."""
    _ = language.translations.gettext
    if entry.kind == "bonus_lost":
        return _("Fewer of your friends’ orders count than before, so this prize was taken back.")
    prize, _mark, name = entry.cause.partition(":")
    if prize == "tier":
        return _("You have reached the level %(name)s.") % {"name": name}
    return _("You have reached this: %(name)s.") % {"name": name}
