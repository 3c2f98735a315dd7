"""What the console calls things."""

from chalicelib.web.language import Language


def groups(language: Language) -> dict[str, str]:
    """The headings of the navigation, in order."""
    _ = language.translations.gettext
    return {
        "now": _("Now"),
        "decide": _("Decide"),
        "money": _("Money"),
        "program": _("Program"),
        "insight": _("Insight"),
        "settings": _("Settings"),
    }


def screens(language: Language) -> dict[str, str]:
    """What each screen is called, by its path."""
    _ = language.translations.gettext
    return {
        "": _("Today"),
        "people": _("Find a person"),
        "reviews": _("Reviews"),
        "claims": _("Claims"),
        "tasks": _("Tasks"),
        "gifts": _("Gifts"),
        "payouts": _("Payouts"),
        "adjustments": _("Adjustments"),
        "ledger": _("Ledger"),
        "liability": _("Liability"),
        "audit": _("Audit"),
        "program": _("Rules"),
        "program/edit": _("Change the rules"),
        "program/review": _("Before you publish"),
        "program/versions": _("Versions"),
        "brand": _("Look"),
        "letters": _("Letters"),
        "guides": _("Guides"),
        "insight": _("Figures"),
        "touches": _("Touches and results"),
        "worth": _("What loyalty is worth"),
        "surprises": _("Surprises"),
        "keys": _("Server keys"),
        "admins": _("Admins"),
        "stores": _("Stores"),
        "sessions": _("Where you are signed in"),
    }


def done(language: Language) -> dict[str, str]:
    """What a screen says after something was done, by the word in its address."""
    _ = language.translations.gettext
    return {
        "saved": _("Saved."),
        "resent": _("It goes out again."),
        "adjusted": _("The balance was adjusted."),
        "adjustment_waits": _("It waits for a second admin."),
        "payout_begun": _("The payout was begun: say under Payouts how it went."),
        "restricted": _("Letters are paused."),
        "unrestricted": _("Letters go out again."),
        "erased": _("All that was known of them was erased."),
        "merged": _("Both are one person now."),
        "suspended": _("Nothing leaves their account from now on."),
        "reinstated": _("They can use their rewards again."),
        "code_paused": _("The code is paused."),
        "code_active": _("The code works again."),
        "sessions_ended": _("They are signed out everywhere."),
        "noted": _("It is a task now."),
        "friend_freed": _("The friend is free for another order."),
        "friend_kept": _("The order counts again."),
        "signed_out_there": _("That browser is signed out."),
        "signed_out_elsewhere": _("All others are signed out."),
        "published": _("Published. The rules are in force everywhere within a minute."),
        "guide_kept": _("The guide is kept. Letters take it up within a minute."),
        "guide_retired": _("The guide is retired. No letter shows it from now on."),
        "decided": _("Decided. Rewards move within a minute."),
        "undone": _("Taken back by another adjustment: this is it."),
        "asked": _("This takes the first one back as soon as a second admin approves it."),
        "paid": _("Noted: it was paid."),
        "cancelled": _("Noted: it was not paid. The ambassador has the money again."),
        "returned": _("Noted: it came back. The ambassador has it again."),
        "done": _("Noted: it is done."),
        "reopened": _("It is open again: this is it."),
        "sent": _("Noted: it is on its way."),
        "unsent": _("It waits to be sent again."),
        "claimed": _("Admitted. Its reward is worked out within a minute."),
        "denied": _("Denied. It earns nothing."),
        "revoked": _("Revoked. What it opened is closed within a minute."),
        "invited": _("Invited. They sign in by email."),
        "begun": _("Begun. It goes on while you do something else."),
    }
